import Foundation
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
}
