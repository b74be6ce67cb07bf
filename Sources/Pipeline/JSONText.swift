// JSON text (RFC 8259) written straight into a buffer.

extension ByteBuffer {
  /// The longest string leaf that a payload carries, in bytes: the receiver's index refuses an event with a leaf over
  /// 32,766 bytes, key path included.
  public static let longestText = 32_000

  /// A quoted and escaped JSON string. Bytes that are no UTF-8 become U+FFFD, one for each maximal ill-formed part
  /// (Unicode 15, §3.9); text over `longestText` bytes is cut at a character.
  @inlinable @inline(__always)
  public func append(json text: UnsafeBufferPointer<UInt8>) { appendQuoted(text.baseAddress, text.count) }

  @usableFromInline
  func appendQuoted(_ start: UnsafePointer<UInt8>?, _ count: Int) {
    guard let start, count > 0 else { return append("\"\"") }
    let length = count > ByteBuffer.longestText ? ByteBuffer.cut(start, ByteBuffer.longestText) : count
    reserve(length * 6 + 32)
    var to = cursor
    to.pointee = UInt8(ascii: "\"")
    to += 1
    writeEscaped(start, length, &to)
    to.pointee = UInt8(ascii: "\"")
    self.count = to + 1 - base
  }

  public func append(json text: String) {
    var text = text
    text.withUTF8 { append(json: $0) }
  }

  /// The inside of a JSON string.
  public func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, limit: Int) {
    guard let start = text.baseAddress else { return }
    let length = text.count > limit ? ByteBuffer.cut(start, limit) : text.count
    reserve(length * 6 + 32)
    var to = cursor
    writeEscaped(start, length, &to)
    count = to - base
  }

  /// Escapes `length` bytes to `to`, which has room for six bytes of each and 32 more: the worst case, so that the loops
  /// write without asking.
  private func writeEscaped(_ start: UnsafePointer<UInt8>, _ length: Int, _ to: inout UnsafeMutablePointer<UInt8>) {
    let quote = SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
    let backslash = SIMD16<UInt8>(repeating: UInt8(ascii: "\\"))
    let space = SIMD16<UInt8>(repeating: 0x20)
    let delete = SIMD16<UInt8>(repeating: 0x7E)
    var from = start
    var left = length
    // Runs of plain ASCII are copied sixteen bytes at a time. Bounds: `left` ≥ 16 bytes may be read.
    while left >= 16 {
      let chunk = UnsafeRawPointer(from).loadUnaligned(as: SIMD16<UInt8>.self)
      let special = (chunk .== quote) .| (chunk .== backslash) .| (chunk .< space) .| (chunk .> delete)
      if any(special) {
        escapeSome(16, &from, &left, &to)
        continue
      }
      UnsafeMutableRawPointer(to).storeBytes(of: chunk, as: SIMD16<UInt8>.self)
      from += 16
      to += 16
      left -= 16
    }
    // What is left of a plain end goes as two words that overlap, each within these `left` bytes.
    let source = UnsafeRawPointer(from)
    let target = UnsafeMutableRawPointer(to)
    if left >= 8 {
      let head = source.loadUnaligned(as: UInt64.self)
      let tail = source.loadUnaligned(fromByteOffset: left - 8, as: UInt64.self)
      if ByteBuffer.isPlain(head), ByteBuffer.isPlain(tail) {
        target.storeBytes(of: head, as: UInt64.self)
        target.storeBytes(of: tail, toByteOffset: left - 8, as: UInt64.self)
        to += left
        return
      }
    } else if left >= 4 {
      let head = source.loadUnaligned(as: UInt32.self)
      let tail = source.loadUnaligned(fromByteOffset: left - 4, as: UInt32.self)
      if ByteBuffer.isPlain(UInt64(head) | UInt64(tail) &<< 32) {
        target.storeBytes(of: head, as: UInt32.self)
        target.storeBytes(of: tail, toByteOffset: left - 4, as: UInt32.self)
        to += left
        return
      }
    }
    while left > 0 { escapeSome(left, &from, &left, &to) }
  }

  /// Whether a JSON string may hold these eight bytes as they are.
  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let low: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    // A byte is zero where subtracting 1 borrows: exact for "some byte is".
    let quote = word ^ low &* 0x22
    let backslash = word ^ low &* 0x5C
    let delete = word ^ low &* 0x7F
    let control = (word &- low &* 0x20) & ~word
    let equal = ((quote &- low) & ~quote) | ((backslash &- low) & ~backslash) | ((delete &- low) & ~delete)
    return (control | equal | word) & high == 0
  }

  /// About `count` bytes, one by one.
  @inline(never)
  private func escapeSome(
    _ count: Int, _ from: inout UnsafePointer<UInt8>, _ left: inout Int, _ to: inout UnsafeMutablePointer<UInt8>
  ) {
    var steps = count
    while steps > 0, left > 0 {
      let byte = from.pointee
      if byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") {
        to.pointee = byte
        to += 1
        from += 1
        left -= 1
        steps -= 1
      } else {
        let used = escape(from, left, &to)
        from += used
        left -= used
        steps -= used
      }
    }
  }

  /// One character that is not plain. Returns the bytes read, at least 1.
  private func escape(
    _ from: UnsafePointer<UInt8>, _ left: Int, _ to: inout UnsafeMutablePointer<UInt8>
  ) -> Int {
    let byte = from.pointee
    if byte < 0x80 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): ByteBuffer.put(byte, &to)
      case 0x08: ByteBuffer.put(UInt8(ascii: "b"), &to)
      case 0x09: ByteBuffer.put(UInt8(ascii: "t"), &to)
      case 0x0A: ByteBuffer.put(UInt8(ascii: "n"), &to)
      case 0x0C: ByteBuffer.put(UInt8(ascii: "f"), &to)
      case 0x0D: ByteBuffer.put(UInt8(ascii: "r"), &to)
      default:
        ByteBuffer.put(UInt8(ascii: "u"), &to)
        to[0] = UInt8(ascii: "0")
        to[1] = UInt8(ascii: "0")
        to[2] = UInt8(ascii: "0") + (byte >> 4)
        let low = byte & 15
        to[3] = low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10
        to += 4
      }
      return 1
    }
    let (length, valid) = UTF8Scan.sequence(from, left)
    if valid {
      to.update(from: from, count: length)
      to += length
    } else {
      replacements += 1
      to[0] = 0xEF
      to[1] = 0xBF
      to[2] = 0xBD
      to += 3
    }
    return length
  }

  @inline(__always)
  private static func put(_ byte: UInt8, _ to: inout UnsafeMutablePointer<UInt8>) {
    to[0] = UInt8(ascii: "\\")
    to[1] = byte
    to += 2
  }

  /// The longest prefix of at most `limit` bytes that ends at a character.
  private static func cut(_ text: UnsafePointer<UInt8>, _ limit: Int) -> Int {
    var length = limit
    while length > limit - 4, length > 0, text[length] & 0xC0 == 0x80 { length -= 1 }
    return length
  }
}

/// Well-formedness of UTF-8 (Unicode 15, table 3-7).
public enum UTF8Scan {
  /// Looks at one multi-byte sequence. Returns its length and `true`, or the length of the maximal ill-formed part
  /// (at least 1) and `false`.
  public static func sequence(_ at: UnsafePointer<UInt8>, _ left: Int) -> (length: Int, valid: Bool) {
    let lead = at[0]
    let need: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch lead {
    case 0x00...0x7F: return (1, true)
    case 0xC2...0xDF: need = 2
    case 0xE0: (need, low) = (3, 0xA0)
    case 0xED: (need, high) = (3, 0x9F)
    case 0xE1...0xEF: need = 3
    case 0xF0: (need, low) = (4, 0x90)
    case 0xF4: (need, high) = (4, 0x8F)
    case 0xF1...0xF3: need = 4
    default: return (1, false)
    }
    var length = 1
    while length < need {
      guard length < left, at[length] >= low, at[length] <= high else { return (length, false) }
      low = 0x80
      high = 0xBF
      length += 1
    }
    return (need, true)
  }

  /// Whether all bytes are well-formed.
  public static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = text.baseAddress else { return true }
    var at = 0
    while at < text.count {
      while at + 8 <= text.count,
        UnsafeRawPointer(start + at).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      { at += 8 }
      guard at < text.count else { return true }
      let (length, valid) = sequence(start + at, text.count - at)
      if !valid { return false }
      at += length
    }
    return true
  }
}
