import Pipeline
import Readers

/// A reader over bytes in memory, block after block as in a run.
final class Reading {
  private let reader: any Reader
  private let parser: any RecordParser
  private let block = Block(capacity: 256 << 10, headroom: 4 << 20)
  private let batch: RecordBatch
  private let result = MappedBlock()

  init(_ reader: any Reader, fields: [String]) {
    self.reader = reader
    parser = reader.makeParser(fields: fields)
    batch = RecordBatch(stride: fields.count)
  }

  /// - Parameter take: gets each batch, and what came of the block so far.
  func run(_ lines: Lines, take: (RecordBatch, MappedBlock) -> Void) -> UInt64 {
    let source = reader.makeSource(MemorySource(lines.bytes), limits: ReadLimits())
    var sum: UInt64 = 0
    while true {
      block.reset()
      guard (try? source.next(into: block)) == true else { break }
      result.reset()
      var cursor = 0
      var hasMore = true
      while hasMore {
        batch.reset()
        hasMore = parser.parse(block, from: &cursor, into: batch, result: result)
        take(batch, result)
        if batch.count > 0, batch.stride > 0 { sum = sum &* 31 &+ batch.fields[batch.count * batch.stride - 1].bits }
      }
      sum = sum &+ UInt64(result.counts.records &+ result.text.count &+ result.rejects.count)
    }
    return sum
  }

  static func weblog(_ format: String) throws -> any Reader {
    let span = SourceSpan(line: 1, column: 1)
    let pairs = [("reader", "weblog"), ("format", format)]
    return try ReaderCatalogue.make(
      settings: .map(
        pairs.map {
          ConfigEntry(
            key: $0.0, keySpan: span, value: .scalar(ConfigScalar(text: $0.1, style: .singleQuoted, span: span)))
        }, span), file: "micro")
  }
}
