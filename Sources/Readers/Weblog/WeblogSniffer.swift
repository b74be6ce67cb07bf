internal import Pipeline

/// Recognises access logs by trying every preset.
struct WeblogSniffer: Sniffer {
  /// Bytes that the format is guessed from.
  private static let length = 256 << 10

  func sniff(_ head: SniffHead) -> SniffFinding? {
    var settings = WeblogSettings()
    settings.zone = head.zone.flatMap { Zone(named: $0) }
    var bytes = head.bytes
    if bytes.count > WeblogSniffer.length {
      bytes.removeSubrange(WeblogSniffer.length...)
      if let end = bytes.lastIndex(of: UInt8(ascii: "\n")) { bytes.removeSubrange((end + 1)...) }
    }
    guard let guess = FormatGuess.best(of: bytes, settings: settings) else { return nil }
    var pinned = [PinnedEntry("format", .text(guess.preset.name))]
    var made = guess.reader
    let tails = TailEvidence(bytes, guess.reader)
    var remarks: [String] = []
    var isUnmistakable = false
    if guess.skipped > 0 {
      remarks.append(
        "the first \(DisplayNumber.plural(guess.skipped, "record")) are none of the log: they would be rejected")
    }
    switch guess.preset.shape {
    case .text:
      if let rest = tails.rest {
        let isNumber = rest.utf8.allSatisfy { $0 &- 48 < 10 }
        remarks.append(
          "lines go on with \(rest): "
            + (isNumber ? "write `format: icecast` if that is seconds, else" : "give")
            + " the server's own log format to read that, too")
      }
    case .json(let layout):
      remarks.append("keys that are not fields here are left out: reader jsonl reads any")
      // Caddy's and Traefik's requests are told by more than a time, and other lines among them are of the same log.
      isUnmistakable = layout.columns.contains { $0.isRequired && $0.kind != .time }
      if isUnmistakable, guess.understood * 10 < guess.records * 8 {
        remarks.append(
          "the other records are not requests and would be rejected: `--max-rejects` says how many may be")
      }
    case .columns(let layout):
      if layout.hasDirectives, layout.columns.isEmpty, let columns = WeblogSniffer.columns(bytes) {
        pinned.append(PinnedEntry("columns", .text(columns)))
        if guess.preset.name == "w3c", columns.split(separator: " ").contains("time-taken") {
          remarks.append("time-taken is read as seconds; write `format: iis` if it counts milliseconds")
        }
        // So that columns that only this log has are fields.
        var settings = guess.settings
        settings.columns = columns
        made = WeblogReader(layout: layout, title: guess.preset.name, settings: settings)
      }
    }
    if guess.needsZone {
      pinned.append(PinnedEntry("zone", .text(head.zone ?? "UTC")))
      if guess.assumesZone {
        remarks.append("times have no offset from UTC: `zone: UTC` is assumed, write the server's own zone")
      }
    } else if guess.settings.zone != nil, let zone = head.zone {
      pinned.append(PinnedEntry("zone", .text(zone)))
    } else if case .columns = guess.preset.shape {
      remarks.append("times are UTC, as the format is documented")
    } else {
      remarks.append("every time has its offset from UTC")
    }
    if tails.isBehindProxies {
      remarks.append("`ip` is mostly a proxy's, `forwarded` says whose it passed on: consider trusted: private")
    }
    if tails.hasAddressForUser {
      remarks.append(
        "`user` is an address in most lines: the log has a format of its own, give its LogFormat or log_format text")
    }
    if let prefix = WeblogSniffer.prefix(bytes) {
      remarks.append("lines begin with a \(prefix) header, which is passed over")
    }
    var finding = SniffFinding(
      reader: "weblog", format: "\(guess.preset.name) (\(guess.preset.summary))", records: guess.records,
      understood: guess.understood, settings: pinned, remarks: remarks, made: made)
    finding.isUnmistakable = isUnmistakable
    return finding
  }

  /// What stands behind the first `#Fields:`.
  private static func columns(_ bytes: [UInt8]) -> String? {
    for line in bytes.split(separator: UInt8(ascii: "\n")) where line.first == UInt8(ascii: "#") {
      let fields: String? = Array(line).withUnsafeBufferPointer { line in
        guard let start = line.baseAddress else { return nil }
        var directives = Directives(fields: nil)
        directives.take(start, start + line.count)
        return directives.fields.map { String(decoding: $0, as: UTF8.self) }
      }
      if let fields { return fields.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }
    return nil
  }

  /// What most of the first lines begin with.
  private static func prefix(_ bytes: [UInt8]) -> String? {
    var lines = 0
    var found: [LinePrefix: Int] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")).prefix(100) {
      lines += 1
      // The padding that blocks have.
      (Array(line) + [UInt8](repeating: 0, count: Block.padding)).withUnsafeBufferPointer { padded in
        guard let start = padded.baseAddress else { return }
        for kind in [LinePrefix.cri, .syslog] where kind.end(start, start + line.count, orTime: false) != nil {
          found[kind, default: 0] += 1
        }
      }
    }
    return found.first { $0.value * 2 > lines }.map { $0.key == .cri ? "container's" : "syslog" }
  }
}

/// What a format leaves over of lines, and whether proxies stand before the server, by the first batch of records.
private struct TailEvidence {
  /// What stands behind the last field of a line, if it does in most lines.
  private(set) var rest: String?
  private(set) var isBehindProxies = false
  /// Whether most of the users are none, but what another format has in their place.
  private(set) var hasAddressForUser = false

  init(_ bytes: [UInt8], _ reader: WeblogReader) {
    let names = reader.schema.fields.map(\.name)
    let ip = names.firstIndex(of: "ip")
    let user = names.firstIndex(of: "user")
    let forwarded = names.firstIndex(of: "forwarded")
    let source = reader.makeSource(MemorySource(bytes), limits: ReadLimits(record: max(bytes.count, 64)))
    let parser = reader.makeParser(fields: names)
    let block = Block(capacity: max(bytes.count, 1), headroom: max(bytes.count, 64))
    let batch = RecordBatch(stride: names.count)
    guard (try? source.next(into: block)) == true else { return }
    var cursor = 0
    _ = parser.parse(block, from: &cursor, into: batch, result: MappedBlock())
    var judged = 0
    var longer = 0
    var passedOn = 0
    var misnamed = 0
    for row in 0..<batch.count {
      let fields = UnsafeBufferPointer(start: batch.fields + row * batch.stride, count: batch.stride)
      if let user, FormatEvidence.isAddress(fields[user].bytes) { misnamed += 1 }
      if let ip, let forwarded, FormatEvidence.hasAddress(fields[forwarded].bytes),
        let address = AddressRange.Address(fields[ip].bytes),
        AddressRange.private.contains(where: { $0.contains(address) })
      {
        passedOn += 1
      }
      let line = batch.records[row]
      let end = line.start + line.count
      // What was decoded lies elsewhere and tells nothing about its place.
      let places = fields.compactMap { field -> UnsafePointer<UInt8>? in
        guard field.kind == .text, let start = field.pointer, start >= line.start, start <= end else { return nil }
        return start + Int(field.count)
      }
      guard let last = places.max(), let agent = fields.last, agent.kind == .text else { continue }
      judged += 1
      guard end - last > 2, last[0] == UInt8(ascii: "\""), last[1] == UInt8(ascii: " ") else { continue }
      longer += 1
      if rest == nil {
        rest = String(decoding: UnsafeBufferPointer(start: last + 2, count: min(60, end - last - 2)), as: UTF8.self)
      }
    }
    if longer * 2 <= judged { rest = nil }
    hasAddressForUser = misnamed * 2 > batch.count
    isBehindProxies = passedOn * 2 > batch.count
  }
}
