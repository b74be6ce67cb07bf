/// Letters of the Latin alphabets in those of ASCII, for names: `ä` as Germans write it without its dots, others without
/// their marks.
enum LatinLetters {
  private static let table: [Unicode.Scalar: String] = [
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue", "ß": "ss", "ẞ": "ss", "ð": "d", "Ð": "d",
    "þ": "th", "Þ": "th", "ı": "i",
  ]

  /// A letter or a digit of ASCII as it is, other letters in small ones; empty for what is neither.
  static func plain(_ character: Character) -> String {
    // A mark of its own behind a letter is part of the character, and left out.
    guard let scalar = character.unicodeScalars.first else { return "" }
    if scalar.isASCII { return isPlain(UInt8(truncatingIfNeeded: scalar.value)) ? String(scalar) : "" }
    if let letters = table[scalar] { return letters }
    // `LATIN SMALL LETTER L WITH STROKE`, `LATIN SMALL LIGATURE OE`.
    let words = (scalar.properties.name ?? "").split(separator: " ")
    guard words.count > 3, words[0] == "LATIN", words[3].utf8.count <= 2 else { return "" }
    return words[3].lowercased()
  }

  /// A letter or a digit of ASCII.
  static func isPlain(_ byte: UInt8) -> Bool { byte &- 48 < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 }
}
