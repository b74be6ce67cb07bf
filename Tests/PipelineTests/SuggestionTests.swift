import Pipeline
import Testing

/// "Did you mean": which of the known names is offered, and when none is.
@Suite struct SuggestionTests {
  static let fields = ["agent", "ip", "referer", "status", "target", "user", "time", "user_agent_class"]

  @Test(arguments: [
    // Without case, `_` and `-` first, then synonyms, then a slip of the hand.
    ("Referer", "referer"), ("user-agent-class", "user_agent_class"), ("user_agent", "agent"), ("remote_addr", "ip"),
    ("referrer", "referer"), ("statsu", "status"), ("refferer", "referer"), ("usr", "user"), ("tim", "time"),
    // A distance of a third of the length and not more.
    ("sttaus", "status"), ("stus", nil), ("ipp", "ip"), ("ippp", nil), ("xyzzy", nil), ("", nil),
  ])
  func best(_ name: String, _ expected: String?) {
    #expect(Suggestion.best(for: name, among: Self.fields) == expected)
  }

  @Test func synonymsStandBeforeSlips() {
    #expect(Suggestion.best(for: "version", among: ["session", "language"]) == "language")
    #expect(Suggestion.best(for: "toLowerCase", among: ["lower", "lowerAscii", "upper"]) == "lower")
  }

  @Test func otherwiseAllNamesAreListed() {
    #expect(Suggestion.remedy(for: "xyzzy", among: ["b", "a"]) == "known here: a, b")
    // One letter of two makes any name of any other.
    #expect(Suggestion.remedy(for: "x", among: ["b", "a"]) == "known here: a, b")
    #expect(Suggestion.best(for: "A", among: ["b", "a"]) == "a")
    #expect(Suggestion.best(for: "integer", among: ["string", "int", "instant"]) == "int")
    #expect(Suggestion.remedy(for: "agnet", among: Self.fields) == "did you mean 'agent'?")
    #expect(Suggestion.remedy(for: "x", among: []) == "")
  }
}
