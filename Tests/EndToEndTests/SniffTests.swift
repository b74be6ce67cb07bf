import Foundation
import Testing

/// `sniff`, `formats` and `format: auto`, as a user runs them.
@Suite struct SniffTests {
  static let root = GoldenTests.root.path

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
    let none = try Binary.run(["convert", "/dev/null", "-m", auto])
    #expect(none.status == 78 && none.errors.contains("error[M308]"))
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
