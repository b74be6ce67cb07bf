/// Numbers of up to eight bytes, read as one word: eight digits are checked and summed up at once, without a branch for
/// each. Eight bytes must be readable, whatever the length. Anything unusual is nil, and left to `NumberText`.
enum ShortNumber {
  /// Plain digits.
  @inline(__always)
  static func int(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    guard count >= 1, count <= 8 else { return nil }
    let word = aligned(start, count)
    return isDigits(word) ? value(word) : nil
  }

  /// Digits, and perhaps a point with digits on both sides.
  @inline(__always)
  static func decimal(
    _ start: UnsafePointer<UInt8>, _ count: Int, point: UInt8
  ) -> (mantissa: Int64, scale: Int8)? {
    guard count >= 1, count <= 8, start.pointee &- 48 < 10 else { return nil }
    var word = aligned(start, count)
    let points = zeroBytes(word ^ (0x0101_0101_0101_0101 &* UInt64(point)))
    var scale = 0
    if points != 0 {
      // The digits before the point move up by one byte, a zero comes in.
      let bit = UInt64(truncatingIfNeeded: points.trailingZeroBitCount &- 7)
      scale = 7 &- Int(bit &>> 3)
      guard scale > 0 else { return nil }
      let before = word & ((1 &<< bit) &- 1)
      let behind = word & ~((0x100 &<< bit) &- 1)
      word = behind | before &<< 8 | 0x30
    }
    return isDigits(word) ? (value(word), Int8(truncatingIfNeeded: scale)) : nil
  }

  /// The text at the end of eight bytes, zeros before it.
  @inline(__always)
  private static func aligned(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    let word = UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
    let zeros: UInt64 = 0x3030_3030_3030_3030
    // A smart shift: nothing is left of the zeros for eight bytes.
    return word &<< UInt64(64 &- 8 &* count) | zeros >> UInt64(8 &* count)
  }

  /// The highest bit of each byte that is zero; the lowest of these bits is right, those above it may be wrong.
  @inline(__always)
  private static func zeroBytes(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }

  @inline(__always)
  private static func isDigits(_ word: UInt64) -> Bool {
    let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    return (word & high) | ((word &+ 0x0606_0606_0606_0606) & high) &>> 4 == 0x3333_3333_3333_3333
  }

  /// Pairs of digits, then of pairs, then of fours.
  @inline(__always)
  private static func value(_ word: UInt64) -> Int64 {
    var word = word & 0x0F0F_0F0F_0F0F_0F0F
    word = (word &* (10 &<< 8 | 1)) &>> 8 & 0x00FF_00FF_00FF_00FF
    word = (word &* (100 &<< 16 | 1)) &>> 16 & 0x0000_FFFF_0000_FFFF
    word = (word &* (10_000 &<< 32 | 1)) &>> 32
    return Int64(truncatingIfNeeded: word)
  }
}
