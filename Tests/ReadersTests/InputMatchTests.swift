import Glibc
import Pipeline
import Readers
import TestSupport
import Testing

/// Files are known again by what they begin with and by what stands before the position.
@Suite struct InputMatchTests {
  private let space: Workspace

  init() throws { space = try Workspace() }

  /// A log of about 200 bytes a line, so that more than 20 lines are more than a head.
  private static func log(_ seed: Int, lines: Int) -> [UInt8] {
    Array((0..<lines).map { "log \(seed) line \($0) " + String(repeating: "x", count: 180) + "\n" }.joined().utf8)
  }

  private func input(_ name: String) -> InputPath { InputPath(name: name, path: space.path(name)) }

  /// As a run would have left it that had read so many bytes.
  private func known(_ id: Int64, _ name: String, _ bytes: [UInt8], read: Int? = nil) throws -> KnownInput {
    var status = stat()
    let file =
      stat(space.path(name), &status) == 0
      ? KnownInput.File(
        device: Int64(truncatingIfNeeded: status.st_dev), number: Int64(truncatingIfNeeded: status.st_ino),
        size: Int64(status.st_size),
        modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
      : KnownInput.File(device: -1, number: id, size: Int64(bytes.count), modified: 0)
    let head = Array(bytes.prefix(KnownInput.headLength))
    let offset = read ?? bytes.count
    return KnownInput(
      id: id, name: name, file: file, headCount: head.count, headHash: try #require(Fingerprint.sha256(head)),
      firstTime: 0, rank: 0, offset: offset, tail: Array(bytes[..<offset].suffix(KnownInput.tailLength)))
  }

  /// A file's number is that of the last input that had it; only one that was of this name was truncated.
  @Test func numbersThatWereGivenAgain() throws {
    let log = Self.log(1, lines: 40)
    try space.write("a", log)
    let states = try [known(0, "a", log), known(1, "a", log)].enumerated().map { place, state in
      var state = state
      state.name = place == 0 ? "before" : "a"
      return state
    }
    system("printf 'anew\\n' >\(space.path("a"))")
    let truncated = try InputMatch([input("a")], known: states, resumption: .seek)
    #expect(truncated.notes.count == 1 && truncated.notes[0].contains("truncated or replaced"), "\(truncated.notes)")
    let other = try InputMatch([input("a")], known: [states[0]], resumption: .seek)
    #expect(other.notes == [] && other.paths.map(\.name) == ["a"])
  }

  @Test func everyFate() throws {
    var logs: [String: [UInt8]] = [:]
    for (seed, name) in ["same", "grown", "renamed", "short", "replaced", "gone"].enumerated() {
      logs[name] = Self.log(seed, lines: name == "short" ? 3 : 40)
      try space.write(name, logs[name] ?? [])
    }
    let states = try logs.keys.sorted().enumerated().map {
      try known(Int64($0.offset), $0.element, logs[$0.element] ?? [])
    }
    let more = Array("more\n".utf8)
    try space.write("grown", (logs["grown"] ?? []) + more)
    try space.write("renamed.1", (logs["renamed"] ?? []) + more)
    try space.write("short.1", (logs["short"] ?? []) + more)
    try space.write("replaced", Self.log(99, lines: 40))
    try space.write("copy", logs["same"] ?? [])
    try space.write("new", Self.log(100, lines: 40))
    let names = ["same", "grown", "renamed.1", "short.1", "replaced", "copy", "new"]
    let match = try InputMatch(names.map(input), known: states, resumption: .seek)

    #expect(match.paths.map(\.name) == ["grown", "renamed.1", "short.1", "replaced", "new"])
    #expect(
      match.known.mapValues { states[Int($0.id)].name } == [
        "grown": "grown", "renamed.1": "renamed", "short.1": "short",
      ])
    #expect(match.resting.map(\.name) == ["gone", "replaced", "same"])
    #expect(match.absent.map { states[Int($0)].name }.sorted() == ["gone", "replaced"])
    #expect(match.notes.contains("copy is a copy of same, and is passed over"))
  }

  /// A file that begins as a known one does, which is still there, is a copy only if it has nothing more.
  @Test func beginningsAreNoCopies() throws {
    let header = Array("id,name\n".utf8)
    let log = Self.log(1, lines: 40)
    let files = [
      "empty.csv": header, "full.csv": header + Array("1,ann\n".utf8), "header.csv": header,
      "first.log": log, "both.log": log + Self.log(2, lines: 40), "copy.log": log,
      "half.log": Array(log.dropLast(100)), "behind.log": Array(log.dropLast(50)) + Array("other".utf8),
    ]
    for (name, bytes) in files { try space.write(name, bytes) }
    var states = [try known(1, "empty.csv", header), try known(2, "first.log", log, read: log.count - 200)]
    states[1].records = 39
    let match = try InputMatch(files.keys.sorted().map(input), known: states, resumption: .seek)
    #expect(match.paths.map(\.name) == ["behind.log", "both.log", "full.csv"])
    #expect(match.known.isEmpty)
    #expect(
      match.notes.sorted() == [
        "behind.log begins as first.log does and goes on in its own way: it is read whole, and what both have comes again under the same ids",
        "both.log begins as first.log does and goes on in its own way: it is read whole, and what both have comes again under the same ids",
        "copy.log is a copy of first.log, and is passed over", "half.log is a copy of first.log, and is passed over",
        "header.csv is a copy of empty.csv, and is passed over",
      ])
  }

  /// Of inputs that begin alike it is the one of which most was read that goes on, if what was read is there.
  @Test func mostReadFirst() throws {
    let bytes = Self.log(1, lines: 60)
    try space.write("a", bytes)
    let states = [
      try known(1, "one", bytes, read: 5000), try known(2, "two", bytes, read: 9000),
      try known(3, "three", bytes + Self.log(2, lines: 9)), try known(4, "four", Array(bytes[..<700])),
    ]
    #expect(try InputMatch([input("a")], known: states, resumption: .seek).known["a"]?.id == 2)
    #expect(try InputMatch([input("a")], known: [states[2]], resumption: .seek).known.isEmpty)
    #expect(try InputMatch([input("a")], known: [states[3]], resumption: .seek).known["a"]?.id == 4)
  }

  /// What is in a pipe comes only once, and is for the run that reads it.
  @Test func pipesAreNotReadWithoutNeed() throws {
    #expect(mkfifo(space.path("pipe"), 0o600) == 0)
    let end = open(space.path("pipe"), O_RDWR)
    defer { close(end) }
    #expect(write(end, "line\n", 5) == 5)
    #expect(try InputMatch([input("pipe")], known: [], resumption: .seek).paths == [input("pipe")])
    var waiting: Int32 = 0
    _ = ioctl(end, UInt(FIONREAD), &waiting)
    #expect(waiting == 5)
  }

  /// Files and known inputs are far too many to digest a file for each input. Some heads are short, each in its own way.
  @Test func thousandsOfFiles() throws {
    let count = 3_000
    var states: [KnownInput] = []
    for seed in 0..<count {
      let bytes = Self.log(seed, lines: seed % 2 == 0 ? 21 : 1 + seed % 20)
      states.append(try known(Int64(seed), "gone \(seed)", bytes))
      // Every third is there again, under another name.
      try space.write("\(seed)", seed % 3 == 0 ? bytes + Array("more\n".utf8) : Self.log(-1 - seed, lines: 21))
    }
    let match = try InputMatch((0..<count).map { input("\($0)") }, known: states, resumption: .seek)
    #expect(match.paths.count == count)
    #expect(match.known.count == count / 3)
    #expect(match.known.allSatisfy { $0.key == "\($0.value.id)" })
  }
}
