/// A growable run of bytes that hot code appends to: no initialisation of what is not yet written, no shrinking, so
/// that after the first blocks nothing is allocated any more.
///
/// A class, because closures compiled from a mapping write through it; its cursor is exempt from dynamic exclusivity
/// checks, which would cost a few percent of the whole run. One thread uses a buffer at a time.
public final class ByteBuffer {
  @exclusivity(unchecked) @usableFromInline var storage: UnsafeMutablePointer<UInt8>
  /// Bytes written. Who writes through `cursor` adds them here.
  @exclusivity(unchecked) public var count: Int = 0
  @exclusivity(unchecked) @usableFromInline var capacity: Int

  /// The first byte; another one after any call that makes room.
  @inlinable public var base: UnsafeMutablePointer<UInt8> { storage }

  /// - Parameter capacity: bytes to begin with, at least 64.
  public init(capacity: Int = 4096) {
    self.capacity = max(capacity, 64)
    storage = UnsafeMutablePointer<UInt8>.allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// What was written; valid until the next byte is.
  @inlinable public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  /// Ill-formed parts of JSON texts that U+FFFD was written for, since `removeAll`.
  @exclusivity(unchecked) public internal(set) var replacements = 0

  /// Makes room for `extra` further bytes; every append through `cursor` must be covered by a call before it.
  @inlinable @inline(__always)
  public func reserve(_ extra: Int) {
    if count &+ extra > capacity { grow(extra) }
  }

  @usableFromInline @inline(never)
  func grow(_ extra: Int) {
    let size = max(capacity * 2, count + extra)
    let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    grown.update(from: base, count: count)
    base.deallocate()
    storage = grown
    capacity = size
  }

  /// Where the next byte goes. Valid for the bytes reserved before.
  @inlinable @inline(__always)
  public var cursor: UnsafeMutablePointer<UInt8> { base + count }

  /// Adds one byte.
  @inlinable @inline(__always)
  public func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count &+= 1
  }

  /// Adds `length` bytes.
  @inlinable @inline(__always)
  public func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length)
    ByteBuffer.copy(start, to: base + count, length)
    count &+= length
  }

  /// Bytes that readable ones follow up to the `padding`-th: keys and other short constants go over without a branch for
  /// their length.
  @inlinable @inline(__always)
  public func append(padded start: UnsafePointer<UInt8>, _ length: Int) {
    reserve(length &+ ByteBuffer.padding)
    let (source, target) = (UnsafeRawPointer(start), UnsafeMutableRawPointer(base + count))
    if length <= ByteBuffer.padding {
      target.storeBytes(of: source.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
      target.storeBytes(
        of: source.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self), toByteOffset: 16, as: SIMD16<UInt8>.self)
    } else {
      target.copyMemory(from: source, byteCount: length)
    }
    count &+= length
  }

  /// Bytes that can be read from the start of a padded text, however short it is.
  public static let padding = 32

  /// Short copies, which keys and values mostly are, as two overlapping moves of a fixed size instead of a call. Every
  /// move lies within `length` bytes on both sides.
  @inlinable @inline(__always)
  static func copy(_ from: UnsafePointer<UInt8>, to: UnsafeMutablePointer<UInt8>, _ length: Int) {
    let (source, target) = (UnsafeRawPointer(from), UnsafeMutableRawPointer(to))
    if length > 32 {
      to.update(from: from, count: length)
    } else if length >= 16 {
      let head = source.loadUnaligned(as: SIMD16<UInt8>.self)
      let tail = source.loadUnaligned(fromByteOffset: length - 16, as: SIMD16<UInt8>.self)
      target.storeBytes(of: head, as: SIMD16<UInt8>.self)
      target.storeBytes(of: tail, toByteOffset: length - 16, as: SIMD16<UInt8>.self)
    } else if length >= 8 {
      let head = source.loadUnaligned(as: UInt64.self)
      let tail = source.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
      target.storeBytes(of: head, as: UInt64.self)
      target.storeBytes(of: tail, toByteOffset: length - 8, as: UInt64.self)
    } else if length >= 4 {
      let head = source.loadUnaligned(as: UInt32.self)
      let tail = source.loadUnaligned(fromByteOffset: length - 4, as: UInt32.self)
      target.storeBytes(of: head, as: UInt32.self)
      target.storeBytes(of: tail, toByteOffset: length - 4, as: UInt32.self)
    } else {
      for index in 0..<length { to[index] = from[index] }
    }
  }

  /// Adds all of them; they must not be this buffer's own.
  @inlinable @inline(__always)
  public func append(_ other: UnsafeBufferPointer<UInt8>) {
    if let start = other.baseAddress { append(start, other.count) }
  }

  /// Adds a constant as UTF-8.
  @inlinable @inline(__always)
  public func append(_ text: StaticString) { append(text.utf8Start, text.utf8CodeUnitCount) }

  /// For cold code: messages, headers, what is compiled once.
  public func append(text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Decimal digits of an integer.
  public func append(decimal value: Int64) {
    reserve(24)
    if value < 0 { append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    if rest < 10 {
      append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest))
      return
    }
    if rest < 100_000_000 {
      let (digits, length) = ByteBuffer.digits(rest, atLeast: 1)
      UnsafeMutableRawPointer(cursor).storeBytes(of: digits, as: UInt64.self)
      count &+= length
      return
    }
    var digits = 9
    var limit: UInt64 = 1_000_000_000
    // A magnitude has at most 19 digits, so that 10^19 is the last limit.
    while rest >= limit {
      digits &+= 1
      limit &*= 10
    }
    var at = count &+ digits
    count = at
    while rest > 0 {
      at &-= 1
      base[at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  /// Decimal digits of `mantissa` × 10^-`scale`, all of them: `199.90`.
  public func append(decimal mantissa: Int64, scale: Int) {
    guard scale > 0 else { return append(decimal: mantissa) }
    if mantissa < 0 { append(UInt8(ascii: "-")) }
    reserve(scale + 24)
    var rest = mantissa.magnitude
    if rest < 100_000_000, scale < 8 {
      let (digits, length) = ByteBuffer.digits(rest, atLeast: scale &+ 1)
      let whole = length &- scale
      // Two words that overlap, with the point between them.
      let to = UnsafeMutableRawPointer(cursor)
      to.storeBytes(of: digits, as: UInt64.self)
      to.storeBytes(of: UInt8(ascii: "."), toByteOffset: whole, as: UInt8.self)
      to.storeBytes(
        of: digits &>> UInt64(truncatingIfNeeded: whole &* 8), toByteOffset: whole &+ 1, as: UInt64.self)
      count &+= length &+ 1
      return
    }
    // Right to left into what is reserved, at least one digit before the point.
    var digits = 1
    var limit: UInt64 = 10
    while rest >= limit {
      digits &+= 1
      limit &*= 10
    }
    let length = max(digits, scale + 1) + 1
    var at = length
    var written = 0
    while at > 0 {
      at &-= 1
      if written == scale {
        base[count &+ at] = UInt8(ascii: ".")
      } else {
        base[count &+ at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      written &+= 1
    }
    count &+= length
  }

  /// The digits of a number below 10^8 in the order of writing, the first one lowest, and how many they are: as many as it
  /// has, or `atLeast`, which is 1 to 8. Halves, quarters and digits are split side by side in one word.
  @inline(__always)
  private static func digits(_ value: UInt64, atLeast: Int) -> (UInt64, length: Int) {
    let halves = value / 10_000 | (value % 10_000) &<< 32
    // x / 100 for x < 10^4, and x / 10 for x < 100, as a product and a shift.
    let hundreds = (halves &* 10_486) &>> 20 & 0x0000_007F_0000_007F
    let pairs = hundreds | (halves &- hundreds &* 100) &<< 16
    let tens = (pairs &* 103) &>> 10 & 0x000F_000F_000F_000F
    let digits = tens | (pairs &- tens &* 10) &<< 8
    // All zeros: the first digit that is not one is the ninth.
    let zeros = min(digits.trailingZeroBitCount &>> 3, 8 &- atLeast)
    return ((digits | 0x3030_3030_3030_3030) &>> UInt64(truncatingIfNeeded: zeros &* 8), 8 &- zeros)
  }

  /// Begins anew; the memory is kept, until `shrink`.
  public func removeAll() {
    count = 0
    replacements = 0
  }

  /// Lets go of what one unusual record or session made it grow to.
  @inlinable @inline(__always)
  public func shrink(to limit: Int) {
    if capacity > limit, count <= limit { reallocate(limit) }
  }

  @usableFromInline @inline(never)
  func reallocate(_ limit: Int) {
    let small = UnsafeMutablePointer<UInt8>.allocate(capacity: limit)
    small.update(from: base, count: count)
    base.deallocate()
    storage = small
    capacity = limit
  }
}
