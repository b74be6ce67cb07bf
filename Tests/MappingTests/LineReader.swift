import Pipeline

/// A reader for tests: `name=value` separated by blanks; `rows=a:1,b:2` is a list. Times are seconds since 1970.
struct LineReader: Reader {
  var isChronological: Bool { true }
  let schema = Schema(
    title: "line",
    fields: [
      .init("time", .timestamp, optional: false, "when"),
      .init("ip", .string, optional: false, "who"),
      .init("user", .string, optional: true, "login"),
      .init("agent", .string, optional: true, "program"),
      .init("method", .string, optional: true, "verb"),
      .init("target", .string, optional: true, "what"),
      .init("status", .int, optional: false, "outcome"),
      .init("bytes", .int, optional: true, "size"),
      .init("rows", .list(["sku": .string, "qty": .optional(.int)]), optional: true, "items"),
    ], timeField: "time")

  func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource { Nothing() }
  func makeParser(fields: [String]) -> any RecordParser { Parser(fields: fields) }

  private final class Nothing: BlockSource {
    func next(into block: Block) throws -> Bool { false }
  }

  private final class Parser: RecordParser {
    let fields: [String]

    init(fields: [String]) { self.fields = fields }

    func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
      while cursor < block.count, batch.count < batch.capacity {
        var end = cursor
        while end < block.count, block.start[end] != UInt8(ascii: "\n") { end += 1 }
        let line = UnsafeBufferPointer(start: UnsafePointer(block.start) + cursor, count: end - cursor)
        let values = Dictionary(
          String(decoding: line, as: UTF8.self).split(separator: " ").map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
          }, uniquingKeysWith: { $1 })
        let row = batch.fields + batch.count * batch.stride
        for (column, name) in fields.enumerated() { row[column] = field(name, values[name], batch) }
        batch.records[batch.count] = Record(
          start: UnsafePointer(block.start) + cursor, count: end - cursor, offset: cursor,
          line: result.counts.lines, number: result.counts.records)
        batch.count += 1
        result.counts.lines += 1
        result.counts.records += 1
        cursor = end + 1
      }
      return cursor < block.count
    }

    private func field(_ name: String, _ text: String?, _ batch: RecordBatch) -> Field {
      guard let text else { return .missing }
      switch name {
      case "time": return .timestamp(seconds: Int64(text) ?? 0)
      case "status", "bytes": return .int(Int64(text) ?? 0)
      case "rows":
        let rows = text.split(separator: ",").map { $0.split(separator: ":") }
        let fields = batch.arena.allocate(rows.count * 32).assumingMemoryBound(to: Field.self)
        for (index, row) in rows.enumerated() {
          fields[index * 2] = row.count > 1 ? .int(Int64(row[1]) ?? 0) : .missing
          fields[index * 2 + 1] = self.text(String(row[0]), batch)
        }
        return .list(UnsafePointer(fields), count: rows.count)
      default: return self.text(text, batch)
      }
    }

    private func text(_ text: String, _ batch: RecordBatch) -> Field {
      let bytes = Array(text.utf8)
      let copy = batch.arena.allocateBytes(max(1, bytes.count))
      copy.update(from: bytes, count: bytes.count)
      return .text(UnsafePointer(copy), bytes.count)
    }
  }
}
