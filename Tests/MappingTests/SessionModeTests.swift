import Mapping
import Pipeline
import Testing

/// `session.mode`: its default, what it makes of other keys, and what becomes of a test under each.
@Suite struct SessionModeTests {
  static func mapping(_ rest: String, input: String = "{ reader: weblog, format: common }") -> String {
    """
    mapping: modes
    language: 1
    input: \(input)
    identity: { visitor: =ip, profile: { hash: visitor, salt: pepper } }
    events: [ { type: page-view } ]
    \(rest.contains("target:") ? "" : "target: { source: web }")
    \(rest)

    """
  }

  static func load(_ text: String) throws(Diagnostics) -> MappingPlan {
    try RealRun.load(Array(text.utf8), file: "m.yaml")
  }

  @Test(arguments: [
    ("{ reader: weblog, format: common }", "", SessionSettings.Mode.stream),
    ("{ reader: weblog, format: common }", "session: { gap: 1h }", .stream),
    ("{ reader: weblog, format: common }", "session: { mode: exact }", .exact),
    ("{ reader: csv, fields: { ip: string, at: instant }, time: at }", "", .exact),
    ("{ reader: csv, fields: { ip: string, at: instant }, time: at }", "session: { gap: 1h }", .exact),
    ("{ reader: csv, fields: { ip: string, at: instant }, time: at }", "session: { mode: stream }", .stream),
    ("{ reader: csv, fields: { ip: string, at: instant }, time: at }", "session: { mode: none }", .none),
    ("{ reader: jsonl, fields: { ip: string, at: instant }, time: at }", "", .exact),
  ])
  func mode(_ input: String, _ session: String, _ mode: SessionSettings.Mode) throws {
    let plan = try Self.load(Self.mapping(session, input: input))
    #expect(plan.sessions.mode == mode)
    #expect(plan.warnings.isEmpty)
  }

  @Test(arguments: [
    ("{ mode: stream, gap: 1h, disorder: 2m, late: new }", []),
    ("{ mode: exact, gap: 1h, max: 2h, cap: 9, midnight: UTC, split_when: =ip }", []),
    // Longer than the gap, which only matters where it is waited for.
    ("{ mode: exact, disorder: 2h, late: new }", ["disorder", "late"]),
    (
      "{ mode: none, gap: 1h, max: 2h, disorder: 1m, cap: 9, midnight: UTC, split_when: =ip, late: new }",
      ["gap", "max", "disorder", "cap", "split_when", "midnight", "late"]
    ),
  ])
  func keysWithoutEffect(_ session: String, _ keys: [String]) throws {
    let warnings = try Self.load(Self.mapping("session: \(session)")).warnings
    #expect(warnings.map(\.code) == keys.map { _ in "M213" })
    for key in keys {
      #expect(warnings.contains { $0.message.hasPrefix("'\(key)' has no effect in mode ") && $0.span != nil })
    }
  }

  @Test func theReadersDefaultIsExplained() throws {
    let warnings = try Self.load(
      Self.mapping(
        "session: { disorder: 1m }", input: "{ reader: csv, fields: { ip: string, at: instant }, time: at }")
    ).warnings
    #expect(warnings.map(\.code) == ["M213"])
    #expect(warnings.first?.remedy.contains("mode: stream") == true)
  }

  @Test func anUnknownModeIsAnError() throws {
    let error = #expect(throws: Diagnostics.self) { try Self.load(Self.mapping("session: { mode: batch }")) }
    #expect(error?.all.map(\.code) == ["M007"])
    #expect(error?.all.first?.remedy.contains("stream, exact, none") == true)
  }

  @Test(arguments: [
    ("{ debugger: true }", "{\"debugger\":true}"), ("{ saveSession: false }", nil),
    ("{ saveSession: false, debugger: true }", "{\"debugger\":true}"),
  ])
  func saveSessionIsSaidOnce(_ options: String, _ kept: String?) throws {
    let rest = "target: { source: web, options: \(options) }\nsession: { mode: none }"
    #expect(try Self.load(Self.mapping(rest)).sessions.options == kept)
  }

  @Test func saveSessionCannotBeTrue() throws {
    let error = #expect(throws: Diagnostics.self) {
      try Self.load(
        Self.mapping("target: { source: web, options: { saveSession: true } }\nsession: { mode: none }"))
    }
    #expect(error?.all.map(\.code) == ["M007"])
  }

  static let given = """
    tests:
      - name: out of order
        given: |
          192.0.2.1 - - [10/Sep/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5
          192.0.2.1 - - [10/Sep/2026:09:10:00 +0000] "GET /b HTTP/1.1" 200 5
          192.0.2.1 - - [10/Sep/2026:09:20:00 +0000] "GET /c HTTP/1.1" 200 5
          192.0.2.1 - - [10/Sep/2026:09:45:00 +0000] "GET /d HTTP/1.1" 200 5
    """

  @Test(arguments: [
    ("exact", "{ sessions: 1, payloads: 1, events: 4 }"), ("none", "{ sessions: 0, payloads: 4, events: 4 }"),
  ])
  func testsRunInTheMode(_ mode: String, _ expect: String) throws {
    let plan = try Self.load(
      Self.mapping("session: { mode: \(mode) }\n" + Self.given + "\n    expect: " + expect))
    let result = try RealRun.tester(plan).run(plan.tests[0])
    #expect(result.isPassed, "\(result.differences)")
  }
}
