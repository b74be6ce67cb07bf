import Mapping
import Pipeline
import Testing

/// Each broken mapping with what must be said about it: place, code, a part of the message, a part of the remedy.
@Suite struct FindingTests {
  struct Case: CustomTestStringConvertible {
    let tail: String
    let line: Int
    let column: Int
    let code: String
    let message: String
    let remedy: String

    init(_ tail: String, _ line: Int, _ column: Int, _ code: String, _ message: String, _ remedy: String) {
      self.tail = tail
      self.line = line
      self.column = column
      self.code = code
      self.message = message
      self.remedy = remedy
    }

    var testDescription: String { tail }
  }

  @Test(arguments: [
    Case(
      "drop: [ { reason: n, unless_present: [agent], when: { status: 408 } } ]\nevents: [ { type: t, properties: { a: '=agent + \"!\"' } } ]",
      7, 41, "M105", "", ""),
    Case(
      "let: { u: '=parse_url(target)' }\ndrop: [ { reason: q, needs: [u.query.z] }, { reason: y, unless_present: [target] } ]\nevents: [ { type: t } ]",
      7, 30, "M105", "'u' needs 'target'", "unless_present: [target]"),
    Case("events: [ { type: =method } ]", 6, 19, "M006", "an expression where only literal text", "write the text"),
    Case("events: [ { type: t, when: {} } ]", 6, 28, "M007", "an empty map of conditions", "leave the key out"),
    Case("description: [a]\nevents: [ { type: t } ]", 6, 14, "M006", "'description' must be a single value", ""),
    Case(
      "events: [ { type: t, when: { statuss: 200 } } ]", 6, 30, "M101", "unknown field 'statuss'",
      "did you mean 'status'?"),
    Case(
      "events: [ { type: t, properties: { a: =user_agent } } ]", 6, 40, "M101", "'user_agent'", "did you mean 'agent'?"),
    Case("events:\n  - type: t\n    properties: { a: '=agent.size() + 1' }", 8, 24, "M105", "", "or("),
    Case("events: [ { type: t, properties: { a: '=status + \"x\"' } } ]", 6, 41, "M106", "", ""),
    Case("events: [ { type: t, properties: { a: =status + } } ]", 6, 48, "M107", "", "single quotes"),
    Case(
      "events: [ { type: t, whenn: { status: 1 } } ]", 6, 22, "M004", "unknown key 'whenn' in rule",
      "did you mean 'when'?"),
    Case(
      "events: [ { type: t, properties: { a: '=parse_time(agent.or(\"\"), \"%d.%m.%q %Y\", \"Europe/Warsaw\")' } } ]",
      6, 73, "M109", "unknown directive '%q'", "%Y"),
    Case(
      "events: [ { type: t, properties: { a: '=time.getHours(\"Europe/Warszawa\")' } } ]", 6, 55, "M109",
      "unknown time zone", "Europe/Warsaw"),
    Case(
      "events: [ { type: page-view, properties: [ a ] } ]", 6, 42, "M006", "'properties' must be a map", "key: value"),
    Case("events: []", 6, 1, "M005", "needs 'events'", "at least one rule"),
    Case("version: 1\nevents: [ { type: t } ]", 6, 1, "M004", "unknown key 'version'", "did you mean 'language'?"),
    Case("events: [ { type: t, if: =status == 1 or status == 2 } ]", 6, 39, "M107", "unexpected 'or'", "write '||'"),
    Case("events: [ { type: t, if: =status\u{A0}== 1 } ]", 6, 33, "M107", "U+00A0", "ordinary blank"),
    Case("drop: [ { reason: x } ]\nevents: [ { type: t } ]", 6, 9, "M005", "drop entry without a condition", ""),
    Case("events: [ { when: { status: 1 } } ]", 6, 11, "M005", "rule needs 'type'", "type: page-view"),
    Case("events: [ { type: t }, { type: t } ]", 6, 32, "M112", "two rules are called 't'", "name"),
    Case("let: { a: =b, b: =a }\nevents: [ { type: t } ]", 6, 8, "M111", "'a' is computed from itself", "a → b → a"),
    Case("let: { ip: =1 }\nevents: [ { type: t } ]", 6, 8, "M113", "'ip' hides a field", "another name"),
    Case(
      "events: [ { type: t, properties: { c: { case: [ { when: { status: 1 }, then: x } ] } } } ]", 6, 41, "M114",
      "'case' without 'else'", "else"),
    Case("events: [ { type: t, when: { target: \"~ (\" } } ]", 6, 38, "M108", "", "RE2"),
    Case(
      "events: [ { type: t, when: { status: 2xx } } ]", 6, 38, "M116", "'2xx' is neither a number nor a range",
      "200..299"),
    Case("session: { gap: soon }\nevents: [ { type: t } ]", 6, 17, "M007", "'soon' is not a length of time", "30m"),
    Case(
      "session: { late: never }\nevents: [ { type: t } ]", 6, 18, "M007", "'never' is not a value of 'late'",
      "attach, new, reject"),
    Case("events: [ { type: t, id: =target } ]", 6, 26, "M105", "the id may be missing", "needs"),
    Case(
      "events: [ { type: t, id: '=[\"order\", target]' } ]", 6, 38, "M105", "'target' may be absent, but an id", "needs"
    ),
    Case(
      "events: [ { type: t, id: '=[ip, target.or(\"\"), ip.after(\"=\")]' } ]", 6, 48, "M105", "a part of the id",
      "needs"),
    Case(
      "let: { key: '=[ip, target]' }\nevents: [ { type: t, id: =key } ]", 7, 26, "M105", "a part of the id", "needs"),
    Case("events: [ { type: t, id: '=rows.or([]).map(r, r.qty)' } ]", 6, 26, "M105", "a part of the id", "needs"),
    Case("events: [ { type: t } ]\nevents: [ { type: u } ]", 7, 1, "M003", "key 'events' stands twice", "remove"),
    Case("events: &e [ { type: t } ]", 6, 9, "M002", "an anchor", "remove"),
    Case("events: [ { type: t ]", 6, 21, "M001", "", ""),
    Case("drop: [ { reason: all } ]\nevents: [ { type: t } ]", 6, 9, "M005", "drop entry without a condition", "when"),
    Case(
      "let: { p: =target.size() }\ndrop: [ { reason: big, if: =p > 5 }, { reason: n, unless_present: [target] } ]\nevents: [ { type: t } ]",
      7, 28, "M105", "'p' needs 'target'", "unless_present: [target]"),
    Case(
      "events: [ { type: t, properties: { case: [ { when: { status: 1 }, then: { a: b } } ] } } ]", 6, 36, "M114",
      "'case' without 'else'", "add"),
    Case(
      "events: [ { type: t, properties: { case: [ { when: { status: 1 }, then: x }, { else: { a: b } } ] } } ]", 6, 73,
      "M006", "'properties' must be a map", "key: value"),
    Case("events: [ { type: t, options: { a: =status } } ]", 6, 36, "M006", "only literal text", "write the text"),
    Case("events: [ { type: t, properties: { a: =rows } } ]", 6, 39, "M104", "a whole rows row", "each: rows"),
    Case(
      "events: [ { type: t, properties: { a: '=rows.or([]).map(r, r.qty).sum()' } } ]", 6, 41, "M105", "may be absent",
      ".or("),
    Case("events: [ { type: t, properties: { a: =2026-09-10 } } ]", 6, 40, "M104", "a subtraction", "timestamp("),
    Case("events: [ { type: t, if: =time > 2026-9-1 } ]", 6, 34, "M104", "a subtraction", "timestamp("),
    Case("events: [ { type: t, properties: { a: ==status } } ]", 6, 40, "M107", "a second '='", "write one"),
    Case("events: [ { type: t, properties: { a: } } ]", 6, 39, "M007", "no value", "leave the key out"),
    // What YAML reads otherwise than it looks.
    Case(
      "events: [ { type: t, properties: { <<: { a: x }, b: y } } ]", 6, 36, "M002", "a merge key", "write the keys out"),
    Case("events:\n  - type:t", 7, 5, "M006", "rule must be a map", "a blank behind the colon"),
    Case("events: [ { type: t, properties: {a:1} } ]", 6, 38, "M007", "no value", "a blank behind the colon"),
    Case("events:\n  - type: t\n    if: =status ++ 1", 8, 18, "M107", "unexpected '+'", "compare brackets"),
    Case("events:\n  - type: t\n\u{A0}\u{A0}x: 1", 8, 1, "M004", "unknown key", "U+00A0"),
    // Look-ups in what is no table.
    Case(
      "events: [ { type: t, properties: { a: '=lookup(status, ip)' } } ]", 6, 41, "M106", "'lookup' does not take",
      "tables: {"),
    Case(
      "events: [ { type: t, properties: { a: '=lookup( nosuch, ip)' } } ]", 6, 49, "M101", "unknown table 'nosuch'",
      "tables: {"),
    // In an `each` the fields of the row are known, too.
    Case(
      "events: [ { type: t, properties: { a: { each: rows, do: { b: =sky } } } } ]", 6, 63, "M101",
      "unknown field 'sky'",
      "did you mean 'sku'?"),
    Case(
      "events: [ { type: t, properties: { a: { each: rows, do: { case: [ { needs: [qyt], then: x }, { else: y } ] } } } } ]",
      6, 77, "M101", "unknown field 'qyt'", "did you mean 'qty'?"),
    // A border of a word that is a backspace.
    Case("events: [ { type: t, when: { target: \"~ \\bx\" } } ]", 6, 38, "M108", "a backspace", "single quotes"),
    Case("events: [ { type: t, if: '=ip.matches(\"\\bx\")' } ]", 6, 39, "M108", "a backspace", "write r"),
    Case("events: [ { type: t, if: '=matches(ip, \"\\bx\")' } ]", 6, 40, "M108", "a backspace", "write r"),
    Case(
      "events: [ { type: t, if: \"=ip.extract(r'\\bx').hasValue()\" } ]", 6, 39, "M108", "a backspace", "single quotes"),
    // What has no form in JSON, wherever JSON is made of it.
    Case(
      "events: [ { type: t, id: '=rows.or([])' } ]", 6, 26, "M104", "a whole rows row", "write rows.map(r, r.field)"),
    Case("events: [ { type: t, id: '=[\"order\", rows]' } ]", 6, 26, "M104", "a whole rows row", "rows.map(r"),
    Case("session: { split_when: =rows }\nevents: [ { type: t } ]", 6, 24, "M104", "a whole rows row", "rows.map(r"),
    Case("events: [ { type: t, id: '=[ip, null]' } ]", 6, 33, "M105", "a part of the id", "needs"),
    Case("events: [ { type: t, id: '=[ip, bytes(ip)]' } ]", 6, 26, "M104", "bytes has no form", "string("),
    Case("events: [ { type: t, properties: { a: '=[bytes(ip)]' } } ]", 6, 39, "M104", "bytes has no form", "string("),
    Case(
      "events: [ { type: t, properties: { a: =type(status) } } ]", 6, 39, "M104", "no form in JSON", "type(x) == int"),
    Case("events: [ { type: t, properties: { a: '=referer(\"\")' } } ]", 6, 39, "M104", "a whole referer", ".kind"),
    Case(
      "events: [ { type: t, properties: { a: =parse_url(ip) } } ]", 6, 39, "M104", "a whole url", "properties: .text"),
    Case("events: [ { type: t, properties: { a: '=status // 100' } } ]", 6, 48, "M107", "begins a comment", "write /"),
    Case(
      "events:\n  - type: t\n    if: >-\n      =status == 200   // fine\n      && ip != \"x\"", 9, 24, "M107",
      "begins a comment", "#"),
    Case("events: [ { type: t, properties: { a: '=int(status // 100)' } } ]", 6, 52, "M107", "begins a comment", "/"),
  ])
  func finding(_ expected: Case) throws {
    do throws(Diagnostics) {
      _ = try MappingRun.load(MappingRun.head + expected.tail + "\n")
      Issue.record("accepted")
    } catch {
      let codes = error.all.map {
        "\($0.span?.line ?? 0):\($0.span?.column ?? 0) \($0.code) \($0.message) = \($0.remedy)"
      }
      let hit = error.all.first { $0.code == expected.code }
      let found = try #require(hit, "\(codes)")
      #expect(found.span?.line == expected.line && found.span?.column == expected.column, "\(codes)")
      #expect(found.message.contains(expected.message), "\(codes)")
      #expect(found.remedy.contains(expected.remedy), "\(codes)")
    }
  }

  /// A block that keeps its lines keeps what stands behind a comment.
  @Test func commentsInLiteralBlocks() throws {
    let rule = "events:\n  - type: t\n    if: |\n      =status == 200   // fine\n      && ip != \"x\"\n"
    #expect(MappingRun.findings(MappingRun.head + rule).isEmpty)
    let outcome = try MappingRun.map(
      MappingRun.head + rule, ["time=1 ip=x status=200", "time=1 ip=y status=200", "time=1 ip=y status=404"])
    #expect(outcome.bodies.count == 1)
  }

  @Test(arguments: [
    ("salt: pepper", "salt: \"\""), ("source: web", "source: \"\""), ("source: web", "source: env(UNSET, \"\")"),
    ("{ hash: visitor, salt: pepper }", "{ hash: visitor, salt: pepper, id: =user }"),
    ("{ hash: visitor, salt: pepper }", "{ hash: visitor, salt: pepper, ids: [ =user ] }"),
  ])
  func identityAndTargetAreWholeAndUnambiguous(_ was: String, _ becomes: String) throws {
    #expect(throws: Diagnostics.self) {
      _ = try MappingRun.load(MappingRun.head.replacing(was, with: becomes) + "events: [ { type: t } ]\n")
    }
  }

  /// What is not there on every record is no id of a profile.
  @Test(arguments: [
    ("visitor: =ip, profile: { id: =user }", ["M105"]), ("visitor: [=user, =ip], profile: { id: =user }", ["M105"]),
    ("visitor: =ip, profile: { id: '=user.or(\"\")' }", []), ("visitor: =ip, profile: { id: ='u', ids: [=user] }", []),
    // Without a visitor there is no profile.
    ("visitor: =user, profile: { id: =user, ids: [=user] }", []),
    ("visitor: =user, none: drop, profile: { id: '=\"u-\" + user' }", []),
  ])
  func aProfileHasItsIDOnEveryRecord(_ identity: String, _ codes: [String]) {
    let head = MappingRun.head.replacing(
      "visitor: =ip, profile: { hash: visitor, salt: pepper }", with: identity)
    let found = MappingRun.findings(head + "events: [ { type: t } ]\n")
    #expect(found.map(\.code) == codes, "\(found)")
  }

  @Test func anIDIsWholeWhereItsPartsAreNeeded() {
    for rule in [
      "needs: [target], id: '=[\"order\", target]'", "needs: [target], id: =key", "id: '=[ip, ?target]'",
      "id: '=dyn([ip, target])'",
    ] {
      let text = MappingRun.head + "let: { key: '=[ip, target]' }\nevents: [ { type: t, \(rule) } ]\n"
      #expect(MappingRun.findings(text).isEmpty, "\(rule)")
    }
  }

  @Test func allFindingsAreReportedAtOnce() throws {
    let text = """
      mapping: test
      language: 2
      input: { reader: line }
      identity: { visitor: =ipp, profile: { hash: visitor, salt: pepper } }
      target: { source: env(NOPE) }
      events:
        - { type: a, when: { stat: 1 } }
        - { type: b, properties: { x: =metod } }
      """
    do throws(Diagnostics) {
      _ = try MappingRun.load(text)
      Issue.record("accepted")
    } catch {
      #expect(error.all.map(\.code) == ["M008", "M101", "M117", "M101", "M101"])
      #expect(error.all.map { $0.span?.line } == [2, 4, 5, 7, 8])
    }
  }

  /// Without a reader no field is known; what needs none is said all the same, and nothing that only follows.
  @Test(arguments: [
    ("input: { reader: weblog, format: combned }", "M305"), ("input: { reader: webblog }", "M302"),
    ("input: x", "M301"), ("emit: first", "M005"),
  ])
  func aWrongInputHidesNothing(_ input: String, _ code: String) {
    let text = """
      mapping: test
      language: 1
      \(input)
      let: { page: =path.or("").lower(), no: =path.nope(, url: =parse_url(target) }
      drop:
        - { reason: bot, if: '=is_bot(agent.or(""))' }
        - { reason: late, needs: [bytes], when: { status: 500..599 }, unless: { path: "~ (" } }
      identity: { visitr: =ip, visitor: =user, profile: { id: =user } }
      session: { gap: 30x, disorder: 40m }
      target: { source: web }
      events:
        - { typ: page, needs: [path] }
        - { type: b, id: '=["o", order]', properties: { p: =page, q: =nope(path), r: { each: rows, do: =sku } } }
      otherwise: dropp
      """
    let found = BadMappingTests.findings(text)
    let places = found.filter { $0.severity == .error }.map { "\($0.span?.line ?? 0) \($0.code)" }
    let first = code == "M005" ? "1 M005" : "3 \(code)"
    #expect(
      places == [first, "4 M107", "8 M004", "9 M007", "12 M005", "12 M004", "13 M102", "14 M007"], "\(found)")
  }

  @Test(arguments: [
    // A rule without type, and a drop entry without reason.
    (
      "events: [ { properties: { a: { case: [ { when: { status: 1 }, then: =metod } ] } }, options: { b: ~ } } ]",
      ["1:11 M005", "1:32 M114", "1:70 M101", "1:99 M007"]
    ),
    ("drop: [ { when: { stat: 1 } } ]\nevents: [ { type: t } ]", ["1:9 M005", "1:19 M101"]),
    // What the last line says is read whatever the others are.
    ("events: [ { type: t, when: { stat: 1 } } ]\nemit: al\notherwise: dropp", ["1:30 M101", "2:7 M007", "3:12 M007"]),
    ("drop: [ { reason: n } ]\nevents: []\nemit: al", ["1:9 M005", "2:1 M005", "3:7 M007"]),
    ("checks: [ { code: ABC, message: m } ]\nevents: [ { type: t, x: 1 } ]", ["1:11 M005", "2:22 M004"]),
    (
      "drop: [ { reason: n, needs: [] } ]\nevents: [ { type: t, properties: { a: { case: [ { then: 1 }, { else: 2 } ] } } } ]",
      ["1:9 M005", "2:49 M005"]
    ),
  ])
  func oneMistakeHidesNoOther(_ tail: String, _ expected: [String]) {
    let found = MappingRun.findings(MappingRun.head + tail + "\n")
    let places = found.map { "\(($0.span?.line ?? 0) - 5):\($0.span?.column ?? 0) \($0.code)" }
    #expect(places == expected, "\(found)")
  }

  @Test func hostileFilesEndInAFinding() throws {
    let deep = String(repeating: "[", count: 10_000)
    let nested = "events: [ { type: t, if: '=" + String(repeating: "(", count: 5_000) + "' } ]"
    for text in ["", "\u{FEFF}", "- a", "\0\0\0", deep, MappingRun.head + nested, "a: b: c", "%YAML 9.9\n---\na: 1"] {
      #expect(throws: Diagnostics.self) { _ = try MappingRun.load(text) }
    }
    // Each of these once took quadratic time or a stack frame for each entry.
    let rules = (0..<100_000).map { "  - { type: t\($0), when: { status: \($0) } }" }.joined(separator: "\n")
    let lets = (0..<50_000).map { "  a\($0): =status" }.joined(separator: "\n")
    for text in ["events:\n" + rules, "let:\n" + lets, rules.replacing("  - {", with: "k: {")] {
      #expect(throws: Diagnostics.self) { _ = try MappingRun.load(MappingRun.head + text) }
    }
    #expect(throws: Diagnostics.self) {
      _ = try MappingPlan.load(
        [0xFF, 0xFE, 0x00, 0xC3], file: "x", readers: { (_, _) throws(Diagnostics) -> any Reader in LineReader() },
        environment: [:])
    }
  }
}
