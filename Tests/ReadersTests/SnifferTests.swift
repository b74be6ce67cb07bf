import Pipeline
import TestSupport
import Testing

@testable import Readers

/// Sniffers on damaged exports: whatever the bytes, what is proposed has been made into a reader, and what is printed is
/// letters, ASCII and `€` on lines of its own.
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
      #expect(
        finding.input.unicodeScalars.allSatisfy {
          $0 == "\n" || (" "..."~").contains($0) || $0.value > 0xA0 && $0.properties.isAlphabetic || $0 == "€"
        })
      let settings = PinnedEntry.node([PinnedEntry("reader", .text(finding.reader))] + finding.settings)
      #expect(throws: Never.self) { try ReaderCatalogue.make(settings: settings, file: "test.yaml") }
    }
    #expect(found > 3)
  }

  private func result(_ text: String, _ name: String) throws -> InputSniffer.Result {
    let space = try Workspace()
    return try InputSniffer.sniff(InputPath(name: name, path: space.write(name, text)), zone: nil)
  }

  private func sniff(_ text: String, _ name: String = "a.csv") throws -> SniffFinding {
    try #require(try result(text, name).finding)
  }

  /// Three digits behind a sign may be thousands or thousandths: what other columns have decides, and is said.
  @Test(arguments: [
    (
      "a;b;c\n1.250;x;1,5\n2.500;y;2,25\n", "type: decimal, decimal: ',', group: '.'",
      "'.' is assumed to part thousands, as"
    ),
    ("a;b;c\n1.250;x;1.5\n2.500;y;2.25\n", "type: decimal, scale: 3", "'.' is assumed to be the decimal point, as"),
    (
      "a;b;c\n1,250;x;1,5\n2,500;y;2,25\n", "type: decimal, scale: 3, decimal: ','",
      "',' is assumed to be the decimal point"
    ),
    ("a;b;c\n1,250;x;1.50\n2,500;y;2.25\n", "type: decimal, group: ','", "',' is assumed to part thousands, as other"),
    ("a;b;c\n1.250;x;7\n2.500;y;8\n", "type: decimal, scale: 3", "'.' is assumed to be the decimal point"),
    ("a;b;c\n1,250;x;7\n2,500;y;8\n", "type: decimal, group: ','", "',' is assumed to part thousands"),
    ("a;b;c\n1,250;x;1.5\n2,500;y;1,5\n", "type: decimal, group: ','", "',' is assumed to part thousands"),
    (
      "a;b;c\n1.000;x;1,5\n2.000;y;2,25\n", "type: decimal, decimal: ',', group: '.'",
      "'.' is assumed to part thousands"
    ),
    // Nothing is open here.
    ("a;b;c\n0,750;x;1\n2,500;y;2\n", "type: decimal, scale: 3, decimal: ','", ""),
    ("a;b;c\n1.250.000;x;1\n2.500;y;2\n", "type: decimal, decimal: ',', group: '.'", ""),
    ("a;b;c\n1.250;x;1\n2.5;y;2\n", "type: decimal", ""),
  ]) func decimalPoint(_ text: String, _ type: String, _ remark: String) throws {
    let finding = try sniff(text)
    #expect(finding.input.contains("    a: { \(type) }\n"), "\(finding.input)")
    let said = finding.remarks.filter { $0.hasPrefix("numbers of a could be read both ways: ") }
    #expect(remark.isEmpty ? said.isEmpty : said.count == 1 && said[0].contains(remark), "\(finding.remarks)")
  }

  @Test func decimalPointOfXML() throws {
    let rows = (1...3).map { "<i n='\($0)'><q>\($0).250</q><p>\($0),50</p></i>" }.joined()
    let finding = try sniff("<a>\(rows)</a>", "a.xml")
    #expect(finding.input.contains("q: { type: decimal, decimal: ',', group: '.' }"), "\(finding.input)")
  }

  /// No type may lose what it reads, nor the receiver's: whole numbers of more than 15 digits are texts.
  @Test(arguments: [
    ("a.jsonl", "{\"nr\":12345678901234567890,\"x\":1}\n{\"nr\":12345678901234567891,\"x\":2}\n", "nr: string"),
    ("a.csv", "nr,x\n12345678901234567890,1\n5,2\n", "nr: string"),
    ("a.csv", "nr,x\n1234567890123456,1\n5,2\n", "nr: string"),
    ("a.csv", "nr,x\n123456789012345,1\n5,2\n", "nr: { type: int }"),
    ("a.jsonl", "{\"nr\":1234567890123456789,\"x\":1}\n", "nr: string"),
    ("a.csv", "nr,x\n1e30,1\n5,2\n", "nr: { type: double }"),
    ("a.csv", "nr,x\n0.1234567890123456789012,1\n5,2\n", "nr: { type: double }"),
  ]) func longNumbers(_ name: String, _ text: String, _ declared: String) throws {
    let finding = try sniff(text, name)
    #expect(finding.input.contains("    \(declared)\n"), "\(finding.input)")
  }

  /// The record's own time has a clock, as seconds since 1970 do, and rather names its zone than not.
  @Test(arguments: [
    ("a.jsonl", "{\"id\":\"a\",\"time\":1714558272,\"created\":\"2023-01-01 09:00\"}\n", "time"),
    ("a.csv", "day of date,created,updated\n2026-09-10,2026-09-10 10:00,2026-09-11 10:00\n", "created"),
    ("a.csv", "id,created,updated\n1,2026-09-10 10:00,2026-09-11T10:00:00Z\n", "updated"),
    ("a.csv", "id,birth date,updated\n1,10.09.1970,1789000000\n", "updated"),
  ]) func timeOfTheRecord(_ name: String, _ text: String, _ time: String) throws {
    let finding = try sniff(text, name)
    #expect(finding.input.contains("  time: \(time)\n"), "\(finding.input)")
  }

  /// One column may tell for all of them in which order day and month stand.
  @Test(arguments: [
    (
      "1,3/2/2024 1:15 PM,5/13/2024", "'%m/%d/%Y %I:%M %p'",
      "the month before the day is assumed, as other columns have it"
    ),
    ("1,3/2/2024 13:15,5/13/2024", "'%m/%d/%Y %H:%M'", "the month before the day is assumed, as other columns have it"),
    ("1,3/2/2024 13:15,13/5/2024", "'%d/%m/%Y %H:%M'", "the day before the month is assumed, as other columns have it"),
    ("1,3/2/2024 13:15,5/3/2024", "'%d/%m/%Y %H:%M'", "the day before the month is assumed"),
    ("1,3/2/2024 1:15 PM,5/3/2024", "'%m/%d/%Y %I:%M %p'", "the month before the day is assumed"),
    ("1,13/2/2024 1:15 PM,5/13/2024", "'%d/%m/%Y %I:%M %p'", ""),
  ]) func dayAndMonth(_ row: String, _ format: String, _ remark: String) throws {
    let finding = try sniff("id,created,close\n\(row)\n\(row)\n")
    #expect(finding.input.contains("created: { type: local_time, format: \(format) }\n"), "\(finding.input)")
    let said = finding.remarks.filter { $0.hasPrefix("dates of created could be read both ways: ") }
    #expect(remark.isEmpty ? said.isEmpty : said.count == 1 && said[0].hasSuffix(remark), "\(finding.remarks)")
    // Never two orders in one block.
    let isMonthFirst = format.contains("%m/%d")
    let close = "close: { type: local_time, format: '\(isMonthFirst ? "%m/%d" : "%d/%m")/%Y' }"
    #expect(finding.input.contains(close) != remark.isEmpty, "\(finding.input)")
  }

  /// What has digits behind the point this month will have others than zeros the next.
  @Test(arguments: [
    ("a.csv", "nr,sum\n1,12.00\n2,0.00\n", "type: decimal, scale: 2"),
    ("a.csv", "nr;sum\n1;12,00\n2;0,00\n", "type: decimal, scale: 2, decimal: ','"),
    ("a.csv", "nr,sum\n1,12.00\n2,0\n", "type: decimal"), ("a.csv", "nr,sum\n1,12\n2,0\n", "type: int"),
    // Zeros at the end are not written here, so that the digits of some say nothing of others.
    ("a.jsonl", "{\"nr\":1,\"sum\":1.0}\n{\"nr\":2,\"sum\":2.5}\n", "type: decimal"),
    ("a.jsonl", "{\"nr\":1,\"sum\":1}\n{\"nr\":2,\"sum\":2}\n", "type: int"),
  ]) func fractions(_ name: String, _ text: String, _ type: String) throws {
    let finding = try sniff(text, name)
    #expect(finding.input.contains("    sum: { \(type) }\n"), "\(finding.input)")
  }

  /// Spreadsheets write long numbers so, and what they left out is lost.
  @Test(arguments: [
    ("x;v\nA;1,23450E+15\nB;2,23450E+15\n", "type: decimal, decimal: ','"),
    ("x;v\nA;1,5E+12\nB;2,5E+12\n", "type: decimal, decimal: ','"),
    ("x;v\nA;1.2345E+12\nB;2.5E+12\n", "type: decimal"), ("x;v\nA;1E+12\nB;7\n", "type: int"),
  ]) func scientificNotation(_ text: String, _ type: String) throws {
    let finding = try sniff(text)
    #expect(finding.input.contains("    v: { \(type) }\n") && finding.understood == 2, "\(finding.input)")
    #expect(finding.remarks.contains { $0.hasPrefix("numbers of v are in scientific notation") })
  }

  /// What is wrong with rows is told apart: `ragged` mends no quotes.
  @Test(arguments: [
    ("8,9,x,y\n", "1 row has other than 3 fields: `ragged: fill` or `ignore` takes it"),
    ("8\n9\n", "2 rows have other than 3 fields: `ragged: fill` or `ignore` takes them"),
    ("8,\"9,x\n", "1 row has wrong quotes and will be rejected (R112)"),
  ]) func unevenRows(_ rows: String, _ remark: String) throws {
    let sound = (1...20).map { "\($0),\"a\",2026-09-10T10:00:00Z\n" }.joined()
    let finding = try sniff("nr,name,at\n" + sound + rows + sound)
    #expect(finding.remarks == [remark], "\(finding.remarks)")
  }

  /// One word alone may keep a column from its type: then it stands for no value, in other columns, too.
  @Test(arguments: [
    (
      "nr,sum,note\n1,1.50,NULL\n2,NULL,x\n", "missing: ['', 'NULL']",
      ["sum: { type: optional decimal", "note: { type: optional string }"]
    ),
    (
      "nr,at\n1,2026-09-10T10:00:00Z\n2,(not set)\n3,-\n", "missing: ['', '(not set)', '-']",
      ["at: { type: optional instant }"]
    ),
    (
      "nr\tt\tsum\n1\ta\\nb\t1.5\n2\tc\t\\N\n", "escape: backslash\n  missing: ['', '\\N']",
      ["sum: { type: optional decimal, scale: 1 }"]
    ),
    ("nr\tt\n1\t\\N\n2\tc\n", "escape: backslash\n  missing: ['', '\\N']", ["t: { type: optional string }"]),
    // A word among words is one of them.
    ("nr,a\n1,none\n2,some\n", "", ["a: string"]), ("nr,a\n1,-\n2,-\n", "", ["a: string"]),
  ]) func wordsForNoValue(_ text: String, _ setting: String, _ fields: [String]) throws {
    let finding = try sniff(text)
    #expect(
      setting.isEmpty ? !finding.input.contains("missing") : finding.input.contains("  \(setting)\n"),
      "\(finding.input)")
    for field in fields { #expect(finding.input.contains("    \(field)"), "\(finding.input)") }
    #expect(finding.remarks.contains { $0.hasSuffix("taken for no value, in all columns") } != setting.isEmpty)
    #expect(finding.understood == finding.records)
  }

  /// A name that says UTC is believed more than `--zone`, and such a time more than one of which nobody says.
  @Test(arguments: [
    ("id,created,Created date (UTC)", "created_date_utc", true), ("id,created,created_gmt", "created_gmt", true),
    ("id,created,createdAtUTC", "createdAtUTC", true), ("id,created,Time (UTC+2)", "created", false),
    ("id,created,Time (GMT-05:00)", "created", false), ("id,created,output_date", "created", false),
  ]) func zonesInNames(_ header: String, _ time: String, _ isUniversal: Bool) throws {
    let space = try Workspace()
    let path = try space.write("a.csv", header + "\n1,2026-09-10 12:00,2026-09-10 10:00\n")
    let result = try InputSniffer.sniff(InputPath(name: "a.csv", path: path), zone: "Europe/Warsaw")
    let finding = try #require(result.finding)
    #expect(finding.input.contains("  zone: Europe/Warsaw\n  time: \(time)\n"), "\(finding.input)")
    #expect(finding.input.contains("type: local_time, zone: UTC }\n") == isUniversal, "\(finding.input)")
  }

  /// Indented XML and padded columns: the reader passes over blanks around all but texts.
  @Test(arguments: [
    (
      "a.xml", "<a><r><id> 7 </id><x>\n 12.50\n</x></r><r><id>8</id><x> 1.50 </x></r></a>",
      "x: { type: decimal, scale: 2 }", "id"
    ),
    ("a.csv", "id;x\n 7; 1.234,5 \n8 ; 10,5\n", "x: { type: decimal, scale: 1, decimal: ',', group: '.' }", "id"),
    ("a.csv", "id;x\n7; yes\n8;no \n", "x: { type: bool }", ""), ("a.csv", "id;x\n7; red\n8;green\n", "x: string", "x"),
  ]) func blanksAround(_ name: String, _ text: String, _ field: String, _ padded: String) throws {
    let finding = try sniff(text, name)
    #expect(finding.input.contains("    \(field)\n"), "\(finding.input)")
    let said = finding.remarks.filter { $0.contains("have blanks around them") }
    #expect(padded.isEmpty ? said.isEmpty : said.count == 1 && said[0].hasSuffix("write \(padded).trim()"), "\(said)")
  }

  /// Since 1970 in whatever unit, as numbers or as texts.
  @Test(arguments: [
    ("1714558272", "epoch"), ("1714558272.25", "epoch"), ("1714558272123", "epoch_ms"),
    ("1714558272123456", "epoch_us"), ("1714558272123456789", "epoch_ns"),
  ]) func unitsSince1970(_ value: String, _ format: String) throws {
    for (name, text) in [
      ("a.jsonl", "{\"event_timestamp\":\"\(value)\"}\n"), ("a.jsonl", "{\"event_timestamp\":\(value)}\n"),
      ("a.csv", "id,event_timestamp\n1,\(value)\n2,\(value)\n"),
    ] {
      let finding = try sniff(text, name)
      #expect(finding.input.contains("event_timestamp: { type: timestamp, format: \(format) }\n"), "\(finding.input)")
      #expect(finding.understood == finding.records)
    }
  }

  /// One letter is a truth value where its other one comes, too.
  @Test(arguments: [
    ("t", "f", true), ("Y", "n", true), ("y", "y", false), ("t", "n", false), ("m", "f", false), ("yes", "n", false),
  ]) func letters(_ one: String, _ other: String, _ isBool: Bool) throws {
    let finding = try sniff("id,flag\n1,\(one)\n2,\(other)\n")
    #expect(finding.input.contains("    flag: \(isBool ? "{ type: bool }" : "string")\n"), "\(finding.input)")
  }

  /// What products write, in one of the formats that the beginning tells.
  @Test(arguments: [
    ("at", "Wed, 01 May 2024 10:11:12 GMT", "timestamp", "%a, %d %b %Y %H:%M:%S %Z"),
    ("at", "Wed, 01 May 2024 10:11:12 +0000", "timestamp", "%a, %d %b %Y %H:%M:%S %z"),
    ("at", "May 1, 2024 1:11:12 PM", "local_time", "%b %d, %Y %I:%M:%S %p"),
    ("at", "May 1, 2024", "local_time", "%b %d, %Y"), ("at", "01-May-2024 10:11:12", "local_time", "%d-%b-%Y %H:%M:%S"),
    ("at", "1 May 2024", "local_time", "%d %b %Y"), ("at", "13/05/24 10:10", "local_time", "%d/%m/%y %H:%M"),
    ("at", "13.1.24 9:00", "local_time", "%d.%m.%y %H:%M"),
    ("at", "5/13/2024, 3:00:12 PM", "local_time", "%m/%d/%Y, %I:%M:%S %p"),
    ("at", "20240501T101112Z", "timestamp", "%Y%m%dT%H%M%S%z"),
    ("at", "2024.05.01 10:11", "local_time", "%Y.%m.%d %H:%M"),
    ("event_date", "20240501", "local_time", "%Y%m%d"), ("date", "1.2.10", "local_time", "%d.%m.%y"),
    ("nr", "20240501", "int", ""), ("version", "1.2.10", "string", ""), ("event_date", "20249901", "int", ""),
  ]) func writtenTimes(_ name: String, _ value: String, _ type: String, _ format: String) throws {
    let finding = try sniff("id;\(name)\n1;\(value)\n2;\(value)\n")
    let zone = format.hasSuffix("%Z") ? ", zone: UTC" : ""
    let field =
      format.isEmpty ? type == "int" ? "{ type: int }" : type : "{ type: \(type), format: '\(format)'\(zone) }"
    #expect(finding.input.contains("    \(name): \(field)\n") && finding.understood == 2, "\(finding.input)")
  }

  /// A date and a time of day in two fields are no time together until the rule says so.
  @Test(arguments: [
    (
      "a.csv", "Date,Time,TimeZone\n05/13/2024,10:11:12,PST\n",
      "=parse_time(date + \" \" + time, \"%m/%d/%Y %H:%M:%S\", \"UTC\")"
    ),
    ("a.csv", "Datum;Uhrzeit\n13.05.2024;9:05\n", "=parse_time(datum + \" \" + uhrzeit, \"%d.%m.%Y %H:%M\", \"UTC\")"),
    (
      "a.jsonl", "{\"day\":\"2024-05-13\",\"at\":\"10:05 PM\"}\n",
      "=parse_time(day + \" \" + at, \"%Y-%m-%d %I:%M %p\", \"UTC\")"
    ),
    ("a.csv", "date,opened\n2024-05-13,25:11\n", ""), ("a.csv", "date,opened\n2024-05-13 10:00,10:11\n", ""),
    ("a.csv", "date,opened\n2024-05-13,10:11\n2024-05-14,\n", ""),
  ]) func dateAndTimeOfDay(_ name: String, _ text: String, _ expression: String) throws {
    let finding = try sniff(text + text.split(separator: "\n").suffix(1).joined() + "\n", name)
    let said = finding.remarks.filter { $0.contains("parse_time") }
    #expect(expression.isEmpty ? said.isEmpty : said.count == 1 && said[0].contains(expression), "\(finding.remarks)")
  }

  /// What is called a time and has digits may be one in a format that only its owner knows.
  @Test(arguments: [
    ("purchase_date", "1 maj 2024 10:11", true), ("created", "2024|05|01", true), ("purchase_date", "soon", false),
    ("timezone", "GMT+02", false), ("note", "1 maj 2024 10:11", false), ("time", "10:11:12", false),
  ]) func timesThatNobodyKnows(_ name: String, _ value: String, _ isSaid: Bool) throws {
    let finding = try sniff("id;\(name);x\n1;\(value);2\n2;\(value);3\n")
    #expect(finding.remarks.contains { $0.hasPrefix("\(name) may be a time") } == isSaid, "\(finding.remarks)")
  }

  /// Texts with tabs have no quotes around them, but in them.
  @Test(arguments: [
    ("1\t\"Best\" lamp\n2\t\"open\n3\tx\n", true), ("1\t\"Best\"\n2\t\"open\n3\tx\n", true),
    // Here they have, and one is wrong.
    ("1\t\"Best\"\n2\t\"open\n3\t\"x\"\n4\t\"x\"\n5\t\"x\"\n6\t\"x\"\n", false),
    ("1\t\"Be\tst\"\n2\t\"lamp\"\n3\tx\n", false),
    // Between commas one may be a mistake.
    ("1,\"open\n2,x\n3,y\n4,z\n5,z\n", false), ("1,\"open\n2,\"x\" y\n3,y\n4,z\n5,z\n", true),
  ]) func quotesThatEncloseNothing(_ rows: String, _ isPlain: Bool) throws {
    let finding = try sniff("nr\(rows.contains("\t") ? "\t" : ",")title\n" + rows)
    #expect(finding.input.contains("  quote: none\n") == isPlain, "\(finding.input)")
    #expect(!isPlain || finding.understood == finding.records)
  }

  /// Exports put together with `cat`: the second header takes no types away.
  @Test func headersThatComeAgain() throws {
    let finding = try sniff(String(repeating: "nr,sum\n1,1.50\n2,2.50\n3,3.50\n", count: 2))
    #expect(finding.input.contains("    sum: { type: decimal, scale: 2 }\n"), "\(finding.input)")
    #expect(finding.records == 7 && finding.understood == 6)
    #expect(finding.remarks.contains { $0.hasPrefix("the header comes again once: a reject") })
  }

  /// Who sees wrong letters must know what else there is.
  @Test func codePages() throws {
    let space = try Workspace()
    let path = try space.write("a.csv", Array("nr,name\n1,B".utf8) + [0xFC] + Array("b\n2,Ann\n".utf8))
    let finding = try #require(try InputSniffer.sniff(InputPath(name: "a.csv", path: path), zone: nil).finding)
    #expect(finding.input.contains("encoding: windows-1252"), "\(finding.input)")
    #expect(finding.remarks.contains { $0.contains("others are windows-1250, ISO-8859-2, windows-1251") })
  }

  /// A header is what the rows below are not.
  @Test(arguments: [
    ("in,1st,,true,in\n1,5,6,1,7\n2,5,6,0,7\n", true), ("name,2019,2020\na,1,2\nb,3,4\n", false),
    ("1,2.5,a\n2,3,b\n", false), ("5,n/a,x\n1.5,3,y\n2.5,4,z\n", false), ("nr,at\n1,2026-09-10\n2,2026-09-11\n", true),
  ]) func header(_ text: String, _ isThere: Bool) throws {
    let finding = try sniff(text)
    #expect(finding.input.contains("header: false") != isThere, "\(finding.input)")
  }

  @Test(arguments: [
    "id, when, amount\n1, 2024-05-01 10:11:12, 12.50\n2, 2024-05-02 10:11:12, 12.51\n",
    "id;\" when \";amount\t\n1;2024-05-01 10:11:12;12.50\n2;2024-05-02 10:11:12;12.51\n",
  ]) func namesWithBlanks(_ text: String) throws {
    let finding = try sniff(text)
    #expect(finding.understood == 2, "\(finding.input)")
    for text in ["when: { type: local_time }\n", "amount: { type: decimal, scale: 2 }\n"] {
      #expect(finding.input.contains(text), "\(finding.input)")
    }
  }

  /// A report's title is no row; a header may begin with the same sign.
  @Test(arguments: [
    ("# ----\n# Sales, 2026\n# ----\nday,n\n20260910,1\n20260911,2\n", true),
    ("# Sales\n\nday,n\n20260910,1\n20260911,2\n", true), ("#day,n\n20260910,1\n20260911,2\n", false),
  ]) func linesBeforeTheTable(_ text: String, _ isComment: Bool) throws {
    let finding = try sniff(text)
    #expect(finding.input.contains("comment: '#'") == isComment, "\(finding.input)")
    #expect(finding.understood == 2 && finding.records == 2)
  }

  /// What a spreadsheet left empty takes nothing from the columns.
  @Test func emptyRows() throws {
    let finding = try sniff("order;sum\n1;1,50\n2;2,50\n" + String(repeating: ";\r\n", count: 100))
    #expect(finding.records == 2 && finding.input.contains("order: { type: int }"), "\(finding.input)")
  }

  /// Reports begin with a title that is no row of the table, padded or not; what is rather no title stays.
  @Test(arguments: [
    ("Campaign report\n1 May 2024 - 31 May 2024\nday,clicks,cost\n", 2), ("Sales\n\nday,clicks,cost\n", 2),
    ("Sales,,\n,,\nday,clicks,cost\n", 2), ("\"Sales,\nof May\",\nday,clicks,cost\n", 2), ("day,clicks,cost\n", 0),
    ("day,clicks\n", 0), ("sep=,\nSales\nday,clicks,cost\n", 1),
  ]) func titles(_ head: String, _ lines: Int) throws {
    let rows = (1...9).map { "2026-09-0\($0)T10:00:00Z,\($0),1.50\n" }.joined()
    let result = try result(head + rows, "a.csv")
    guard head != "day,clicks\n" else { return #expect(result.finding == nil) }
    let finding = try #require(result.finding)
    #expect(
      lines > 0 ? finding.input.contains("  skip: \(lines)\n") : !finding.input.contains("skip"), "\(finding.input)")
    #expect(finding.understood == 9 && finding.records == 9)
    #expect(finding.input.contains("    clicks: { type: int }\n"), "\(finding.input)")
  }

  @Test(arguments: [
    ("Unit price", "unit_price"), ("orderId", "orderId"), ("MwSt", "mwst"), ("Währung", "waehrung"),
    ("geändert am", "geaendert_am"), ("Größe", "groesse"), ("Łódź", "lodz"), ("prénom", "prenom"), ("Œuvre", "oeuvre"),
    ("e\u{301}t\u{E9}", "ete"), ("имя", "field"), ("1st", "_1st"), ("user_ID", "user_ID"),
  ]) func names(_ text: String, _ name: String) { #expect(SniffedFields.identifier(text) == name) }

  /// Letters are shown, whatever could do more than be seen is not.
  @Test func lettersAreShown() {
    let entry = PinnedEntry("a", .text("Währung Łódź имя"))
    #expect(entry.yaml(depth: 0) == "a: 'Währung Łódź имя'\n")
    #expect(PinnedEntry("a", .text("Preis €, 20 °C")).yaml(depth: 0) == "a: 'Preis €, 20 °C'\n")
    #expect(PinnedEntry("a", .text("ä\u{202E}\u{9B}")).yaml(depth: 0) == "a: \"ä\\u202e\\u009b\"\n")
  }

  /// A small table of nothing but words is one; prose with a comma in each line is not.
  /// Whatever the values are part of: the object, one in it, or the elements of a list.
  @Test(arguments: [
    (#"{"created":"3/2/2024","close":"5/13/2024"}"#, "created: { type: local_time, format: '%m/%d/%Y' }"),
    (#"{"created":"3/2/2024","order":{"close":"5/13/2024"}}"#, "created: { type: local_time, format: '%m/%d/%Y' }"),
    (#"{"close":"5/13/2024","lines":[{"sent":"3/2/2024"}]}"#, "sent: { type: local_time, format: '%m/%d/%Y' }"),
    (#"{"created":"3/2/2024","dates":["5/13/2024"]}"#, "created: { type: local_time, format: '%m/%d/%Y' }"),
  ]) func habitsOfJSON(_ line: String, _ declared: String) throws {
    let finding = try sniff(line + "\n" + line + "\n", "a.jsonl")
    #expect(finding.input.contains(" \(declared)\n"), "\(finding.input)")
    #expect(finding.remarks.contains { $0.hasSuffix("as other columns have it") }, "\(finding.remarks)")
  }

  @Test(arguments: [
    ("id,name\n1,a\n2,b\n", true), ("id;name\n1;a\n2;b\n", true), ("id,name\n1,a\n", false),
    ("Dear Ada, hello\nas you know, it rains\nall the best, Bob\n", false),
  ]) func tablesWithoutTypes(_ text: String, _ isRead: Bool) throws {
    #expect(try (result(text, "a.csv").finding != nil) == isRead)
  }

  /// What no reader takes is told by its shape, with what helps.
  @Test(
    arguments: [
      ("[\n{\"a\":1},\n{\"a\":2}\n]\n", "jq -c '.[]' FILE"), ("[{\"a\":1},{\"a\":2}]", "jq -c '.[]' FILE"),
      ("\u{FEFF}[\n  {\n    \"a\": 1\n  }\n]\n", "jq -c '.[]' FILE"),
      ("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n", "jq -c . FILE"),
      ("{\"a\":1},\n{\"a\":2}, \r\n", "sed 's/,[[:space:]]*$//' FILE"),
      ("<a>\n<b>&nbsp;</b></a>", "line 2 it is not well-formed: Entity 'nbsp' not defined"),
      (
        "<?xml version='1.0' encoding='UTF-8'?>\n<a><r n='\u{1}'/></a>", "line 2 it is not well-formed"
      ),
      (
        "id;at;n\n1;a;b;c\n2;a\n3;a;b\n4;a;b;c\n5;a\n6;a;b\n7\n8;a;b;c;d\n",
        "by ';', but only 3 of 9 rows have 3 fields, not line 2"
      ),
      ("id,name,when\n", "it has a single line, perhaps a header"),
      (
        "<!DOCTYPE a [<!ENTITY s 'S'>]><a><r>&s;</r><r>&s;</r></a>",
        "xmllint --noent --dropdtd FILE"
      ),
      ("[Wed Oct 11 14:32:52 2000] [error] x\n", nil), ("prose\nand more\nof it\n", nil),
    ] as [(String, String?)])
  func whatNobodyKnows(_ text: String, _ remedy: String?) throws {
    let result = try result(text, "a")
    #expect(result.finding == nil, "\(result.finding?.input ?? "")")
    #expect(
      remedy.map { result.remedy?.contains($0) == true } ?? (result.remedy == nil), "\(result.remedy ?? "nothing")")
  }

  /// `each` sees the names of the record and of the row.
  @Test(
    arguments: [
      (
        #"{"id":1,"at":"2026-09-10T10:00:00Z","lines":[{"id":7,"lines":"x","qty":1}],"tags":["a"],"value":2}"#,
        [
          "lines_id: { path: id }", "lines_lines: { path: lines }", "qty: { type: int }",
          "tags_value: { path: '.' }",
        ]
      ),
      (
        "<a v='1'><o><id>1</id><l><id>7</id><v>3</v>t</l><l><id>8</id><v>4</v>t</l></o><o><id>2</id></o></a>",
        ["l_id: { path: id }", "l_v: { path: v, type: int }", "value: { path: 'text()'", "v: '/a/@v'"]
      ),
      (
        "<O><H><I><ID>P1</ID><D>2026-09-10T10:00:00Z</D><ID2/></I></H><L><X><ID>1</ID></X><X><ID>2</ID></X></L></O>",
        ["i_id: '/O/H/I/ID'", "d: '/O/H/I/D'"]
      ),
      (
        #"{"_id":{"$oid":"507f191e810c19729de860e0"},"created":{"$date":"2026-09-10T10:00:00Z"},"total":{"$numberDecimal":"4.5"}}"#,
        [
          "id: { path: ['_id', '$oid'] }", "created: { path: [created, '$date'], type: instant }",
          "total: { path: [total, '$numberDecimal'] }",
        ]
      ),
      (
        #"{"time":1757498400,"properties":{"$browser":"Chrome","$city":"Köln"}}"#,
        ["browser: { path: [properties, '$browser'] }", "city: { path: [properties, '$city'] }"]
      ),
    ] as [(String, [String])])
  func namesOfRowsAndValues(_ text: String, _ pins: [String]) throws {
    let input = try sniff(text, "a").input
    for pin in pins { #expect(input.contains(" " + pin), "\(pin) is not in \(input)") }
  }

  /// A document that declares entities, nests without end, or has more paths than anyone would read.
  @Test func hostileXML() throws {
    let bomb = """
      <!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;"><!ENTITY z SYSTEM "/etc/hostname">]>
      <a><r n="&y;">&y;&z;</r><r n="1">t</r></a>
      """
    let deep = "<a>" + String(repeating: "<r>", count: 5000)
    let wide = "<a>" + (0..<4000).map { "<r><e\($0) a\($0)='1'/></r>" }.joined() + "</a>"
    for (text, isRead) in [(bomb, true), (deep, false), (wide, true)] {
      let result = try result(text, "a.xml")
      #expect((result.finding != nil) == isRead)
      #expect(result.finding.map { $0.outline.count <= 201 && $0.input.utf8.count < 200_000 } ?? true)
      #expect(result.sketch?.fields.contains { $0.example.contains("xxxxxxxxxx") } != true)
    }
  }
}
