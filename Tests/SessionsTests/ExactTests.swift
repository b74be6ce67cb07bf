import Pipeline
import Sessions
import TestSupport
import Testing

/// The mode `exact`: records in any order.
@Suite struct ExactTests {
  static let start = at("2024-05-01T10:00:00Z")

  static func exact(_ change: (inout SessionSettings) -> Void = { _ in }) -> SessionSettings {
    settings {
      $0.mode = .exact
      change(&$0)
    }
  }

  /// Everything that ends sessions, and small parts.
  static func lively(_ settings: inout SessionSettings) {
    settings.max = 3 * hour
    settings.cap = 40
    settings.partEvents = 7
    settings.midnight = Zone(named: "America/New_York")
  }

  /// A stream with repetitions and with equal times.
  static func stream(_ random: inout Seeded, count: Int = 600, visitors: Int = 12) -> [Hit] {
    PropertyTests.stream(&random, count: count, visitors: visitors).flatMap { hit in
      switch Int.random(in: 0..<20, using: &random) {
      case 0: [hit, hit]
      case 1: [hit, Hit(hit.time, hit.visitor, split: "at once", name: "at once \(hit.time)")]
      default: [hit]
      }
    }
  }

  @Test(arguments: 0..<12)
  func sameBytesAsStreamWithinTheDisorder(_ seed: Int) throws {
    var random = Seeded(seed)
    var hits = PropertyTests.shuffled(Self.stream(&random), settings().disorder, &random)
    let inputs = seed % 3 + 1
    for index in hits.indices { hits[index].input = Int.random(in: 0..<inputs, using: &random) }
    var ranged = settings(Self.lively)
    if seed % 4 == 0 {
      ranged.from = Self.start + hour
      ranged.to = Self.start + 5 * hour
    }
    let stream = try Run(hits, ranged, inputs: inputs)
    try #require(stream.counts.late == 0)
    ranged.mode = .exact
    let run = try Run(hits, ranged, inputs: inputs, blockSize: { _ in 50 })
    #expect(run.bytes == stream.bytes)
    #expect(run.payloads.count > 10)
    #expect(run.counts.duplicates == stream.counts.duplicates)
    #expect(run.counts.duplicates > 0)
    // Whatever was open at once, the accounts are the same.
    var counts = run.counts
    counts.peakOpenSessions = stream.counts.peakOpenSessions
    counts.largestLateness = stream.counts.largestLateness
    #expect(counts == stream.counts)
    #expect(run.recycled == run.blocks)
    #expect(run.satisfiedAfter == nil)
  }

  @Test(arguments: 0..<12)
  func anyOrderOfRecordsGivesTheSame(_ seed: Int) throws {
    var random = Seeded(seed)
    let hits = PropertyTests.stream(&random)
    let expected = try Run(hits, Self.exact(Self.lively))
    let shuffled = hits.shuffled(using: &random)
    let sizes = (0..<hits.count).map { _ in Int.random(in: 1...90, using: &random) }
    #expect(try Run(shuffled, Self.exact(Self.lively), blockSize: { sizes[$0] }).bytes == expected.bytes)
    #expect(try Run(hits.reversed(), Self.exact(Self.lively), blockSize: { _ in 1 }).bytes == expected.bytes)
    var spread = shuffled
    for index in spread.indices { spread[index].input = Int.random(in: 0..<4, using: &random) }
    #expect(try Run(spread, Self.exact(Self.lively), inputs: 4, blockSize: { sizes[$0] }).bytes == expected.bytes)
  }

  /// Runs of events, runs of payloads, and merges in several passes.
  @Test(arguments: 0..<3, [1, 100_000, 400_000, 4 << 20])
  func anyMemoryGivesTheSame(_ seed: Int, _ memory: Int) throws {
    var random = Seeded(seed)
    let hits = Self.stream(&random, count: 2500, visitors: 300).shuffled(using: &random)
    let expected = try Run(hits, Self.exact(Self.lively))
    let run = try Run(
      hits,
      Self.exact {
        Self.lively(&$0)
        $0.memory = memory
      })
    #expect(run.bytes == expected.bytes)
    #expect(expected.counts.spilledBytes == 0)
    #expect(run.counts.spilledBytes > 0 || memory > 2 << 20)
    // More than once through the file where memory is least.
    if memory == 1 { #expect(run.counts.spilledBytes > 3 * run.bytes.count) }
  }

  /// By time where few sessions are open at once, by visitor where many are: whether that shows at the beginning, at the
  /// end, or only by the length of the gap.
  @Test(arguments: ["dense", "dense at last", "sparse", "one instant", "long gap"])
  func eitherOrderGivesTheSame(_ kind: String) throws {
    var random = Seeded(3)
    let count = kind == "sparse" ? 70_000 : 3000
    let times = (0..<count).map { index in
      switch kind {
      case "sparse": Int64(index) * 45 * minute
      case "one instant": Int64(0)
      case "dense at last": index < 2500 ? Int64(index) * 20 * minute : 2500 * 20 * minute + Int64(index)
      default: Int64(index) * (kind == "dense" ? 100 : 5 * minute)
      }
    }
    var hits = times.enumerated().map { Hit(Self.start - 1000 * hour + $1, "v\($0 % 700)", padding: 200) }
    if kind != "dense at last" { hits.shuffle(using: &random) }
    func run(_ memory: Int) throws -> Run {
      try Run(
        hits,
        Self.exact {
          $0.memory = memory
          if kind == "long gap" { $0.gap = 9000 * hour }
        }, blockSize: { _ in 100 })
    }
    let whole = try run(256 << 20)
    #expect(whole.counts.spilledBytes == 0)
    for memory in [200_000, 400_000, 1 << 20] {
      let bounded = try run(memory)
      #expect(bounded.bytes == whole.bytes)
      #expect(bounded.counts.spilledBytes > 0)
      #expect(bounded.counts.sessionsEmitted == whole.counts.sessionsEmitted)
    }
    // Sessions do not need many at once, and events are enough to be sorted.
    if kind == "sparse" { #expect(try run(1 << 20).counts.spilledBytes < 2 * whole.bytes.count) }
  }

  /// Sessions by a window query.
  @Test(arguments: 0..<6)
  func oracle(_ seed: Int) throws {
    var random = Seeded(seed)
    let hits = PropertyTests.stream(&random, count: 1500).map { Hit($0.time, $0.visitor) }
    let settings = Self.exact { $0.max = nil }
    let run = try Run(hits.shuffled(using: &random), settings, blockSize: { _ in 97 })
    let expected = try Oracle().sessions(hits, gap: settings.gap)
    #expect(run.sessions.sorted { $0[0] < $1[0] } == expected.sorted { $0[0] < $1[0] })
  }

  @Test func visitorsOfOneHashAreApart() throws {
    let hits = (0..<60).map { Hit(Self.start + Int64($0), ["a", "b", "bb"][$0 % 3]) }
    let run = try Run(hits.reversed(), Self.exact(), visitorHash: 7)
    #expect(run.sessions.map(\.count) == [20, 20, 20])
    #expect(run.bytes == (try Run(hits, settings())).bytes)
  }

  @Test func everyTimeIsBelieved() throws {
    let times = [0, 500 * hour, 1, -9000 * hour, 2].map { Self.start + $0 }
    let run = try Run(times.map { Hit($0) }, Self.exact { $0.late = .reject })
    #expect(run.sessions == [[times[3]], [times[0], times[2], times[4]], [times[1]]])
    #expect(run.rejects.isEmpty)
    #expect(run.counts.late == 0)
  }

  @Test(arguments: [SessionSettings.Mode.exact, .none], [Int64.min, CalendarTime.range.upperBound + 1, Int64.max])
  func timesThatCannotBeWritten(_ mode: SessionSettings.Mode, _ time: Int64) throws {
    let run = try Run([Hit(Self.start), Hit(time), Hit(Self.start + 1)], settings { $0.mode = mode })
    #expect(run.rejects.map(\.code) == ["S103"])
    #expect(run.rejects.map(\.number) == [1])
    #expect(run.counts.events == 2)
    #expect(run.counts.eventsEmitted == 2)
    #expect(run.recycled == run.blocks)
  }

  @Test(arguments: [SessionSettings.Mode.exact, .none])
  func nothingIsNothing(_ mode: SessionSettings.Mode) throws {
    let run = try Run([], settings { $0.mode = mode })
    #expect(run.payloads.isEmpty)
    #expect(run.counts == SessionCounts())
  }

  @Test func oneVisitorOfManyEvents() throws {
    let hits = (0..<20_000).map { Hit(Self.start + Int64($0) * 100, name: "x") }
    let run = try Run(hits.reversed(), Self.exact { $0.memory = 1 << 20 })
    #expect(run.sessions.map(\.count) == [5_000, 5_000, 5_000, 5_000])
    #expect(run.times.joined().elementsEqual(hits.map(\.time)))
    #expect(run.bytes == (try Run(hits, settings())).bytes)
  }

  @Test func aRepetitionCountsAmongItsVisitorsOwn() throws {
    let hits = ["a", "b", "a", "c", "a"].map { Hit(Self.start, $0, name: "same \($0)") }
    let run = try Run(hits, Self.exact())
    let a = namespace.named("same a")
    #expect(Set(run.eventIDs).isSuperset(of: [a.text, a.named("1").text, a.named("2").text]))
    #expect(run.counts.duplicates == 2)
  }

  @Test(arguments: [SessionSettings.Mode.stream, .exact, .none])
  func aTemporaryFileThatCannotBe(_ mode: SessionSettings.Mode) throws {
    let hits = (0..<1000).map { Hit(Self.start + Int64($0), "v\($0 % 50)", padding: 500) }
    let failure = #expect(throws: Diagnostic.self) {
      try Run(
        hits,
        settings {
          $0.mode = mode
          $0.memory = 1
          $0.temporaryFolder = "/no/such/folder"
        })
    }
    #expect(failure?.code == "O204")
    #expect(failure?.message.contains("/no/such/folder") == true)
  }

  /// 200,000 events of 90 MB under 4 MiB, and under what nobody has set: each comes once, in its visitor's session, and
  /// payloads are in order.
  @Test(arguments: [4 << 20, nil] as [Int?])
  func manyEventsUnderLittleMemory(_ memory: Int?) throws {
    final class Checker: PayloadWriter {
      var payloads = 0
      var lastUpdate = ""
      var isInOrder = true

      let start =
        #"{"source":{"id":"shop"},"session":{"id":"","metadata":{"insert":"","create":"","update":""#.utf8.count + 36
        + 48

      func write(_ payload: UnsafeBufferPointer<UInt8>) {
        payloads += 1
        let update = String(decoding: payload[start..<start + 24], as: UTF8.self)
        if update < lastUpdate { isInOrder = false }
        lastUpdate = update
      }
      func finish() {}
      func abandon() {}
    }
    let writer = Checker()
    let settings = Self.exact { $0.memory = memory }
    let stage = SessionStage(
      settings: settings, inputs: [InputDescription(name: "a", firstTime: nil, size: nil)], writer: writer,
      recycle: { $0.reset() })
    let count = 200_000
    let perBlock = 1_000
    let mapped = MappedBlock()
    let block = Block(capacity: 4096, headroom: 0)
    let body = Array(
      "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"type\":\"\(String(repeating: "x", count: 350))\"}".utf8)
    var rejects: [Reject] = []
    // Each step of 99,991 through all of the events meets each once: 100,000 visitors, two events each, a second apart.
    for first in stride(from: 0, to: count, by: perBlock) {
      for position in first..<first + perBlock {
        let number = position * 99_991 % count
        let visitor = UInt64(number / 2)
        let offset = mapped.text.count
        mapped.text.append(decimal: Int64(visitor))
        let length = mapped.text.count - offset
        body.withUnsafeBufferPointer { mapped.text.append($0) }
        mapped.append(
          Event(
            time: Self.start + Int64(number) * 1000, id: UUID(high: 1, low: UInt64(number)), needsOrdinal: false,
            rule: 0,
            visitorHash: visitor &* 0x9E37_79B9_7F4A_7C15, visitor: ByteRange(offset: offset, length: length),
            body: ByteRange(offset: offset + length, length: body.count), context: .none, request: .none,
            profile: .none,
            split: .none, recordOffset: 0, recordLength: 0, line: 0, number: 0))
      }
      try stage.consume(mapped, of: block, rejects: &rejects)
    }
    var last: [LocatedReject] = []
    try stage.finish(rejects: &last)
    #expect(stage.counts.eventsEmitted == count)
    #expect(writer.payloads == count / 2)
    #expect(writer.isInOrder)
    #expect(writer.lastUpdate == TimestampWriter.text(Self.start + Int64(count - 1) * 1000))
    #expect(stage.counts.spilledBytes > 100 << 20)
  }

  @Test(arguments: [SessionSettings.Mode.exact, .none], [1, 64 << 20])
  func aCancelledSortEnds(_ mode: SessionSettings.Mode, _ memory: Int) throws {
    /// Cancels when the first payload leaves.
    final class Canceller: PayloadWriter {
      var stage: SessionStage?
      var payloads = 0
      func write(_ payload: UnsafeBufferPointer<UInt8>) {
        payloads += 1
        stage?.cancel()
      }
      func finish() {}
      func abandon() {}
    }
    let writer = Canceller()
    let settings = settings {
      $0.mode = mode
      $0.memory = memory
    }
    let stage = SessionStage(
      settings: settings, inputs: [InputDescription(name: "a", firstTime: nil, size: nil)], writer: writer,
      recycle: { _ in })
    writer.stage = stage
    var rejects: [Reject] = []
    let hits = (0..<500).map { Hit(Self.start + Int64($0) * hour, padding: 500) }
    let block = Block(capacity: 1 << 16, headroom: 0)
    let mapped = MappedBlock()
    Run.fill(block, mapped, hits[...], nil)
    try stage.consume(mapped, of: block, rejects: &rejects)
    var last: [LocatedReject] = []
    #expect(throws: CancellationError.self) { try stage.finish(rejects: &last) }
    #expect(writer.payloads == 1)
    writer.stage = nil
  }
}
