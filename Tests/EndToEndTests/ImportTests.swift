import Collector
import Foundation
import Glibc
import State
import Synchronization
import TestSupport
import Testing

/// How a receiver reacts, which may change between two runs.
private final class Mood: Sendable {
  private let current: Mutex<CollectorOptions.Reaction>
  init(_ reaction: CollectorOptions.Reaction) { current = Mutex(reaction) }
  var reaction: CollectorOptions.Reaction {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }
}

/// `import` through the built command, against a receiver on this machine.
@Suite struct ImportTests {
  private let space: Workspace

  init() throws { space = try Workspace() }

  private func arguments(_ inputs: [String], _ collector: Collector, _ more: [String] = []) -> [String] {
    ["import", "-m", FollowUpTests.mapping, "--to", collector.url, "--state", space.path("state"), "--yes", "-q"] + more
      + inputs
  }

  private func outbox() throws -> Data { try space.read("state/outbox-000001.ndjson") }

  /// Whether nothing was given up, in the folder that has the state.
  private var hasNoDeadLetters: Bool { space.exists("state/state.sqlite") && space.lines("state/dead.ndjson").isEmpty }

  /// Ids of the events in payloads.
  private func ids(_ payloads: Data) -> Set<String> {
    var ids: Set<String> = []
    for line in payloads.split(separator: UInt8(ascii: "\n")) {
      let object = (try? JSONSerialization.jsonObject(with: line)) as? [String: Any]
      for event in object?["events"] as? [[String: Any]] ?? [] { ids.insert(event["id"] as? String ?? "") }
    }
    return ids
  }

  private func collector(_ change: (inout CollectorOptions) -> Void = { _ in }) throws -> Collector {
    var options = CollectorOptions()
    change(&options)
    let collector = try Collector(options)
    collector.start()
    return collector
  }

  /// Killed again and again while the receiver loses answers and resets connections: the outbox is that of a run which
  /// nothing ended, and every event of it arrives.
  @Test func killedAtRandomMomentsWhileTheReceiverIsRough() throws {
    let collector = try collector {
      $0.resetEvery = 37
      $0.loseEvery = 53
    }
    defer { collector.stop() }
    var random = Seeded(11)
    let clock = ContinuousClock()
    let log = try space.write("a.log", FollowUpTests.lines(4_000, seed: 11).joined())
    let expected = try FollowUpTests.converted([log])
    let more = ["--commit-every", "20K", "--block-size", "8K"]
    var kills = 0
    while true {
      let running = try Binary.start(arguments([log], collector, more))
      if kills < 40 {
        // After a while or some requests, whichever is sooner: however fast the machine, several runs are killed.
        let moment = clock.now.advanced(by: .milliseconds(Int.random(in: 10..<300, using: &random)))
        let requests = collector.counts.requests + Int.random(in: 1...40, using: &random)
        while clock.now < moment, collector.counts.requests < requests { usleep(300) }
        running.signal(SIGKILL)
      }
      let result = running.wait()
      if result.status == 128 + SIGKILL {
        kills += 1
        continue
      }
      #expect(result.status == 0 || result.status == 65 && result.errors.contains("C106"), "\(result.errors)")
      break
    }
    #expect(kills > 3)
    #expect(firstDifference(try outbox(), expected) == nil)
    #expect(collector.ids == ids(expected))
    #expect(hasNoDeadLetters)
    let status = try Binary.run(["status", "--state", space.path("state"), "--format", "json"])
    let view = try #require(try JSONSerialization.jsonObject(with: status.output) as? [String: Any])
    #expect((view["delivery"] as? [String: Any])?["pending"] as? Int == 0)
  }

  /// A receiver that is down dead-letters nothing; the conversion comes to its end, and a later run delivers.
  @Test func aReceiverThatIsDown() throws {
    let log = try space.write("a.log", FollowUpTests.lines(300, seed: 2).joined())
    let expected = try FollowUpTests.converted([log])
    let mood = Mood(.status(503, retryAfter: nil))
    let receiver = try collector { $0.script = { _, _ in mood.reaction } }
    defer { receiver.stop() }
    let failed = try Binary.run(arguments([log], receiver, ["--retry-for", "1s"]))
    #expect(failed.status == 69, "\(failed.errors)")
    #expect(firstDifference(try outbox(), expected) == nil)
    #expect(receiver.ids.isEmpty)
    mood.reaction = .normal
    let resumed = try Binary.run(arguments([log], receiver))
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(receiver.ids == ids(expected))
    #expect(receiver.counts.duplicates == 0)
    #expect(hasNoDeadLetters)
  }

  /// The state was lost while payloads wait: they are not cut off for it.
  @Test(arguments: [": >\"$1\"/state.sqlite", "rm \"$1\"/state.sqlite"])
  func aStateThatWasLost(_ loss: String) throws {
    let log = try space.write("a.log", FollowUpTests.lines(300, seed: 2).joined() + "broken\n")
    let receiver = try collector { $0.script = { _, _ in .status(503, retryAfter: nil) } }
    defer { receiver.stop() }
    let more = ["--follow-up", "--retry-for", "1s"]
    #expect(try Binary.run(arguments([log], receiver, more)).status == 69)
    let (payloads, rejects) = (try outbox(), try space.read("state/rejects.ndjson"))
    #expect(!payloads.isEmpty && !rejects.isEmpty)
    // What the run knew is in the file, and not beside it.
    let names = try FileManager.default.contentsOfDirectory(atPath: space.path("state"))
    #expect(names.sorted() == ["lock", "outbox-000001.ndjson", "rejects.ndjson", "state.sqlite"])
    _ = try Binary.shell(loss, space.path("state"))
    let lost = try Binary.run(arguments([log], receiver, more))
    #expect(lost.status == 70 && lost.errors.contains("C104"), "\(lost.errors)")
    #expect(try outbox() == payloads)
    #expect(try space.read("state/rejects.ndjson") == rejects)
  }

  /// However often a run was cut short: in the end it is said that a record was rejected. A later run has its own end.
  @Test(arguments: [false, true])
  func rejectsAreNotForgotten(_ isDead: Bool) throws {
    let lines = FollowUpTests.lines(300, seed: 2)
    let log = try space.write("a.log", lines[..<200].joined() + (isDead ? "" : "broken\n"))
    let mood = Mood(.status(503, retryAfter: nil))
    let bot = CollectorOptions.Reaction.body(406, #"{"detail":"Traffic from bot is not allowed."}"#)
    // The first is perhaps refused for what it is, some are taken, then the receiver is down.
    let receiver = try collector {
      $0.script = { number, _ in number == 1 && isDead ? bot : number <= 5 ? .normal : mood.reaction }
    }
    defer { receiver.stop() }
    let more = ["--follow-up", "--finish", "--retry-for", "1s", "--concurrency", "1"]
    #expect(try Binary.run(arguments([log], receiver, more)).status == 69)
    mood.reaction = .normal
    let resumed = try Binary.run(arguments([log], receiver, more))
    #expect(resumed.status == 3, "\(resumed.errors)")
    try space.write("a.log", lines[..<200].joined() + (isDead ? "" : "broken\n") + lines[200...].joined())
    let later = try Binary.run(arguments([log], receiver, more))
    #expect(later.status == 0, "\(later.errors)")
  }

  /// A log that was truncated is one input, though something of what it was may still wait.
  @Test func inputsAreThoseThatWereNamed() throws {
    let receiver = try collector()
    defer { receiver.stop() }
    let log = try space.write("a.log", FollowUpTests.lines(200, seed: 2).joined())
    let more = ["--follow-up", "--summary", space.path("s.json")]
    func run() throws -> Binary.Result { try Binary.run(arguments([log], receiver, more).filter { $0 != "-q" }) }
    #expect(try run().status == 0)
    truncate(log, 0)
    let file = try #require(FileHandle(forWritingAtPath: log))
    file.write(Data(FollowUpTests.lines(50, seed: 3, from: 1_772_434_000).joined().utf8))
    try file.close()
    let second = try run()
    #expect(second.status == 0 && second.errors.contains("everything: 1 input, "), "\(second.errors)")
    let summary = try space.json("s.json")
    #expect((summary["inputs"] as? [[String: Any]])?.map { $0["name"] as? String } == [log])
    let state = summary["state"] as? [String: Any]
    #expect(state?["inputs_by"] as? [String: Int] == ["new": 1, "continued": 0, "resting": 0])
  }

  /// One wrong setting stops everything and gives up nothing.
  @Test func aSourceThatDoesNotExist() throws {
    let log = try space.write("a.log", FollowUpTests.lines(300, seed: 3).joined())
    let mood = Mood(.body(406, #"{"detail":"Invalid event source `web-log-import`."}"#))
    let receiver = try collector { $0.script = { _, _ in mood.reaction } }
    defer { receiver.stop() }
    let refused = try Binary.run(arguments([log], receiver))
    #expect(refused.status == 78, "\(refused.errors)")
    #expect(hasNoDeadLetters)
    mood.reaction = .normal
    let resumed = try Binary.run(arguments([log], receiver))
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(receiver.ids == ids(try FollowUpTests.converted([log])))
  }

  /// A, then A+B, then the end: what A+B at once gives, and no event sent twice.
  @Test func followUpsDeliverWhatIsNew() throws {
    let collector = try collector()
    defer { collector.stop() }
    let lines = FollowUpTests.lines(900, seed: 4)
    var log = ""
    for part in 1...3 {
      log = try space.write("a.log", lines[..<(part * 300)].joined())
      let run = try Binary.run(arguments([log], collector, ["--follow-up"]))
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(collector.counts.payloads > 0)
    let last = try Binary.run(arguments([log], collector, ["--follow-up", "--finish"]))
    #expect(last.status == 0, "\(last.errors)")
    let expected = try FollowUpTests.converted([log])
    #expect(firstDifference(try outbox(), expected) == nil)
    #expect(collector.ids == ids(expected))
    #expect(collector.counts.duplicates == 0)
    #expect(collector.counts.orderViolations == 0)
  }

  /// A run of a quiet site has few payloads: twenty in a row are not reached within it.
  @Test func aWrongSettingGivesNothingUpFromCron() throws {
    let mood = Mood(.status(400, retryAfter: nil))
    let collector = try collector { $0.script = { _, _ in mood.reaction } }
    defer { collector.stop() }
    let lines = FollowUpTests.lines(600, seed: 4)
    func run(_ part: Int, _ more: [String] = []) throws -> Binary.Result {
      let log = try space.write("a.log", lines[..<(part * 100)].joined())
      return try Binary.run(arguments([log], collector, ["--follow-up"] + more))
    }
    var statuses: [Int32] = []
    for part in 1...6 { statuses.append(try run(part).status) }
    #expect(statuses.allSatisfy { $0 == 0 || $0 == 78 } && statuses.last == 78, "\(statuses)")
    #expect(!space.exists("state/dead.ndjson"))
    mood.reaction = .normal
    let mended = try run(6, ["--finish"])
    #expect(mended.status == 0, "\(mended.errors)")
    #expect(collector.ids == ids(try FollowUpTests.converted([space.path("a.log")])))
  }

  /// A password is for the receiver alone, and may change.
  @Test func aPasswordIsNotKept() throws {
    let collector = try collector()
    defer { collector.stop() }
    let lines = FollowUpTests.lines(200, seed: 4)
    for (part, password) in [(1, "pa55"), (2, "0ther")] {
      let log = try space.write("a.log", lines[..<(part * 100)].joined())
      var command = arguments([log], collector, ["--follow-up", "--finish"])
      command = command.map { $0.replacing("http://", with: "http://user:\(password)@") }
      let run = try Binary.run(command)
      #expect(run.status == 0, "\(run.errors)")
    }
    let state = try space.read("state/state.sqlite")
    for word in ["user:", "pa55", "0ther"] { #expect(state.firstRange(of: Data(word.utf8)) == nil, "\(word)") }
    // As older builds kept it.
    try withExtendedLifetime(StateFolder(path: space.path("state"))) { folder in
      try folder.commit { try folder.setMeta("target", "http://user:pa55@\(collector.url.dropFirst(7))/track staging") }
    }
    for format in ["text", "json"] {
      let view = try Binary.run(["status", "--state", space.path("state"), "--format", format])
      #expect(view.status == 0 && !view.lines.joined().contains("pa55"))
    }
    let other = try Binary.run(arguments([space.path("a.log")], collector, ["--follow-up", "--production"]))
    #expect(other.status == 64 && other.errors.contains("C111") && !other.errors.contains("pa55"), "\(other.errors)")
  }

  /// A large outbox of which all is delivered is not gone on with: the next run begins another and removes it, and the
  /// sums of `status` count both.
  @Test func aDeliveredOutboxIsFollowedByAnother() throws {
    let collector = try collector()
    defer { collector.stop() }
    func line(_ number: Int) -> String {
      let time = 1_772_334_000 + number
      let clock = String(format: "%02d:%02d:%02d", time / 3600 % 24, time / 60 % 60, time % 60)
      let target = "/\(number)/" + String(repeating: "a", count: 31_000)
      return
        "10.0.\(number / 250).\(number % 250) - - [01/Mar/2026:\(clock) +0000] \"GET \(target) HTTP/1.1\" 200 1 \"-\" \"x\"\n"
    }
    let lines = (0..<2_220).map(line)
    let log = try space.write("a.log", lines.dropLast(20).joined())
    let first = try Binary.run(arguments([log], collector, ["--follow-up", "--finish"]))
    #expect(first.status == 0, "\(first.errors)")
    #expect(try outbox().count > 64 << 20)
    #expect(collector.counts.events == 2_200)
    _ = try space.write("a.log", lines.joined())
    let second = try Binary.run(arguments([log], collector, ["--follow-up", "--finish"]))
    #expect(second.status == 0, "\(second.errors)")
    #expect(collector.counts.events == 2_220)
    #expect(collector.counts.duplicates == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: space.path("state"))
    #expect(names.filter { $0.hasPrefix("outbox") } == ["outbox-000002.ndjson"])
    let status = try Binary.run(["status", "--state", space.path("state"), "--format", "json"])
    let view = try #require(try JSONSerialization.jsonObject(with: status.output) as? [String: Any])
    #expect((view["delivery"] as? [String: Any])?["acknowledged"] as? Int == 20)
    #expect((view["totals"] as? [String: Any])?["acknowledged"] as? Int == 2_220)
  }

  @Test func whatWasImportedIsRefusedOrRepeatedUnderItsIds() throws {
    let collector = try collector()
    defer { collector.stop() }
    let log = try space.write("a.log", FollowUpTests.lines(200, seed: 5).joined())
    #expect(try Binary.run(arguments([log], collector)).status == 0)
    let first = collector.counts.events
    // Under another name, too.
    let renamed = space.path("b.log")
    try FileManager.default.moveItem(atPath: log, toPath: renamed)
    let refused = try Binary.run(arguments([renamed], collector))
    #expect(refused.status == 65)
    #expect(refused.errors.contains("already imported"))
    #expect(collector.counts.events == first)
    let again = try Binary.run(arguments([renamed], collector, ["--again"]))
    #expect(again.status == 0, "\(again.errors)")
    #expect(collector.counts.events == 2 * first)
    #expect(collector.counts.duplicates == first)
  }

  /// Too many rejects: nothing that was mapped since the last commit is delivered.
  @Test func tooManyRejectsDeliverNothing() throws {
    let collector = try collector()
    defer { collector.stop() }
    let log = try space.write(
      "a.log", FollowUpTests.lines(200, seed: 6).joined() + String(repeating: "nothing of a log\n", count: 30))
    let run = try Binary.run(arguments([log], collector, ["--max-rejects", "5"]))
    #expect(run.status == 4, "\(run.errors)")
    #expect(collector.counts.payloads == 0)
    #expect(try space.read("state/rejects.ndjson").isEmpty == false)
  }

  /// A full disk ends the run with nothing lost: with room it goes on.
  @Test func aFullDisk() throws {
    let log = try space.write("a.log", FollowUpTests.lines(3_000, seed: 7).joined())
    let expected = try FollowUpTests.converted([log])
    let full = try Binary.shell(
      #"trap "" XFSZ; ulimit -f 200; exec "$trackfill" convert "$1" -m "$2" --state "$3" --follow-up --finish -o "$4" -q --commit-every 20K --block-size 8K"#,
      log, FollowUpTests.mapping, space.path("state"), space.path("out"))
    #expect(full.status == 74, "\(full.errors)")
    let resumed = try Binary.run(FollowUpTests.followUp([log], space, ["--finish"]))
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(firstDifference(try FollowUpTests.segments(space.path("out")), expected) == nil)
  }

  @Test func statusKnowsAKilledRun() throws {
    let collector = try collector { $0.delay = 30 }
    defer { collector.stop() }
    let log = try space.write("a.log", FollowUpTests.lines(3_000, seed: 8).joined())
    let running = try Binary.start(arguments([log], collector, ["--concurrency", "2"]))
    #expect(running.brings { collector.counts.payloads >= 5 })
    running.signal(SIGKILL)
    #expect(running.wait().status == 128 + SIGKILL)
    let view = try Binary.run(["status", "--state", space.path("state")])
    #expect(view.lines.joined().contains("was interrupted; the same command goes on"))
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func aSignalLeavesACleanState(number: Int32, status: Int32) throws {
    let collector = try collector { $0.delay = 30 }
    defer { collector.stop() }
    let log = try space.write("a.log", FollowUpTests.lines(3_000, seed: 8).joined())
    let more = ["--commit-every", "20K", "--block-size", "8K", "--concurrency", "2"]
    let running = try Binary.start(arguments([log], collector, more))
    #expect(running.brings { collector.counts.payloads >= 5 })
    func state() throws -> String { try Binary.run(["status", "--state", space.path("state")]).lines.joined() }
    #expect(try state().contains("last run        goes on "))
    running.signal(number)
    let result = running.wait()
    #expect(try state().contains("the same command goes on"))
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains("the same command goes on"))
    let resumed = try Binary.run(arguments([log], collector, more.dropLast(2) + ["--concurrency", "60"]))
    #expect(resumed.status == 0, "\(resumed.errors)")
    let expected = try FollowUpTests.converted([log])
    #expect(firstDifference(try outbox(), expected) == nil)
    #expect(collector.ids == ids(expected))
    #expect(collector.counts.duplicates == 0)
  }
}
