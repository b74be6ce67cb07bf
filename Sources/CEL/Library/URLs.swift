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
    var text = x.utf8[...]
    let colon = UInt8(ascii: ":")
    let dot = UInt8(ascii: ".")
    if text.first == UInt8(ascii: "[") {
      guard let close = text.firstIndex(of: UInt8(ascii: "]")) else { return .none }
      text = text[(text.startIndex + 1)..<close]
    }
    if let zone = text.firstIndex(of: UInt8(ascii: "%")) { text = text[..<zone] }
    if text.contains(dot) {
      // A mapped address begins `::ffff:`; a port follows a single colon.
      let prefix = Array("::ffff:".utf8)
      if text.count > prefix.count, zip(text, prefix).allSatisfy({ $0.lowered == $1 }) {
        text = text.dropFirst(prefix.count)
      } else if let port = text.firstIndex(of: colon) {
        guard text[(port + 1)...].allSatisfy(\.isDigit) else { return .none }
        text = text[..<port]
      }
      return maskOld(activation, text)
    }
    guard text.filter({ $0 == colon }).count >= 2, text.allSatisfy({ $0.hexadecimal != nil || $0 == colon }) else {
      return .none
    }
    // The first three groups; a `::` before them ends the known part.
    var (end, groups) = (text.startIndex, 0)
    while end < text.endIndex, groups < 3 {
      if text[end] == colon {
        if end + 1 < text.endIndex, text[end + 1] == colon { break }
        groups += 1
        if groups == 3 { break }
      }
      end += 1
    }
    return joined(activation, text[..<end], "::")
  }

  private static func maskOld(_ activation: Activation, _ text: Slice<UnsafeBufferPointer<UInt8>>) -> Value {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4, parts.allSatisfy({ (1...3).contains($0.count) && $0.allSatisfy(\.isDigit) }) else {
      return .none
    }
    return joined(activation, text[..<parts[3].startIndex], "0")
  }

  private static func joined(
    _ activation: Activation, _ head: Slice<UnsafeBufferPointer<UInt8>>, _ tail: StaticString
  ) -> Value {
    var writer = TextWriter(activation)
    let bytes = UnsafeBufferPointer(rebasing: head)
    if let start = bytes.baseAddress, !writer.append(start, bytes.count) { return .error(.outOfMemory) }
    return writer.append(.string(tail)) ? writer.string.wrapped : .error(.outOfMemory)
  }
}
