import Foundation
import TestSupport
import Testing

/// `preview` as a user runs it, on the shipped mappings and samples. `TRACKFILL_RECORD=1` writes the goldens anew.
@Suite struct PreviewTests {
  private let space: Workspace

  init() throws {
    space = try Workspace()
    for (name, from) in [
      ("access.log", "samples/combined.log"), ("web.yaml", "Mappings/combined.yaml"),
      ("orders.csv", "samples/orders-csv.csv"), ("orders.yaml", "Mappings/orders-csv.yaml"),
      ("orders.xml", "samples/orders-xml.xml"), ("xml.yaml", "Mappings/orders-xml.yaml"),
    ] {
      try FileManager.default.copyItem(
        atPath: Repository.root.path + "/" + from, toPath: space.path(name))
    }
  }

  private func run(_ arguments: String) throws -> Binary.Result {
    try Binary.shell("cd \"$1\"; NO_COLOR=1 $trackfill preview \(arguments)", space.folder)
  }

  private func text(_ result: Binary.Result) -> String { String(decoding: result.output, as: UTF8.self) }

  private func expect(_ text: String, golden name: String) throws {
    try Golden.check(text, against: GoldenTests.folder.appending(path: name))
  }

  // MARK: What is shown

  @Test(arguments: [
    ("preview-combined.txt", "access.log -m web.yaml --only mapped --show 2 --explain"),
    ("preview-dropped.txt", "access.log -m web.yaml --only machine-file"),
    ("preview-rejected.txt", "access.log -m web.yaml --only rejected"),
    ("preview-orders.txt", "orders.csv -m orders.yaml --sample 2"),
    ("preview-xml.txt", "orders.xml -m xml.yaml --only TOTALS"),
    ("preview-combined.json", "access.log -m web.yaml --only search --show 1 --format json"),
  ])
  func goldens(_ name: String, _ arguments: String) throws {
    let before = try space.names()
    let result = try run(arguments)
    #expect(result.status == 0, "\(result.errors)")
    try expect(text(result), golden: name)
    if name.hasSuffix(".txt") {
      let longest = text(result).split(separator: "\n").max { $0.count < $1.count } ?? ""
      #expect(longest.count <= 80, "\(longest)")
    }
    #expect(try space.names() == before, "nothing is written")
    for threads in [1, 3] {
      let again = try run(arguments + " --threads \(threads) --block-size 4096")
      #expect(text(again) == text(result), "what is shown depends on neither threads nor blocks")
    }
  }

  /// A rule can match records and leave no event, as all of them were rejected.
  @Test func rulesWithoutAnEvent() throws {
    let mapping = """
      mapping: m
      language: 1
      input: { reader: weblog, format: combined }
      identity: { visitor: =ip, profile: { hash: visitor, salt: abc } }
      target: { source: x }
      emit: all
      events: [ { type: a }, { type: c, properties: { z: =1 / (status - 200) } } ]

      """
    try space.write("failing.yaml", mapping)
    try space.write(
      "one.log", "192.0.2.1 - - [10/Sep/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0\"\n")
    let report = text(try run("one.log -m failing.yaml"))
    #expect(report.contains("rules without an event: a (line 7), c (line 7)"), "\(report)")
    #expect(!report.contains("matched nothing") && !report.contains("never"), "\(report)")
  }

  @Test func page() throws {
    let result = try run("access.log -m web.yaml --html page.html")
    #expect(result.status == 0 && result.output.isEmpty)
    #expect(result.errors == "trackfill: wrote page.html; open it in a browser\n")
    try expect(String(decoding: space.read("page.html"), as: UTF8.self), golden: "preview-combined.html")
    #expect(try space.names().filter { $0.hasPrefix(".") }.isEmpty)
  }

  /// The policy allows the page's own style, by its hash, and nothing else.
  @Test func policy() throws {
    _ = try run("access.log -m web.yaml --html page.html")
    let page = String(decoding: try space.read("page.html"), as: UTF8.self)
    let style = try #require(page.firstMatch(of: /(?s)<style>(.*?)<\/style>/)).1
    try space.write("style.css", String(style))
    let digest = try Binary.shell("sha256sum \"$1/style.css\"", space.folder).lines[0].prefix(64)
    let bytes = stride(from: 0, to: 64, by: 2).compactMap { at in
      UInt8(digest.dropFirst(at).prefix(2), radix: 16)
    }
    #expect(page.contains("default-src 'none'; style-src 'sha256-\(Data(bytes).base64EncodedString())';"))
    #expect(!page.contains("<script") && !page.contains(" style=") && !page.contains("src=") && !page.contains("url("))
    #expect(page.matches(of: /href="([^"]*)"/).allSatisfy { $0.1.hasPrefix("#") })
  }

  @Test func samplesAreSpread() throws {
    try space.write("long.log", Material.text(Material.log(lines: 5_000, bad: 0)))
    try space.write("m.yaml", Material.mapping)
    func lines(_ arguments: String) throws -> [Int] {
      text(try run("long.log -m m.yaml " + arguments)).matches(of: #/(?m)^── \d+ ── long\.log:(\d+) /#).compactMap {
        Int($0.1)
      }
    }
    let spread = try lines("--sample 10")
    #expect(spread.count == 10 && spread[0] == 1 && (4_000...5_000).contains(spread[9]), "\(spread)")
    #expect(try lines("--show 3") == [1, 2, 3])
    #expect(try lines("--limit 2") == [1, 2])
    #expect(try lines("--show 0").isEmpty)
    let forms = try lines("--only sent-form --sample 5")
    #expect(forms.count == 5 && (forms.last ?? 0) > 3_000)
  }

  @Test func lateRecordsAreFound() throws {
    var lines = Material.log(lines: 300, bad: 0)
    lines.append(#"192.0.2.1 - - [10/Sep/2026:00:00:01 +0000] "POST /late HTTP/1.1" 200 5 "-" "A""#)
    try space.write("late.log", Material.text(lines))
    try space.write("m.yaml", Material.mapping)
    let result = try run("late.log -m m.yaml --only late")
    #expect(text(result).contains("── late.log:301 ── "))
    #expect(text(result).contains(", late "))
    #expect(text(result).contains("late records                             1"))
  }

  private static let withRefused = Material.text(
    (0..<400).map { index -> String in
      let (minute, second) = (10 + index / 50, 10 + index % 50)
      let year = index % 100 == 50 ? 2028 : 2026
      // Every fiftieth is late by more than the disorder.
      return Material.line.replacing(
        "10/Sep/2026:10:00:00", with: "10/Sep/\(year):\(index % 50 == 49 ? "09" : "10"):\(minute):\(second)")
    })

  /// What sessions reject is in no payload; the chart and the months of the report are those of the import.
  @Test func eventsThatSessionsRejectAreNotCounted() throws {
    try space.write("refused.log", Self.withRefused)
    try space.write("m.yaml", Material.mapping.replacing("disorder: 1m", with: "disorder: 1m, late: reject"))
    let json = try run("refused.log -m m.yaml --format json --show 0")
    let report = try #require(try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
    let rejected = try #require(report["rejected_by_code"] as? [[String: Any]])
    #expect(rejected.map { $0["code"] as? String } == ["S102", "S101"], "\(rejected)")
    let months = try #require(report["months"] as? [[String: Any]])
    #expect(months.map { $0["month"] as? String } == ["2026-09"])
    let sum = months.compactMap { ($0["types"] as? [String: Int])?.values.reduce(0, +) }.reduce(0, +)
    let taken = 400 - rejected.compactMap { $0["count"] as? Int }.reduce(0, +)
    let bars = try #require((report["time"] as? [String: Any])?["bars"] as? [[String: Any]])
    #expect(sum == taken && bars.compactMap { $0["events"] as? Int }.reduce(0, +) == taken)
    #expect((bars.last?["from"] as? String)?.hasPrefix("2026") == true)
  }

  /// An id that is not unique loses events at the receiver, and no count of `convert` tells.
  @Test(arguments: [
    (
      "order_id", true,
      "2 events of 'item' have the `id` of an event before (first items.csv:3, the id of items.csv:2) and say"
    ),
    (
      "order_id, sku", false,
      "1 event of 'item' has the `id` of an event before (first items.csv:5, the id of items.csv:4) and is"
    ),
    ("order_id, sku, n", false, nil),
  ])
  func repeatedIDsAreFound(_ id: String, _ isLoss: Bool, _ text: String?) throws {
    try space.write(
      "items.csv",
      """
      order_id,at,sku,n
      7,2026-05-01T10:00:00Z,A,1
      7,2026-05-01T10:00:00Z,B,2
      8,2026-05-01T10:00:00Z,A,3
      8,2026-05-01T10:00:00Z,A,4
      8,2026-05-01T10:00:00Z,C,5

      """)
    try space.write(
      "m.yaml",
      """
      mapping: items
      language: 1
      input: { reader: csv, fields: { order_id: string, at: instant, sku: string, n: int } }
      identity: { visitor: =order_id, profile: { hash: visitor, salt: x } }
      target: { source: x }
      events:
        - { type: item, id: '=[\(id)]', properties: { sku: =sku } }
      otherwise: drop
      """)
    let result = try run("items.csv -m m.yaml --format json --show 0")
    let report = try JSONSerialization.jsonObject(with: result.output) as? [String: Any]
    let remarks = report?["remarks"] as? [[String: Any]] ?? []
    let found = remarks.first { ($0["text"] as? String)?.contains("`id`") == true }
    if let text {
      #expect((found?["text"] as? String)?.hasPrefix(text) == true, "\(remarks)")
      #expect(found?["loss"] as? Bool == isLoss)
    } else {
      #expect(found == nil)
    }
  }

  /// Properties may look like an event.
  @Test func eventsAreNotCountedByTheirLooks() throws {
    try space.write(
      "m.yaml",
      Material.mapping.replacing(
        "properties: { path: =path, status: =status }",
        with:
          "properties: { kind: order, time: { insert: 2026-09-10 }, copy: { id: =path, type: x, time: { insert: x } } }"
      ))
    try space.write("one.log", Material.line + "\n")
    let result = try run("one.log -m m.yaml --format json --show 0")
    let report = try JSONSerialization.jsonObject(with: result.output) as? [String: Any]
    let sessions = report?["sessions"] as? [String: Any]
    #expect(sessions?["largest_events"] as? Int == 1, "\(result.errors)")
  }

  /// Whoever reads the JSON need not ask what became of a record first.
  @Test func shownRecordsHaveTheSameKeys() throws {
    try space.write(
      "mixed.log", Material.line + "\nbroken\n" + Material.line.replacing("GET /", with: "GET /a.css") + "\n")
    try space.write("m.yaml", Material.mapping)
    let result = try run("mixed.log -m m.yaml --format json")
    let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
    let shown = try #require(report["shown"] as? [[String: Any]])
    #expect(shown.map { $0["fate"] as? String } == ["mapped", "rejected", "dropped"])
    for record in shown { #expect(Set(["fields", "let", "steps", "events"]).isSubset(of: record.keys)) }
  }

  /// What the mapping leaves alone may be what it wants, and does not hide the rest.
  @Test func fieldsAreShownBesideOneThatCannotBeRead() throws {
    try space.write("one.log", Material.line.replacing(" 200 5 ", with: " 200 123456789012345678901 ") + "\n")
    try space.write("m.yaml", Material.mapping)
    let result = try run("one.log -m m.yaml --format json")
    let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
    let record = try #require((report["shown"] as? [[String: Any]])?.first)
    let fields = try #require(record["fields"] as? [[String: Any]])
    let names = Set(fields.compactMap { $0["name"] as? String })
    #expect(names.isSuperset(of: ["ip", "method", "path", "status"]) && !names.contains("bytes"), "\(record)")
  }

  // MARK: Hostile data

  private static let hostile =
    Data("192.0.2.1 - - [10/Sep/2026:10:00:00 +0000] \"GET /<script>alert(1)</script>?q=".utf8)
    + Data([0x1B, 0x5D, 0x30, 0x3B, 0x07, 0x0D, 0xC2, 0x9B, 0x33, 0x31, 0x6D, 0xE2, 0x80, 0xAE, 0xFF, 0xC0, 0x08])
    + Data(" HTTP/1.1\" 200 5 \"]]>'\\\"<img src=x onerror=alert(1)>\" \"A</style></pre>&amp;\"\n".utf8)
    + Data("broken \u{1B}[2J\u{202E}\u{9B}31m <b>\n".utf8)

  @Test(arguments: ["", "--format json", "--html page.html", "--against old.yaml", "--against old.yaml --format json"])
  func nothingHostileGetsThrough(_ options: String) throws {
    try Self.hostile.write(to: URL(fileURLWithPath: space.path("evil.log")))
    let mapping = try String(
      decoding: Data(contentsOf: Repository.root.appendingPathComponent("Mappings/everything.yaml")), as: UTF8.self)
    try space.write("m.yaml", mapping)
    try space.write(
      "old.yaml", mapping.replacing("target: =target", with: "target: =path").replacing("type: ", with: "type: x"))
    let result = try run("evil.log -m m.yaml --limit all \(options)")
    #expect(result.status == 0, "\(result.errors)")
    var shown = text(result) + result.errors
    if options.contains("html") { shown += String(decoding: try space.read("page.html"), as: UTF8.self) }
    #expect(shown.count > 500)
    for scalar in shown.unicodeScalars {
      let isControl = scalar.value < 0x20 && scalar != "\n" || (0x7F...0x9F).contains(scalar.value)
      let isDirection = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
      #expect(!isControl && !isDirection, "U+\(String(scalar.value, radix: 16))")
    }
    if options.contains("html") {
      #expect(!shown.contains("<script") && !shown.contains("<img") && !shown.contains("<b>"))
      #expect(shown.matches(of: /<\/style>/).count == 1 && shown.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    }
  }

  @Test func hugeRecordsStayReadable() throws {
    let path = "/" + String(repeating: "a", count: 300_000)
    try space.write("huge.log", Material.line.replacing("GET /", with: "GET " + path) + "\n")
    try space.write("m.yaml", Material.mapping)
    let result = try run("huge.log -m m.yaml --html page.html --format text")
    #expect(result.status == 0)
    #expect(result.output.count < 20_000 && text(result).contains("300,0"))
    #expect(text(result).contains("over 32,000 bytes"))
    #expect(try space.read("page.html").count < 100_000)
  }

  /// Preview and run see the same records in the same order.
  /// In the words of `convert`.
  @Test func inputsWithoutRecords() throws {
    try space.write("m.yaml", Material.mapping)
    try space.write("empty.log", "\n")
    for (inputs, names) in [("-", "standard input"), ("empty.log -", "empty.log and 1 more")] {
      let result = try run("\(inputs) -m m.yaml --show 0 </dev/null")
      #expect(result.status == 65 && result.errors.contains("no records in \(names)"), "\(result.errors)")
    }
  }

  @Test func aRunThatWouldStopIsRemarked() throws {
    try space.write("bad.log", Material.text(Material.log(lines: 4_000, bad: 40)))
    try space.write("m.yaml", Material.mapping)
    let report = text(try run("bad.log -m m.yaml --show 0"))
    let found = try #require(
      report.firstMatch(of: /! a run would stop: ([\d,]+) of the first ([\d,]+) records/), "\(report)")
    let percent = try #require(report.firstMatch(of: /--max-rejects (\d+%)/)).1
    func convert(_ options: String) throws -> Binary.Result {
      try Binary.shell("cd \"$1\"; $trackfill convert bad.log -m m.yaml -o out.ndjson \(options)", space.folder)
    }
    let stopped = try convert("")
    #expect(
      stopped.status == 4 && stopped.errors.contains("\(found.1) of the first \(found.2) records"), "\(stopped.errors)")
    #expect(try convert("--max-rejects \(percent)").status == 3)
    try space.write("good.log", Material.text(Material.log(lines: 4_000, bad: 400)))
    #expect(!text(try run("good.log -m m.yaml --show 0")).contains("a run would stop"))
  }

  @Test func longProfileIDsAreRemarked() throws {
    let long = Material.line.replacing("GET /", with: "GET /" + String(repeating: "ä", count: 64))
    try space.write("long.log", long + "\n" + Material.line + "\n")
    try space.write(
      "m.yaml", Material.mapping.replacing("{ hash: visitor, salt: test }", with: "{ id: '=path.or(\"\")' }"))
    #expect(text(try run("long.log -m m.yaml --show 0")).contains("! 1 payload has a profile id over 64 characters"))
  }

  /// The remedy for long texts must hold for short ones, too.
  @Test func longTextsAreCutAsTheRemedySays() throws {
    let long = Material.line.replacing("GET /", with: "GET /" + String(repeating: "ä", count: 33_000))
    try space.write("long.log", long + "\n" + Material.line + "\n")
    try space.write("m.yaml", Material.mapping)
    let before = text(try run("long.log -m m.yaml --show 0"))
    let remedy = try #require(before.firstMatch(of: /= emit less of it: (\..*)/)).1
    try space.write("m.yaml", Material.mapping.replacing("path: =path", with: "path: '=path.or(\"\")\(remedy)'"))
    let after = try run("long.log -m m.yaml --show 0 --format json")
    let report = try #require(try JSONSerialization.jsonObject(with: after.output) as? [String: Any])
    #expect((report["remarks"] as? [[String: Any]])?.isEmpty == true, "\(report["remarks"] ?? "")")
    #expect(report["mapped"] as? Int == 2, "\(after.errors)")
  }

  // MARK: Comparing

  @Test func mappingsAreCompared() throws {
    let old = try String(decoding: space.read("web.yaml"), as: UTF8.self)
    try space.write(
      "new.yaml",
      String(old.prefix(upTo: old.firstRange(of: "\ntests:")?.lowerBound ?? old.endIndex)).replacing(
        "max: 12h", with: "max: 6m"
      ).replacing("query: =term.trim()", with: "query: =term.trim().upper()")
        .replacing("then: blog", with: "then: articles").replacing("  - { reason: bot,", with: "  - { reason: robot,"))
    let result = try run("access.log -m new.yaml --against web.yaml")
    #expect(result.status == 0, "\(result.errors)")
    try expect(text(result), golden: "preview-against.txt")
    #expect(try run("access.log -m new.yaml --against web.yaml --fail-on-change").status == 1)
    #expect(try run("access.log -m web.yaml --against web.yaml --fail-on-change").status == 0)
    let json = try run("access.log -m new.yaml --against web.yaml --format json")
    let report = try #require(try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
    #expect(report["changed"] as? Bool == true)
    let again = try run("access.log -m new.yaml --against web.yaml --threads 3 --block-size 4096")
    #expect(text(again) == text(result))
  }

  /// Where the two read differently, the inputs are read twice and records are matched by their place.
  @Test func mappingsThatReadDifferentlyAreCompared() throws {
    let format = #"'%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'"#
    let old = try String(decoding: space.read("web.yaml"), as: UTF8.self)
    try space.write("other.yaml", old.replacing("format: combined", with: "format: " + format))
    let same = try run("access.log -m web.yaml --against other.yaml --fail-on-change")
    #expect(same.status == 0, "\(text(same))")
    #expect(text(same).contains("nothing changes: all 54 events are the same"))
    try space.write(
      "changed.yaml",
      old.replacing("then: home", with: "then: start").replacing("format: combined", with: "format: " + format))
    let changed = try run("access.log -m changed.yaml --against web.yaml --fail-on-change")
    #expect(changed.status == 1 && text(changed).contains("page-view: changed properties.category: "))
  }

  /// An event that a session rejects is in no payload, and so in no comparison.
  @Test(arguments: ["late: attach", "mode: exact, late: reject"])
  func eventsThatSessionsRejectAreCompared(_ session: String) throws {
    try space.write("refused.log", Self.withRefused)
    let old = Material.mapping.replacing("disorder: 1m", with: "disorder: 1m, late: reject")
    let new = Material.mapping.replacing("disorder: 1m", with: "disorder: 1m, \(session)")
    try space.write("old.yaml", old)
    try space.write("new.yaml", new)
    func events(_ mapping: String) throws -> Int {
      let result = try Binary.shell(
        "cd \"$1\"; $trackfill convert refused.log -m \(mapping) -q --max-rejects 100%", space.folder)
      return text(result).matches(of: /"type":"page-seen"/).count
    }
    let difference = try events("new.yaml") - events("old.yaml")
    let arguments = "refused.log -m new.yaml --against old.yaml"
    let json = try run(arguments + " --format json")
    let report = try #require(try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
    let added = try #require(report["added"] as? [[String: Any]])
    #expect(difference > 0 && added.map { $0["count"] as? Int } == [difference], "\(added)")
    let (before, after) = (report["old"] as? [String: Any], report["new"] as? [String: Any])
    #expect(try before?["events"] as? Int == events("old.yaml"))
    #expect(try after?["events"] as? Int == events("new.yaml"))
    #expect(text(try run(arguments)).contains("rejected by its session"))
    #expect(text(try run("refused.log -m old.yaml --against new.yaml")).contains("removed page-seen"))
    for size in [1024, 3000] {
      #expect(text(try run(arguments + " --threads 3 --block-size \(size)")) == text(try run(arguments)), "\(size)")
    }
  }

  // MARK: Bad input

  @Test func aBrokenMappingShowsItsFindingsAndTheRecords() throws {
    let old = try String(decoding: space.read("web.yaml"), as: UTF8.self)
    try space.write("bad.yaml", old.replacing("=url.text, page.path", with: "=url.txt, page.path"))
    let result = try run("access.log -m bad.yaml --show 2")
    #expect(result.status == 78)
    #expect(result.errors.matches(of: /error\[M103\]/).count == 3)
    #expect(text(result).contains("── 2 ── access.log:2 ── read") && text(result).contains("\"203.0.113.11\""))
    #expect(try run("access.log -m none.yaml").status == 66)
  }

  @Test func aFileOfAnotherKindSaysWhatItSeemsToBe() throws {
    for (input, mapping, reader) in [
      ("orders.csv", "web.yaml", "csv"), ("access.log", "orders.yaml", "weblog"), ("orders.xml", "web.yaml", "xml"),
    ] {
      let result = try run("\(input) -m \(mapping)")
      #expect(result.status == 65, "\(input) \(result.errors)")
      #expect(result.errors.contains("\(input) seems to be \(reader)"), "\(result.errors)")
      #expect(result.errors.contains("  input:\n    reader: \(reader)\n"), "\(result.errors)")
    }
    try space.write("empty.log", "")
    #expect(try run("empty.log -m web.yaml").status == 65)
  }

  @Test func exitStatuses() throws {
    #expect(try run("access.log -m web.yaml --only searh").status == 64)
    #expect(try run("access.log -m web.yaml --limit none").status == 64)
    #expect(try run("access.log -m web.yaml --fail-on-change").status == 64)
    #expect(try run("access.log -m web.yaml --html access.log").status == 64)
    for option in ["--only search", "--sample 3", "--show 3", "--explain", "--html x.html"] {
      let result = try run("access.log -m web.yaml --against web.yaml " + option)
      #expect(result.status == 64 && result.output.isEmpty, "\(option) \(result.errors)")
    }
    #expect(try run("access.log -m web.yaml --html no/folder/page.html").status == 73)
    #expect(try run("nothing.log -m web.yaml").status == 66)
    #expect(
      try Binary.shell("cd \"$1\"; $trackfill preview - -m web.yaml <access.log | head -1", space.folder).status == 0)
  }

  // MARK: In a browser

  /// In headless Chromium, at the width of a desk and of a phone: the page's style is taken, nothing is wider than the
  /// window, everything opens by itself in print, and the policy finds nothing to refuse.
  @Test(.enabled(if: Chromium.path != nil, "chromium is not installed"), arguments: [1280, 390])
  func inABrowser(_ width: Int) throws {
    try space.write("evil.log", String(decoding: Self.hostile, as: UTF8.self))
    _ = try run("access.log evil.log -m web.yaml --html page.html")
    try space.write(
      "frame.html",
      """
      <body><iframe id=f src=page.html width=\(width) height=2000 style="border:0"></iframe><pre id=o></pre><script>
      f.onload = () => {
        const d = f.contentDocument, root = d.documentElement
        for (const e of d.querySelectorAll('details')) e.open = true
        const wide = [...d.querySelectorAll('body *')].filter(e => !e.closest('.scroll, pre, svg, .skip, .line, .kv'))
          .filter(e => e.getBoundingClientRect().right > \(width) + 1)
        const card = d.querySelector('section')
        o.textContent = JSON.stringify({
          scroll: root.scrollWidth, wide: wide.length, first: wide.length ? wide[0].outerHTML.slice(0, 200) : '',
          radius: f.contentWindow.getComputedStyle(card).borderRadius, sections: d.querySelectorAll('section').length,
          details: d.querySelectorAll('details').length, scripts: d.scripts.length, images: d.images.length })
      }
      </script>
      """)
    let chromium = try #require(Chromium.path)
    let result = try Binary.shell(
      "\(chromium) --headless --no-sandbox --disable-gpu --allow-file-access-from-files --enable-logging=stderr "
        + "--user-data-dir=\"$1/profile\" --virtual-time-budget=5000 --dump-dom \"file://$1/frame.html\"", space.folder)
    let dom = text(result)
    let found = try #require(
      dom.firstMatch(of: /<pre id="o">(\{.*?\})<\/pre>/), "\(dom.suffix(500)) \(result.errors.suffix(500))"
    ).1
    let json = String(found).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    let seen = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(seen["scroll"] as? Int ?? .max <= width)
    #expect(seen["wide"] as? Int == 0, "\(seen)")
    #expect(seen["radius"] as? String == "12px", "the style was taken")
    #expect(seen["scripts"] as? Int == 0 && seen["images"] as? Int == 0)
    #expect(seen["sections"] as? Int ?? 0 >= 7 && seen["details"] as? Int ?? 0 > 10)
    #expect(!result.errors.contains("Content Security Policy"), "\(result.errors)")
  }
}

/// A browser, where there is one.
enum Chromium {
  static let path: String? = ["chromium", "chromium-browser", "google-chrome"].flatMap { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
  }.first { FileManager.default.isExecutableFile(atPath: $0) }
}
