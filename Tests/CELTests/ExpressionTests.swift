import CEL
import Testing

@Suite struct ExpressionTests {
  static let cases: [(String, String)] = [
    // Arithmetic and its errors.
    ("1 + 2 * 3", "7"),
    ("9223372036854775807 + 1", "error(overflow: the result is out of range)"),
    ("1 / 0", "error(divide by zero)"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("7 % -3", "1"),
    ("1u + 2u", "3u"),
    ("1.5 * 2.0", "3"),
    ("1 < 1.5", "true"),
    ("1 == 1.0", "true"),
    // Logic absorbs errors on either side.
    ("1/0 == 1 || true", "true"),
    ("true || 1/0 == 1", "true"),
    ("1/0 == 1 && false", "false"),
    ("1/0 == 1 && true", "error(divide by zero)"),
    ("[1, 0].exists(x, 1/x == 1)", "true"),
    ("[0, 1].exists(x, 1/x == 1)", "true"),
    ("[0, 2].all(x, 1/x == 1)", "false"),
    // Strings.
    (#"ip + "|" + agent.or("no-agent")"#, #""203.0.113.9|Mozilla/5.0 bot""#),
    (#"user.or("nobody")"#, #""nobody""#),
    (#"agent.or("").contains("bot")"#, "true"),
    (#"agent.or("").contains("crawler")"#, "false"),
    (#"page.endsWith(".js") || page.endsWith(".css") || page.endsWith(".webmanifest")"#, "true"),
    (#"page.endsWith(".js") || page.endsWith(".png")"#, "false"),
    (#""x.y".endsWith(".y")"#, "true"),
    (#"method in ["GET", "HEAD"]"#, "true"),
    (#"method == "GET" && status >= 200 && status < 400"#, "true"),
    (#"method == "POST""#, "false"),
    (#"page == "/static/app.css""#, "true"),
    (#"page.startsWith("/static/")"#, "true"),
    (#"page.startsWith("/static/app.")"#, "true"),
    (#"page.matches(r"\.(css|js)$")"#, "true"),
    (#"page.extract(r"/(\w+)\.css")"#, #"optional.of("app")"#),
    (#"page.extract("^x")"#, "optional.none()"),
    (#""a=b".after("=")"#, #"optional.of("b")"#),
    (#""a=b".before("=")"#, #"optional.of("a")"#),
    (#""ab".after("=")"#, "optional.none()"),
    (#""  x\t ".trim()"#, #""x""#),
    (#""ŻÓŁW".lower()"#, #""żółw""#),
    (#""a,b,,c".split(",")"#, #"["a", "b", "", "c"]"#),
    (#""héllo".size()"#, "5"),
    (#""abc".reverse()"#, #""cba""#),
    (#"mask_ip(ip).orValue("")"#, #""203.0.113.0""#),
    (#"mask_ip("1.2.3.4:80").orValue("")"#, #""1.2.3.0""#),
    (#"mask_ip("[2001:db8::1]").orValue("")"#, #""2001:db8::""#),
    (#"mask_ip("fe80::1%eth0").orValue("")"#, #""fe80::""#),
    (#"mask_ip("::ffff:1.2.3.4").orValue("")"#, #""1.2.3.0""#),
    (#"mask_ip("1.2.3.4, 5.6.7.8").hasValue()"#, "false"),
    (#"mask_ip("host.example.com").hasValue()"#, "false"),
    (#"mask_ip("2001:db8:1:2::9").orValue("")"#, #""2001:db8:1::""#),
    (#"mask_ip("2001:db8:0:1::1").orValue("") + mask_ip("2001:DB8::1").orValue("")"#, #""2001:db8::2001:db8::""#),
    (#"mask_ip("0:0:1::1").orValue("") + mask_ip("::1").orValue("")"#, #""0:0:1::::""#),
    (#"mask_ip("1:2::").orValue("") + mask_ip("1:0:3:4:5:6:7:8").orValue("")"#, #""1:2::1:0:3::""#),
    (
      #"mask_ip("ffff:ffff:ffff:ffff::").orValue("") + mask_ip("255.255.255.255").orValue("")"#,
      #""ffff:ffff:ffff::255.255.255.0""#
    ),
    (
      #"mask_ip("[2001:db8:1::1]:443").orValue("") + mask_ip("::ffff:c000:201").orValue("")"#,
      #""2001:db8:1::192.0.2.0""#
    ),
    (#"mask_ip("64:ff9b::192.0.2.1").orValue("") + mask_ip("10.0.0.7").orValue("")"#, #""64:ff9b::10.0.0.0""#),
    (
      #"["12:34:56", "aa:bb:cc:dd:ee:ff", "999.1.1.1", "01.2.3.4", "10.0.0.256", ":::", "12345::", "1:2:3:4:5:6:7:8:9", "", "1.2.3", "[1.2.3.4", "[::1]x", "1.2.3.4:x", "1::2.3.4.5:80", "%"].exists(x, mask_ip(x).hasValue())"#,
      "false"
    ),
    // URLs.
    ("url.path", #""/search""#),
    ("url.host", #""shop.example.com""#),
    ("url.port", "optional.of(8443)"),
    ("url.text", #""https://Shop.example.com:8443/search?q=+red%20shoes&q=2&empty=""#),
    ("url.query.q", #"optional.of(" red shoes")"#),
    ("url.query.empty", #"optional.of("")"#),
    ("url.query.missing", "optional.none()"),
    (#"url.query.?q.orValue("")"#, #"" red shoes""#),
    // Keys of one optional map that stand for each other.
    (#"url.query.missing.or(url.query.q)"#, #"optional.of(" red shoes")"#),
    (#"url.query.missing.or(url.query.empty).or(url.query.q)"#, #"optional.of("")"#),
    (#"url.query.missing.or(url.query.none.or(url.query.q))"#, #"optional.of(" red shoes")"#),
    (#"url.query.missing.or(url.query.none)"#, "optional.none()"),
    (#"url.query.missing.or(url.query.none).or("x")"#, #""x""#),
    (#"bare.query.a.or(bare.query.b).or(url.query.q)"#, #"optional.of(" red shoes")"#),
    (#"bare.query.a.or(bare.query.b)"#, "optional.none()"),
    (#"[url, bare].map(u, u.query.q.or(u.query.z).or("-"))"#, #"[" red shoes", "-"]"#),
    (#"url.query["q"].or("")"#, #"" red shoes""#),
    ("has(url.query.q) && !has(url.query.z)", "true"),
    (#"parse_url(target).fragment"#, #"optional.of("top")"#),
    (#"parse_url("http://h").path"#, #""/""#),
    (#"parse_url("//cdn/x", "https://h/").text"#, #""https://cdn/x""#),
    (#"parse_url("x", "https://h/a/b").text"#, #""https://h/a/x""#),
    (##"parse_url("/p/q?a=1#f", "https://u@h:8/x?y#z").text"##, ##""https://u@h:8/p/q?a=1#f""##),
    (#"parse_url("/", "https://h").text"#, #""https://h/""#), (#"parse_url("/p", "urn:x").text"#, #""urn:/p""#),
    (#"parse_url("https://u:p@[::1]:80/").host"#, #""[::1]""#),
    (#"parse_url("").path"#, #""/""#),
    (#"parse_url("%%%:::??##@@").query_text"#, ##"optional.of("?")"##),
    (#"url_decode("a%2Fb+c%zz%4")"#, #""a/b c%zz%4""#),
    (#"parse_query("a=1&a=2&b")"#, #"{"a": "1", "b": ""}"#),
    (
      #"parse_url("/?a=1&b=x%20y&a=2&&c&a=").query_all"#,
      #"optional.of({"a": ["1", "2", ""], "b": ["x y"], "c": [""]})"#
    ),
    (#"parse_url("/?").query_all"#, "optional.of({})"), (#"parse_url("/").query_all.a"#, "optional.none()"),
    (#"parse_url("/?a=1&a=2").query_all.a.or([]).map(x, int(x)).sum()"#, "3"),
    // Decimals.
    ("prices.sum()", "25.00"),
    (#"decimal("0.1") + decimal("0.2") == decimal("0.3")"#, "true"),
    (#"3 * decimal("19.90")"#, "59.70"),
    (#"decimal("199.90") > 199.89"#, "true"),
    (#"decimal("x")"#, "error(no number: x)"),
    (#"decimal("39614081257132168796771975167")"#, "39614081257132168796771975167"),
    (
      #"decimal("39614081257132168796771975168")"#,
      "error(overflow: the result is out of range: 39614081257132168796771975168)"
    ),
    (#"decimal("1e-29")"#, "error(overflow: the result is out of range: 1e-29)"),
    (#"decimal("1e")"#, "error(no number: 1e)"), (#"int("-")"#, "error(no whole number: -)"),
    (
      #"int("-9223372036854775809")"#, "error(overflow: the result is out of range: -9223372036854775809)"
    ),
    (#"int("4.5")"#, "error(no whole number: 4.5)"),
    (#"bool("yes")"#, "error(neither true nor false: yes)"),
    (#"timestamp("2026-01-01")"#, "error(no time with an offset, as 2026-09-10T14:00:00Z: 2026-01-01)"),
    (#"duration("1d")"#, "error(no length of time, as 90s or 1h30m: 1d)"),
    ("[1, 2, 3].sum()", "6"),
    // Optionals, macros, times.
    ("optional.of(1).optMap(x, x + 1)", "optional.of(2)"),
    (#"[?user, "a"].size()"#, "1"),
    (#"{?"k": agent}.size()"#, "1"),
    ("[1, 2, 3].map(x, x > 1, x * x)", "[4, 9]"),
    ("[1, 2].map(x, [3, 4].map(y, x * y))", "[[3, 4], [6, 8]]"),
    ("cel.bind(x, 2, x * x)", "4"),
    (#"timestamp("2026-09-10T13:57:01+02:00")"#, "2026-09-10T11:57:01Z"),
    (#"timestamp("2026-09-10T00:00:00Z") + duration("1h30m")"#, "2026-09-10T01:30:00Z"),
    (#"duration("-1.5s")"#, "-1.5s"),
    (#"timestamp("2026-09-10T13:57:01Z").getDayOfWeek()"#, "4"),
    ("type(1) == int && type(agent) == optional_type", "true"),
  ]

  @Test(arguments: cases) func value(_ source: String, _ expected: String) {
    #expect(run(source) == expected)
  }

  @Test func narrowedPathsArePlain() {
    var environment = Environment.sample
    environment.narrow("url.query.q")
    #expect(run("url.query.q.trim()", in: environment) == #""red shoes""#)
    // Narrowing one path leaves its neighbours optional.
    #expect(run("url.query.z", in: environment) == "optional.none()")
    environment.narrow("url.query.z")
    #expect(run("url.query.z.trim()", in: environment) == "error(the value is absent)")
  }

  @Test func errorsKnowTheirPlace() throws {
    let program = try compile("1 + 2 + (3 / (status - 200))", in: .sample).get()
    let value = program.evaluate(Activation())
    #expect(value.errorCode == .divideByZero)
    #expect(value.errorOffset == 8)
  }

  @Test func referencesAndConstants() throws {
    let program = try compile(#"ip + "|" + agent.or(ip)"#, in: .sample).get()
    #expect(program.references == ["ip", "agent"])
    #expect(program.constant == nil)
    #expect(try compile("1 + 1", in: .sample).get().constant?.int == 2)
    #expect(try compile("url.query.q", in: .sample).get().path == "url.query.q")
  }

  @Test func hostFunctions() {
    var environment = Environment.sample
    environment.register("is_bot", .unary(.string, .bool) { _, x in .bool(x.text.contains("bot")) })
    environment.register("fail", .unary(.string, .string) { activation, _ in activation.error("no such table") })
    #expect(run(#"is_bot(agent.or(""))"#, in: environment) == "true")
    #expect(run(#"fail("x")"#, in: environment) == "error(no such table)")
    #expect(run("is_bot(agent)", in: environment).hasPrefix("issues: optionalWhereRequired"))
  }

  @Test func nestedProgramsKeepTheirVariables() throws {
    var environment = Environment.sample
    let inner = try compile("[10, 20].map(x, x + 1)[1]", in: environment).get()
    environment.variables["inner"] = Variable(.int, load: inner.evaluate)
    #expect(run("[1, 2].map(x, inner + x)", in: environment) == "[22, 23]")
  }

  /// Borders are found eight bytes at a time: each of them at every place, beside bytes that are nearly one.
  @Test func bordersOfURLsAtEveryPlace() {
    let near = ["x", ".", "0", ">", "\"", "$", "ö", "\u{7F}"]
    for length in 0..<20 {
      let filler = String((0..<length).map { Character(near[$0 * 5 % near.count]) })
      let host = "h" + filler.filter { $0 != "\"" }
      for scheme in ["http", "https", "ftp"] {
        let url = "\(scheme)://\(host)/p\(filler)?q\(filler)#f\(filler)"
        let parts = [scheme, host, "/p" + filler, "q" + filler, "f" + filler]
        var environment = Environment()
        environment.variables["it"] = Variable(.string) { $0.string(url) }
        for (property, part) in zip(["scheme", "host", "path", "query_text.or(\"\")", "fragment.or(\"\")"], parts) {
          environment.variables["part"] = Variable(.string) { $0.string(part) }
          #expect(run("parse_url(it).\(property) == part", in: environment) == "true", "\(url) \(property)")
        }
      }
      // A capital, or what stands beside the capitals, at every place of a host.
      for (letter, lowered) in [("A", "a"), ("Z", "z"), ("[", "["), ("`", "`"), ("É", "É")] {
        let url = "https://" + String(repeating: "h", count: length) + letter + "i/"
        let host = String(repeating: "h", count: length) + lowered + "i"
        #expect(run("parse_url('\(url)').host") == "\"\(host)\"")
      }
    }
  }
}
