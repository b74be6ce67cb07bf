import Pipeline
import Readers
import Testing

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

/// The presets of logs.
let weblogFormats = ReaderCatalogue.entries.first { $0.name == "weblog" }?.formats ?? []

func weblogFormat(_ name: String) throws -> ReaderFormat { try #require(weblogFormats.first { $0.name == name }) }

/// A preset with what it needs beside its name.
func weblog(_ format: ReaderFormat) throws -> any Reader {
  try weblog(format.name, format.needs.contains("zone") ? ["zone": "Europe/Warsaw"] : [:])
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
  case .decimal:
    field.scale == 0
      ? String(field.integer) : "\(field.integer < 0 ? "-" : "")\(digits(field.integer.magnitude, Int(field.scale)))"
  case .double: String(field.double)
  case .bool: field.integer == 1 ? "true" : "false"
  case .list: "\(field.count) rows"
  }
}

private func digits(_ mantissa: UInt64, _ scale: Int) -> String {
  var text = String(mantissa)
  while text.count <= scale { text = "0" + text }
  return text.dropLast(scale) + "." + text.suffix(scale)
}

/// The rows of a list field, each with its columns in the order of their names, joined by blanks.
func rows(_ field: Field, width: Int) -> String {
  guard field.kind == .list, let fields = field.rows else { return "?" }
  return (0..<Int(field.count)).map { row in
    (0..<width).map { text(fields[row * width + $0]) ?? "-" }.joined(separator: " ")
  }.joined(separator: "; ")
}

/// A mapping's `input` from a text in the manner of YAML's flow style: `{ a: b, c: [d, "e, f"] }`.
func node(_ text: String) -> ConfigNode {
  var parser = FlowParser(bytes: Array(text.utf8))
  return parser.value()
}

private struct FlowParser {
  var bytes: [UInt8]
  var at = 0
  var span: SourceSpan { SourceSpan(line: 1, column: at + 1) }

  mutating func value() -> ConfigNode {
    blanks()
    let span = span
    switch peek {
    case "{":
      at += 1
      var entries: [ConfigEntry] = []
      blanks()
      while peek != "}" {
        let keySpan = self.span
        let key = scalar(stops: ":").text
        at += 1
        entries.append(ConfigEntry(key: key, keySpan: keySpan, value: value()))
        separator()
      }
      at += 1
      return .map(entries, span)
    case "[":
      at += 1
      var items: [ConfigNode] = []
      blanks()
      while peek != "]" {
        items.append(value())
        separator()
      }
      at += 1
      return .list(items, span)
    default: return .scalar(scalar(stops: ",}]"))
    }
  }

  private var peek: Character { at < bytes.count ? Character(UnicodeScalar(bytes[at])) : "\0" }

  private mutating func blanks() { while peek == " " || peek == "\n" { at += 1 } }

  private mutating func separator() {
    blanks()
    if peek == "," { at += 1 }
    blanks()
  }

  private mutating func scalar(stops: String) -> ConfigScalar {
    blanks()
    let span = span
    var text: [UInt8] = []
    if peek == "\"" || peek == "'" {
      let quote = bytes[at]
      at += 1
      while at < bytes.count, bytes[at] != quote {
        if quote == 0x22, bytes[at] == 0x5C {
          at += 1
          text.append(bytes[at] == UInt8(ascii: "t") ? 9 : bytes[at])
        } else {
          text.append(bytes[at])
        }
        at += 1
      }
      at += 1
      return ConfigScalar(text: String(decoding: text, as: UTF8.self), style: .doubleQuoted, span: span)
    }
    while at < bytes.count, !stops.utf8.contains(bytes[at]) {
      text.append(bytes[at])
      at += 1
    }
    while text.last == 0x20 { text.removeLast() }
    return ConfigScalar(text: String(decoding: text, as: UTF8.self), style: .plain, span: span)
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
    number += block.rejects.filter { !$0.code.hasPrefix("I") }.count
    var cursor = 0
    var hasMore = true
    while isMore, hasMore {
      batch.reset()
      hasMore = parser.parse(block, from: &cursor, into: batch, result: result)
      for row in 0..<batch.count {
        var record: [String: String] = [:]
        for (column, name) in names.enumerated() {
          let field = batch.fields[row * batch.stride + column]
          if field.kind == .list, case .list(let types)? = reader.schema.fields.first(where: { $0.name == name })?.type
          {
            record[name] = rows(field, width: types.count)
          } else {
            record[name] = text(field)
          }
        }
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
