import Mapping
import Pipeline
import Testing

/// Mappings that nobody writes on purpose: each ends in a clear finding, in bounded time.
@Suite(.timeLimit(.minutes(1))) struct BadMappingTests {
  static func findings(_ bytes: [UInt8]) -> [Diagnostic] {
    do throws(Diagnostics) {
      _ = try RealRun.load(bytes, file: "bad.yaml")
      return []
    } catch {
      return error.all
    }
  }

  static func findings(_ text: String) -> [Diagnostic] { findings(Array(text.utf8)) }

  static let head = ReferenceTests.whole("events: [ { type: t } ]\n")

  /// Bytes behind `description: ü `, what is said, and how many bytes are underlined.
  @Test(
    arguments: [
      ([0x00], "a NUL byte", 1), ([0xFF], "byte 0xFF is no UTF-8 text", 1), ([0xC3, 0x28], "byte 0xC3 is no UTF-8", 1),
      ([0xED, 0xA0, 0x80], "byte 0xED is no UTF-8", 1), ([0xE2, 0x82], "byte 0xE2 is no UTF-8", 2),
      ([0x07], "the invisible character U+0007", 1), ([0x7F], "U+007F", 1), ([0xC2, 0x80], "U+0080", 2),
      ([0xEF, 0xBB, 0xBF], "U+FEFF", 3), ([0xF4, 0x90, 0x80, 0x80], "byte 0xF4 is no UTF-8", 1),
    ] as [([UInt8], String, Int)])
  func unreadableBytesHaveTheirTruePlace(_ bytes: [UInt8], _ message: String, _ length: Int) throws {
    let lines = Self.head.split(separator: "\n").count
    let found = Self.findings(Array((Self.head + "description: ü ").utf8) + bytes + Array(" end\n".utf8))
    #expect(found.count == 1)
    let first = try #require(found.first)
    #expect(first.code == "M001" && first.message.contains(message), "\(first)")
    #expect(first.span == SourceSpan(line: lines + 1, column: 17, length: length), "\(first)")
    #expect(!first.remedy.isEmpty)
  }

  @Test func anotherEncodingIsNamed() {
    let wide = Self.head.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(Self.findings([0xFF, 0xFE] + wide).first?.message == "the mapping is UTF-16")
    #expect(Self.findings(wide).first?.message == "a NUL byte")
    #expect(Self.findings([0xEF, 0xBB, 0xBF] + Array(Self.head.utf8)).isEmpty, "a byte order mark is fine")
  }

  /// What was opened and not closed is named where it was opened; YAML's reader stops where something else stands.
  @Test(arguments: [
    ("mapping: \"abc\nlanguage: 1\n", "1:10", "never closed"), ("mapping: 'abc", "1:10", "never closed"),
    (
      "mapping: a\ntarget: { source: \"s }\nevents:\n  - type: a\n    name: \"x\"\n", "2:19",
      "begins here ends at line 5"
    ),
    ("description: 'it is\nevents:\n  - type: 'a'\n", "1:14", "ends at line 3"),
    ("input: { reader: csv\nevents: [ { type: a } ]\n", "1:8", "not closed before line 2"),
    ("events:\n  - type: a\n    tags: [ a, b\n    options: { a: 1 }\n", "3:11", "not closed before line 4"),
    ("events: [\n  { type: a }\n  { type: b }\n]\n", "1:9", "not closed before line 3"),
    ("events: [\n", "1:9", "never closed"), ("a: b\nevents: [ { type: a }, { name: x,\n", "2:24", "never closed"),
    ("mapping: a\nevents: [ { type: a }\n", "2:9", "never closed"), ("events: [\n  { type: a }", "1:9", "never closed"),
    // A mark of the order of bytes is not part of the line.
    ("\u{FEFF}mapping: \"abc\n", "1:10", "never closed"),
    // Otherwise it is the place itself that says most.
    ("events: [ { type: t ]", "1:21", "did not find expected"), ("a: \"b \\q\"", "1:7", "unknown escape"),
    ("events:\n  - { type: a,\n      id: =x ? \"a\" : b }\n", "3:20", ""), ("a:\n\tb: 1\n", "2:1", ""),
    ("a: \"b\" c\nd: e\n", "1:8", "did not find expected"),
    // A blank that only looks like one.
    ("input:\n  reader:\u{A0}csv\n  format: x\n", "2:10", "U+00A0"),
  ])
  func whatIsNotClosedIsNamedWhereItWasOpened(_ text: String, _ place: String, _ message: String) throws {
    let found = Self.findings(text)
    #expect(found.count == 1, "\(found)")
    let first = try #require(found.first)
    #expect(first.code == "M001" && first.message.contains(message), "\(first)")
    #expect("\(first.span?.line ?? 0):\(first.span?.column ?? 0)" == place, "\(first)")
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let title: String
    let code: String
    let text: String

    init(_ title: String, _ code: String, _ text: String) {
      self.title = title
      self.code = code
      self.text = text
    }

    var testDescription: String { title }
  }

  static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  @Test(arguments: [
    Case("more than 10 MiB", "M009", head + repeated("# a comment of thirty-two bytes\n", 330_000)),
    Case("10 MB on one line", "M007", head.replacing("page", with: "") + "emit: " + repeated("x", 10_000_000)),
    Case("1 MB of one list", "M009", ReferenceTests.whole("events: [" + repeated("{type: t},", 100_000) + "]\n")),
    Case(
      "100,000 rules", "M009",
      ReferenceTests.whole("events:\n" + (0..<100_000).map { "  - { type: t\($0) }\n" }.joined())),
    Case("10,000 brackets", "M009", head + "tests: " + repeated("[", 10_000)),
    Case("10,000 maps", "M009", head + "tests: " + repeated("{a: ", 10_000)),
    Case(
      "10,000 parentheses", "M110",
      head + "let: { a: '=" + repeated("(", 10_000) + "1" + repeated(")", 10_000) + "' }\n"),
    Case("10,000 negations", "M110", head + "let: { a: '=" + repeated("!", 10_000) + "true' }\n"),
    Case("a long sum", "M110", head + "let: { a: '=1" + repeated(" + 1", 100_000) + "' }\n"),
    Case("a circle", "M111", head + "let: { a: =b, b: =c + 1, c: =a }\n"),
    Case("a circle of itself", "M111", head + "let: { a: =a }\n"),
    Case(
      "a long circle", "M111",
      head + "let:\n" + (0..<1_000).map { "  a\($0): =a\(($0 + 1) % 1_000)\n" }.joined()),
    Case(
      "a regex bomb", "M108",
      ReferenceTests.whole("events: [ { type: t, when: { path: '~ ((a{1,1000}){1,1000}){1,1000}' } } ]\n")),
    Case(
      "a regex bomb in an expression", "M108",
      ReferenceTests.whole("events: [ { type: t, if: '=ip.matches(\"(x{1000}){1000}\")' } ]\n")),
    Case(
      "10,000 groups", "M108",
      ReferenceTests.whole("events: [ { type: t, when: { path: '~ " + repeated("(", 10_000) + "' } } ]\n")),
    Case(
      "a long glob", "M116",
      ReferenceTests.whole("events: [ { type: t, when: { path: '" + repeated("*a", 100_000) + "' } } ]\n")),
    Case("an anchor bomb", "M002", head + "tests: [ &a [x, x], &b [*a, *a], &c [*b, *b] ]\n"),
    Case("a reserved word as a name", "M007", head + "let: { true: =1 }\n"),
    Case("another reserved word", "M007", head + "let: { in: =1 }\n"),
    Case("an empty regex", "M108", ReferenceTests.whole("events: [ { type: t, when: { path: '~' } } ]\n")),
    Case("null as a value", "M007", ReferenceTests.whole("events: [ { type: t, properties: { a: null } } ]\n")),
    Case("a tilde as a value", "M007", ReferenceTests.whole("events: [ { type: t, properties: { a: ~ } } ]\n")),
    Case(
      "a branch behind else", "M121",
      ReferenceTests.whole(
        "events: [ { type: t, properties: { a: { case: [ { else: 1 }, { when: { status: 5 }, then: 2 } ] } } } ]\n")),
    Case("an empty expression", "M107", head + "let: { a: = }\n"),
    Case("visits of no time", "M007", head + "session: { max: 0s }\n"),
    Case("a name with a dot", "M007", head + "let: { a.b: =1 }\n"),
  ])
  func isAFinding(_ bad: Case) {
    let found = Self.findings(bad.text)
    #expect(found.contains { $0.code == bad.code }, "\(found.prefix(3))")
    #expect(found.allSatisfy { $0.message.utf8.count <= 400 && $0.remedy.utf8.count <= 400 }, "short enough to be read")
    #expect(found.count <= 200)
  }

  /// What a table lacks is named where it can be had.
  @Test(arguments: [
    ("fields: { id: string, at: instant, until: instant }", "{}", "M005", "write input: { time: at }"),
    ("fields: { id: string, at: string }", "{}", "M005", "give the field of its date `type: timestamp` and a `format`"),
    ("group: { by: id }, fields: { id: string, at: instant }", "{}", "M005", "name it in `same` of the group"),
    (
      "fields: { id: string, at: instant }", "{ v: { each: rows, do: { a: =id } } }", "M104",
      "has `rows` where `input` has group"
    ),
  ])
  func curesOfTables(_ input: String, _ properties: String, _ code: String, _ remedy: String) {
    let found = Self.findings(
      """
      mapping: t
      language: 1
      input: { reader: csv, \(input) }
      identity: { visitor: =id, profile: { hash: visitor, salt: x } }
      target: { source: s }
      events: [ { type: t, id: '=["t", id]'\(properties == "{}" ? "" : ", properties: " + properties) } ]

      """)
    #expect(found.contains { $0.code == code && $0.remedy.contains(remedy) }, "\(found)")
  }

  /// Regular expressions are linear: a hostile record costs what any record costs.
  @Test func hostileRecordsDoNotStallARegex() throws {
    let plan = try RealRun.load(
      Array(ReferenceTests.whole("events: [ { type: t, when: { path: '~ ^(([a-z])+.)+[A-Z]([a-z])+$' } } ]\n").utf8),
      file: "x")
    let line =
      #"192.0.2.1 - - [10/Sep/2026:10:00:00 +0000] "GET /\#(Self.repeated("a", 100_000)) HTTP/1.1" 200 5 "-" "A""#
    let outcome = try RealRun.tester(plan).outcome(of: Self.repeated(line + "\n", 5))
    #expect(outcome.counts.sum.unmatched == 5)
  }
}
