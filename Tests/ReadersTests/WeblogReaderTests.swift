import Pipeline
import Readers
import Testing

@Suite struct WeblogReaderTests {
  @Test func combined() throws {
    let line = #"""
      203.0.113.9 - bob [10/Oct/2000:13:55:36 -0700] "GET /a/b?c=d&e#f HTTP/1.1" 200 2326 "http://x.example/" "Mozilla/5.0 (X11)"

      """#
    let reading = try read(line, with: weblog("combined"))
    #expect(reading.rejects == [])
    #expect(
      reading.records == [
        [
          "ip": "203.0.113.9", "user": "bob", "time": "971211336", "request": "GET /a/b?c=d&e#f HTTP/1.1",
          "method": "GET", "target": "/a/b?c=d&e#f", "path": "/a/b", "query": "c=d&e", "protocol": "HTTP/1.1",
          "status": "200", "bytes": "2326", "referer": "http://x.example/", "agent": "Mozilla/5.0 (X11)",
        ]
      ])
  }

  @Test func schemaOfCombined() throws {
    let fields = try weblog("combined").schema.fields
    let required = fields.filter { !$0.isOptional }.map(\.name)
    #expect(required == ["ip", "time", "status"])
    #expect(
      fields.map(\.name) == [
        "ip", "logname", "user", "time", "request", "method", "target", "path", "query", "protocol", "status", "bytes",
        "referer", "agent",
      ])
    #expect(fields.first { $0.name == "time" }?.type == .timestamp)
    #expect(fields.first { $0.name == "bytes" }?.type == .int)
  }

  /// Requests as they stand in a log, and what they are: method, target, path, query, protocol.
  static let requests: [(String, [String?])] = [
    ("GET / HTTP/1.1", ["GET", "/", "/", nil, "HTTP/1.1"]),
    ("GET /x? HTTP/2.0", ["GET", "/x?", "/x", "", "HTTP/2.0"]),
    ("GET /x?a?b HTTP/3", ["GET", "/x?a?b", "/x", "a?b", "HTTP/3"]),
    ("get /x http/1.0", ["get", "/x", "/x", nil, "http/1.0"]),
    ("GET /a b c HTTP/1.1", ["GET", "/a b c", "/a b c", nil, "HTTP/1.1"]),
    ("GET /a HTTP/1.1 HTTP/1.1", ["GET", "/a HTTP/1.1", "/a HTTP/1.1", nil, "HTTP/1.1"]),
    ("GET http://h.example/x?y HTTP/1.1", ["GET", "http://h.example/x?y", "/x", "y", "HTTP/1.1"]),
    ("GET http://h.example HTTP/1.1", ["GET", "http://h.example", "/", nil, "HTTP/1.1"]),
    ("GET http://h.example?q HTTP/1.1", ["GET", "http://h.example?q", "/", "q", "HTTP/1.1"]),
    ("CONNECT h.example:443 HTTP/1.1", ["CONNECT", "h.example:443", nil, nil, "HTTP/1.1"]),
    ("OPTIONS * HTTP/1.0", ["OPTIONS", "*", nil, nil, "HTTP/1.0"]),
    ("GET /old", ["GET", "/old", "/old", nil, nil]),
    ("GET https://h.example/x?y", ["GET", "https://h.example/x?y", "/x", "y", nil]),
    ("GET httpx://h.example/x?y", [nil, nil, nil, nil, nil]), ("POST /old", [nil, nil, nil, nil, nil]),
    ("GET  HTTP/1.1", ["GET", nil, nil, nil, "HTTP/1.1"]),
    ("GET HTTP/1.1", ["GET", nil, nil, nil, "HTTP/1.1"]),
    ("quit", [nil, nil, nil, nil, nil]),
    ("", [nil, nil, nil, nil, nil]),
    ("-", [nil, nil, nil, nil, nil]),
    (#"\x16\x03\x01\x02\x00\x01"#, [nil, nil, nil, nil, nil]),
    (#"\x16\x03 \x22 HTTP/1.1"#, [nil, nil, nil, nil, nil]),
    ("\u{16}\u{3}\u{1} ab", [nil, nil, nil, nil, nil]),
    ("+ ADw script", [nil, nil, nil, nil, nil]),
    (#"GET /a\"b?c=\"d\" HTTP/1.1"#, ["GET", #"/a"b?c="d""#, #"/a"b"#, #"c="d""#, "HTTP/1.1"]),
    (#"GET /a\\ HTTP/1.1"#, ["GET", #"/a\"#, #"/a\"#, nil, "HTTP/1.1"]),
    (#"GET /\x22\xC3\xA9\t HTTP/1.1"#, ["GET", "/\"é\t", "/\"é\t", nil, "HTTP/1.1"]),
    ("GET /%C3%A9%20+ HTTP/1.1", ["GET", "/%C3%A9%20+", "/%C3%A9%20+", nil, "HTTP/1.1"]),
    (#"GET /\q\x2 HTTP/1.1"#, ["GET", #"/\q\x2"#, #"/\q\x2"#, nil, "HTTP/1.1"]),
    ("GET /a\u{0}b HTTP/1.1", ["GET", "/a\u{0}b", "/a\u{0}b", nil, "HTTP/1.1"]),
  ]

  @Test(arguments: requests) func request(_ text: String, _ expected: [String?]) throws {
    let line = "10.0.0.1 - - [10/Oct/2000:13:55:36 +0000] \"\(text)\" 408 - \"-\" \"-\"\n"
    let reading = try read(line, with: weblog("combined"))
    #expect(reading.rejects == [])
    let record = try #require(reading.records.first)
    #expect(["method", "target", "path", "query", "protocol"].map { record[$0] } == expected)
    #expect(record["status"] == "408")
    #expect(record["bytes"] == nil && record["referer"] == nil && record["agent"] == nil)
  }

  /// Lines of combined logs and some of their fields.
  static let lines: [(String, [String: String])] = [
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0545] "GET / HTTP/1.1" 200 1 "-" "a \"b\" c""#,
      ["agent": #"a "b" c"#, "time": "971165436"]
    ),
    (
      #"1.2.3.4 - - [10/OCT/2000:13:55:60 +0000] "GET / HTTP/1.1" 200 1 "-" "ends\\""#,
      ["agent": #"ends\"#, "time": "971186160"]
    ),
    (#"1.2.3.4 - - [10/oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "\x22x\x22""#, ["agent": #""x""#]),
    (#"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "lost"#, ["agent": "lost"]),
    (#"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "lost\"#, ["agent": #"lost\"#]),
    (#"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "x" "extra" 7"#, ["agent": "x"]),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "say "hi" now" "x "y" z""#,
      ["referer": #"say "hi" now"#, "agent": #"x "y"#]
    ),
    (
      #"[2001:db8::1] - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 000 1 "" """#,
      ["ip": "[2001:db8::1]", "status": "0"]
    ),
    (
      #"fe80::1%eth0 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 444 0 "-" "-""#,
      ["ip": "fe80::1%eth0", "status": "444", "bytes": "0"]
    ),
    (#"::ffff:1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "" 499 0 "-" "-""#, ["ip": "::ffff:1.2.3.4", "status": "499"]),
    (#"unix: - - [10/Oct/2000:13:55:36 +0000] "-" 408 0 "-" "-""#, ["ip": "unix:", "status": "408"]),
    (
      #"host.example - john q. public [10/Oct/2000:13:55:36 +0000] "-" 408 0 "-" "-""#,
      ["ip": "host.example", "user": "john q. public"]
    ),
  ]

  @Test(arguments: lines) func line(_ text: String, _ expected: [String: String]) throws {
    for end in ["", "\n", "\r\n"] {
      let reading = try read(text + end, with: weblog("combined"))
      #expect(reading.rejects == [])
      let record = try #require(reading.records.first)
      for (name, value) in expected { #expect(record[name] == value, "\(name)") }
      #expect(reading.raws == [Array(text.utf8)])
    }
  }

  /// A user that is none, as servers write it.
  @Test(arguments: [
    ("combined", #"1.2.3.4 - "" ["#), ("combined", "1.2.3.4 -  -  ["), ("common", #"1.2.3.4 - "" ["#),
    ("jetty", "1.2.3.4 -  -  ["), ("jetty", "1.2.3.4 - - ["),
  ]) func usersThatAreNone(_ format: String, _ start: String) throws {
    let line = start + #"10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "a""#
    let record = try #require(read(line, with: weblog(format)).records.first)
    #expect(record["ip"] == "1.2.3.4" && record["user"] == nil)
  }

  @Test(arguments: ["a - b", "R&D - Berlin", "cn=John Smith,ou=R - D,dc=x", "ada -"])
  func usersWithDashes(_ user: String) throws {
    let line = "1.2.3.4 - \(user) [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"a\""
    #expect(try read(line, with: weblog("combined")).records.first?["user"] == user)
  }

  /// What stands before a line, or a field more than the format has, becomes neither an address nor a user.
  @Test(arguments: [
    ("combined", "1.2.3.4, 5.6.7.8 - - "), ("combined", "www.example.com:443 1.2.3.4 - - "),
    ("combined", "web-1  | 1.2.3.4 - - "), ("combined", "node7 1.2.3.4 - ada "),
    ("combined", "10.240.0.5 - [203.0.113.9] - bob "), ("ingress_nginx", "10.240.0.5 - [10.240.0.4] - - "),
    ("combined", "10.240.0.5 - (203.0.113.9, 10.0.0.1) - bob "),
    ("combined", "Sep 10 13:57:01 web1 nginx 1.2.3.4 - - "), ("jetty", "web-1 | 1.2.3.4 - - "),
    ("jetty", "Sep 10 13:57:01 web1 nginx 1.2.3.4 - - "),
  ]) func wordsThatAreNoneOfTheFormat(_ format: String, _ start: String) throws {
    let line = start + #"[10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "a""#
    let reading = try read(line, with: weblog(format))
    #expect(reading.records.isEmpty)
    #expect(reading.rejects.count == 1)
    #expect(reading.rejects.first?.contains("that are none of the format") == true)
  }

  /// A line in quotes as a whole is the line within them; a quoted field at its beginning is not that.
  @Test(arguments: [
    (#""1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "a b"""#, "1.2.3.4", "a b"),
    (#""1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "a"#, "1.2.3.4", "a"),
    (#""1.2.3.4" - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "a b""#, #""1.2.3.4""#, "a b"),
  ]) func linesInQuotes(_ line: String, _ ip: String, _ agent: String) throws {
    let reading = try read(line + "\r\n", with: weblog("combined"))
    #expect(reading.rejects == [])
    #expect(reading.records.first?["ip"] == ip && reading.records.first?["agent"] == agent)
    if ip == "1.2.3.4" { #expect(reading.raws.first?.first == UInt8(ascii: "1")) }
  }

  /// A dash without the quotes that the format has around the field.
  static let dashes: [(String, String, [String: String])] = [
    ("traefik", #""-" "a" 1 "r@docker" - 0ms"#, ["agent": "a", "note_router": "r@docker", "duration": "0"]),
    ("traefik", #""-" "a" 1 - "http://s" 2ms"#, ["agent": "a", "note_server_url": "http://s", "duration": "2000"]),
    ("traefik", #"- "a" 1 - - 2ms"#, ["agent": "a", "duration": "2000"]),
    ("traefik", #"- - 1 - - 2ms"#, ["duration": "2000"]),
    ("traefik", #""r" - 1 "r" - 2ms"#, ["referer": "r", "note_router": "r", "duration": "2000"]),
    ("traefik", #""r" "" 1 "r" "" 2ms"#, ["referer": "r", "note_router": "r", "duration": "2000"]),
    ("combined", #"- "curl/7.55.1""#, ["agent": "curl/7.55.1"]), ("combined", #""r" -"#, ["referer": "r"]),
    ("combined", "- -", [:]), ("nginx_main", #""r" - "1.1.1.1""#, ["referer": "r", "forwarded": "1.1.1.1"]),
    // No field, but text of the client's that a server did not escape.
    ("combined", #""a" - b" "c""#, ["referer": #"a" - b"#, "agent": "c"]),
  ]

  @Test(arguments: dashes)
  func dashesWithoutQuotes(_ format: String, _ tail: String, _ expected: [String: String]) throws {
    let line = #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 24829 "# + tail
    let reading = try read(line, with: weblog(format))
    #expect(reading.rejects == [])
    let record = try #require(reading.records.first)
    #expect(record["status"] == "200" && record["bytes"] == "24829")
    if format == "traefik" { #expect(record["note_request_count"] == "1") }
    for name in ["referer", "agent", "forwarded", "duration", "note_router", "note_server_url"] {
      #expect(record[name] == expected[name], "\(name)")
    }
  }

  /// What follows `""` is not of the value, and what Traefik's agents leave over is no counter.
  @Test(arguments: [
    (
      "nginx_main", #""" "" 52700 687 "my_wa_wa" "bla""#,
      #"R101 1 1 69 expected '" "' before the forwarded"#
    ),
    (
      "traefik", #""-" "foo " bar" 116 "r" "s" 0ms"#,
      "R101 1 1 76 words stand before 'note_request_count' that are none of the format"
    ),
  ]) func quotesThatAreNoEnds(_ format: String, _ tail: String, _ reject: String) throws {
    let line = #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "# + tail
    #expect(try read(line, with: weblog(format)).rejects == [reject])
  }

  @Test func bytesThatAreNoUTF8() throws {
    let start = Array(#"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET /"#.utf8)
    let bytes = start + [0xFF, 0xC3] + Array(#" HTTP/1.1" 200 1 "-" "\xFF""#.utf8)
    let reading = try read(MemorySource(bytes), with: weblog("combined"))
    #expect(reading.rejects == [])
    #expect(reading.records.first?["path"] == "/\u{FFFD}\u{FFFD}")
    #expect(reading.records.first?["agent"] == "\u{FFFD}")
  }

  /// Lines that are no records, and what is said.
  static let malformed: [(String, String)] = [
    ("x", "R102 1 1 2 the line ends where ' ' was expected before the logname"),
    ("1.2.3.4 - - 10/Oct/2000", "R102 1 1 24 the line ends where ' [' was expected before the time"),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] GET / HTTP/1.1 200 1 "-" "-""#,
      #"R101 1 1 40 expected '] "' before the request"#
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1 200 1 "#,
      #"R102 1 1 64 the line ends where '" ' was expected before the status"#
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" OK 1 "-" "-""#,
      "R104 1 1 59 'status' is not a number"
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" - 1 "-" "-""#,
      "R105 1 1 59 'status' is missing, which every record needs"
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1x "-" "-""#,
      "R104 1 1 63 'bytes' is not a number"
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1"  200 1 "-" "-""#,
      "R101 1 1 59 one blank more than the format has stands before 'status'"
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200  1 "-" "-""#,
      "R101 1 1 63 one blank more than the format has stands before 'bytes'"
    ),
    (
      #"1.2.3.4 - - [31/Feb/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "-""#,
      "R103 1 1 14 'time' is not a time as the format has it"
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:24:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-""#,
      "R103 1 1 14 'time' is not a time as the format has it"
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36] "GET / HTTP/1.1" 200 1 "-" "-""#,
      "R103 1 1 14 'time' is not a time as the format has it"
    ),
    (
      #"- - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "-""#,
      "R105 1 1 1 'ip' is missing, which every record needs"
    ),
    (
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1"#,
      #"R102 1 1 64 the line ends where ' "' was expected before the referer"#
    ),
  ]

  @Test(arguments: malformed) func reject(_ text: String, _ expected: String) throws {
    let reading = try read(text, with: weblog("combined"))
    #expect(reading.records == [])
    #expect(reading.rejects == [expected])
    #expect(reading.count == 1)
  }

  /// Zeros where a log was emptied under its writer, byte order marks where files were joined: in every kind of log.
  @Test(arguments: [
    ("combined", #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "-""#),
    ("squid", "1789041421.000 5 1.2.3.4 TCP_MISS/200 10 GET http://h.example/ - DIRECT/- -"),
    ("caddy", #"{"ts":1789041421,"request":{"remote_ip":"1.2.3.4","method":"GET","uri":"/"},"status":200}"#),
  ])
  func whatStandsBeforeALine(_ format: String, _ line: String) throws {
    let reader = try weblog(format)
    let plain = try read(line, with: reader)
    #expect(plain.rejects == [] && plain.records.first?["ip"] == "1.2.3.4")
    for margin in ["\0", "\0\0\0\u{FEFF}", "\u{FEFF}", "\u{FEFF}\u{FEFF}\0"] {
      let reading = try read("\(line)\n\(margin)\(line)\r\n\(margin)\n\(margin)# x\n", with: reader)
      #expect(reading.rejects == [] && reading.lines == 4 && reading.blanks == 1 && reading.comments == 1)
      #expect(reading.records == plain.records + plain.records)
      #expect(reading.raws == plain.raws + plain.raws)
      #expect(reading.places.last == "2:2:\(line.utf8.count + 1 + margin.utf8.count)")
    }
  }

  @Test func accounts() throws {
    let good = #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1 "-" "-""#
    let reading = try read("\n# x\n\(good)\r\n \t\r\nbad\n\(good)", with: weblog("combined"))
    #expect(reading.lines == 6)
    #expect(reading.blanks == 2)
    #expect(reading.comments == 1)
    #expect(reading.count == 3)
    #expect(reading.places == ["3:1:5", "6:3:\(5 + good.utf8.count + 2 + 4 + 4)"])
    #expect(reading.rejects.count == 1)
    #expect(reading.rejects.first?.hasPrefix("R102 5 2 4 ") == true)
  }

  @Test(
    arguments: [
      ("h.example", "h.example", nil), ("h.example:8080", "h.example", "8080"), ("[::1]:443", "[::1]", "443"),
      ("[::1]", "[::1]", nil), ("::1", "::1", nil), ("h.example:-", "h.example", nil),
    ] as [(String, String, String?)])
  func virtualHost(_ text: String, _ host: String, _ port: String?) throws {
    let rest = #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 1"#
    for (preset, tail) in [("vhost_common", ""), ("vhost_combined", #" "-" "x""#)] {
      let reading = try read("\(text) \(rest)\(tail) more 17\n", with: weblog(preset))
      #expect(reading.rejects == [])
      #expect(reading.records.first?["host"] == host)
      #expect(reading.records.first?["port"] == port)
      #expect(reading.records.first?["bytes"] == "1")
    }
  }

  @Test func missingTexts() throws {
    let span = SourceSpan(line: 1, column: 1)
    func scalar(_ text: String) -> ConfigNode { .scalar(ConfigScalar(text: text, style: .plain, span: span)) }
    func entry(_ key: String, _ value: ConfigNode) -> ConfigEntry { ConfigEntry(key: key, keySpan: span, value: value) }
    let reader = try ReaderCatalogue.make(
      settings: .map(
        [
          entry("reader", scalar("weblog")), entry("format", scalar("combined")),
          entry("missing", .list([scalar("(null)")], span)),
        ], span), file: "x")
    let reading = try read(
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "-" 200 (null) "(null)" "-""#, with: reader)
    #expect(reading.records.first?["agent"] == "-")
    #expect(reading.records.first?["referer"] == nil)
    #expect(reading.records.first?["bytes"] == nil)
    #expect(reading.rejects == [])
  }

  @Test func fieldsThatNobodyAskedFor() throws {
    let line = #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET /p?q HTTP/1.1" x y "-" "\"""#
    let reading = try read(
      MemorySource(Array(line.utf8)), with: weblog("combined"), fields: ["agent", "path", "agent", "nothing"])
    #expect(reading.rejects == [])
    #expect(reading.records == [["agent": "\"", "path": "/p"]])
  }

  @Test func fullBatches() throws {
    let lines = (0..<10).map { #"1.2.3.\#($0) - - [10/Oct/2000:13:55:36 +0000] "GET /p?q HTTP/1.1" 200 1 "-" "a""# }
    let reading = try read(
      MemorySource(Array(lines.joined(separator: "\n").utf8)), with: weblog("combined"), batch: 3)
    #expect(reading.records.compactMap { $0["ip"] } == (0..<10).map { "1.2.3.\($0)" })
    #expect(reading.places.last?.hasPrefix("10:10:") == true)
  }
}
