internal import Pipeline

/// Whose address `ip` is where proxies stand between client and server: the last one, from the right, that is no
/// trusted proxy's. What stands further left may be anybody's invention. Where a proxy noted what is no address (`unknown`,
/// `_hidden`), the client's is not known, and it is the proxy's: a word would make all such clients one.
struct Forwarding {
  /// What the parser behind is asked for.
  private(set) var fields: [String]
  let trusted: [AddressRange]
  fileprivate let ip: Int
  fileprivate let forwarded: Int
  /// Columns that the caller wants.
  fileprivate let width: Int

  /// nil if there is no rule, or nobody asks for the address.
  init?(_ fields: [String], _ trusted: [AddressRange]) {
    guard !trusted.isEmpty, let ip = fields.firstIndex(of: "ip") else { return nil }
    self.fields = fields
    self.trusted = trusted
    self.ip = ip
    width = fields.count
    if let index = fields.firstIndex(of: "forwarded") {
      forwarded = index
    } else {
      forwarded = fields.count
      self.fields.append("forwarded")
    }
  }

  /// The schema with `ip`, where only proxies' notes tell it.
  static func extended(_ schema: Schema, _ trusted: [AddressRange]) -> Schema {
    guard !trusted.isEmpty, schema.fields.contains(where: { $0.name == "forwarded" }),
      !schema.fields.contains(where: { $0.name == "ip" })
    else { return schema }
    var extended = schema
    extended.fields.append(Schema.Field("ip", .string, optional: true, "client's address, as trusted proxies noted it"))
    return extended
  }

  /// The client's address.
  fileprivate func client(_ connection: Field, _ list: Field) -> Field {
    if connection.kind == .text, !isTrusted(connection.bytes) { return connection }
    guard list.kind == .text, let start = list.pointer else { return connection }
    var end = start + Int(list.count)
    var client = connection
    while true {
      var from = end
      while from > start, from[-1] != UInt8(ascii: ",") { from -= 1 }
      // An element may be empty, and means nothing then (RFC 9110 §5.6.1).
      if let text = Forwarding.address(from, end) {
        guard let address = AddressRange.Address(UnsafeBufferPointer(start: text.start, count: text.count)) else {
          return client
        }
        client = .text(text.start, text.count)
        if !trusted.contains(where: { $0.contains(address) }) { return client }
      }
      if from == start { return client }
      end = from - 1
    }
  }

  private func isTrusted(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = text.baseAddress, let bare = Forwarding.address(start, start + text.count),
      let address = AddressRange.Address(UnsafeBufferPointer(start: bare.start, count: bare.count))
    else {
      // What has no address is on this machine: a socket.
      return text.starts(with: "unix:".utf8)
    }
    return trusted.contains { $0.contains(address) }
  }

  /// The address in an element of a list: without blanks, quotes, brackets and port, also of `for=…` (RFC 7239 §6).
  static func address(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> (start: UnsafePointer<UInt8>, count: Int)? {
    var from = start
    var to = end
    func isMargin(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\t")
    }
    while from < to, isMargin(from.pointee) { from += 1 }
    // Of `proto=https;for=192.0.2.1;by=…` only one part is the client's.
    var at = from
    while to - at > 4 {
      if at[0] | 0x20 == UInt8(ascii: "f"), at[1] | 0x20 == UInt8(ascii: "o"), at[2] | 0x20 == UInt8(ascii: "r"),
        at[3] == UInt8(ascii: "=")
      {
        from = at + 4
        break
      }
      at += 1
    }
    at = from
    while at < to, at.pointee != UInt8(ascii: ";") { at += 1 }
    to = at
    while from < to, isMargin(from.pointee) { from += 1 }
    while to > from, isMargin(to[-1]) { to -= 1 }
    if from < to, from.pointee == UInt8(ascii: "[") {
      from += 1
      at = from
      while at < to, at.pointee != UInt8(ascii: "]") { at += 1 }
      to = at
    } else if let colon = Scan.lastByte(UInt8(ascii: ":"), from, to),
      Scan.byte(UInt8(ascii: ":"), from, to) == colon
    {
      to = colon
    }
    let zone = Scan.byte(UInt8(ascii: "%"), from, to)
    to = min(to, zone)
    return from < to ? (from, to - from) : nil
  }
}

/// Parses with another parser and puts the client's address where the proxy's was.
final class ForwardedParser: RecordParser {
  private let parser: any RecordParser
  private let forwarding: Forwarding
  /// As wide as the other's records; made when the size is known.
  private var inner: RecordBatch?

  init(_ parser: any RecordParser, _ forwarding: Forwarding) {
    self.parser = parser
    self.forwarding = forwarding
  }

  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
    let room = batch.capacity - batch.count
    let inner =
      inner.flatMap { $0.capacity == room ? $0 : nil }
      ?? RecordBatch(stride: forwarding.fields.count, capacity: room)
    self.inner = inner
    inner.reset()
    let hasMore = parser.parse(block, from: &cursor, into: inner, result: result)
    for index in 0..<inner.count {
      let from = inner.fields + index * inner.stride
      let to = batch.fields + (batch.count + index) * batch.stride
      from[forwarding.ip] = forwarding.client(from[forwarding.ip], from[forwarding.forwarded])
      for column in 0..<forwarding.width { to[column] = from[column] }
      (batch.records + batch.count + index).initialize(to: inner.records[index])
    }
    batch.count += inner.count
    return hasMore
  }
}
