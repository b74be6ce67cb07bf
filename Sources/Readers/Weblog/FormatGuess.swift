internal import Pipeline

/// Which preset a log is written in: each reads the log's head, and what it makes of every record is judged. So a few
/// bad lines decide nothing, of two formats that accept a line the one wins that understands more of it, and what has a
/// format's form without its sense (`FormatEvidence`) is none of it.
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
  /// Whether the log's times do not say how far they are from UTC, so that they are read in the zone of the settings.
  let needsZone: Bool
  /// Whether that zone was not given and had to be assumed.
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
      // Where times may have an offset they are taken at their word first: a zone would hide that they have none.
      var zones: [Zone?] = [nil, settings.zone ?? .utc]
      var isWithoutZone = false
      if case .columns(let layout) = preset.shape {
        isWithoutZone = layout.needsZone || head.hasLocalTimes(layout)
        zones = [isWithoutZone ? settings.zone ?? .utc : settings.zone]
      }
      for zone in zones {
        var own = settings
        own.zone = zone
        guard let reader = try? preset.reader(own) else { continue }
        if case .columns(let layout) = preset.shape, layout.isTabbed, !head.hasColumns { continue }
        var score = score(head, reader, preset)
        guard score.isMost || score.isClear, score.understood > 0 else { continue }
        var needsZone = zone != nil
        if case .columns(let layout) = preset.shape {
          needsZone = isWithoutZone
          if layout.software.contains(where: { head.contains(line: "#Software: \($0)") }) {
            score.points += score.understood
          }
        }
        if score.points > best?.points ?? 0 {
          let guess = FormatGuess(
            preset: preset, reader: reader, settings: own, records: score.records, understood: score.understood,
            skipped: score.isMost ? 0 : score.skipped, needsZone: needsZone,
            assumesZone: needsZone && settings.zone == nil)
          best = (guess, score.points)
        }
        break
      }
    }
    return best?.guess
  }

  private struct Score {
    var records = 0
    var understood = 0
    var skipped = 0
    var points = 0

    var isMost: Bool { understood * 2 >= records }
    var isClear: Bool { understood >= enough && understood * 10 >= (records - skipped) * 9 }
  }

  /// What only a record of a request has: JSON with a time alone is not an access log.
  private static let ofRequests: Set = ["ip", "method", "target", "path", "status"]

  private static func score(_ head: [UInt8], _ reader: WeblogReader, _ preset: WeblogPreset) -> Score {
    let names = reader.schema.fields.map(\.name)
    var telling: [Int]?
    if case .json = preset.shape { telling = names.indices.filter { ofRequests.contains(names[$0]) } }
    let source = reader.makeSource(MemorySource(head), limits: ReadLimits(record: max(head.count, 64)))
    let parser = reader.makeParser(fields: names)
    let block = Block(capacity: max(head.count, 1), headroom: max(head.count, 64))
    let batch = RecordBatch(stride: names.count)
    var evidence = FormatEvidence(preset, fields: names)
    var records = 0
    var understood = 0
    var skipped: Int?
    var points = 0
    func isEnough(_ records: Int) -> Bool { skipped.map { records - $0 >= most } ?? false }
    while !isEnough(records) {
      block.reset()
      guard (try? source.next(into: block)) == true else { break }
      let result = MappedBlock()
      parser.forEachBatch(of: block, into: batch, result) {
        for row in 0..<batch.count {
          let fields = batch.fields + row * batch.stride
          if let telling, telling.allSatisfy({ fields[$0].isMissing }) { continue }
          if evidence.contradicts(fields) { continue }
          evidence.take(fields)
          if skipped == nil { skipped = records + batch.records[row].number }
          understood += 1
          for (column, name) in names.enumerated() { points += worth(name, fields[column]) }
        }
        return !isEnough(records + result.counts.records)
      }
      records += result.counts.records
      if block.isLast { break }
    }
    guard evidence.isProven else { return Score() }
    return Score(records: records, understood: understood, skipped: skipped ?? records, points: points)
  }

  /// How much a value speaks for its field being what it is called.
  private static func worth(_ name: String, _ field: Field) -> Int {
    if field.isMissing { return 0 }
    let text = field.bytes
    switch name {
    case "ip":
      if AddressRange.Address(text) != nil || text.first == UInt8(ascii: "[") { return 4 }
      return text.contains(UInt8(ascii: ".")) ? 1 : -2
    case "host":
      // What logs a name has dots in it, or is an address; with two colons and no more it has a time in it.
      if AddressRange.Address(text) != nil { return 2 }
      return text.contains(UInt8(ascii: ".")) && text.count(where: { $0 == UInt8(ascii: ":") }) < 2 ? 2 : -2
    case "logname": return -1
    case "user": return text.contains(UInt8(ascii: " ")) ? -3 : 1
    case "status": return field.integer == 0 || (100...999).contains(field.integer) ? 2 : -4
    case "method", "protocol", "path", "target", "query", "referer", "agent": return 2
    default: return 1
    }
  }
}

extension [UInt8] {
  /// Whether the log names its columns, or has tabs between them.
  fileprivate var hasColumns: Bool { contains(line: "#Fields:") || contains(UInt8(ascii: "\t")) }

  /// Whether a `#Fields:` names a server's own time and no other.
  fileprivate func hasLocalTimes(_ layout: ColumnLayout) -> Bool {
    guard layout.hasDirectives else { return false }
    let name = "#Fields:".utf8
    return split(separator: UInt8(ascii: "\n")).contains {
      $0.starts(with: name) && layout.isLocal(named: $0.dropFirst(name.count))
    }
  }

  /// Whether a line begins so.
  fileprivate func contains(line start: String) -> Bool {
    split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: start.utf8) }
  }
}
