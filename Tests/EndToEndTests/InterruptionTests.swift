import Foundation
import Glibc
import TestSupport
import Testing

/// What cuts a run short leaves nothing half-written.
@Suite struct InterruptionTests {
  private let space: Workspace
  private let mapping: String

  init() throws {
    space = try Workspace()
    mapping = try space.write("m.yaml", Material.mapping)
  }

  /// A pipe from which one line comes and no more, and its open end.
  private func silentPipe() -> (path: String, end: Int32) {
    let pipe = space.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    // Opened for both, so that nobody waits for the other end.
    let end = open(pipe, O_RDWR)
    let line = Material.line + "\n"
    _ = line.withCString { Glibc.write(end, $0, strlen($0)) }
    return (pipe, end)
  }

  @Test func closedPipe() throws {
    let log = try space.write("a.log", Material.text(Material.log(lines: 6_000)))
    let result = try Binary.shell(
      #"{ "$trackfill" convert "$1" -m "$2"; echo $? >"$3"; } | head -1"#, log, mapping, space.path("status"))
    #expect(result.lines.count == 1)
    #expect(String(decoding: try space.read("status"), as: UTF8.self) == "0\n")
    #expect(result.errors.isEmpty)
  }

  /// Who reads the rejects may have seen enough of them; the payloads go to a file, and all of them.
  @Test(arguments: [("100%", "3", true), ("1%", "4", false)])
  func nobodyReadsTheRejects(_ most: String, _ status: String, _ isWritten: Bool) throws {
    let lines = Material.log(lines: 6_000).flatMap { [$0, "broken"] }
    let log = try space.write("a.log", Material.text(lines))
    let result = try Binary.shell(
      #"{ "$trackfill" convert "$1" -m "$2" -o "$3" --rejects - --max-rejects "$4" -q; echo $? >"$5"; } | head -1"#,
      log, mapping, space.path("o"), most, space.path("status"))
    #expect(result.lines.count == 1)
    #expect(String(decoding: try space.read("status"), as: UTF8.self) == status + "\n", "\(result.errors)")
    #expect(try space.names().contains("o") == isWritten)
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func signalWhileWaitingForInput(number: Int32, status: Int32) throws {
    let (pipe, end) = silentPipe()
    defer { close(end) }
    let running = try Binary.start(
      [
        "convert", "-", "-m", mapping, "-o", space.path("o"), "--rejects", space.path("r"), "--threads", "2",
        "--summary", space.path("s"),
      ], input: pipe)
    #expect(running.waits(for: end))
    running.signal(number)
    let result = running.wait()
    #expect(result.status == status)
    #expect(result.errors.contains("interrupted while waiting for input; "))
    #expect(try space.names() == ["m.yaml", "pipe", "s"])
    #expect(try space.json("s")["output_complete"] as? Bool == false)
  }

  @Test func signalWhileWorking() throws {
    let log = try space.write("a.log", Material.text(Material.log(lines: 150_000)))
    try space.write("o", "what was there before")
    let running = try Binary.start([
      "convert", log, "-m", mapping, "-o", space.path("o"), "--rejects", space.path("r"), "--summary", space.path("s"),
      "--block-size", "16K",
    ])
    // As soon as it writes.
    #expect(try running.brings { try space.names().count >= 5 })
    running.signal(SIGINT)
    let result = running.wait()
    #expect(result.status == 130)
    #expect(result.errors.contains("interrupted"))
    #expect(String(decoding: try space.read("o"), as: UTF8.self) == "what was there before")
    #expect(try space.names() == ["a.log", "m.yaml", "o", "s"])
    #expect(try space.json("s")["output_complete"] as? Bool == false)
  }

  /// A first signal waits for the outputs to be whole; a second one does not, and leaves nothing behind either.
  @Test func secondSignalWhileFinishing() throws {
    let pipe = space.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    // Opened for both, so that nobody waits for the other end; but nobody reads.
    let end = open(pipe, O_RDWR)
    defer { close(end) }
    // More rejects than a pipe takes, and fewer than are written before the end.
    let log = try space.write("a.log", Material.text([Material.line] + Array(repeating: "broken", count: 400)))
    let running = try Binary.start([
      "convert", log, "-m", mapping, "-o", space.path("o"), "--rejects", pipe, "--max-rejects", "100%",
    ])
    var waiting: Int32 = 0
    for _ in 0..<10_000 where waiting == 0 {
      _ = ioctl(end, UInt(FIONREAD), &waiting)
      usleep(1_000)
    }
    #expect(waiting > 0)
    #expect(try space.names().count == 4)
    running.signal(SIGINT)
    usleep(300_000)
    running.signal(SIGTERM)
    let result = running.wait()
    #expect(result.status == 130)
    #expect(result.errors.contains("interrupted; "))
    #expect(try space.names() == ["a.log", "m.yaml", "pipe"])
  }

  /// A preview writes at its end: who interrupts it is told that there is none.
  @Test(
    arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)],
    [["--html", "page.html"], ["--against", "m.yaml"], ["--format", "json", "--limit", "all"]])
  func signalDuringAPreview(_ signal: (number: Int32, status: Int32), _ options: [String]) throws {
    let (pipe, end) = silentPipe()
    defer { close(end) }
    let running = try Binary.start(
      ["preview", "-", "-m", mapping] + options.map { $0.contains(".") ? space.path($0) : $0 }, input: pipe)
    #expect(running.waits(for: end))
    running.signal(signal.number)
    let result = running.wait()
    #expect(result.status == signal.status)
    #expect(result.errors == "trackfill: interrupted before the preview was complete; nothing was written\n")
    #expect(result.output.isEmpty)
    #expect(try space.names() == ["m.yaml", "pipe"])
  }

  @Test func cutOffCompression() throws {
    let lines = Material.log(lines: 3_000, bad: 0)
    let log = try space.write("a.log", Material.text(lines))
    let result = try Binary.shell(
      #"""
      gzip -c "$1" >"$1.gz" && head -c "$(($(wc -c <"$1.gz") / 2))" "$1.gz" >"$1.cut.gz"
      "$trackfill" convert "$1.cut.gz" -m "$2" -o "$3" --summary "$4"
      """#, log, mapping, space.path("o"), space.path("s"))
    #expect(result.status == 65)
    #expect(result.errors.contains("damaged"))
    let summary = try space.json("s")
    let records = try #require(summary["records"] as? Int)
    #expect(records > 500 && records < 3_000)
    // The same as from the complete records alone; the last one is the reject.
    let kept = try space.write("kept.log", Material.text(lines[..<(records - 1)]))
    let expected = try Binary.run(["convert", kept, "-m", mapping, "-q"])
    #expect(expected.status == 0)
    #expect(firstDifference(try space.read("o"), expected.output) == nil)
  }
}
