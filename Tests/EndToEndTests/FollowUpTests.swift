import Foundation
import Glibc
import TestSupport
import Testing

/// Runs that continue each other through the built command: what comes out is what one run over everything gives.
@Suite struct FollowUpTests {
  static let mapping = Repository.root.appending(path: "Mappings/everything.yaml").path

  /// Lines of a log over some hours, each later than the one before.
  static func lines(_ count: Int, seed: Int, from start: Int = 1_772_334_000, step: ClosedRange<Int> = 0...40)
    -> [String]
  {
    var random = Seeded(seed)
    var time = start
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "dd/MMM/yyyy:HH:mm:ss Z"
    return (0..<count).map { index in
      time += Int.random(in: step, using: &random)
      let stamp = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(time)))
      let visitor = Int.random(in: 1...30, using: &random)
      // Some lines are equal to the byte.
      let page = Int.random(in: 0..<8, using: &random) == 0 ? "same" : "page-\(index)"
      return
        "10.0.0.\(visitor) - - [\(stamp)] \"GET /\(page) HTTP/1.1\" 200 \(index % 7) \"-\" \"Mozilla/5.0 (X11) \(visitor % 3)\"\n"
    }
  }

  static func converted(_ files: [String]) throws -> Data {
    let run = try Binary.run(["convert", "-m", mapping, "-q"] + files)
    #expect(run.status == 0, "\(run.errors)")
    return run.output
  }

  static func segments(_ folder: String) throws -> Data {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names.allSatisfy { $0.hasSuffix(".ndjson") }, "\(names)")
    return try names.reduce(into: Data()) { $0 += try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $1)) }
  }

  static func followUp(_ inputs: [String], _ space: Workspace, _ more: [String] = []) -> [String] {
    ["convert", "-m", mapping, "-q", "--state", space.path("state"), "--follow-up", "-o", space.path("out")] + more
      + inputs
  }

  /// Writes a file in pieces of any length, and has something done after each; told whether it was the last.
  private static func grow(
    _ path: String, by bytes: [UInt8], seed: Int, _ then: (_ isWhole: Bool) throws -> Void
  ) throws {
    var random = Seeded(seed)
    var at = 0
    try Data().write(to: URL(fileURLWithPath: path))
    let file = try #require(FileHandle(forWritingAtPath: path))
    while at < bytes.count {
      let end = min(bytes.count, at + Int.random(in: 1...20_000, using: &random))
      try file.write(contentsOf: bytes[at..<end])
      at = end
      try then(at == bytes.count)
    }
  }

  /// A log that is not UTF-8 is gone on with like any other: no event comes twice, and none under another id.
  @Test(arguments: ["windows-1250", "UTF-16"]) func aLogInAnotherEncoding(_ encoding: String) throws {
    let space = try Workspace()
    let text = Self.lines(400, seed: 4).joined().replacing("page-1", with: "Łódź-1")
    let bytes: [UInt8] =
      encoding == "UTF-16"
      ? [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
      : try #require(text.data(using: .windowsCP1250)).map { $0 }
    let plain = try String(contentsOfFile: Self.mapping, encoding: .utf8)
    let mapping = try space.write(
      "m.yaml", plain.replacing("format: combined", with: "format: combined\n  encoding: \(encoding)"))
    let whole = space.path("whole.log")
    try Data(bytes).write(to: URL(fileURLWithPath: whole))
    let expected = try Binary.run(["convert", "-m", mapping, "-q", whole])
    #expect(expected.status == 0 && String(decoding: expected.output, as: UTF8.self).contains("Łódź-1"))
    try Self.grow(space.path("access.log"), by: bytes, seed: 8) { isWhole in
      let run = try Binary.run(
        ["convert", "-m", mapping, "-q", "--state", space.path("state"), "--follow-up", "-o", space.path("out")]
          + (isWhole ? ["--finish"] : []) + [space.path("access.log")])
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(firstDifference(try Self.segments(space.path("out")), expected.output) == nil)
  }

  /// A log that was emptied while its writer kept its place, looked at while a line is being written.
  @Test func zerosBeforeAnUnfinishedLine() throws {
    let space = try Workspace()
    let lines = Self.lines(300, seed: 6)
    let expected = try Self.converted([try space.write("whole.log", lines.joined())])
    let path = try space.write("access.log", lines[..<100].joined())
    let log = try #require(FileHandle(forWritingAtPath: path))
    try log.seekToEnd()
    func run(_ more: [String] = []) throws {
      let run = try Binary.run(Self.followUp([path], space, ["--max-record", "4K"] + more))
      #expect(run.status == 0, "\(run.errors)")
    }
    try run()
    try log.write(contentsOf: Data(count: 10_000) + Data(lines[100].utf8.prefix(40)))
    try run()
    try log.write(contentsOf: Data(lines[100].utf8.dropFirst(40)) + Data(lines[101...].joined().utf8))
    try run(["--finish"])
    #expect(firstDifference(try Self.segments(space.path("out")), expected) == nil)
  }

  @Test func aFolderForSegmentsThatCannotBeMade() throws {
    let space = try Workspace()
    let log = try space.write("access.log", Self.lines(3, seed: 1).joined())
    let name = String(repeating: "o", count: 300)
    let run = try Binary.run([
      "convert", log, "-m", Self.mapping, "--state", space.path("state"), "--follow-up", "-o", space.path(name),
    ])
    #expect(run.status == 73, "\(run.errors)")
    #expect(run.errors.contains("\(name): error[O202]") && run.errors.contains("= choose a shorter name\n"))
  }

  @Test func aLogThatGrowsLineByHalfLine() throws {
    let space = try Workspace()
    let text = Array(Self.lines(900, seed: 1).joined().utf8)
    let whole = try space.write("whole.log", String(decoding: text, as: UTF8.self))
    try Self.grow(space.path("access.log"), by: text, seed: 5) { _ in
      let run = try Binary.run(Self.followUp([space.path("access.log")], space))
      #expect(run.status == 0, "\(run.errors)")
    }
    let last = try Binary.run(Self.followUp([space.path("access.log")], space, ["--finish"]))
    #expect(last.status == 0, "\(last.errors)")
    #expect(firstDifference(try Self.segments(space.path("out")), try Self.converted([whole])) == nil)
  }

  /// A last line without its end waits, and is taken when all is to be finished.
  @Test func aLineThatNeverEnds() throws {
    let space = try Workspace()
    let text = String(Self.lines(20, seed: 9).joined().dropLast())
    let log = try space.write("a.log", text)
    for _ in 0..<2 { #expect(try Binary.run(Self.followUp([log], space)).status == 0) }
    let last = try Binary.run(Self.followUp([log], space, ["--finish"]))
    #expect(last.status == 0, "\(last.errors)")
    #expect(firstDifference(try Self.segments(space.path("out")), try Self.converted([log])) == nil)
  }

  /// The last order of an export waits while the file is written, and not for ever.
  @Test func anExportThatIsStillWritten() throws {
    let space = try Workspace()
    let root = Repository.root.path
    let mapping = root + "/Mappings/orders-csv.yaml"
    let sample = try String(contentsOfFile: root + "/samples/orders-csv.csv", encoding: .utf8)
    let expected = try Binary.run(["convert", root + "/samples/orders-csv.csv", "-m", mapping, "-q"])
    let half = sample[..<sample.index(sample.startIndex, offsetBy: sample.count / 2)]
    let csv = try space.write("orders.csv", String(half))
    var arguments = Self.followUp([csv], space)
    arguments[2] = mapping
    func run() throws { #expect([0, 3].contains(try Binary.run(arguments).status)) }
    try run()
    // Half of a row more than the half.
    try space.write("orders.csv", sample)
    try run()
    let before = try Self.segments(space.path("out"))
    let old = Date(timeIntervalSinceNow: -3600)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: csv)
    try run()
    let after = try Self.segments(space.path("out"))
    #expect(after.count > before.count)
    func events(_ data: Data) -> Set<String> {
      Set(
        data.split(separator: UInt8(ascii: "\n")).flatMap { line -> [String] in
          let object = (try? JSONSerialization.jsonObject(with: line)) as? [String: Any]
          return (object?["events"] as? [[String: Any]] ?? []).map { event in
            let bytes = try? JSONSerialization.data(withJSONObject: event, options: .sortedKeys)
            return String(decoding: bytes ?? Data(), as: UTF8.self)
          }
        })
    }
    #expect(events(after) == events(expected.output))
    try run()
    #expect(try Self.segments(space.path("out")) == after)
  }

  /// Killed at random moments, again and again.
  @Test(arguments: 0..<4)
  func killedAtRandomMoments(_ seed: Int) throws {
    let space = try Workspace()
    var random = Seeded(seed)
    let lines = Self.lines(6_000, seed: seed)
    var inputs: [String] = []
    for part in 0..<3 {
      inputs.append(try space.write("log.\(part)", lines[(part * 2_000)..<((part + 1) * 2_000)].joined()))
    }
    if seed % 2 == 1 {
      _ = try Binary.shell("gzip \"$1\"", inputs[1])
      inputs[1] += ".gz"
    }
    let expected = try Self.converted(inputs)
    let more = ["--finish", "--commit-every", "20K", "--block-size", "8K", "--threads", "\(1 + seed % 3)"]
    var kills = 0
    var longest: UInt32 = 400_000
    while true {
      let began = Date()
      let running = try Binary.start(Self.followUp(inputs, space, more))
      if kills < 60 {
        usleep(UInt32.random(in: 0..<longest, using: &random))
        running.signal(SIGKILL)
      }
      let result = running.wait()
      if result.status == 128 + SIGKILL {
        kills += 1
        continue
      }
      #expect(result.status == 0, "\(result.errors)")
      if kills >= 20 || result.status != 0 { break }
      // It was too fast for us: begin anew, and be quicker.
      longest = max(20_000, UInt32(Date().timeIntervalSince(began) * 900_000))
      try FileManager.default.removeItem(atPath: space.path("state"))
      try FileManager.default.removeItem(atPath: space.path("out"))
    }
    #expect(kills >= 20)
    #expect(firstDifference(try Self.segments(space.path("out")), expected) == nil)
  }

  /// Growing, renamed, compressed, copied and truncated, deleted, at random.
  @Test(arguments: 0..<8)
  func rotatedInAnyWay(_ seed: Int) throws {
    let space = try Workspace()
    var random = Seeded(seed + 100)
    let lines = Self.lines(1_000, seed: seed, step: 1...40)
    let whole = try space.write("whole.log", lines.joined())
    let folder = space.path("logs")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let log = folder + "/access.log"
    var next = 0
    var number = 0
    func run(_ more: [String] = []) throws {
      let result = try Binary.run(Self.followUp([folder], space, more))
      #expect(result.status == 0, "\(result.errors)")
    }
    func append(_ count: Int) throws {
      let end = min(lines.count, next + count)
      if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(fileURLWithPath: log)) }
      let handle = try #require(FileHandle(forWritingAtPath: log))
      try handle.seekToEnd()
      handle.write(Data(lines[next..<end].joined().utf8))
      try handle.close()
      next = end
    }
    try append(30)
    try run()
    while next < lines.count {
      switch Int.random(in: 0..<8, using: &random) {
      case 0...2: try append(Int.random(in: 1...90, using: &random))
      case 3 where FileManager.default.fileExists(atPath: log):
        number += 1
        try FileManager.default.moveItem(atPath: log, toPath: folder + "/access.log.\(number)")
        if Bool.random(using: &random) { try append(20) }
      case 4 where FileManager.default.fileExists(atPath: log):
        // Copied, and truncated a moment later.
        number += 1
        try FileManager.default.copyItem(atPath: log, toPath: folder + "/access.log.\(number)")
        if Bool.random(using: &random) { try run() }
        truncate(log, 0)
        if Bool.random(using: &random) { try append(20) }
      case 5 where number > 0:
        let old = folder + "/access.log.\(Int.random(in: 1...number, using: &random))"
        if FileManager.default.fileExists(atPath: old) { _ = try Binary.shell("gzip \"$1\"", old) }
      case 6:
        // What was read is deleted.
        try run()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name != "access.log" {
          if Bool.random(using: &random) { try FileManager.default.removeItem(atPath: folder + "/" + name) }
        }
      default: try run()
      }
      if FileManager.default.fileExists(atPath: log) == false { try append(5) }
    }
    try run()
    try run(["--finish"])
    #expect(firstDifference(try Self.segments(space.path("out")), try Self.converted([whole])) == nil)
  }

  /// Two servers whose logs grow side by side.
  @Test(arguments: 0..<4)
  func severalLogsSideBySide(_ seed: Int) throws {
    let space = try Workspace()
    var random = Seeded(seed)
    var texts = ["", ""]
    let lines = Self.lines(1_200, seed: seed, step: 1...40)
    var expected: [String] = ["", ""]
    for chunk in stride(from: 0, to: lines.count, by: 150) {
      for line in lines[chunk..<min(lines.count, chunk + 150)] {
        texts[Int.random(in: 0..<2, using: &random)] += line
      }
      let files = try [space.write("a.log", texts[0]), space.write("b.log", texts[1])]
      let run = try Binary.run(Self.followUp(files, space))
      #expect(run.status == 0, "\(run.errors)")
      expected = files
    }
    let last = try Binary.run(Self.followUp(expected, space, ["--finish"]))
    #expect(last.status == 0, "\(last.errors)")
    #expect(firstDifference(try Self.segments(space.path("out")), try Self.converted(expected)) == nil)
  }

  /// A stranger's single line is no reason to doubt a log that was read before.
  @Test func aBadLineIsAllThatIsNew() throws {
    let space = try Workspace()
    let lines = Self.lines(50, seed: 3).joined()
    let log = try space.write("a.log", lines)
    #expect(try Binary.run(Self.followUp([log], space)).status == 0)
    try space.write("a.log", lines + "\u{16}\u{03}\u{01}\n")
    let run = try Binary.run(Self.followUp([log], space))
    #expect(run.status == 3, "\(run.errors)")
    #expect(space.lines("state/rejects.ndjson").count == 1)
    #expect(try Binary.run(Self.followUp([log], space)).status == 0)
  }

  /// gzip is waited for, but what nobody has written to for long is torn, and each run says so.
  @Test func compressionThatNeverEnds() throws {
    let space = try Workspace()
    let whole = try space.write("whole.log", Self.lines(3_000, seed: 7).joined())
    _ = try Binary.shell("cd \"$1\"; gzip -k whole.log; head -c 20000 whole.log.gz >a.log.gz", space.folder)
    let log = space.path("a.log.gz")
    func run(_ more: [String] = []) throws -> Binary.Result { try Binary.run(Self.followUp([log], space, more)) }
    #expect(try run().status == 0)
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: log)
    for _ in 0..<2 {
      let torn = try run()
      #expect(torn.status == 65)
      #expect(torn.errors.contains("a.log.gz is damaged; what came before the damage"), "\(torn.errors)")
    }
    // Nothing is lost, and nothing double, once it is mended.
    _ = try Binary.shell("cp \"$1.gz\" \"$2\"", whole, log)
    #expect(try run(["--finish"]).status == 0)
    #expect(firstDifference(try Self.segments(space.path("out")), try Self.converted([whole])) == nil)
    #expect(space.lines("state/rejects.ndjson").isEmpty)
  }

  /// What cannot be read is not taken for read.
  @Test func packedInAnotherWay() throws {
    let space = try Workspace()
    let log = try space.write("logs/a.log", Self.lines(50, seed: 3).joined())
    let packed = try space.write("logs/b.log.zst", [0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x0A, 0x0A])
    for _ in 0..<2 {
      let run = try Binary.run(Self.followUp([space.path("logs")], space))
      #expect(run.status == 65 && run.errors.contains("I108"), "\(run.errors)")
    }
    try FileManager.default.removeItem(atPath: packed)
    #expect(try Binary.run(Self.followUp([space.path("logs")], space, ["--finish"])).status == 0)
    #expect(firstDifference(try Self.segments(space.path("out")), try Self.converted([log])) == nil)
  }

  @Test func refusals() throws {
    let space = try Workspace()
    let log = try space.write("a.log", Self.lines(50, seed: 3).joined())
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Binary.Result {
      try Binary.run(arguments, environment: environment)
    }
    #expect(try run(Self.followUp([log], space)).status == 0)
    // Another salt makes other profiles of the same visitors.
    let salted = try run(Self.followUp([log], space), environment: ["PROFILE_SALT": "another"])
    #expect(salted.status == 78)
    #expect(salted.errors.contains("C102"))
    let changed = try space.write(
      "changed.yaml", String(contentsOfFile: Self.mapping, encoding: .utf8) + "\n# changed\n")
    var other = Self.followUp([log], space)
    other[2] = changed
    let refused = try run(other)
    #expect(refused.status == 78)
    #expect(refused.errors.contains("--accept-mapping-change"))
    #expect(try run(other + ["--accept-mapping-change"]).status == 0)
    #expect(mkfifo(space.path("pipe"), 0o600) == 0)
    for input in ["-", "/dev/stdin", space.path("pipe")] {
      let once = try run(["convert", input, "-m", changed, "--state", space.path("state"), "--follow-up", "-o", "out"])
      #expect(once.status == 64 && once.errors.contains("U110"), "\(once.errors)")
    }
    #expect(try run(["convert", log, "-m", changed, "--state", space.path("state"), "--follow-up"]).status == 64)
    #expect(try run(["convert", log, "-m", changed, "--follow-up", "-o", space.path("out")]).status == 64)
    #expect(try run(["convert", log, "-m", changed, "--if-locked", "skip", "-o", space.path("out")]).status == 64)
    // The state is damaged: never a silent start from zero.
    try Data(repeating: 0x41, count: 5000).write(to: URL(fileURLWithPath: space.path("state/state.sqlite")))
    for name in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: space.path("state/state.sqlite" + name))
    }
    let damaged = try run(other)
    #expect(damaged.status == 70)
    #expect(damaged.errors.contains("C104"))
  }

  /// A second state that writes into the same folder would give its files the names of the first one's.
  @Test func eachStateHasAFolderOfItsOwn() throws {
    let space = try Workspace()
    let log = try space.write("a.log", Self.lines(50, seed: 3).joined())
    #expect(try Binary.run(Self.followUp([log], space, ["--finish"])).status == 0)
    let before = try Self.segments(space.path("out"))
    let other = try space.write("b.log", Self.lines(50, seed: 4).joined())
    var arguments = Self.followUp([other], space, ["--finish"])
    arguments[5] = space.path("other")
    let refused = try Binary.run(arguments)
    #expect(refused.status == 73 && refused.errors.contains("O206"), "\(refused.errors)")
    #expect(try Self.segments(space.path("out")) == before)
    // Once they are taken away, nothing stands in its way.
    try FileManager.default.removeItem(atPath: space.path("out"))
    let later = try Binary.run(arguments)
    #expect(later.status == 0, "\(later.errors)")
    #expect(firstDifference(try Self.segments(space.path("out")), try Self.converted([other])) == nil)
  }

  /// So few lines between two rotations that the first ones of a log wait for others that confirm them.
  @Test(arguments: 0..<6)
  func quietLogsAreRotated(_ seed: Int) throws {
    let space = try Workspace()
    var random = Seeded(seed + 200)
    let lines = Self.lines(70, seed: seed, step: 1...900)
    let folder = space.path("logs")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func run(_ more: [String] = []) throws {
      let result = try Binary.run(Self.followUp([folder], space, more))
      #expect(result.status == 0, "\(result.errors)")
    }
    var (current, rotated) = ("", 0)
    for line in lines {
      current += line
      try space.write("logs/access.log", current)
      if Int.random(in: 0..<3, using: &random) == 0 { try run() }
      guard Int.random(in: 0..<3, using: &random) == 0 else { continue }
      rotated += 1
      try FileManager.default.moveItem(atPath: folder + "/access.log", toPath: folder + "/access.log.\(rotated)")
      current = ""
    }
    try run()
    try run(["--finish"])
    let whole = try space.write("whole.log", lines.joined())
    #expect(firstDifference(try Self.segments(space.path("out")), try Self.converted([whole])) == nil)
  }

  @Test func oneRunAtATime() throws {
    let space = try Workspace()
    let log = try space.write("a.log", Self.lines(50, seed: 3).joined())
    try FileManager.default.createDirectory(atPath: space.path("state"), withIntermediateDirectories: true)
    let lock = open(space.path("state/lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    #expect(flock(lock, LOCK_EX) == 0)
    let locked = try Binary.run(Self.followUp([log], space))
    #expect(locked.status == 75)
    #expect(locked.errors.contains("C101"))
    #expect(try Binary.run(Self.followUp([log], space, ["--if-locked", "skip"])).status == 0)
    for (number, status) in [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)] {
      let waiting = try Binary.start(Self.followUp([log], space, ["--wait", "1d"]))
      usleep(300_000)
      waiting.signal(number)
      #expect(waiting.wait().status == status)
    }
    let waiting = try Binary.start(Self.followUp([log], space, ["--wait", "30s", "--finish"]))
    usleep(300_000)
    close(lock)
    #expect(waiting.wait().status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: space.path("out")).isEmpty == false)
  }

  /// `status` tells a run that stopped for a reason from one that was cut short and from one that still goes on.
  @Test func statusSaysHowTheLastRunEnded() throws {
    let space = try Workspace()
    func lastRun() throws -> (text: String, json: [String: Any]) {
      let text = try Binary.run(["status", "--state", space.path("state")])
      let json = try Binary.run(["status", "--state", space.path("state"), "--format", "json"])
      let view = try JSONSerialization.jsonObject(with: json.output) as? [String: Any] ?? [:]
      return (
        text.lines.first { $0.contains("last run") } ?? "\(text.errors)", view["last_run"] as? [String: Any] ?? [:]
      )
    }
    let log = try space.write("a.log", Self.lines(50, seed: 3).joined())
    #expect(try Binary.run(Self.followUp([log], space)).status == 0)
    #expect(try lastRun().text.hasSuffix("came to its end"))
    #expect(try lastRun().json["exit_status"] as? Int == 0)
    let good = Self.lines(50, seed: 3).joined()
    try space.write("a.log", good + String(repeating: "broken\n", count: 3_000))
    #expect(try Binary.run(Self.followUp([log], space, ["--max-rejects", "10"])).status == 4)
    #expect(
      try lastRun().text.hasSuffix(
        "stopped with status 4, too many rejects; once that is mended, the same command goes on"))
    #expect(try lastRun().json["exit_status"] as? Int == 4)
    #expect(try lastRun().json["state"] as? String == "stopped")
    // Who has the lock is at work.
    let lock = open(space.path("state/lock"), O_RDWR | O_CLOEXEC)
    #expect(flock(lock, LOCK_EX) == 0)
    #expect(try lastRun().text.hasSuffix("goes on now"))
    #expect(try lastRun().json["state"] as? String == "running")
    close(lock)
  }
}
