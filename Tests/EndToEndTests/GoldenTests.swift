import Foundation
import Testing

/// What the shipped mappings make of their samples, to the byte. `TRACKFILL_RECORD=1` writes the files anew and fails,
/// so that a recording cannot pass for a test.
@Suite struct GoldenTests {
  static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  static let root = here.deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: [
    ("combined", "combined"), ("nginx-shop", "nginx-shop"), ("everything", "combined"), ("iis", "iis"),
    ("cloudfront", "cloudfront"), ("caddy", "caddy"), ("orders-csv", "orders-csv.csv"),
    ("customers-csv", "customers-csv.csv"), ("orders-xml", "orders-xml.xml"), ("wordpress-xml", "wordpress-xml.xml"),
  ])
  func payloads(_ mapping: String, _ sample: String) throws {
    let result = try Binary.run([
      "convert", Self.root.path + "/samples/" + (sample.contains(".") ? sample : sample + ".log"), "-m",
      Self.root.path + "/Mappings/\(mapping).yaml", "-q",
    ])
    #expect(result.status == 3, "the samples have one record that is wrong")
    let golden = Self.here.appendingPathComponent("Goldens/\(mapping).ndjson")
    if ProcessInfo.processInfo.environment["TRACKFILL_RECORD"] != nil {
      try FileManager.default.createDirectory(
        at: golden.deletingLastPathComponent(), withIntermediateDirectories: true)
      try result.output.write(to: golden)
      Issue.record("recorded \(golden.lastPathComponent)")
      return
    }
    let expected = try Data(contentsOf: golden)
    let have = result.lines
    let want = String(decoding: expected, as: UTF8.self).split(separator: "\n").map(String.init)
    for (line, pair) in zip(want, have).enumerated() where pair.0 != pair.1 {
      Issue.record("payload \(line + 1) of \(mapping) differs:\n\(pair.1)")
      break
    }
    #expect(result.output == expected)
  }

  /// Bytes that are no UTF-8 stay a record; they are replaced in the payload and counted.
  @Test func replacedBytesAreCounted() throws {
    let space = try Workspace()
    let line = Data(
      "203.0.113.9 - - [10/Sep/2026:13:57:01 +0200] \"GET /caf".utf8 + [0xE9, 0x20, 0x48]
        + "TTP/1.1\" 200 9 \"-\" \"Mozilla/5.0\"\n".utf8)
    let log = URL(fileURLWithPath: space.path("latin.log"))
    try line.write(to: log)
    let result = try Binary.run([
      "convert", log.path, "-m", Self.root.path + "/Mappings/everything.yaml", "-q", "--summary", space.path("s.json"),
    ])
    #expect(result.status == 0)
    #expect(result.lines.first?.contains(#""target":"/caf\#u{FFFD}""#) == true)
    #expect(try space.json("s.json")["replaced"] as? Int == 1)
  }
}
