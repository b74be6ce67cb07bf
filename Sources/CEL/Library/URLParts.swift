/// The parts of a URL as slices of its text (RFC 3986 §3, leniently: any text has parts).
struct URLParts: Sendable {
  var scheme = Value.emptyString
  /// With user and port.
  var authority = Value.emptyString
  var hasAuthority = false
  var path = Value.emptyString
  var query = Value.none
  var fragment = Value.none

  /// Cuts a text into its parts.
  @inline(__always)
  init(_ text: Value) {
    let (p, count) = (text.start, text.length)
    var start = 0
    if let web = Self.webScheme(p, count) {
      scheme = .string(p, count: web)
      start = web + 1
    } else if count > 0, p[0] != UInt8(ascii: "/") {
      var index = 0
      while index < count,
        p[index].isLower || p[index].isUpper || p[index].isDigit || p[index] == 0x2B || p[index] == 0x2D
          || p[index] == 0x2E
      {
        index += 1
      }
      if index > 0, index < count, p[index] == UInt8(ascii: ":"), !p[0].isDigit, !Self.isPort(p, index + 1, count) {
        scheme = .string(p, count: index)
        start = index + 1
      }
    }
    if start + 1 < count, p[start] == UInt8(ascii: "/"), p[start + 1] == UInt8(ascii: "/"), start > 0 || count > 2 {
      hasAuthority = true
      start += 2
      let end = Self.delimiter(p, count, from: start, orSlash: true)
      authority = .string(p + start, count: end - start)
      start = end
    }
    let end = Self.delimiter(p, count, from: start, orSlash: false)
    path = .string(p + start, count: end - start)
    guard end < count else { return }
    var fragmentStart = end
    if p[end] == 0x3F {
      fragmentStart = firstIndex(of: 0x23, p, count, from: end + 1) ?? count
      query = Value.string(p + (end + 1), count: fragmentStart - end - 1).wrapped
    }
    if fragmentStart < count {
      fragment = Value.string(p + (fragmentStart + 1), count: count - fragmentStart - 1).wrapped
    }
  }

  /// Scheme and authority as they stand, one behind the other, in the text that both are of.
  var origin: Value? {
    guard scheme.length > 0, hasAuthority else { return nil }
    return .string(scheme.start, count: authority.start + authority.length - scheme.start)
  }

  /// `host:8080/…` is a host and a port, not a scheme.
  private static func isPort(_ p: Pointer, _ start: Int, _ count: Int) -> Bool {
    var index = start
    while index < count, p[index].isDigit { index += 1 }
    return index > start && (index == count || p[index] == 0x2F || p[index] == 0x3F || p[index] == 0x23)
  }

  /// The length of `http` or `https` where `://` follows: nearly every URL begins so.
  @inline(__always)
  private static func webScheme(_ p: Pointer, _ count: Int) -> Int? {
    guard count >= 8 else { return nil }
    let start = UInt64(littleEndian: load64(p))
    if start == 0x2F2F_3A73_7074_7468 { return 5 }
    return start & 0x00FF_FFFF_FFFF_FFFF == 0x002F_2F3A_7074_7468 ? 4 : nil
  }

  /// The offset of the first `?` or `#`, perhaps `/`, or the end. Eight bytes at a time.
  @inline(__always)
  private static func delimiter(_ p: Pointer, _ count: Int, from start: Int, orSlash: Bool) -> Int {
    let low: UInt64 = 0x0101_0101_0101_0101
    var position = start
    while position + 8 <= count {
      let word = UInt64(littleEndian: load64(p + position))
      // A byte is zero where subtracting 1 borrows; the lowest such bit is exact.
      let (question, hash, slash) = (word ^ low &* 0x3F, word ^ low &* 0x23, word ^ low &* 0x2F)
      var hits = (question &- low) & ~question | (hash &- low) & ~hash
      if orSlash { hits |= (slash &- low) & ~slash }
      hits &= low &* 0x80
      if hits != 0 { return position + hits.trailingZeroBitCount / 8 }
      position += 8
    }
    while position < count, p[position] != 0x3F, p[position] != 0x23, !orSlash || p[position] != 0x2F { position += 1 }
    return position
  }

  /// The host and the port of the authority, without the user.
  var address: (host: Value, port: Value) {
    var (p, count) = (authority.start, authority.length)
    while let user = firstIndex(of: UInt8(ascii: "@"), p, count) {
      p += user + 1
      count -= user + 1
    }
    var digits = count
    while digits > 0, p[digits - 1].isDigit { digits -= 1 }
    guard digits > 0, p[digits - 1] == UInt8(ascii: ":") else { return (.string(p, count: count), .none) }
    // An IPv6 address keeps its brackets; its own colons are inside them.
    guard p[0] != UInt8(ascii: "[") || digits > 1 && p[digits - 2] == UInt8(ascii: "]") else {
      return (.string(p, count: count), .none)
    }
    var port: Int64 = 0
    for index in digits..<count { port = min(port * 10 + Int64(p[index] & 15), 1 << 32) }
    return (.string(p, count: digits - 1), digits < count && port < 65536 ? Value.int(port).wrapped : .none)
  }
}
