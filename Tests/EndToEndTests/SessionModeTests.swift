import Foundation
import TestSupport
import Testing

/// The modes `exact` and `none` through the command.
@Suite struct SessionModeTests {
  private let space: Workspace
  private let log: String

  init() throws {
    space = try Workspace()
    log = try space.write("a.log", Material.text(Material.log(lines: 3_000)))
    try space.write("stream.yaml", Material.mapping)
    for mode in ["exact", "none"] {
      let mapping = Material.mapping.replacing(
        "session: { gap: 10m, disorder: 1m }",
        with: mode == "exact" ? "session: { mode: exact, gap: 10m }" : "session: { mode: none }")
      try space.write(mode + ".yaml", mapping)
    }
    try FileManager.default.createDirectory(atPath: space.path("tmp"), withIntermediateDirectories: true)
  }

  private func convert(_ mode: String, _ options: String...) throws -> Binary.Result {
    try Binary.run(
      ["convert", log, "-m", space.path(mode + ".yaml"), "-q"] + options, environment: ["TMPDIR": space.path("tmp")])
  }

  @Test func exactGivesTheBytesOfStream() throws {
    let stream = try convert("stream")
    #expect(stream.status == 3)
    #expect(stream.lines.count > 100)
    for options in [["1", "4K", "64K"], ["4", "16K", "600K"], ["3", "1M", "256M"]] {
      let exact = try convert(
        "exact", "--threads", options[0], "--block-size", options[1], "--memory", options[2], "--summary",
        space.path("s.json"))
      #expect(exact.status == 3)
      #expect(firstDifference(exact.output, stream.output) == nil)
      let spilled = (try space.json("s.json")["sessions"] as? [String: Any])?["spilled_bytes"] as? Int ?? 0
      #expect((spilled > 0) == (options[2] != "256M"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: space.path("tmp")).isEmpty)
  }

  @Test func aRangeAsInStream() throws {
    let range = ["--from", "2026-09-10T01:00:00Z", "--to", "2026-09-10T02:00:00Z"]
    let stream = try convert("stream", range[0], range[1], range[2], range[3])
    let exact = try convert("exact", range[0], range[1], range[2], range[3])
    #expect(stream.lines.count > 10)
    #expect(exact.output == stream.output)
  }

  @Test func aPayloadARecord() throws {
    let one = try convert("none", "--threads", "1", "--summary", space.path("s.json"))
    let other = try convert("none", "--threads", "4", "--block-size", "4K", "--memory", "64K")
    #expect(firstDifference(one.output, other.output) == nil)
    let summary = try space.json("s.json")
    #expect(one.lines.count == summary["mapped"] as? Int)
    for line in one.lines.prefix(50) {
      let payload = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      #expect(Set(payload.keys) == ["source", "profile", "events", "options"])
      #expect(payload["options"] as? [String: Bool] == ["saveSession": false])
    }
    #expect((summary["sessions"] as? [String: Int])?["emitted"] == 0)
  }

  /// Limits of a process act like a disk that is full.
  @Test(arguments: ["exact", "none"])
  func aFullDisk(_ mode: String) throws {
    let result = try Binary.shell(
      #"cd "$1"; ulimit -f 64; TMPDIR=tmp $trackfill convert a.log -m "$2.yaml" --memory 64K -q -o o"#,
      space.folder, mode)
    #expect(result.status == 74)
    #expect(result.errors.contains("error[O205]: the temporary file for sorting "))
    #expect(result.errors.contains(" in tmp: file too large"))
    #expect(try space.names() == ["a.log", "exact.yaml", "none.yaml", "stream.yaml", "tmp"])
  }

  @Test(arguments: ["exact", "none"])
  func nothingToRead(_ mode: String) throws {
    try space.write("empty.log", "")
    let result = try Binary.run(["convert", space.path("empty.log"), "-m", space.path(mode + ".yaml")])
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
  }
}
