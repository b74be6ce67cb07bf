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
    var remarks: [String] = []
    switch guess.preset.shape {
    case .text, .json: remarks.append("every time has its offset from UTC")
    case .columns(let layout):
      if layout.hasDirectives, layout.columns.isEmpty, let columns = WeblogSniffer.columns(bytes) {
        pinned.append(PinnedEntry("columns", .text(columns)))
        // So that columns that only this log has are fields.
        var settings = guess.settings
        settings.columns = columns
        made = WeblogReader(layout: layout, title: guess.preset.name, settings: settings)
      }
      if layout.needsZone {
        pinned.append(PinnedEntry("zone", .text(head.zone ?? "UTC")))
        if guess.assumesZone {
          remarks.append("times have no offset from UTC: `zone: UTC` is assumed, write the server's own zone")
        }
      } else if let zone = head.zone {
        pinned.append(PinnedEntry("zone", .text(zone)))
      } else {
        remarks.append("times are UTC, as the format is documented")
      }
    }
    if let prefix = WeblogSniffer.prefix(bytes) {
      remarks.append("lines begin with a \(prefix) header, which is passed over")
    }
    return SniffFinding(
      reader: "weblog", format: "\(guess.preset.name) (\(guess.preset.summary))", records: guess.records,
      understood: guess.understood, settings: pinned, remarks: remarks, made: made)
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
        for kind in [LinePrefix.cri, .syslog] where kind.end(start, start + line.count) != nil {
          found[kind, default: 0] += 1
        }
      }
    }
    return found.first { $0.value * 2 > lines }.map { $0.key == .cri ? "container's" : "syslog" }
  }
}
