internal import CEL
internal import Pipeline

/// `referer(text[, own hosts[, landing URL]])`: where a visit came from.
///
/// The kinds, the first that fits: `campaign` (the landing URL says so), `direct` (no referer), `internal` (one of the own
/// hosts or below), `search`, `social`, `email` (by the list of sites), `other`.
enum RefererFunction {
  /// What the object points to, in the activation's arena.
  private struct Found {
    var kind: Value
    var host: Value
    var name: Value
    var term: Value
  }

  private static let type = ObjectType(
    "referer",
    properties: [
      "kind": .init(.string) { _, value in found(value).pointee.kind },
      "host": .init(.optional(.string)) { _, value in found(value).pointee.host },
      "name": .init(.optional(.string)) { _, value in found(value).pointee.name },
      "term": .init(.optional(.string)) { _, value in found(value).pointee.term },
    ])

  private static func found(_ value: Value) -> UnsafePointer<Found> {
    value.pointer.assumingMemoryBound(to: Found.self)
  }

  static func register(in environment: inout Environment) {
    environment.objectTypes[type.name] = type
    let result = Type.object(type.name)
    for text in [Type.string, .optional(.string)] {
      environment.register("referer", .unary(text, result) { classify($0, $1, own: .emptyList, landing: .none) })
      for own in [Type.string, .list(.string)] {
        environment.register(
          "referer", .binary(text, own, result) { classify($0, $1, own: $2, landing: .none) })
        for landing in [Type.string, .optional(.string)] {
          environment.register(
            "referer", .ternary(text, own, landing, result) { classify($0, $1, own: $2, landing: $3) })
        }
      }
    }
  }

  @Sendable
  private static func classify(_ activation: Activation, _ text: Value, own: Value, landing: Value) -> Value {
    var found = Found(kind: .string("direct"), host: .none, name: .none, term: .none)
    if let text = plain(text), text.length > 0, !(text.length == 1 && text.start[0] == UInt8(ascii: "-")) {
      let parts = Address(text.utf8)
      guard let host = parts.host(activation) else { return .error(.outOfMemory) }
      if host.length > 0 { found.host = host.wrapped }
      if isOwn(host, own) {
        found.kind = .string("internal")
      } else if let site = Referers.standard.site(of: host.utf8) {
        found.kind = site.kind
        found.name = site.name.wrapped
        for parameter in site.parameters where found.term.isNone {
          found.term = QueryText.value(of: parameter, in: parts.query, activation)
        }
      } else {
        found.kind = .string("other")
      }
    }
    if let landing = plain(landing) { campaign(activation, landing, &found) }
    if found.term.isError { return found.term }
    guard let memory = activation.allocate(MemoryLayout<Found>.size) else { return .error(.outOfMemory) }
    memory.assumingMemoryBound(to: Found.self).initialize(to: found)
    return .object(UnsafeRawPointer(memory), type: type.identifier)
  }

  private static func plain(_ text: Value) -> Value? {
    if text.isNone { return nil }
    return text.isPresent ? text.unwrapped : text
  }

  private static func isOwn(_ host: Value, _ own: Value) -> Bool {
    if own.kind == .string { return isBelow(host, own) }
    for candidate in own.elements where isBelow(host, candidate) { return true }
    return false
  }

  /// Whether a host is another one or lies below it, whatever the case of the other.
  private static func isBelow(_ host: Value, _ own: Value) -> Bool {
    let rest = host.length - own.length
    guard own.length > 0, rest == 0 || rest > 0 && host.start[rest - 1] == UInt8(ascii: ".") else { return false }
    for at in 0..<own.length where host.start[rest + at] != lower(own.start[at]) { return false }
    return true
  }

  /// Click ids and `utm_` parameters are put there by who paid for the visit. (`fbclid` says nothing: it is on every link.)
  private static let clickIDs: [(parameter: [UInt8], name: StaticString)] = [
    (Array("gclid".utf8), "Google Ads"), (Array("gbraid".utf8), "Google Ads"), (Array("wbraid".utf8), "Google Ads"),
    (Array("dclid".utf8), "Display & Video 360"), (Array("msclkid".utf8), "Microsoft Advertising"),
    (Array("yclid".utf8), "Yandex Direct"), (Array("ttclid".utf8), "TikTok Ads"),
    (Array("li_fat_id".utf8), "LinkedIn Ads"), (Array("twclid".utf8), "X Ads"),
  ]
  private static let source = Array("utm_source".utf8)
  private static let others = [Array("utm_campaign".utf8), Array("utm_medium".utf8)]

  private static func campaign(_ activation: Activation, _ landing: Value, _ found: inout Found) {
    let query = Address(landing.utf8).query
    guard !query.isEmpty else { return }
    var name = QueryText.value(of: source, in: query, activation)
    var isPaid = name.isPresent || others.contains { QueryText.value(of: $0, in: query, activation).isPresent }
    if name.isNone {
      for click in clickIDs where QueryText.value(of: click.parameter, in: query, activation).isPresent {
        name = Value.string(click.name).wrapped
        isPaid = true
        break
      }
    }
    guard isPaid else { return }
    found.kind = .string("campaign")
    if name.isPresent { found.name = name }
  }

  @inline(__always)
  fileprivate static func lower(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 32 : byte }

  /// The parts of a URL that matter here; nothing is ever refused.
  private struct Address {
    private var authority: Slice<UnsafeBufferPointer<UInt8>>
    let query: Slice<UnsafeBufferPointer<UInt8>>
    private var isApp = false

    init(_ text: UnsafeBufferPointer<UInt8>) {
      var rest = text[...]
      let (slash, colon) = (UInt8(ascii: "/"), UInt8(ascii: ":"))
      if let at = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<at] }
      if let at = rest.firstIndex(of: UInt8(ascii: "?")) {
        query = rest[(at + 1)...]
        rest = rest[..<at]
      } else {
        query = rest[rest.endIndex...]
      }
      if let at = rest.firstIndex(of: colon), at + 2 < rest.endIndex, rest[at + 1] == slash, rest[at + 2] == slash {
        isApp = rest[..<at].elementsEqual("android-app".utf8)
        rest = rest[(at + 3)...]
      } else if rest.count > 1, rest[rest.startIndex] == slash, rest[rest.startIndex + 1] == slash {
        rest = rest.dropFirst(2)
      } else if rest.first == slash {
        rest = rest[rest.endIndex...]
      }
      if let at = rest.firstIndex(of: slash) { rest = rest[..<at] }
      if let at = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[(at + 1)...] }
      if let at = rest.firstIndex(of: colon), rest.first != UInt8(ascii: "[") { rest = rest[..<at] }
      if rest.last == UInt8(ascii: ".") { rest = rest.dropLast() }
      authority = rest
    }

    /// Lower-case; an app of a telephone is `android-app.` and its name. Nil when memory has run out.
    func host(_ activation: Activation) -> Value? {
      let prefix: StaticString = "android-app."
      let head = isApp ? prefix.utf8CodeUnitCount : 0
      guard head + authority.count > 0 else { return .emptyString }
      guard let memory = activation.allocate(head + authority.count) else { return nil }
      let bytes = memory.assumingMemoryBound(to: UInt8.self)
      for at in 0..<head { bytes[at] = prefix.utf8Start[at] }
      for (at, byte) in authority.enumerated() { bytes[head + at] = lower(byte) }
      return .string(UnsafePointer(bytes), count: head + authority.count)
    }
  }
}

/// Single parameters of a query, without taking all of it apart.
enum QueryText {
  /// The first value of a name, decoded; absent if it is not there or empty.
  static func value(
    of name: [UInt8], in query: Slice<UnsafeBufferPointer<UInt8>>, _ activation: Activation
  ) -> Value {
    var rest = query
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
      let pair = rest[..<end]
      rest = end < rest.endIndex ? rest[(end + 1)...] : rest[rest.endIndex...]
      guard pair.count > name.count + 1, pair[pair.startIndex + name.count] == UInt8(ascii: "="),
        pair.prefix(name.count).elementsEqual(name)
      else { continue }
      return decoded(pair.dropFirst(name.count + 1), activation)
    }
    return .none
  }

  private static func decoded(_ text: Slice<UnsafeBufferPointer<UInt8>>, _ activation: Activation) -> Value {
    guard let memory = activation.allocate(text.count) else { return .error(.outOfMemory) }
    let bytes = memory.assumingMemoryBound(to: UInt8.self)
    var count = 0
    var at = text.startIndex
    var isASCII = true
    while at < text.endIndex {
      if text[at] == UInt8(ascii: "%"), at + 2 < text.endIndex, let high = HexDigit.value(text[at + 1]),
        let low = HexDigit.value(text[at + 2])
      {
        bytes[count] = high << 4 | low
        at += 3
      } else {
        bytes[count] = text[at] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[at]
        at += 1
      }
      if bytes[count] >= 0x80 { isASCII = false }
      count += 1
    }
    let decoded = Value.string(UnsafePointer(bytes), count: count)
    if isASCII || String(validating: decoded.utf8, as: UTF8.self) != nil { return decoded.wrapped }
    // What is not UTF-8 in the end becomes U+FFFD.
    let repaired = activation.string(decoded.text)
    return repaired.isError ? repaired : repaired.wrapped
  }
}
