import Mapping
import Pipeline
import TestSupport
import Testing

@Suite struct MapperTests {
  /// Properties of the only rule, a line, and the JSON that must come of it (nil: no properties).
  @Test(
    arguments: [
      (
        "{ a: text, b: 5, c: \"5\", d: true, e: NO, f: 007, g: 1.50 }", "",
        #"{"a":"text","b":5,"c":"5","d":true,"e":"NO","f":"007","g":1.50}"#
      ),
      ("{ m: =method }", "", nil),
      ("{ m: =method, n: { deep: =agent } }", "method=GET", #"{"m":"GET"}"#),
      ("{ page.url: =target, page.referer.host: x }", "target=/a", #"{"page":{"url":"/a","referer":{"host":"x"}}}"#),
      ("{ s: =status, b: =bytes }", "status=404", #"{"s":404}"#),
      ("{ t: =time }", "", #"{"t":"1970-01-01T00:16:40.000Z"}"#),
      ("{ q: '=parse_url(target.or(\"\")).query.q' }", "target=/s?q=caf%C3%A9+%22x%22", #"{"q":"café \"x\""}"#),
      ("{ d: '=decimal(\"199.90\")' }", "", #"{"d":199.90}"#),
      // Zones come from the system's tables.
      ("{ h: '=time.getHours(\"Asia/Kolkata\")' }", "", #"{"h":5}"#),
      (
        "{ t: '=parse_time(\"10.09.2026 13:57\", \"%d.%m.%Y %H:%M\", \"Europe/Warsaw\")' }", "",
        #"{"t":"2026-09-10T11:57:00.000Z"}"#
      ),
      (
        "{ a: '=ip(\"2001:DB8::1\")', n: '=cidr(\"192.0.2.7/24\").masked()' }", "",
        #"{"a":"2001:db8::1","n":"192.0.2.0/24"}"#
      ),
      ("{ l: [a, =method, =status] }", "status=1", #"{"l":["a",1]}"#),
      (
        "{ c: { case: [ { when: { status: 200..299 }, then: good }, { when: { status: [404, 410] }, then: gone }, { else: bad } ] } }",
        "status=410", #"{"c":"gone"}"#
      ),
      (
        "{ c: { case: [ { needs: [user], then: =user.upperAscii() }, { else: nobody } ] } }", "user=anna",
        #"{"c":"ANNA"}"#
      ),
      (
        "{ case: [ { when: { status: 410 }, then: { gone: true, a.b: =method } }, { else: {} } ] }",
        "status=410 method=GET", #"{"gone":true,"a":{"b":"GET"}}"#
      ),
      ("{ case: [ { when: { status: 410 }, then: { gone: true } }, { else: {} } ] }", "status=200", nil),
      ("{ case: =method, then: [a] }", "method=GET", #"{"case":"GET","then":["a"]}"#),
      ("{ i: { each: rows, do: { s: =sku, q: =qty } } }", "rows=A:2,B", #"{"i":[{"s":"A","q":2},{"s":"B"}]}"#),
      ("{ n: '=rows.or([]).map(r, r.qty.or(0)).sum()' }", "rows=A:2,B:5", #"{"n":7}"#),
    ] as [(String, String, String?)])
  func properties(_ properties: String, _ line: String, _ expected: String?) throws {
    let outcome = try MappingRun.map(
      MappingRun.head + "events: [ { type: t, properties: \(properties) } ]", ["time=1000 ip=1 status=0 " + line])
    let body = try #require(outcome.bodies.first, "\(outcome.rejects)")
    let head = #"","type":"t","time":{"insert":"1970-01-01T00:16:40.000Z","create":"1970-01-01T00:16:40.000Z"}"#
    let tail = expected.map { #","properties":"# + $0 } ?? ""
    #expect(body.dropFirst(7 + 36) == head + tail + "}")
  }

  /// Entries of one optional map beside constants, fields and entries of another, with and without either map.
  @Test(arguments: [
    (
      "target=/s?a=1&b=2",
      #"{"x":1,"a":"1","y":2,"b":"2","m":"GET","u":{"a":"1","b":"2"},"o":"2","z":3,"t":"/s?a=1&b=2"}"#
    ),
    ("target=/s?b=2", #"{"x":1,"y":2,"b":"2","m":"GET","u":{"b":"2"},"o":"2","z":3,"t":"/s?b=2"}"#),
    ("target=/s", #"{"x":1,"y":2,"m":"GET","z":3,"t":"/s"}"#),
    (
      "target=/s agent=/r?c=5&d=6", #"{"x":1,"y":2,"m":"GET","v":"5","w":"6","z":3,"t":"/s"}"#
    ),
    (
      "target=/s?a=1 agent=/r?c=5",
      #"{"x":1,"a":"1","y":2,"m":"GET","u":{"a":"1"},"v":"5","z":3,"t":"/s?a=1"}"#
    ),
  ])
  func entriesOfOneMap(_ line: String, _ expected: String) throws {
    let outcome = try MappingRun.map(
      MappingRun.head + """
        let: { one: '=parse_url(target.or(""))', two: '=parse_url(agent.or(""))' }
        events:
          - type: t
            properties:
              x: 1
              a: =one.query.a
              y: 2
              b: =one.query.b
              m: =method
              u: { a: =one.query.a, b: =one.query.b }
              o: =one.query.c.or(one.query.b)
              v: =two.query.c
              w: =two.query.d
              z: 3
              t: =target
        """, ["time=1000 ip=1 method=GET " + line])
    let body = try #require(outcome.bodies.first, "\(outcome.rejects)")
    #expect(body.hasSuffix(#","properties":"# + expected + "}"), "\(body)")
  }

  /// A `when` value, what the field `target` holds, and whether it matches.
  @Test(arguments: [
    ("/search", "/search", true), ("/search", "/search/", false), ("\"*.css\"", "/a/b.css", true),
    ("\"*.css\"", "/a/b.css/c", false), ("\"*.css\"", "/a.css/b", false), ("\"/static/**\"", "/static/a/b", true),
    ("\"/static/**\"", "/staticx", false), ("\"/a/*\"", "/a/b", true), ("\"/a/*\"", "/a/b/c", false),
    ("\"/a/*/c\"", "/a/b/c", true), ("\"/a/**/c\"", "/a/x/y/c", true), ("\"**/c\"", "/a/x/c", true),
    ("\"/a*b*c\"", "/aXbYc", true), ("\"/a*b*c\"", "/aXb/c", false), ("\"app-*.js\"", "/x/app-1.js", true),
    ("\"app-*.js\"", "/x/my-app-1.js", false), ("[/a, \"*.png\"]", "/x.png", true), ("\"~ ^/p[0-9]+$\"", "/p12", true),
    ("\"~ ^/p[0-9]+$\"", "/px", false), ("/Search", "/search", false),
  ])
  func when(_ pattern: String, _ target: String, _ matches: Bool) throws {
    let mapping = MappingRun.head + "events: [ { type: t, when: { target: \(pattern) } } ]"
    let outcome = try MappingRun.map(mapping, ["time=1 ip=1 status=0 target=\(target)", "time=1 ip=1 status=0"])
    #expect(outcome.bodies.count == (matches ? 1 : 0))
    #expect(outcome.unmatched == (matches ? 1 : 2), "an absent value never matches")
  }

  @Test func dropsAreCountedInOrderAndNarrow() throws {
    let mapping =
      MappingRun.head + """
        let: { url: =parse_url(target), page: =url.path }
        drop:
          - { reason: none, unless_present: [target] }
          - { reason: asset, when: { page: "*.css" } }
          - { reason: bot, if: '=is_bot(agent.or(""))' }
          - { reason: strange, unless: { method: [GET, POST], status: 200..399 } }
        events: [ { type: t, properties: { p: =page } } ]
        """
    let outcome = try MappingRun.map(
      mapping,
      [
        "time=1 ip=1 status=200", "time=1 ip=1 status=200 target=/a.css",
        "time=1 ip=1 status=200 target=/a agent=Googlebot/2.1",
        "time=1 ip=1 status=500 method=GET target=/a agent=Firefox",
        "time=1 ip=1 status=200 method=GET target=/a?b agent=Firefox",
      ])
    #expect(outcome.dropped == ["none": 1, "asset": 1, "bot": 1, "strange": 1])
    #expect(outcome.bodies.count == 1)
    #expect(outcome.bodies[0].hasSuffix(#""properties":{"p":"/a"}}"#))
  }

  @Test func firstRuleWinsUnlessAllAreWanted() throws {
    let rules =
      "events: [ { type: a, when: { status: 0 } }, { name: second, type: a, tags: [x, y], options: { saveEvents: true } } ]\n"
    let first = try MappingRun.map(MappingRun.head + rules, ["time=1 ip=1 status=0"])
    #expect(first.bodies.count == 1)
    let all = try MappingRun.map(MappingRun.head + rules + "emit: all\n", ["time=1 ip=1 status=0"])
    #expect(all.bodies.count == 2)
    #expect(all.bodies[1].hasSuffix(#","options":{"saveEvents":true},"tags":["x","y"]}"#))
    #expect(all.ids[0] != all.ids[1], "the rule's name is part of the id")
  }

  @Test func idsAreRecomputable() throws {
    let natural = "{ name: purchase, type: sale, id: '=[\"order\", target.or(\"\")]' }"
    let line = "time=1 ip=1 status=0 target=O-77"
    let outcome = try MappingRun.map(MappingRun.head + "events: [ \(natural), { type: t } ]\nemit: all\n", [line])
    let namespace = UUID.urlNamespace.named("https://trackfill.dev/ids").named("web").named("test")
    #expect(outcome.ids[0] == namespace.named("id\npurchase\n[\"order\",\"O-77\"]"))
    #expect(outcome.ids[1] == namespace.named("record\nt\n" + line))
    #expect(outcome.bodies[1].contains(outcome.ids[1].text))
  }

  /// What is remembered of a request that was written is always the event's own: with texts that differ little, that are
  /// escaped, that are short, and between records that are taken back.
  @Test(arguments: 1...5)
  func requestsOfTextsThatComeAgain(_ seed: Int) throws {
    var random = Seeded(seed)
    let mapping = """
      mapping: test
      language: 1
      input: { reader: line }
      identity: { visitor: =ip, profile: { hash: visitor, salt: pepper } }
      target: { source: web, request: { kind: web, headers.user-agent: =agent } }
      events: [ { type: a }, { type: b, properties: { n: '=int(target.or("x"))' } } ]
      emit: all

      """
    let agents = (0..<40).map { "Mozilla/5.0-Chrome/\(100 + $0).0.6613.91-Safari/537.36" }
    let pool =
      agents + ["x", "", "user-agent", "\"quoted\"-agent", "back\\slash/agent", "Łódź/agent/1.0", "kind", "12345678"]
    var lines: [String] = []
    var expected: [String] = []
    for number in 0..<400 {
      let agent = pool.randomElement(using: &random) ?? ""
      let isWhole = Int.random(in: 0..<4, using: &random) > 0
      lines.append("time=\(number) ip=1 status=0 agent=\(agent) target=\(isWhole ? "7" : "no")")
      let text = agent.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      let request = #"{"kind":"web","headers":{"user-agent":""# + text + #""}}"#
      if isWhole { expected += [request, request] }
    }
    let outcome = try MappingRun.map(mapping, lines)
    #expect(outcome.requests == expected)
    #expect(outcome.rejects.count == 400 - expected.count / 2)
  }

  @Test func sessionParts() throws {
    let mapping = """
      mapping: test
      language: 1
      input: { reader: line }
      identity:
        visitor: [ =user, '="ip:" + ip' ]
        profile: { id: '="p-" + ip', ids: [ =user, =agent ] }
      session: { gap: 10m, max: 2h, disorder: 1m, split_when: =method, midnight: Europe/Warsaw, cap: 9, late: new }
      target:
        source: env(SOURCE)
        context: { utm.source: =method, tz: =agent }
        request: { headers.user-agent: =agent }
        options: { saveProfile: false }
      events: [ { type: t } ]
      """
    let plan = try MappingRun.load(mapping, environment: ["SOURCE": "s-1"])
    #expect(plan.sessions.source == "s-1")
    #expect(plan.sessions.gap == 600_000)
    #expect(plan.sessions.cap == 9)
    #expect(plan.sessions.late == .new)
    #expect(plan.sessions.midnight?.name == "Europe/Warsaw")
    #expect(plan.sessions.options == #"{"saveProfile":false}"#)
    let outcome = try MappingRun.map(
      mapping, ["time=1 ip=1 status=0", "time=1 ip=1 status=0 user=anna method=GET agent=Fx"],
      environment: ["SOURCE": "s-1"])
    #expect(outcome.visitors == ["ip:1", "anna"])
    #expect(outcome.contexts == ["", #"{"utm":{"source":"GET"},"tz":"Fx"}"#])
    #expect(outcome.requests == ["", #"{"headers":{"user-agent":"Fx"}}"#])
    #expect(outcome.splits == [nil, "\"GET\""])
    #expect(outcome.profiles == [#""id":"p-1""#, #""id":"p-1","ids":["anna","Fx"]"#])
  }

  @Test func failingExpressionsRejectTheirRecordAndNothingElse() throws {
    let mapping = MappingRun.head + "let: { half: =100 / status }\nevents: [ { type: t, properties: { h: =half } } ]"
    let outcome = try MappingRun.map(
      mapping, ["time=1 ip=1 status=0", "time=1 ip=1 status=50", "time=999999999999 ip=1 status=1"])
    #expect(outcome.bodies.count == 1)
    #expect(outcome.rejects.count == 2)
    #expect(outcome.rejects[0] == "R201 line 1: let half '=100 / status': divide by zero")
    #expect(outcome.rejects[1].hasPrefix("R201 line 3: the record's time: overflow"))
  }

  @Test func recordsWithoutVisitor() throws {
    func mapping(_ none: String) -> String {
      MappingRun.head.replacing("visitor: =ip", with: "visitor: =user\(none)") + "events: [ { type: t } ]"
    }
    #expect(
      try MappingRun.map(mapping(""), ["time=1 ip=1 status=0"]).rejects == ["R203 line 1: the record has no visitor"])
    let dropped = try MappingRun.map(mapping(", none: drop"), ["time=1 ip=1 status=0"])
    #expect(dropped.rejects.isEmpty)
    #expect(dropped.dropped == ["no-visitor": 1])
  }

  @Test func anEmptyTextNamesNobody() throws {
    let mapping = MappingRun.head.replacing("visitor: =ip", with: "visitor: ['=user.or(\"\")', '=agent.or(\"\")']")
    let outcome = try MappingRun.map(
      mapping + "events: [ { type: t } ]",
      ["time=1 ip=1 status=0 user=anna", "time=1 ip=1 status=0 agent=Fx", "time=1 ip=1 status=0"])
    #expect(outcome.visitors == ["anna", "Fx"])
    #expect(outcome.rejects == ["R203 line 3: the record has no visitor"])
  }

  /// Nor does one of blanks; blanks around a name are part of it.
  @Test func aBlankTextNamesNobody() throws {
    let mapping = MappingRun.head.replacing(
      "visitor: =ip", with: "visitor: ['=url_decode(user.or(\"\"))', '=url_decode(agent.or(\"\"))']")
    let outcome = try MappingRun.map(
      mapping + "events: [ { type: t } ]",
      ["%20", "%C2%A0%09", "%20anna", "%C3%BC%20"].map { "time=1 ip=1 status=0 user=\($0) agent=Fx" }
        + ["time=1 ip=1 status=0 user=%20 agent=%E2%80%83"])
    #expect(outcome.visitors == ["Fx", "Fx", " anna", "ü "])
    #expect(outcome.rejects == ["R203 line 5: the record has no visitor"])
  }

  @Test func unmatchedRecordsCanBeRejected() throws {
    let mapping = MappingRun.head + "events: [ { type: t, when: { status: 1 } } ]\notherwise: reject"
    #expect(try MappingRun.map(mapping, ["time=1 ip=1 status=0"]).rejects == ["R202 line 1: no rule wants this record"])
  }

  /// A failed record must leave nothing behind that a later one reports.
  @Test func rejectsNeverSpeakOfAnEarlierRecord() throws {
    let rules = """
      events:
        - { type: a, needs: [user], properties: { n: '=int(target.or("") + "!")' } }
        - { type: x, id: '=(target.or("") + "zz").size() > 1 ? dyn([user]) : [user]' }
      """
    let long = "/" + String(repeating: "A", count: 3000)
    let outcome = try MappingRun.map(
      MappingRun.head + rules,
      ["time=1 ip=1 status=0 user=bob target=/x", "time=1 ip=1 status=0 target=\(long)"])
    #expect(outcome.bodies.isEmpty)
    #expect(outcome.rejects.count == 2)
    #expect(outcome.rejects[1].hasSuffix("the value is absent"))
  }

  @Test func aNaturalIDWithAMissingPartIsARejectAndNoSharedID() throws {
    let rule =
      "let: { url: '=parse_url(target.or(\"/\"), \"http://x\")' }\nevents: [ { type: t, id: '=dyn([\"order\", url.query.order])' } ]"
    let outcome = try MappingRun.map(
      MappingRun.head + rule, ["time=1 ip=1 status=0 target=/a", "time=1 ip=1 status=0 target=/a?order=7"])
    #expect(outcome.bodies.count == 1)
    #expect(outcome.rejects.count == 1)
    let long = "/a?order=" + String(repeating: "9", count: 32_001)
    #expect(try MappingRun.map(MappingRun.head + rule, ["time=1 ip=1 status=0 target=\(long)"]).rejects.count == 1)
  }

  @Test func aProfileWithoutIDIsAReject() throws {
    let mapping = MappingRun.head.replacing("{ hash: visitor, salt: pepper }", with: "{ id: '=user.or(\"\")' }")
    let outcome = try MappingRun.map(
      mapping + "events: [ { type: t } ]",
      ["time=1 ip=1 status=0", "time=1 ip=1 status=0 user=", "time=1 ip=1 status=0 user=u"])
    #expect(outcome.profiles == [#""id":"u""#])
    #expect(outcome.rejects.count == 2)
  }

  /// Tracardi trims ids, takes a blank one for none, and its index has no place for more than 512 bytes.
  @Test(
    arguments: [
      ("%20", nil, "the text is empty"), ("%20a%C2%A0", #""id":"a","ids":["p-"]"#, nil),
      (String(repeating: "x", count: 513), nil, "over 512 bytes"),
      (String(repeating: "x", count: 512), "\"id\":\"\(String(repeating: "x", count: 512))\",\"ids\":[\"p-\"]", nil),
    ] as [(String, String?, String?)])
  func profileIDsAreOnesThatTracardiHolds(_ id: String, _ profile: String?, _ reject: String?) throws {
    let head = MappingRun.head.replacing(
      "{ hash: visitor, salt: pepper }",
      with: "{ id: '=url_decode(user.or(\"\"))', ids: [ '=\" p- \"', '=agent.or(\"\")', '=\" \"' ] }")
    let run = try MappingRun.map(head + "events: [ { type: t } ]\n", ["ip=a status=1 time=0 user=\(id)"])
    #expect(run.profiles == [profile].compactMap { $0 })
    #expect(run.rejects.count == (reject == nil ? 0 : 1), "\(run.rejects)")
    if let reject { #expect(run.rejects.first?.contains(reject) == true, "\(run.rejects)") }
  }

  @Test func anAbsentBooleanMatchesNeitherValue() throws {
    for wanted in ["true", "false"] {
      let rule = "let: { f: '=user.optMap(u, u == \"x\")' }\nevents: [ { type: t, when: { f: \(wanted) } } ]"
      let outcome = try MappingRun.map(MappingRun.head + rule, ["time=1 ip=1 status=0"])
      #expect(outcome.unmatched == 1)
    }
  }

  /// A key that a plain map lacks is absent for every kind of condition, and no error.
  @Test(arguments: [
    ("events: [ { type: a, needs: [q.x], properties: { x: =q.x.trim() } }, { type: b } ]", ["a", "b", "b"], [:]),
    ("events: [ { type: a, when: { q.x: '1' } }, { type: b } ]", ["a", "b", "b"], [:]),
    ("events: [ { type: a, when: { q.x: '~ 1' } }, { type: b } ]", ["a", "b", "b"], [:]),
    ("events: [ { type: a, unless: { q.x: '1' } }, { type: b } ]", ["b", "a", "a"], [:]),
    ("events: [ { type: a, needs: [m.one.x] }, { type: b, needs: [m.two] } ]", ["b", "b", "b"], [:]),
    (
      "drop: [ { reason: lacks, unless_present: [q.x] } ]\nevents: [ { type: a, properties: { x: =q.x.trim() } } ]",
      ["a"], ["lacks": 2]
    ),
    ("drop: [ { reason: has, when: { q.x: '1' } } ]\nevents: [ { type: a } ]", ["a", "a"], ["has": 1]),
    (
      "checks: [ { code: LACKS, needs: [q.y], if: '=q.y == \"3\"', message: y } ]\nevents: [ { type: a } ]",
      ["a", "a", "a"], [:]
    ),
    (
      "events: [ { type: a, properties: { x: { case: [ { needs: [q.x], then: =q.x }, { else: none } ] } } } ]",
      ["a", "a", "a"], [:]
    ),
  ])
  func aKeyThatAPlainMapLacksIsAbsent(_ rules: String, _ types: [String], _ dropped: [String: Int]) throws {
    let lets = """
      let: { q: '=parse_query(target.or(""))', m: '={"one": {"y": 1}, "two": {"y": 2}}' }

      """
    let outcome = try MappingRun.map(
      MappingRun.head + lets + rules + "\n",
      ["time=1 ip=1 status=0 target=x=1", "time=1 ip=1 status=0 target=y=2", "time=1 ip=1 status=0"])
    #expect(outcome.rejects.isEmpty)
    #expect(outcome.dropped == dropped)
    #expect(outcome.bodies.map { $0.split(separator: "\"type\":\"")[1].prefix(1) } == types.map { $0[...] })
  }

  /// Beyond what `send` takes as a payload; what was written of the record before is undone.
  @Test func anEventLongerThanAPayload() throws {
    let rules = """
      emit: all
      events:
        - { type: short }
        - { type: long, needs: [user], properties: { a: { each: rows, do: { t: =target } } } }

      """
    let long =
      "user=u target=\(String(repeating: "x", count: 32_000)) rows="
      + repeatElement("a:1", count: 500).joined(separator: ",")
    let run = try MappingRun.map(
      MappingRun.head + rules, ["time=1 ip=1 status=0 " + long, "time=2 ip=1 status=0 target=/"])
    #expect(run.rejects == ["R204 line 1: the event is longer than 15 MiB"])
    #expect(run.bodies.count == 1)
  }

  @Test func emptyKeysNeverLeave() throws {
    let rule = "events: [ { type: t, properties: { q: '=parse_url(target.or(\"/\")).query' } } ]"
    let outcome = try MappingRun.map(MappingRun.head + rule, ["time=1 ip=1 status=0 target=/a?=1&b=2"])
    #expect(outcome.bodies[0].hasSuffix(#""properties":{"q":{"b":"2"}}}"#))
  }

  /// Tracardi answers 200 to an event with such a key, and its index refuses it.
  @Test(
    arguments: [
      ("%00x=1&b%00=2", #"{"x":"1","b":"2"}"#), ("x=1&%00x=2&y=3&%00y=4&%00=5", #"{"x":"1","y":"3"}"#),
      ("a%22%01=1", #"{"a\"\u0001":"1"}"#), (String(repeating: "k", count: 512) + "=1", nil),
      (
        String(repeating: "k", count: 511) + "ä=1&" + String(repeating: "k", count: 600) + "=2&z=3",
        "{\"" + String(repeating: "k", count: 511) + #"":"1",""# + String(repeating: "k", count: 512)
          + #"":"2","z":"3"}"#
      ),
    ] as [(String, String?)])
  func keysThatLoseAnEventAreMended(_ query: String, _ expected: String?) throws {
    let rule = "events: [ { type: t, properties: { q: '=parse_url(target.or(\"/\")).query' } } ]"
    let outcome = try MappingRun.map(MappingRun.head + rule, ["time=1 ip=1 status=0 target=/a?\(query)"])
    let want = expected ?? "{\"\(query.dropLast(2))\":\"1\"}"
    #expect(outcome.bodies[0].hasSuffix("\"properties\":{\"q\":\(want)}}"), "\(outcome.bodies)")
  }

  /// It is the whole path that counts.
  @Test func keysOfDeepMapsShareTheirRoom() throws {
    let rule = """
      let: { q: '=parse_query(target.or(""))', deep: '=q.transformMap(k, v, {k: {k: v}})' }
      events: [ { type: t, properties: { q: =deep } } ]
      """
    let key = String(repeating: "k", count: 500)
    let outcome = try MappingRun.map(MappingRun.head + rule, ["time=1 ip=1 status=0 target=\(key)=1"])
    let keys = outcome.bodies[0].matches(of: /k+/).map { $0.0.count }
    #expect(keys == [500, 16, 16], "\(outcome.bodies)")
  }

  @Test func anEmptyProfileIDIsCalledEmpty() throws {
    let head = MappingRun.head.replacing("{ hash: visitor, salt: pepper }", with: "{ id: '=user.or(\"\")' }")
    let run = try MappingRun.map(head + "events: [ { type: t } ]\n", ["ip=a status=1 time=0"])
    #expect(run.rejects.count == 1 && run.rejects[0].contains("the text is empty"), "\(run.rejects)")
  }
}
