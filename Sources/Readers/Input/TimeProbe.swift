internal import Pipeline

/// Parses nothing but the times of a few records, to order inputs by them.
final class TimeProbe {
  private let parser: any RecordParser
  private let batch: RecordBatch
  private let result = MappedBlock()
  private let hasTime: Bool

  init(_ reader: any Reader, timeField: String?) {
    hasTime = timeField != nil
    parser = reader.makeParser(fields: timeField.map { [$0] } ?? [])
    batch = RecordBatch(stride: timeField == nil ? 0 : 1)
  }

  /// Calls `body` with the time in milliseconds of each record from `offset` on, until it returns true. Returns the
  /// number of records seen, rejects included.
  @discardableResult
  func times(_ block: Block, from offset: Int = 0, _ body: (Int64) -> Bool) -> Int {
    result.reset()
    parser.forEachBatch(of: block, from: offset, into: batch, result) {
      guard hasTime else { return true }
      for row in 0..<batch.count where batch.fields[row].kind == .timestamp {
        if body(batch.fields[row].milliseconds) { return false }
      }
      return true
    }
    return result.counts.records
  }

  /// Records in the block, and where the one with the 0-based `index` begins if the block has it.
  func records(_ block: Block, before index: Int) -> (count: Int, offset: Int?) {
    result.reset()
    var found: (count: Int, offset: Int?)?
    parser.forEachBatch(of: block, into: batch, result) {
      for row in 0..<batch.count where batch.records[row].number == index {
        found = (index, batch.records[row].offset)
      }
      for reject in result.rejects where reject.number == index { found = (index, reject.offset) }
      return found == nil
    }
    return found ?? (result.counts.records, nil)
  }
}
