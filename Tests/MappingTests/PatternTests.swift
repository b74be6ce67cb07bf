import Pipeline
import TestSupport
import Testing

/// Patterns of many rules are matched together; each must match as if it were alone.
@Suite struct PatternTests {
  /// The meaning of a pattern, as docs/mapping.md says it: recursion over what is left of both.
  private func matches(_ pattern: Substring, _ text: Substring) -> Bool {
    if !pattern.contains("*") { return pattern == text }
    guard pattern.contains("/") else {
      return glob(pattern, text.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
    }
    return glob(pattern, text)
  }

  private func glob(_ pattern: Substring, _ text: Substring) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if pattern.hasPrefix("**") {
      let rest = pattern.drop { $0 == "*" }
      return text.indices.contains { glob(rest, text[$0...]) } || glob(rest, text[text.endIndex...])
    }
    if first == "*" {
      var end = text.startIndex
      while true {
        if glob(pattern.dropFirst(), text[end...]) { return true }
        guard end < text.endIndex, text[end] != "/" else { return false }
        end = text.index(after: end)
      }
    }
    return text.first == first && glob(pattern.dropFirst(), text.dropFirst())
  }

  @Test func manyTogetherAreAsEachAlone() throws {
    var random = Seeded(11)
    func text(_ alphabet: String, _ length: Int) -> String {
      let letters = Array(alphabet)
      return String((0..<length).map { _ in letters[Int(random.next() % UInt64(letters.count))] })
    }
    var found = 0
    for _ in 0..<12 {
      // More rules than a word has bits.
      var rules: [[String]] = []
      for _ in 0..<70 {
        var patterns: [String] = []
        for _ in 0...(random.next() % 4) {
          let pattern = text("ab/.*", Int(random.next() % 6) + 1)
          switch random.next() % 5 {
          case 0: patterns.append("/" + text("ab/", 2) + "/**")
          case 1: patterns.append("*." + text("ab", 1))
          case 2: patterns.append("/" + text("ab/", 3))
          default: patterns.append(pattern)
          }
        }
        rules.append(Array(Set(patterns)).sorted())
      }
      let mapping =
        MappingRun.head + "emit: all\nevents:\n"
        + rules.enumerated().map { index, patterns in
          "  - { type: t\(index), when: { target: [\(patterns.map { "\"\($0)\"" }.joined(separator: ", "))] } }\n"
        }.joined()
      for _ in 0..<25 {
        let target = text("/ab.", Int(random.next() % 7) + 1)
        let outcome = try MappingRun.map(mapping, ["time=1 ip=1.2.3.4 status=200 target=\(target)"])
        let types = outcome.bodies.compactMap { $0.firstMatch(of: #/"type":"(t\d+)"/#).map { String($0.1) } }
        let expected = rules.indices.filter { rules[$0].contains { matches($0[...], target[...]) } }.map { "t\($0)" }
        #expect(types == expected, "\(target)")
        found += types.count
      }
    }
    #expect(found > 1000)
  }

  /// Of what is not a path a glob is of the whole, and a star is anything.
  @Test(arguments: [
    ("*Bot*", "Mozilla/5.0 (compatible; SemrushBot/7~bl; en)", true),
    ("*google*", "https://www.google.com/search", true),

    ("Shoes*", "Shoes/Boots", true), ("Shoes*", "Hats/Shoes red", false), ("Mozilla*", "Mozilla/5.0", true),
    ("Mozilla/*", "Mozilla/5.0 (X11) Gecko/1", true), ("*/1", "a/b/1", true), ("a*c*e", "a/c/e", true),
    ("a*c*e", "a/c/e/f", false), ("*", "a/b", true), ("**/b", "a/b", true), ("a**", "a/b/c", true),
    // Where it begins with a slash it is of a path.
    ("/a/*", "/a/b", true), ("/a/*", "/a/b/c", false), ("/a/**", "/a/b/c", true),
  ])
  func patternsOfText(_ pattern: String, _ text: String, _ isMatch: Bool) throws {
    let escaped = text.replacing(" ", with: "%20")
    let mapping =
      MappingRun.head + "let: { words: '=url_decode(agent.or(\"\"))' }\n"
      + "events: [ { type: t, when: { words: \"\(pattern)\" } } ]\n"
    #expect(try MappingRun.map(mapping, ["time=1 ip=a status=200 agent=\(escaped)"]).bodies.count == (isMatch ? 1 : 0))
    // Together with others, as columns are matched.
    let both = mapping.replacing("words: \"", with: "agent: [x, \"").replacing("\" }", with: "\"] }")
    if !text.contains(" ") {
      #expect(try MappingRun.map(both, ["time=1 ip=a status=200 agent=\(text)"]).bodies.count == (isMatch ? 1 : 0))
    }
  }

  /// What is made of a path is one.
  @Test(arguments: [
    ("target", false), ("'=target.or(\"\").lower()'", false), ("=parse_url(target.or(\"\")).path", false),
    ("'=target.optMap(t, parse_url(t).path)'", false), ("'=target.or(\"\") + \"\"'", true),
  ])
  func pathsKnowSegments(_ value: String, _ crosses: Bool) throws {
    let isField = value == "target"
    let mapping =
      MappingRun.head + (isField ? "" : "let: { where: \(value) }\n")
      + "events: [ { type: t, when: { \(isField ? value : "where"): \"*b*\" } } ]\n"
    let run = try MappingRun.map(mapping, ["/ab/c", "/c/ab"].map { "time=1 ip=a status=200 target=\($0)" })
    #expect(run.bodies.count == (crosses ? 2 : 1))
  }

  @Test func absentMatchesNothing() throws {
    let mapping =
      MappingRun.head + """
        events:
          - { type: any, when: { target: ["**", "*", ""] } }
          - { type: other, when: { status: 200 } }
        """
    let outcome = try MappingRun.map(
      mapping, ["time=1 ip=1.2.3.4 status=200", "time=2 ip=1.2.3.4 status=200 target=/x"])
    #expect(outcome.bodies.map { $0.contains("\"type\":\"any\"") } == [false, true])
  }
}
