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
    var cursor = offset
    var isMore = true
    while isMore {
      batch.reset()
      isMore = parser.parse(block, from: &cursor, into: batch, result: result)
      guard hasTime else { continue }
      for row in 0..<batch.count where batch.fields[row].kind == .timestamp {
        let time = batch.fields[row]
        if body(time.integer * 1000 + Int64(time.count / 1_000_000)) { return result.counts.records }
      }
    }
    return result.counts.records
  }

  /// Records in the block, and where the one with the 0-based `index` begins if the block has it.
  func records(_ block: Block, before index: Int) -> (count: Int, offset: Int?) {
    result.reset()
    var cursor = 0
    var isMore = true
    while isMore {
      batch.reset()
      isMore = parser.parse(block, from: &cursor, into: batch, result: result)
      for row in 0..<batch.count where batch.records[row].number == index {
        return (index, batch.records[row].offset)
      }
      for reject in result.rejects where reject.number == index { return (index, reject.offset) }
    }
    return (result.counts.records, nil)
  }
}
