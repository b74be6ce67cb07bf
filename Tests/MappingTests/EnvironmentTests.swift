import Mapping
import Pipeline
import Testing

/// What stands for a value of the environment, and what only looks like it.
@Suite struct EnvironmentTests {
  private func findings(
    salt: String, environment: [String: String] = [:], purpose: MappingPurpose = .run
  ) -> [Diagnostic] {
    MappingRun.findings(
      MappingRun.head.replacing("salt: pepper", with: "salt: \(salt)") + "events: [ { type: t } ]\n",
      environment: environment, purpose: purpose
    ).filter { $0.code != "M203" }
  }

  /// Taken as they stand they would be salts that everybody can read.
  @Test(
    arguments: [
      "ENV(PROFILE_SALT)", "Env(PROFILE_SALT)", "env (PROFILE_SALT)", "$PROFILE_SALT", "'${PROFILE_SALT}'",
      "'${PROFILE_SALT:-pepper}'", "'pepper-${PROFILE_SALT}'", "env(PROFILE_SALT).x", "'env(PROFILE_SALT, \"x\")y'",
      "x env(PROFILE_SALT)", "getenv(PROFILE_SALT)", "'env(PROFILE_SALT, x)'", "'env(PROFILE_SALT'", "env(PROFILE_SALT",
      "'env(\"PROFILE_SALT\")'", "'env(PROFILE_SALT,)'",
    ], [MappingPurpose.run, .check])
  func aMisspelledVariableIsNoLiteralText(_ salt: String, _ purpose: MappingPurpose) throws {
    let found = findings(salt: salt, environment: ["PROFILE_SALT": "pepper"], purpose: purpose)
    #expect(found.map(\.code) == ["M007"], "\(found)")
    let first = try #require(found.first)
    #expect(first.remedy.contains("env(PROFILE_SALT)"), "\(first)")
    #expect(first.span?.line == 4 && first.span?.column == 59, "\(first)")
  }

  @Test(arguments: ["env()", "env(A-B)", "'env(, \"x\")'"])
  func aVariableHasAName(_ salt: String) {
    let found = findings(salt: salt)
    #expect(found.map(\.code) == ["M007"] && found[0].remedy.contains("env("), "\(found)")
  }

  @Test(arguments: [
    "pepper", "a-environment(1)", "$ecret", "$1", "'{x}'", "'a$(b)'", "environment", "'$'", "an envelope (A)",
    "env(SET)", "env( SET )", "'env(SET, \"\")'", "'env(UNSET, \"$A, (b)\")'", "'env(UNSET,\"x\")'",
  ])
  func literalTextAndVariables(_ salt: String) {
    let found = findings(salt: salt, environment: ["SET": "x"])
    #expect(found.isEmpty, "\(found)")
  }

  @Test func blanksAreNoValue() {
    let blank = ["NAME": " \u{A0} "]
    #expect(findings(salt: "env(NAME)", environment: blank).map(\.code) == ["M117"])
    #expect(findings(salt: "env(NAME)", environment: blank, purpose: .check).map(\.code) == ["M202"])
    #expect(findings(salt: "'env(NAME, \"x\")'", environment: blank).isEmpty, "the default is meant for that")
    #expect(findings(salt: "'env(NAME, \" \")'").map(\.code) == ["M007"])
    #expect(findings(salt: "' '").map(\.code) == ["M007"])
    let broken = findings(salt: "env(NAME)", environment: ["NAME": "a\nb"])
    #expect(broken.map(\.message) == ["a text with control characters from the environment variable NAME"])
    #expect(findings(salt: "=env(NAME)").map(\.code) == ["M006"])
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["(", "${", "env(1) ", "$A "])
  func aLongTextIsLookedAtOnce(_ part: String) {
    #expect(findings(salt: "'x" + String(repeating: part, count: 300_000) + "'").isEmpty)
  }

  /// Where nothing was cut at a comma, none is to blame.
  @Test func aMissingParenthesisIsNoCommaInside() {
    let rules = "events: [ { type: t, properties: { a: =parse_query(target, b: =status } } ]\n"
    for (text, codes) in [
      (MappingRun.head.replacing("pepper", with: "env(NAME") + "events: [ { type: t } ]\n", ["M007"]),
      (MappingRun.head + "events: [ { type: t, properties: { a: =(status } } ]\n", ["M107"]),
      (MappingRun.head + rules, ["M124"]),
    ] {
      let found = MappingRun.findings(text, environment: ["NAME": "x"])
      #expect(found.map(\.code) == codes, "\(found)")
    }
  }
}
