import Mapping
import Pipeline
import TestSupport
import Testing

/// A rule that is called unreachable stops the mapping, so the claim must be true: random pairs of conditions are judged,
/// and then run over random records.
@Suite struct CoverageTests {
  private static let globs = [
    "/a", "/a/b", "/a/*", "/a/**", "/**", "*.js", "*.min.js", "/a/*.js", "/a/b/**", "*", "/*/b", "\"~ ^/a\"", "b",
  ]
  private static let texts = ["/a", "/a/b", "/a/x.js", "/a/b/c.min.js", "/b", "/", "b", "/a/", "x.js", "/A/b", "/a/b/"]

  private static func values(_ key: String, _ random: inout Seeded) -> String {
    let count = Int.random(in: 1...2, using: &random)
    let list = (0..<count).map { _ -> String in
      switch key {
      case "status":
        let low = Int.random(in: 0...4, using: &random)
        return Bool.random(using: &random) ? "\(low)" : "\(low)..\(low + Int.random(in: 0...3, using: &random))"
      case "method": return ["GET", "POST", "G*", "PUT"].randomElement(using: &random) ?? "GET"
      default: return globs.randomElement(using: &random) ?? "/a"
      }
    }
    return "[" + list.map { $0.contains("*") && !$0.hasPrefix("\"") ? "\"\($0)\"" : $0 }.joined(separator: ", ") + "]"
  }

  private static func conditions(_ random: inout Seeded) -> String {
    func map(_ most: Int) -> String {
      let keys = ["status", "method", "target"].shuffled(using: &random).prefix(
        Int.random(in: 1...most, using: &random))
      return "{ " + keys.map { "\($0): \(values($0, &random))" }.joined(separator: ", ") + " }"
    }
    var parts: [String] = []
    if Int.random(in: 0..<5, using: &random) > 0 { parts.append("when: \(map(2))") }
    if Int.random(in: 0..<5, using: &random) == 0 { parts.append("needs: [method]") }
    if Int.random(in: 0..<5, using: &random) == 0 { parts.append("if: '=status < 3'") }
    if Int.random(in: 0..<4, using: &random) == 0 { parts.append("unless: \(map(2))") }
    return parts.isEmpty ? "" : ", " + parts.joined(separator: ", ")
  }

  private static func matches(_ conditions: String, _ lines: [String]) throws -> [Bool]? {
    let text = MappingRun.head + "events: [ { type: a, properties: { n: =bytes }\(conditions) } ]\n"
    guard MappingRun.findings(text).isEmpty else { return nil }
    let bodies = try MappingRun.map(text, lines).bodies
    return lines.indices.map { index in bodies.contains { $0.contains("\"n\":\(index)}") } }
  }

  @Test func whatIsCalledUnreachableIs() throws {
    var random = Seeded(7)
    let lines = (0..<120).map { index in
      var line = "ip=a time=1 bytes=\(index) status=\(Int.random(in: 0...8, using: &random))"
      if Int.random(in: 0..<6, using: &random) > 0 {
        line += " method=" + (["GET", "POST", "PUT", "G"].randomElement(using: &random) ?? "")
      }
      if Int.random(in: 0..<6, using: &random) > 0 {
        line += " target=" + (Self.texts.randomElement(using: &random) ?? "")
      }
      return line
    }
    var (covered, contradictory) = (0, 0)
    for _ in 0..<150 {
      let (a, b) = (Self.conditions(&random), Self.conditions(&random))
      let found = MappingRun.findings(MappingRun.head + "events:\n  - { type: a\(a) }\n  - { type: b\(b) }\n")
      if found.contains(where: { $0.code == "M121" }) {
        guard let first = try Self.matches(a, lines), let second = try Self.matches(b, lines) else { continue }
        covered += 1
        #expect(zip(first, second).allSatisfy { $0 || !$1 }, "\(a) does not cover \(b)")
      }
      for finding in found where finding.code == "M122" {
        // What is refused for itself is run as a branch that a `let` hides from the check.
        let condition = finding.span?.line == 7 ? a : b
        let hidden = condition.replacing("unless: { status:", with: "unless: { hidden:").replacing(
          "unless: { method:", with: "unless: { verb:"
        ).replacing("unless: { target:", with: "unless: { place:")
        guard hidden != condition else { continue }
        let text =
          MappingRun.head
          + "let: { hidden: =status, verb: =method, place: =target }\nevents: [ { type: a\(hidden) } ]\n"
        guard MappingRun.findings(text).isEmpty else { continue }
        contradictory += 1
        #expect(try MappingRun.map(text, lines).bodies.isEmpty, "\(condition) can hold")
      }
    }
    #expect(covered > 10 && contradictory > 0, "\(covered) \(contradictory)")
  }
}
