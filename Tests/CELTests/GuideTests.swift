import CEL
import Foundation
import TestSupport
import Testing

/// docs/cel.md says what is true: its example is the file GuideExample.swift, its tables of expressions are evaluated,
/// and every function has a place in it.
@Suite struct GuideTests {
  static let folder = Repository.root.appending(path: "Tests/CELTests")
  static let guide =
    (try? String(contentsOf: Repository.root.appending(path: "docs/cel.md"), encoding: .utf8)) ?? ""

  static let visits = [
    Visit(path: "/search?q=shoes", agent: "Mozilla/5.0", bytes: 5120),
    Visit(path: "/robots.txt", agent: "ExampleBot/1.0", bytes: 60),
    Visit(path: "/cart", agent: nil, bytes: 900),
    Visit(path: "/empty", agent: nil, bytes: 0),
  ]

  @Test func exampleIsCompiled() throws {
    let example = try String(contentsOf: Self.folder.appending(path: "GuideExample.swift"), encoding: .utf8)
    #expect(Self.guide.contains("```swift\n\(example)```"))
    let zones = try String(contentsOf: Self.folder.appending(path: "FoundationZones.swift"), encoding: .utf8)
    #expect(Self.guide.contains("```swift\n\(zones)```"))
  }

  @Test func exampleRuns() throws {
    let found = try paths(
      of: Self.visits, where: #"!agent.or("").lower().contains("bot") && kilobytes(bytes) > 0.5 && 1000 / bytes < 5"#)
    #expect(found == ["/search?q=shoes", "/cart"])
    #expect(try paths(of: Self.visits, where: "1000 / bytes > 15").last == "/empty: divide by zero")
    #expect(throws: Issues.self) { try paths(of: Self.visits, where: #"agent.contains("bot") || byte > 1"#) }
    let issues = #expect(throws: Issues.self) { try paths(of: [], where: #"agent == "x" || byte > 1"#) }
    #expect(issues?.all.map(\.code) == [.optionalWhereRequired, .unknownName])
  }

  /// The rows of the tables headed "expression | value".
  static let rows: [(String, String)] = {
    var rows: [(String, String)] = []
    var isTable = false
    for line in guide.split(separator: "\n", omittingEmptySubsequences: false) {
      isTable = line == "| expression | value |" || isTable && line.hasPrefix("|")
      let cells = line.split(separator: " | ").map { $0.trimming("| ") }
      guard isTable, cells.count == 2, cells[0].hasPrefix("`") else { continue }
      rows.append((cells[0].trimming("`"), cells[1].trimming("`")))
    }
    return rows
  }()

  @Test func tablesAreTrue() {
    #expect(Self.rows.count >= 30)
    for (expression, value) in Self.rows {
      #expect(
        run(expression.replacing("\\|", with: "|"), in: Environment(zones: .foundation)) == value, "\(expression)")
    }
  }

  @Test func everyFunctionIsListed() {
    for name in Environment().functions.keys.sorted() {
      #expect(Self.guide.contains("`\(name)`") || Self.guide.contains("`\(name)("), "\(name) is not in docs/cel.md")
    }
  }
}

extension StringProtocol {
  fileprivate func trimming(_ characters: String) -> String {
    trimmingCharacters(in: CharacterSet(charactersIn: characters))
  }
}
