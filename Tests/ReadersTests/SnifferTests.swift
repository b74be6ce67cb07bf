import Pipeline
import TestSupport
import Testing

@testable import Readers

/// Sniffers on damaged exports: whatever the bytes, what is proposed has been made into a reader, and what is printed is
/// ASCII on lines of its own.
@Suite struct SnifferTests {
  static let exports: [(name: String, text: String)] = [
    (
      "xml",
      """
      <?xml version="1.0"?><a:x xmlns:a="urn:1" day="2026-09-10"><shop id="S">Tea</shop>
      <o n="1" t="2026-09-10T10:00:00Z"><i q="1"/><i q="2">1,50</i><m>x<b/>y</m></o>
      <o n="2" t="2026-09-10T10:00:01Z"><i q="1"><i>3</i><i>4</i></i><m><![CDATA[<&>]]></m></o></a:x>
      """
    ),
    ("csv", "nr;\"a b\";Price;At\n1;\"x;\"\"y\";1,50;10.09.2026 10:00\n2;;1 200,00;11.09.2026 10:00\n"),
    (
      "jsonl",
      String(
        repeating:
          "{\"a\":1,\"b\":{\"c\":[{\"d\":\"\\u00e9\"}]},\"t\":1789000000}\n{\"a\":2.5,\"b\":{\"c\":[[1]]},\"t\":null}\n",
        count: 4)
    ),
  ]

  @Test(arguments: exports) func damage(_ name: String, _ text: String) throws {
    let space = try Workspace()
    var state: UInt64 = 0x2545_F491_4F6C_DD1D
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(limit, 1)
    }
    let spices = Array("\u{0}\u{FF}<>\"';,{}[]\\\n\r=:&-".utf8) + [0x80, 0xC3, 0xFF]
    var found = 0
    for round in 0..<24 {
      var bytes = Array(text.utf8)
      // The first is sound.
      for _ in 0..<round.signum() + round % 2 {
        let at = random(bytes.count)
        switch random(4) {
        case 0: bytes[at] = spices[random(spices.count)]
        case 1: bytes.insert(spices[random(spices.count)], at: at)
        case 2: bytes.removeSubrange(at..<min(bytes.count, at + random(8)))
        default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random(60))], at: random(bytes.count))
        }
        if bytes.isEmpty { bytes = [0x0A] }
      }
      let path = try space.write("export", bytes)
      let result = try InputSniffer.sniff(InputPath(name: "export", path: path), zone: nil)
      guard let finding = result.finding else { continue }
      found += 1
      if round == 0 {
        #expect(
          finding.reader == name && finding.understood == finding.records,
          "\(finding.input) \(result.sketch?.firstReject?.text ?? "")")
      }
      #expect(finding.understood <= finding.records && finding.understood > 0)
      #expect(finding.input.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
      let settings = PinnedEntry.node([PinnedEntry("reader", .text(finding.reader))] + finding.settings)
      #expect(throws: Never.self) { try ReaderCatalogue.make(settings: settings, file: "test.yaml") }
    }
    #expect(found > 3)
  }

  /// A small table of nothing but words is one; prose with a comma in each line is not.
  @Test(arguments: [
    ("id,name\n1,a\n2,b\n", true), ("id;name\n1;a\n2;b\n", true), ("id,name\n1,a\n", false),
    ("Dear Ada, hello\nas you know, it rains\nall the best, Bob\n", false),
  ]) func tablesWithoutTypes(_ text: String, _ isRead: Bool) throws {
    let space = try Workspace()
    let path = try space.write("a.csv", text)
    #expect(try (InputSniffer.sniff(InputPath(name: "a.csv", path: path), zone: nil).finding != nil) == isRead)
  }

  private static let request = #"[10/Sep/2026:13:57:01 +0200] "GET /a HTTP/1.1" 200 912 "-" "M (X11; Linux; rv:1)""#
  private static let caddy =
    #"{"ts":1789041421.25,"request":{"remote_ip":"203.0.113.9","method":"GET","uri":"/"},"status":200}"# + "\n"

  /// What is found in logs, and what is said of it: a reader and its first setting, or nothing and what can be done.
  static let logs: [(String, String?, String)] = [
    (#"192.0.2.1 - - \#(request) 48123"#, "combined", "write `format: icecast` if that is seconds"),
    (#"192.0.2.1 - - \#(request) "www.example.com""#, "combined", "lines go on with \"www.example.com\": give the"),
    (#"10.0.0.5 - - \#(request) "203.0.113.9""#, "nginx_main", "consider trusted: private"),
    (#"2001:db8::1 - 192.0.2.3 \#(request)"#, "combined", "`user` is an address in most lines"),
    (#"10.0.0.5 - [203.0.113.9] - - \#(request) 432 0.003 [a] b"#, "ingress_nginx_legacy", "trusted: private"),
    // Logs of no preset, whose agents have the semicolons of a table.
    (#"192.0.2.1 - - [10/Sep/2026:13:57:01 +0200] "GET / HTTP/2.0" "-" "M (X11; Linux; x)""#, nil, "give its own"),
    (#"web_1  | 192.0.2.1 - - \#(request)"#, nil, "give its own LogFormat"),
    (#"0.1 0.2 [10/Sep/2026:13:57:01 +0200] GET / HTTP/1.1 304 0 "h" "-" "M (X11; Linux; x)" 9"#, nil, "give its own"),
    (
      "2017-07-18 00:09:01 192.0.2.1 GET /a.html - 443 - 172.18.1.11 M+(X11;+Linux) - 200 0 0 0", nil,
      "write `format: iis`, and `columns`"
    ),
    (#"192.0.2.1;[10/Sep/2026:13:57:01 +0200];"GET / HTTP/1.1";200"#, "';'", "columns are numbered"),
    (#"{"log":"192.0.2.1 - -\n","stream":"stdout","time":"2026-09-10T11:57:01Z"}"#, "an object", "jq -rj .log FILE"),
    (caddy + caddy + #"{"ts":1789041421.25,"logger":"tls","msg":"x"}"#, "caddy", "are no requests and would be"),
  ]

  @Test(arguments: logs) func recognised(_ text: String, _ format: String?, _ words: String) throws {
    let space = try Workspace()
    let path = try space.write("a.log", String(repeating: text + "\n", count: 3))
    let result = try InputSniffer.sniff(InputPath(name: "a.log", path: path), zone: nil)
    let said = result.finding?.remarks.joined(separator: "\n") ?? result.remedy ?? ""
    #expect(said.contains(words), "\(said)")
    if let format {
      #expect(result.finding?.format.contains(format) == true, "\(result.finding?.format ?? "nothing")")
    } else {
      #expect(result.finding == nil, "\(result.finding?.format ?? "")")
    }
  }

  /// A document that declares entities, nests without end, or has more paths than anyone would read.
  @Test func hostileXML() throws {
    let space = try Workspace()
    let bomb = """
      <!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;"><!ENTITY z SYSTEM "/etc/hostname">]>
      <a><r n="&y;">&y;&z;</r><r n="1">t</r></a>
      """
    let deep = "<a>" + String(repeating: "<r>", count: 5000)
    let wide = "<a>" + (0..<4000).map { "<r><e\($0) a\($0)='1'/></r>" }.joined() + "</a>"
    for (text, isRead) in [(bomb, true), (deep, false), (wide, true)] {
      let path = try space.write("a.xml", text)
      let result = try InputSniffer.sniff(InputPath(name: "a.xml", path: path), zone: nil)
      #expect((result.finding != nil) == isRead)
      #expect(result.finding.map { $0.outline.count <= 201 && $0.input.utf8.count < 200_000 } ?? true)
      #expect(result.sketch?.fields.contains { $0.example.contains("xxxxxxxxxx") } != true)
    }
  }
}
