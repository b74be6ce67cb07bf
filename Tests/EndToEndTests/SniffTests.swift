import Foundation
import TestSupport
import Testing

/// `sniff`, `formats` and `format: auto`, as a user runs them.
@Suite struct SniffTests {
  static let root = Repository.root.path

  /// What a mapping needs around its `input`.
  static let rest = """
    mapping: sniffed
    language: 1
    identity:
      visitor: '=string(time)'
      profile: { hash: visitor, salt: test }
    target: { source: test }
    events: [ { type: page-view } ]

    """

  @Test(arguments: ["combined", "nginx-shop", "iis", "cloudfront"]) func blockLoadsAndReads(_ sample: String) throws {
    let space = try Workspace()
    let input = Self.root + "/samples/\(sample).log"
    let sniffed = try Binary.run(["sniff", input])
    #expect(sniffed.status == 0)
    let block = String(decoding: sniffed.output, as: UTF8.self)
    #expect(block.hasPrefix("input:\n  reader: weblog\n  format: "))
    #expect(sniffed.errors.contains("records understood"))
    let mapping = try space.write("m.yaml", block + Self.rest)
    let converted = try Binary.run(["convert", input, "-m", mapping, "-q", "--summary", space.path("s.json")])
    #expect(converted.status == 3, "one line of each sample is cut short")
    let rejected = try space.json("s.json")["rejected"] as? [String: Any]
    #expect(rejected?["records"] as? Int == 1)
  }

  /// A mapping for exports: an event a record, named by a field.
  static func exports(_ id: String) -> String {
    """
    mapping: sniffed
    language: 1
    identity:
      visitor: '=string(\(id))'
      profile: { hash: visitor, salt: test }
    session: { mode: stream, disorder: 60d, gap: 60d }
    target: { source: test }
    events: [ { type: page-view, id: '=["record", string(\(id))]' } ]

    """
  }

  @Test(arguments: [
    ("orders-xml.xml", "id", "xml", ["record: '/e:export/e:orders/e:order'", "list: 'e:items/e:item'"]),
    ("orders-csv.csv", "order_id", "csv", ["delimiter: ';'", "decimal: ','", "format: '%d.%m.%Y %H:%M'"]),
  ]) func exportLoadsAndReads(_ sample: String, _ id: String, _ reader: String, _ said: [String]) throws {
    let space = try Workspace()
    let input = Self.root + "/samples/\(sample)"
    let sniffed = try Binary.run(["sniff", input])
    #expect(sniffed.status == 0)
    let block = String(decoding: sniffed.output, as: UTF8.self)
    #expect(block.hasPrefix("input:\n  reader: \(reader)\n"))
    for text in said { #expect(block.contains(text), "\(text) is not in \(block)") }
    let mapping = try space.write("m.yaml", block + Self.exports(id))
    let checked = try Binary.run(["check", mapping])
    #expect(checked.status == 0, "\(checked.errors)")
    let converted = try Binary.run(["convert", input, "-m", mapping, "-q", "--summary", space.path("s.json")])
    // Samples have a few records that are broken on purpose; those the sniffer, too, said not to understand.
    let summary = try space.json("s.json")
    let read = summary["records"] as? Int ?? 0
    let rejected = (summary["rejected"] as? [String: Any])?["records"] as? Int ?? 0
    #expect([0, 3].contains(converted.status), "\(converted.errors)")
    let understood = sniffed.errors.contains("  \(read - rejected) of \(read) records understood")
    #expect(understood, "\(sniffed.errors.prefix(300)) but \(rejected) of \(read) rejected")
  }

  /// What `sniff` prints, and that a mapping with it converts every record.
  func pin(_ bytes: [UInt8], _ name: String, id: String, records: Int, in space: borrowing Workspace) throws -> String {
    let input = space.path(name)
    try Data(bytes).write(to: URL(fileURLWithPath: input))
    let sniffed = try Binary.run(["sniff", input])
    let block = String(decoding: sniffed.output, as: UTF8.self)
    #expect(sniffed.status == 0, "\(sniffed.errors)")
    let mapping = try space.write("pinned.yaml", block + Self.exports(id))
    let converted = try Binary.run(["convert", input, "-m", mapping, "-q", "--summary", space.path("s.json")])
    #expect(converted.status == 0, "\(converted.errors)")
    #expect(try space.json("s.json")["records"] as? Int == records)
    return block + sniffed.errors
  }

  @Test func treeOfPaths() throws {
    let sniffed = try Binary.run(["sniff", Self.root + "/samples/orders-xml.xml"])
    for text in [
      "e:order  24×, the record", "          @status  8×, string", "e:item  41×, a list of up to 3",
      "e:total  24×, decimal",
    ] { #expect(sniffed.errors.contains(text), "\(text)") }
    let block = String(decoding: sniffed.output, as: UTF8.self)
    for text in [
      "    e: 'urn:shop:export:2'\n", "    shop_id: '/e:export/e:shop/@id'\n",
      "    placed: { path: '@placed', type: instant }\n",
      "    status: { path: '@status', type: optional string }\n",
      "        price: { path: 'e:price', type: decimal, scale: 2 }\n",
    ] { #expect(block.contains(text), "\(text)") }
  }

  /// More elements in records than records, names in a default namespace, another encoding, one line, a document type.
  @Test func unusualXML() throws {
    let space = try Workspace()
    let orders = (1...9).map {
      """
      <order nr='\($0)'><at>2026-09-0\($0)</at><in>\u{F1}</in><lines><l a='1'/><l a='2'/><l/></lines>\
      <memo>a<b>c</b></memo></order>
      """
    }
    let text =
      "<?xml version='1.0' encoding='ISO-8859-2'?><!DOCTYPE x><x xmlns='urn:a'>\(orders.joined())</x>"
    // What is ñ in Latin-1 is ń in ISO-8859-2.
    let said = try pin(
      text.unicodeScalars.map { UInt8($0.value) }, "a.xml", id: "nr", records: 9, in: space)
    for text in [
      "record: '/ns:x/ns:order'", "ns: 'urn:a'", "doctype: ignore", "list: 'ns:lines/ns:l'",
      "a: { path: '@a', type: optional int }", "in_: { path: 'ns:in' }",
      "memo: { path: 'ns:memo/text()', type: optional string }", "at: { path: 'ns:at', type: local_time }",
      "zone: UTC", "\u{144}",
    ] { #expect(said.contains(text), "\(text) is not in \(said)") }
  }

  @Test func jsonLines() throws {
    let space = try Workspace()
    let lines = """
      {"nr":7,"ts":1789000000.25,"user":{"name":"Ann","age":31},"tags":["a"],"lines":[{"sku":"1","qty":2}],"a.b":true,"total":"12.50"}
      {"nr":8,"ts":1789000001,"user":{"name":"Bob","age":null},"tags":[],"lines":[],"a.b":false,"total":"3.00","odd":[1]}
      {"nr":9,"ts":1789000002,"user":{"name":"B\\u00fcb"},"tags":[],"lines":[],"a.b":false,"total":"3.00","odd":"x"}

      """
    let said = try pin(Array(lines.utf8), "a.jsonl", id: "nr", records: 3, in: space)
    for text in [
      "reader: jsonl", "nr: { type: int }", "ts: { type: timestamp, format: epoch }", "name: { path: user.name }",
      "age: { path: user.age, type: optional int }", "a_b: { path: [a.b], type: bool }", "total: string",
      "odd: { type: optional string }", "value: { path: '.' }", "        qty: { type: int }", "list: lines",
    ] { #expect(said.contains(text), "\(text) is not in \(said)") }
  }

  /// Types by columns, in a dialect that differs in everything it can.
  @Test func columnsAndDialect() throws {
    let space = try Workspace()
    let text = """
      'Order No'\t'ZIP'\tPrice\tSum\tCount\tPaid\tPlaced\tSeen\tGuest\tcustomerName\tZIP
      '1'\t00501\t1,50\t1 234,5\t1,250\tyes\t31.12.2026 08:00\t03/04/2026\t\t'\u{142}\u{105}\tka'\t1
      '2'\t10115\t12,00\t99,25\t300\tno\t30.12.2026 09:30\t05/06/2026\tx\t'b'\t2

      """
    // As windows-1250 has ł and ą.
    let bytes = text.unicodeScalars.map {
      $0 == "\u{142}" ? 0xB3 : $0 == "\u{105}" ? 0xB9 : UInt8($0.value)
    }
    let said = try pin(bytes, "a.tsv", id: "order_no", records: 2, in: space)
    for text in [
      "delimiter: tab", "encoding: windows-1250", "quote: ''''", "order_no: { column: 'Order No', type: int }",
      "zip: { column: 2 }", "price: { column: Price, type: decimal, scale: 2, decimal: ',' }",
      "sum: { column: Sum, type: decimal, decimal: ',', group: ' ' }",
      "count: { column: Count, type: decimal, decimal: ',' }",
      "',' is assumed to be the decimal point, as other columns", "paid: { column: Paid, type: bool }",
      "placed: { column: Placed, type: local_time, format: '%d.%m.%Y %H:%M' }",
      "seen: { column: Seen, type: local_time, format: '%d/%m/%Y' }", "time: placed",
      "guest: { column: Guest, type: optional string }", "customerName: string", "zip_2: { column: 11 }",
      "dates of seen could be read both ways", "\u{142}\u{105}",
    ] { #expect(said.contains(text), "\(text) is not in \(said)") }
  }

  /// What an export holds is sorted, so nothing in it is late; prices are shown as they are written.
  @Test func newestFirst() throws {
    let space = try Workspace()
    let rows = (1...9).map { "\($0),1\($0).50,2026-09-\(20 - $0)T10:00:00Z\n" }.joined()
    let sniffed = try Binary.run(["sniff", space.write("a.csv", "nr,price,at\n" + rows)])
    #expect(sniffed.errors.contains("in another order than that of time"), "\(sniffed.errors)")
    #expect(!sniffed.errors.contains("disorder") && !sniffed.errors.contains("late"))
    #expect(sniffed.errors.contains("%  11.50\n"))
  }

  /// Paths without the namespace that the document has find nothing; what is missing is said.
  @Test func namespaceThatNobodyNamed() throws {
    let space = try Workspace()
    let input = try space.write(
      "a.xml",
      "<r xmlns='urn:a'><o n='1'><at>2026-09-10T11:57:01Z</at></o><o n='2'><at>2026-09-10T11:57:02Z</at></o></r>")
    func mapping(_ record: String) throws -> String {
      try space.write(
        "m.yaml",
        "input: { reader: xml, record: \(record), fields: { n: { path: '@n' }, at: { type: optional instant } } }\n"
          + Self.exports("n"))
    }
    let written = "namespaces: { ns: \"urn:a\" } and record: /ns:r/ns:o"
    let bare = try mapping("/r/o")
    let converted = try Binary.run(["convert", input, "-m", bare])
    #expect(converted.status == 65 && converted.errors.contains(written), "\(converted.errors)")
    let seen = try Binary.run(["preview", input, "-m", bare])
    #expect(
      seen.status == 65 && seen.errors.contains(written) && seen.errors.contains("seems to be xml"), "\(seen.errors)")
    let other = try Binary.run(["convert", input, "-m", mapping("/r/item")])
    #expect(other.errors.contains("there is no element at the path of `record`; its root is ns:r"), "\(other.errors)")
  }

  @Test func columnsWithoutHeader() throws {
    let space = try Workspace()
    let rows = "7;2026-09-10T10:00:00Z;a\n8;2026-09-10T10:00:01Z;b\n"
    let said = try pin(Array(rows.utf8), "a.csv", id: "column_1", records: 2, in: space)
    #expect(said.contains("header: false") && said.contains("column_2: { type: instant }"))
  }

  /// Names and values of an export are as little to be trusted as a log's lines.
  @Test(arguments: [
    (
      "a.xml",
      "<a><r \u{E9}t='\u{202E}&#x9b;x' id='1' t='2026-09-10T10:00:00Z'/><r \u{E9}t='\u{9B}' id='2' t='2026-09-10T10:00:00Z'/></a>"
    ),
    ("b.csv", "nr;\u{1B}[31m\u{9B}\"\"'\\;t: {}\n1;\u{1B}[2J;3\n2;\u{202E};4\n"),
    ("c.jsonl", "{\"nr\":1,\"\u{9B}\\u001b[2J: }\\n\":{\"\":\"\u{202E}\"},\"# x\":[{\"]\":1}]}\n"),
  ]) func hostileExport(_ name: String, _ text: String) throws {
    let space = try Workspace()
    let result = try Binary.run(["sniff", space.write(name, text)])
    #expect(result.status == 0, "\(result.errors)")
    let said = String(decoding: result.output, as: UTF8.self) + result.errors
    #expect(!said.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{9B}" || $0 == "\u{202E}" })
    let mapping = try space.write("m.yaml", String(decoding: result.output, as: UTF8.self) + Self.exports("1"))
    let checked = try Binary.run(["check", mapping])
    #expect(!checked.errors.contains("error[M3") && !checked.errors.contains("error[M00"), "\(checked.errors)")
  }

  @Test func columnsAreNamed() throws {
    let space = try Workspace()
    let log = try space.write(
      "u_ex.log", "#Fields: date time c-ip cs(X-Shop)\r\n2026-09-10 11:57:01 1.2.3.4 blue\r\n")
    let sniffed = try Binary.run(["sniff", log])
    #expect(
      sniffed.lines == [
        "input:", "  reader: weblog", "  format: w3c", "  columns: 'date time c-ip cs(X-Shop)'",
      ])
    #expect(sniffed.errors.contains("cs_x_shop"))
  }

  /// What the format leaves over, who stands in front of the server, and what a collector put there.
  @Test func remarks() throws {
    let shop = try Binary.run(["sniff", Self.root + "/samples/nginx-shop.log"])
    #expect(shop.errors.contains("lines go on with \"-\" 0."))
    let plain = try Binary.run(["sniff", Self.root + "/samples/combined.log"])
    #expect(!plain.errors.contains("lines go on") && !plain.errors.contains("trusted"))
    let space = try Workspace()
    let line =
      #"<190>Sep 10 13:57:01 web1 nginx: 10.0.0.5 - - [10/Sep/2026:13:57:01 +0200] "GET / HTTP/1.1" 200 912 "-" "A" "203.0.113.9""#
    let proxied = try Binary.run(["sniff", space.write("p.log", line + "\n")])
    #expect(proxied.lines.last == "  format: nginx_main")
    #expect(proxied.errors.contains("consider trusted: private") && proxied.errors.contains("syslog header"))
  }

  /// Nothing in a log reaches the terminal as it is, and what is pinned still loads.
  @Test func hostileLog() throws {
    let space = try Workspace()
    let log = try space.write(
      "evil.log",
      "#Fields: date time c-ip x-\u{1B}[31m\u{9B}\"'\\ cs(User-Agent)\n2026-09-10 11:57:01 1.2.3.4 a \u{1B}[2J\u{202E}b\n"
    )
    let result = try Binary.run(["sniff", log])
    let said = String(decoding: result.output, as: UTF8.self) + result.errors
    #expect(result.status == 0 && said.contains("columns: \"date"))
    #expect(!said.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{9B}" || $0 == "\u{202E}" })
    let mapping = try space.write("m.yaml", String(decoding: result.output, as: UTF8.self) + Self.rest)
    #expect(try Binary.run(["convert", log, "-m", mapping, "-q"]).status == 0)
  }

  @Test func inputsThatDiffer() throws {
    let result = try Binary.run(["sniff", Self.root + "/samples/combined.log", Self.root + "/samples/iis.log"])
    #expect(result.status == 65 && result.output.isEmpty && result.errors.contains("error[I302]"))
  }

  /// What would keep late records from being late, as `convert` says it of the same log.
  @Test(arguments: [(10, "session: { disorder: 10m }"), (61, "session: { mode: exact }")])
  func disorder(_ minutes: Int, _ proposal: String) throws {
    let space = try Workspace()
    let lines = [12 * 60, 12 * 60 + 1, 12 * 60 + 1 - minutes, 12 * 60 + 2].map {
      "1.2.3.4 - - [10/Sep/2026:\($0 / 60):\($0 % 60 / 10)\($0 % 10):00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"M\"\n"
    }
    let result = try Binary.run(["sniff", try space.write("a.log", lines.joined())])
    #expect(result.status == 0 && result.errors.contains(proposal), "\(result.errors)")
  }

  /// Logs of one format whose columns changed, one of which is not yet written to.
  @Test func inputsThatDifferInColumns() throws {
    let space = try Workspace()
    let one = try space.write("a.log", "#Fields: date time c-ip cs-uri-stem\n2026-09-09 11:57:01 1.2.3.4 /a\n")
    let two = try space.write(
      "b.log", "#Fields: date time cs-uri-stem sc-status c-ip\n2026-09-10 11:57:01 /b 404 9.9.9.9\n")
    let result = try Binary.run(["sniff", one, try space.write("empty.log", ""), two])
    #expect(result.status == 0 && result.errors.contains("empty.log: empty, passed over"), "\(result.errors)")
    #expect(result.errors.contains("b.log has other columns"))
    let block = String(decoding: result.output, as: UTF8.self)
    #expect(block.contains("columns: 'date time c-ip cs-uri-stem sc-status'"), "\(block)")
    let mapping = try space.write("m.yaml", block + Self.rest)
    let converted = try Binary.run(["convert", one, two, "-m", mapping, "-q"])
    #expect(
      converted.status == 0 && String(decoding: converted.output, as: UTF8.self).split(separator: "\n").count == 2)
  }

  /// Lines of logs that nobody would call a table, though something parts them as evenly.
  @Test(arguments: [
    (#"web-1  | 203.0.113.9 - - [10/Sep/2026:13:57:00 +0200] "GET /p HTTP/1.1" 200 912 "-" "M""#, "LogFormat"),
    (
      #"203.0.113.9, 10.0.0.7 10.0.0.5 - - [10/Sep/2026:13:57:00 +0200] "GET /p HTTP/1.1" 200 912 "-" "M""#, "LogFormat"
    ),
    ("time:[10/Sep/2026:13:57:00 +0200]\thost:1.2.3.4\treq:GET /a HTTP/1.1\tstatus:200\tua:M x", "LTSV"),
    (
      #"2026/09/10 13:57:00 [error] 12#12: *1 open() failed, client: 1.2.3.4, server: ex.com, request: "GET /x", host: "h""#,
      "trackfill formats"
    ),
  ])
  func logsAreNoTables(_ line: String, _ remedy: String) throws {
    let space = try Workspace()
    let lines = (0..<9).map { line.replacing(":57:00", with: ":57:0\($0)").replacing("1.2.3.4", with: "1.2.3.\($0)") }
    let result = try Binary.run(["sniff", try space.write("a.log", lines.joined(separator: "\n") + "\n")])
    #expect(
      result.status == 65 && result.errors.contains("error[I301]") && result.errors.contains(remedy), "\(result.errors)"
    )
  }

  @Test func nothingKnown() throws {
    let space = try Workspace()
    let file = try space.write("notes.txt", String(repeating: "milk, eggs and a lamp\n", count: 20))
    let result = try Binary.run(["sniff", file])
    #expect(result.status == 65 && result.output.isEmpty && result.errors.contains("error[I301]"))
  }

  @Test func nothingAtAll() throws {
    let space = try Workspace()
    let result = try Binary.run(["sniff", try space.write("empty.log", "")])
    #expect(result.status == 65 && result.errors.contains("empty.log is empty"))
  }

  /// The format is settled once and said once, also for standard input, whose first bytes must not be lost.
  @Test func automaticFormat() throws {
    let space = try Workspace()
    let auto = try space.write("m.yaml", "input: { reader: weblog, format: auto }\n" + Self.rest)
    let named = try space.write("n.yaml", "input: { reader: weblog, format: cloudfront }\n" + Self.rest)
    let input = Self.root + "/samples/cloudfront.log"
    let byName = try Binary.run(["convert", input, "-m", named])
    let byGuess = try Binary.run(["convert", input, "-m", auto])
    #expect(byGuess.output == byName.output && !byName.output.isEmpty)
    let said = "format cloudfront, "
    #expect(byGuess.errors.components(separatedBy: said).count == 2 && !byName.errors.contains(said))
    let piped = try Binary.run(["convert", "-", "-m", auto], input: input)
    #expect(piped.output == byName.output)
    // As a log begins that was emptied while its writer kept its place, or one of which much was blanked.
    for margin in [[UInt8](repeating: 0, count: 200_000), [UInt8](repeating: 10, count: 70_001)] {
      let late = space.path("late.log")
      try (Data(margin) + Data(contentsOf: URL(fileURLWithPath: input))).write(to: URL(fileURLWithPath: late))
      #expect(try Binary.run(["convert", late, "-m", auto]).output == byName.output)
    }
    let none = try Binary.run(["convert", "/dev/null", "-m", auto])
    #expect(none.status == 78 && none.errors.contains("error[M308]"))
  }

  @Test func garbageBeforeALog() throws {
    let space = try Workspace()
    let log = try space.write(
      "a.log",
      String(repeating: "*** boot of web1, please stand by ***\n", count: 60)
        + Material.text(Material.log(lines: 50, bad: 0)))
    let sniffed = try Binary.run(["sniff", log])
    #expect(sniffed.status == 0, "\(sniffed.errors)")
    #expect(String(decoding: sniffed.output, as: UTF8.self).contains("format: combined"))
    #expect(sniffed.errors.contains("first 60 records"), "\(sniffed.errors)")
    let mapping = try space.write("m.yaml", "input: { reader: weblog, format: auto }\n" + Self.rest)
    let result = try Binary.run(["convert", log, "-m", mapping])
    #expect(result.status == 3 && result.errors.contains("format combined, 50 of the first 110"), "\(result.errors)")
  }

  @Test func formats() throws {
    let list = try Binary.run(["formats"])
    #expect(list.status == 0)
    let text = String(decoding: list.output, as: UTF8.self)
    for name in ["combined", "alb", "squid", "cloudfront_rtmp"] { #expect(text.contains("  \(name): ")) }
    let json = try Binary.run(["formats", "--format", "json"])
    let parsed = try JSONSerialization.jsonObject(with: json.output) as? [String: Any]
    let readers = parsed?["readers"] as? [[String: Any]]
    let presets = readers?.first { $0["name"] as? String == "weblog" }?["formats"] as? [[String: Any]] ?? []
    #expect(presets.count >= 28)
    for preset in presets {
      #expect((preset["source"] as? String)?.hasPrefix("http") == true)
      #expect((preset["fields"] as? [Any])?.isEmpty == false && preset["sample"] != nil)
      // Each has its row in the documentation.
      let name = preset["name"] as? String ?? ""
      let docs = try String(contentsOfFile: Self.root + "/docs/formats.md", encoding: .utf8)
      #expect(docs.contains("\n| `\(name)` |"), "docs/formats.md has no row for \(name)")
    }
    let one = try Binary.run(["formats", "alb"])
    #expect(String(decoding: one.output, as: UTF8.self).contains("client_port?"))
    let unknown = try Binary.run(["formats", "combind"])
    #expect(unknown.status == 64 && unknown.errors.contains("did you mean 'combined'?"))
  }

  /// Every directive comes again in blocks of its own, by any number of threads.
  @Test func threadsAndBlocks() throws {
    let input = Self.root + "/samples/iis.log"
    let mapping = Self.root + "/Mappings/iis.yaml"
    let one = try Binary.run(["convert", input, "-m", mapping, "-q", "--threads", "1"])
    #expect(!one.output.isEmpty)
    for (threads, size) in [("1", "4K"), ("3", "4K"), ("4", "16K")] {
      let other = try Binary.run(
        ["convert", input, "-m", mapping, "-q", "--threads", threads, "--block-size", size])
      #expect(other.output == one.output)
    }
  }
}
