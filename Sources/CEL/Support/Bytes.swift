#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// The byte kernels of the evaluators. All take an address and a count and never read outside of them.

typealias Pointer = UnsafePointer<UInt8>

@inline(__always)
func load64(_ p: Pointer) -> UInt64 { UnsafeRawPointer(p).loadUnaligned(as: UInt64.self) }
@inline(__always)
func load32(_ p: Pointer) -> UInt32 { UnsafeRawPointer(p).loadUnaligned(as: UInt32.self) }
@inline(__always)
func load128(_ p: Pointer) -> SIMD16<UInt8> { UnsafeRawPointer(p).loadUnaligned(as: SIMD16<UInt8>.self) }

/// Whether two runs of the same length hold the same bytes.
@inline(__always)
func equal(_ a: Pointer, _ b: Pointer, _ count: Int) -> Bool {
  if count >= 8 {
    if count > 16 { return memcmp(a, b, count) == 0 }
    return load64(a) == load64(b) && load64(a + (count - 8)) == load64(b + (count - 8))
  }
  if count >= 4 { return load32(a) == load32(b) && load32(a + (count - 4)) == load32(b + (count - 4)) }
  var index = 0
  while index < count {
    if a[index] != b[index] { return false }
    index &+= 1
  }
  return true
}

@inline(__always)
func hasPrefix(_ a: Pointer, _ count: Int, _ b: Pointer, _ prefix: Int) -> Bool {
  count >= prefix && equal(a, b, prefix)
}

@inline(__always)
func hasSuffix(_ a: Pointer, _ count: Int, _ b: Pointer, _ suffix: Int) -> Bool {
  count >= suffix && equal(a + (count - suffix), b, suffix)
}

/// -1, 0 or 1, by unsigned bytes: the order of code points for UTF-8.
func compareBytes(_ a: Pointer, _ aCount: Int, _ b: Pointer, _ bCount: Int) -> Int {
  let order = min(aCount, bCount) == 0 ? 0 : Int(memcmp(a, b, min(aCount, bCount)))
  if order != 0 { return order < 0 ? -1 : 1 }
  return aCount == bCount ? 0 : aCount < bCount ? -1 : 1
}

/// The bits of the lanes that are set, lane 0 lowest.
@inline(__always)
func bits(_ mask: SIMDMask<SIMD16<Int8>>) -> UInt32 {
  let powers = SIMD16<UInt8>(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128)
  let picked = SIMD16<UInt8>(repeating: 0).replacing(with: powers, where: mask)
  return UInt32(picked.lowHalf.wrappedSum()) | UInt32(picked.highHalf.wrappedSum()) &<< 8
}

/// The first byte from an offset that equals `byte`, or nil.
@inline(__always)
func firstIndex(of byte: UInt8, _ p: Pointer, _ count: Int, from start: Int = 0) -> Int? {
  guard start < count, let found = memchr(p + start, Int32(byte), count - start) else { return nil }
  return UnsafeRawPointer(found) - UnsafeRawPointer(p)
}

/// The first occurrence of a needle, or nil. An empty needle is found at once.
@inline(__always)
func firstIndex(of needle: Pointer, _ needleCount: Int, in p: Pointer, _ count: Int, from start: Int = 0) -> Int? {
  if needleCount == 0 { return start }
  guard count - start >= needleCount else { return nil }
  if needleCount == 1 { return firstIndex(of: needle[0], p, count, from: start) }
  return search(needle, needleCount, in: p, count, from: start)
}

/// Compares the first and the last byte of the needle with 16 positions at a time.
private func search(_ needle: Pointer, _ needleCount: Int, in p: Pointer, _ count: Int, from start: Int) -> Int? {
  let last = needleCount - 1
  let head = SIMD16<UInt8>(repeating: needle[0])
  let tail = SIMD16<UInt8>(repeating: needle[last])
  var position = start
  let end = count - last
  while position + 16 <= end {
    let hits = (load128(p + position) .== head) .& (load128(p + position + last) .== tail)
    if any(hits) {
      for lane in 0..<16 where hits[lane] && equal(p + position + lane, needle, needleCount) { return position + lane }
    }
    position += 16
  }
  while position < end {
    if p[position] == needle[0], equal(p + position, needle, needleCount) { return position }
    position += 1
  }
  return nil
}

/// The last occurrence of a needle that begins at or before an offset, or nil.
func lastIndex(of needle: Pointer, _ needleCount: Int, in p: Pointer, _ count: Int, before limit: Int) -> Int? {
  var position = min(limit, count - needleCount)
  while position >= 0 {
    if equal(p + position, needle, needleCount) { return position }
    position -= 1
  }
  return nil
}

/// Whether one of the bytes is an ASCII capital.
func hasUpper(_ p: Pointer, _ count: Int) -> Bool {
  let low: UInt64 = 0x0101_0101_0101_0101
  var index = 0
  while index + 8 <= count {
    let word = load64(p + index)
    // Without its highest bit, a byte reaches 128 with 63 more from `A` on, and with 37 more from behind `Z` on.
    let rest = word & (low &* 0x7F)
    if (rest &+ low &* 0x3F) & ~(rest &+ low &* 0x25) & ~word & (low &* 0x80) != 0 { return true }
    index += 8
  }
  while index < count {
    if p[index].isUpper { return true }
    index += 1
  }
  return false
}

/// Whether all bytes are below 128.
func isASCII(_ p: Pointer, _ count: Int) -> Bool {
  var index = 0
  while index + 8 <= count {
    if load64(p + index) & 0x8080_8080_8080_8080 != 0 { return false }
    index += 8
  }
  while index < count {
    if p[index] >= 0x80 { return false }
    index += 1
  }
  return true
}

/// The number of code points: bytes that do not continue one.
func codePoints(_ p: Pointer, _ count: Int) -> Int {
  var total = 0
  for index in 0..<count where p[index] & 0xC0 != 0x80 { total += 1 }
  return total
}

/// The offset of the code point with an index; nil behind the end. `count` code points give `count` bytes.
func offset(ofCodePoint index: Int, _ p: Pointer, _ count: Int) -> Int? {
  var seen = 0
  for offset in 0..<count where p[offset] & 0xC0 != 0x80 {
    if seen == index { return offset }
    seen += 1
  }
  return seen == index ? count : nil
}
