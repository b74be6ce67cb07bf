import Pipeline
import Testing

@testable import Preview

/// Which records of a series of unknown length are shown.
@Suite struct PickerTests {
  private static func pick(_ count: Int, spread: Bool, of members: Int, by stretch: Int) -> [Int] {
    var picker = RecordPicker(count: count, isSpread: spread)
    var at = 0
    while at < members {
      let size = min(stretch, members - at)
      picker.pass(size) { member in
        ShownRecord(input: "a", record: at + member, line: 0, raw: [], length: 0)
      }
      at += size
    }
    return picker.records.map(\.record)
  }

  @Test func theFirstOnes() {
    #expect(Self.pick(3, spread: false, of: 1000, by: 7) == [0, 1, 2])
    #expect(Self.pick(3, spread: false, of: 2, by: 7) == [0, 1])
    #expect(Self.pick(0, spread: false, of: 20, by: 7).isEmpty)
  }

  /// Whatever the blocks are, the same ones; and no stretch of the series is left out.
  @Test(arguments: [1, 2, 5, 20, 50], [1, 3, 19, 100, 1001, 54_321])
  func spreadOnes(_ count: Int, _ members: Int) {
    let picked = Self.pick(count, spread: true, of: members, by: 1000)
    #expect(picked == Self.pick(count, spread: true, of: members, by: 17))
    #expect(picked.count == min(count, members))
    #expect(picked == picked.sorted() && Set(picked).count == picked.count)
    guard count > 1, members > 4 * count else { return }
    let gaps = zip(picked, picked.dropFirst()).map { $1 - $0 } + [members - (picked.last ?? 0)]
    #expect((gaps.max() ?? 0) <= 3 * members / count, "\(gaps)")
  }
}

@Suite struct TimeSeriesTests {
  private static let hour: Int64 = 3_600_000

  @Test func barsAndMonthsAddUp() {
    var series = TimeSeries(rules: 2)
    let start = CalendarTime.days(year: 2026, month: 2, day: 27) * 86_400_000
    for step in 0..<100 { series.add(start + Int64(step) * Self.hour, rule: step % 2) }
    series.add(-1, rule: 0)
    #expect(series.months.map(\.month) == ["1969-12", "2026-02", "2026-03"])
    #expect(series.months.map { $0.counts.reduce(0, +) } == [1, 48, 52])
    for most in [1, 10, 72, 500] {
      let bars = series.stretches(most: most).bars
      #expect(bars.count <= most + 1)
      #expect(bars.reduce(0) { $0 + $1.counts.reduce(0, +) } == 101)
    }
  }

  /// Times of every year cost no memory: they are counted by the day, then by the month.
  @Test func manyHoursBecomeMonths() {
    var (one, other) = (TimeSeries(rules: 1), TimeSeries(rules: 1))
    let range = CalendarTime.range
    let step = (range.upperBound - range.lowerBound) / 120_000
    for index in 0..<120_000 as Range<Int64> { one.add(range.lowerBound + index * step, rule: 0) }
    other.add(0, rule: 0)
    other.merge(one)
    #expect(one.unit == .month && other.unit == .month)
    #expect(other.months.reduce(0) { $0 + $1.counts[0] } == 120_001)
    #expect(other.stretches(most: 72).bars.reduce(0) { $0 + $1.counts[0] } == 120_001)
  }
}

@Suite struct ShownTextTests {
  @Test func markupStaysText() {
    #expect(
      Markup.escaped("<script>alert('1')</script> ]]> \"&\u{202e}\u{1b}[2J")
        == "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; ]]&gt; &quot;&amp;\\u{202e}\\x1b[2J")
  }

  @Test func bytesAreShownAsTheyAre() {
    let bytes: [UInt8] = Array("é\u{9b}\t".utf8) + [0xE9, 0x41, 0xFF]
    #expect(RawText.escaped(bytes[...]) == "é\\u{9b}\\t\\xe9A\\xff")
  }

  @Test func linesFit() {
    let style = TextStyle(width: 40)
    for text in ["a b c", String(repeating: "x", count: 200), "日本語の長い行です日本語の長い行です日本語", ""] {
      for line in style.wrapped(text, 20) { #expect(TextStyle.columns(line) <= 20) }
      #expect(TextStyle.columns(style.fit(text, 10)) <= 10)
    }
    #expect(style.wrapped("one two three", 7) == ["one two", "three"])
  }

  @Test func numbers() {
    #expect(Markup.number(12.5) == "12.50" && Markup.number(3) == "3" && Markup.number(0.004) == "0")
    #expect(Array("any carnal pleas".utf8).base64 == "YW55IGNhcm5hbCBwbGVhcw==")
    #expect(DisplayNumber.percent(1, of: 100_000) == "<0.1 %" && DisplayNumber.percent(0, of: 5) == "0 %")
    #expect(DisplayNumber.percent(99_999, of: 100_000) == "99.9 %" && DisplayNumber.percent(5, of: 5) == "100 %")
  }
}

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
