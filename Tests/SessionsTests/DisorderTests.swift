import Pipeline
import Sessions
import Testing

/// Records that come late, or from the future.
@Suite struct DisorderTests {
  static let start = at("2024-05-01T10:00:00Z")

  func hits(_ minutes: [Double], _ visitor: String = "v") -> [Hit] {
    minutes.map { Hit(Self.start + Int64(($0 * 60_000).rounded()), visitor) }
  }

  func minutes(_ sessions: [[Int64]]) -> [[Int64]] { sessions.map { $0.map { ($0 - Self.start) / minute } } }

  @Test func withinTheDisorderNothingIsLate() throws {
    let run = try Run(hits([0, 7, 2, 12, 7, 40]), settings())
    #expect(minutes(run.sessions) == [[0, 2, 7, 7, 12, 40]])
    #expect(run.counts.late == 0)
    #expect(run.counts.largestLateness == 5 * minute)
  }

  @Test func lateAttaches() throws {
    let run = try Run(hits([10, 20, 30, 15, 40]), settings())
    #expect(minutes(run.sessions) == [[10, 15, 20, 30, 40]])
    #expect(run.counts.lateAttached == 1)
    #expect(run.counts.largestLateness == 15 * minute)
  }

  @Test func attachingMovesTheStartAndNeverTheId() throws {
    let plain = try Run(hits([10, 20]), settings())
    let run = try Run(hits([10, 20, 5]), settings())
    #expect(minutes(run.sessions) == [[5, 10, 20]])
    #expect(run.sessionIDs == plain.sessionIDs)
    let metadata = (run.objects[0]["session"] as? JSON)?["metadata"] as? [String: String]
    #expect(metadata?["insert"] == "2024-05-01T10:05:00.000Z")
    #expect(metadata?["create"] == "2024-05-01T10:05:00.000Z")
  }

  @Test func lateBeyondTheGapOpensASession() throws {
    // 0 closed when the clock reached 100; 10 comes when only 100 is open, and 12 joins it.
    let run = try Run(hits([0, 100, 110, 10, 12, 120]), settings())
    #expect(minutes(run.sessions).sorted { $0[0] < $1[0] } == [[0], [10, 12], [100, 110, 120]])
    #expect(run.counts.lateNew == 1)
    #expect(run.counts.lateAttached == 1)
  }

  @Test func lateNew() throws {
    let run = try Run(hits([10, 20, 30, 15, 16, 40]), settings { $0.late = .new })
    #expect(minutes(run.sessions).sorted { $0[0] < $1[0] } == [[10, 20, 30, 40], [15, 16]])
    #expect(run.counts.lateNew == 2)
  }

  @Test func lateRejected() throws {
    let run = try Run(hits([10, 20, 30, 31, 32, 15, 40]), settings { $0.late = .reject }, blockSize: { _ in 2 })
    #expect(minutes(run.sessions) == [[10, 20, 30, 31, 32, 40]])
    try #require(run.rejects.map(\.code) == ["S102"])
    #expect(run.rejects[0].number == 1)
    #expect(run.rejects[0].offset == Hit(Self.start).record.utf8.count + 1)
    #expect(run.counts.lateRejected == 1)
  }

  @Test func lateAmongTheFirstIsRejectedWithItsRecord() throws {
    let late = hits([10, 20, 21, 14])
    let more = hits([10, 20, 14, 30, 40])
    let run = try Run(more, settings { $0.late = .reject }, blockSize: { _ in 1 })
    #expect(minutes(run.sessions) == [[10, 20, 30, 40]])
    #expect(run.rejects.map(\.code) == ["S102"])
    let reject = try #require(run.rejects.first)
    #expect(reject.raw.map { String(decoding: $0, as: UTF8.self) } == more[2].record)
    // Known to be late when the one after it confirmed the first.
    #expect(reject.line == -1)
    // The same at the end of the input, in the block that holds it.
    let short = try Run(late, settings { $0.late = .reject }, blockSize: { _ in 1 })
    #expect(short.rejects.map(\.code) == ["S102"])
    #expect(short.rejects.map(\.line) == [0])
  }

  @Test func lateDoesNotAttachOverASplitOrCap() throws {
    var late = hits([15])[0]
    late.split = "b"
    let run = try Run(hits([10]).map { Hit($0.time, split: "a") } + hits([20, 30]) + [late], settings())
    #expect(run.sessions.count == 2)
    let capped = try Run(hits([10, 20, 30, 15]), settings { $0.cap = 3 })
    #expect(capped.sessions.count == 2)
  }

  @Test func aVisitorsLateSessionsAreBounded() throws {
    let backwards = (0..<400).map { 100_000 - Double($0) * 40 }
    let run = try Run(hits([100_001, 100_001, 100_001, 100_002] + backwards), settings(), blockSize: { _ in 10 })
    #expect(run.counts.eventsEmitted == 404)
    #expect(run.counts.peakOpenSessions <= 18)
    #expect(run.mostBlocksOut <= 2)
    #expect(Set(run.sessionIDs).count == run.payloads.count)
  }

  // MARK: Outliers

  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    /// Hours after the start, in order of arrival.
    var hours: [Double]
    var rejected: [Double]
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "in the middle", hours: [0, 1, 500, 1.1, 1.2], rejected: [500]),
    Case(name: "the first record", hours: [9000, 0, 1, 1.1], rejected: [9000]),
    Case(name: "the first two", hours: [9000, 8000, 0, 1, 1.1], rejected: [9000, 8000]),
    Case(name: "several held", hours: [0, 500, 501, 1, 2], rejected: [500, 501]),
    Case(name: "a real silence", hours: [0, 500, 500.1, 500.2, 500.3, 500.4], rejected: []),
    Case(name: "a real silence at the end", hours: [0, 500], rejected: []),
    Case(name: "one record", hours: [7], rejected: []),
    Case(name: "exactly a day ahead is believed", hours: [0, 1, 1, 1, 25, 1], rejected: []),
    Case(name: "over a day ahead is not", hours: [0, 1, 1, 1, 25.001, 1], rejected: [25.001]),
    Case(name: "confirmed within the disorder", hours: [0, 0, 0, 0, 30, 29.95, 29.96, 29.97, 29.98], rejected: []),
    Case(
      name: "a silence, and a record that is late behind it", hours: [0, 0.1, 48, 47.8, 48.1, 48.2, 48.3], rejected: []),
    Case(name: "two far ahead, the second less so", hours: [0, 500, 499.8, 0.1], rejected: [500, 499.8]),
    Case(name: "an outlier after a silence", hours: [0, 500, 9000, 500.1, 500.2, 500.3], rejected: [9000]),
  ]

  @Test(arguments: cases, [1, 2, 1000])
  func outliers(_ test: Case, _ blockSize: Int) throws {
    let hits = test.hours.enumerated().map {
      Hit(Self.start + Int64(($0.element * 3_600_000).rounded()), name: "\($0.offset)")
    }
    let run = try Run(hits, settings(), blockSize: { _ in blockSize })
    let rejected = test.rejected.map { Self.start + Int64(($0 * 3_600_000).rounded()) }
    #expect(run.rejects.map(\.code) == rejected.map { _ in "S101" })
    let records = run.rejects.map { String(decoding: $0.raw ?? [], as: UTF8.self) }
    #expect(records == hits.filter { rejected.contains($0.time) }.map(\.record))
    #expect(run.times.flatMap { $0 }.sorted() == hits.map(\.time).filter { !rejected.contains($0) }.sorted())
    #expect(run.counts.outliers == rejected.count)
    #expect(run.recycled == run.blocks)
  }

  @Test func anOutliersPositionIsKept() throws {
    let hits = [0, 1, 500, 1.1, 1.2].map { Hit(Self.start + Int64($0 * 3_600_000)) }
    let run = try Run(hits, settings(), blockSize: { _ in 1 })
    let reject = try #require(run.rejects.first)
    // Relative to the block that was read when it was rejected: one record before it.
    #expect(reject.line == -1)
    #expect(reject.number == -1)
    #expect(reject.offset == -(hits[2].record.utf8.count + 1))
  }

  @Test(arguments: [Int64.min, Int64.max, CalendarTime.range.lowerBound - 1, CalendarTime.range.upperBound + 1])
  func timesThatCannotBeWritten(_ time: Int64) throws {
    let hits = [Hit(time), Hit(Self.start), Hit(time), Hit(Self.start + 1), Hit(Self.start + 2), Hit(time)]
    let run = try Run(hits, settings())
    #expect(run.rejects.map(\.code) == ["S103", "S103", "S103"])
    #expect(run.counts.eventsEmitted == 3)
    let last = try Run([Hit(CalendarTime.range.upperBound), Hit(time)], settings())
    #expect(last.counts.eventsEmitted == 1)
  }

  // MARK: Ordinals

  @Test func repetitionsHaveIdsOfTheirOwn() throws {
    let run = try Run(
      [Hit(Self.start, name: "a"), Hit(Self.start, name: "b"), Hit(Self.start, name: "a"), Hit(Self.start, name: "a")]
        + [Hit(Self.start + 1, name: "a")], settings())
    let a = namespace.named("a")
    #expect(
      run.eventIDs == [a.text, namespace.named("b").text, a.named("1").text, a.named("2").text, a.text])
    #expect(run.counts.duplicates == 2)
  }

  @Test func lateRepetitionsAreCountedOn() throws {
    let late = (0..<3).map { _ in Hit(Self.start, name: "a") }
    let run = try Run(
      [Hit(Self.start, name: "a"), Hit(Self.start + 6 * minute, name: "b")] + late, settings())
    let a = namespace.named("a")
    #expect(
      Set(run.eventIDs) == [
        a.text, a.named("1").text, a.named("2").text, a.named("3").text, namespace.named("b").text,
      ])
  }

  @Test func manyInOneInstant() throws {
    let hits = (0..<3000).map { Hit(Self.start, "v\($0 % 7)", name: "\($0 % 1500)") }
    let run = try Run(hits, settings { $0.cap = 100_000 })
    #expect(Set(run.eventIDs).count == 3000)
  }
}
