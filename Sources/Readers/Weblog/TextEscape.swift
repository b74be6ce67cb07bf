internal import Pipeline

/// Undoes what servers do to bytes that would break a line. Percent-encoding is the client's and stays.
enum TextEscape {
  /// Decodes into the arena; never longer than the text itself. What is no escape stays as it is.
  @inline(never)
  static func decode(
    _ start: UnsafePointer<UInt8>, _ count: Int, _ escape: LogFormat.Escape, _ arena: Arena
  ) -> Field {
    let target = arena.allocateBytes(max(count, 1))
    var to = target
    var at = start
    let end = start + count
    while at < end {
      let byte = at.pointee
      guard byte == UInt8(ascii: "\\"), at + 1 < end else {
        to.pointee = byte
        to += 1
        at += 1
        continue
      }
      let used: Int
      if escape == .json, at[1] == UInt8(ascii: "u") {
        used = unicode(at, end, &to)
      } else if escape == .default, at[1] == UInt8(ascii: "x") {
        used = hexadecimal(at, end, &to)
      } else {
        used = letter(at[1], isJSON: escape == .json, &to)
      }
      if used == 0 {
        to.pointee = byte
        to += 1
        at += 1
      } else {
        at += used
      }
    }
    return .text(UnsafePointer(target), to - target)
  }

  private static func letter(_ byte: UInt8, isJSON: Bool, _ to: inout UnsafeMutablePointer<UInt8>) -> Int {
    let plain: UInt8
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): plain = byte
    case UInt8(ascii: "/") where isJSON: plain = byte
    case UInt8(ascii: "b"): plain = 0x08
    case UInt8(ascii: "t"): plain = 0x09
    case UInt8(ascii: "n"): plain = 0x0A
    case UInt8(ascii: "v") where !isJSON: plain = 0x0B
    case UInt8(ascii: "f"): plain = 0x0C
    case UInt8(ascii: "r"): plain = 0x0D
    default: return 0
    }
    to.pointee = plain
    to += 1
    return 2
  }

  private static func hexadecimal(
    _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ to: inout UnsafeMutablePointer<UInt8>
  ) -> Int {
    guard end - at >= 4, let high = HexDigit.value(at[2]), let low = HexDigit.value(at[3]) else { return 0 }
    to.pointee = high << 4 | low
    to += 1
    return 4
  }

  /// `\uXXXX`, with its second half where it is a surrogate (RFC 8259 §7). Six bytes become at most three, twelve four.
  private static func unicode(
    _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ to: inout UnsafeMutablePointer<UInt8>
  ) -> Int {
    guard let first = unit(at, end) else { return 0 }
    let pair = unit(at + 6, end).flatMap { SurrogatePair.scalar(first, $0) }
    let scalar = pair ?? UnicodeScalar(first) ?? "\u{FFFD}"
    for byte in UTF8.encode(scalar)?.makeIterator() ?? UTF8.encodedReplacementCharacter.makeIterator() {
      to.pointee = byte
      to += 1
    }
    return pair == nil ? 6 : 12
  }

  private static func unit(_ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UInt32? {
    guard end - at >= 6, at[0] == UInt8(ascii: "\\"), at[1] == UInt8(ascii: "u") else { return nil }
    var value: UInt32 = 0
    for index in 2..<6 {
      guard let digit = HexDigit.value(at[index]) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
