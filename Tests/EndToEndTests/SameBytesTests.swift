import Foundation
import TestSupport
import Testing

/// One input, read in many ways, gives one output.
@Suite struct SameBytesTests {
  private static let count = 4_000
  private let space: Workspace
  private let lines = Material.log(lines: SameBytesTests.count)
  private let mapping: String
  private let log: String
  private let whole: Binary.Result

  init() throws {
    space = try Workspace()
    mapping = try space.write("m.yaml", Material.mapping)
    log = try space.write("a.log", Material.text(lines))
    whole = try Binary.run(
      ["convert", log, "-m", mapping, "--threads", "1", "-q", "--rejects", space.path("whole.rejects")])
    #expect(whole.status == 3)
    #expect(whole.lines.count > 100)
  }

  @Test(arguments: [1, 2, 4], ["4K", "16K", "1M"])
  func threadsAndBlocks(threads: Int, blockSize: String) throws {
    let result = try Binary.run([
      "convert", log, "-m", mapping, "--threads", "\(threads)", "--block-size", blockSize, "-q", "--rejects",
      space.path("rejects"),
    ])
    #expect(result.status == 3)
    #expect(firstDifference(result.output, whole.output) == nil)
    // All but the time of the run.
    #expect(
      firstDifference(withoutTime(try space.read("rejects")), withoutTime(try space.read("whole.rejects"))) == nil)
  }

  private func withoutTime(_ rejects: Data) -> [String] {
    String(decoding: rejects, as: UTF8.self).split(separator: "\n").map { line in
      String(line).replacing(/"at":"[^"]*"/, with: "")
    }
  }

  @Test func fileInsteadOfStream() throws {
    let result = try Binary.run(["convert", log, "-m", mapping, "-q", "-o", space.path("o")])
    #expect(result.status == 3)
    #expect(result.output.isEmpty)
    #expect(firstDifference(try space.read("o"), whole.output) == nil)
    #expect(try space.names().filter { $0.contains("part") } == [])
  }

  @Test func standardInput() throws {
    let result = try Binary.run(["convert", "-", "-m", mapping, "-q"], input: log)
    #expect(result.status == 3)
    #expect(firstDifference(result.output, whole.output) == nil)
  }

  @Test func compressed() throws {
    let result = try Binary.shell(
      #"gzip -c "$1" >"$1.gz" && "$trackfill" convert "$1.gz" -m "$2" -q"#, log, mapping)
    #expect(result.status == 3)
    #expect(firstDifference(result.output, whole.output) == nil)
    // Several members, as `cat a.gz b.gz` makes them, and by a pipe.
    let members = try Binary.shell(
      #"{ head -1000 "$1" | gzip; tail -n +1001 "$1" | gzip -1; } | "$trackfill" convert - -m "$2" -q"#, log, mapping)
    #expect(firstDifference(members.output, whole.output) == nil)
  }

  @Test func split() throws {
    var names: [String] = []
    for (index, start) in stride(from: 0, to: lines.count, by: 1_300).enumerated() {
      names.append(
        try space.write("part.\(9 - index)", Material.text(lines[start..<min(start + 1_300, lines.count)])))
    }
    for order in [names, names.reversed()] {
      let result = try Binary.run(["convert"] + order + ["-m", mapping, "-q"])
      #expect(result.status == 3)
      #expect(firstDifference(result.output, whole.output) == nil)
    }
  }

  @Test func noFinalNewlineAndCarriageReturns() throws {
    try space.write("c.log", lines.joined(separator: "\r\n"))
    let result = try Binary.run(["convert", space.path("c.log"), "-m", mapping, "-q"])
    #expect(firstDifference(result.output, whole.output) == nil)
  }

  @Test func chunksByTime() throws {
    let bounds = ["2026-09-10T01:00", "2026-09-10T02:00:00Z", "2026-09-10T05:00:00+02:00"]
    var chunks: [String] = []
    for index in 0...bounds.count {
      var arguments = ["convert", log, "-m", mapping, "-q"]
      if index > 0 { arguments += ["--from", bounds[index - 1]] }
      if index < bounds.count { arguments += ["--to", bounds[index]] }
      let result = try Binary.run(arguments)
      #expect(result.status == 3 || result.status == 0)
      #expect(!result.lines.isEmpty)
      chunks += result.lines
    }
    #expect(firstDifference(chunks.sorted(), whole.lines.sorted()) == nil)
  }

  @Test func limit() throws {
    let first = try space.write("first.log", Material.text(lines[..<700]))
    let expected = try Binary.run(["convert", first, "-m", mapping, "-q"])
    for blockSize in ["4K", "1M"] {
      let result = try Binary.run([
        "convert", log, "-m", mapping, "-q", "--limit", "700", "--block-size", blockSize, "--summary", space.path("s"),
      ])
      #expect(firstDifference(result.output, expected.output) == nil)
      #expect(try space.json("s")["records"] as? Int == 700)
    }
  }

  @Test func summaryAddsUp() throws {
    _ = try Binary.run(["convert", log, "-m", mapping, "--summary", space.path("s"), "-o", space.path("o")])
    let summary = try space.json("s")
    func number(_ path: String...) throws -> Int {
      var at: Any? = summary
      for key in path { at = (at as? [String: Any])?[key] }
      return try #require(at as? Int, "\(path)")
    }
    #expect(try number("v") == 1)
    #expect(try number("exit") == 3)
    #expect(try number("bytes") == Material.text(lines).utf8.count)
    #expect(try number("lines") == SameBytesTests.count)
    let records = try number("records")
    #expect(try number("lines") == records + number("comments") + number("blanks"))
    let rejected = try number("rejected", "records")
    #expect(
      try records == rejected + number("dropped", "total") + number("unmatched") + number("mapped"))
    let reasons = try #require((summary["dropped"] as? [String: Any])?["by_reason"] as? [String: Int])
    #expect(try reasons.values.reduce(0, +) == number("dropped", "total"))
    #expect(reasons.keys.sorted() == ["asset", "error"])
    let types = try #require((summary["events"] as? [String: Any])?["by_type"] as? [String: Int])
    #expect(try types.values.reduce(0, +) == number("events", "total"))
    let codes = try #require((summary["rejected"] as? [String: Any])?["by_code"] as? [[String: Any]])
    #expect(codes.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == rejected)

    let payloads = String(decoding: try space.read("o"), as: UTF8.self).split(separator: "\n")
    #expect(try number("payloads", "total") == payloads.count)
    #expect(try number("payloads", "bytes") == space.read("o").count)
    let events = try payloads.reduce(0) { sum, line in
      let payload = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return sum + ((payload?["events"] as? [Any])?.count ?? 0)
    }
    #expect(try number("events", "emitted") == events)
    #expect(try number("events", "total") == events)
  }
}
