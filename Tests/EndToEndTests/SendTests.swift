import Collector
import Foundation
import Glibc
import Pipeline
import State
import TestSupport
import Testing

/// `send` and `replay` as a user runs them, against a collector of this process.
@Suite struct SendTests {
  private let space: Workspace
  init() throws { space = try Workspace() }

  private func collector(_ change: (inout CollectorOptions) -> Void = { _ in }) throws -> Collector {
    var options = CollectorOptions()
    change(&options)
    let collector = try Collector(options)
    collector.start()
    return collector
  }

  private func payload(_ number: Int, type: String = "page-view", agent: String = "Mozilla/5.0") -> String {
    #"{"source":{"id":"web"},"session":{"id":"s\#(number)"},"profile":{"id":"p\#(number % 40)"},"#
      + #""request":{"headers":{"user-agent":"\#(agent)"}},"events":[{"id":"e\#(number)","type":"\#(type)","#
      + #""time":{"insert":"2024-05-01T10:00:00.000Z"},"properties":{}}]}"#
  }

  private func payloads(_ count: Int) throws -> String {
    try space.write("p.ndjson", (0..<count).map { payload($0) + "\n" }.joined())
  }

  private func send(_ arguments: [String]) throws -> Binary.Result { try Binary.run(["send"] + arguments) }

  private func letters(_ name: String) throws -> [[String: Any]] {
    try String(decoding: space.read(name), as: UTF8.self).split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
  }

  @Test func sent() throws {
    let collector = try collector { $0.source = "web" }
    defer { collector.stop() }
    let result = try send(
      [try payloads(300), "--to", collector.url, "--summary", space.path("s.json"), "--metrics", space.path("m.prom")])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("staging") && result.errors.contains("mail customers"))
    #expect(collector.counts.payloads == 300 && collector.counts.maximumOfOneProfile == 1)
    let summary = try space.json("s.json")
    #expect((summary["payloads"] as? [String: Int])?["acknowledged"] == 300)
    #expect((summary["payloads"] as? [String: Int])?["pending"] == 0)
    let metrics = String(decoding: try space.read("m.prom"), as: UTF8.self)
    #expect(metrics.contains("trackfill_payloads{result=\"acknowledged\"} 300\n"))
    #expect(try !space.names().contains("dead.ndjson"))
  }

  /// A log, and not what `convert` made of it.
  @Test func aFileWithoutAnyPayload() throws {
    let collector = try collector()
    defer { collector.stop() }
    let log = try space.write("a.log", Material.text(Material.log(lines: 40)))
    let dead = space.path("dead.ndjson")
    let result = try send([log, "--to", collector.url, "--dead", dead])
    #expect(result.status == 65 && result.errors.contains("D101"), "\(result.errors)")
    #expect(!space.exists("dead.ndjson") && collector.counts.requests == 0)
  }

  @Test func theModeIsSaid() throws {
    let collector = try collector {
      $0.source = "web"
      $0.isProduction = true
    }
    defer { collector.stop() }
    let file = try payloads(10)
    let wrong = try send([file, "--to", collector.url, "-y"])
    #expect(wrong.status == 78)
    #expect(wrong.errors.contains("D303") && wrong.errors.contains("--production"))
    #expect(collector.counts.payloads == 0)
    #expect(try send([file, "--to", collector.url + "/track", "--production", "-q"]).status == 0)
    #expect(collector.counts.payloads == 10)
  }

  @Test func standardInputAndCompressed() throws {
    let collector = try collector()
    defer { collector.stop() }
    let file = try payloads(50)
    let piped = try Binary.shell("cat \"$1\" | $trackfill send - --to \"$2\" -q", file, collector.url)
    #expect(piped.status == 0, "\(piped.errors)")
    let zipped = try Binary.shell("gzip \"$1\"; $trackfill send \"$1.gz\" --to \"$2\" -q", file, collector.url)
    #expect(zipped.status == 0, "\(zipped.errors)")
    #expect(collector.counts.payloads == 100 && collector.counts.distinct == 50)
  }

  /// What came before the damage is delivered; a last line that is torn is neither sent nor a dead letter.
  @Test(arguments: [false, true])
  func tornCompressedFile(_ isRemembered: Bool) throws {
    let collector = try collector()
    defer { collector.stop() }
    let file = try payloads(50)
    _ = try Binary.shell("gzip -k \"$1\"; head -c $(($(wc -c <\"$1.gz\") - 12)) \"$1.gz\" >\"$1.torn.gz\"", file)
    let state = isRemembered ? ["--state", space.path("var/torn")] : []
    let torn = try send([file + ".torn.gz", "--to", collector.url, "-y"] + state)
    #expect(torn.status == 65, "\(torn.errors)")
    #expect(torn.errors.contains("torn.gz: error[I201]: the compressed data ends too early"))
    #expect(!torn.errors.contains("D101"))
    #expect((40..<50).contains(collector.counts.payloads))
    #expect(try !space.names().contains("dead.ndjson"))
    _ = try Binary.shell("{ gzip -c \"$1\"; echo '{}'; } >\"$1.more.gz\"", file)
    let more = try send([file + ".more.gz", "--to", collector.url, "-y"])
    #expect(more.status == 65, "\(more.errors)")
    #expect(more.errors.contains("error[I202]"))
  }

  @Test func aStateIsOfOneCommand() throws {
    let collector = try collector()
    defer { collector.stop() }
    let file = try payloads(3)
    let mapping = try space.write("m.yaml", Material.mapping)
    let log = try space.write("a.log", Material.text(Material.log(lines: 20, bad: 1000)))
    let sent = ["--to", collector.url, "-y", "--state", space.path("new/sent")]
    let imported = ["--to", collector.url, "-y", "--state", space.path("new/imported")]
    #expect(try send([file] + sent).status == 0)
    let foreign = try Binary.run(["import", log, "-m", mapping] + sent)
    #expect(foreign.status == 64 && foreign.errors.contains("error[C108]"), "\(foreign.errors)")
    #expect(try send([file] + sent).status == 0)
    #expect([0, 3].contains(try Binary.run(["import", log, "-m", mapping] + imported).status))
    let other = try send([file] + imported)
    #expect(other.status == 64 && other.errors.contains("error[C108]"), "\(other.errors)")
  }

  @Test func accountOnStandardOutput() throws {
    let collector = try collector()
    defer { collector.stop() }
    let result = try send([try payloads(3), "--to", collector.url, "-y", "-q", "--summary", "-"])
    let object = try JSONSerialization.jsonObject(with: Data(result.lines.joined(separator: "\n").utf8))
    #expect(((object as? [String: Any])?["payloads"] as? [String: Int])?["acknowledged"] == 3)
    #expect(try !space.names().contains("-"))
  }

  @Test(arguments: [
    ("--rate", "fast", "such as 200/s"), ("--retry-for", "1", "such as 500ms"), ("--to", "x?y", "such as https"),
  ])
  func optionsSayWhatTheyTake(_ option: String, _ value: String, _ form: String) throws {
    let options = option == "--to" ? [option, value] : ["--to", "http://127.0.0.1:1", option, value]
    let result = try send([try payloads(1)] + options)
    #expect(result.status == 64 && result.errors.contains(form), "\(result.errors)")
  }

  /// As `send` once wrote it, which did not yet say whose a state is.
  @Test func aStateThatNamesNoOwnerIsOfSend() throws {
    let collector = try collector()
    defer { collector.stop() }
    let state = space.path("old")
    try withExtendedLifetime(StateFolder(path: state)) { folder in
      try folder.record(DeliveryProgress(), of: "payloads of an older build", unconfirmed: nil)
    }
    let log = try space.write("a.log", Material.text([Material.line]))
    let options = ["--to", collector.url, "-y", "--state", state]
    let foreign = try Binary.run(["import", log, "-m", try space.write("m.yaml", Material.mapping)] + options)
    #expect(foreign.status == 64 && foreign.errors.contains("belongs to send"), "\(foreign.errors)")
    #expect(try send([try payloads(3)] + options).status == 0)
    #expect(collector.counts.payloads == 3)
  }

  /// The files that follow are sent, and what waits is in no dead letters.
  @Test func aFewPayloadsOfWhichNoneIsTaken() throws {
    let strict = try collector { $0.poisonType = "bad" }
    defer { strict.stop() }
    let bad = try space.write("bad.ndjson", (0..<5).map { payload($0, type: "bad") + "\n" }.joined())
    let good = try space.write("good.ndjson", (5..<8).map { payload($0) + "\n" }.joined())
    let to = ["--to", strict.url, "-y", "--state", space.path("state"), "--summary", space.path("s.json")]
    let alone = try send([bad] + to)
    #expect(alone.status == 78 && alone.errors.contains("error[D308]"), "\(alone.errors)")
    let both = try send([bad, good] + to)
    #expect(both.status == 78 && both.errors.contains("refused 5 payloads in a row"), "\(both.errors)")
    #expect(strict.counts.payloads == 3 && !space.exists("state/dead.ndjson"))
    let counts = try #require(try space.json("s.json")["payloads"] as? [String: Int])
    #expect(counts["acknowledged"] == 3 && counts["pending"] == 5 && counts["total"] == 8 && counts["dead"] == 0)
    // Where others were taken, they are what is wrong.
    let later = try send([bad, good] + to)
    #expect(later.status == 3, "\(later.errors)")
    #expect(try letters("state/dead.ndjson").count == 5)
  }

  @Test func deadLettersAreReplayed() throws {
    let strict = try collector { $0.poisonType = "bad" }
    defer { strict.stop() }
    let lines = (0..<30).map { payload($0, type: $0 == 7 ? "bad" : "page-view", agent: $0 == 9 ? "Googlebot" : "x") }
    let file = try space.write("p.ndjson", (lines + ["oops"]).map { $0 + "\n" }.joined())
    let dead = space.path("dead.ndjson")
    let first = try send([file, "--to", strict.url, "--dead", dead, "-y"])
    #expect(first.status == 3, "\(first.errors)")
    #expect(first.errors.contains("p.ndjson:31:1: error[D101]"))
    #expect(Set(try letters("dead.ndjson").map { $0["code"] as? String }) == ["D101", "D201", "D203"])
    let relaxed = try collector()
    defer { relaxed.stop() }
    let again = try Binary.run(
      ["replay", dead, "--to", relaxed.url, "--only", "code=d201", "--dead", space.path("again.ndjson")])
    #expect(again.status == 0, "\(again.errors)")
    #expect(relaxed.ids == ["e7"])
    #expect(try Binary.run(["replay", dead, "--to", relaxed.url, "--dead", dead]).status == 64)
  }

  @Test func rejectsAreMappedAgain() throws {
    try space.write("m.yaml", Material.mapping)
    try space.write(
      "a.log", Material.text([Material.line, "broken", Material.line.replacing("GET / ", with: "GET /x ")]))
    let rejects = space.path("r.ndjson")
    let first = try Binary.run(["convert", space.path("a.log"), "-m", space.path("m.yaml"), "-q", "--rejects", rejects])
    #expect(first.status == 3)
    // As if the mapping had refused one of the good lines.
    let line = Material.line.replacing("\"", with: "\\\"")
    try space.write("r.ndjson", #"{"v":1,"class":"mapping","code":"R201","message":"x","raw":"\#(line)"}"# + "\n")
    let again = try Binary.run(["replay", rejects, "-m", space.path("m.yaml"), "-q", "--only", "code=R201"])
    #expect(again.status == 0, "\(again.errors)")
    let whole = try Binary.run(["convert", space.path("a.log"), "-m", space.path("m.yaml"), "-q"])
    func ids(_ result: Binary.Result) throws -> [String] {
      try result.lines.flatMap {
        let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        return (object?["events"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
      }
    }
    let replayed = try ids(again)
    #expect(replayed.count == 1)
    #expect(try ids(whole).contains(replayed[0]), "the id is the one that it would have had")
  }

  /// Records that a mapping refused, with a mapping that takes them: the arguments of `replay`.
  private func refused() throws -> [String] {
    let line = Material.line.replacing("\"", with: "\\\"")
    let rejects = try space.write(
      "r.ndjson", #"{"v":1,"class":"mapping","code":"R201","message":"x","raw":"\#(line)"}"# + "\n")
    return ["replay", rejects, "-m", try space.write("m.yaml", Material.mapping), "-q"]
  }

  @Test func replayedRecordsAreAccountedFor() throws {
    let result = try Binary.run(
      refused() + ["-o", space.path("o"), "--summary", space.path("s.json"), "--metrics", space.path("m.prom")])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try space.json("s.json")["mapped"] as? Int == 1)
    let metrics = String(decoding: try space.read("m.prom"), as: UTF8.self)
    #expect(metrics.contains("trackfill_records{result=\"mapped\"} 1\n"))
  }

  /// An option is heeded or refused, never ignored.
  @Test(arguments: ["-m --state", "-m --dead", "--to --output", "--to --rejects"])
  func optionsOfTheOtherReplay(_ options: String) throws {
    let options = options.split(separator: " ").map(String.init)
    let mapping = try refused()
    let sending = Array(mapping[..<2]) + ["--to", "http://127.0.0.1:1", "--retry-for", "1s"]
    let result = try Binary.run((options[0] == "-m" ? mapping : sending) + [options[1], space.path("other")])
    #expect(result.status == 64 && result.errors.contains(options[1]), "\(result.errors)")
    #expect(!space.exists("other"))
  }

  @Test(arguments: ["-o", "--rejects", "--summary", "--metrics"])
  func rejectsAreNotOverwritten(_ option: String) throws {
    let arguments = try refused()
    let before = try space.read("r.ndjson")
    for letters in [space.path("r.ndjson"), space.path("r*.ndjson")] {
      let result = try Binary.run(["replay", letters] + arguments[2...] + [option, space.path("r.ndjson")])
      #expect(result.status == 64 && result.errors.contains("error[U107]"), "\(result.errors)")
      #expect(try space.read("r.ndjson") == before)
    }
  }

  /// What is rejected again is named by the file and the line that the user has, not by where it lies meanwhile.
  @Test(arguments: [false, true]) func rejectsOfRejects(_ isTorn: Bool) throws {
    try space.write("m.yaml", Material.mapping)
    func reject(_ raw: String, _ kind: String = "record") -> String {
      #"{"v":1,"class":"\#(kind)","code":"R102","message":"x","raw":"\#(raw.replacing("\"", with: "\\\""))"}"# + "\n"
    }
    let text = reject(Material.line, "session") + reject("two\\nlines") + reject("broken") + reject("also broken")
    try space.write("r.ndjson", text)
    let file = space.path("r.ndjson")
    if isTorn { _ = try Binary.shell("gzip \"$1\"; head -c $(($(wc -c <\"$1.gz\") - 9)) \"$1.gz\" >\"$1\"", file) }
    let again = try Binary.run(["replay", file, "-m", space.path("m.yaml"), "--rejects", space.path("again.ndjson")])
    #expect(again.status == (isTorn ? 65 : 3), "\(again.errors)")
    #expect(again.lines.count == 1)
    #expect(again.errors.contains("error[I201]") == isTorn)
    #expect(again.errors.contains("passed over 1 line of more than one line"))
    #expect(!again.errors.contains("trackfill-replay"))
    let places = try letters("again.ndjson").compactMap { $0["where"] as? [String: Any] }
    #expect(places.allSatisfy { $0["input"] as? String == file })
    let lines = places.compactMap { $0["line"] as? Int }
    #expect(isTorn ? [3, 4].starts(with: lines) : lines == [3, 4])
  }

  @Test func lettersThatArePassedOverAreCounted() throws {
    let collector = try collector()
    defer { collector.stop() }
    let record = #"{"v":1,"class":"record","code":"R102","message":"x","raw":"broken"}"# + "\n"
    let letter = #"{"v":1,"class":"http","code":"D201","message":"x","payload":"# + payload(1) + "}\n"
    let nothing = try space.write("records.ndjson", record + record)
    let to = ["--to", collector.url, "--dead", space.path("again.ndjson"), "--summary", space.path("s.json")]
    let none = try Binary.run(["replay", nothing] + to)
    #expect(none.status == 65, "\(none.errors)")
    #expect(none.errors.contains("no payloads in \(nothing)") && none.errors.contains("of class record"))
    let mixed = try space.write("mixed.ndjson", record + letter + letter.replacing("D201", with: "D202"))
    let some = try Binary.run(["replay", mixed, "--only", "code=d201", "--only", "class=record"] + to)
    #expect(some.status == 65, "\(some.errors)")
    #expect(some.errors.contains("passed over 1 line that cannot be sent"), "\(some.errors)")
    #expect(collector.ids == ["e1"])
    let counts = try space.json("s.json")["passed_over"] as? [String: Int]
    #expect(counts == ["not asked for": 1, "of class record, without a payload": 1])
    // What the user left out was not passed over against their will.
    let chosen = try Binary.run(["replay", mixed, "--only", "code=d201"] + to)
    #expect(chosen.status == 0, "\(chosen.errors)")
    _ = try Binary.shell("gzip \"$1\"; head -c $(($(wc -c <\"$1.gz\") - 9)) \"$1.gz\" >\"$1\"", mixed)
    let torn = try Binary.run(["replay", mixed] + to)
    #expect(torn.status == 65 && torn.errors.contains("error[I201]"), "\(torn.errors)")
  }

  /// A payload is given up only if its letter is written; what cannot be is noticed before the first request.
  @Test func deadLettersThatCannotBeWritten() throws {
    let collector = try collector { $0.poisonType = "bad" }
    defer { collector.stop() }
    let lines = (0..<30).map { payload($0, type: $0 == 7 ? "bad" : "page-view") }
    let file = try space.write("p.ndjson", lines.map { $0 + "\n" }.joined())
    let refusals: [(dead: String, status: Int32, code: String, remedy: String)] = [
      (space.path("no/folder/dead.ndjson"), 73, "O202", "create its folder first"),
      (space.path("."), 64, "U102", "name a file in it"),
    ]
    for refusal in refusals {
      let early = try send([file, "--to", collector.url, "-y", "--dead", refusal.dead])
      #expect(early.status == refusal.status && early.errors.contains("error[\(refusal.code)]"), "\(early.errors)")
      #expect(early.errors.contains("= \(refusal.remedy)\n"), "\(early.errors)")
      #expect(collector.counts.payloads == 0)
    }
    let torn = try space.write("q.ndjson", "oops\n" + lines.map { $0 + "\n" }.joined())
    let summary = space.path("s.json")
    for file in [file, torn] {
      let full = try send([file, "--to", collector.url, "-y", "--dead", "/dev/full", "--summary", summary])
      #expect(full.status == 74 && full.errors.contains("error[O201]"), "\(full.errors)")
      let counts = try #require(try space.json("s.json")["payloads"] as? [String: Int])
      #expect(counts["dead"] == 0)
      let pending = try #require(Self.number(behind: "pending", in: full.errors))
      #expect(counts["read"] == (counts["acknowledged"] ?? 0) + pending)
      #expect(counts["pending"] == pending, "the account for programs adds up, too")
      #expect(pending > 0)
    }
  }

  /// A number of a summary.
  private static func number(behind name: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count > 1, words[0] == name { return Int(words[1]) }
    }
    return nil
  }

  @Test func interruptedAndResumed() throws {
    let collector = try collector { $0.delay = 20 }
    defer { collector.stop() }
    let file = try payloads(3000)
    let state = space.path("state")
    let arguments = [file, "--to", collector.url, "--state", state, "--concurrency", "4", "-q"]
    let running = try Binary.start(["send"] + arguments)
    #expect(running.brings { collector.counts.payloads >= 100 })
    running.signal(SIGTERM)
    let stopped = running.wait()
    #expect(stopped.status == 143, "\(stopped.errors)")
    let before = collector.counts.payloads
    #expect(before < 3000)
    let rest = try send([file, "--to", collector.url, "--state", state, "-q", "--summary", space.path("s.json")])
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(collector.counts.distinct == 3000 && collector.counts.duplicates == 0)
    let counts = try space.json("s.json")["payloads"] as? [String: Int]
    #expect(counts?["acknowledged"] == 3000 - before)
    #expect(try send([file, "--to", collector.url, "--state", state, "-q"]).status == 0)
    #expect(collector.counts.payloads == 3000, "nothing is sent a third time")
  }

  @Test func killedAtRandomMoments() throws {
    let collector = try collector {
      $0.delay = 3
      $0.loseEvery = 50
      $0.poisonType = "bad"
    }
    defer { collector.stop() }
    let file = try space.write(
      "p.ndjson", (0..<4000).map { payload($0, type: $0 % 97 == 0 ? "bad" : "page-view") + "\n" }.joined())
    let state = space.path("state")
    let arguments = ["send", file, "--to", collector.url, "--state", state, "--concurrency", "8", "-q"]
    for round in 0..<8 {
      let running = try Binary.start(arguments)
      usleep(useconds_t(40_000 + round * 90_000 % 500_000))
      running.signal(SIGKILL)
      _ = running.wait()
    }
    let result = try Binary.run(arguments)
    #expect(result.status == 3 || result.status == 0, "\(result.errors)")
    let dead = try letters("state/dead.ndjson").flatMap { $0["event_ids"] as? [String] ?? [] }
    let isOnce = dead.sorted() == (0..<4000).filter { $0 % 97 == 0 }.map { "e\($0)" }.sorted()
    #expect(isOnce, "each poison event has one letter")
    #expect(collector.counts.distinct == 4000 - dead.count)
    #expect(collector.counts.orderViolations == 0)
  }

  @Test(arguments: [
    ["send"], ["send", "P"], ["send", "P", "--to", "tracardi.example.com"], ["send", "P", "--to", "ftp://x"],
    ["send", "P", "--to", "http://"], ["send", "P", "--to", "http://x", "--header", "nothing"],
    ["send", "P", "--to", "http://x", "--header", "X-Context: production"],
    ["send", "P", "--to", "http://x", "--header", "content-length: 5"],
    ["send", "P", "--to", "http://x", "--concurrency", "0"], ["send", "P", "--to", "http://x", "--rate", "fast"],
    ["send", "-", "--to", "http://x", "--state", "S"],
    ["send", "P", "--to", "http://x", "--state", "S", "--dead", "D"],
    ["send", "P", "--to", "http://x", "--dead", "P"], ["send", "P", "--to", "http://x", "--retry-for", "1"],
    ["send", "P", "--to", "http://x", "--retry-for", "300000d"],
    ["send", "P", "--to", "http://x", "--dead", "-"],
    ["send", "P", "--to", "http://x", "--summary", "-", "--metrics", "-"],
    ["replay", "P"], ["replay", "P", "--only", "R201", "--to", "http://x"],
  ])
  func usage(_ template: [String]) throws {
    let file = try payloads(1)
    let arguments = template.map { $0 == "P" ? file : $0 == "S" || $0 == "D" ? space.path($0) : $0 }
    let result = try Binary.run(arguments)
    #expect(result.status == 64, "\(result.errors)")
    #expect(try space.names() == ["p.ndjson"])
  }

  /// What would be written over what is read, or over something else that is written, also where a pattern or the default
  /// names it: nothing is sent or written.
  @Test(arguments: [
    ("send p.ndjson --summary p.ndjson", "U107"), ("send 'p.*' --summary p.ndjson", "U107"),
    ("send 'p.*' none --metrics p.ndjson", "U107"), ("send dead.ndjson", "U107"), ("send '*.ndjson'", "U107"),
    ("replay dead-again.ndjson", "U107"), ("replay 'dead*' --dead dead.ndjson", "U107"),
    ("send p.ndjson st/dead.ndjson --state st", "U107"), ("send folder --dead folder/dead.ndjson", "U108"),
    ("send p.ndjson --dead x --summary x", "U105"), ("send p.ndjson --summary - --metrics -", "U105"),
    ("send - -", "U104"), ("send p.ndjson --summary folder", "U102"), ("send p.ndjson --metrics ''", "U101"),
  ])
  func whatIsNotWritten(_ command: String, _ code: String) throws {
    for name in ["p.ndjson", "dead.ndjson", "dead-again.ndjson", "st/dead.ndjson", "folder/p.ndjson"] {
      try space.write(name, payload(1) + "\n")
    }
    let result = try Binary.shell(
      "cd \"$1\"; $trackfill \(command) --to http://127.0.0.1:1 --retry-for 1s </dev/null", space.folder)
    #expect(result.status == 64 && result.errors.contains("error[\(code)]"), "\(result.errors)")
    #expect(try space.names() == ["dead-again.ndjson", "dead.ndjson", "folder", "p.ndjson", "st"])
    #expect(try String(decoding: space.read("p.ndjson"), as: UTF8.self) == payload(1) + "\n")
  }

  @Test func missingFiles() throws {
    #expect(try send([space.path("none.ndjson"), "--to", "http://127.0.0.1:1", "-q"]).status == 66)
    let file = try payloads(1)
    #expect(try send([file, "--to", "http://127.0.0.1:1", "-q", "--token-file", space.path("none")]).status == 66)
  }

  /// As from a command that asks for it, in `<(pass …)`.
  @Test func aTokenFromAPipeComesInPieces() throws {
    let collector = try collector()
    defer { collector.stop() }
    let result = try Binary.shell(
      "cd \"$1\"; mkfifo token; { printf '\\n'; sleep 0.3; printf s3cr3t; } >token & "
        + "exec $trackfill send \"$2\" --to \"$3\" -y -q --token-file token", space.folder, try payloads(1),
      collector.url)
    #expect(result.status == 0, "\(result.errors)")
    #expect(collector.counts.payloads == 1)
  }

  @Test func aTokenIsNeverShown() throws {
    let collector = try collector { $0.status = 403 }
    defer { collector.stop() }
    try space.write("token", "s3cr3t\n")
    let url = collector.url.replacing("http://", with: "http://user:pa55@")
    let result = try send(
      [try payloads(1), "--to", url, "--token-file", space.path("token"), "--summary", space.path("s.json")])
    #expect(result.status == 77)
    let all = result.errors + String(decoding: try space.read("s.json"), as: UTF8.self)
    #expect(!all.contains("s3cr3t") && !all.contains("pa55"))
  }
}
