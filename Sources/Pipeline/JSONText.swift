internal import CProcessor

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
    // At worst each byte becomes the three of U+FFFD.
    let length = count > ByteBuffer.longestText / 3 ? ByteBuffer.cut(start, count, ByteBuffer.longestText) : count
    reserve(length &* 6 &+ 32)
    let to = cursor
    to.pointee = UInt8(ascii: "\"")
    // Most texts are short and plain.
    let end =
      length <= 32 && json_copy_short(start, to + 1, length) == 0
      ? to + 1 + length : writeEscaped(start, length, to + 1)
    end.pointee = UInt8(ascii: "\"")
    self.count = end + 1 - base
  }

  /// A text as a JSON string, quotes and all. For cold code.
  public func append(json text: String) {
    var text = text
    text.withUTF8 { append(json: $0) }
  }

  /// The inside of a JSON string.
  public func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, limit: Int) {
    guard let start = text.baseAddress else { return }
    let length = text.count > limit / 3 ? ByteBuffer.cut(start, text.count, limit) : text.count
    reserve(length &* 6 &+ 32)
    count = writeEscaped(start, length, cursor) - base
  }

  /// Escapes `length` bytes to `to`, which has room for six bytes of each and 32 more: the worst case, so that sixteen
  /// bytes can be written without asking. Returns the end of what was written.
  @inline(__always)
  private func writeEscaped(
    _ start: UnsafePointer<UInt8>, _ length: Int, _ target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    var from = start
    var to = target
    let stop = start + length
    while from < stop {
      // Sixteen bytes go over as they are; what is not plain among them is done again. Branches and not sums tell where
      // to go on, since nearly all is plain and then nothing waits for the masks.
      let left = stop - from
      let plain: Int
      if left >= 16 {
        let special = json_copy_16(from, to)
        if special == 0 {
          from += 16
          to += 16
          continue
        }
        plain = special.trailingZeroBitCount
      } else {
        let special = json_copy_short(from, to, left)
        if special == 0 { return to + left }
        plain = json_short_offset(special, left)
      }
      from += plain
      to += plain
      if from.pointee < 0x80 {
        to = ByteBuffer.escape(from.pointee, to)
        from += 1
      } else {
        copyCharacters(&from, stop, &to)
      }
    }
    return to
  }

  /// Copies characters up to the next one of ASCII. Nearly all have two or three bytes and are well formed.
  @inline(__always)
  private func copyCharacters(
    _ from: inout UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ to: inout UnsafeMutablePointer<UInt8>
  ) {
    while from < stop, from.pointee >= 0x80 {
      let lead = from.pointee
      let left = stop - from
      if left >= 8 {
        let word = UnsafeRawPointer(from).loadUnaligned(as: UInt64.self)
        // Four characters of two bytes, none of which begins with C0 or C1: those have nothing in bits 1 to 4.
        if word & 0xC0E0_C0E0_C0E0_C0E0 == 0x80C0_80C0_80C0_80C0,
          ((word & 0x001E_001E_001E_001E) &+ 0x001E_001E_001E_001E) & 0x0020_0020_0020_0020 == 0x0020_0020_0020_0020
        {
          UnsafeMutableRawPointer(to).storeBytes(of: word, as: UInt64.self)
          from += 8
          to += 8
          continue
        }
      }
      if lead >= 0xC2, lead < 0xE0, left >= 2, from[1] & 0xC0 == 0x80 {
        to[0] = lead
        to[1] = from[1]
        from += 2
        to += 2
      } else if lead > 0xE0, lead < 0xED, left >= 3, from[1] & 0xC0 == 0x80, from[2] & 0xC0 == 0x80 {
        to[0] = lead
        to[1] = from[1]
        to[2] = from[2]
        from += 3
        to += 3
      } else {
        let (read, written) = copyCharacter(from, left, to)
        from += read
        to += written
      }
    }
  }

  /// One character of several bytes, or U+FFFD for what is none; at least one byte is read.
  @inline(never)
  private func copyCharacter(
    _ from: UnsafePointer<UInt8>, _ left: Int, _ to: UnsafeMutablePointer<UInt8>
  ) -> (read: Int, written: Int) {
    let (length, valid) = UTF8Scan.sequence(from, left)
    if valid {
      to.update(from: from, count: length)
      return (length, length)
    }
    replacements += 1
    to[0] = 0xEF
    to[1] = 0xBF
    to[2] = 0xBD
    return (length, 3)
  }

  /// One character of ASCII that is not plain. Returns the end of what was written.
  @inline(never)
  private static func escape(_ byte: UInt8, _ to: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    to[0] = UInt8(ascii: "\\")
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): to[1] = byte
    case 0x08: to[1] = UInt8(ascii: "b")
    case 0x09: to[1] = UInt8(ascii: "t")
    case 0x0A: to[1] = UInt8(ascii: "n")
    case 0x0C: to[1] = UInt8(ascii: "f")
    case 0x0D: to[1] = UInt8(ascii: "r")
    default:
      to[1] = UInt8(ascii: "u")
      to[2] = UInt8(ascii: "0")
      to[3] = UInt8(ascii: "0")
      to[4] = UInt8(ascii: "0") + (byte >> 4)
      let low = byte & 15
      to[5] = low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10
      return to + 6
    }
    return to + 2
  }

  /// The longest prefix of whole characters that takes at most `limit` bytes, three for each ill-formed part.
  private static func cut(_ text: UnsafePointer<UInt8>, _ count: Int, _ limit: Int) -> Int {
    var at = 0
    var written = 0
    while at < count {
      while count - at >= 8, limit - written >= 8,
        UnsafeRawPointer(text + at).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        at += 8
        written += 8
      }
      guard at < count else { break }
      let (length, isValid) = UTF8Scan.sequence(text + at, count - at)
      written += isValid ? length : 3
      if written > limit { break }
      at += length
    }
    return at
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
      // What is left of a plain end goes byte by byte.
      while at < text.count, start[at] < 0x80 { at += 1 }
      guard at < text.count else { return true }
      let (length, valid) = sequence(start + at, text.count - at)
      if !valid { return false }
      at += length
    }
    return true
  }
}
