import Pipeline
import Readers
import Testing

/// Inputs in code pages: every reader of text takes `encoding`.
@Suite struct TextEncodingTests {
  /// Łódź in windows-1250, where `@` stands.
  private func bytes(_ text: String) -> [UInt8] {
    text.utf8.flatMap { $0 == UInt8(ascii: "@") ? [0xA3, 0xF3, 0x64, 0x9F] : [$0] }
  }

  @Test(arguments: [
    (
      "{ reader: weblog, format: combined, encoding: windows-1250 }",
      #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET /?q=@ HTTP/1.1" 200 1 "-" "@""#, "agent"
    ),
    (
      "{ reader: weblog, format: w3c, encoding: windows-1250 }",
      "#Fields: date time cs-uri-stem cs(User-Agent)\n2026-09-10 11:57:01 / @", "agent"
    ),
    (
      "{ reader: weblog, format: caddy, encoding: windows-1250 }",
      #"{"ts":1789041421,"request":{"remote_ip":"1.2.3.4","method":"GET","uri":"/","headers":{"User-Agent":["@"]}},"status":200}"#,
      "agent"
    ),
    ("{ reader: jsonl, encoding: windows-1250, fields: { a: string } }", #"{"a":"@"}"#, "a"),
    ("{ reader: csv, encoding: windows-1250, fields: { a: string } }", "a,b\n@,1", "a"),
  ])
  func letters(_ input: String, _ text: String, _ field: String) throws {
    let reader = try ReaderCatalogue.make(settings: node(input), file: "test.yaml")
    #expect(reader.resumption == .converted, "positions in the text are not those of the file")
    for step in [1, 7, Int.max] {
      let reading = try read(MemorySource(bytes(text) + [10], step: step), with: reader)
      #expect(reading.rejects == [])
      #expect(reading.records.map { $0[field] } == ["Łódź"])
    }
  }

  @Test(arguments: [
    "{ reader: weblog, format: combined, encoding: ", "{ reader: jsonl, fields: { a: string }, encoding: ",
    "{ reader: csv, fields: { a: string }, encoding: ",
  ])
  func settings(_ input: String) throws {
    for name in ["utf-8", "UTF-16"] {
      let reader = try ReaderCatalogue.make(settings: node(input + name + " }"), file: "test.yaml")
      #expect(reader.resumption != .converted)
    }
    for (value, message) in [
      ("SHIFT-JIS", "unknown encoding 'SHIFT-JIS', or one of several bytes a character"),
      ("[utf-8]", "`encoding` is not a name"),
    ] {
      let findings = #expect(throws: Diagnostics.self) {
        try ReaderCatalogue.make(settings: node(input + value + " }"), file: "test.yaml")
      }
      #expect(findings?.all.map(\.message) == [message])
    }
  }
}
