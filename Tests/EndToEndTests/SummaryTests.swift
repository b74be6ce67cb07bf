import Foundation
import Testing

/// What a run says of itself, and where it says it.
@Suite struct SummaryTests {
  private let space: Workspace

  init() throws { space = try Workspace() }

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
