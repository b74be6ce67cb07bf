import Pipeline
import Testing

@testable import Preview

/// What two mappings make of one record.
@Suite struct EventComparisonTests {
  private static func subject(_ types: [String]) -> PreviewSubject {
    PreviewSubject(
      name: "m", file: "m.yaml", reader: NoReader(), columns: [], usedFields: [],
      rules: types.map { .init(name: $0, type: $0, span: SourceSpan(line: 1, column: 1)) }, drops: [], dropEntries: [],
      makeTracer: { NoTracer() })
  }

  private final class NoTracer: RecordTracer {
    func trace(_ batch: RecordBatch, _ index: Int) -> RecordTrace { RecordTrace() }
  }

  private struct NoReader: Reader {
    let schema = Schema(title: "none", fields: [], timeField: nil)
    func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource { Nothing() }
    func makeParser(fields: [String]) -> any RecordParser { Nothing() }
    final class Nothing: BlockSource, RecordParser {
      func next(into block: Block) throws -> Bool { false }
      func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool { false }
    }
  }

  private static let id = UUID(high: 1, low: 2)

  private static func event(_ rule: Int, _ properties: String, id: UUID = id) -> KeptEvent {
    let body = Array("{\"id\":\"\(id.text)\",\"type\":\"t\(rule)\",\"properties\":\(properties)}".utf8)
    let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    return body.withUnsafeBufferPointer {
      KeptEvent(
        SideEvent(
          position: 0, input: 0, record: 0, line: 1, rule: rule, id: id, body: $0, visitor: nothing, context: nothing,
          request: nothing, raw: nothing))
    }
  }

  private static func compare(_ olds: [KeptEvent], _ news: [KeptEvent]) -> EventComparison {
    var comparison = EventComparison(old: subject(["a", "b", "c"]), new: subject(["a", "b", "c"]))
    KeptEvent.withEvents(olds[...]) { olds in
      KeptEvent.withEvents(news[...]) { news in
        comparison.compare(
          olds[...], news[...],
          sample: { EventComparison.Sample(input: "i", line: 1, raw: [], old: nil, new: nil) },
          oldFate: { "dropped" }, newFate: { "unmatched" })
      }
    }
    return comparison
  }

  @Test func sameAndRenamed() {
    #expect(Self.compare([Self.event(0, "{\"x\":1}")], [Self.event(0, "{\"x\":1}")]).isSame)
    let other = Self.compare([Self.event(0, "{}")], [Self.event(0, "{}", id: UUID(high: 3, low: 4))])
    #expect(other.renamed.count == 1 && other.same == 0 && !other.isSame)
  }

  @Test func propertiesByPath() {
    let comparison = Self.compare(
      [Self.event(0, #"{"x":1,"y":{"a":"1","b":2},"l":[1,2]}"#)],
      [Self.event(0, #"{"x":2,"y":{"b":2,"c":true},"l":[1]}"#)])
    let found = comparison.properties.keys.map { "\($0.kind.rawValue) \($0.path)" }.sorted()
    #expect(
      found == ["added properties.y.c", "changed properties.x", "removed properties.l[]", "removed properties.y.a"])
    #expect(comparison.changed == ["a": 1])
  }

  /// Events of one type belong together, whatever else came or went.
  @Test func severalEventsOfARecord() {
    let comparison = Self.compare(
      [Self.event(0, "{}"), Self.event(1, "{}")], [Self.event(1, "{}"), Self.event(2, "{}"), Self.event(2, "{}")])
    #expect(comparison.same == 1)
    #expect(comparison.retyped.keys.first == ["a", "c"] && comparison.added["c"]?.count == 1)
    #expect(comparison.removed.isEmpty)
    #expect(Self.compare([Self.event(0, "{}")], []).removed["a"]?.samples.first?.new == "unmatched")
  }
}
