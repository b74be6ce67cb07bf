import Foundation
import TestSupport
import Testing

/// docs/ids.md is true: its program, its table and the command agree on every id.
@Suite struct IDRecipeTests {
  private static let page = String(
    decoding: (try? Data(contentsOf: Repository.root.appendingPathComponent("docs/ids.md"))) ?? Data(), as: UTF8.self)

  private static let program = String(
    page.split(separator: "```python\n").dropFirst().first?.split(separator: "```").first ?? "")

  /// The table below the program.
  private static let ids = Dictionary(
    page.matches(of: /\| `([a-z]+)` \| `([0-9a-f-]{36})` \|/).map { (String($0.1), String($0.2)) },
    uniquingKeysWith: { first, _ in first })

  /// The log line that the program gives a name.
  private func line(_ name: String) throws -> String {
    let written = try Regex("(?m)^\(name) = b'(.*)'$", as: (Substring, Substring).self)
    return String(try #require(Self.program.firstMatch(of: written)).1)
  }

  private func payloads(_ lines: [String], _ mapping: String) throws -> [[String: Any]] {
    let space = try Workspace()
    let log = try space.write("a.log", Material.text(lines))
    let mapping = Repository.root.path + "/Mappings/\(mapping).yaml"
    let result = try Binary.run(["convert", log, "-m", mapping, "-q"], environment: ["PROFILE_SALT": "salt"])
    #expect(result.status == 0, "\(result.errors)")
    return try result.lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:] }
  }

  private func events(_ payload: [String: Any]) -> [String] {
    (payload["events"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
  }

  @Test func convertMakesTheIDsOfThePage() throws {
    #expect(Self.ids.count == 5)
    let line = try line("line")
    let visit = try #require(try payloads([line, line], "everything").first)
    #expect(events(visit) == [Self.ids["event"], Self.ids["again"]])
    #expect((visit["session"] as? [String: Any])?["id"] as? String == Self.ids["session"])
    #expect((visit["profile"] as? [String: Any])?["id"] as? String == Self.ids["profile"])
    let purchase = try #require(try payloads([try self.line("bought")], "nginx-shop").first)
    #expect(events(purchase) == [Self.ids["purchase"]])
  }

  private static let hasPython = (try? Binary.shell("python3 -c 'import uuid'").status) == 0

  @Test(.enabled(if: hasPython)) func theProgramGivesThem() throws {
    let space = try Workspace()
    let names = Self.ids.keys.sorted()
    try space.write("ids.py", Self.program + "print(\(names.joined(separator: ", ")))\n")
    let result = try Binary.shell("PYTHONUTF8=1 python3 \"$1\"", space.path("ids.py"))
    #expect(result.lines.first == names.compactMap { Self.ids[$0] }.joined(separator: " "), "\(result.errors)")
  }
}
