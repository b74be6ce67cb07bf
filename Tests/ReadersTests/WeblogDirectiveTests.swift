import Pipeline
import Readers
import Testing

/// Logs that say within themselves how their lines are to be read.
@Suite struct WeblogDirectiveTests {
  @Test func columnsChangeMidway() throws {
    let log = """
      #Software: Microsoft Internet Information Services 10.0
      #Fields: date time c-ip cs-method cs-uri-stem sc-status
      2026-09-10 11:57:01 1.1.1.1 GET /a 200
      #Fields: time c-ip date sc-status cs-uri-stem cs-uri-query cs(X-Shop)
      11:57:02 2.2.2.2 2026-09-10 404 /b q=1 blue
      #Remark: nothing
      11:57:03 3.3.3.3 2026-09-10 500 /c - -
      #fields:\tdate\ttime\tcs-uri
      2026-09-10\t11:57:04\t/d?e=f

      """
    let reader = try weblog("iis", ["columns": "cs(X-Shop)"])
    let reading = try read(log, with: reader)
    #expect(reading.rejects == [] && reading.comments == 5 && reading.count == 4)
    #expect(reading.records.map { $0["path"] } == ["/a", "/b", "/c", "/d"])
    #expect(reading.records.map { $0["ip"] } == ["1.1.1.1", "2.2.2.2", "3.3.3.3", nil])
    #expect(reading.records.map { $0["status"] } == ["200", "404", "500", nil])
    #expect(reading.records.map { $0["target"] } == ["/a", "/b?q=1", "/c", "/d?e=f"])
    #expect(reading.records.map { $0["query"] } == [nil, "q=1", nil, "e=f"])
    #expect(reading.records.map { $0["cs_x_shop"] } == [nil, "blue", nil, nil])
    #expect(reading.records.map { $0["time"] } == ["1789041421", "1789041422", "1789041423", "1789041424"])
  }

  /// Where tabs separate the names, they separate the values as well, which may have blanks or be empty; lines with fewer of
  /// them are read by their blanks.
  @Test(arguments: ["", "\t"]) func tabs(_ margin: String) throws {
    let log = """
      #Fields:\(margin)date\ttime\tcs-uri-stem\tc-ip\tcs(User-Agent)\tsc-bytes
      2026-09-10\t11:57:01\t/a b\t1.1.1.1\tXtream-Codes IPTV Panel\t10
      2026-09-10\t11:57:02\t/c\t2.2.2.2\t\t20
      2026-09-10 11:57:03 /d 3.3.3.3 Other 30
      #Date: 2026-09-10 00:00:00
      #Fields:\(margin)cs(User-Agent)\ttime\tcs-uri-stem
      My Agent 1\t11:57:04\t/e f

      """
    let reading = try read(log, with: weblog("w3c"))
    #expect(reading.rejects == [])
    #expect(reading.records.map { $0["path"] } == ["/a b", "/c", "/d", "/e f"])
    #expect(reading.records.map { $0["agent"] } == ["Xtream-Codes IPTV Panel", nil, "Other", "My Agent 1"])
    #expect(reading.records.map { $0["bytes"] } == ["10", "20", "30", nil])
    #expect(reading.records.map { $0["time"] } == ["1789041421", "1789041422", "1789041423", "1789041424"])
  }

  /// Names that IIS Advanced Logging has: local times need a zone, unless another time is there.
  @Test func localTimes() throws {
    let log = "#Fields: date-local time-local cs-uri-stem TimeTakenMS\n2026-07-01 12:00:00.250 / 46\n"
    let reading = try read(log, with: weblog("w3c", ["zone": "Europe/Warsaw"]))
    #expect(reading.records.first?["time"] == "1782900000+250000000")
    #expect(reading.records.first?["duration"] == "46000")
    #expect(
      try read(log, with: weblog("iis")).rejects == [
        "R103 2 1 1 'time-local' is the server's own time, and nothing says its zone"
      ])
    let found = #expect(throws: Diagnostics.self) { try weblog("iis", ["columns": "date-local time-local c-ip"]) }
    #expect(found?.all.map(\.code) == ["M307"])
    let both = "date time date-local time-local cs-uri-stem"
    let line = "#Fields: \(both)\n2026-07-01 12:00:00 2026-07-01 14:00:00 /\n"
    let utc = try read(line, with: weblog("iis", ["columns": both]))
    #expect(utc.records.first?["time"] == "1782907200" && utc.records.first?["time_local"] == "14:00:00")
  }

  /// A file that was appended begins with a byte order mark, and its columns hold from there in blocks of any size.
  @Test(arguments: ["\u{FEFF}", "\0\0"]) func directivesBehindMarks(_ mark: String) throws {
    let record = "2026-09-10 11:57:01 1.1.1.1 GET /a 200\n"
    let log =
      "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n" + record
      + "\(mark)#Fields: time date cs-uri-stem c-ip\n"
      + String(repeating: "11:57:02 2026-09-10 /b 2.2.2.2\n", count: 300)
    for capacity in [4096, 1 << 20] {
      let reading = try read(log, with: weblog("iis"), capacity: capacity)
      #expect(reading.rejects == [] && reading.comments == 2 && reading.count == 301)
      #expect(reading.records.map { $0["path"] } == ["/a"] + Array(repeating: "/b", count: 300))
    }
  }

  /// A time of day alone is dated by `#Date:`; midnight is where it falls far behind, or, for a late line, far ahead.
  @Test func rollover() throws {
    let log = """
      #Version: 1.0
      #Date: 2026-09-10 23:59:00
      #Fields: c-ip time cs-uri-stem
      1.1.1.1 23:59:58 /a
      1.1.1.1 00:00:01 /b
      1.1.1.1 23:59:59 /late
      1.1.1.1 00:00:02 /c
      1.1.1.1 22:00:00 /d
      1.1.1.1 21:30:00 /e
      1.1.1.1 03:00:00 /f
      #Date: 2026-10-01 00:00:00
      1.1.1.1 03:00:00 /g
      #Date: 2026-10-02 00:00:05
      1.1.1.1 23:30:00 /h
      1.1.1.1 00:01 /i
      """
    let times = try read(log, with: weblog("w3c")).records.compactMap { $0["time"].flatMap { Int($0) } }
    let day = 1_788_998_400  // 2026-09-10
    #expect(
      times.map { $0 - day } == [
        86398, 86401, 86399, 86402, 86400 + 79200, 86400 + 77400, 2 * 86400 + 10800, 21 * 86400 + 10800,
        22 * 86400 + 84600, 23 * 86400 + 60,
      ])
  }

  /// Values as IIS and others write them.
  static let values: [(String, String?)] = [
    ("Mozilla/5.0+(Windows+NT+10.0)", "Mozilla/5.0 (Windows NT 10.0)"), ("-", nil), ("\"-\"", nil), ("\"\"", nil),
    ("\"Mozilla 5.0\"", "Mozilla 5.0"), ("\"say \"\"hi\"\" now\"", #"say "hi" now"#), ("a\"b", "a\"b"),
    ("\"open", "\"open"), ("%20", "%20"), ("C++", "C  "),
  ]

  @Test(arguments: values) func value(_ text: String, _ agent: String?) throws {
    let log = "#Fields: date time cs(User-Agent) c-ip sc-status\n2026-09-10 11:57:01 \(text) 1.2.3.4 200\n"
    let reading = try read(log, with: weblog("iis"))
    #expect(reading.rejects == [])
    #expect(reading.records.first?["agent"] == agent)
    #expect(reading.records.first?["status"] == "200")
  }

  @Test func latinAgents() throws {
    var log = Array("#Fields: date time cs(User-Agent) cs-uri-stem\n2026-09-10 11:57:01 Caf".utf8)
    log += [0xE9] + Array("+M".utf8) + [0xFC] + Array("nchen /caf\u{E9}\n".utf8)
    let reading = try read(MemorySource(log), with: weblog("iis"))
    #expect(reading.records.first?["agent"] == "Café München")
    #expect(reading.records.first?["path"] == "/café")
  }

  @Test func zoneOfLocalTimes() throws {
    let log = "#Fields: date time cs-uri-stem\n2026-07-01 12:00:00 /\n"
    #expect(try read(log, with: weblog("iis")).records.first?["time"] == "1782907200")
    #expect(try read(log, with: weblog("iis", ["zone": "Europe/Warsaw"])).records.first?["time"] == "1782900000")
  }

  @Test func columnsThatTheLogLost() throws {
    let log = "2026-09-10 11:57:01 1.1.1.1 /a\n#Fields: date time cs-uri-stem c-ip\n2026-09-10 11:57:02 /b 2.2.2.2\n"
    let reading = try read(log, with: weblog("iis", ["columns": "date time c-ip cs-uri-stem"]))
    #expect(reading.records.map { $0["path"] } == ["/a", "/b"])
    #expect(reading.records.map { $0["ip"] } == ["1.1.1.1", "2.2.2.2"])
  }

  /// A line of columns that no server wrote: what follows is refused, until columns come that one can read.
  @Test func endlessColumns() throws {
    let wild = "#Fields: " + (0..<5000).map { "x-\($0)" }.joined(separator: " ")
    let log =
      "#Fields: date time c-ip\n2026-09-10 11:57:01 1.1.1.1\n\(wild)\n2026-09-10 11:57:02 2.2.2.2\n"
      + "#Fields: date time c-ip\n2026-09-10 11:57:03 3.3.3.3\n"
    let reading = try read(log, with: weblog("w3c"))
    #expect(reading.records.map { $0["ip"] } == ["1.1.1.1", "3.3.3.3"])
    #expect(reading.rejects == ["R101 4 2 1 no '#Fields:' came before the line"])
  }

  @Test func noPrefixes() {
    let found = #expect(throws: Diagnostics.self) { try weblog("iis", ["prefix": "syslog"]) }
    #expect(found?.all.map(\.code) == ["M304"])
  }

  /// Columns that change again and again, days that roll over, lines that are wrong: the same for every way in which
  /// the bytes are cut, and for parsers that get the blocks in any order.
  static let log: String = {
    var text = "#Date: 2026-09-10 00:00:00\n"
    let headers = [
      "date time c-ip cs-uri-stem sc-status", "time c-ip cs-uri-stem", "c-ip time cs-uri-stem sc-status cs(User-Agent)",
    ]
    var state: UInt64 = 7
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    var header = 0
    var second = 0
    text += "#Fields: \(headers[0])\n"
    for line in 0..<3000 {
      if random(60) == 0 {
        header = random(3)
        text += "#Fields: \(headers[header])\n"
      }
      if random(300) == 0 { text += "#Date: 2026-09-\(two(10 + second / 86_400)) \(clock(second))\n" }
      second += random(200)
      func clock(_ second: Int) -> String {
        "\(two(second / 3600 % 24)):\(two(second / 60 % 60)):\(two(second % 60))"
      }
      let time = clock(max(0, second - random(90))).prefix(random(9) == 0 ? 5 : 8)
      switch random(100) {
      case 0: text += "broken\n"
      case 1: text += "\n"
      case 2: text += "#Remark: \(line)\n"
      default:
        switch header {
        case 0: text += "2026-09-\(two(10 + second / 86_400)) \(time) 10.0.0.\(random(9)) /\(line) 200\n"
        case 1: text += "\(time) 10.0.0.\(random(9)) /\(line)\n"
        default: text += "10.0.0.\(random(9)) \(time) /\(line) 404 Agent+\(random(5))\n"
        }
      }
    }
    return text
  }()

  @Test(arguments: [4096, 8192, 20_000, 65_536]) func anyBlockSize(_ capacity: Int) throws {
    let reader = try weblog("w3c")
    let whole = try read(Self.log, with: reader)
    #expect(whole.records.count > 2800 && whole.rejects.count > 10)
    for (step, batch) in [(Int.max, 256), (777, 7)] {
      let source = MemorySource(Array(Self.log.utf8), step: step)
      let pieces = try read(source, with: reader, capacity: capacity, batch: batch)
      #expect(pieces == whole)
    }
  }

  @Test func blocksInAnyOrder() throws {
    let reader = try weblog("w3c")
    let whole = try read(Self.log, with: reader)
    let names = reader.schema.fields.map(\.name)
    let source = reader.makeSource(MemorySource(Array(Self.log.utf8)), limits: ReadLimits())
    var blocks: [Block] = []
    while true {
      let block = Block(capacity: 4096, headroom: 1 << 20)
      guard try source.next(into: block) else { break }
      blocks.append(block)
    }
    #expect(blocks.count > 10)
    // One parser gets the blocks from the last to the first, another only the second halves of blocks.
    let parser = reader.makeParser(fields: names)
    let batch = RecordBatch(stride: names.count, capacity: 100_000)
    var records: [[[String: String]]] = []
    for block in blocks.reversed() {
      var cursor = 0
      batch.reset()
      _ = parser.parse(block, from: &cursor, into: batch, result: MappedBlock())
      records.append(rows(batch, names))
    }
    #expect(records.reversed().flatMap { $0 } == whole.records)
    let prober = reader.makeParser(fields: names)
    for (block, rows) in zip(blocks, records.reversed()) {
      let start = UnsafePointer(block.start)
      var cursor = block.count / 2
      while cursor > 0, start[cursor - 1] != UInt8(ascii: "\n") { cursor -= 1 }
      batch.reset()
      _ = prober.parse(block, from: &cursor, into: batch, result: MappedBlock())
      let half = self.rows(batch, names)
      #expect(half == Array(rows.suffix(half.count)))
    }
  }

  private func rows(_ batch: RecordBatch, _ names: [String]) -> [[String: String]] {
    (0..<batch.count).map { row in
      var record: [String: String] = [:]
      for (column, name) in names.enumerated() { record[name] = text(batch.fields[row * batch.stride + column]) }
      return record
    }
  }
}
