/// Walks one JSON text (RFC 8259), checking all that it passes. The few things that are looked for in it
/// are picked out by the caller on the way; nothing is copied or allocated.
public struct JSONCursor {
  /// Objects and arrays within each other; a text that goes deeper is refused.
  public static let maximumDepth = 128

  /// What stands between the quotes of a string.
  public struct Text: Sendable {
    /// In the text, without the quotes.
    public var range: Range<Int>
    /// Whether a backslash is in it, so that its bytes are not what it means.
    public var isEscaped: Bool
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  /// Where the next byte is read, from the text's first.
  public private(set) var at: Int
  private var depth = 0

  /// - Parameter at: where to begin.
  public init(_ bytes: UnsafeBufferPointer<UInt8>, at: Int = 0) {
    self.bytes = bytes
    self.at = at
  }

  /// The next byte that is no blank; nil at the end.
  public mutating func peek() -> UInt8? {
    while at < bytes.count {
      let byte = bytes[at]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      at += 1
    }
    return nil
  }

  /// Whether nothing but blanks is left.
  public mutating func isAtEnd() -> Bool { peek() == nil }

  /// Passes over one value of any kind; false if there is none.
  public mutating func skip() -> Bool {
    switch peek() {
    case UInt8(ascii: "\""): string() != nil
    case UInt8(ascii: "{"): members { cursor, _ in cursor.skip() }
    case UInt8(ascii: "["): elements { $0.skip() }
    case UInt8(ascii: "t"): word("true")
    case UInt8(ascii: "f"): word("false")
    case UInt8(ascii: "n"): word("null")
    case nil: false
    default: number()
    }
  }

  /// One string.
  public mutating func string() -> Text? {
    guard peek() == UInt8(ascii: "\"") else { return nil }
    at += 1
    let start = at
    var isEscaped = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") {
        at += 1
        return Text(range: start..<(at - 1), isEscaped: isEscaped)
      }
      guard byte >= 0x20 else { return nil }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        guard let length = escape() else { return nil }
        at += length
      } else {
        at += 1
      }
    }
    return nil
  }

  /// Walks an object: `body` is called behind each key's colon and passes over the value; false stops.
  public mutating func members(_ body: (inout JSONCursor, Text) -> Bool) -> Bool {
    guard enter(UInt8(ascii: "{")) else { return false }
    if leave(UInt8(ascii: "}")) { return true }
    while true {
      guard let key = string(), peek() == UInt8(ascii: ":") else { return false }
      at += 1
      guard body(&self, key) else { return false }
      if leave(UInt8(ascii: "}")) { return true }
      guard peek() == UInt8(ascii: ",") else { return false }
      at += 1
    }
  }

  /// Walks an array: `body` passes over each element; false stops.
  public mutating func elements(_ body: (inout JSONCursor) -> Bool) -> Bool {
    guard enter(UInt8(ascii: "[")) else { return false }
    if leave(UInt8(ascii: "]")) { return true }
    while true {
      guard body(&self) else { return false }
      if leave(UInt8(ascii: "]")) { return true }
      guard peek() == UInt8(ascii: ",") else { return false }
      at += 1
    }
  }

  /// Whether a text is exactly this; keys with escapes are compared as what they mean.
  public func isEqual(_ text: Text, _ word: StaticString) -> Bool {
    if text.isEscaped {
      return decoded(text).elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
    guard text.range.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<text.range.count where bytes[text.range.lowerBound + index] != word.utf8Start[index] {
      return false
    }
    return true
  }

  /// What a string means, as UTF-8. A lone surrogate becomes U+FFFD.
  public func decoded(_ text: Text) -> [UInt8] {
    guard text.isEscaped else { return Array(bytes[text.range]) }
    var result: [UInt8] = []
    var from = text.range.lowerBound
    while from < text.range.upperBound {
      guard bytes[from] == UInt8(ascii: "\\") else {
        result.append(bytes[from])
        from += 1
        continue
      }
      let letter = bytes[from + 1]
      from += 2
      switch letter {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        let code = hexadecimal(from)
        var scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
        from += 4
        if from + 6 <= text.range.upperBound, bytes[from] == UInt8(ascii: "\\"), bytes[from + 1] == UInt8(ascii: "u"),
          let pair = SurrogatePair.scalar(code, hexadecimal(from + 2))
        {
          scalar = pair
          from += 6
        }
        result.append(contentsOf: String(Character(scalar)).utf8)
      default: result.append(letter)
      }
    }
    return result
  }

  private func hexadecimal(_ from: Int) -> UInt32 {
    var value: UInt32 = 0
    for byte in bytes[from..<(from + 4)] { value = value << 4 | UInt32(HexDigit.value(byte) ?? 0) }
    return value
  }

  private mutating func enter(_ bracket: UInt8) -> Bool {
    guard peek() == bracket, depth < JSONCursor.maximumDepth else { return false }
    depth += 1
    at += 1
    return true
  }

  private mutating func leave(_ bracket: UInt8) -> Bool {
    guard peek() == bracket else { return false }
    depth -= 1
    at += 1
    return true
  }

  /// The length of the escape that begins here; nil if it is none.
  private func escape() -> Int? {
    guard at + 1 < bytes.count else { return nil }
    switch bytes[at + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    case UInt8(ascii: "u"):
      guard at + 6 <= bytes.count else { return nil }
      for byte in bytes[(at + 2)..<(at + 6)] where HexDigit.value(byte) == nil { return nil }
      return 6
    default: return nil
    }
  }

  private mutating func word(_ word: StaticString) -> Bool {
    guard at + word.utf8CodeUnitCount <= bytes.count else { return false }
    for index in 0..<word.utf8CodeUnitCount where bytes[at + index] != word.utf8Start[index] { return false }
    at += word.utf8CodeUnitCount
    return true
  }

  private mutating func digits() -> Int {
    let start = at
    while at < bytes.count, bytes[at] &- 48 < 10 { at += 1 }
    return at - start
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func number() -> Bool {
    _ = take(UInt8(ascii: "-"))
    let isZero = at < bytes.count && bytes[at] == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !isZero || whole == 1 else { return false }
    if take(UInt8(ascii: ".")), digits() == 0 { return false }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
      if digits() == 0 { return false }
    }
    return true
  }
}
