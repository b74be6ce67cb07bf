import Foundation
import TestSupport
import Testing

/// What a run says of itself, and where it says it.
@Suite struct SummaryTests {
  private let space: Workspace

  init() throws { space = try Workspace() }

  private func line(_ time: String) -> String { Material.line.replacing("10:00:00", with: time) }

  /// A lateness, and what of `session` would mend it: no disorder may be longer than the gap.
  @Test(arguments: [
    ("10m", "09:55:30", "disorder", "5m"), ("10m", "09:50:00", "disorder", "10m"), ("10m", "09:49:59", "mode", "exact"),
    ("90s", "09:58:40", "disorder", "90s"), ("90s", "09:00:00", "mode", "exact"),
  ])
  func remedyOfLateRecords(gap: String, time: String, key: String, value: String) throws {
    let log = try space.write("late.log", Material.text([Material.line, line(time)]))
    let text = Material.mapping.replacing("gap: 10m", with: "gap: \(gap)")
    let mapping = try space.write("m.yaml", text)
    let result = try Binary.run(["convert", log, "-m", mapping, "--summary", space.path("s")])
    #expect(result.errors.contains("session.\(key): \(value) would "), "\(result.errors)")
    let late = try space.json("s")["late"] as? [String: Any]
    #expect(late?["proposed_\(key)"] as? String == value)
    #expect(late?.count == 6, "\(late ?? [:])")
    let preview = try Binary.run(["preview", log, "-m", mapping])
    #expect(String(decoding: preview.output, as: UTF8.self).contains("session.\(key): \(value) would "))

    // It can be written so, and then nothing is late.
    let mended = try space.write("n.yaml", text.replacing("disorder: 1m", with: "\(key): \(value)"))
    let again = try Binary.run(["convert", log, "-m", mended])
    #expect(again.status == 0 && !again.errors.contains("late"), "\(again.errors)")
  }

  /// The README's first example, but for how long it took.
  @Test func readme() throws {
    let text = try String(contentsOfFile: SniffTests.root + "/README.md", encoding: .utf8)
    let block = try #require(text.components(separatedBy: "```").dropFirst().first).split(separator: "\n").dropFirst()
    let command = try #require(block.first).split(separator: " ").dropFirst(2).map(String.init)
    let arguments = command.map { $0.contains("/") ? SniffTests.root + "/\($0)" : $0 }
    let result = try Binary.run(arguments.dropLast() + [space.path("payloads.ndjson")])
    let said = result.errors.replacing(SniffTests.root + "/", with: "").split(separator: "\n")
    #expect(said.dropFirst() == block.dropFirst(2), "\(result.errors)")
  }

  /// A follow-up closes its visits in `exact`: that is no remedy there.
  @Test func noSortingIsProposedToAFollowUp() throws {
    let log = try space.write("late.log", Material.text([Material.line, line("09:00:00")]))
    let mapping = try space.write("m.yaml", Material.mapping)
    let result = try Binary.run([
      "convert", log, "-m", mapping, "--state", space.path("state"), "--follow-up", "-o", space.path("o"),
    ])
    #expect(result.status == 0 && !result.errors.contains("exact"), "\(result.errors)")
  }

  @Test func bytesOfPayloadsAreThoseOfTheFile() throws {
    let log = try space.write("a.log", Material.text(Material.log(lines: 500, bad: 0)))
    let mapping = try space.write("m.yaml", Material.mapping)
    for mode in ["stream", "exact"] {
      try space.write("m.yaml", Material.mapping.replacing("disorder: 1m", with: "mode: \(mode)"))
      let result = try Binary.run([
        "convert", log, "-m", mapping, "-q", "-o", space.path("o"), "--summary", space.path("s"),
      ])
      #expect(result.status == 0)
      let payloads = try space.json("s")["payloads"] as? [String: Any]
      #expect(payloads?["bytes"] as? Int == (try space.read("o").count))
    }
  }

  // MARK: Standard output

  @Test func summaryAndRejectsOnStandardOutput() throws {
    let log = try space.write("b.log", Material.text([Material.line, "broken"]))
    let mapping = try space.write("m.yaml", Material.mapping)
    let base = "cd \"$1\"; $trackfill convert b.log -m m.yaml -q "
    let summary = try Binary.shell(base + "-o o --summary -", space.folder)
    let parsed = try JSONSerialization.jsonObject(with: summary.output) as? [String: Any]
    #expect(summary.status == 3 && parsed?["exit"] as? Int == 3)
    let rejects = try Binary.shell(base + "-o o --rejects -", space.folder)
    #expect(rejects.status == 3 && rejects.lines.count == 1)
    #expect(rejects.lines.first?.contains("\"raw\":\"broken\"") == true)
    // Also where the run fails, since they say why.
    let tooMany = try Binary.shell(base + "-o o --max-rejects 0 --rejects -", space.folder)
    #expect(tooMany.status == 4 && tooMany.lines.count == 1)
    #expect(try space.names() == ["b.log", "m.yaml", "o"])
    #expect([log, mapping].allSatisfy { FileManager.default.fileExists(atPath: $0) })
  }

  @Test(arguments: ["--summary -", "--rejects -", "-o o --summary - --rejects -", "-o - --summary -"])
  func standardOutputHoldsOneThing(_ options: String) throws {
    try space.write("b.log", Material.line + "\n")
    try space.write("m.yaml", Material.mapping)
    let result = try Binary.shell("cd \"$1\"; $trackfill convert b.log -m m.yaml \(options)", space.folder)
    #expect(result.status == 64 && result.output.isEmpty && result.errors.contains("error[U105]"), "\(result.errors)")
    #expect(try space.names() == ["b.log", "m.yaml"])
  }

  @Test func pageOnStandardOutput() throws {
    try space.write("b.log", Material.line + "\n")
    try space.write("m.yaml", Material.mapping)
    let page = try Binary.shell("cd \"$1\"; $trackfill preview b.log -m m.yaml --html -", space.folder)
    #expect(page.status == 0 && String(decoding: page.output.prefix(9), as: UTF8.self) == "<!doctype")
    let both = try Binary.shell("cd \"$1\"; $trackfill preview b.log -m m.yaml --html - --format text", space.folder)
    #expect(both.status == 64 && both.output.isEmpty && both.errors.contains("error[U105]"), "\(both.errors)")
    #expect(try space.names() == ["b.log", "m.yaml"])
  }

  /// A summary in the place of an input that a pattern found.
  @Test(arguments: ["", "--state s --follow-up"])
  func noInputIsOverwritten(_ options: String) throws {
    try space.write("b.log", Material.line + "\n")
    try space.write("m.yaml", Material.mapping)
    let result = try Binary.shell(
      "cd \"$1\"; $trackfill convert '*.log' -m m.yaml \(options) -o o --summary b.log", space.folder)
    #expect(result.status == 64 && result.errors.contains("error[U107]"), "\(result.errors)")
    // Nor is it where the run fails for another reason.
    let failing = try Binary.shell(
      "cd \"$1\"; $trackfill convert none.log '*.log' -m none.yaml \(options) -o o --summary b.log", space.folder)
    #expect(failing.status == 64, "\(failing.errors)")
    #expect(String(decoding: try space.read("b.log"), as: UTF8.self) == Material.line + "\n")
  }

  @Test func summaryOfAFollowUpOnStandardOutput() throws {
    try space.write("b.log", Material.line + "\n")
    try space.write("m.yaml", Material.mapping)
    let result = try Binary.shell(
      "cd \"$1\"; $trackfill convert b.log -m m.yaml -q --state s --follow-up -o o --summary -", space.folder)
    let parsed = try JSONSerialization.jsonObject(with: result.output) as? [String: Any]
    #expect(result.status == 0 && parsed?["exit"] as? Int == 0)
    #expect(try space.names() == ["b.log", "m.yaml", "o", "s"])
  }
}
