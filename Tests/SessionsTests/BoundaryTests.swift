import Pipeline
import Sessions
import Testing

/// Where sessions begin and end.
@Suite struct BoundaryTests {
  static let start = at("2024-05-01T10:00:00Z")

  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    /// Minutes after the start, and values of `split_when`.
    var hits: [(Double, String?)]
    var sizes: [Int]
    var change: @Sendable (inout SessionSettings) -> Void = { _ in }
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "exactly the gap stays", hits: [(0, nil), (30, nil)], sizes: [2]),
    Case(name: "a millisecond over the gap opens", hits: [(0, nil), (30 + 1 / 60_000, nil)], sizes: [1, 1]),
    Case(name: "a zero gap keeps equal times", hits: [(0, nil), (0, nil), (1, nil)], sizes: [2, 1]) { $0.gap = 0 },
    Case(
      name: "exactly max stays, the first after opens",
      hits: [(0, nil), (20, nil), (40, nil), (60, nil), (60.001, nil), (80, nil)], sizes: [4, 2]
    ) { $0.max = hour },
    Case(name: "no max", hits: (0..<100).map { (Double($0 * 29), nil) }, sizes: [100]) { $0.max = nil },
    Case(
      name: "split by another value only",
      hits: [(0, nil), (1, "a"), (2, nil), (3, "a"), (4, nil), (5, "b"), (6, nil), (7, "a")], sizes: [5, 2, 1]),
    Case(name: "an empty split value is a value", hits: [(0, "a"), (1, "")], sizes: [1, 1]),
    Case(name: "cap", hits: (0..<7).map { (Double($0), nil) }, sizes: [3, 3, 1]) { $0.cap = 3 },
    Case(name: "cap in one instant", hits: (0..<7).map { _ in (0, nil) }, sizes: [3, 3, 1]) { $0.cap = 3 },
  ]

  @Test(arguments: cases)
  func sizes(_ test: Case) throws {
    let hits = test.hits.map { Hit(Self.start + Int64(($0.0 * 60_000).rounded()), split: $0.1) }
    let run = try Run(hits, settings(test.change))
    #expect(run.sessions.map(\.count).sorted() == test.sizes.sorted())
    #expect(Set(run.sessionIDs).count == test.sizes.count)
    #expect(run.sessions.flatMap { $0 }.sorted() == hits.map(\.time).sorted())
    #expect(run.counts.sessionsEmitted == test.sizes.count)
    #expect(run.counts.eventsEmitted == hits.count)
  }

  @Test func sessionsOpenedInOneInstantHaveOrdinals() throws {
    let hits = (0..<3).map { Hit(Self.start, split: ["a", "b", "a"][$0], name: "\($0)") }
    let run = try Run(hits, settings())
    let expected = (0..<3).map { namespace.named("session\n2024-05-01T10:00:00.000Z\n\($0)\nv").text }
    // The first two were cut at that instant, in the order of their ids; the last closed by the gap.
    #expect(run.sessionIDs == expected[..<2].sorted() + expected[2...])
  }

  @Test(arguments: [
    ("2024-03-31T21:59:59Z", "2024-03-31T22:00:00Z", true),  // first day of summer time: midnight is 22:00
    ("2024-03-30T22:59:59Z", "2024-03-30T23:00:00Z", true),
    ("2024-03-31T22:59:59Z", "2024-03-31T23:00:00Z", false),
    ("2024-03-31T00:59:59Z", "2024-03-31T01:00:00Z", false),  // the skipped hour
    ("2024-10-26T21:59:59Z", "2024-10-26T22:00:00Z", true),
    ("2024-10-27T22:59:59Z", "2024-10-27T23:00:00Z", true),  // winter again
    ("2024-10-27T21:59:59Z", "2024-10-27T22:00:00Z", false),
  ])
  func midnightInWarsaw(_ before: String, _ after: String, _ splits: Bool) throws {
    let zone = try #require(Zone(named: "Europe/Warsaw"))
    let run = try Run([Hit(at(before)), Hit(at(after))], settings { $0.midnight = zone })
    #expect(run.sessions.count == (splits ? 2 : 1))
  }

  @Test func visitorsAreApart() throws {
    let run = try Run(
      [Hit(Self.start, "a"), Hit(Self.start + 1, "b"), Hit(Self.start + 2, ""), Hit(Self.start + 3, "a")], settings())
    #expect(run.sessions == [[Self.start + 1], [Self.start + 2], [Self.start, Self.start + 3]])
  }

  /// (closing time, session start, session id).
  @Test func orderOfPayloads() throws {
    let visitors = (0..<20).map { "visitor \($0)" }
    var hits = visitors.map { Hit(Self.start, $0, name: $0) }
    hits.append(Hit(Self.start + minute, "early"))
    hits += visitors[..<10].map { Hit(Self.start + minute, $0, name: $0) }
    hits.append(Hit(Self.start + 5 * minute, "early", split: "x"))
    hits.append(Hit(Self.start + 5 * minute, "early", split: "y", name: "cut"))
    let run = try Run(hits, settings())
    func ids(_ visitors: some Sequence<String>) -> [String] {
      visitors.map { namespace.named("session\n2024-05-01T10:00:00.000Z\n0\n\($0)").text }.sorted()
    }
    let early = [("10:01", 0), ("10:05", 0)].map {
      namespace.named("session\n2024-05-01T\($0.0):00.000Z\n\($0.1)\nearly").text
    }
    // The forced cut comes first: its closing time is 10:05, theirs are 10:30 and 10:31.
    #expect(run.sessionIDs == [early[0]] + ids(visitors[10...]) + ids(visitors[..<10]) + [early[1]])
  }

  @Test func onlySessionsOpenedInTheRangeLeave() throws {
    let hits = (0..<10).map { Hit(Self.start + Int64($0) * hour) }
    let run = try Run(
      hits,
      settings {
        $0.from = Self.start + 3 * hour
        $0.to = Self.start + 5 * hour
      }, blockSize: { _ in 1 })
    #expect(run.sessions == [[Self.start + 3 * hour], [Self.start + 4 * hour]])
    #expect(run.counts.sessionsOutside == 8)
    // The clock passes `to` and the disorder with the hit at 16:00; the hit at 15:00 has closed the session of 14:00.
    #expect(run.satisfiedAfter == 7)
  }

  @Test func profileOfTheFirstEventThatNamesOne() throws {
    let run = try Run(
      [
        Hit(Self.start), Hit(Self.start + 1, profile: "\"id\":\"p1\",\"ids\":[\"x\"]"),
        Hit(Self.start + 2, profile: "\"id\":\"p2\""),
      ], settings())
    let profile = run.objects[0]["profile"] as? JSON
    #expect(profile?["id"] as? String == "p1")
    #expect(profile?["ids"] as? [String] == ["x"])
  }

  @Test func emptyContextIsLeftOut() throws {
    let run = try Run([Hit(Self.start, context: "{}", request: "{}")], settings { $0.options = "{}" })
    #expect(Set(run.objects[0].keys) == ["source", "session", "profile", "events"])
  }
}
