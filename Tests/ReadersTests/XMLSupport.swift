import Pipeline
import Readers
import Testing

/// A mapping's settings as a literal.
indirect enum Setting: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  case text(String)
  case map([(String, Setting)])
  case list([Setting])

  init(stringLiteral value: String) { self = .text(value) }
  init(dictionaryLiteral elements: (String, Setting)...) { self = .map(elements) }
  init(arrayLiteral elements: Setting...) { self = .list(elements) }

  var node: ConfigNode {
    let span = SourceSpan(line: 1, column: 1)
    switch self {
    case .text(let text): return .scalar(ConfigScalar(text: text, style: .plain, span: span))
    case .map(let entries):
      return .map(entries.map { ConfigEntry(key: $0.0, keySpan: span, value: $0.1.node) }, span)
    case .list(let nodes): return .list(nodes.map(\.node), span)
    }
  }
}

func xml(record: String, fields: Setting, _ more: [(String, Setting)] = []) throws -> any Reader {
  let settings = Setting.map([("reader", "xml"), ("record", .text(record)), ("fields", fields)] + more)
  return try ReaderCatalogue.make(settings: settings.node, file: "test.yaml")
}

/// The findings of settings that are wrong, as `code message | remedy`.
func findings(_ settings: Setting) -> [String] {
  do throws(Diagnostics) {
    _ = try ReaderCatalogue.make(settings: settings.node, file: "test.yaml")
    return []
  } catch {
    return error.all.map { "\($0.code) \($0.message) | \($0.remedy)" }
  }
}

/// What came of a document, in words.
struct XMLOutcome: Equatable {
  /// `a=1 items=[sku:A qty:2|sku:B qty:1]`; a missing value is left out.
  var records: [String] = []
  /// `line:byte` of each record, the line 1-based.
  var places: [String] = []
  /// `R121@3#2 message`: code, line, number.
  var rejects: [String] = []
  var raws: [String] = []
  var lines = 0
  var count = 0
  /// Memory of the largest block's records.
  var largestBlock = 0
}

func readXML(
  _ source: any ByteSource, with reader: any Reader, capacity: Int = 1 << 20, limit: Int = 4 << 20,
  batch size: Int = 256
) throws -> XMLOutcome {
  let schema = reader.schema
  let names = schema.fields.map(\.name)
  let blocks = reader.makeSource(source, limits: ReadLimits(record: limit))
  let parser = reader.makeParser(fields: names)
  let block = Block(capacity: capacity, headroom: limit)
  let batch = RecordBatch(stride: names.count, capacity: size)
  var outcome = XMLOutcome()
  var isMore = true
  while isMore {
    block.reset()
    isMore = try blocks.next(into: block)
    #expect(isMore == (block.count > 0))
    outcome.largestBlock = max(outcome.largestBlock, block.count)
    let result = MappedBlock()
    let lines = outcome.lines + block.skippedLines
    var cursor = 0
    var hasMore = isMore
    while hasMore {
      batch.reset()
      hasMore = parser.parse(block, from: &cursor, into: batch, result: result)
      for row in 0..<batch.count {
        let record = batch.records[row]
        outcome.records.append(words(batch.fields + row * batch.stride, schema))
        outcome.places.append("\(lines + record.line + 1):\(block.position(of: record.offset))")
        outcome.raws.append(
          String(decoding: UnsafeBufferPointer(start: record.start, count: record.count), as: UTF8.self))
      }
    }
    for reject in result.rejects {
      outcome.rejects.append(
        "\(reject.code)@\(lines + reject.line + 1)#\(outcome.count + reject.number + 1) \(reject.message)")
    }
    outcome.lines = lines + result.counts.lines
    outcome.count += result.counts.records
    // Damage stands behind the records, as the run loop counts it.
    for reject in block.rejects {
      outcome.count += 1
      outcome.rejects.append("\(reject.code)@\(outcome.lines + 1)#\(outcome.count) \(reject.message)")
    }
    if block.isLast { break }
  }
  return outcome
}

func readXML(_ text: String, with reader: any Reader, capacity: Int = 1 << 20, limit: Int = 4 << 20) throws
  -> XMLOutcome
{
  try readXML(MemorySource(Array(text.utf8)), with: reader, capacity: capacity, limit: limit)
}

private func words(_ fields: UnsafePointer<Field>, _ schema: Schema) -> String {
  schema.fields.enumerated().compactMap { column, field -> String? in
    guard case .list(let row) = field.type else { return word(fields[column]).map { "\(field.name)=\($0)" } }
    let names = row.keys.sorted()
    let rows = (0..<Int(fields[column].count)).map { index in
      names.enumerated().compactMap { position, name in
        fields[column].rows.flatMap { word($0[index * names.count + position]) }.map { "\(name):\($0)" }
      }.joined(separator: " ")
    }
    return "\(field.name)=[\(rows.joined(separator: "|"))]"
  }.joined(separator: " ")
}

private func word(_ field: Field) -> String? {
  switch field.kind {
  case .missing: nil
  case .text: String(decoding: field.bytes, as: UTF8.self)
  case .decimal: "\(field.integer)e-\(field.scale)"
  case .bool: field.integer == 0 ? "false" : "true"
  case .double: String(field.double)
  default: String(field.integer)
  }
}
