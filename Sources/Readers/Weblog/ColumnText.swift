internal import Pipeline

/// Undoes what servers do to text in columns. Everything lands in the arena; the text itself is never changed.
enum ColumnText {
  /// Whether a byte is outside of ASCII.
  @inline(__always)
  static func hasHighByte(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    var at = start
    while stop - at >= 16 {
      let chunk = UnsafeRawPointer(at).loadUnaligned(as: SIMD2<UInt64>.self)
      if (chunk.x | chunk.y) & 0x8080_8080_8080_8080 != 0 { return true }
      at += 16
    }
    while at < stop {
      if at.pointee >= 0x80 { return true }
      at += 1
    }
    return false
  }

  /// Text as old servers log it: ISO-8859-1 where it is no UTF-8.
  @inline(never)
  static func latin(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ arena: Arena) -> Field {
    let bytes = UnsafeBufferPointer(start: start, count: stop - start)
    var decoder = UTF8()
    var input = bytes.makeIterator()
    scan: while true {
      switch decoder.decode(&input) {
      case .scalarValue: continue
      case .emptyInput: return .text(start, stop - start)
      case .error: break scan
      }
    }
    let target = arena.allocateBytes(2 * bytes.count)
    var to = target
    for byte in bytes {
      if byte < 0x80 {
        to.pointee = byte
        to += 1
      } else {
        to[0] = 0xC0 | byte >> 6
        to[1] = 0x80 | byte & 0x3F
        to += 2
      }
    }
    return .text(UnsafePointer(target), to - target)
  }

  /// `+` becomes a blank. Reads and writes whole vectors: fields are followed by a block's padding or lie in the arena,
  /// whose pieces are multiples of 16 bytes.
  @inline(never)
  static func blanks(_ field: Field, _ arena: Arena) -> Field {
    guard let start = field.pointer else { return field }
    let count = Int(field.count)
    let target = arena.allocateBytes(count + 16)
    let plus = SIMD16<UInt8>(repeating: UInt8(ascii: "+"))
    let blank = SIMD16<UInt8>(repeating: UInt8(ascii: " "))
    var at = 0
    while at < count {
      let chunk = UnsafeRawPointer(start + at).loadUnaligned(as: SIMD16<UInt8>.self)
      UnsafeMutableRawPointer(target + at).storeBytes(
        of: chunk.replacing(with: blank, where: chunk .== plus), as: SIMD16<UInt8>.self)
      at += 16
    }
    return .text(UnsafePointer(target), count)
  }

  /// Doubled quotes become one.
  @inline(never)
  static func quotes(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ arena: Arena) -> Field {
    let target = arena.allocateBytes(max(stop - start, 1))
    var to = target
    var at = start
    while at < stop {
      to.pointee = at.pointee
      to += 1
      at += at.pointee == UInt8(ascii: "\"") && at + 1 < stop && at[1] == UInt8(ascii: "\"") ? 2 : 1
    }
    return .text(UnsafePointer(target), to - target)
  }

  /// Percent-encoding undone; once more if what comes has encoded blanks and no others, which is how text looks that
  /// was encoded twice.
  @inline(never)
  static func percent(_ field: Field, _ arena: Arena) -> Field {
    guard let start = field.pointer else { return field }
    let count = Int(field.count)
    let target = arena.allocateBytes(max(count, 1))
    var isTwice = false
    let mark = UInt8(ascii: "%")
    var length = decode(start, count, mark: mark, target, &isTwice)
    if isTwice {
      var isMore = false
      length = decode(UnsafePointer(target), length, mark: mark, target, &isMore)
    }
    return .text(UnsafePointer(target), length)
  }

  /// `#` and two hexadecimal digits become their byte; padding stands behind what comes.
  @inline(never)
  static func hashes(_ field: Field, _ arena: Arena) -> Field {
    guard let start = field.pointer else { return field }
    let count = Int(field.count)
    let hash = UInt8(ascii: "#")
    guard Scan.byte(hash, start, start + count) < start + count else { return field }
    let target = arena.allocateBytes(count + Block.padding)
    var isTwice = false
    let length = decode(start, count, mark: hash, target, &isTwice)
    (target + length).update(repeating: 0, count: Block.padding)
    return .text(UnsafePointer(target), length)
  }

  /// Decodes `count` bytes, of which a mark and two hexadecimal digits stand for one; the target may be the source, since
  /// nothing grows.
  /// - Parameter isTwice: whether the result has `%20` and no blank.
  private static func decode(
    _ start: UnsafePointer<UInt8>, _ count: Int, mark: UInt8, _ target: UnsafeMutablePointer<UInt8>,
    _ isTwice: inout Bool
  ) -> Int {
    var hasBlank = false
    var hasEncoded = false
    var at = 0
    var to = 0
    while at < count {
      var byte = start[at]
      if byte == mark, count - at >= 3, let high = HexDigit.value(start[at + 1]),
        let low = HexDigit.value(start[at + 2])
      {
        byte = high << 4 | low
        at += 3
        if byte == UInt8(ascii: "%"), count - at >= 2, start[at] == UInt8(ascii: "2"),
          start[at + 1] == UInt8(ascii: "0")
        {
          hasEncoded = true
        }
      } else {
        at += 1
      }
      if byte == UInt8(ascii: " ") { hasBlank = true }
      target[to] = byte
      to += 1
    }
    isTwice = hasEncoded && !hasBlank
    return to
  }

  /// `path?query` of two columns, as one text.
  static func joined(_ path: Field, _ query: Field, _ arena: Arena) -> Field {
    guard path.kind == .text else { return .missing }
    guard query.kind == .text else { return path }
    let target = arena.allocateBytes(Int(path.count) + Int(query.count) + 1)
    var to = target
    for byte in path.bytes {
      to.pointee = byte
      to += 1
    }
    to.pointee = UInt8(ascii: "?")
    to += 1
    for byte in query.bytes {
      to.pointee = byte
      to += 1
    }
    return .text(UnsafePointer(target), to - target)
  }
}
