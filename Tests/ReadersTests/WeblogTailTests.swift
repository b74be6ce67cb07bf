import Pipeline
import Testing

@testable import Readers

/// The ends of combined lines are read in one go, but nothing that comes of a line may show it.
@Suite struct WeblogTailTests {
  /// Reads every line step by step.
  private struct StepReader: Reader {
    let plan: FormatPlan
    let settings: WeblogSettings
    let takesTail: Bool
    var schema: Schema { WeblogReader(plan: plan, settings: settings).schema }

    func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource {
      LineSource(bytes, limits: limits)
    }

    func makeParser(fields: [String]) -> any RecordParser {
      WeblogParser(plan: plan, settings: settings, fields: fields, takesTail: takesTail)
    }
  }

  private static let lines = [
    #"203.0.113.9 - - [10/Sep/2026:13:57:01 +0200] "GET /a?b=c HTTP/1.1" 200 912 "-" "curl/8.5.0""#,
    #"203.0.113.9 - ada [10/Sep/2026:13:57:01 +0200] "-" 408 - "https://a.example/" "Mozilla/5.0 (X11; rv:130.0)""#,
    #"2001:db8::1 - - [10/Sep/2026:13:57:02 +0200] "GET / HTTP/1.0" 304 0 "" """#,
    #"::1 - - [10/Sep/2026:13:57:02 +0200] "GET /\"x\" HTTP/1.0" 200 1 "a \"b\" c" "d \x22 e""#,
    #"::1 - - [10/Sep/2026:13:57:02 +0200] "GET /b c" HTTP/1.0" 200 1 "a "b" c" "d "e" f" 17"#,
    #"::1 - - [10/Sep/2026:13:57:02 +0200] "GET /b HTTP/1.0" 200 123456789012345678 "a" "b" 17 "c""#,
    #"::1 - - [10/Sep/2026:13:57:02 +0200] "GET /b HTTP/1.0" 200 1234567890123456789 "a" "b"#,
  ]

  /// The lines, and each of them with one byte behind the date gone, or another one in its place, or cut off there.
  private static let hostile: [UInt8] = {
    var all: [UInt8] = []
    for line in lines.map({ Array($0.utf8) }) {
      all += line + [0x0A]
      for index in (line.firstIndex(of: UInt8(ascii: "+")) ?? 0)..<line.count {
        all += line[..<index] + line[(index + 1)...] + [0x0A]
        for byte in Array("\" \\-7".utf8) where byte != line[index] {
          all += line[..<index] + [byte] + line[(index + 1)...] + [0x0A]
        }
        all += line[..<index] + [0x0A]
      }
    }
    return all
  }()

  @Test(arguments: [
    (#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#, ["-", ""]),
    (#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#, ["", "none"]),
    (#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D"#, ["-", ""]),
    (#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D "%{X}i""#, ["-", ""]),
    (
      #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
      ["-", ""]
    ),
  ])
  func sameAsStepByStep(_ format: String, _ missing: [String]) throws {
    let plan = try FormatPlan(LogFormatText.read(format, escape: nil))
    #expect(plan.steps.indices.contains { CombinedTail.follows($0, in: plan.steps) })
    var settings = WeblogSettings()
    settings.missing = MissingTexts(missing)
    settings.prefix = .none
    let inOneGo = StepReader(plan: plan, settings: settings, takesTail: true)
    let stepwise = StepReader(plan: plan, settings: settings, takesTail: false)
    let one = try read(MemorySource(WeblogTailTests.hostile), with: inOneGo)
    let other = try read(MemorySource(WeblogTailTests.hostile), with: stepwise)
    #expect(one.records.count > 50)
    #expect(one.rejects.count > 50)
    #expect(one == other)
    // What nobody asks for is not read, and rejects nothing.
    let few = try read(MemorySource(WeblogTailTests.hostile), with: inOneGo, fields: ["time", "agent"])
    #expect(try few == read(MemorySource(WeblogTailTests.hostile), with: stepwise, fields: ["time", "agent"]))
  }

  @Test(arguments: [
    #"%h %l %u %t "%r" %>s %b"#, #"%h %t "%r" %>s %b "%{Referer}i" %{User-Agent}i"#,
    #"%h %t "%r" %>s %b "%{Referer}i" %D "%{User-Agent}i""#, #"%h "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %t"#,
  ])
  func otherEndsAreNone(_ format: String) throws {
    let plan = try FormatPlan(LogFormatText.read(format, escape: nil))
    #expect(!plan.steps.indices.contains { CombinedTail.follows($0, in: plan.steps) })
  }

  /// The parser remembers the last time by its bytes; before the first there is none that these could be.
  @Test(arguments: [UInt8(0), 0xFF]) func bytesThatAreNoTime(_ byte: UInt8) throws {
    let line =
      Array("::1 - - [".utf8) + [UInt8](repeating: byte, count: 26) + Array(#"] "GET / HTTP/1.1" 200 1 "-" "-""#.utf8)
    let reading = try read(MemorySource(line), with: weblog("combined"))
    #expect(reading.records.isEmpty)
    #expect(reading.rejects.count == 1)
    let epoch = #"::1 - - [01/Jan/1970:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-""#
    #expect(try read(MemorySource(Array(epoch.utf8)), with: weblog("combined")).records.first?["time"] == "0")
  }
}
