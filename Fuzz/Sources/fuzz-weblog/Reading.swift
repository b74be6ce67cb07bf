import Pipeline
import Readers

/// What a reader made of an input, as values that can be compared.
struct Reading {
  struct Row: Equatable {
    var start: Int
    var count: Int
    var line: Int
    var number: Int
    var values: [Value]
  }
  enum Value: Equatable {
    case text([UInt8])
    case plain(kind: UInt8, bits: UInt64, count: UInt32)
  }
  struct Refused: Equatable {
    var code: String
    var line: Int
    var number: Int
    var column: Int
    var length: Int
  }

  let reader: any Reader
  /// Whether to move each block's records to where only the padding follows, so that the sanitizer sees every byte
  /// that is read behind it.
  var isFlush = false
  var rows: [Row] = []
  var rejects: [Refused] = []
  var lines = 0
  var records = 0

  init(_ reader: any Reader) { self.reader = reader }

  mutating func read(_ bytes: MemorySource, capacity: Int, batch size: Int) {
    let columns = reader.schema.fields.map(\.name)
    let limits = ReadLimits()
    let source = reader.makeSource(bytes, limits: limits)
    let parser = reader.makeParser(fields: columns)
    let block = Block(capacity: capacity, headroom: 1 << 20)
    let batch = RecordBatch(stride: columns.count, capacity: size)
    var position: Int?
    while true {
      block.reset()
      let isMore: Bool
      do { isMore = try source.next(into: block) } catch { fatalError("memory cannot be read: \(error)") }
      require(isMore == (block.count > 0), "a block without bytes, or bytes without a block")
      require(block.rejects.isEmpty && block.skippedLines == 0, "a short line is refused as too long")
      require(position == nil || position == block.offset, "a gap between blocks")
      position = block.offset + block.count
      guard isMore else { return require(block.isLast, "an end that does not say so") }
      parse(isFlush ? Reading.flush(block) : block, with: parser, into: batch)
    }
  }

  private static func flush(_ block: Block) -> Block {
    let copy = Block(capacity: block.count, headroom: 0)
    copy.start = copy.base + (copy.capacity - block.count)
    copy.count = block.count
    copy.start.update(from: block.start, count: block.count)
    copy.seal()
    copy.offset = block.offset
    copy.annotation = block.annotation
    return copy
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
    let counts = result.counts
    var ends = block.bytes.count { $0 == 0x0A }
    if block.bytes.last != 0x0A { ends += 1 }
    require(counts.lines == ends, "\(counts.lines) lines counted of \(ends)")
    require(counts.lines == counts.comments + counts.blanks + counts.records, "lines do not add up")
    require(counts.records == count + result.rejects.count, "records do not add up")
    for reject in result.rejects {
      let offset = reject.offset ?? 0
      require(offset >= 0 && reject.length >= 0 && offset + reject.length <= block.count, "a reject beyond its block")
      require(reject.column >= 0 && reject.column <= reject.length + 1, "a reject's column beyond its line")
      rejects.append(
        Refused(
          code: reject.code, line: lines + reject.line, number: records + reject.number, column: reject.column,
          length: reject.length))
    }
    lines += counts.lines
    records += counts.records
  }

  private mutating func append(_ batch: RecordBatch, _ index: Int, of block: Block) {
    let record = batch.records[index]
    let start = UnsafePointer(block.start)
    require(record.start == start + record.offset, "a record that is not where it says")
    require(record.offset >= 0 && record.offset + record.count <= block.count, "a record beyond its block")
    let base = UnsafePointer(block.base)
    let stored = (base - block.headroom)..<(base + block.capacity + Block.padding)
    var row = Row(
      start: block.offset + record.offset, count: record.count, line: lines + record.line,
      number: records + record.number, values: [])
    for column in 0..<batch.stride {
      let field = batch.fields[index * batch.stride + column]
      guard field.kind == .text else {
        require(field.kind != .list && field.kind != .decimal, "a kind that no log has")
        row.values.append(.plain(kind: field.kind.rawValue, bits: field.bits, count: field.count))
        continue
      }
      guard let pointer = field.pointer else { fatalError("a text without a place") }
      if stored.contains(pointer) {
        let end = pointer + Int(field.count)
        require(pointer >= record.start && end <= record.start + record.count, "a text beyond its record")
      }
      // Reads every byte, which the address sanitizer checks for what was decoded into the arena.
      row.values.append(.text(Array(field.bytes)))
    }
    rows.append(row)
  }
}
