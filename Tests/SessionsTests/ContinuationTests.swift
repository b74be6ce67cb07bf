import Pipeline
import Sessions
import TestSupport
import Testing

/// State in memory; copies are what a power loss leaves.
final class MemoryStore: StateStore {
  var parts: [String: [Int64: [UInt8]]] = [:]
  var written = 0

  func put(_ kind: StaticString, _ number: Int64, _ bytes: UnsafeBufferPointer<UInt8>) {
    parts[kind.description, default: [:]][number] = Array(bytes)
    written += 1
  }

  func remove(_ kind: StaticString, _ number: Int64) { parts[kind.description]?[number] = nil }

  func removeAll(_ kind: StaticString, below end: Int64) {
    parts[kind.description] = parts[kind.description]?.filter { $0.key >= end }
  }

  func forEach(_ kind: StaticString, _ body: (Int64, UnsafeBufferPointer<UInt8>) throws -> Void) throws {
    for (number, bytes) in (parts[kind.description] ?? [:]).sorted(by: { $0.key < $1.key }) {
      try bytes.withUnsafeBufferPointer { try body(number, $0) }
    }
  }
}

/// Outside of an expectation: the testing library would print both.
private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool { one == other }

/// Runs that continue each other give what one run gives.
@Suite struct ContinuationTests {
  /// Runs over the hits, beginning anew from what was saved after the blocks that `stops` names.
  /// - Parameter pauses: whether a run ends there, or is cut off behind its commit.
  static func run(
    _ hits: [Hit], _ settings: SessionSettings, inputs: Int, blockSize: Int, pauses: Bool, stops: (Int) -> Bool
  ) throws -> (bytes: [UInt8], counts: SessionCounts) {
    let store = MemoryStore()
    let writer = Collector()
    var lines = [Int](repeating: 0, count: inputs)
    var offsets = [Int](repeating: 0, count: inputs)
    func stage(_ continued: Bool) throws -> SessionStage {
      var settings = settings
      settings.isContinued = continued
      let descriptions = (0..<inputs).map { input in
        var description = InputDescription(
          name: "input-\(input)", firstTime: hits.first { $0.input == input }?.time, size: nil)
        description.id = Int64(100 - input)
        description.linesBefore = lines[input]
        description.recordsBefore = lines[input]
        return description
      }
      let stage = SessionStage(settings: settings, inputs: descriptions, writer: writer) { $0.reset() }
      try stage.restore(from: store)
      return stage
    }
    var current = try stage(pauses)
    var rejects: [Reject] = []
    var at = 0
    var number = 0
    while at < hits.count {
      let input = hits[at].input
      var end = at
      while end < hits.count, end - at < blockSize, hits[end].input == input { end += 1 }
      let block = Block(capacity: 1 << 16, headroom: 0)
      let mapped = MappedBlock()
      Run.fill(block, mapped, hits[at..<end], nil)
      block.input = input
      block.offset = offsets[input]
      offsets[input] += block.count
      try current.consume(mapped, of: block, rejects: &rejects)
      lines[input] += end - at
      at = end
      number += 1
      guard stops(number) else { continue }
      var late: [LocatedReject] = []
      if pauses { try current.pause(rejects: &late) }
      try current.save(to: store)
      let length = writer.bytes.count
      if !pauses, at < hits.count {
        // What comes after the commit is lost with the process.
        let lost = Block(capacity: 1 << 16, headroom: 0)
        let more = MappedBlock()
        Run.fill(lost, more, hits[at..<min(hits.count, at + 1)], nil)
        lost.input = hits[at].input
        lost.offset = offsets[hits[at].input]
        try current.consume(more, of: lost, rejects: &rejects)
        writer.bytes.removeSubrange(length...)
      }
      current = try stage(pauses)
    }
    var located: [LocatedReject] = []
    try current.finish(rejects: &located)
    return (writer.bytes, current.counts)
  }

  @Test(arguments: 0..<12, [false, true])
  func runsThatContinueEachOtherGiveTheSameBytes(_ seed: Int, _ pauses: Bool) throws {
    var random = Seeded(seed)
    let settings = PropertyTests.all
    var hits = PropertyTests.shuffled(PropertyTests.stream(&random), settings.disorder, &random)
    let inputs = 1 + seed % 3
    for index in hits.indices { hits[index].input = Int.random(in: 0..<inputs, using: &random) }
    let expected = try Run(hits, settings, inputs: inputs, blockSize: { _ in 20 })
    var restarts = 0
    let continued = try Self.run(hits, settings, inputs: inputs, blockSize: 20, pauses: pauses) { _ in
      let stops = Int.random(in: 0..<4, using: &random) == 0
      restarts += stops ? 1 : 0
      return stops
    }
    #expect(restarts > 3)
    #expect(isSame(continued.bytes, expected.bytes))
  }

  /// Logs that end before further events have confirmed their first ones: others take their place, or go on beside them.
  @Test(arguments: 0..<40)
  func quietLogsGiveTheSameBytes(_ seed: Int) throws {
    var random = Seeded(seed)
    let settings = PropertyTests.all
    var hits = PropertyTests.stream(&random)
    // Ordered, and no two at one time: what comes first must not depend on the inputs' order.
    hits.sort { $0.time < $1.time }
    for index in hits.indices.dropFirst() where hits[index].time <= hits[index - 1].time {
      hits[index].time = hits[index - 1].time + 1
    }
    // Runs of some hits; each may have a log of its own beside the one that is rotated.
    var runs: [Range<Int>] = []
    var inputs = 1
    var main = 0
    while (runs.last?.upperBound ?? 0) < hits.count {
      let begin = runs.last?.upperBound ?? 0
      let end = min(hits.count, begin + Int.random(in: 1...9, using: &random))
      let side = inputs
      inputs += 1
      for index in begin..<end {
        let isAside = Int.random(in: 0..<6, using: &random) == 0
        hits[index].input = isAside ? side : main
        if !isAside, Int.random(in: 0..<6, using: &random) == 0 {
          main = inputs
          inputs += 1
        }
      }
      runs.append(begin..<end)
    }
    // Only those that have events, in the order of their beginnings.
    var places: [Int: Int] = [:]
    for index in hits.indices {
      let place = places[hits[index].input] ?? places.count
      places[hits[index].input] = place
      hits[index].input = place
    }
    let expected = try Run(hits, settings, inputs: places.count)

    let store = MemoryStore()
    let writer = Collector()
    var read = [Int](repeating: 0, count: places.count)
    for run in runs {
      let isLast = run.upperBound == hits.count
      var settings = settings
      settings.isContinued = !isLast
      let known = (hits[..<run.upperBound].map(\.input).max() ?? 0) + 1
      let grown = Set(hits[run].map(\.input))
      let descriptions = (0..<known).map { input in
        var description = InputDescription(
          name: "input-\(input)", firstTime: hits.first { $0.input == input }?.time, size: nil)
        description.id = Int64(input)
        description.isAtRest = !grown.contains(input)
        description.linesBefore = read[input]
        description.recordsBefore = read[input]
        return description
      }
      let stage = SessionStage(settings: settings, inputs: descriptions, writer: writer) { $0.reset() }
      try stage.restore(from: store)
      var rejects: [Reject] = []
      for input in grown.sorted() {
        let block = Block(capacity: 1 << 16, headroom: 0)
        let mapped = MappedBlock()
        let own = hits[run].filter { $0.input == input }
        Run.fill(block, mapped, own[...], nil)
        block.input = input
        block.isLast = true
        try stage.consume(mapped, of: block, rejects: &rejects)
        read[input] += own.count
      }
      #expect(rejects.isEmpty)
      var located: [LocatedReject] = []
      if isLast { try stage.finish(rejects: &located) } else { try stage.pause(rejects: &located) }
      #expect(located.isEmpty)
      if !isLast { try stage.save(to: store) }
    }
    #expect(isSame(writer.bytes, expected.bytes))
  }

  /// Thousands of logs are far too many to compare each with every other at every block.
  /// - Parameter apart: from the beginning of one log to that of the next; 0 where none takes another's place.
  @Test(arguments: [0, 2 * minute])
  func thousandsOfLogsGiveTheSameBytes(_ apart: Int64) throws {
    var random = Seeded(11)
    let count = 6_000
    var hits: [Hit] = []
    for input in 0..<count {
      // Also fewer than it takes to confirm the first one.
      for index in 0..<Int64.random(in: 1...5, using: &random) {
        // No two at one time.
        let time = PropertyTests.start + Int64(input) * (apart + 1) + index * minute / 3
        hits.append(Hit(time, "v\(input % 100)", input: input))
      }
    }
    let expected = try Run(hits, settings(), inputs: count)

    let store = MemoryStore()
    let writer = Collector()
    func stage(_ change: (inout SessionSettings) -> Void, isAtRest: Bool) throws -> SessionStage {
      let descriptions = (0..<count).map { input in
        var description = InputDescription(
          name: "\(input)", firstTime: PropertyTests.start + Int64(input) * (apart + 1), size: nil)
        description.id = Int64(input)
        description.isAtRest = isAtRest
        return description
      }
      let stage = SessionStage(settings: settings(change), inputs: descriptions, writer: writer) { $0.reset() }
      try stage.restore(from: store)
      return stage
    }
    let first = try stage({ $0.isContinued = true }, isAtRest: false)
    var rejects: [Reject] = []
    var at = 0
    while at < hits.count {
      let block = Block(capacity: 1 << 12, headroom: 0)
      let mapped = MappedBlock()
      let end = hits[at...].firstIndex { $0.input != hits[at].input } ?? hits.count
      Run.fill(block, mapped, hits[at..<end], nil)
      block.input = hits[at].input
      block.isLast = true
      try first.consume(mapped, of: block, rejects: &rejects)
      at = end
    }
    var located: [LocatedReject] = []
    try first.pause(rejects: &located)
    // What a log takes the place of is not waited for.
    #expect(writer.payloads.isEmpty == (apart == 0))
    try first.save(to: store)
    try stage({ _ in }, isAtRest: true).finish(rejects: &located)
    #expect(rejects.isEmpty && located.isEmpty)
    #expect(isSame(writer.bytes, expected.bytes))
  }

  /// A time far ahead is not believed because its log has ended, nor because another log begins with one like it. What
  /// stands beside it is, as soon as others have come to it.
  @Test func whatIsFarAheadIsNotBelieved() throws {
    let store = MemoryStore()
    let writer = Collector()
    let start = PropertyTests.start
    let far = start + 5000 * hour
    var late = 0
    func run(_ hits: [Hit], isLast: Bool = false) throws {
      let descriptions = (0..<3).map { input in
        var description = InputDescription(
          name: "\(input)", firstTime: input == 2 ? far + 10 * minute : start, size: nil)
        description.id = Int64(input)
        description.isAtRest = !hits.contains { $0.input == input }
        return description
      }
      let stage = SessionStage(settings: settings { $0.isContinued = !isLast }, inputs: descriptions, writer: writer) {
        $0.reset()
      }
      try stage.restore(from: store)
      var rejects: [Reject] = []
      for input in Set(hits.map(\.input)).sorted() {
        let block = Block(capacity: 1 << 16, headroom: 0)
        let mapped = MappedBlock()
        Run.fill(block, mapped, hits.filter { $0.input == input }[...], nil)
        block.input = input
        block.isLast = true
        try stage.consume(mapped, of: block, rejects: &rejects)
      }
      var located: [LocatedReject] = []
      if isLast { try stage.finish(rejects: &located) } else { try stage.pause(rejects: &located) }
      try stage.save(to: store)
      late += stage.counts.late
      #expect(rejects.map(\.code) == (isLast ? ["S101"] : []))
    }
    func busy(_ first: Int64) -> [Hit] { (0..<6).map { Hit(first + $0 * minute, "busy", input: 1) } }
    try run([Hit(start, "quiet"), Hit(far, "quiet")] + busy(start))
    try run([Hit(far + 10 * minute, "odd", input: 2)])
    try run(busy(start + hour))
    try run(busy(start + 2 * hour))
    // The visit has left, with the one event.
    #expect(writer.payloads.contains { $0.contains("\"v\":\"quiet\"") })
    try run([Hit(start + 3 * hour, "quiet")] + busy(start + 3 * hour), isLast: true)
    #expect(!writer.payloads.contains { $0.contains("\"t\":\(far)") })
    #expect(late == 0)
  }

  /// Late beyond the disorder, an outlier, little memory: with one input nothing of it depends on where a run ended.
  @Test(arguments: 0..<12, [SessionSettings.Late.attach, .new, .reject])
  func disorderBeyondTheBoundIsContinuedAsWell(_ seed: Int, _ late: SessionSettings.Late) throws {
    var random = Seeded(seed)
    var hits = PropertyTests.shuffled(PropertyTests.stream(&random), 3 * hour, &random)
    hits.insert(Hit(PropertyTests.start + 1000 * hour), at: 300)
    let settings = settings {
      $0.cap = 40
      $0.late = late
      $0.memory = seed % 2 == 0 ? 20_000 : 256 << 20
    }
    let expected = try Run(hits, settings)
    let continued = try Self.run(hits, settings, inputs: 1, blockSize: 7, pauses: seed % 3 == 0) { $0 % 5 == 0 }
    #expect(isSame(continued.bytes, expected.bytes))
  }

  /// Records of equal times and bytes keep their ordinals, and what closes in one instant its order.
  @Test(arguments: [false, true])
  func equalRecordsKeepTheirOrdinals(_ pauses: Bool) throws {
    var hits: [Hit] = []
    for second in 0..<40 {
      for index in 0..<12 {
        hits.append(
          Hit(PropertyTests.start + Int64(second / 4) * 45 * minute, "v\(index % 5)", name: "same \(second / 4)"))
      }
    }
    let expected = try Run(hits, PropertyTests.all)
    #expect(expected.counts.duplicates > 300)
    let continued = try Self.run(hits, PropertyTests.all, inputs: 1, blockSize: 5, pauses: pauses) { _ in true }
    #expect(isSame(continued.bytes, expected.bytes))
    #expect(Set(try Run(hits, PropertyTests.all).eventIDs).count == hits.count)
  }

  /// Only what was added to is written again.
  @Test func quietSessionsAreNotWrittenAgain() throws {
    let store = MemoryStore()
    let stage = SessionStage(
      settings: settings { $0.isContinued = true },
      inputs: [InputDescription(name: "a", firstTime: PropertyTests.start, size: nil)], writer: Collector()
    ) { $0.reset() }
    func consume(_ hits: [Hit], at offset: Int) throws {
      let block = Block(capacity: 1 << 18, headroom: 0)
      let mapped = MappedBlock()
      Run.fill(block, mapped, hits[...], nil)
      block.offset = offset
      var rejects: [Reject] = []
      try stage.consume(mapped, of: block, rejects: &rejects)
      try stage.save(to: store)
    }
    try consume((0..<500).map { Hit(PropertyTests.start + Int64($0), "v\($0)") }, at: 0)
    try consume([Hit(PropertyTests.start + 6 * minute, "later")], at: 1 << 17)
    #expect(store.parts["session"]?.count == 500)
    store.written = 0
    try consume([Hit(PropertyTests.start + 12 * minute, "v7")], at: 2 << 17)
    try consume([Hit(PropertyTests.start + 18 * minute, "later")], at: 3 << 17)
    #expect(store.written < 20)
    #expect(store.parts["session"]?.count == 501)
  }

  /// Nor are the clocks of inputs that gave nothing new: there may be thousands of them.
  @Test func quietInputsAreNotWrittenAgain() throws {
    let store = MemoryStore()
    var inputs = (0..<200).map {
      InputDescription(name: "\($0)", firstTime: PropertyTests.start + Int64($0) * minute, size: nil)
    }
    func stage() -> SessionStage {
      SessionStage(settings: settings { $0.isContinued = true }, inputs: inputs, writer: Collector()) { $0.reset() }
    }
    func consume(_ stage: SessionStage, _ input: Int, _ time: Int64) throws {
      let block = Block(capacity: 1 << 12, headroom: 0)
      let mapped = MappedBlock()
      // Several: a time on its own is not yet believed.
      Run.fill(block, mapped, (0..<5).map { Hit(time + $0, "v\(input)", input: input) }[...], nil)
      block.input = input
      block.isLast = true
      var rejects: [Reject] = []
      try stage.consume(mapped, of: block, rejects: &rejects)
    }
    let first = stage()
    for input in inputs.indices { try consume(first, input, PropertyTests.start + Int64(input) * minute) }
    try first.save(to: store)
    #expect(store.parts["clock"]?.count == 200)
    for input in 0..<199 { inputs[input].isAtRest = true }
    for (run, limit) in [200, 20].enumerated() {
      let next = stage()
      try next.restore(from: store)
      store.written = 0
      try consume(next, 199, PropertyTests.start + Int64(201 + run) * hour)
      try next.save(to: store)
      // The first of them still finds the sessions of all inputs open.
      #expect(store.written < limit)
    }
    #expect(store.parts["clock"]?.count == 200)
  }

  /// A state that is not what was written says so.
  @Test func damagedStateIsRefused() throws {
    let store = MemoryStore()
    let hits = (0..<50).map { Hit(PropertyTests.start + Int64($0) * 10_000, "v\($0 % 7)", context: "{\"a\":1}") }
    let descriptions = [InputDescription(name: "a", firstTime: PropertyTests.start, size: nil)]
    let stage = SessionStage(settings: settings(), inputs: descriptions, writer: Collector()) { $0.reset() }
    let block = Block(capacity: 1 << 16, headroom: 0)
    let mapped = MappedBlock()
    Run.fill(block, mapped, hits[...], nil)
    var rejects: [Reject] = []
    try stage.consume(mapped, of: block, rejects: &rejects)
    try stage.save(to: store)
    var refused = 0
    for (kind, parts) in store.parts {
      for (number, bytes) in parts {
        for length in Swift.stride(from: 0, to: bytes.count, by: 7) {
          let damaged = MemoryStore()
          damaged.parts = store.parts
          damaged.parts[kind]?[number] = Array(bytes[..<length])
          do {
            try SessionStage(settings: settings(), inputs: descriptions, writer: Collector()) { $0.reset() }
              .restore(from: damaged)
          } catch let finding as Diagnostic {
            #expect(finding.code == "C104")
            refused += 1
          }
        }
      }
    }
    #expect(refused > 100)
  }
}
