/// The object `url`, which `parse_url` makes. Parsing only finds the borders of the parts; the map of the query, the
/// host and the text of a resolved URL are made when they are asked for, once.
enum URLObject {
  private struct Record {
    var parts: URLParts
    /// The text that was given, or an absent value until a resolved URL is asked for its text.
    var text: Value
    /// What a resolved URL has behind its authority, where that is the text that was given.
    var behind = Value.none
    var query: Value
    var isQueryParsed: Bool
  }

  static let type = ObjectType(
    "url",
    properties: [
      "text": .init(.string, get: text),
      "scheme": .init(.string) { activation, value in lowercase(activation, record(value).pointee.parts.scheme) },
      "host": .init(.string) { activation, value in lowercase(activation, record(value).pointee.parts.address.host) },
      "port": .init(.optional(.int)) { _, value in record(value).pointee.parts.address.port },
      "path": .init(.string) { _, value in record(value).pointee.parts.path },
      "query": .init(.optional(.map(.string, .string)), get: query),
      "query_all": .init(.optional(.map(.string, .list(.string)))) { activation, value in
        let text = record(value).pointee.parts.query
        guard text.isPresent else { return .none }
        let map = Query.parseAll(activation, text.unwrapped)
        return map.isError ? map : map.wrapped
      },
      "query_text": .init(.optional(.string)) { _, value in record(value).pointee.parts.query },
      "fragment": .init(.optional(.string)) { _, value in record(value).pointee.parts.fragment },
    ])

  @inline(__always)
  private static func record(_ value: Value) -> UnsafeMutablePointer<Record> {
    UnsafeMutableRawPointer(mutating: value.pointer).assumingMemoryBound(to: Record.self)
  }

  static func parse(_ activation: Activation, _ text: Value, base: URLParts?) -> Value {
    guard let memory = activation.allocate(MemoryLayout<Record>.size) else { return .error(.outOfMemory) }
    let record = memory.assumingMemoryBound(to: Record.self)
    record.initialize(to: Record(parts: URLParts(text), text: text, query: .none, isQueryParsed: false))
    if let base {
      guard resolve(activation, record, base) else { return .error(.outOfMemory) }
    }
    if record.pointee.parts.path.count == 0 { record.pointee.parts.path = .string("/") }
    return .object(UnsafeRawPointer(record), type: type.identifier)
  }

  /// Takes from the base what the text does not have (RFC 3986 §5.2.2, without removing dot segments).
  @inline(__always)
  private static func resolve(_ activation: Activation, _ record: UnsafeMutablePointer<Record>, _ base: URLParts)
    -> Bool
  {
    if record.pointee.parts.scheme.count > 0 { return true }
    let text = record.pointee.text
    record.pointee.text = .none
    record.pointee.parts.scheme = base.scheme
    if record.pointee.parts.hasAuthority { return true }
    record.pointee.parts.authority = base.authority
    record.pointee.parts.hasAuthority = base.hasAuthority
    let path = record.pointee.parts.path
    if path.count == 0 {
      record.pointee.parts.path = base.path
      if record.pointee.parts.query.isNone { record.pointee.parts.query = base.query }
      return true
    }
    if path.start[0] == UInt8(ascii: "/") {
      record.pointee.behind = text
      return true
    }
    // Relative to the folder of the base.
    var writer = TextWriter(activation)
    var folder = base.path.length
    while folder > 0, base.path.start[folder - 1] != UInt8(ascii: "/") { folder -= 1 }
    guard folder > 0 ? writer.append(base.path.start, folder) : writer.append(.string("/")) else { return false }
    guard writer.append(path) else { return false }
    record.pointee.parts.path = writer.string
    return true
  }

  @Sendable
  private static func text(_ activation: Activation, _ value: Value) -> Value {
    let record = record(value)
    if !record.pointee.text.isNone { return record.pointee.text }
    let parts = record.pointee.parts
    if !record.pointee.behind.isNone, let origin = parts.origin {
      record.pointee.text = Dynamic.concatenate(activation, origin, record.pointee.behind)
      return record.pointee.text
    }
    var writer = TextWriter(activation)
    var fits = true
    if parts.scheme.count > 0 { fits = writer.append(parts.scheme) && writer.append(.string(":")) }
    if parts.hasAuthority { fits = fits && writer.append(.string("//")) && writer.append(parts.authority) }
    fits = fits && writer.append(parts.path)
    if parts.query.isPresent { fits = fits && writer.append(.string("?")) && writer.append(parts.query.unwrapped) }
    if parts.fragment.isPresent {
      fits = fits && writer.append(.string("#")) && writer.append(parts.fragment.unwrapped)
    }
    guard fits else { return .error(.outOfMemory) }
    record.pointee.text = writer.string
    return record.pointee.text
  }

  @Sendable
  private static func query(_ activation: Activation, _ value: Value) -> Value {
    let record = record(value)
    if record.pointee.isQueryParsed { return record.pointee.query }
    let text = record.pointee.parts.query
    if text.isPresent {
      let map = Query.parse(activation, text.unwrapped)
      record.pointee.query = map.isError ? map : map.wrapped
    }
    record.pointee.isQueryParsed = true
    return record.pointee.query
  }

  private static func lowercase(_ activation: Activation, _ text: Value) -> Value {
    guard hasUpper(text.start, text.length), let memory = activation.allocate(text.length) else { return text }
    let bytes = memory.assumingMemoryBound(to: UInt8.self)
    for index in 0..<text.length { bytes[index] = text.start[index].lowered }
    return .string(UnsafePointer(bytes), count: text.length)
  }
}
