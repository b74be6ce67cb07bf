import Pipeline
import Testing

@testable import Readers

/// A mapping's `input` as a node, from pairs.
func settings(_ pairs: KeyValuePairs<String, String>) -> ConfigNode {
  let span = SourceSpan(line: 1, column: 1)
  return .map(
    pairs.map {
      ConfigEntry(
        key: $0.key, keySpan: span, value: .scalar(ConfigScalar(text: $0.value, style: .plain, span: span)))
    }, span)
}

func weblog(_ format: String, _ more: KeyValuePairs<String, String> = [:]) throws -> any Reader {
  guard case .map(let base, let span) = settings(["reader": "weblog", "format": format]),
    case .map(let extra, _) = settings(more)
  else { throw CancellationError() }
  return try ReaderCatalogue.make(settings: .map(base + extra, span), file: "test.yaml")
}

/// Everything that came of an input.
struct Reading: Equatable {
  var records: [[String: String]] = []
  var raws: [[UInt8]] = []
  var places: [String] = []
  var rejects: [String] = []
  var lines = 0
  var comments = 0
  var blanks = 0
  var count = 0
}

func text(_ field: Field) -> String? {
  switch field.kind {
  case .missing: nil
  case .text: String(decoding: field.bytes, as: UTF8.self)
  case .int: String(field.integer)
  case .timestamp: field.count == 0 ? String(field.integer) : "\(field.integer)+\(field.count)"
  default: "?"
  }
}

/// Reads bytes through a reader's public seams.
func read(
  _ source: any ByteSource, with reader: any Reader, capacity: Int = 1 << 20, limit: Int = 4 << 20,
  batch size: Int = 256,
  fields: [String]? = nil
) throws -> Reading {
  let names = fields ?? reader.schema.fields.map(\.name)
  let blocks = reader.makeSource(source, limits: ReadLimits(record: limit))
  let parser = reader.makeParser(fields: names)
  let block = Block(capacity: capacity, headroom: limit)
  let batch = RecordBatch(stride: names.count, capacity: size)
  var reading = Reading()
  var lines = 0
  var number = 0
  while true {
    block.reset()
    let isMore = try blocks.next(into: block)
    let result = MappedBlock()
    for reject in block.rejects {
      reading.rejects.append(
        "\(reject.code) \(lines + reject.line + 1) \(number + reject.number + 1) \(reject.message)")
    }
    lines += block.skippedLines
    number += block.skippedLines
    var cursor = 0
    var hasMore = true
    while isMore, hasMore {
      batch.reset()
      hasMore = parser.parse(block, from: &cursor, into: batch, result: result)
      for row in 0..<batch.count {
        var record: [String: String] = [:]
        for (column, name) in names.enumerated() { record[name] = text(batch.fields[row * batch.stride + column]) }
        let place = batch.records[row]
        reading.records.append(record)
        reading.raws.append(Array(UnsafeBufferPointer(start: place.start, count: place.count)))
        reading.places.append("\(lines + place.line + 1):\(number + place.number + 1):\(block.offset + place.offset)")
      }
    }
    for reject in result.rejects {
      reading.rejects.append(
        "\(reject.code) \(lines + reject.line + 1) \(number + reject.number + 1) \(reject.column) \(reject.message)")
    }
    lines += result.counts.lines
    number += result.counts.records
    reading.comments += result.counts.comments
    reading.blanks += result.counts.blanks
    if !isMore { break }
  }
  reading.lines = lines
  reading.count = number
  return reading
}

func read(_ text: String, with reader: any Reader, capacity: Int = 1 << 20) throws -> Reading {
  try read(MemorySource(Array(text.utf8)), with: reader, capacity: capacity)
}
