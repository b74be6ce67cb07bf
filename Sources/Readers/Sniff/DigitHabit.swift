/// How digits stand in the numbers of a field.
struct DigitHabit {
  /// Digits behind the point.
  private(set) var fewest = Int.max
  private(set) var most = 0
  /// Whether three digits stand behind every point or comma, in texts: JSON's own numbers have no groups.
  private(set) var separatesThousands = true
  /// Whether values are JSON's own numbers, of which programs leave out zeros at the end.
  private(set) var areBare = false
  /// Whether a spreadsheet wrote a number in scientific notation: `1.23E+15`.
  private(set) var hasExponent = false

  mutating func take(_ value: UnsafeBufferPointer<UInt8>, as form: ValueGuess.Form) {
    var behind: Int?
    for byte in value {
      if byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") {
        behind = 0
      } else if byte &- 48 < 10, let before = behind {
        behind = before + 1
      } else if byte | 0x20 == UInt8(ascii: "e") {
        // Digits of the exponent are none behind the point.
        hasExponent = true
        break
      }
    }
    fewest = min(fewest, behind ?? 0)
    most = max(most, behind ?? 0)
    if let behind, behind != 3 || form == .number { separatesThousands = false }
    if form == .number { areBare = true }
  }
}
