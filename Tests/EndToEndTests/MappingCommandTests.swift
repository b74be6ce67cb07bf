import Foundation
import TestSupport
import Testing

/// `check` and `test` as a user runs them.
@Suite struct MappingCommandTests {
  private let space: Workspace
  private static let mapping = """
    mapping: commands
    language: 1
    input: { reader: weblog, format: combined }
    drop: [ { reason: asset, when: { path: "*.css" } } ]
    identity: { visitor: =ip, profile: { hash: visitor, salt: test } }
    target: { source: test }
    events:
      - type: visited
        properties: { path: =path, status: =status }

    """
  private static let tests = """
    tests:
      - name: a page
        given: |
          192.0.2.1 - - [10/Sep/2026:10:00:00 +0000] "GET /ü HTTP/1.1" 200 5 "-" "A"
        expect:   # what must come
          sessions: 1
          events:
            - { type: visited, properties: { path: /a, status: 200 } }

    """

  init() throws {
    space = try Workspace()
    let good = Self.mapping + Self.tests.replacing("/a,", with: "/ü,")
    try space.write("good.yaml", good)
    try space.write("bad.yaml", good.replacing("=status", with: "=sttaus"))
    try space.write("env.yaml", good.replacing("salt: test", with: "salt: env(TRACKFILL_TEST_UNSET)"))
    try space.write("failing.yaml", Self.mapping + Self.tests)
    try space.write("untested.yaml", Self.mapping)
    try space.write("note.txt", "no mapping")
  }

  private func run(_ arguments: String...) throws -> Binary.Result {
    try Binary.run(
      arguments.map { [".yaml", "/", "*"].contains(where: $0.hasSuffix) ? space.path($0) : $0 }, environment: [:])
  }

  private func text(_ result: Binary.Result) -> String { String(decoding: result.output, as: UTF8.self) }

  /// Arguments, status, a part of the summary.
  @Test(
    arguments: [
      (["good.yaml"], 0, "1 mapping checked: 0 errors, 0 warnings"),
      (["bad.yaml"], 78, "1 mapping checked: 1 error, 0 warnings"),
      (["env.yaml"], 0, "0 errors, 1 warning"),
      (["good.yaml", "bad.yaml", "good.yaml"], 78, "2 mappings checked: 1 error"),
      (["none.yaml", "bad.yaml"], 66, "1 mapping checked: 2 errors"),
      (["/"], 78, "5 mappings checked: 1 error, 2 warnings"),
      (["none*"], 66, "0 mappings"),
    ] as [([String], Int32, String)])
  func check(_ files: [String], _ status: Int32, _ summary: String) throws {
    let result = try Binary.run(["check"] + files.map { space.path($0) })
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(summary), "\(result.errors)")
    #expect(result.output.isEmpty == (status == 0 && !summary.contains("1 warning")))
  }

  @Test func findingsAreTextOrJSON() throws {
    let text = text(try run("check", "bad.yaml"))
    #expect(text.contains("bad.yaml:9:41: error[M101]: unknown field 'sttaus'\n"))
    #expect(text.contains("= did you mean 'status'?"))
    let result = try run("check", "bad.yaml", "env.yaml", "none.yaml", "--format", "json")
    let findings = try #require(try JSONSerialization.jsonObject(with: result.output) as? [[String: Any]])
    #expect(findings.map { $0["code"] as? String } == ["I101", "M101", "M202"])
    let first = try #require(findings.first { $0["code"] as? String == "M101" })
    #expect(first["severity"] as? String == "error" && first["file"] as? String == space.path("bad.yaml"))
    #expect(first["line"] as? Int == 9 && first["column"] as? Int == 41 && first["length"] as? Int == 6)
    #expect(first["remedy"] as? String == "did you mean 'status'?")
    #expect(try run("check", "good.yaml", "--format", "json").lines == ["[]"])
    #expect(try run("check", "good.yaml", "--format", "xml").status == 64)
  }

  @Test func testsPassAndFail() throws {
    let good = try run("test", "good.yaml")
    #expect(good.status == 0)
    #expect(text(good).hasSuffix("good.yaml: 1 test passed\n"))
    let bad = try run("test", "good.yaml", "failing.yaml")
    #expect(bad.status == 1)
    #expect(
      text(bad).contains(
        """
        failing.yaml:11:11: failed: a page
          \(space.path("failing.yaml")):17:48: $.events[0].properties.path
            expected  /a
            actual    "/ü"
        """), "\(text(bad))")
    #expect(bad.errors.contains("2 tests in 2 mappings: 1 passed, 1 failed"))
    #expect(try run("test", "failing.yaml", "bad.yaml").status == 78)
    #expect(try run("test", "failing.yaml", "none.yaml").status == 66)
    let none = try run("test", "untested.yaml")
    #expect(none.status == 0)
    #expect(text(none).contains("no tests"))
    #expect(try run("test", "env.yaml").status == 0)
  }

  @Test func resultsAsJSON() throws {
    let result = try run("test", "failing.yaml", "--format", "json")
    #expect(result.status == 1)
    let reports = try #require(try JSONSerialization.jsonObject(with: result.output) as? [[String: Any]])
    let test = try #require((reports.first?["tests"] as? [[String: Any]])?.first)
    #expect(test["name"] as? String == "a page" && test["passed"] as? Bool == false)
    let difference = try #require((test["differences"] as? [[String: Any]])?.first)
    #expect(difference["path"] as? String == "$.events[0].properties.path" && difference["line"] as? Int == 17)
    let coverage = try #require(reports.first?["coverage"] as? [[String: Any]])
    #expect(coverage.map { $0["hits"] as? Int } == [1, 0])
  }

  @Test func coverageNamesWhatIsNeverReached() throws {
    let text = text(try run("test", "good.yaml", "--coverage"))
    #expect(text.contains("  rule   visited       1\n"))
    #expect(text.contains("  drop   asset         0  never; \(space.path("good.yaml")):4:19\n"), "\(text)")
  }

  @Test func updateChangesNothingButExpectations() throws {
    let before = Self.mapping + Self.tests
    let result = try run("test", "failing.yaml", "--update")
    #expect(result.status == 0)
    #expect(text(result).contains("1 test passed, expectations rewritten"))
    let after = String(decoding: try space.read("failing.yaml"), as: UTF8.self)
    #expect(after == before.replacing("{ path: /a, status: 200 }", with: "{ path: \"/ü\", status: 200 }"))
    #expect(try space.names().filter { $0.contains("part") } == [])
    let again = try run("test", "failing.yaml", "--update")
    #expect(!text(again).contains("rewritten"))
    #expect(try Binary.run(["test", "-", "--update"]).status == 64)
  }

  @Test func aClosedPipeIsNoError() throws {
    let result = try Binary.shell(
      "\"$trackfill\" explain | head -1; \"$trackfill\" check \"$1\" >&-; true", space.path("good.yaml"))
    #expect(result.lines.count == 1)
    #expect(result.errors == "1 mapping checked: 0 errors, 0 warnings\n")
    #expect(try Binary.run(["explain"], output: "/dev/full").status == 74)
  }
}
