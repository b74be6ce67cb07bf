import CEL
import Testing

@Suite struct IssueTests {
  struct Case: Sendable, CustomStringConvertible {
    let source: String
    let code: CEL.Issue.Code
    let marked: String
    var remedy: String?
    var description: String { source }

    init(_ source: String, _ code: CEL.Issue.Code, _ marked: String, _ remedy: String? = nil) {
      (self.source, self.code, self.marked, self.remedy) = (source, code, marked, remedy)
    }
  }

  static let cases: [Case] = [
    Case(#"agent.lower() == "x""#, .optionalWhereRequired, "agent", "use .or(…), or name it in 'needs'"),
    Case(#"agent == "x""#, .optionalWhereRequired, "agent", "use .or(…), or name it in 'needs'"),
    Case(#""a" + agent"#, .optionalWhereRequired, "agent"),
    Case("agent && true", .typeMismatch, "agent"),
    Case("url.query.q.trim()", .optionalWhereRequired, "url.query.q"),
    Case("nope == 1", .unknownName, "nope"),
    Case("url.hots", .unknownProperty, "hots"),
    Case("ip.lowr()", .unknownFunction, "lowr"),
    Case("1 + 1u", .noOverload, "1 + 1u", "convert one side: int(…), double(…) or uint(…)"),
    Case(#""a" + 1"#, .noOverload, #""a" + 1"#, "convert the right side: string(…)"),
    Case(#"ip == 1"#, .typeMismatch, "ip == 1"),
    Case(#"ip.matches("(")"#, .invalidRegex, #""(""#),
    Case(#"lower(ip)"#, .noOverload, "lower", "write value.lower(…)"),
    Case(#"true ? 1 : "x""#, .typeMismatch, #"true ? 1 : "x""#),
    Case("1 +", .syntax, ""),
    Case("a = 1", .syntax, "=", "write '==' to compare"),
    Case("'x", .syntax, "'x"),
    Case("for", .syntax, "for", "choose another name"),
    Case("status ? 1 : 2", .typeMismatch, "status"),
    Case(#"timestamp(0) + "1h""#, .noOverload, #"timestamp(0) + "1h""#, #"convert the text: duration("1h")"#),
    Case(#"decimal("5") % 2"#, .noOverload, #"decimal("5") % 2"#, "only whole numbers have a remainder: int(…)"),
    Case("5.0 % 2.0", .noOverload, "5.0 % 2.0", "only whole numbers have a remainder: int(…)"),
    Case(
      #"{"a": 1} + {"b": 2}"#, .noOverload, #"{"a": 1} + {"b": 2}"#,
      "maps cannot be joined: write one with the keys of both"),
    Case(#"url["path"]"#, .noOverload, "url", "write .path"),
    Case(#""GET" in method"#, .typeMismatch, #""GET" in method"#, "write text.contains(part)"),
    Case(
      "status == 200 ? ip : null", .typeMismatch, "status == 200 ? ip : null", "nothing is null: write optional.none()"),
    // What other languages write.
    Case(#"ip like "a%""#, .syntax, "like", "write text.contains(…), or text.matches(…)"),
    Case("status in (200, 201)", .syntax, ",", "write a list in brackets: [200, 201]"),
    Case(#"ip =~ "h""#, .syntax, "=~", #"write text.matches("…")"#),
    Case("status === 1", .syntax, "===", "write '=='"),
    Case("status !== 1", .syntax, "!==", "write '!='"),
    Case("status <> 1", .syntax, "<>", "write '!='"),
    Case(#"agent ?? "x""#, .syntax, "??", "write value.or(…)"),
    Case(#"agent or "x""#, .syntax, "or", "write '||' between conditions, and .or(…) for a value that may be missing"),
    Case("status += 1", .syntax, "+=", "write a + b: nothing is ever assigned"),
    Case("not true", .syntax, "true", "write '!'"),
    Case("if(true, 1, 2)", .syntax, "if", "write condition ? value : other"),
    Case("has(agent)", .syntax, "agent", "write agent.hasValue()"),
    Case("ip[0]", .noOverload, "ip", "write .charAt(0), or .substring(0, 2)"),
    Case("timestamp(0) + 3600", .noOverload, "timestamp(0) + 3600", #"write duration("3600s")"#),
    Case(
      #"timestamp(0) > "2026""#, .typeMismatch, #"timestamp(0) > "2026""#,
      #"convert the text: timestamp("2026-09-10T00:00:00Z")"#),
    Case(
      #"status == "42""#, .typeMismatch, #"status == "42""#,
      "convert the number: string(…), or the text: int(…) or decimal(…)"),
    Case(
      "agent + 1", .noOverload, "agent + 1", "convert the right side: string(…); what may be missing needs .or(…) first"
    ),
    // Lists that are known to hold no numbers.
    Case("[ip].sum()", .typeMismatch, "[ip]", "convert each: .map(x, decimal(x))"),
    Case("[true, false].sum()", .typeMismatch, "[true, false]"),
    Case("math.least([agent])", .typeMismatch, "[agent]"),
    Case("[optional.of(1)].sum()", .optionalWhereRequired, "[optional.of(1)]"),
  ]

  @Test(arguments: cases) func issue(_ test: Case) throws {
    guard case .failure(let issues) = compile(test.source, in: .sample) else {
      Testing.Issue.record("compiled: \(test.source)")
      return
    }
    let first = try #require(issues.all.first)
    #expect(first.code == test.code)
    let bytes = Array(test.source.utf8)[first.span]
    #expect(String(decoding: bytes, as: UTF8.self) == test.marked)
    if let remedy = test.remedy { #expect(first.remedy == remedy) }
  }

  @Test func allIssuesAtOnce() {
    guard case .failure(let issues) = compile("nope == 1 && agent.lower() == ip && url.x == 1", in: .sample) else {
      Testing.Issue.record("compiled")
      return
    }
    #expect(issues.all.map(\.code) == [.unknownName, .optionalWhereRequired, .unknownProperty])
    #expect(issues.all[0].candidates.contains("agent"))
  }

  /// A host that knows only lines in one piece asks for comments.
  @Test(arguments: [
    ("a // b", "// b"), ("a\n//b\n + c // d", "//b"), ("'http://x' + \"//\" / 2", nil), ("a = b // c", nil), ("", nil),
    ("f(a //)", "//)"),
  ])
  func comments(_ source: String, _ comment: String?) {
    let found = Parser.firstComment(in: source).map { String(decoding: Array(source.utf8)[$0], as: UTF8.self) }
    #expect(found == comment)
  }

  /// Each list holds the marked pieces of the source, in order.
  static let several: [(String, [String])] = [
    ("a = 1 && b = 2", ["=", "="]),
    ("a = 1 && b |c", ["=", "|"]),
    ("f(1 2, 3, 4 5)", ["2", "5"]),
    ("f(a, (b c), d e)", ["c", "e"]),
    ("[1 2, (3 4), {1: 2 3, 4: 5}]", ["2", "4", "3"]),
    ("a b && c d || e", ["b", "d"]),
    ("f(for, 1) && [while]", ["for", "while"]),
    (#""a\q" + "b\z""#, [#"\q"#, #"\z"#]),
    ("12ab + 3cd", ["12ab", "3cd"]),
    ("a ? $ : 1 # 2", ["$", "#"]),
    ("f(1 +, 2) && g(* 3)", [",", "*"]),
    ("(1 + ", [""]),
    ("f(1, [2, 3)", [")"]),
    ("'a", ["'a"]),
    ("has(1) && has(2)", ["1", "2"]),
    ("has(1 2) || has(ip..x)", ["2", "."]),
    ("[1].map(x y, y) && [1].all(a b, c d, e f) && [3 4]", ["y", "b", "d", "f", "4"]),
    ("ip == “a”; ip", ["“", "”", ";"]),
    // One mistake, one finding.
    ("= status", ["="]), ("ip === 1", ["==="]), ("status += 1", ["+="]), ("ip ?? 1", ["??"]),
  ]

  @Test(arguments: several) func severalSyntaxErrors(_ source: String, _ marked: [String]) {
    guard case .failure(let issues) = compile(source, in: .sample) else {
      Testing.Issue.record("compiled: \(source)")
      return
    }
    let bytes = Array(source.utf8)
    #expect(issues.all.map { String(decoding: bytes[$0.span], as: UTF8.self) } == marked)
    #expect(issues.all.allSatisfy { $0.code == .syntax })
  }

  @Test func invalidRegexAmongOthers() {
    guard case .failure(let issues) = compile(#"nope || ip.matches("(")"#, in: .sample) else {
      Testing.Issue.record("compiled")
      return
    }
    #expect(issues.all.map(\.code) == [.unknownName, .invalidRegex])
  }

  @Test func needlessOrIsAWarning() throws {
    var environment = Environment.sample
    environment.narrow("agent")
    let program = try compile(#"ip.or("x") + agent.or("none")"#, in: environment).get()
    #expect(program.warnings.map(\.code) == [.needlessOr, .needlessOr])
    #expect(program.type == .string)
    #expect(run(#"ip.or("x") + agent.or("none")"#, in: environment) == #""203.0.113.9Mozilla/5.0 bot""#)
    #expect(try compile(#"agent.or("")"#, in: .sample).get().warnings.isEmpty)
  }

  @Test(arguments: [
    (#"status == 1 || cidr("10.0.0.0/33").containsIP(ip)"#, #"cidr("10.0.0.0/33")"#),
    (#"timestamp("2026-13-01T00:00:00Z")"#, #"timestamp("2026-13-01T00:00:00Z")"#),
    (#"decimal("1,5") + status"#, #"decimal("1,5")"#),
    ("status / (2 - 2 * 1) + 1 / 0", "1 / 0"),
  ]) func whatAlwaysFailsIsAWarning(_ source: String, _ marked: String) throws {
    let program = try compile(source, in: .sample).get()
    #expect(program.warnings.map(\.code) == [.alwaysFails])
    #expect(program.warnings.map { String(decoding: Array(source.utf8)[$0.span], as: UTF8.self) } == [marked])
  }

  @Test func expectedType() {
    guard case .failure(let issues) = compile("status", in: .sample, expecting: .bool) else {
      Testing.Issue.record("compiled")
      return
    }
    #expect(issues.all.map(\.code) == [.typeMismatch])
  }
}
