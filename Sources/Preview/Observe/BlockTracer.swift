internal import Pipeline

/// Parses a block once more, up to the records that are wanted: with the mapping's columns for the mapping, and with all
/// fields for people.
final class BlockTracer {
  private let tracer: (any RecordTracer)?
  private let parser: any RecordParser
  private let fieldParser: any RecordParser
  private let batch: RecordBatch
  private let fieldBatch: RecordBatch
  private let result = MappedBlock()
  private let fieldResult = MappedBlock()
  private let places: FieldPlaces
  /// Of the mapping's columns alone; nil if not all of them are fields.
  private let mappedPlaces: FieldPlaces?

  /// - Parameter tracer: nil where there is no mapping that could run.
  init(_ reader: any Reader, columns: [String], used: [String], tracer: (any RecordTracer)?) {
    self.tracer = tracer
    let schema = reader.schema
    parser = reader.makeParser(fields: columns)
    fieldParser = reader.makeParser(fields: schema.fields.map(\.name))
    batch = RecordBatch(stride: columns.count)
    fieldBatch = RecordBatch(stride: schema.fields.count)
    places = FieldPlaces(schema.fields, used: used)
    let mapped = columns.compactMap { name in schema.fields.first { $0.name == name } }
    mappedPlaces = mapped.count == columns.count ? FieldPlaces(mapped, used: used) : nil
  }

  /// - Parameter numbers: of records in the block, ascending; those that the reader refused are passed over.
  func records(_ numbers: [Int], of block: Block, input: String, records: Int, lines: Int) -> [Int: ShownRecord] {
    var shown: [Int: ShownRecord] = [:]
    guard let last = numbers.last else { return shown }
    let wanted = Set(numbers)
    var fields: [Int: [RecordTrace.FieldValue]] = [:]
    walk(block, fieldParser, fieldBatch, fieldResult, upTo: last) { index in
      let number = fieldBatch.records[index].number
      if wanted.contains(number) { fields[number] = places.values(of: fieldBatch, index) }
    }
    walk(block, parser, batch, result, upTo: last) { index in
      let record = batch.records[index]
      guard wanted.contains(record.number) else { return }
      var one = ShownRecord(
        input: input, record: records + record.number + 1, line: lines + record.line + 1,
        raw: Array(UnsafeBufferPointer(start: record.start, count: min(record.count, RunLoop.longestRaw))),
        length: record.count)
      one.trace = tracer?.trace(batch, index)
      if case .rejected(let reject) = one.trace?.fate { one.reject = reject }
      // A field that the mapping leaves alone may make the record none for who wants them all.
      one.fields = fields[record.number] ?? mappedPlaces?.values(of: batch, index) ?? []
      shown[record.number] = one
    }
    return shown
  }

  private func walk(
    _ block: Block, _ parser: any RecordParser, _ batch: RecordBatch, _ result: MappedBlock, upTo last: Int,
    _ body: (Int) -> Void
  ) {
    result.reset()
    guard block.count > 0 else { return }
    parser.forEachBatch(of: block, into: batch, result) {
      for index in 0..<batch.count { body(index) }
      return result.counts.records <= last
    }
  }
}
