import Mapping
import Pipeline
import Readers

/// Bytes as a mapping file. What loads must map two fixed lines of the combined format, or those that its reader is
/// able to read, without harm; what does not load must say why, at places that exist.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = Array(UnsafeBufferPointer(start: bytes, count: count))
  do throws(Diagnostics) {
    let plan = try MappingPlan.load(
      text, file: "fuzz.yaml",
      readers: { (settings, file) throws(Diagnostics) -> any Reader in
        try ReaderCatalogue.make(settings: settings, file: file)
      }, environment: ["NAME": "value", "PROFILE_SALT": "pepper"])
    check(plan.warnings, text)
    run(plan)
  } catch {
    require(error.hasErrors, "refused without an error")
    check(error.all, text)
  }
  return 0
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}

private func check(_ findings: [Diagnostic], _ text: [UInt8]) {
  let lines = text.count { $0 == 0x0A || $0 == 0x0D } + 1
  for finding in findings {
    require(!finding.message.isEmpty, "a finding without words")
    guard let span = finding.span else { continue }
    require(span.line >= 1 && span.column >= 1 && span.length >= 0, "a place that is none: \(finding)")
    require(span.line <= lines + 1, "a line that does not exist: \(finding)")
  }
}

private let lines = Array(
  #"""
  203.0.113.9 - anna [10/Sep/2026:13:55:36 +0200] "GET /search?q=+red%20shoes&utm_source=a HTTP/1.1" 200 5120 "https://www.example.com/" "Mozilla/5.0 (X11; Linux x86_64) \"odd\" Firefox/130.0"
  2001:db8::1 - - [10/Sep/2026:13:55:37 +0200] "\x16\x03\x01" 400 - "-" "-"

  """#.utf8)

private func run(_ plan: MappingPlan) {
  let mapper = plan.makeMapper()
  let parser = plan.reader.makeParser(fields: plan.columns)
  let block = Block(capacity: lines.count, headroom: 0)
  block.start = block.base + (block.capacity - lines.count)
  block.start.update(from: lines, count: lines.count)
  block.count = lines.count
  block.seal()
  let batch = RecordBatch(stride: plan.columns.count)
  let result = MappedBlock()
  var cursor = 0
  var count = 0
  var hasMore = true
  while hasMore {
    batch.reset()
    hasMore = parser.parse(block, from: &cursor, into: batch, result: result)
    count += batch.count
    mapper.map(batch, into: result)
  }
  let counts = result.counts
  let refused = result.rejects.count
  require(
    counts.records == refused + counts.dropped.reduce(0, +) + counts.unmatched + counts.mapped,
    "records do not add up: \(counts), \(refused) rejects")
  require(counts.matched.reduce(0, +) == result.count, "events do not add up")
  for index in 0..<result.count {
    let event = result.events[index]
    require(CalendarTime.range.contains(event.time), "a time that cannot be written")
    require(Int(event.rule) < plan.rules.count, "a rule that does not exist")
    for range in [event.visitor, event.body, event.context, event.request, event.profile, event.split]
    where range.isPresent {
      require(Int(range.offset) + Int(range.length) <= result.text.count, "a text beyond its block")
    }
    let body = result.bytes(event.body)
    require(body.first == UInt8(ascii: "{") && body.last == UInt8(ascii: "}"), "a body that is no object")
    var depth = 0
    var isText = false
    var isEscaped = false
    for byte in body {
      require(byte >= 0x20, "a control character in JSON")
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == 0x5C {
          isEscaped = true
        } else if byte == 0x22 {
          isText = false
        }
      } else if byte == 0x22 {
        isText = true
      } else if byte == 0x7B || byte == 0x5B {
        depth += 1
      } else if byte == 0x7D || byte == 0x5D {
        depth -= 1
      }
    }
    require(depth == 0 && !isText, "a body that does not end: \(String(decoding: body, as: UTF8.self))")
  }
}
