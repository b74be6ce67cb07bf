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
    ("mask_ip", .unary(.string, .optional(.string), maskAddress)),
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

  /// An IPv4 address with its last part as 0, an IPv6 address with only its first 48 bits. Brackets, a port and a zone
  /// fall away, an IPv4 address mapped into IPv6 is masked as what it is. Anything else is absent: whoever masks must
  /// never get the original back.
  @Sendable
  private static func maskAddress(_ activation: Activation, _ x: Value) -> Value {
    guard let text = bareAddress(x.utf8[...]), case .success(let address) = Address.parse(text) else { return .none }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Address.Parsed.longestMask) { buffer in
      let count = address.writeMask(to: buffer)
      let text = activation.string(copying: UnsafeBufferPointer(rebasing: buffer[..<count]))
      return text.isError ? text : text.wrapped
    }
  }

  /// The address without what programs write around it; nil if that is no port or bracket.
  private static func bareAddress(_ whole: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>>? {
    var text = whole
    let colon = UInt8(ascii: ":")
    func isPort(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
      rest.isEmpty || rest.first == colon && rest.dropFirst().allSatisfy(\.isDigit)
    }
    if text.first == UInt8(ascii: "[") {
      guard let close = text.firstIndex(of: UInt8(ascii: "]")), isPort(text[(close + 1)...]) else { return nil }
      text = text[(text.startIndex + 1)..<close]
    }
    if let zone = text.firstIndex(of: UInt8(ascii: "%")) { text = text[..<zone] }
    guard text.contains(UInt8(ascii: ".")) else { return text }
    // A mapped address begins `::ffff:`; a port follows a single colon.
    let prefix: StaticString = "::ffff:"
    let mapped = UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
    if text.count > mapped.count, zip(text, mapped).allSatisfy({ $0.lowered == $1 }) {
      return text.dropFirst(mapped.count)
    }
    guard let port = text.firstIndex(of: colon), text[(port + 1)...].allSatisfy({ $0 != colon }) else { return text }
    return isPort(text[port...]) ? text[..<port] : nil
  }
}
