import Mapping
import Pipeline
import Testing

/// Tests inside mappings: what passes, what fails and how, and what `updated` writes.
@Suite struct MappingTesterTests {
  static let head = """
    mapping: tester
    language: 1
    input: { reader: weblog, format: common }
    drop: [ { reason: error, when: { status: 500..599 } }, { reason: asset, when: { path: "*.css" } } ]
    identity: { visitor: =ip, profile: { hash: visitor, salt: pepper } }
    target: { source: web, context: { utm.source: =parse_query(query.or("")).?s, page: =path } }
    events: [ { type: search, needs: [query], properties: { q: =query, n: =status } }, { type: page-view, properties: { p: =path } } ]

    """

  /// A visitor, a time of day, a target and a status as a line.
  static func line(_ ip: Int, _ time: String, _ target: String, _ status: Int = 200) -> String {
    "192.0.2.\(ip) - - [10/Sep/2026:\(time) +0000] \"GET \(target) HTTP/1.1\" \(status) 5"
  }

  static let given =
    "      " + line(1, "10:00:00", "/a?s=x") + "\n      " + line(2, "10:00:01", "/b") + "\n      "
    + line(1, "10:00:02", "/c", 503) + "\n      broken\n"

  static func mapping(_ expect: String) -> String {
    head + "tests:\n  - name: one   # kept\n    given: |\n" + given + "    expect:" + expect + "\n"
  }

  static func load(_ text: String) throws(Diagnostics) -> MappingPlan {
    try RealRun.load(Array(text.utf8), file: "t.yaml")
  }

  static func run(_ text: String) throws -> [TestResult] {
    let plan = try load(text)
    return try plan.tests.map { try RealRun.tester(plan).run($0) }
  }

  static func updated(_ text: String) throws -> String? {
    try RealRun.tester(load(text)).updated(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    " { sessions: 2, payloads: 2, events: 2, unmatched: 0, dropped: 1, rejected: 1 }",
    " { dropped: { error: 1, asset: 0 }, rejected: { R102: 1, R203: 0 } }",
    "\n      events:\n        - { type: search, properties: { q: s=x, n: 200.0 } }\n        - properties: { p: /b }",
    " { events: [ {}, { properties.p: /b } ] }", " { context: [ { utm.source: x, page: /a }, { page: /b } ] }",
    " { payloads: [ { session: {}, events: [ { type: search } ] }, { source: { id: web } } ] }",
    " { profile: { metadata: {} } }",
  ])
  func holds(_ expect: String) throws {
    let results = try Self.run(Self.mapping(expect))
    #expect(results.count == 1 && results[0].isPassed, "\(results[0].differences)")
    #expect(try Self.updated(Self.mapping(expect)) == nil)
    #expect(results[0].rejects.map(\.code) == ["R102"])
    #expect(results[0].rejects[0].span == SourceSpan(line: 14, column: 13, length: 1))
  }

  /// A number is what it means, however it is written.
  @Test(arguments: [
    ("1e+22", "10000000000000000000000", true), ("1e+22", "10000000000000000000001", false), ("2e2", "200", true),
    ("0.0", "-0", true), ("0e99", "0", true), ("100", "1", false),
    ("1e99999999999999999999", "1e88888888888888888888", false), ("1.50E-3", "0.0015", true), ("-1e2", "100", false),
    ("12345678901234567890", "12345678901234567891", false),
  ])
  func numbersByValue(one: String, other: String, areSame: Bool) throws {
    let value = try #require(JSONValue(one))
    #expect(value.isSame(as: try #require(JSONValue(other))) == areSame)
    let list = try #require(JSONValue("{\"a\":[\(one)]}"))
    #expect(list.isSame(as: try #require(JSONValue("{\"a\":[\(other)]}"))) == areSame)
  }

  /// A text that the reader cannot make anything of is its own test's failure, in its place.
  @Test func anUnreadableTextFailsAlone() throws {
    func text(_ sessions: Int) -> String {
      """
      mapping: tester
      language: 1
      input: { reader: csv, fields: { at: instant, id: string } }
      identity: { visitor: =id, profile: { hash: visitor, salt: pepper } }
      target: { source: web }
      events: [ { type: t, id: =id } ]
      tests:
        - name: misspelt
          given: |
            att,id
            2026-09-10T12:00:00Z,1
        - name: good
          given: |
            at,id
            2026-09-10T12:00:00Z,1
          expect: { sessions: \(sessions) }

      """
    }
    let results = try Self.run(text(1))
    #expect(results.map(\.isPassed) == [false, true])
    #expect(results[0].rejects.map(\.code) == ["I203"] && !results[0].isReadable)
    #expect(results[0].rejects[0].span?.line == 9 && results[0].rejects[0].file == "t.yaml")
    #expect(try Self.updated(text(2)) == text(1))
  }

  /// What payloads can have can be expected: sums of doubles, long numbers, and characters that YAML does not read as they are.
  @Test func whateverComesCanBeExpected() throws {
    let text =
      Self.head.replacing(
        "n: =status", with: "sum: '=0.1 + 0.2', big: '=123456789012345678', huge: '=1e16', t: =url_decode(query)")
      + "tests:\n- name: one\n  given: '" + Self.line(1, "10:00:00", "/a?%C2%85%EF%BB%BF%E2%80%A8%C2%9F%EF%BF%BE")
      + "'\n"
    let new = try #require(try Self.updated(text))
    let differences = try Self.run(new).flatMap(\.differences)
    #expect(differences.isEmpty, "\(differences)")
    #expect(new.contains("sum: 0.30000000000000004, big: 123456789012345678, huge: 1e+16"))
    #expect(new.contains(#"\u0085\ufeff\u2028\u009f\ufffe"#))
    #expect(try Self.run(new.replacing("5678, huge", with: "5679, huge"))[0].isPassed == false)
  }

  /// A number that is text in `properties` because of its length is the same text here.
  @Test(arguments: [("1234567890123456", true), ("'1234567890123456'", true), ("1234567890123457", false)])
  func longNumbersAreTextWhereTheyWereWrittenSo(_ expected: String, _ holds: Bool) throws {
    let text = Self.head.replacing("n: =status", with: "n: 1234567890123456")
    let given = "  given: '" + Self.line(1, "10:00:00", "/a?s=x") + "'\n"
    let expect = "  expect: { events: [ { properties: { n: \(expected) } } ] }\n"
    #expect(try Self.run(text + "tests:\n- name: one\n" + given + expect)[0].isPassed == holds)
  }

  /// An expectation, the first difference, and what `updated` makes of the expectation.
  @Test(
    arguments: [
      (" { sessions: 1 }  # why", "$.sessions 1 2", " { sessions: 2 }  # why"),
      (" { dropped: { error: 0, asset: 1 } }", "$.dropped.error 0 1", " { dropped: { error: 1, asset: 0 } }"),
      (" { rejected: { R101: 1 } }", "$.rejected.R101 1 0", " { rejected: { R101: 0 } }"),
      (
        "\n      # first\n      events:\n        - { type: search, properties: { n: 201 } }   # one\n        - type: page-view   # two\n          properties: { p: /x }\n      sessions: 2",
        "$.events[0].properties.n 201 200",
        "\n      # first\n      events:\n        - { type: search, properties: { n: 200 } }   # one\n        - { type: page-view, properties: { p: /b } }\n      sessions: 2"
      ),
      (
        " { events: [ { type: page-view } ] }", "$.events 1 in the list: page-view 2 in the list: search, page-view",
        " { events: [{ type: search, properties: { q: \"s=x\", n: 200 }, context: {} }, { type: page-view }] }"
      ),
      (
        "\n      events:\n      - { type: search }\n      - { type: page-view }\n      - { type: page-view }\n      rejected: 1",
        "$.events 3 in the list: search, page-view, page-view 2 in the list: search, page-view",
        "\n      events:\n      - { type: search }\n      - { type: page-view }\n      rejected: 1"
      ),
      (
        " { events: [ { properties: { n: \"200\" } }, {} ] }", "$.events[0].properties.n \"200\" 200",
        " { events: [ { properties: { n: 200 } }, {} ] }"
      ),
      (
        " { context: { page: /a } }", "$.context[1].page /a /b", " { context: [{ page: /a }, { page: /b }] }"
      ),
    ] as [(String, String, String)])
  func fails(_ expect: String, _ difference: String, _ becomes: String) throws {
    let results = try Self.run(Self.mapping(expect))
    let first = try #require(results[0].differences.first)
    #expect("\(first.path) \(first.expected) \(first.actual)" == difference)
    #expect(!results[0].isPassed)
    let text = try #require(try Self.updated(Self.mapping(expect)))
    #expect(text == Self.mapping(becomes.replacing(", context: {}", with: "")))
    #expect(try Self.run(text)[0].isPassed)
  }

  /// Expectations that are not there yet; byte order mark, carriage returns and no line end at the end of the file.
  @Test(arguments: [false, true]) func missingExpectationsAreAdded(_ isWindows: Bool) throws {
    var text =
      Self.head + "tests:\n- name: ünï\n  given: |\n    " + Self.line(1, "10:00:00", "/ü?s=%22x") + "\n\n"
      + "- { name: flow, given: '" + Self.line(1, "10:00:00", "/x.css") + "' } # end"
    if isWindows { text = "\u{FEFF}" + text.replacing("\n", with: "\r\n") }
    #expect(try Self.run(text).allSatisfy { !$0.isPassed && !$0.hasExpectation })
    let new = try #require(try Self.updated(text))
    #expect(try Self.run(new).allSatisfy(\.isPassed))
    #expect(
      new.contains(
        "given: '" + Self.line(1, "10:00:00", "/x.css") + "', expect: { sessions: 0, dropped: { asset: 1 } } } # end"))
    #expect(new.contains("  expect:" + (isWindows ? "\r\n" : "\n") + "    sessions: 1"))
    #expect(new.hasPrefix("\u{FEFF}") == isWindows)
  }

  /// A wrong expectation is a finding: line, column and what is said.
  @Test(arguments: [
    (" { session: 1 }", 15, 15, "M004", "did you mean 'sessions'?"), (" 5", 15, 13, "M006", "keys"),
    (" { sessions: many }", 15, 25, "M007", "a number"), (" { dropped: { eror: 1 } }", 15, 26, "M007", "'error'"),
    (" { events: { type: x } }", 15, 23, "M006", "list of maps"), (" { events: [ x ] }", 15, 25, "M006", "key: value"),
    (" { rejected: { R101: x } }", 15, 33, "M007", "number"), (" {}", 15, 13, "M005", "sessions: 1"),
    (" { events: [ { properties: { gone: null } } ] }", 15, 47, "M007", "only what must be there"),
    (" { context: { a: [ x, ~ ] } }", 15, 34, "M007", "only what must be there"),
    (" { profile: [ { a: } ] }", 15, 31, "M007", "only what must be there"),
  ])
  func findings(_ expect: String, _ line: Int, _ column: Int, _ code: String, _ remedy: String) throws {
    do throws(Diagnostics) {
      _ = try Self.load(Self.mapping(expect))
      Issue.record("accepted")
    } catch {
      let found = try #require(error.all.first { $0.severity == .error })
      #expect(found.code == code && found.span?.line == line && found.span?.column == column, "\(found)")
      #expect(found.remedy.contains(remedy), "\(found)")
    }
  }

  @Test func coverageCountsAcrossTests() throws {
    let text = Self.mapping(" { sessions: 2 }")
    let plan = try Self.load(text)
    let results = try plan.tests.map { try RealRun.tester(plan).run($0) }
    let items = Coverage(plan, results + results).items
    #expect(
      items.map { "\($0.kind.rawValue) \($0.name) \($0.hits)" } == [
        "rule search 2", "rule page-view 2", "drop error 2", "drop asset 0",
      ])
    #expect(items.map(\.span.line) == [7, 7, 4, 4])
  }

  @Test func branchesAreCountedWhereAMappingIsChecked() throws {
    let text = Self.mapping(" { sessions: 2 }").replacing(
      "p: =path",
      with:
        "p: { case: [ { when: { path: /b }, then: bee }, { when: { path: /x }, then: boa }, { else: other } ] }")
    let plan = try RealRun.load(Array(text.utf8), file: "t.yaml", purpose: .check)
    let results = try (0..<2).map { _ in try RealRun.tester(plan).run(plan.tests[0]) }
    let branches = Coverage(plan, results).items.filter { $0.kind == .branch }
    #expect(branches.map { "\($0.name) \($0.hits)" } == ["bee 2", "boa 0", "other 0"])
    #expect(branches.map(\.span.line) == [7, 7, 7])
    #expect(Coverage(try Self.load(text), results).items.allSatisfy { $0.kind != .branch })
  }

  @Test func unsetVariablesAreWarningsWhereNothingLeaves() throws {
    let text = Self.head.replacing("salt: pepper", with: "salt: env(NOT_SET_ANYWHERE)")
    #expect(throws: Diagnostics.self) { try Self.load(text) }
    let plan = try RealRun.load(Array(text.utf8), file: "t.yaml", purpose: .check)
    #expect(plan.warnings.map(\.code).contains("M202"))
  }
}
