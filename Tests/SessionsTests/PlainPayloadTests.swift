import Pipeline
import Sessions
import TestSupport
import Testing

/// The mode `none`: a payload a record.
@Suite struct PlainPayloadTests {
  static let start = at("2024-05-01T10:00:00Z")

  static func plain(_ change: (inout SessionSettings) -> Void = { _ in }) -> SessionSettings {
    settings {
      $0.mode = .none
      change(&$0)
    }
  }

  @Test(arguments: [nil, "{}", "{\"debugger\":true}"])
  func aRecordAsAPayload(_ options: String?) throws {
    let run = try Run([Hit(Self.start, "ann", context: "{\"a\":1}")], Self.plain { $0.options = options })
    let profile = Array("ann".utf8).withUnsafeBufferPointer {
      Pseudonymizer(salt: Array("salt".utf8)).pseudonym(of: $0).text
    }
    let id = namespace.named("record \(Self.start) ann ").text
    let others = options == "{\"debugger\":true}" ? ",\"debugger\":true" : ""
    let expected =
      "{\"source\":{\"id\":\"shop\"},\"profile\":{\"id\":\"\(profile)\",\"metadata\":{"
      + "\"insert\":\"2024-05-01T10:00:00.000Z\",\"create\":\"2024-05-01T10:00:00.000Z\"}},"
      + "\"context\":{\"a\":1},\"events\":[{\"id\":\"\(id)\",\"type\":\"hit\","
      + "\"time\":{\"insert\":\"2024-05-01T10:00:00.000Z\"},\"properties\":{\"t\":\(Self.start),\"v\":\"ann\"}}],"
      + "\"options\":{\"saveSession\":false\(others)}}"
    #expect(run.payloads == [expected])
    #expect(run.counts.payloads == 1)
    #expect(run.counts.sessionsEmitted == 0)
    #expect(run.counts.sessionsOpened == 0)
  }

  @Test func theProfileIsThatOfTheOtherModes() throws {
    let hit = Hit(Self.start, profile: "\"id\":\"p1\",\"ids\":[\"x\"]")
    let profiles = try [SessionSettings.Mode.stream, .exact, .none].map { mode in
      try Run([hit, Hit(Self.start + 100 * hour, "other")], settings { $0.mode = mode }).objects.map {
        (($0["profile"] as? JSON)?["id"] as? String) ?? ""
      }
    }
    #expect(profiles[0] == profiles[2])
    #expect(profiles[1] == profiles[2])
    #expect(profiles[0][0] == "p1")
  }

  @Test func eventsOfARecordStayTogether() throws {
    var hits = [5, 3, 4, 1, 9].map { Hit(Self.start + $0 * minute, rule: UInt16($0)) }
    hits[1].joins = true
    hits[2].joins = true
    let run = try Run(hits, Self.plain { $0.partEvents = 1 })
    // By the record's first time; within it by time.
    #expect(run.times.map { $0.map { ($0 - Self.start) / minute } } == [[1], [3, 4, 5], [9]])
    #expect(run.counts.payloads == 3)
    #expect(run.counts.furtherParts == 0)
    #expect(run.counts.emitted.byRule == [0, 1, 0, 1, 1, 1, 0, 0, 0, 1])
    let metadata = (run.objects[1]["profile"] as? JSON)?["metadata"] as? [String: String]
    #expect(metadata?["insert"] == "2024-05-01T10:03:00.000Z")
  }

  @Test func onlyRecordsInTheRangeLeave() throws {
    let hits = (0..<10).map { Hit(Self.start + Int64($0) * hour) }
    let run = try Run(
      hits.reversed(),
      Self.plain {
        $0.from = Self.start + 3 * hour
        $0.to = Self.start + 5 * hour
      })
    #expect(run.times == [[Self.start + 3 * hour], [Self.start + 4 * hour]])
    #expect(run.counts.sessionsOutside == 8)
    #expect(run.counts.events == 10)
    #expect(run.satisfiedAfter == nil)
  }

  @Test func repetitionsHaveIdsOfTheirOwn() throws {
    let hits = ["a", "b", "a", "a"].map { Hit(Self.start, name: $0) } + [Hit(Self.start + 1, name: "a")]
    let run = try Run(hits, Self.plain())
    let a = namespace.named("a")
    #expect(run.eventIDs == [a.text, namespace.named("b").text, a.named("1").text, a.named("2").text, a.text])
    #expect(run.counts.duplicates == 2)
  }

  @Test(arguments: 0..<4, [1, 200_000, 64 << 20])
  func neitherOrderNorMemoryNorBlocksChangeAnything(_ seed: Int, _ memory: Int) throws {
    var random = Seeded(seed)
    let hits = PropertyTests.stream(&random, count: 1200)
    let expected = try Run(hits, Self.plain())
    #expect(expected.times.map { $0[0] } == hits.map(\.time))
    let run = try Run(hits.shuffled(using: &random), Self.plain { $0.memory = memory }, blockSize: { $0 % 60 + 1 })
    #expect(run.bytes == expected.bytes)
    #expect((run.counts.spilledBytes > 0) == (memory < 1 << 20))
    #expect(run.recycled == run.blocks)
  }
}
