import Mapping
import Pipeline
import Testing

/// What surrounds the events, and what the receiver makes of it.
@Suite struct TargetTests {
  private func mapping(_ target: String) -> String {
    MappingRun.head.replacing("source: web }", with: "source: web, \(target) }") + "events: [ { type: t } ]\n"
  }

  @Test(arguments: [
    ("options: { saveSession: no, saveEvents: 0, saveProfile: 'false' }", ["M210", "M209", "M209", "M209"]),
    ("options: { saveSession: true, other: 5, mine: 'false' }", []),
    ("options: { saveProfile: false, saveEvents: false }", ["M209", "M209"]),
    ("options: { scheduledFlowId: a, scheduledNodeId: b }", ["M209"]), ("options: { scheduledFlowId: a }", []),
    ("options: { a: null, b: { c: ~, d: [Null] }, e: }", ["M007", "M007", "M007", "M007"]),
    ("options: { a: {} }", ["M007"]), ("options: { a: 12:30:00 }", ["M210"]), ("options: { a: =ip }", ["M006"]),
    ("options: { e.f: 1, e: 2 }", ["M003"]), ("options: { a..b: 1 }", ["M007"]),
    ("context: { time.tz: 5, utm.source: 5 }", ["M209", "M209"]),
    ("context: { time: { tz: =status }, utm: { medium: true, campaign: =agent } }", ["M209", "M209"]),
    ("context: { time.tz: =agent, utm.source: '5', other.source: 5 }", []), ("context: { utm: x }", ["M209"]),
    ("context: { location: { city: Kraków } }", ["M209"]), ("context: { location.country.code: PL }", ["M209"]),
    ("context: { location: { city: Kraków, country.name: Poland } }", []), ("context: { location: x }", ["M209"]),
    ("context: { location: { country: '={\"name\": agent.or(\"\")}' } }", []),
    ("context: { location: '={\"country\": agent.or(\"\")}' }", []),
    ("context: { utm.campaing: =agent, utm.campaign: a }", ["M209"]), ("context: { Utm.source: a }", ["M209"]),
    ("context: { utm_source: a, utm: { id: b } }", ["M209", "M209"]), ("context: { campaing: a }", []),
    ("context: { screen: 1920x1080 }", ["M209"]), ("context: { screen.local: x, time: =time }", ["M209", "M209"]),
    ("context: { screen.local: { width: 1, colorDepth: '24' } }", []), ("context: { screen.local.colorDepth: 24 }", []),
    ("context: { screen.local.colorDepth: abc }", ["M209"]), ("context: { screen.local.colorDepth: =agent }", ["M209"]),
    ("context: { utm: [a, b] }", ["M209"]), ("context: { utm: '=parse_query(target.or(\"\"))' }", []),
    ("request: { headers: x }", ["M209"]), ("request: { headers: { user-agent: =agent }, body: x }", []),
  ])
  func whatTheReceiverIgnoresIsSaid(_ target: String, _ codes: [String]) {
    let found = MappingRun.findings(mapping(target))
    #expect(found.map(\.code) == codes, "\(found)")
  }

  @Test(arguments: [
    ("page: =agent", 1), ("page.referer: =agent", 1), ("page.referer.host: =agent, page.url: x", 0), ("other: x", 0),
  ])
  func contextsOfEventsAreLookedAt(_ context: String, _ count: Int) {
    let found = MappingRun.findings(MappingRun.head + "events: [ { type: t, context: { \(context) } } ]\n")
    #expect(found.filter { $0.code == "M209" }.count == count, "\(found)")
  }

  @Test(arguments: [
    ("utm.campaing: a", "did you mean 'utm.campaign'?"), ("utm_source: a", "did you mean 'utm.source'?"),
    ("utm.xyzzy: a", "it knows utm.campaign, utm.content, utm.medium, utm.source, utm.term"),
  ])
  func namesOfTheContextAreSuggested(_ context: String, _ remedy: String) {
    #expect(MappingRun.findings(mapping("context: { \(context) }")).map(\.remedy) == [remedy])
  }

  @Test func anIgnoredValueHasItsPlace() throws {
    let first = try #require(MappingRun.findings(mapping("context: { time.tz: 5 }")).first)
    #expect(first.message == "the receiver answers with an error to 'time.tz' in 'context' that is not text")
    #expect(first.severity == .warning && first.span == SourceSpan(line: 5, column: 44, length: 1), "\(first)")
  }

  /// Tracardi reads `user-agent`, and finds no `User-Agent`.
  @Test(arguments: [
    ("headers.User-Agent: =agent", #"{"headers":{"user-agent":"Fx"}}"#),
    ("headers: { User-Agent: =agent, X-A: b }, Other: c", #"{"headers":{"user-agent":"Fx","x-a":"b"},"Other":"c"}"#),
    (
      "headers: { case: [ { when: { status: 0 }, then: { User-Agent: =agent } }, { else: { X-A: b } } ] }",
      #"{"headers":{"user-agent":"Fx"}}"#
    ),
    (
      "case: [ { when: { status: 0 }, then: { headers: { User-Agent: =agent } } }, { else: { headers.X-A: b } } ]",
      #"{"headers":{"user-agent":"Fx"}}"#
    ),
  ])
  func headersHaveSmallLetters(_ request: String, _ expected: String) throws {
    let outcome = try MappingRun.map(mapping("request: { \(request) }"), ["time=1 ip=1 status=0 agent=Fx"])
    #expect(outcome.requests == [expected])
  }

  @Test func aHeaderStandsOnce() {
    let found = MappingRun.findings(mapping("request: { headers: { User-Agent: =agent, user-agent: =agent } }"))
    #expect(found.map(\.code) == ["M003"])
  }

  @Test func dottedKeysOfOptionsNest() throws {
    let plan = try MappingRun.load(mapping("options: { a: 1, e.f: { c: 1, d.e: x }, e.g: [y, true] }"))
    #expect(plan.sessions.options == #"{"a":1,"e":{"f":{"c":1,"d":{"e":"x"}},"g":["y",true]}}"#)
    let rule = "events: [ { type: t, options: { a.b: 1 } } ]\n"
    let outcome = try MappingRun.map(MappingRun.head + rule, ["time=1 ip=1 status=0"])
    #expect(outcome.bodies[0].hasSuffix(#","options":{"a":{"b":1}}}"#), "\(outcome.bodies)")
  }
}
