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
  ]

  @Test(arguments: hostile.indices) func isRefused(_ index: Int) {
    guard case .failure(let issues) = compile(Self.hostile[index], in: Environment()) else {
      Testing.Issue.record("compiled")
      return
    }
    #expect([.tooDeep, .tooLong, .syntax, .unknownName].contains(issues.all[0].code))
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

  @Test func constantsDoNotExplode() {
    let source = "'a'" + String(repeating: ".replace('a', 'aaaaaaaa')", count: 100)
    #expect(run(source).hasPrefix("error("))
  }

  @Test func garbage() {
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
      _ = run(String(decoding: bytes, as: UTF8.self))
    }
  }
}

private func run(_ source: String, _ activation: Activation) -> String { run(source, in: .sample, activation) }
