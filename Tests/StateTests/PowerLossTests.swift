import Pipeline
import State
import TestSupport
import Testing
import Writers

/// The order of a commit against thousands of simulated power losses: in the end the outputs are those of a run that
/// nothing ended.
@Suite struct PowerLossTests {
  /// What payload number `n` is; sizes from nothing to more than a buffer.
  static func payload(_ number: Int, _ seed: Int) -> [UInt8] {
    var random = Seeded(seed &* 1_000_003 &+ number)
    let size = Int.random(in: 0..<300, using: &random) == 0 ? 270_000 : Int.random(in: 0..<200, using: &random)
    return Array("\(number) ".utf8) + [UInt8](repeating: 0x61, count: size)
  }

  static let count = 40

  static func whole(_ seed: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in 0..<count { bytes += payload(number, seed) + [0x0A] }
    return bytes
  }

  /// Runs until everything is written, whatever happens on the way. `make` opens the output with what is recorded.
  private static func run(
    _ seed: Int, _ disk: Disk, make: (OutputPosition?, Disk) throws -> any PayloadWriter & CommittedOutput,
    between: (Disk, Ledger) throws -> Void
  ) throws -> Int {
    let ledger = Ledger(disk)
    var random = Seeded(seed)
    var losses = 0
    while true {
      do {
        disk.fuse = losses < 12 ? Int.random(in: 0..<40, using: &random) : nil
        if Int.random(in: 0..<10, using: &random) == 0 { disk.failsNextSync = true }
        disk.room = Int.random(in: 0..<10, using: &random) == 0 ? Int.random(in: 0..<10_000, using: &random) : nil
        if losses >= 12 {
          disk.failsNextSync = false
          disk.room = nil
        }
        let output = try make(ledger.durable.outputs.values.first, disk)
        let committer = Committer(ledger, outputs: [output])
        var next = ledger.durable.totals["position"] ?? 0
        while next < count {
          let bytes = payload(next, seed)
          try bytes.withUnsafeBufferPointer { try output.write($0) }
          next += 1
          if Int.random(in: 0..<6, using: &random) == 0 || next == count {
            try committer.commit { try $0.setTotal("position", next) }
            try between(disk, ledger)
          }
        }
        // A commit whose last step was lost is completed by the next run.
        disk.fuse = nil
        _ = try make(ledger.durable.outputs[output.name], disk)
        return losses
      } catch is PowerLoss {
        losses += 1
        disk.recover()
      } catch let finding as Diagnostic where finding.code == "O201" {
        // The process ends, the power stays: what it wrote is still there.
        losses += 1
      }
    }
  }

  @Test func outboxIsExactAfterPowerLosses() throws {
    var losses = 0
    for seed in 0..<1_500 {
      let disk = Disk(seed)
      losses += try Self.run(
        seed, disk, make: { try Outbox("/s/outbox", recorded: $0, files: $1) }, between: { _, _ in })
      let expected = Self.whole(seed)
      guard disk.content("/s/outbox") == expected else {
        Issue.record("seed \(seed): the outbox differs")
        return
      }
    }
    #expect(losses > 1_500)
  }

  @Test func segmentsAreExactAfterPowerLossesAndTakenAwayOnce() throws {
    var losses = 0
    for seed in 0..<1_500 {
      let disk = Disk(seed)
      var taken: [String: [UInt8]] = [:]
      var random = Seeded(seed + 7)
      var problem: String?
      func look(_ disk: Disk) {
        for name in disk.allNames where name.hasSuffix(".ndjson") {
          let content = disk.content(name) ?? []
          if let former = taken[name], former != content { problem = "\(name) has changed" }
          taken[name] = content
          if Bool.random(using: &random) { disk.take(name) }
        }
      }
      losses += try Self.run(
        seed, disk, make: { try SegmentWriter(folder: "/out", stem: "shop", recorded: $0, files: $1) },
        between: { disk, _ in look(disk) })
      look(disk)
      let all: [UInt8] = taken.sorted { $0.key < $1.key }.flatMap { $0.value }
      let expected = Self.whole(seed)
      if all != expected { problem = problem ?? "the segments differ" }
      if disk.allNames.contains(where: { $0.hasSuffix(".part") }) { problem = problem ?? "a part is left" }
      if let problem {
        Issue.record("seed \(seed): \(problem)")
        return
      }
    }
    #expect(losses > 1_500)
  }

  /// What somebody cut off an output is not made up for.
  @Test func anOutputThatIsShorterThanRecordedIsRefused() throws {
    let disk = Disk(1)
    let outbox = try Outbox("/s/outbox", recorded: nil, files: disk)
    try Array("{}".utf8).withUnsafeBufferPointer { try outbox.write($0) }
    let position = try outbox.prepare()
    try disk.truncate("/s/outbox", to: 1)
    let finding = #expect(throws: Diagnostic.self) { try Outbox("/s/outbox", recorded: position, files: disk) }
    #expect(finding?.code == "C107")
  }

  /// After a sync that failed nobody knows what is on the disk: nothing is committed any more.
  @Test func nothingIsCommittedAfterAFailedSync() throws {
    let disk = Disk(1)
    let ledger = Ledger(disk)
    let outbox = try Outbox("/s/outbox", recorded: nil, files: disk)
    let committer = Committer(ledger, outputs: [outbox])
    try Array("{}".utf8).withUnsafeBufferPointer { try outbox.write($0) }
    disk.failsNextSync = true
    #expect(throws: Diagnostic.self) { try committer.commit { try $0.setTotal("position", 1) } }
    #expect(throws: Diagnostic.self) { try committer.commit { try $0.setTotal("position", 1) } }
    #expect(ledger.durable.outputs.isEmpty)
  }

  /// A file that this state did not write is not replaced, whenever it comes; what is committed waits for its name.
  @Test func segmentsOfAnotherStateAreNotReplaced() throws {
    let disk = Disk(1)
    func put(_ name: String, _ text: String) throws {
      let file = try disk.open(name)
      try Array(text.utf8).withUnsafeBufferPointer { try file.append($0) }
    }
    func refused(_ recorded: OutputPosition?) -> Diagnostic? {
      #expect(throws: Diagnostic.self) {
        try SegmentWriter(folder: "/out", stem: "shop", recorded: recorded, files: disk)
      }
    }
    try put("/out/shop-000001.ndjson", "other")
    try put("/out/shop-000002.ndjson.part", "at work")
    let first = refused(nil)
    #expect(first?.code == "O206" && first?.file == "/out/shop-000001.ndjson")
    disk.take("/out/shop-000001.ndjson")
    #expect(refused(nil)?.file == "/out/shop-000002.ndjson.part")
    #expect(disk.content("/out/shop-000002.ndjson.part") == Array("at work".utf8))
    disk.take("/out/shop-000002.ndjson.part")

    // While a run is on.
    let writer = try SegmentWriter(folder: "/out", stem: "shop", recorded: nil, files: disk)
    try Array("{}".utf8).withUnsafeBufferPointer { try writer.write($0) }
    let position = try writer.prepare()
    try put("/out/shop-000001.ndjson", "other")
    #expect(#expect(throws: Diagnostic.self) { try writer.settle() }?.code == "O206")
    #expect(refused(position)?.code == "O206")
    #expect(disk.content("/out/shop-000001.ndjson") == Array("other".utf8))
    disk.take("/out/shop-000001.ndjson")
    _ = try SegmentWriter(folder: "/out", stem: "shop", recorded: position, files: disk)
    #expect(disk.content("/out/shop-000001.ndjson") == Array("{}\n".utf8))
  }

  /// Two mappings may write into one folder, one of which is called as the other begins.
  @Test func segmentsOfOthersAreLeftAlone() throws {
    let disk = Disk(1)
    let other = try SegmentWriter(folder: "/out", stem: "web-shop", recorded: nil, files: disk)
    try Array("{}".utf8).withUnsafeBufferPointer { try other.write($0) }
    _ = try SegmentWriter(folder: "/out", stem: "web", recorded: nil, files: disk)
    _ = try other.prepare()
    try other.settle()
    #expect(disk.content("/out/web-shop-000001.ndjson") == Array("{}\n".utf8))
  }
}
