import Pipeline
import Testing

/// Natural ids that would be those of many events.
@Suite struct NaturalIDTests {
  private func map(_ id: String, _ lines: [String]) throws -> MappingRun.Outcome {
    let lets = "let: { url: '=parse_url(target.or(\"/\"), \"http://x\")' }\n"
    let head = MappingRun.head.replacing("visitor: =ip", with: "visitor: ='v'")
    return try MappingRun.map(head + lets + "events: [ { type: t, id: '\(id)' } ]\n", lines)
  }

  /// What is left of the id without the literal texts in it is empty: all such events would become one.
  @Test(arguments: [
    "=target.or(\"\")", "=[target.or(\"\")]", "=[target.or(\"\"), user.or(\"\")]", "=[\"order\", target.or(\"\")]",
    "=[\"order\", \"\", target.or(\"\")]", "=[\"order\", ?url.query.order]", "=[ip]", "=[\"order\", ip]",
    "=[\"order\", ip, \"x\"]", "=dyn([ip, user.or(\"\")])", "=[\"\"]", "=\"\"", "=[[ip]]", "=[\"order\", [ip, \"\"]]",
    "=[]",
  ])
  func anEmptyIDIsARejectAndNoSharedID(_ id: String) throws {
    let outcome = try map(id, ["time=1 ip= status=0 target=", "time=1 ip= status=0"])
    #expect(outcome.bodies.isEmpty)
    #expect(
      outcome.rejects.map { $0.split(separator: ": ").last.map(String.init) } == [
        "an id must not be empty", "an id must not be empty",
      ], "\(outcome.rejects)")
  }

  /// What would be left out of the id, or cut in it, could tell one record from another.
  @Test(arguments: [
    ("=[\"order\", rows.or([]).map(r, r.sku)]", "nor lack a value"), ("=[\"order\", []]", "nor lack a value"),
    ("=[\"order\", [[\"x\", []]]]", "nor lack a value"),
    ("=[\"order\", [optional.none(), optional.of(1)]]", "nor lack a value"),
    ("=[status, parse_query(target.or(\"\"))]", "nor lack a value"), ("=parse_query(ip)", "nor lack a value"),
    ("=[status, {\"a\": optional.none()}]", "nor lack a value"), ("=[status, {\"\": 1, \"b\": 2}]", "nor lack a value"),
    ("=[status, {\"a\\u0000\": 1}]", "nor lack a value"), ("=[status, {agent.or(\"\"): 1}]", "nor lack a value"),
    ("=[\"order\", [agent.or(\"\")]]", "reads inputs of another code page"),
    ("=[status, 0.0 / double(status)]", "JSON has no such value"),
    ("=[status, dyn(bytes(agent.or(\"\")))]", "JSON has no such value"),
  ])
  func aPartThatIsNotWholeIsAReject(_ id: String, _ reason: String) throws {
    let outcome = try map(id, ["time=1 ip= status=0 agent=" + String(repeating: "x", count: 33_000)])
    #expect(outcome.bodies.isEmpty)
    #expect(outcome.rejects.count == 1 && outcome.rejects[0].hasSuffix(reason), "\(outcome.rejects)")
  }

  /// One part of several may be empty, and so may be what only looks so.
  @Test(arguments: [
    "=[target.or(\"\"), \"order\", status]", "=[\"order\", ip, method.or(\"GET\")]", "=[ip, status]", "=[\"order\"]",
    "=string(status)", "=[\"order\", ip, string(status)]", "=status", "=[\"order\", status]", "=[ip, [ip, \"x\"]]",
  ])
  func anIDWithAnyContentIsAnID(_ id: String) throws {
    let outcome = try map(id, ["time=1 ip= status=0 target="])
    #expect(outcome.bodies.count == 1, "\(outcome.rejects)")
  }
}
