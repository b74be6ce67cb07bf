import CEL
import Foundation
import Testing

@Suite struct FoldingTests {
  static let folded: [(String, String)] = [
    ("1 + 2 * 3", "7"),
    ("[1, 2, 3].map(x, x * x)", "[1, 4, 9]"),
    ("[1, 2, 3].filter(x, x > 1).size()", "2"),
    ("['a', 'b'].exists(x, ['b', 'c'].exists(y, x == y))", "true"),
    ("[[1, 2], [3]].map(x, x.map(y, x.size() * y))", "[[2, 4], [3]]"),
    ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, k + string(v))", #"{"b": "b2"}"#),
    ("cel.bind(x, 20, cel.bind(y, x + 1, x + y))", "41"),
    ("optional.of(2).optMap(x, x + 1).orValue(0)", "3"),
    ("[1, 2, 3].exists(x, 6 / (x - 2) > 5) || false", "true"),
    ("1/0 == 1 || true", "true"),
    ("1/0 == 1 && false", "false"),
    ("cidr('10.0.0.0/8').containsIP('10.1.2.3')", "true"),
    ("parse_time('10.09.2026', '%d.%m.%Y', 'UTC').getDayOfWeek('Asia/Tokyo')", "4"),
    ("['1.10', '2.20'].map(x, decimal(x)).sum()", "3.30"),
    ("hash('abc').substring(0, 8)", #""ba7816bf""#),
    ("true ? 1 : status", "1"),
    ("status == 1 && false", "false"),
    ("[status].exists(x, x > 1) || true", "true"),
  ]

  @Test(arguments: folded) func constant(_ source: String, _ expected: String) throws {
    let program = try compile(source, in: .sample).get()
    withExtendedLifetime(program) { #expect(program.constant?.description == expected) }
  }

  @Test(arguments: [
    "status + 1", "[status].map(x, x)", "[1, 2].map(x, x + status)", "cel.bind(x, status, 1)", "1 / 0",
    "1/0 == 1 || false", "[1, 0].map(x, 1 / x)", "parse_url('/a')", "[parse_url('/a')].filter(u, true)",
    "[1, 2].map(x, impure(x))", "[1].map(x, [2].map(y, y + x + status))",
  ]) func notConstant(_ source: String) throws {
    var environment = Environment.sample
    environment.register("impure", .unary(.int, .int, pure: false) { _, x in x })
    #expect(try compile(source, in: environment).get().constant == nil)
  }

  /// A macro inside of a macro that depends on the outer variable is not constant, its neighbour is.
  @Test func innerMacros() {
    #expect(run("[1, 2].map(x, [10, 20].map(y, y + x))") == "[[11, 21], [12, 22]]")
    #expect(run("[status, 2].map(x, [10, 20].map(y, y + 1))") == "[[11, 21], [11, 21]]")
    #expect(run("[1, 2].map(x, cel.bind(z, x * status, [3].map(y, y + z)))") == "[[203], [403]]")
  }

  private final class Held: @unchecked Sendable {
    let program: Program
    init(_ program: Program) { self.program = program }
    var value: Value { program.constant ?? .null }
  }

  private static let types: [String: Type] = [
    "int": .int, "bool": .bool, "string": .string, "list": .list(.int),
  ]

  /// The value of an expression does not depend on what was known while compiling: with literals, with variables in
  /// their place, and with values of unknown type it is the same, error or not.
  @Test func whatIsKnownDoesNotMatter() throws {
    let count = ProcessInfo.processInfo.environment["TRACKFILL_RANDOM"].flatMap(Int.init) ?? 800
    var values = 0
    let activation = Activation()
    for seed in 0..<count {
      let expression = RandomExpression(seed: UInt64(seed))
      var environment = Environment()
      let withVariables = expression.written { source, type, index in
        guard let program = try? compile(source, in: Environment()).get(), program.constant != nil else {
          return source
        }
        let held = Held(program)
        environment.variables["v\(index)"] = Variable(Self.types[type] ?? .dyn) { _ in held.value }
        return "v\(index)"
      }
      let withDynamic = expression.written { source, _, _ in "dyn(\(source))" }
      let plain = try evaluate(expression.source, Environment(), activation)
      if !plain.hasPrefix("error") { values += 1 }
      #expect(try evaluate(withVariables, environment, activation) == plain, "\(seed): \(expression.source)")
      #expect(try evaluate(withDynamic, environment, activation) == plain, "\(seed): \(withDynamic)")
    }
    // Most of the expressions are worth comparing.
    #expect(values > count / 3)
  }

  private func evaluate(_ source: String, _ environment: Environment, _ activation: Activation) throws -> String {
    activation.reset()
    switch compile(source, in: environment) {
    case .success(let program): return program.evaluate(activation).description
    case .failure(let issues):
      Testing.Issue.record("\(source) is refused: \(issues.all)")
      return ""
    }
  }
}
