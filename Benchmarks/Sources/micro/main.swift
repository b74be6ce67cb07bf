// Times the stages one by one: micro [--log FILE] [--mappings DIR] [--rounds N] [NAME], NAME a part of a benchmark's.
import CEL
import Glibc
import Mapping
import Pipeline
import Readers
import Sessions

var options: [String: String] = ["--rounds": "15", "--mappings": "../Mappings"]
var filter = ""
var arguments = Array(CommandLine.arguments.dropFirst())
while let argument = arguments.first {
  arguments.removeFirst()
  if ["--log", "--mappings", "--rounds"].contains(argument), let value = arguments.first {
    options[argument] = value
    arguments.removeFirst()
  } else if argument.hasPrefix("-") {
    print("usage: micro [--log FILE] [--mappings DIR] [--rounds N] [NAME]")
    exit(64)
  } else {
    filter = argument
  }
}

let lines = try options["--log"].map { try Lines.head(of: $0) } ?? Lines.synthetic()
var harness = Harness(rounds: max(1, options["--rounds"].flatMap { Int($0) } ?? 15), filter: filter)

// The tokenizer, a line an operation.
let combined = try Reading.weblog("combined")
for (name, fields) in [("all fields", combined.schema.fields.map(\.name)), ("only time", ["time"])] {
  let reading = Reading(combined, fields: fields)
  harness.measure("weblog: \(name)", operations: lines.count, bytes: lines.bytes.count) {
    reading.run(lines) { _, _ in }
  }
}

// Times, each of another second or all of one.
func times(_ format: String, _ line: (Int) -> String) throws -> (Reading, Lines) {
  let text = (0..<10_000).map { line($0) + "\n" }.joined()
  return (Reading(try Reading.weblog(format), fields: ["time"]), Lines(Array(text.utf8)))
}
func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
func clock(_ second: Int) -> String { "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))" }
let clocks: [(String, String, (Int) -> String)] = [
  ("common, another second a line", "%t", { "[10/Sep/2026:\(clock($0)) +0200]" }),
  ("common, one second", "%t", { _ in "[10/Sep/2026:08:00:00 +0200]" }),
  ("common, another day a line", "%t", { "[\(two(1 + $0 % 28))/Sep/2026:\(clock($0)) +0200]" }),
  ("ISO 8601", "$time_iso8601", { "2026-09-10T\(clock($0))+02:00" }),
  ("pattern", "%{%Y-%m-%d %H:%M:%S %z}t", { "2026-09-10 \(clock($0)) +0200" }),
]
for (name, format, line) in clocks {
  let (reading, text) = try times(format, line)
  harness.measure("time: \(name)", operations: text.count, bytes: text.bytes.count) { reading.run(text) { _, _ in } }
}

try Formats.measure(&harness)
try Expressions.measure(&harness)

// Text into JSON.
let hostile = String(repeating: "\"<\\\u{1}\u{1F600}\u{7F}\n", count: 20)
let texts = [
  (
    "agent",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
  ),
  ("UTF-8", "żółta łódka, 黄色い小舟, жёлтая лодка, κίτρινη βάρκα: 日本語のタイトル"),
  ("hostile", hostile),
]
for (name, text) in texts {
  let bytes = Array(text.utf8)
  let buffer = ByteBuffer(capacity: 1 << 20)
  harness.measure("JSON text: \(name), \(bytes.count) bytes", operations: 1000, bytes: bytes.count * 1000) {
    bytes.withUnsafeBufferPointer { text in
      var sum = 0
      for _ in 0..<1000 {
        buffer.removeAll()
        buffer.append(json: text)
        sum &+= buffer.count &+ Int(buffer.base[buffer.count / 2])
      }
      return UInt64(sum)
    }
  }
}
do {
  // Bytes that are no UTF-8.
  let bytes = (0..<120).map { UInt8(truncatingIfNeeded: 128 + $0 * 7) }
  let buffer = ByteBuffer(capacity: 1 << 20)
  harness.measure("JSON text: broken, \(bytes.count) bytes", operations: 1000, bytes: bytes.count * 1000) {
    bytes.withUnsafeBufferPointer { text in
      var sum = 0
      for _ in 0..<1000 {
        buffer.removeAll()
        buffer.append(json: text)
        sum &+= buffer.count
      }
      return UInt64(sum)
    }
  }
}

Ids.measure(&harness)

// Sessions, an event an operation.
for visitors in [100, 20_000] {
  let table = SessionTable(events: 100_000, visitors: visitors)
  harness.measure("sessions: \(visitors) visitors", operations: table.events) { table.run() }
}

// Whole stages, a line an operation.
for name in ["everything", "combined"] {
  let path = "\(options["--mappings"] ?? "")/\(name).yaml"
  let plan = try MappingPlan.load(
    Lines.head(of: path).bytes, file: path,
    readers: { (settings, file) throws(Diagnostics) -> any Reader in
      try ReaderCatalogue.make(settings: settings, file: file)
    }, environment: ["PROFILE_SALT": "micro"])
  let reading = Reading(plan.reader, fields: plan.columns)
  let mapper = plan.makeMapper()
  harness.measure("\(name).yaml: parse and map", operations: lines.count, bytes: lines.bytes.count) {
    reading.run(lines) { mapper.map($0, into: $1) }
  }
}
precondition(harness.sink != 1)
