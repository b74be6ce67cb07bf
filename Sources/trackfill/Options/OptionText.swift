/// Numbers as options have them.
enum OptionText {
  /// Decimal digits only: no sign, no blank.
  static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return Int(text)
  }

  /// `256M`
  static func size(_ bytes: Int) -> String {
    for (suffix, shift) in [("G", 30), ("M", 20), ("K", 10)] where bytes > 0 && bytes & ((1 << shift) - 1) == 0 {
      return "\(bytes >> shift)\(suffix)"
    }
    return String(bytes)
  }
}
