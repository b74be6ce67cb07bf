import Foundation
import TestSupport
import Testing

/// What the shipped mappings make of their samples, to the byte. `TRACKFILL_RECORD=1` writes the files anew.
@Suite struct GoldenTests {
  static let folder = Repository.root.appending(path: "Tests/EndToEndTests/Goldens")

  @Test(arguments: [
    ("combined", "combined"), ("nginx-shop", "nginx-shop"), ("everything", "combined"), ("iis", "iis"),
    ("cloudfront", "cloudfront"), ("caddy", "caddy"), ("orders-csv", "orders-csv.csv"),
    ("customers-csv", "customers-csv.csv"), ("orders-xml", "orders-xml.xml"), ("wordpress-xml", "wordpress-xml.xml"),
  ])
  func payloads(_ mapping: String, _ sample: String) throws {
    let result = try Binary.run([
      "convert", Repository.root.path + "/samples/" + (sample.contains(".") ? sample : sample + ".log"), "-m",
      Repository.root.path + "/Mappings/\(mapping).yaml", "-q",
    ])
    #expect(result.status == 3, "the samples have one record that is wrong")
    try Golden.check(result.output, against: Self.folder.appending(path: mapping + ".ndjson"))
  }

  /// Bytes that are no character stay in their record; they are replaced in the payload and counted, whatever the
  /// encoding.
  @Test(arguments: [
    ("utf-8", [0xE9] as [UInt8]), ("utf-16", [0x00, 0xD8]), ("windows-1250", [0x81]),
  ])
  func replacedBytesAreCounted(_ encoding: String, _ broken: [UInt8]) throws {
    let space = try Workspace()
    let texts = [
      #"203.0.113.9 - - [10/Sep/2026:13:57:01 +0200] "GET /caf"#, #" HTTP/1.1" 200 9 "-" "Mozilla/5.0""# + "\n",
    ].map { text in encoding == "utf-16" ? text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } : Array(text.utf8)
    }
    let mark: [UInt8] = encoding == "utf-16" ? [0xFF, 0xFE] : []
    let log = URL(fileURLWithPath: space.path("latin.log"))
    try Data(mark + texts[0] + broken + texts[1]).write(to: log)
    let everything = try String(contentsOfFile: Repository.root.path + "/Mappings/everything.yaml", encoding: .utf8)
    let mapping = try space.write(
      "m.yaml", everything.replacing("reader: weblog", with: "reader: weblog\n  encoding: \(encoding)"))
    let result = try Binary.run(["convert", log.path, "-m", mapping, "--summary", space.path("s.json")])
    #expect(result.status == 0)
    #expect(result.errors.contains("1 place was not UTF-8 and was replaced; `encoding` reads code pages"))
    #expect(result.lines.first?.contains(#""target":"/caf\#u{FFFD}""#) == true)
    #expect(try space.json("s.json")["replaced"] as? Int == 1)
  }
}
