import Pipeline
import Sessions
import Testing

@Suite struct PartTests {
  static let start = at("2024-05-01T10:00:00Z")

  @Test(arguments: [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
  func byEvents(_ count: Int, _ sizes: [Int]) throws {
    let hits = (0..<count).map { Hit(Self.start + Int64($0), rule: UInt16($0 % 2)) }
    let run = try Run(hits, settings())
    #expect(run.times.map(\.count) == sizes)
    #expect(run.times.flatMap { $0 } == hits.map(\.time))
    #expect(Set(run.sessionIDs).count == 1)
    #expect(run.counts.furtherParts == sizes.count - 1)
    #expect(run.counts.emitted.byRule.reduce(0, +) == count)
    // All parts carry the times of the session.
    for object in run.objects {
      let metadata = (object["session"] as? JSON)?["metadata"] as? [String: String]
      #expect(metadata?["insert"] == TimestampWriter.text(Self.start))
      #expect(metadata?["update"] == TimestampWriter.text(Self.start + Int64(count) - 1))
    }
  }

  @Test func byBytes() throws {
    let hits = (0..<50).map { Hit(Self.start + Int64($0), padding: $0 * 40) }
    let whole = try Run(hits, settings())
    let largest = try #require(whole.payloads.first).utf8.count
    for limit in [largest, largest - 1, 20_000, 5_000, 2_500] {
      let run = try Run(hits, settings { $0.partBytes = limit })
      #expect(run.times.flatMap { $0 } == hits.map(\.time))
      for (payload, times) in zip(run.payloads, run.times) {
        #expect(payload.utf8.count <= limit || times.count == 1)
      }
      #expect((run.payloads.count == 1) == (limit == largest))
    }
  }

  @Test func aLargeEventStandsAlone() throws {
    let run = try Run(
      [Hit(Self.start), Hit(Self.start + 1, padding: 30_000), Hit(Self.start + 2), Hit(Self.start + 3)],
      settings { $0.partBytes = 10_000 })
    #expect(run.times.map(\.count) == [1, 1, 2])
  }
}
