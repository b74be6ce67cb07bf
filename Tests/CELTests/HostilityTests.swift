import CEL
import Testing

@Suite struct HostilityTests {
  static let hostile: [String] = [
    String(repeating: "(", count: 5000),
    String(repeating: "[", count: 5000),
    String(repeating: "!", count: 5000) + "true",
    String(repeating: "-", count: 5000) + "1",
    String(repeating: "1+", count: 5000) + "1",
    "x" + String(repeating: ".a", count: 5000),
    "x" + String(repeating: "[0]", count: 5000),
    String(repeating: "true?1:", count: 5000) + "1",
    String(repeating: "f(", count: 5000),
    String(repeating: "a", count: 100_000),
    String(repeating: "{1:", count: 5000),
    // A megabyte of anything is refused before it is looked at.
    String(repeating: "a && ", count: 1 << 18) + "a",
    String(repeating: "(", count: 1 << 20),
    "'" + String(repeating: "x", count: 1 << 20) + "'",
    // As long as allowed, and wrong everywhere.
    String(repeating: "(]", count: 30_000),
    String(repeating: "f(1 2,", count: 10_000),
    String(repeating: "= & ", count: 15_000),
    String(repeating: "[1 2] && ", count: 7_000),
    String(repeating: "a.map(x, ", count: 7_000),
    String(repeating: "{'a': (1 2), ", count: 5_000),
    String(repeating: "$", count: 60_000),
    String(repeating: "'\\q", count: 15_000) + "'",
  ]

  @Test(arguments: hostile.indices) func isRefused(_ index: Int) {
    guard case .failure(let issues) = compile(Self.hostile[index], in: Environment()) else {
      Testing.Issue.record("compiled")
      return
    }
    #expect([.tooDeep, .tooLong, .syntax, .unknownName].contains(issues.all[0].code))
    #expect(issues.all.count <= 33)
  }

  @Test func manyTermsAreFine() {
    let source = Array(repeating: #"ip == "a""#, count: 2000).joined(separator: " || ")
    #expect(run(source) == "false")
  }

  @Test func deepButLegal() {
    #expect(run(String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200)) == "1")
    #expect(run("size(" + String(repeating: "[", count: 200) + "1" + String(repeating: "]", count: 200) + ")") == "1")
  }

  @Test func arenaIsReused() throws {
    let program = try compile(#"[1, 2, 3].map(x, ip + string(x)).join(",")"#, in: .sample).get()
    let activation = Activation()
    _ = program.evaluate(activation)
    let capacity = activation.capacity
    for _ in 0..<10_000 {
      activation.reset()
      _ = program.evaluate(activation)
    }
    #expect(activation.capacity == capacity)
  }

  @Test func arenaIsBounded() {
    let activation = Activation(limit: 1 << 20)
    let source =
      #"[ip,ip,ip,ip,ip,ip,ip,ip].map(a, [a,a,a,a,a,a,a,a].map(b, [b,b,b,b,b,b,b,b].map(c, [c,c,c,c,c,c,c,c].map(d, d + a + b + c)))).size()"#
    #expect(run(source, activation) == "8")
    activation.reset()
    let bigger = #"[1,2,3,4,5,6,7,8].map(x, ["# + source + "," + source + "," + source + "])"
    #expect(run(bigger, activation) == "error(the record needs more memory than it may use)")
  }

  /// Ten elements nested nine deep would be a thousand million steps.
  static func nested(_ depth: Int) -> String {
    let list = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
    return (0..<depth).reduce("x\(depth - 1) >= 0") { inner, level in "\(list).all(x\(level), \(inner))" }
  }

  @Test func comprehensionsOverConstantsCompileInBoundedTime() throws {
    let program = try compile(Self.nested(9), in: Environment()).get()
    #expect(program.constant == nil)
    #expect(try compile(Self.nested(3), in: Environment()).get().constant?.isTrue == true)
    let regexes =
      "['a', 'b', 'c'].all(x, \(Self.nested(4).replacing("x3 >= 0", with: "!x.matches(x + x + string(x3))")))"
    #expect(try compile(regexes, in: Environment()).get().constant == nil)
  }

  @Test func stepsAreBounded() throws {
    let program = try compile(Self.nested(6), in: Environment()).get()
    let activation = Activation(steps: 5_000)
    #expect(program.evaluate(activation).errorCode == .tooManySteps)
    activation.reset()
    #expect(try compile("[ip].all(x, x.size() > 3)", in: .sample).get().evaluate(activation).isTrue)
  }

  @Test func constantsDoNotExplode() {
    let source = "'a'" + String(repeating: ".replace('a', 'aaaaaaaa')", count: 100)
    #expect(run(source).hasPrefix("error("))
  }

  /// Whatever is said of a text names a place in it.
  @Test func garbage() {
    let activation = Activation()
    var state: UInt64 = 88_172_645_463_325_252
    let alphabet = Array("aif01.(),[]{}?:\"'\\ +-*/%!&|<>=rbx`\n".utf8)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int(state % 24) {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        bytes.append(alphabet[Int(state % UInt64(alphabet.count))])
      }
      state = state &* 6_364_136_223_846_793_005 &+ 1
      let source = String(decoding: bytes, as: UTF8.self)
      var places: [Range<Int>]
      switch compile(source, in: .sample) {
      case .success(let program):
        places = program.warnings.map(\.span)
        if let offset = program.evaluate(activation).errorOffset { places.append(offset..<offset) }
      case .failure(let issues):
        places = issues.all.map(\.span)
        if places.isEmpty { Issue.record("'\(source)' is refused without an issue") }
      }
      activation.reset()
      let isOutside = places.contains { $0.lowerBound < 0 || $0.upperBound > source.utf8.count }
      if isOutside { Issue.record("a place outside of '\(source)': \(places)") }
    }
  }
}

private func run(_ source: String, _ activation: Activation) -> String { run(source, in: .sample, activation) }
