/// Names of files that come one after the other: `web-000042`.
public enum NumberedName {
  private static let digits = 6

  public static func text(_ stem: String, _ number: Int) -> String {
    let text = String(number)
    return stem + "-" + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// Whether a name is one of the stem's, with this ending.
  static func matches(_ name: String, _ stem: String, ending: String) -> Bool {
    guard name.hasPrefix(stem + "-"), name.hasSuffix(ending) else { return false }
    let number = name.utf8.dropFirst(stem.utf8.count + 1).dropLast(ending.utf8.count)
    return number.count >= digits && number.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}
