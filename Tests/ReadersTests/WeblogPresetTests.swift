import Pipeline
import Readers
import Testing

/// The catalogue of presets, each against its own sample and against what its server's documentation says.
@Suite struct WeblogPresetTests {
  @Test(arguments: weblogFormats.map(\.name))
  func sample(_ name: String) throws {
    let preset = try weblogFormat(name)
    let reader = try weblog(preset)
    let reading = try read(preset.sample + "\n", with: reader)
    #expect(reading.rejects == [])
    // Without directives and a header.
    let lines = preset.sample.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix("\"time_micros\"") }
    #expect(!lines.isEmpty && reading.records.count == lines.count)
    #expect(preset.source.hasPrefix("http"))
    // Standard names, and none twice.
    let names = reader.schema.fields.map(\.name)
    #expect(Set(names).count == names.count)
    for record in reading.records {
      #expect(record["ip"] != nil)
      let time = try #require(record["time"].flatMap { Int($0.split(separator: "+")[0]) })
      #expect(time > 1_500_000_000 && time < 1_800_000_000)
    }
  }

  @Test func namesAreUnique() {
    #expect(Set(weblogFormats.map(\.name)).count == weblogFormats.count)
  }

  /// What comes of the first record of each sample.
  static let expected: [(String, [String: String])] = [
    ("combinedio", ["bytes": "912", "bytes_received": "431", "bytes_sent": "1204"]),
    ("nginx_main", ["ip": "10.0.0.5", "forwarded": "203.0.113.9, 10.0.0.7"]),
    (
      "ingress_nginx_legacy",
      ["ip": "10.240.0.5", "forwarded": "203.0.113.9, 10.240.0.5", "user": "ada", "duration": "255000"]
    ),
    ("ingress_nginx", ["upstream_status": "502, 200", "duration": "255000"]),
    ("traefik", ["duration": "29000", "note_router": "shop@docker", "note_request_count": "3180"]),
    ("varnish", ["path": "/news", "query": "page=2"]), ("icecast", ["duration": "1242000000"]),
    ("gandi", ["host": "www.example.com", "duration": "0"]), ("ovh", ["host": "www.example.com"]),
    (
      "iis",
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET",
        "target": "/products/list.aspx?category=shoes&page=2",
        "path": "/products/list.aspx", "query": "category=shoes&page=2", "port": "443", "status": "200",
        "agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/130.0", "referer": "https://www.example.com/",
        "duration": "46000", "server_ip": "10.0.0.4", "substatus": "0", "win32_status": "0",
      ]
    ),
    ("w3c", ["time": "1789000463", "target": "/foo/bar.html?a=b", "path": "/foo/bar.html", "query": "a=b"]),
    ("netscaler", ["bytes": "1204", "bytes_received": "431", "protocol": "HTTP/1.1", "duration": "0"]),
    (
      "incapsula",
      [
        "host": "www.example.com", "path": "/page.php", "query": "variable=test", "method": "GET",
        "agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", "forwarded": "203.0.113.9",
      ]
    ),
    (
      "shoutcast",
      [
        "path": "/stream", "query": "title=Evening%20News", "agent": "WinampMPEG/5.1", "status": "200",
        "duration": "811000000",
      ]
    ),
    (
      "cloudfront",
      [
        "time": "1789041421", "ip": "203.0.113.9", "host": "www.example.com", "path": "/index.html", "query": "q=1",
        "target": "/index.html?q=1", "status": "200", "bytes": "392", "duration": "1000", "protocol": "HTTP/2.0",
        "agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/130.0", "client_port": "11040", "scheme": "https",
        "time_to_first_byte": "1000", "distribution": "d111111abcdef8.cloudfront.net",
      ]
    ),
    ("cloudfront_rtmp", ["event": "play", "agent": "LNX 10,0,32,18", "stream": "myvideo", "path": "/cfx/st"]),
    (
      "s3",
      [
        "time": "1789041421", "bucket": "shop-assets", "key": "img/logo.png", "method": "GET", "path": "/img/logo.png",
        "query": "v=3", "status": "200", "duration": "21000", "agent": "Mozilla/5.0 Firefox/130.0",
        "host": "shop-assets.s3.eu-central-1.amazonaws.com",
      ]
    ),
    (
      "alb",
      [
        "time": "1789041421+186641000", "ip": "203.0.113.9", "client_port": "2817", "status": "200", "bytes": "366",
        "method": "GET", "path": "/cart", "query": "add=7", "host": "www.example.com", "protocol": "HTTP/2.0",
        "duration": "2000", "target_ip": "10.0.0.66", "agent": "Mozilla/5.0 Firefox/130.0",
        "target_group_arn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/73e2d6bc24d8a067",
      ]
    ),
    ("elb", ["duration": "1178", "path": "/cart", "host": "www.example.com", "bytes": "29"]),
    (
      "gcs",
      [
        "time": "1789041421+123456000", "path": "/shop-assets/img/logo.png", "duration": "21000",
        "agent": #"Mozilla/5.0 ("quoted") Firefox/130.0"#, "key": "img/logo.png",
      ]
    ),
    (
      "bunny",
      [
        "time": "1789041421+421000000", "ip": "203.0.113.9", "path": "/video.mp4", "host": "example.b-cdn.net",
        "result": "HIT", "country": "PL",
      ]
    ),
    (
      "squid",
      [
        "time": "1789041421+603000000", "ip": "10.0.0.68", "duration": "310000", "result": "TCP_MISS", "status": "200",
        "method": "GET", "path": "/a", "query": "b=c", "host": "www.example.com", "user": "ada", "peer": "198.51.100.4",
      ]
    ),
    (
      "haproxy_http",
      [
        "time": "1789041421+655000000", "ip": "203.0.113.9", "client_port": "33317", "frontend": "http-in",
        "backend": "static", "server": "srv1", "duration": "109000", "status": "200", "bytes": "2750",
        "request_captures": "www.example.com|Mozilla/5.0 Firefox/130.0", "path": "/index.html", "query": "a=b",
      ]
    ),
    ("haproxy_tcp", ["time": "1789041421+443000000", "duration": "5007000", "bytes": "212", "termination": "--"]),
  ]

  @Test(arguments: expected) func fields(_ name: String, _ fields: [String: String]) throws {
    let preset = try weblogFormat(name)
    let record = try #require(try read(preset.sample, with: weblog(preset)).records.first)
    for (field, value) in fields { #expect(record[field] == value, "\(name).\(field)") }
  }

  @Test func absentParts() throws {
    let alb = try weblogFormat("alb")
    let record = try #require(try read(alb.sample, with: weblog(alb)).records.last)
    #expect(record["status"] == "460" && record["ip"] == "198.51.100.7")
    for name in ["request", "method", "path", "agent", "duration", "request_time", "target_ip"] {
      #expect(record[name] == nil, "\(name)")
    }
    let elb = try weblogFormat("elb")
    let tcp = try #require(try read(elb.sample, with: weblog(elb)).records.last)
    #expect(tcp["status"] == nil && tcp["method"] == nil && tcp["bytes"] == "305" && tcp["duration"] == "1138")
    let haproxy = try weblogFormat("haproxy_http")
    let plain = try #require(try read(haproxy.sample, with: weblog(haproxy)).records.last)
    #expect(plain["request_captures"] == nil && plain["path"] == "/logo.png" && plain["status"] == "304")
    let aborted =
      #"1.2.3.4:5 [10/Sep/2026:13:57:02.001] in in/<NOSRV> -1/-1/-1/-1/7 -1 0 - - CR-- 1/1/0/0/0 0/0 "<BADREQ>""#
    let bad = try #require(try read(aborted, with: weblog(haproxy)).records.first)
    #expect(bad["status"] == nil && bad["method"] == nil && bad["duration"] == "7000" && bad["server"] == "<NOSRV>")
    let endless = aborted.replacing("-1/7 ", with: "-1/99999999999999999 ")
    #expect(try read(endless, with: weblog(haproxy)).records.first?["duration"] == nil)
    let escaped =
      ##"1.2.3.4:5 [10/Sep/2026:13:57:02.001] in in/a 1/1/1/1/7 200 9 - - ---- 1/1/0/0/0 0/0 {a#7Cb|#22q#22} "GET /s?q=#22x#22&l=a#C3#A9#4 HTTP/1.1""##
    let decoded = try #require(try read(escaped, with: weblog(haproxy)).records.first)
    #expect(decoded["path"] == "/s" && decoded["query"] == #"q="x"&l=aé"# && decoded["protocol"] == "HTTP/1.1")
    #expect(decoded["request_captures"] == #"a|b|"q""#)
    let squid = try weblogFormat("squid")
    let tunnel = try #require(try read(squid.sample, with: weblog(squid)).records.last)
    #expect(tunnel["target"] == "www.example.com:443" && tunnel["path"] == nil && tunnel["method"] == "CONNECT")
  }

  /// A request without the protocol's target, as ALB has it when the client sent none.
  @Test func requestsOfBalancers() throws {
    let reader = try weblog("alb")
    func line(_ request: String) -> String {
      "http 2026-09-10T11:57:01.186641Z app/x 1.2.3.4:5 - -1 -1 -1 400 - 0 272 \"\(request)\" \"-\" - -\n"
    }
    for (request, method, path, host) in [
      ("GET http://h.example:80/a?b HTTP/1.1", "GET", "/a", "h.example"),
      ("GET http://[2001:db8::1]:80/ HTTP/1.1", "GET", "/", "[2001:db8::1]"),
      ("- http://h.example:80- -", nil, nil, nil),
      ("- - - ", nil, nil, nil), ("GET /x y HTTP/1.1", "GET", "/x y", nil),
    ] as [(String, String?, String?, String?)] {
      let record = try #require(try read(line(request), with: reader).records.first)
      #expect(record["method"] == method && record["path"] == path && record["host"] == host, "\(request)")
    }
  }

  /// How wide the lines are: fewer columns than documented today, more, and too few.
  @Test func widths() throws {
    let cloudfront = try weblogFormat("cloudfront")
    let line = try #require(cloudfront.sample.split(separator: "\n").last)
    let columns = line.split(separator: "\t")
    #expect(columns.count == 33)
    let reader = try weblog("cloudfront")
    for count in [12, 15, 18, 19, 24, 26, 33] {
      let reading = try read(columns.prefix(count).joined(separator: "\t") + "\n", with: reader)
      #expect(reading.rejects == [] && reading.records.first?["query"] == "q=1", "\(count)")
      #expect(reading.records.first?["duration"] == (count > 18 ? "1000" : nil))
    }
    #expect(try read(line + "\tnew\tnewer\n", with: reader).records.count == 1)
    #expect(
      try read(columns.prefix(11).joined(separator: "\t"), with: reader).rejects.first?.hasPrefix("R102") == true)

    let s3 = try weblogFormat("s3")
    let short = s3.sample.components(before: " s9lzH") + "\n"
    let reading = try read(short, with: weblog("s3"))
    #expect(reading.rejects == [] && reading.records.first?["agent"] == "Mozilla/5.0 Firefox/130.0")
    #expect(reading.records.first?["host"] == nil)
  }

  /// Agents of CloudFront, once and twice encoded.
  static let agents: [(String, String)] = [
    ("Mozilla/5.0%20(X11)%20Firefox", "Mozilla/5.0 (X11) Firefox"),
    ("Mozilla/5.0%2520(X11)%2520Firefox", "Mozilla/5.0 (X11) Firefox"),
    ("My%2520App/1%20CFNetwork/1", "My%20App/1 CFNetwork/1"), ("curl/8.5.0", "curl/8.5.0"), ("100%25", "100%"),
    ("bad%2", "bad%2"), ("%", "%"), ("caf%C3%A9", "café"),
  ]

  @Test(arguments: agents) func percentEncoded(_ text: String, _ agent: String) throws {
    let line = "2026-09-10\t11:57:01\tFRA\t1\t1.2.3.4\tGET\tx.cloudfront.net\t/\t200\t-\t\(text)\t-\n"
    #expect(try read(line, with: weblog("cloudfront")).records.first?["agent"] == agent)
  }

  /// Lines in columns as servers write them where something is missing or out of place, and some of their fields.
  static let unusual: [(String, String, [String: String?])] = [
    // Two blanks: no agent.
    (
      "shoutcast", "1.2.3.4 1.2.3.4 2020-09-19 11:12:00 /stream?title=x 200  2432522 152 128027",
      ["agent": nil, "bytes": "2432522", "duration": "152000000", "bandwidth": "128027", "query": "title=x"]
    ),
    (
      "alb",
      #"h2 2026-09-10T11:57:01Z app/x 1.2.3.4:5 - 0 0 0 400 - 66 49 "GET https://h.example:443/q?bar=\x22 HTTP/2.0" "a \"b\" \\" ECDHE"#,
      [
        "query": "bar=\"", "target": "https://h.example:443/q?bar=\"", "host": "h.example", "agent": #"a "b" \"#,
        "ssl_cipher": "ECDHE",
      ]
    ),
    (
      "elb",
      #"2026-09-10T11:57:01Z lb 1.2.3.4:5 - 0 0 0 200 200 0 29 "GET http://h.example:80/ HTTP/1.1" "say \"hi\" now" - -"#,
      ["agent": #"say "hi" now"#, "path": "/"]
    ),
    (
      "s3",
      #"o b [10/Sep/2026:11:57:01 +0000] 1.2.3.4 - 63DA REST.GET.OBJECT %2522 "GET /" HTTP/1.1" 403 AccessDenied 243 - 8 - "r" "a" -"#,
      ["path": "/\"", "protocol": "HTTP/1.1", "status": "403", "error_code": "AccessDenied", "agent": "a"]
    ),
    // Quotes in the agent, which ends at the line's last one.
    (
      "s3",
      #"o b [10/Sep/2026:11:57:01 +0000] 1.2.3.4 - 63DA REST.GET.OBJECT k "GET /x HTTP/1.1" 200 - 243 - 8 7 "-" "say "hi" you" - hid= SigV2 ECDHE AuthHeader h.example TLSv1.2 - -"#,
      ["agent": #"say "hi" you"#, "host": "h.example", "host_id": "hid=", "ssl_protocol": "TLSv1.2"]
    ),
    // The next quote that has a protocol before it is not always the request's.
    (
      "s3",
      #"o b [10/Sep/2026:11:57:01 +0000] 1.2.3.4 - 63DA REST.GET.OBJECT k "GET /x" 403 - 243 - 8 - "r HTTP/1.1" "a" -"#,
      ["path": "/x", "protocol": nil, "status": "403", "referer": "r HTTP/1.1", "agent": "a"]
    ),
    (
      "haproxy_http",
      #"1.2.3.4:5 [22/Jun/2021:12:02:53.473] w a/n 0/0/1/17/18 302 291 - - ---- 1/1/0/0/0 0/0 "GET https://a.b/url?trunc"#,
      ["method": "GET", "target": "https://a.b/url?trunc", "path": "/url", "query": "trunc", "host": "a.b"]
    ),
    (
      "haproxy_http",
      #"1.2.3.4:5 [22/Jun/2021:12:02:53.473] w a/n 0/0/1/17/18 302 291 - - ---- 1/1/0/0/0 0/0 "POST /url?trunc HTT"#,
      ["method": "POST", "target": "/url?trunc", "protocol": nil]
    ),
    (
      "haproxy_http",
      #"1.2.3.4:5 [22/Jun/2021:12:02:53.473] w a/n 0/0/1/17/18 302 291 - - ---- 1/1/0/0/0 0/0 "GET https://a.b/x""#,
      ["method": "GET", "path": "/x", "host": "a.b"]
    ),
  ]

  @Test(arguments: unusual) func unusualLine(_ format: String, _ line: String, _ expected: [String: String?]) throws {
    let reader = try weblog(format, format.hasPrefix("haproxy") ? ["zone": "UTC"] : [:])
    let reading = try read(line + "\n", with: reader)
    #expect(reading.rejects == [])
    let record = try #require(reading.records.first)
    for (name, value) in expected { #expect(record[name] == value, "\(name)") }
    // Whoever asks for less finds the same.
    for (name, value) in expected {
      let alone = try read(MemorySource(Array(line.utf8)), with: reader, fields: [name])
      #expect(alone.records.first?[name] == value, "\(name)")
    }
  }

  /// What HAProxy writes among its requests.
  @Test(arguments: [
    (
      "1.2.3.4:56059 [03/Dec/2012:17:35:10.380] frt/f1: Connection error during SSL handshake",
      "R101 1 1 42 a message of HAProxy about a connection, no request"
    ),
    ("Server app/n2 is DOWN, reason: Layer4 connection problem", "R101 1 1 1 a message of HAProxy, no request"),
    ("Proxy http started.", "R101 1 1 1 a message of HAProxy, no request"),
    ("[WARNING] 253/104345 (666) : Server x is DOWN", "R101 1 1 1 a message of HAProxy, no request"),
    // Other lines are what they were.
    ("1.2.3.4:5 [03/Dec/2012:17:35:10.380] w a/n 0/0/1 x 2", "R104 1 1 50 'status' is not a number"),
    ("1.2.3.4", "R102 1 1 8 the line ends where the time was expected"),
  ]) func messages(_ line: String, _ reject: String) throws {
    #expect(try read(line + "\n", with: weblog("haproxy_http", ["zone": "UTC"])).rejects == [reject])
  }

  /// Lines in columns that are no records, and what is said.
  static let malformed: [(String, String, String)] = [
    ("alb", "http 2026-09-10T11:57:01Z app/x", "R102 1 1 32 the line ends where the ip was expected"),
    ("alb", "http yesterday app/x 1.2.3.4:5", "R103 1 1 6 'time' is not a time as the format has it"),
    ("alb", "http 2026-02-30T11:57:01Z app/x 1.2.3.4:5", "R103 1 1 6 'time' is not a time as the format has it"),
    (
      "alb", "http 2026-09-10T11:57:01Z app/x - - -1 -1 -1 400 - 0 272 \"-\"",
      "R105 1 1 33 'ip' is missing, which every record needs"
    ),
    (
      "alb", "http 2026-09-10T11:57:01Z app/x 1.2.3.4:5 - -1 -1 x 400 - 0 272 \"-\"",
      "R104 1 1 51 'response_time' is not a number"
    ),
    (
      "squid", "1789041421.603 310 10.0.0.68 TCP_MISS/200 8x4 GET / - - -", "R104 1 1 43 'bytes' is not a number"
    ),
    ("bunny", "HIT|200|soon|412|390|1.2.3.4|-|/|DE|a|b|c", "R103 1 1 9 'time' is not a time as the format has it"),
    ("iis", "2026-09-10 11:57:01 GET /", "R101 1 1 1 no '#Fields:' came before the line"),
    (
      "w3c", "#Fields: c-ip cs-uri\n1.2.3.4 /",
      "R105 2 1 1 no column of '#Fields:' has 'time', which every record needs"
    ),
    (
      "w3c", "#Fields: c-ip date time\n1.2.3.4 \(String(repeating: "\0", count: 10)) 00:00:01",
      "R103 2 1 9 'date' is not a time as the format has it"
    ),
    ("w3c", "#Fields: time c-ip\n00:00:01 1.2.3.4", "R103 2 1 1 the time has no date: no '#Date:' came before it"),
  ]

  @Test(arguments: malformed) func reject(_ format: String, _ text: String, _ message: String) throws {
    let reading = try read(text + "\n", with: weblog(format))
    #expect(reading.records.isEmpty)
    #expect(reading.rejects == [message])
  }
}

extension String {
  /// What stands before the first `mark`.
  fileprivate func components(before mark: String) -> String {
    guard let range = firstRange(of: mark) else { return self }
    return String(self[..<range.lowerBound])
  }
}
