import CEL
import Testing

/// A static type is a promise that evaluators rely on: what is dynamic must stay so, or be checked.
@Suite struct SoundnessTests {
  static let cases: [(String, String)] = [
    (#"user.or(dyn(5)).contains("x")"#, "error(no matching overload)"),
    (#"dyn(optional.of(5)).or("x").contains("x")"#, "error(no matching overload)"),
    (#"dyn(optional.of(5)).orValue("x").contains("x")"#, "error(no matching overload)"),
    (#"(true ? [dyn(5)] : ["a"])[0].contains("x")"#, "error(no matching overload)"),
    (#"([dyn(5)] + ["a"])[0].contains("x")"#, "error(no matching overload)"),
    (#"(dyn([5]) + ["a"])[0].contains("x")"#, "error(no matching overload)"),
    (#"[1, "a"].join()"#, "error(no matching overload)"),
    (#"[1.5, 2].sum()"#, "error(no matching overload)"),
    ("dyn(optional.of(1)).orValue(1 / 0)", "1"),
    ("dyn(optional.none()).orValue(1 / 0)", "error(divide by zero)"),
    ("dyn(1).orValue(2)", "error(no matching overload)"),
    (#"[dyn(1.5), dyn(2.5)].sum()"#, "4"),
    (#"[1, "a"].map(x, x.size())"#, "error(no matching overload)"),
    (#"dyn(1).startsWith("a")"#, "error(no matching overload)"),
    (#""a".startsWith(dyn(1))"#, "error(no matching overload)"),
    (#"dyn(url).path"#, #""/search""#),
    (#"[dyn(url), dyn(1)].map(x, x.path)"#, "error(no matching overload)"),
    (#"dyn(1) == "a""#, "false"),
    (#"dyn(1) in ["a"]"#, "false"),
    (#"dyn(1).endsWith("a") || dyn(1).endsWith("b")"#, "error(no matching overload)"),
    (#"cel.bind(x, dyn(1), x.matches("a"))"#, "error(no matching overload)"),
  ]

  @Test(arguments: cases) func dynamic(_ source: String, _ expected: String) {
    #expect(run(source) == expected)
  }

  @Test(arguments: [
    "'a'.startsWith(1)", "size(1)", "'a'.replace('b', 2)", "1.contains('a')", "'a' + 1", "-'a'", "!1", "1 ? 2 : 3",
    "[1].join()", "{1.5: 2}", "ip.path", "ip[0]", "ip.map(x, x)", "parse_url(1)", "nope(1)", "status.or('a')",
    "matches('a', 1)", "optional.of(1).or('a').size()", "url.hots",
  ]) func uncheckedMistakesAreErrors(_ source: String) {
    var environment = Environment.sample
    environment.isDynamic = true
    #expect(run(source, in: environment).hasPrefix("error("))
  }

  /// An object is handed only to functions of its own type.
  @Test func objectsAreToldApart() {
    var environment = Environment.sample
    let row = ObjectType("row", properties: [:])
    environment.objectTypes["row"] = row
    environment.register("f", .unary(.object("row"), .int) { _, _ in .int(1) })
    #expect(run("f(dyn(url))", in: environment) == "error(no matching overload)")
  }
}
