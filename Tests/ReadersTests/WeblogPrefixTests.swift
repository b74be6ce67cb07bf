import Pipeline
import Readers
import Testing

/// What stands around a record or its client's address: syslog and container prefixes, chains of proxies.
@Suite struct WeblogPrefixTests {
  static let line = #"203.0.113.9 - - [10/Sep/2026:13:57:01 +0200] "GET /a HTTP/1.1" 200 9 "-" "Mozilla/5.0""#

  static let prefixes: [(String, Bool)] = [
    ("", true), ("<190>Sep 10 13:57:01 web1 nginx: ", true), ("<190>Sep 10 13:57:01 nginx: ", true),
    ("Sep  1 13:57:01 web1 nginx[123]: ", true), ("Sep 10 13:57:01 web1 nginx/access: ", true),
    ("2026-09-10T13:57:01.123456+02:00 web1 nginx[123]: ", true), ("2026-09-10T13:57:01Z web1 nginx: ", true),
    ("<165>1 2026-09-10T11:57:01.003Z web1 nginx 8710 - - ", true),
    (#"<165>1 2026-09-10T11:57:01Z web1 nginx - ID47 [x@32473 a="]\"" b="c"][y@1 d="e"] "#, true),
    ("<165>1 - - - - - - \u{FEFF}", true), ("2026-09-10T11:57:01.123456789Z stdout F ", true),
    ("2026-09-10T13:57:01.123456789+02:00 stderr F ", true), ("2026-09-10T11:57:01.1Z stdout P ", true),
    ("2026-09-10T11:57:01.123456789Z ", true), ("2026-09-10T13:57:01+02:00 ", true),
    ("Sep 10 13:57:01.123 web1 nginx: ", true), ("Sep 10 2026 13:57:01 web1 nginx: ", true),
    ("<190> Sep 10 13:57:01 web1 nginx: ", true), ("2026-09-10 13:57:01 web1 nginx: ", true),
    ("2026-09-10 13:57:01.123+02:00 web1 nginx[7]: ", true), ("Sep 10 13:57:01 web1 apache2 access: ", true),
    ("Sep 10 13:57:01 web1 nginx:  ", true),
    // No prefixes, though they begin like one.
    ("2026-09-10 13:57 web1 nginx: ", false), ("Sep 10 2026 web1 nginx: ", false),
    ("Sep 10 13:57:01 web1 2001:db8:: ", false),
    ("<19x>Sep 10 13:57:01 web1 nginx: ", false), ("Foo 10 13:57:01 web1 nginx: ", false),
    ("Sep 10 13:99:01 web1 nginx: ", false), ("Sep 10 13:57:01 web1 nginx ", false),
    ("2026-13-10T11:57:01Z stdout F ", false), ("<165>1 2026 ", false),
  ]

  @Test(arguments: prefixes) func stripped(_ prefix: String, _ isPrefix: Bool) throws {
    let reading = try read(prefix + Self.line + "\n", with: weblog("combined"))
    let record = reading.records.first
    #expect((record?["ip"] == "203.0.113.9" && record?["user"] == nil) == isPrefix)
    if isPrefix {
      // The record's bytes are those behind the prefix: ids do not depend on who collected the line.
      #expect(reading.raws == [Array(Self.line.utf8)])
      #expect(reading.places == ["1:1:\(prefix.utf8.count)"])
    }
    let whole = try read(prefix + Self.line + "\n", with: weblog("combined", ["prefix": "none"]))
    if !prefix.isEmpty { #expect(whole.records.first?["ip"] != "203.0.113.9") }
  }

  @Test func chosenPrefix() throws {
    let syslog = "<190>Sep 10 13:57:01 web1 nginx: " + Self.line
    let container = "2026-09-10T11:57:01Z stdout F " + Self.line
    func ip(_ text: String, _ prefix: String) throws -> String? {
      try read(text, with: weblog("combined", ["prefix": prefix])).records.first?["ip"]
    }
    #expect(try ip(syslog, "syslog") == "203.0.113.9" && ip(syslog, "cri") != "203.0.113.9")
    #expect(try ip(container, "cri") == "203.0.113.9" && ip(container, "syslog") != "203.0.113.9")
    #expect(throws: Diagnostics.self) { try weblog("combined", ["prefix": "docker"]) }
  }

  /// Columns of rejects count from the start of the line as it stands in the file.
  @Test func rejectBehindPrefix() throws {
    let prefix = "<190>Sep 10 13:57:01 web1 nginx: "
    let reading = try read(prefix + "1.2.3.4 - - x\n", with: weblog("combined"))
    let plain = try read("1.2.3.4 - - x\n", with: weblog("combined"))
    let column = { (text: String) in Int(text.split(separator: " ")[3]) }
    let one = try #require(reading.rejects.first.flatMap(column))
    let other = try #require(plain.rejects.first.flatMap(column))
    #expect(one == other + prefix.utf8.count)
  }

  @Test func formatThatBeginsWithATime() throws {
    let line = "2026-09-10T11:57:01+00:00 stdout F 200"
    let reading = try read(line, with: weblog("$time_iso8601 $http_a $http_b $status"))
    #expect(reading.records.first?["a"] == "stdout")
  }

  /// A text that is a time may be a field of its own, and squid's numbers are none of a prefix.
  @Test func timesThatAreNoPrefixes() throws {
    let own = #"2026-09-10T13:57:01.123+02:00 1.2.3.4 [10/Sep/2026:13:57:01 +0200] 200"#
    #expect(
      try read(own, with: weblog("$time_iso8601_ms $remote_addr [$time_local] $status")).records.first?["ip"]
        == "1.2.3.4")
    let squid = try weblogFormat("squid").sample
    let collected = "Sep 10 13:57:01 proxy squid[123]: " + squid.prefix { $0 != "\n" }
    #expect(try read(collected, with: weblog("squid")).records.count == 1)
  }

  static let chains: [(connection: String, list: String, client: String)] = [
    ("10.0.0.1", "203.0.113.9", "203.0.113.9"), ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
    ("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"), ("10.0.0.1", "6.6.6.6,203.0.113.9", "203.0.113.9"),
    // Nobody trusts what a stranger says.
    ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
    // Only proxies: the first of them.
    ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"), ("10.0.0.1", "-", "10.0.0.1"), ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", "unknown, 10.0.0.2", "10.0.0.2"), ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
    ("10.0.0.1", "for=_hidden, for=10.0.0.2", "10.0.0.2"), ("10.0.0.1", "' OR 1=1 --", "10.0.0.1"),
    ("10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
    ("10.0.0.1", "2001:db8::9, 10.0.0.2", "2001:db8::9"), ("10.0.0.1", "[2001:db8::9]:4711", "2001:db8::9"),
    ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"), ("fd00::1", "203.0.113.9", "203.0.113.9"),
    ("fe80::1%eth0", "203.0.113.9", "203.0.113.9"), ("unix:", "203.0.113.9", "203.0.113.9"),
    ("10.0.0.1", "for=203.0.113.9;proto=https, for=10.0.0.2", "203.0.113.9"),
    ("10.0.0.1", #"by=x;for=\"[2001:db8::9]:4711\""#, "2001:db8::9"), ("10.0.0.1", "6.6.6.6,,10.0.0.2", "6.6.6.6"),
    ("10.0.0.1", "6.6.6.6, , 10.0.0.2,", "6.6.6.6"), ("10.0.0.1", ",", "10.0.0.1"),
    ("10.0.0.1", ",10.0.0.2", "10.0.0.2"),
    ("host.example", "203.0.113.9", "host.example"),
  ]

  @Test(arguments: chains) func client(_ chain: (connection: String, list: String, client: String)) throws {
    let reader = try trusting(
      #"%h %t "%{X-Forwarded-For}i" %s"#, ["10.0.0.0/8", "fd00::/8", "fe80::/10"])
    let line = "\(chain.connection) [10/Sep/2026:13:57:01 +0200] \"\(chain.list)\" 200\n"
    #expect(try read(line, with: reader).records.first?["ip"] == chain.client)
    // Also for who does not ask for the list.
    let alone = try read(MemorySource(Array(line.utf8)), with: reader, batch: 1, fields: ["status", "ip"])
    #expect(alone.records == [["status": "200", "ip": chain.client]])
  }

  /// Where the list stands, and with it alone.
  @Test func placesOfTheList() throws {
    for (format, line) in [
      (#"%h %t %s "%{X-Forwarded-For}i""#, #"10.0.0.1 [10/Sep/2026:13:57:01 +0200] 200 "1.1.1.1, 10.0.0.2""#),
      (#"%h %t %s %{X-Forwarded-For}i"#, #"10.0.0.1 [10/Sep/2026:13:57:01 +0200] 200 1.1.1.1, 10.0.0.2"#),
      (#"%{X-Forwarded-For}i %h %t %s"#, #"1.1.1.1, 10.0.0.2 10.0.0.1 [10/Sep/2026:13:57:01 +0200] 200"#),
      (#"%h %t xff=%{X-Forwarded-For}i %s"#, #"10.0.0.1 [10/Sep/2026:13:57:01 +0200] xff=1.1.1.1 200"#),
      (#"%{X-Forwarded-For}i %t %s"#, #"1.1.1.1, 10.0.0.2 [10/Sep/2026:13:57:01 +0200] 200"#),
    ] {
      #expect(try read(line, with: trusting(format, ["private"])).records.first?["ip"] == "1.1.1.1", "\(format)")
    }
  }

  @Test func trustedOfColumns() throws {
    let log = "#Fields: date time c-ip X-Forwarded-For\n2026-09-10 11:57:01 10.0.0.1 203.0.113.9,+10.0.0.2\n"
    #expect(try read(log, with: trusting("iis", ["10.0.0.0/8"])).records.first?["ip"] == "203.0.113.9")
  }

  @Test(arguments: ["10.0.0.0/33", "10.0.0", "x", "10.0.0.0/8/8", "::1/129", "10.0.0.0/-1"])
  func noRange(_ text: String) {
    let found = #expect(throws: Diagnostics.self) { try trusting("combined", [text]) }
    #expect(found?.all.map(\.code) == ["M304"])
  }

  private func trusting(_ format: String, _ ranges: [String]) throws -> any Reader {
    let span = SourceSpan(line: 1, column: 1)
    func scalar(_ text: String) -> ConfigNode { .scalar(ConfigScalar(text: text, style: .plain, span: span)) }
    return try ReaderCatalogue.make(
      settings: .map(
        [
          ConfigEntry(key: "reader", keySpan: span, value: scalar("weblog")),
          ConfigEntry(key: "format", keySpan: span, value: scalar(format)),
          ConfigEntry(key: "trusted", keySpan: span, value: .list(ranges.map(scalar), span)),
        ], span), file: "test.yaml")
  }
}
