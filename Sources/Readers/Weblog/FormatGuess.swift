internal import Pipeline

/// Which preset a log is written in: each reads the log's head, and what it makes of every record is judged. So a few
/// bad lines decide nothing, and of two formats that accept a line the one wins that understands more of it.
struct FormatGuess {
  let preset: WeblogPreset
  let reader: WeblogReader
  /// Settings that the log needs beside its format.
  let settings: WeblogSettings
  /// Records looked at, and those of them that the preset understands.
  let records: Int
  let understood: Int
  /// Records before the log begins; 0 unless most of the head is none of the log.
  let skipped: Int
  /// Whether the zone was not given and had to be assumed.
  let assumesZone: Bool

  /// Records looked at, from the first one that is understood; what stands before is as much as the head holds.
  private static let most = 1000
  /// Of fewer records nothing is believed that is not most of the head.
  private static let enough = 10

  /// nil if no preset understands every second record, or nine of ten from the first one that it understands: a log may
  /// stand behind a banner or the remains of another file.
  static func best(of head: [UInt8], settings: WeblogSettings) -> FormatGuess? {
    var best: (guess: FormatGuess, points: Int)?
    for preset in WeblogPreset.all {
      var settings = settings
      var needsZone = false
      if case .columns(let layout) = preset.shape, layout.needsZone, settings.zone == nil {
        needsZone = true
        settings.zone = .utc
      }
      guard let reader = try? preset.reader(settings) else { continue }
      var score = score(head, reader)
      if case .columns(let layout) = preset.shape, !layout.software.isEmpty,
        head.contains(line: "#Software: \(layout.software)")
      {
        score.points += score.understood
      }
      let isMost = score.understood * 2 >= score.records
      let isClear = score.understood >= enough && score.understood * 10 >= (score.records - score.skipped) * 9
      guard isMost || isClear, score.understood > 0, score.points > best?.points ?? 0 else { continue }
      best = (
        FormatGuess(
          preset: preset, reader: reader, settings: settings, records: score.records, understood: score.understood,
          skipped: isMost ? 0 : score.skipped, assumesZone: needsZone), score.points
      )
    }
    return best?.guess
  }

  private static func score(
    _ head: [UInt8], _ reader: WeblogReader
  ) -> (records: Int, understood: Int, skipped: Int, points: Int) {
    let names = reader.schema.fields.map(\.name)
    let source = reader.makeSource(MemorySource(head), limits: ReadLimits(record: max(head.count, 64)))
    let parser = reader.makeParser(fields: names)
    let block = Block(capacity: max(head.count, 1), headroom: max(head.count, 64))
    let batch = RecordBatch(stride: names.count)
    var records = 0
    var understood = 0
    var skipped: Int?
    var points = 0
    func isEnough(_ records: Int) -> Bool { skipped.map { records - $0 >= most } ?? false }
    while !isEnough(records) {
      block.reset()
      guard (try? source.next(into: block)) == true else { break }
      let result = MappedBlock()
      var cursor = 0
      var hasMore = true
      while hasMore, !isEnough(records + result.counts.records) {
        batch.reset()
        hasMore = parser.parse(block, from: &cursor, into: batch, result: result)
        for row in 0..<batch.count {
          if skipped == nil { skipped = records + batch.records[row].number }
          understood += 1
          for (column, name) in names.enumerated() {
            points += worth(name, batch.fields[row * batch.stride + column])
          }
        }
      }
      records += result.counts.records
      if block.isLast { break }
    }
    return (records, understood, skipped ?? records, points)
  }

  /// How much a value speaks for its field being what it is called.
  private static func worth(_ name: String, _ field: Field) -> Int {
    if field.isMissing { return 0 }
    let text = field.bytes
    switch name {
    case "ip":
      return AddressRange.Address(text) != nil || text.first == UInt8(ascii: "[") ? 4 : 1
    case "host":
      // What logs a name has dots in it.
      return text.contains(UInt8(ascii: ".")) || text.contains(UInt8(ascii: ":")) ? 2 : -2
    case "logname": return -1
    case "user": return text.contains(UInt8(ascii: " ")) ? -3 : 1
    case "status": return field.integer == 0 || (100...999).contains(field.integer) ? 2 : -4
    case "method", "protocol", "path", "target", "query", "referer", "agent": return 2
    default: return 1
    }
  }
}

extension [UInt8] {
  /// Whether a line begins so.
  fileprivate func contains(line start: String) -> Bool {
    split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: start.utf8) }
  }
}
