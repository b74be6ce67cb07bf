import Pipeline
import Readers

/// What a reader made of a document, as values that can be compared.
struct Reading {
  indirect enum Value: Equatable {
    case text([UInt8])
    case plain(kind: UInt8, bits: UInt64, count: UInt32)
    case list([Value])
  }
  struct Row: Equatable {
    var bytes: [UInt8]
    var position: Int
    var line: Int
    var number: Int
    var values: [Value]
  }
  struct Refused: Equatable {
    var code: String
    var message: String
    var line: Int
    var number: Int
    var column: Int
  }

  let reader: any Reader
  var rows: [Row] = []
  var rejects: [Refused] = []
  var lines = 0
  var records = 0

  init(_ reader: any Reader) { self.reader = reader }

  mutating func read(_ bytes: MemorySource, capacity: Int, batch size: Int) {
    let fields = reader.schema.fields
    let source = reader.makeSource(bytes, limits: ReadLimits())
    let parser = reader.makeParser(fields: fields.map(\.name))
    let block = Block(capacity: capacity, headroom: 4 << 20)
    let batch = RecordBatch(stride: fields.count, capacity: size)
    while true {
      block.reset()
      let isMore: Bool
      do { isMore = try source.next(into: block) } catch { fatalError("memory cannot be read: \(error)") }
      require(isMore == (block.count > 0), "a block without bytes, or bytes without a block")
      lines += block.skippedLines
      if isMore { parse(block, with: parser, into: batch) }
      for reject in block.rejects {
        records += 1
        rejects.append(
          Refused(code: reject.code, message: reject.message, line: lines, number: records, column: reject.column))
      }
      if !isMore || block.isLast { return require(block.isLast, "an end that does not say so") }
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
      require(cursor > before && cursor <= block.count, "a cursor that does not move, or too far")
      require(batch.count <= batch.capacity, "more rows than the batch holds")
      count += batch.count
      for index in 0..<batch.count { append(batch, index, of: block) }
    }
    require(cursor == block.count, "the end of a block that is none")
    require(result.counts.records == count + result.rejects.count, "records do not add up")
    for reject in result.rejects {
      let offset = reject.offset ?? 0
      require(offset >= 0 && reject.length >= 0 && offset + reject.length <= block.count, "a reject beyond its block")
      rejects.append(
        Refused(
          code: reject.code, message: reject.message, line: lines + reject.line, number: records + reject.number,
          column: reject.column))
    }
    lines += result.counts.lines
    records += result.counts.records
  }

  private mutating func append(_ batch: RecordBatch, _ index: Int, of block: Block) {
    let record = batch.records[index]
    require(record.start == UnsafePointer(block.start) + record.offset, "a record that is not where it says")
    require(record.offset >= 0 && record.offset + record.count <= block.count, "a record beyond its block")
    require(rows.last.map { $0.line <= lines + record.line } ?? true, "lines go back")
    rows.append(
      Row(
        bytes: Array(UnsafeBufferPointer(start: record.start, count: record.count)),
        position: block.position(of: record.offset), line: lines + record.line, number: records + record.number,
        values: reader.schema.fields.indices.map { column in
          value(batch.fields[index * batch.stride + column], reader.schema.fields[column].type, block)
        }))
  }

  private func value(_ field: Field, _ type: FieldType, _ block: Block) -> Value {
    switch field.kind {
    case .text:
      guard let pointer = field.pointer else { fatalError("a text without a place") }
      let start = UnsafePointer(block.start)
      require(pointer >= start && pointer + Int(field.count) <= start + block.count, "a text beyond its block")
      return .text(Array(field.bytes))
    case .list:
      guard case .list(let columns) = type, let rows = field.rows else { fatalError("a list that is none") }
      return .list((0..<Int(field.count) * columns.count).map { value(rows[$0], .string, block) })
    default: return .plain(kind: field.kind.rawValue, bits: field.bits, count: field.count)
    }
  }
}
