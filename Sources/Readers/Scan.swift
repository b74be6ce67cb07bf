internal import CProcessor
internal import Glibc
internal import Pipeline

/// The byte searches that every reader's kernels are built of.
///
/// All of them may look up to 31 bytes past `end`: a block has 64 zero bytes behind its records (`Block.padding`).
enum Scan {
  /// The first occurrence of either byte in `start..<end`, or `end`.
  @inline(__always)
  static func first(
    of one: UInt8, or other: UInt8, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var at = start
    while at < end {
      let hits = byte_mask_32_either(at, one, other)
      if hits != 0 {
        let found = at + hits.trailingZeroBitCount
        return found < end ? found : end
      }
      at += 32
    }
    return end
  }

  /// Whether a line that begins with this byte may be no record, or may begin with what is not part of it: `#`, blanks,
  /// control characters, and all that is above the letters of most scripts, a byte order mark among it.
  @inline(__always)
  static func isUnusualStart(_ byte: UInt8) -> Bool { byte &- 0x24 >= 0xEF - 0x24 }

  /// Where the line's own bytes begin: behind the zeros that stand where a log was emptied while its writer kept its
  /// place, and behind the UTF-8 byte order mark of a file that was appended.
  static func lineStart(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var at = start
    while at < end {
      let length = at.pointee == 0 ? 1 : ByteOrderMark.length(of: UnsafeBufferPointer(start: at, count: end - at))
      if length == 0 { break }
      at += length
    }
    return at
  }

  /// Whether `at` is such a place, in lines that begin at `start`. Looks back, no further than the last byte that is
  /// neither zero nor of a byte order mark.
  static func isLineStart(_ place: UnsafePointer<UInt8>, from start: UnsafePointer<UInt8>) -> Bool {
    var at = place
    while at > start {
      if at[-1] == 0 {
        at -= 1
      } else if at - start >= 3, ByteOrderMark.length(of: UnsafeBufferPointer(start: at - 3, count: 3)) > 0 {
        at -= 3
      } else {
        return at[-1] == UInt8(ascii: "\n")
      }
    }
    return true
  }

  /// Whether there is nothing but blanks, tabs and returns.
  static func isBlank(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
    var at = start
    while at < end, at.pointee == UInt8(ascii: " ") || at.pointee == 0x09 || at.pointee == 0x0D { at += 1 }
    return at == end
  }

  /// The first `byte` in `start..<end`, or `end`. For longer stretches: newlines.
  @inline(__always)
  static func byte(
    _ byte: UInt8, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    guard let found = memchr(start, Int32(byte), end - start) else { return end }
    return UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
  }

  /// The last `byte` in `start..<end`, or nil. Looks at nothing outside.
  @inline(__always)
  static func lastByte(
    _ byte: UInt8, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8>? {
    let wanted = SIMD16<UInt8>(repeating: byte)
    var at = end
    while at - start >= 16, !any(UnsafeRawPointer(at - 16).loadUnaligned(as: SIMD16<UInt8>.self) .== wanted) {
      at -= 16
    }
    while at > start {
      at -= 1
      if at.pointee == byte { return at }
    }
    return nil
  }
}
