extension Library {
  static let urls: [Entry] = [
    (
      "parse_url",
      .unary(.string, .object(URLObject.type.name)) { activation, text in URLObject.parse(activation, text, base: nil) }
    ),
    (
      "parse_url",
      .binary(.string, .string, .object(URLObject.type.name), specialize: specializeBase) { activation, text, base in
        let base = URLParts(base)
        return URLObject.parse(activation, text, base: base)
      }
    ),
    ("parse_query", .unary(.string, .map(.string, .string)) { activation, text in Query.parse(activation, text) }),
    ("url_decode", .unary(.string, .string) { activation, text in Query.decode(activation, text) }),
    ("mask_ip", .unary(.string, .string, maskAddress)),
  ]

  /// A literal base is taken apart once.
  @Sendable
  private static func specializeBase(_ site: inout CallSite) -> Specialized? {
    guard let literal = site.arguments[1].known else { return nil }
    let load = site.arguments[0].evaluate
    let base = URLBase(URLParts(literal.value), literal)
    return Specialized { activation in
      let text = load(activation)
      return text.isError ? text : URLObject.parse(activation, text, base: base.parts)
    }
  }

  /// Keeps the bytes of the base alive.
  private final class URLBase: Sendable {
    let parts: URLParts
    private let literal: Constant

    init(_ parts: URLParts, _ literal: Constant) {
      self.parts = parts
      self.literal = literal
    }
  }

  /// An IPv4 address with its last part as 0, an IPv6 address with only its first 48 bits; other text unchanged.
  @Sendable
  private static func maskAddress(_ activation: Activation, _ x: Value) -> Value {
    let (p, count) = (x.start, x.length)
    var writer = TextWriter(activation)
    if firstIndex(of: UInt8(ascii: ":"), p, count) == nil {
      var last = count - 1
      while last >= 0, p[last].isDigit { last -= 1 }
      guard last > 0, p[last] == UInt8(ascii: "."), x.utf8.filter({ $0 == UInt8(ascii: ".") }).count == 3,
        x.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") })
      else { return x }
      guard writer.append(p, last + 1), writer.append(.string("0")) else { return .error(.outOfMemory) }
      return writer.string
    }
    guard x.utf8.allSatisfy({ $0.hexadecimal != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }) else {
      return x
    }
    // The first three groups; a `::` before them ends the known part.
    var (end, groups) = (0, 0)
    while end < count, groups < 3 {
      if p[end] == UInt8(ascii: ":") {
        if end + 1 < count, p[end + 1] == UInt8(ascii: ":") { break }
        groups += 1
        if groups == 3 { break }
      }
      end += 1
    }
    guard writer.append(p, end), writer.append(.string("::")) else { return .error(.outOfMemory) }
    return writer.string
  }
}
