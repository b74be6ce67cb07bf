import Delivery
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite struct EngineTests {
  @Test func everythingArrives() throws {
    let run = try VirtualRun()
    let payloads = (0..<200).map { Payloads.payload($0, profile: $0 % 20, events: 1 + $0 % 3) }
    let (outcome, counts) = try run.run(payloads)
    expectWhole(outcome)
    #expect(counts.acknowledged == 200 && counts.dead == 0 && counts.requests == 200)
    #expect(run.host.faults.isEmpty)
    #expect(run.host.taken.count == payloads.indices.reduce(0) { $0 + 1 + $1 % 3 })
    #expect(run.host.maximumInFlight > 4)
    #expect(outcome.progress.prefix == payloads.reduce(0) { $0 + $1.utf8.count + 1 })
    #expect(run.space.lines("dead.ndjson").isEmpty)
    #expect(!FileManager.default.fileExists(atPath: run.space.path("dead.ndjson")))
  }

  /// Whatever fails and however often: every payload is acknowledged or dead, every event was taken or has a letter, no
  /// profile has two requests in flight, and each profile's events arrive in their order.
  @Test(arguments: 0..<200)
  func nothingIsLost(seed: Int) throws {
    var random = Seeded(seed)
    var run = try VirtualRun()
    run.seed = seed
    if Int.random(in: 0..<4, using: &random) == 0 { run.settings.concurrency = Int.random(in: 1...30, using: &random) }
    run.settings.lookAhead = [8, 64, 8192].randomElement(using: &random) ?? 64
    let profiles = Int.random(in: 1...30, using: &random)
    let sizes = (0..<Int.random(in: 30...150, using: &random)).map { _ in Int.random(in: 1...9, using: &random) }
    let payloads = sizes.enumerated().map {
      Payloads.payload($0, profile: Int.random(in: 0..<profiles, using: &random), events: $1)
    }
    let all = sizes.enumerated().flatMap { Payloads.ids($0, events: $1) }
    for id in all where Int.random(in: 0..<60, using: &random) == 0 {
      run.host.poison[id] = Bool.random(using: &random) ? 422 : 400
    }
    let poison = run.host.poison
    let failing = Int.random(in: 0...40, using: &random)
    let outage = UInt64.random(in: 0...20, using: &random)
    let began = run.host.now
    run.host.latency = { _ in UInt64.random(in: 1_000_000...40_000_000, using: &random) }
    run.host.script = { request in
      if request.at > began + 2 * second, request.at < began + (2 + outage) * second { return .drop }
      guard Int.random(in: 0..<100, using: &random) < failing else { return .take }
      switch Int.random(in: 0..<12, using: &random) {
      case 0...2: return .status(503)
      case 3: return .status(429, retryAfter: "2")
      case 4: return .status(502)
      case 5, 6: return .lose
      case 7: return .status(408)
      case 8 where !request.ids.contains(where: { poison[$0] != nil }): return .answer(226, #"{"errors":["e"]}"#)
      case 9 where request.ids.count > 1: return .status(413)
      default: return .drop
      }
    }
    let (outcome, counts) = try run.run(payloads)
    let host = run.host
    #expect(host.faults.isEmpty, "\(host.faults.prefix(3))")
    let isWhole = outcome.isFinished && outcome.isBalanced
    #expect(isWhole, "\(outcome.ending)")
    #expect(counts.acknowledged + counts.dead == payloads.count)
    #expect(counts.acknowledgedEvents + counts.deadEvents == all.count)
    let letters = try run.space.letters()
    let dead = letters.filter { $0["class"] as? String == "http" }.flatMap { $0["event_ids"] as? [String] ?? [] }
    let isIsolated = dead.sorted() == poison.keys.sorted()
    #expect(isIsolated, "the poison events and only they are given up, each once")
    let isDelivered = Set(host.taken.keys) == Set(all).subtracting(poison.keys)
    #expect(isDelivered, "all others were taken, and none that nobody sent")
    let isRecorded = run.journal?.recorded["payloads"] == outcome.progress
    #expect(isRecorded)
  }

  @Test func poisonStandsAlone() throws {
    let run = try VirtualRun()
    run.host.poison = ["e3-37": 422, "e3-38": 422, "e5-0": 422]
    let (outcome, counts) = try run.run((0..<8).map { Payloads.payload($0, profile: $0, events: 100) })
    expectWhole(outcome)
    #expect(counts.acknowledged == 8 && counts.takenApart == 2 && counts.deadEvents == 3)
    #expect(run.host.taken.count == 797)
    let letters = try run.space.letters()
    #expect(Set(letters.flatMap { $0["event_ids"] as? [String] ?? [] }) == ["e3-37", "e3-38", "e5-0"])
    let letter = try #require(letters.first { ($0["event_ids"] as? [String]) == ["e3-37"] })
    #expect(letter["code"] as? String == "D201" && letter["class"] as? String == "http")
    let payload = try #require(letter["payload"] as? [String: Any])
    #expect((payload["events"] as? [Any])?.count == 1)
    #expect((payload["session"] as? [String: String])?["id"] == "s3")
    let http = try #require(letter["http"] as? [String: Any])
    #expect(http["status"] as? Int == 422 && http["attempts"] as? Int == 1)
    #expect(http["body"] as? String == #"{"detail":"bad event"}"#)
    let place = try #require(letter["where"] as? [String: Any])
    #expect(place["line"] as? Int == 4)
  }

  @Test func serverErrorsOfOneEventAreItsOwn() throws {
    let run = try VirtualRun()
    run.host.poison = ["e3-5": 500]
    let (outcome, counts) = try run.run((0..<2000).map { Payloads.payload($0, profile: $0 % 500, events: 8) })
    expectWhole(outcome)
    #expect(counts.deadEvents == 1 && counts.acknowledged == 2000)
    #expect(try run.space.letters().flatMap { $0["event_ids"] as? [String] ?? [] } == ["e3-5"])
    #expect(run.host.faults.isEmpty)
  }

  @Test func anEventThatNeverGetsAnAnswerIsItsOwn() throws {
    var run = try VirtualRun()
    run.settings.concurrency = 4
    run.host.script = { $0.ids.contains("e3-5") ? .drop : .take }
    run.host.latency = { $0.ids.contains("e3-5") ? second : 5_000_000 }
    let (outcome, counts) = try run.run((0..<3000).map { Payloads.payload($0, profile: $0 % 500, events: 8) })
    expectWhole(outcome)
    #expect(counts.deadEvents == 1 && counts.acknowledged == 3000)
  }

  @Test func tooLargeIsSplit() throws {
    let run = try VirtualRun()
    run.host.script = { $0.ids.count > 10 ? .status(413) : .take }
    let (_, counts) = try run.run([Payloads.payload(0, profile: 0, events: 100)])
    #expect(counts.acknowledged == 1 && counts.acknowledgedEvents == 100 && counts.dead == 0)
    #expect(run.host.faults.isEmpty)
  }

  @Test func aSingleEventTooLargeIsGivenUp() throws {
    let run = try VirtualRun()
    run.host.script = { $0.ids.contains("e1-0") ? .status(413) : .take }
    let (outcome, counts) = try run.run((0..<3).map { Payloads.payload($0, profile: $0, events: 2) })
    expectWhole(outcome)
    #expect(counts.deadEvents == 1)
    #expect(try run.space.letters().map { $0["code"] as? String } == ["D202"])
  }

  @Test func botsAreGivenUpWhole() throws {
    let run = try VirtualRun()
    run.host.script = {
      $0.ids.contains("e1-0") ? .status(406, body: #"{"detail":"Traffic from bot is not allowed."}"#) : .take
    }
    let (outcome, counts) = try run.run((0..<40).map { Payloads.payload($0, profile: $0, events: 5) })
    expectWhole(outcome)
    #expect(counts.dead == 1 && counts.deadEvents == 5 && counts.requests == 40)
    let letters = try run.space.letters()
    #expect(letters.map { $0["code"] as? String } == ["D203"])
    #expect((letters[0]["event_ids"] as? [String])?.count == 5)
  }

  @Test func botsAloneStopNothing() throws {
    let run = try VirtualRun()
    run.host.script = { _ in .status(406, body: #"{"detail":"Traffic from bot is not allowed."}"#) }
    let (outcome, counts) = try run.run((0..<60).map { Payloads.payload($0, profile: $0, events: 1) })
    expectWhole(outcome)
    #expect(counts.dead == 60)
  }

  @Test func partlyTakenIsRemembered() throws {
    let run = try VirtualRun()
    run.host.script = { request in
      if request.number == 1 { return .status(503) }
      if request.ids.contains("e0-0") { return .answer(226, #"{"errors":["no"]}"#) }
      return request.ids.isEmpty ? .answer(200, "null") : .take
    }
    let (outcome, counts) = try run.run((0..<3).map { Payloads.payload($0, profile: $0, events: $0 == 2 ? 0 : 1) })
    expectWhole(outcome)
    #expect(counts.acknowledged == 3 && counts.partial == 2 && counts.dead == 0)
    let letters = try run.space.letters()
    #expect(letters.allSatisfy { $0["class"] as? String == "partial" && $0["code"] as? String == "D205" })
    let statuses = letters.compactMap { ($0["http"] as? [String: Any])?["status"] as? Int }
    #expect(statuses.sorted() == [200, 226], "of the answer that is quoted, not of the one before")
    #expect(letters.count == 2)
  }

  // MARK: What is not about the payloads

  static let wrongSettings: [(Int, String, DeliveryStop)] = [
    (406, #"{"detail":"Invalid event source `web`."}"#, .wrongSource),
    (401, #"{"detail":"Invalid event source `web`."}"#, .wrongSource),
    (406, #"{"detail":"Event source `web` requires origin header."}"#, .wrongOrigin),
    (500, #"{"detail":"Can not use static profile id without profile.id."}"#, .staticProfile),
    (401, "{}", .refused), (403, "no", .refused), (404, #"{"detail":"Not Found"}"#, .noTracker), (405, "", .noTracker),
    (302, "", .noTracker), (200, "<html></html>", .noTracker), (422, "{}", .nothingAccepted),
    (400, "", .nothingAccepted),
    (413, "", .nothingAccepted),
  ]

  @Test(arguments: wrongSettings)
  func oneWrongSettingGivesNothingUp(_ status: Int, _ body: String, _ stop: DeliveryStop) throws {
    let run = try VirtualRun()
    run.host.script = { _ in .answer(status, body) }
    let (outcome, counts) = try run.run((0..<100).map { Payloads.payload($0, profile: $0, events: 3) })
    #expect(outcome.stop == stop)
    #expect(outcome.isBalanced && outcome.pending == counts.read)
    #expect(counts.acknowledged == 0 && counts.dead == 0)
    #expect(run.space.lines("dead.ndjson").isEmpty)
    #expect(run.journal?.recorded["payloads"]?.prefix == 0)
    #expect(run.host.requests.count < 300)
    guard case .stopped(_, let because) = outcome.ending, body.hasPrefix("<") else { return }
    #expect(because.message.hasSuffix(": \(status) \(body)"), "\(because.message)")
  }

  /// Too few for twenty in a row, run after run: the history of a quiet site.
  @Test(arguments: wrongSettings, [1, 5, 19])
  func norDoesItInShortRuns(_ setting: (status: Int, body: String, stop: DeliveryStop), _ count: Int) throws {
    let run = try VirtualRun()
    run.host.script = { _ in .answer(setting.status, setting.body) }
    let payloads = (0..<count * 3).map { Payloads.payload($0, profile: $0, events: 2) }
    for runs in 1...3 {
      let (outcome, counts) = try run.run(Array(payloads[..<(count * runs)]))
      #expect((outcome.stop ?? outcome.doubt) == setting.stop)
      #expect(outcome.isBalanced && outcome.pending == counts.read && counts.dead == 0)
    }
    #expect(run.space.lines("dead.ndjson").isEmpty)
    // Mended, everything arrives.
    run.host.script = { _ in .take }
    let (outcome, counts) = try run.run(payloads)
    expectWhole(outcome)
    #expect(counts.acknowledged == payloads.count)
  }

  /// What is refused at the end of a run with others that were taken is believed, though not without end.
  @Test func lastRefusalsAreBelievedWithinBounds() throws {
    let run = try VirtualRun()
    var payloads = (0..<10).map { Payloads.payload($0, profile: $0, events: 1) }
    expectWhole(try run.run(payloads).outcome)
    run.host.script = { _ in .answer(422, "{}") }
    var dead = 0
    for runs in 0..<10 {
      payloads += (0..<5).map { Payloads.payload(payloads.count + $0, profile: $0, events: 1) }
      let (outcome, counts) = try run.run(payloads)
      dead += counts.dead
      if runs < 3 { expectWhole(outcome) } else { #expect((outcome.stop ?? outcome.doubt) == .nothingAccepted) }
      #expect(outcome.isBalanced)
    }
    #expect(dead == 15 && run.space.lines("dead.ndjson").count == 15)
    run.host.script = { $0.ids == ["e40-0"] ? .answer(422, "{}") : .take }
    let (outcome, counts) = try run.run(payloads)
    expectWhole(outcome)
    #expect(counts.acknowledged == 34 && counts.dead == 1)
    // Trust is back.
    run.host.script = { _ in .answer(422, "{}") }
    expectWhole(try run.run(payloads + [Payloads.payload(99, profile: 1, events: 1)]).outcome)
  }

  /// An answer about the settings is no payload's fault only because it comes last; once others are taken it is.
  @Test(arguments: [401, 403, 404, 302])
  func aLastAnswerAboutTheSettingsWaits(_ status: Int) throws {
    let run = try VirtualRun()
    var payloads = (0..<30).map { Payloads.payload($0, profile: $0, events: 1) }
    run.host.script = { $0.ids == ["e29-0"] ? .answer(status, "{}") : .take }
    let (outcome, counts) = try run.run(payloads)
    #expect(outcome.doubt == (status == 401 || status == 403 ? .refused : .noTracker))
    #expect(counts.acknowledged == 29 && counts.dead == 0 && outcome.pending == 1 && outcome.isBalanced)
    payloads += (30..<40).map { Payloads.payload($0, profile: $0, events: 1) }
    let (later, more) = try run.run(payloads)
    expectWhole(later)
    #expect(more.acknowledged == 10 && more.dead == 1)
    #expect(try run.space.letters().map { $0["code"] as? String } == ["D204"])
  }

  @Test func refusalsAreCountedOverTheFilesOfARun() throws {
    var run = try VirtualRun()
    run.journal = nil
    run.host.script = { $0.number <= 5 ? .take : .answer(400, "{}") }
    let delivery = run.delivery()
    var ends: [String] = []
    for file in 0..<8 {
      let queue = try run.queue((0..<5).map { Payloads.payload(file * 5 + $0, profile: $0, events: 1) })
      let outcome = try delivery.run(queue)
      ends.append(outcome.isFinished ? "finished" : outcome.stop != nil ? "stopped" : "doubtful")
    }
    #expect(ends[..<5] == ["finished", "finished", "finished", "finished", "stopped"])
    #expect(delivery.counts.dead == 15)
  }

  @Test(arguments: [403, 404, 422])
  func aSettingThatBecomesWrongGivesNothingUp(_ status: Int) throws {
    let run = try VirtualRun()
    run.host.script = { $0.number <= 50 ? .take : .answer(status, "{}") }
    let (outcome, counts) = try run.run((0..<300).map { Payloads.payload($0, profile: $0, events: 2) })
    #expect(outcome.stop != nil)
    #expect(counts.dead == 0 && counts.acknowledged == 50 && outcome.isBalanced)
    #expect(run.space.lines("dead.ndjson").isEmpty)
  }

  @Test func refusalsAmongSuccessesAreThePayloads() throws {
    let run = try VirtualRun()
    run.host.script = { $0.number > 20 && $0.number % 10 == 0 ? .answer(404, "{}") : .take }
    let (outcome, counts) = try run.run((0..<305).map { Payloads.payload($0, profile: $0, events: 2) })
    expectWhole(outcome)
    #expect(counts.dead == 28)
    #expect(try run.space.letters().allSatisfy { $0["code"] as? String == "D204" })
  }

  enum Outage: CaseIterable { case refused, silent, status500, status503 }

  @Test(arguments: Outage.allCases)
  func aReceiverThatIsDownForAnHourLosesNothing(_ outage: Outage) throws {
    var run = try VirtualRun()
    run.settings.retryFor = 2 * 3600 * second
    let began = run.host.now
    run.host.script = { request in
      guard request.at > began + second / 10, request.at < began + 3600 * second else { return .take }
      switch outage {
      case .refused, .silent: return .drop
      case .status500: return .status(500)
      case .status503: return .status(503)
      }
    }
    run.host.latency = {
      outage == .silent && $0.at > began + second / 10 && $0.at < began + 3600 * second ? 30 * second : 5_000_000
    }
    let (outcome, counts) = try run.run((0..<3000).map { Payloads.payload($0, profile: $0 % 400, events: 3) })
    expectWhole(outcome)
    #expect(counts.acknowledged == 3000 && counts.dead == 0)
    #expect(run.space.lines("dead.ndjson").isEmpty)
    #expect(run.host.requests.filter { $0.at > began + second && $0.at < began + 3600 * second }.count < 1000)
    #expect(run.host.faults.isEmpty)
    #expect(run.host.now < began + 3800 * second, "it goes on soon after the receiver is back")
  }

  @Test func aReceiverThatStaysAwayStopsTheRun() throws {
    var run = try VirtualRun()
    run.settings.retryFor = 1800 * second
    run.host.script = { $0.number <= 10 ? .take : .drop }
    let began = run.host.now
    let (outcome, counts) = try run.run((0..<100).map { Payloads.payload($0, profile: $0, events: 3) })
    #expect(outcome.stop == .unavailable)
    #expect(counts.acknowledged == 10 && counts.dead == 0 && outcome.pending == 90 && outcome.isBalanced)
    #expect(run.host.now >= began + 1800 * second && run.host.now < began + 1900 * second)
    // And goes on when it is back.
    run.host.script = { _ in .take }
    let (again, more) = try run.run((0..<100).map { Payloads.payload($0, profile: $0, events: 3) })
    expectWhole(again)
    #expect(more.acknowledged == 90)
    #expect(run.host.taken.count == 300 && run.host.taken.values.allSatisfy { $0 == 1 })
  }

  /// A name that nobody has is a mistake at first; where it has answered before, it will be back.
  @Test func aHostWhoseNameIsUnknown() throws {
    let run = try VirtualRun()
    run.host.script = { _ in .unknown }
    let payloads = (0..<100).map { Payloads.payload($0, profile: $0, events: 3) }
    let (outcome, counts) = try run.run(payloads)
    #expect(outcome.stop == .misconfigured)
    #expect(counts.dead == 0 && outcome.pending == counts.read && outcome.isBalanced)
    let began = run.host.now
    run.host.script = { $0.number > 20 && $0.at < began + 600 * second ? .unknown : .take }
    let (later, more) = try run.run(payloads)
    expectWhole(later)
    #expect(more.acknowledged == 100 && more.dead == 0)
    #expect(run.host.now > began + 600 * second)
  }

  @Test(arguments: ["120", "Wed, 01 May 2024 10:18:40 GMT"])
  func retryAfterHoldsForTheWholeHost(_ header: String) throws {
    let run = try VirtualRun()
    // The virtual clock begins 1,000 s after 10:00:00, so that the date is 120 s ahead.
    let began = run.host.now
    run.host.script = { $0.number == 30 ? .status(429, retryAfter: header) : .take }
    let (outcome, _) = try run.run((0..<200).map { Payloads.payload($0, profile: $0, events: 1) })
    expectWhole(outcome)
    let late = run.host.requests.filter { $0.at > began + second && $0.at < began + 119 * second }
    #expect(late.isEmpty)
    #expect(run.host.now > began + 119 * second && run.host.now < began + 200 * second)
  }

  @Test func aRateIsKept() throws {
    var run = try VirtualRun()
    run.settings.rate = 100
    let began = run.host.now
    _ = try run.run((0..<1000).map { Payloads.payload($0, profile: $0, events: 1) })
    let seconds = Double(run.host.now - began) / 1e9
    #expect(seconds > 9.5 && seconds < 10.5)
  }

  @Test func concurrencyFollowsTheReceiver() throws {
    // A receiver with sixteen workers of 20 ms: more in flight only wait.
    let run = try VirtualRun()
    var free = [UInt64](repeating: 0, count: 16)
    run.host.latency = { request in
      let worker = free.indices.min { free[$0] < free[$1] } ?? 0
      free[worker] = max(free[worker], request.at) + 20_000_000
      return free[worker] - request.at
    }
    let began = run.host.now
    _ = try run.run((0..<5_000).map { Payloads.payload($0, profile: $0, events: 1) })
    let rate = 5_000 / (Double(run.host.now - began) / 1e9)
    #expect(rate > 16 / 0.02 * 0.75, "\(rate) of 800 a second")
    #expect(run.host.maximumInFlight <= 64)
  }

  // MARK: Lines

  @Test func aLineThatIsNoPayloadStopsNothing() throws {
    let run = try VirtualRun()
    let good = (0..<6).map { Payloads.payload($0, profile: $0, events: 1) }
    let (outcome, counts) = try run.run(["oops {", good[0], good[1], "", good[2], "[1]", "{\"source\":{}", good[3]])
    expectWhole(outcome)
    #expect(counts.acknowledged == 4 && counts.dead == 3 && counts.malformed == 3)
    let letters = try run.space.letters()
    #expect(letters.map { $0["raw"] as? String } == ["oops {", "[1]", "{\"source\":{}"])
    #expect(letters.map { ($0["where"] as? [String: Any])?["line"] as? Int } == [1, 6, 7])
    #expect(letters.allSatisfy { $0["code"] as? String == "D101" })
    #expect(
      letters.map { $0["message"] as? String } == [
        "the line is not a payload: it is not valid JSON from its byte 1 on",
        "the line is not a payload: it is JSON, but no object",
        "the line is not a payload: it is not valid JSON from its byte 13 on",
      ])
  }

  /// It gives nothing up: no line of it was ever meant to be sent.
  @Test(arguments: [
    (1, "the line is not a payload"), (12, "none of its 12 lines is a payload"),
    (500, "the first 100 lines are not payloads"),
  ])
  func aFileOfSomethingElseIsRefused(_ count: Int, _ beginning: String) throws {
    let run = try VirtualRun()
    let delivery = run.delivery()
    let queue = try run.queue((0..<count).map { "192.0.2.1 - - line \($0)" })
    let thrown = #expect(throws: Diagnostic.self) { try delivery.run(queue) }
    #expect(thrown?.code == "D101" && thrown?.span?.line == 1)
    #expect(thrown?.message.hasPrefix(beginning) == true, "\(thrown?.message ?? "")")
    #expect(run.host.requests.isEmpty)
    #expect(run.space.lines("dead.ndjson").isEmpty)
    #expect(delivery.counts.read == 0 && delivery.counts.dead == 0 && delivery.counts.pending == 0)
  }

  /// A line that is none at the end of a file of which earlier runs have sent the rest.
  @Test func aFileThatEndsWithSomethingElse() throws {
    let run = try VirtualRun()
    let payload = Payloads.payload(0, profile: 0, events: 1)
    try run.run([payload])
    let (outcome, counts) = try run.run([payload, "oops"])
    expectWhole(outcome)
    #expect(counts.dead == 1)
    #expect(try run.space.letters().map { $0["raw"] as? String } == ["oops"])
  }

  @Test func aLineLongerThanAPayloadIsPassedOver() throws {
    let run = try VirtualRun()
    let long = #"{"source":{"id":"a"},"x":""# + String(repeating: "y", count: 17 << 20) + "\"}"
    let (outcome, counts) = try run.run([
      Payloads.payload(0, profile: 0, events: 1), long, Payloads.payload(1, profile: 1, events: 1),
    ])
    expectWhole(outcome)
    #expect(counts.acknowledged == 2 && counts.malformed == 1)
    #expect(try run.space.letters().map { $0["code"] as? String } == ["D102"])
  }

  @Test func theLastLineNeedsNoEnd() throws {
    let run = try VirtualRun()
    let path = try run.space.write(
      "payloads.ndjson",
      "\u{FEFF}" + Payloads.payload(0, profile: 0, events: 1) + "\r\n\r\n" + Payloads.payload(1, profile: 1, events: 1))
    let outcome = try run.delivery().run(try PayloadFileQueue(path: path, name: "payloads"))
    expectWhole(outcome)
    #expect(run.host.taken.count == 2)
  }

  // MARK: Over the life of a process

  @Test(arguments: 0..<100)
  func aCrashCostsWhatWasNotRecorded(seed: Int) throws {
    var random = Seeded(seed &+ 10_000)
    var run = try VirtualRun()
    run.seed = seed
    run.settings.recordEvery = UInt64.random(in: 1_000_000...200_000_000, using: &random)
    let sizes = (0..<120).map { _ in Int.random(in: 1...4, using: &random) }
    let payloads = sizes.enumerated().map {
      Payloads.payload($0, profile: Int.random(in: 0..<15, using: &random), events: $1)
    }
    let all = sizes.enumerated().flatMap { Payloads.ids($0, events: $1) }
    for id in all where Int.random(in: 0..<25, using: &random) == 0 { run.host.poison[id] = 422 }
    let poison = run.host.poison
    run.host.script = { _ in Int.random(in: 0..<10, using: &random) == 0 ? .lose : .take }
    var offsets: [Int] = []
    var offset = 0
    for payload in payloads {
      offsets.append(offset)
      offset += payload.utf8.count + 1
    }
    var crashes = 0
    while true {
      let settled = run.journal?.recorded["payloads"] ?? DeliveryProgress()
      let known = Set(offsets.indices.filter { offsets[$0] < settled.prefix || settled.beyond.contains(offsets[$0]) })
      let first = run.host.requests.count
      run.host.crashAfter = crashes < 6 ? first + Int.random(in: 1...60, using: &random) : Int.max
      do {
        let (outcome, _) = try run.run(payloads)
        expectWhole(outcome)
        #expect(outcome.progress.acknowledged + outcome.progress.dead == payloads.count)
        #expect(outcome.progress.acknowledgedEvents + outcome.progress.deadEvents == all.count)
        break
      } catch is SimulatedCrash {
        crashes += 1
      }
      let sent = run.host.requests[first...].flatMap(\.ids).compactMap { Int($0.dropFirst().prefix { $0 != "-" }) }
      let isLeft = known.isDisjoint(with: sent)
      #expect(isLeft, "what was recorded as settled is not sent again")
    }
    #expect(run.host.faults.filter { $0.contains("in flight") }.isEmpty)
    let isDelivered = Set(run.host.taken.keys) == Set(all).subtracting(poison.keys)
    #expect(isDelivered)
    let dead = try run.space.letters().filter { $0["class"] as? String == "http" }.flatMap {
      $0["event_ids"] as? [String] ?? []
    }
    let isOnce = dead.sorted() == poison.keys.sorted()
    #expect(isOnce, "each poison event has one letter")
  }

  @Test func aMissingDeadLetterFileIsAnError() throws {
    let run = try VirtualRun()
    run.host.poison = ["e1-0": 422]
    let payloads = (0..<5).map { Payloads.payload($0, profile: $0, events: 2) }
    _ = try run.run(payloads)
    try FileManager.default.removeItem(atPath: run.space.path("dead.ndjson"))
    let thrown = #expect(throws: Diagnostic.self) { try run.run(payloads) }
    #expect(thrown?.code == "D401")
  }

  @Test func aReplacedQueueIsAnError() throws {
    let run = try VirtualRun()
    _ = try run.run((0..<5).map { Payloads.payload($0, profile: $0, events: 2) })
    let shorter = #expect(throws: Diagnostic.self) { try run.run([Payloads.payload(9, profile: 1, events: 1)]) }
    #expect(shorter?.code == "D103")
  }

  @Test func cancelledItKeepsTheRest() throws {
    let run = try VirtualRun()
    let delivery = run.delivery()
    // Once: it wakes the transport, and time would stand still.
    var isCancelled = false
    run.host.onWait = { host in
      if host.requests.count > 40, !isCancelled {
        isCancelled = true
        delivery.cancel()
      }
    }
    let payloads = (0..<200).map { Payloads.payload($0, profile: $0, events: 1) }
    let outcome = try delivery.run(try run.queue(payloads))
    if case .cancelled = outcome.ending {} else { Issue.record("\(outcome.ending)") }
    #expect(outcome.isBalanced)
    #expect(delivery.counts.acknowledged == run.host.taken.count, "answers of those in flight were waited for")
    run.host.onWait = { _ in }
    let (again, _) = try run.run(payloads)
    expectWhole(again)
    #expect(run.host.taken.count == 200 && run.host.taken.values.allSatisfy { $0 == 1 })
  }

  @Test func aQueueMayGrowMeanwhile() throws {
    let run = try VirtualRun()
    let payloads = (0..<50).map { Payloads.payload($0, profile: $0 % 7, events: 1) + "\n" }
    let path = try run.space.write("outbox.ndjson", "")
    let queue = try PayloadFileQueue(path: path, name: "outbox", end: 0)
    let file = try #require(FileHandle(forWritingAtPath: path))
    var next = 0
    var end = 0
    run.host.onWait = { host in
      host.rest(1)
      guard next < payloads.count else {
        if next == payloads.count { queue.finish() }
        next += 1
        return
      }
      file.write(Data(payloads[next].utf8))
      end += payloads[next].utf8.count
      queue.extend(to: end)
      next += 1
    }
    let outcome = try run.delivery().run(queue)
    expectWhole(outcome)
    #expect(run.host.taken.count == 50 && run.host.faults.isEmpty)
    #expect(outcome.progress.prefix == end)
  }

  @Test func progressIsRecordedAboutOnceASecond() throws {
    let run = try VirtualRun()
    run.host.latency = { _ in second / 10 }
    let began = run.host.now
    _ = try run.run((0..<2000).map { Payloads.payload($0, profile: $0 % 10, events: 1) })
    let seconds = Int((run.host.now - began) / second)
    #expect(seconds > 10)
    #expect(try #require(run.journal).records <= seconds + 2)
    #expect(try #require(run.journal).records >= seconds / 2)
  }
}
