import CEL
import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Mapping

/// docs/mapping.md is true: its mappings compile and pass their tests, its expressions give what it says, and it has
/// every function and every key that there is.
@Suite struct ReferenceTests {
  static let text = String(
    decoding: (try? Data(contentsOf: Repository.root.appending(path: "docs/mapping.md"))) ?? Data(), as: UTF8.self)

  /// The fenced blocks of a kind, each with the line on which it begins.
  static func blocks(_ kind: String) -> [(line: Int, text: String)] {
    var blocks: [(Int, String)] = []
    var open: (line: Int, text: String)?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let block = open {
        if line == "```" {
          blocks.append(block)
          open = nil
        } else {
          open?.text += line + "\n"
        }
      } else if line == "```" + kind {
        open = (index + 2, "")
      }
    }
    return blocks
  }

  /// What a part of a mapping lacks to be a whole one.
  static let rest = [
    ("mapping", "mapping: part"), ("language", "language: 1"), ("input", "input: { reader: weblog, format: combined }"),
    ("identity", "identity: { visitor: =ip, profile: { hash: visitor, salt: pepper } }"),
    ("target", "target: { source: web }"), ("events", "events: [ { type: page-view } ]"),
  ]

  static func whole(_ part: String) -> String {
    let keys = part.split(separator: "\n").compactMap { line in line.wholeMatch(of: /([a-z]+):.*/).map { $0.1 } }
    return rest.filter { !keys.contains(Substring($0.0)) }.map { $0.1 + "\n" }.joined() + part
  }

  /// A folder with the files that the page's mappings name.
  static func workspace() throws -> Workspace {
    try Workspace(["skus.csv": try #require(blocks("csv").first).text, "own-bots.txt": "own-program\n"])
  }

  @Test(arguments: blocks("yaml").map(\.line))
  func mappingsCompileAndPass(_ line: Int) throws {
    let block = try #require(Self.blocks("yaml").first { $0.line == line })
    let space = try Self.workspace()
    do throws(Diagnostics) {
      let plan = try RealRun.load(Array(Self.whole(block.text).utf8), file: space.path("mapping.yaml"))
      #expect(plan.warnings.filter { ["M201", "M208", "M209"].contains($0.code) } == [])
      for test in plan.tests {
        let result = try? RealRun.tester(plan).run(test)
        #expect(result?.isPassed == true, "\(String(describing: result?.differences))")
      }
    } catch {
      Issue.record("\(DiagnosticRenderer().render(error.all))")
    }
  }

  struct Example: Sendable, CustomTestStringConvertible {
    let line: Int
    let expression: String
    let value: String
    var testDescription: String { "\(line): \(expression)" }
  }

  static let examples: [Example] = blocks("expr").flatMap { block in
    block.text.split(separator: "\n").enumerated().compactMap { index, line in
      guard let arrow = line.range(of: " → ") else { return nil }
      return Example(
        line: block.line + index, expression: String(line[..<arrow.lowerBound]),
        value: String(line[arrow.upperBound...]))
    }
  }

  @Test func thereAreExamples() { #expect(Self.examples.count > 100) }

  /// Evaluated as a property of an event, through the reader and everything else.
  @Test(arguments: examples)
  func expressionGivesItsValue(_ example: Example) throws {
    let record = try #require(Self.blocks("log").first?.text)
    let space = try Self.workspace()
    let tables = try #require(Self.blocks("yaml").first { $0.text.hasPrefix("tables:") }?.text)
    let quoted = "'=" + example.expression.replacing("'", with: "''") + "'"
    let mapping = Self.whole("events: [ { type: t, properties: { always: 1, value: \(quoted) } } ]\n" + tables)
    do throws(Diagnostics) {
      let plan = try RealRun.load(Array(mapping.utf8), file: space.path("mapping.yaml"))
      let run = try? TrialRun(plan, record, consumer: RealRun.consumer)
      guard let run else {
        Issue.record("the record cannot be read")
        return
      }
      if example.value == "error" {
        #expect(run.rejects.map(\.reject.code) == ["R201"])
        return
      }
      #expect(run.rejects.isEmpty, "\(run.rejects.first?.reject.message ?? "")")
      guard let properties = run.events.first?["properties"] else {
        Issue.record("no event")
        return
      }
      let value = properties["value"]
      if example.value == "missing" {
        #expect(value == nil)
      } else {
        let wanted = JSONValue(example.value)
        #expect(wanted != nil, "the page's value is no JSON")
        #expect(value == wanted)
      }
    } catch {
      Issue.record("\(DiagnosticRenderer().render(error.all))")
    }
  }

  /// First cells of tables.
  static let cells = text.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
    String(line.dropFirst(2).split(separator: " | ").first ?? "")
  }

  @Test func everyFunctionHasARowAndAnExample() throws {
    let plan = try RealRun.load(Array(Self.whole("").utf8), file: "x")
    let environment = HostEnvironment.make(schema: plan.reader.schema, columns: [], bots: .standard)
    #expect(environment.functions.count > 50)
    for name in environment.functions.keys.sorted() {
      func calls(_ text: String) -> Bool {
        text.matches(of: /([A-Za-z_][A-Za-z_0-9]*\.)?([A-Za-z_][A-Za-z_0-9]*)\(/).contains {
          $0.2 == name || "\($0.1 ?? "")\($0.2)" == name
        }
      }
      #expect(Self.cells.contains(where: calls), "docs/mapping.md has no row for the function \(name)")
      #expect(Self.examples.contains { calls($0.expression) }, "docs/mapping.md has no example of the function \(name)")
    }
  }

  /// What a section says that it knows, when it is asked for something strange.
  @Test(arguments: [
    "zzzzzzzzzzzz: 1", "identity: { zzzzzzzzzzzz: 1 }", "session: { zzzzzzzzzzzz: 1 }", "target: { zzzzzzzzzzzz: 1 }",
    "identity: { visitor: =ip, profile: { zzzzzzzzzzzz: 1 } }", "events: [ { type: t, zzzzzzzzzzzz: 1 } ]",
    "drop: [ { reason: r, zzzzzzzzzzzz: 1 } ]", "tests: [ { zzzzzzzzzzzz: 1 } ]",
    "tests: [ { name: n, given: g, expect: { zzzzzzzzzzzz: 1 } } ]",
    "events: [ { type: t, properties: { a: { case: [ { then: 1, zzzzzzzzzzzz: 1 } ] } } } ]",
    "tables: { t: { zzzzzzzzzzzz: 1 } }", "lists: { zzzzzzzzzzzz: 1 }",
    "input: { reader: weblog, format: combined, zzzzzzzzzzzz: 1 }",
  ])
  func everyKeyIsNamed(_ part: String) throws {
    do throws(Diagnostics) {
      _ = try RealRun.load(Array(Self.whole(part + "\n").utf8), file: "x")
      Issue.record("accepted")
    } catch {
      let finding = try #require(error.all.first { ["M004", "M303"].contains($0.code) })
      #expect(finding.remedy.hasPrefix("known here: "))
      for key in finding.remedy.dropFirst(12).split(separator: ", ") {
        #expect(
          Self.text.contains(try _StringProcessing.Regex<AnyRegexOutput>("`[^`]*\\b\(key)\\b[^`]*`|\\b\(key):")),
          "docs/mapping.md does not name '\(key)'"
        )
      }
    }
  }
}
