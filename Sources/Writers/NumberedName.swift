/// Names of files that come one after the other: `web-000042`.
public enum NumberedName {
  private static let digits = 6

  /// The name of a number; names of up to six digits sort as their numbers do.
  public static func text(_ stem: String, _ number: Int) -> String {
    let text = String(number)
    return stem + "-" + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// The number in a name of the stem's with this ending; nil for other names.
  static func number(in name: String, _ stem: String, ending: String) -> Int? {
    guard name.hasPrefix(stem + "-"), name.hasSuffix(ending) else { return nil }
    let number = name.utf8.dropFirst(stem.utf8.count + 1).dropLast(ending.utf8.count)
    guard number.count >= digits, number.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
      return nil
    }
    return Int(String(decoding: number, as: UTF8.self))
  }
}
