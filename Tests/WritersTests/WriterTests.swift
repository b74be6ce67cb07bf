import Foundation
import Pipeline
import TestSupport
import Testing
import Writers

func write(_ text: String, to writer: any PayloadWriter) throws {
  try Array(text.utf8).withUnsafeBufferPointer { try writer.write($0) }
}

/// The code of the diagnostic that a piece of work throws.
func code(_ work: () throws -> Void) -> String? {
  do {
    try work()
    return nil
  } catch {
    return (error as? Diagnostic)?.code ?? "\(error)"
  }
}

@Suite struct NDJSONFileWriterTests {
  @Test func standsUnderItsNameOnlyWhenComplete() throws {
    let space = try Workspace()
    let writer = try NDJSONFileWriter(path: space.path("out.ndjson"))
    let large = String(repeating: "y", count: 700_000)
    for line in ["{\"a\":1}", large, "{\"b\":2}"] { try write(line, to: writer) }
    #expect(space.text("out.ndjson") == nil)
    #expect(try space.names().count == 1)
    #expect(try space.names()[0].hasPrefix(".out.ndjson.part-"))
    try writer.finish()
    #expect(try space.names() == ["out.ndjson"])
    #expect(space.text("out.ndjson") == "{\"a\":1}\n\(large)\n{\"b\":2}\n")
    try writer.finish()
    writer.abandon()
    #expect(try space.names() == ["out.ndjson"])
  }

  @Test func abandonLeavesWhatWasThere() throws {
    let space = try Workspace()
    try AtomicTextFile.write(space.path("out"), "before")
    let writer = try NDJSONFileWriter(path: space.path("out"))
    try write("after", to: writer)
    #expect(space.text("out") == "before")
    writer.abandon()
    #expect(try space.names() == ["out"])
    #expect(space.text("out") == "before")
  }

  @Test func forgottenWriterLeavesNothing() throws {
    let space = try Workspace()
    do { try write("x", to: NDJSONFileWriter(path: space.path("out"))) }
    #expect(try space.names() == [])
  }

  @Test func replacedFileKeepsItsPermissions() throws {
    let space = try Workspace()
    try AtomicTextFile.write(space.path("out"), "before")
    chmod(space.path("out"), 0o640)
    try AtomicTextFile.write(space.path("out"), "after")
    let mode = try FileManager.default.attributesOfItem(atPath: space.path("out"))[.posixPermissions] as? Int
    #expect(mode == 0o640)
    #expect(space.text("out") == "after")
  }

  @Test func symbolicLinksAreFollowedAndStay() throws {
    let space = try Workspace()
    try FileManager.default.createDirectory(atPath: space.path("real"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: space.path("link"), withDestinationPath: "real/out")
    try AtomicTextFile.write(space.path("link"), "through")
    #expect(space.text("real/out") == "through")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: space.path("link")) == "real/out")
  }

  @Test func devicesAreWrittenDirectly() throws {
    let null = try NDJSONFileWriter(path: "/dev/null")
    try write("x", to: null)
    try null.finish()
    let full = try NDJSONFileWriter(path: "/dev/full")
    try write("x", to: full)
    #expect(code { try full.finish() } == "O201")
  }

  @Test func standardOutputByItsName() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let writer = try NDJSONFileWriter(path: "/dev/fd/\(ends[1])")
    try write("{}", to: writer)
    try writer.finish()
    close(ends[1])
    var bytes = [UInt8](repeating: 0, count: 10)
    #expect(read(ends[0], &bytes, 10) == 3)
    #expect(bytes[..<3] == Array("{}\n".utf8)[...])
    close(ends[0])
  }

  @Test func cannotBeCreated() throws {
    let space = try Workspace()
    #expect(code { _ = try NDJSONFileWriter(path: space.path("no/such/folder")) } == "O202")
    #expect(code { _ = try NDJSONFileWriter(path: space.folder) } == "O202")
    #expect(code { _ = try NDJSONFileWriter(path: "/proc/out") } == "O202")
    try AtomicTextFile.write(space.path("file"), "")
    #expect(code { _ = try NDJSONFileWriter(path: space.path("file/out")) } == "O202")
  }

  @Test(.enabled(if: getuid() != 0, "the superuser may write anywhere"))
  func unwritableWorkspace() throws {
    let space = try Workspace()
    chmod(space.folder, 0o500)
    defer { chmod(space.folder, 0o700) }
    #expect(code { _ = try NDJSONFileWriter(path: space.path("out")) } == "O202")
  }
}

@Suite struct NDJSONStreamWriterTests {
  init() { signal(SIGPIPE, SIG_IGN) }

  @Test func fullDisk() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let writer = NDJSONStreamWriter(descriptor: descriptor)
    #expect(code { for _ in 0..<40 { try write(String(repeating: "x", count: 10_000), to: writer) } } == "O201")
  }

  @Test func closedPipe() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let writer = NDJSONStreamWriter(descriptor: ends[1])
    try write("x", to: writer)
    #expect(code { try writer.finish() } == "O203")
  }

  /// A non-blocking pipe takes what it can and then nothing for a while: every write is short or refused.
  @Test func shortWrites() async throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let reading = ends[0]
    let reader = Task.detached {
      var all: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 3001)
      while case let count = read(reading, &piece, piece.count), count > 0 { all += piece[..<count] }
      return all
    }
    let writer = NDJSONStreamWriter(descriptor: ends[1])
    var expected: [UInt8] = []
    for index in 0..<60 {
      let line = String(repeating: "\(index),", count: 7_000)
      try write(line, to: writer)
      expected += Array((line + "\n").utf8)
    }
    try writer.finish()
    close(ends[1])
    #expect(await reader.value == expected)
    close(reading)
  }
}

@Suite struct RejectFileWriterTests {
  func reject(_ change: (inout LocatedReject) -> Void = { _ in }) -> LocatedReject {
    var located = LocatedReject(
      reject: Reject(
        stage: .record, code: "R101", message: "no \"time\"", offset: 12, length: 3, line: 1, number: 1),
      input: "access.log", record: 7, line: 8, offset: 512, raw: Array("a\"b".utf8))
    change(&located)
    return located
  }

  func lines(_ rejects: [LocatedReject], mapping: String? = nil, sha256: String? = nil) throws -> [String] {
    let space = try Workspace()
    let writer = try RejectFileWriter(
      path: space.path("rejects"), startedAt: 1_714_557_600_000, mapping: mapping, sha256: sha256)
    for reject in rejects { try writer.write(reject) }
    #expect(space.text("rejects") == nil)
    try writer.finish()
    return (space.text("rejects") ?? "").split(separator: "\n").map(String.init)
  }

  @Test func everythingKnown() throws {
    let full = reject {
      $0.reject.hint = "say when"
      $0.reject.column = 3
      $0.reject.rule = "order"
      $0.reject.place = MappingPlace(file: "shop.yaml", line: 12)
    }
    #expect(
      try lines([full], mapping: "shop", sha256: "ab12") == [
        "{\"v\":1,\"at\":\"2024-05-01T10:00:00.000Z\",\"class\":\"record\",\"code\":\"R101\","
          + "\"message\":\"no \\\"time\\\"\",\"hint\":\"say when\",\"where\":{\"input\":\"access.log\","
          + "\"record\":7,\"line\":8,\"column\":3,\"offset\":512},\"mapping\":{\"name\":\"shop\","
          + "\"sha256\":\"ab12\",\"file\":\"shop.yaml\",\"line\":12,\"rule\":\"order\"},\"raw\":\"a\\\"b\"}"
      ])
  }

  @Test func unknownIsLeftOut() throws {
    let bare = reject {
      $0.record = 0
      $0.line = 0
      $0.offset = 0
      $0.reject.rule = nil
    }
    #expect(
      try lines([bare])[0].hasSuffix("\"where\":{\"input\":\"access.log\"},\"raw\":\"a\\\"b\"}"))
  }

  @Test(arguments: [[0xFF], [0x61, 0xC3], [0xC3, 0x28, 0x00], [0xED, 0xA0, 0x80, 0x0A]] as [[UInt8]])
  func rawThatIsNotUTF8IsByteExact(_ raw: [UInt8]) throws {
    let line = try lines([reject { $0.raw = raw }])[0]
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    #expect(object?["raw"] == nil)
    #expect((object?["raw_base64"] as? String).flatMap { Data(base64Encoded: $0) }.map(Array.init) == raw)
  }

  @Test(arguments: ["", "zażółć\u{0}\u{1b}[31m\t", String(repeating: "ł", count: 50_000)])
  func rawIsByteExact(_ raw: String) throws {
    let line = try lines([reject { $0.raw = Array(raw.utf8) }])[0]
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    #expect(object?["raw"] as? String == raw)
  }
}

@Suite struct SegmentWriterTests {
  /// Two states that begin at once see nothing of each other but a file at work.
  @Test func aFileAtWorkIsNotTaken() throws {
    let space = try Workspace()
    func writer() throws -> SegmentWriter { try SegmentWriter(folder: space.folder, stem: "shop", recorded: nil) }
    let late = try writer()
    let first = try writer()
    try write("{}", to: first)
    #expect(code { _ = try writer() } == "O206")
    #expect(code { try write("[]", to: late) } == "O206")
    _ = try first.prepare()
    try first.settle()
    #expect(try space.names() == ["shop-000001.ndjson"])
    #expect(try String(contentsOfFile: space.path("shop-000001.ndjson"), encoding: .utf8) == "{}\n")
    // What a run left that is over is removed.
    try space.write("other-000001.ndjson.part", "torn")
    _ = try SegmentWriter(folder: space.folder, stem: "other", recorded: nil)
    #expect(try space.names() == ["shop-000001.ndjson"])
  }
}
