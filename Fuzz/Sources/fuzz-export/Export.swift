import Pipeline
import Readers

/// What a reader made of an input, as values that can be compared.
struct Export {
  struct Row: Equatable {
    var line: Int
    var number: Int
    var bytes: [UInt8]
    var values: [[UInt8]]
  }

  let reader: any Reader
  var rows: [Row] = []
  var rejects: [String] = []
  var refusal = ""
  var lines = 0
  var records = 0

  /// Small, so that short inputs can be too long.
  static let limit = 2048

  init(_ reader: any Reader) { self.reader = reader }

  mutating func read(_ bytes: MemorySource, capacity: Int, batch size: Int) {
    let names = reader.schema.fields.map(\.name)
    let source = reader.makeSource(bytes, limits: ReadLimits(record: Export.limit))
    let parser = reader.makeParser(fields: names)
    let block = Block(capacity: capacity, headroom: Export.limit)
    let batch = RecordBatch(stride: names.count, capacity: size)
    while true {
      block.reset()
      let isMore: Bool
      do {
        isMore = try source.next(into: block)
      } catch {
        // A header that lacks a column.
        refusal = "\(error)"
        return
      }
      for reject in block.rejects {
        rejects.append("\(reject.code) \(lines + reject.line) \(records + reject.number) \(reject.message)")
      }
      lines += block.skippedLines
      records += block.rejects.count
      guard isMore else { return require(block.isLast, "an end that does not say so") }
      parse(block, with: parser, into: batch)
    }
  }

  private mutating func parse(_ block: Block, with parser: any RecordParser, into batch: RecordBatch) {
    let result = MappedBlock()
    var cursor = 0
    var count = 0
    var hasMore = true
    while hasMore {
      let before = cursor
      batch.reset()
      hasMore = parser.parse(block, from: &cursor, into: batch, result: result)
      require(cursor > before || !hasMore, "a cursor that does not move")
      require(cursor <= block.count && batch.count <= batch.capacity, "more than there is")
      count += batch.count
      for index in 0..<batch.count { append(batch, index) }
    }
    require(result.counts.records == count + result.rejects.count, "records do not add up")
    for reject in result.rejects {
      let offset = reject.offset ?? 0
      require(offset >= 0 && reject.length >= 0 && offset + reject.length <= block.count, "a reject beyond its block")
      rejects.append(
        "\(reject.code) \(lines + reject.line) \(records + reject.number) \(reject.column) \(reject.message)")
    }
    lines += result.counts.lines
    records += result.counts.records
  }

  private mutating func append(_ batch: RecordBatch, _ index: Int) {
    let record = batch.records[index]
    var row = Row(
      line: lines + record.line, number: records + record.number,
      bytes: Array(UnsafeBufferPointer(start: record.start, count: record.count)), values: [])
    for (column, field) in reader.schema.fields.enumerated() {
      let value = batch.fields[index * batch.stride + column]
      if case .list(let columns) = field.type, value.kind == .list, let cells = value.rows {
        for cell in 0..<Int(value.count) * columns.count { row.values.append(Export.bytes(cells[cell])) }
      } else {
        row.values.append(Export.bytes(value))
      }
    }
    rows.append(row)
  }

  /// Reads every byte, which the address sanitizer checks.
  private static func bytes(_ field: Field) -> [UInt8] {
    field.kind == .text
      ? Array(field.bytes) : Array("\(field.kind.rawValue) \(field.bits) \(field.count) \(field.scale)".utf8)
  }
}
