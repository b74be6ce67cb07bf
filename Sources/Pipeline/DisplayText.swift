/// Text of foreign origin made fit to be shown: nothing in it can move a cursor, change a colour, break a line or turn
/// the direction of what follows.
public enum DisplayText {
  /// Controls and what else has no form of its own become `\n`, `\x1b`, `\u{202e}`.
  public static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var result = ""
    for scalar in text.unicodeScalars { result += form(of: scalar) }
    return result
  }

  /// A name as one sees it in a message.
  public static func escaped(_ bytes: [UInt8]) -> String { escaped(String(decoding: bytes, as: UTF8.self)) }

  static func form(of scalar: Unicode.Scalar) -> String {
    guard isHidden(scalar) else { return String(Character(scalar)) }
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let digits = String(scalar.value, radix: 16)
      if scalar.value < 0x80 { return "\\x" + (digits.count < 2 ? "0" : "") + digits }
      return "\\u{" + digits + "}"
    }
  }

  /// Whether a character has no form of its own: controls, marks of direction, joiners.
  public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00..<0x20, 0x7F..<0xA0, 0xAD, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
      0xFFF9...0xFFFB, 0xE0000...0xE007F:
      true
    default: false
    }
  }
}
