internal import Pipeline

/// The text of a JSON string, with escapes undone.
enum JSONString {
  /// Decodes what stands between the quotes into the arena. Halves of surrogate pairs that stand alone become U+FFFD.
  static func decode(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, allowsHex: Bool, _ arena: Arena
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    // No escape is shorter than what it stands for.
    let copy = arena.allocateBytes(stop - start + Block.padding)
    var to = copy
    var at = start
    while at < stop {
      guard at.pointee == UInt8(ascii: "\\"), stop - at >= 2 else {
        to.pointee = at.pointee
        to += 1
        at += 1
        continue
      }
      let letter = at[1]
      at += 2
      switch letter {
      case UInt8(ascii: "b"): to.pointee = 0x08
      case UInt8(ascii: "f"): to.pointee = 0x0C
      case UInt8(ascii: "n"): to.pointee = 0x0A
      case UInt8(ascii: "r"): to.pointee = 0x0D
      case UInt8(ascii: "t"): to.pointee = 0x09
      case UInt8(ascii: "x") where allowsHex && stop - at >= 2:
        // A byte of whatever encoding the client used.
        to.pointee = UInt8(truncatingIfNeeded: number(at, 2))
        at += 2
      case UInt8(ascii: "u") where stop - at >= 4:
        to += scalar(&at, stop, to)
        continue
      default: to.pointee = letter
      }
      to += 1
    }
    to.update(repeating: 0, count: Block.padding)
    return (UnsafePointer(copy), UnsafePointer(to))
  }

  /// Behind `\u`, four digits at least; returns the bytes written.
  private static func scalar(
    _ at: inout UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ to: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let unit = number(at, 4)
    var scalar = UnicodeScalar(unit)
    at += 4
    if stop - at >= 6, at[0] == UInt8(ascii: "\\"), at[1] == UInt8(ascii: "u"),
      let pair = SurrogatePair.scalar(unit, number(at + 2, 4))
    {
      scalar = pair
      at += 6
    }
    let encoded = scalar.flatMap { UTF8.encode($0) } ?? UTF8.encodedReplacementCharacter
    var count = 0
    for byte in encoded {
      to[count] = byte
      count += 1
    }
    return count
  }

  private static func number(_ at: UnsafePointer<UInt8>, _ digits: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<digits { value = value << 4 | UInt32(HexDigit.value(at[index]) ?? 0) }
    return value
  }
}
