import Pipeline
import Readers
import Testing

private func jsonl(_ input: String) throws -> any Reader {
  guard case .map(let entries, let span) = node(input) else { throw CancellationError() }
  let reader = ConfigEntry(
    key: "reader", keySpan: span, value: .scalar(ConfigScalar(text: "jsonl", style: .plain, span: span)))
  return try ReaderCatalogue.make(settings: .map([reader] + entries, span), file: "test.yaml")
}

private func flat(_ reading: Reading) -> [String] {
  reading.records.map { record in
    record.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}

@Suite struct JSONLinesReaderTests {
  private static let ab = "{ fields: { a: optional string, b: { path: 'x.y[1].z', type: optional int } } }"

  @Test(arguments: [
    (ab, #"{"a":"1","x":{"y":[0,{"z":7}]}}"#, "a=1 b=7"),
    (ab, #" { "x" : { "y" : [ {} , { "z" : "7" } , 3 ] } , "a" : 12.50 } "#, "a=12.50 b=7"),
    (ab, #"{"a":null,"x":null}"#, ""),
    (ab, #"{"a":true,"x":[]}"#, "a=true"),
    (ab, #"{"a":"caf\u00e9 \ud83d\ude00 \/ \"q\"\n"}"#, "a=café 😀 / \"q\"\n"),
    (ab, #"{"a":"\ud83d lone \udc00"}"#, "a=\u{FFFD} lone \u{FFFD}"),
    // The last of equal keys, with all below it.
    (ab, #"{"a":"1","a":"2"}"#, "a=2"),
    (ab, #"{"x":{"y":[0,{"z":1}]},"x":{"y":[0]}}"#, ""),
    (ab, #"{"\u0061":"escaped key"}"#, "a=escaped key"),
    (ab, #"{"a":{"is":["an","object"]}}"#, #"a={"is":["an","object"]}"#),
    (ab, #"{"a":"","x":{"y":[1,{"z":1e3}]}}"#, "b=1000"),
    (ab, "{}", ""),
    ("{ fields: { k: { path: [a, 'b.c', 0], type: string } } }", #"{"a":{"b.c":["x"]}}"#, "k=x"),
    ("{ fields: { k: { path: \"a['b.c']\", type: string } } }", #"{"a":{"b.c":"x"}}"#, "k=x"),
    ("{ fields: { a: string, b: { path: a } } }", #"{"a":"x"}"#, "a=x b=x"),
    (
      "{ fields: { on: bool, at: { type: timestamp, format: epoch } } }", #"{"on":false,"at":1772323316.25}"#,
      "at=1772323316+250000000 on=false"
    ),
    ("{ fields: { n: double } }", #"{"n":1.7976931348623157e308}"#, "n=1.7976931348623157e+308"),
    ("{ fields: { n: string } }", #"{"n":123456789012345678901234567890}"#, "n=123456789012345678901234567890"),
    (
      "{ fields: { items: { list: order.lines, fields: { sku: string, n: { path: qty, type: optional int } } } } }",
      #"{"order":{"lines":[{"sku":"A","qty":2},{"qty":1,"sku":"B"},{"sku":"C"}]}}"#, "items=2 A; 1 B; - C"
    ),
    (
      "{ fields: { tags: { list: tags, fields: { tag: { path: \".\" } } } } }", #"{"tags":["x","y\n"]}"#,
      "tags=x; y\n"
    ),
    ("{ fields: { tags: { list: tags, fields: { tag: { path: \".\" } } } } }", #"{"tags":["x"],"tags":[]}"#, "tags="),
    ("{ fields: { tags: { list: tags, fields: { tag: { path: \".\" } } } } }", #"{}"#, "tags="),
  ])
  func values(_ input: String, _ line: String, _ expected: String) throws {
    let reading = try read(line + "\n\n" + line + "\r\n", with: jsonl(input))
    #expect(reading.rejects == [])
    #expect(flat(reading) == [expected, expected])
    #expect(reading.blanks == 1 && reading.lines == 3)
  }

  @Test(arguments: [
    (#"{"a":1"#, "R121 1 1 7 the line ends within its JSON"), (#"{"a" 1}"#, "R121 1 1 6 '1' cannot stand here"),
    (#"{"a":01}"#, "R121 1 1 7 a number that JSON does not have"),
    (#"{"a":1.}"#, "R121 1 1 8 a number that JSON does not have"),
    (#"{"a":-}"#, "R121 1 1 7 a number that JSON does not have"),
    (#"{"a":"\q"}"#, "R121 1 1 7 an escape that JSON does not have"),
    (#"{"a":"\x41"}"#, "R121 1 1 7 an escape that JSON does not have"),
    (#"{"a":"\u12g4"}"#, "R121 1 1 7 an escape that JSON does not have"),
    ("{\"a\":\"x\ty\"}", "R121 1 1 8 a control character stands in a string"),
    (#"{"a":1,}"#, "R121 1 1 8 '}' cannot stand here"), (#"{"a":[1,]}"#, "R121 1 1 9 ']' cannot stand here"),
    (#"{"a":1} {"#, "R121 1 1 9 '{' stands behind the value"), (#"{a:1}"#, "R121 1 1 2 'a' cannot stand here"),
    (#"{"a":nul}"#, "R121 1 1 9 '}' cannot stand here"), (#"{"a":"x"#, "R121 1 1 8 the line ends within its JSON"),
    (#"NaN"#, "R121 1 1 1 'N' cannot stand here"),
    (#"{"x":{"y":[0,{"z":"seven"}]}}"#, "R104 1 1 20 field 'b': 'seven' is not a whole number"),
    (#"{"x":{"y":[0,{"z":{"w":1}}]}}"#, "R109 1 1 19 field 'b' is an object"),
    (#"{"x":{"y":[0,{"z":1.5}]}}"#, "R104 1 1 19 field 'b': '1.5' is not a whole number"),
    (
      String(repeating: "[", count: 100_000), "R122 1 1 65 nested more than 64 deep"
    ),
  ])
  func linesThatAreNoRecords(_ line: String, _ expected: String) throws {
    let reading = try read(line + "\n{\"a\":\"next\"}\n", with: jsonl(JSONLinesReaderTests.ab))
    #expect(reading.rejects == [expected])
    #expect(flat(reading) == ["a=next"])
  }

  /// Not even where all fields are optional: a record without any is one that nobody wrote.
  @Test func linesThatAreNoObjects() throws {
    let lines = "{}\n [{\"a\":\"x\"}]\n123\n\"a\"\nnull\ntrue\n"
    let reading = try read(lines, with: jsonl("{ fields: { a: optional string } }"))
    #expect(flat(reading) == [""])
    #expect(
      reading.rejects == [
        "R109 2 2 2 the line is an array, and a record is an object",
        "R109 3 3 1 the line is a number, and a record is an object",
        "R109 4 4 1 the line is a text, and a record is an object",
        "R109 5 5 1 the line is null, and a record is an object",
        "R109 6 6 1 the line is true or false, and a record is an object",
      ])
    let row = try jsonl(#"{ fields: { id: { path: "[0].id" }, whole: { path: "." } } }"#)
    #expect(flat(try read(#"[{"id":"7"}]"#, with: row)) == [#"id=7 whole=[{"id":"7"}]"#])
    let rows = try jsonl(#"{ fields: { i: { list: ".", fields: { id: string } } } }"#)
    #expect(flat(try read(#"[{"id":"7"},{"id":"8"}]"#, with: rows)) == ["i=7; 8"])
  }

  @Test func whatIsNoList() throws {
    let reader = try jsonl(
      """
      { fields: { i: { list: i, fields: { a: optional int } },
        p: { list: p, fields: { x: { path: "[0]", type: int } } } } }
      """)
    let lines = [
      #"{"i":{"a":1}}"#, #"{"i":"text"}"#, #"{"i":5}"#, #"{"i":true}"#, #"{"i":null,"p":[[1],[2]]}"#, #"{"i":[1]}"#,
      #"{"i":[{"a":1},"x"]}"#, #"{"i":[null]}"#, #"{"i":[[1]]}"#, #"{"p":[{"x":1}]}"#, #"{"i":[{"a":7},{}]}"#,
    ]
    let reading = try read(lines.joined(separator: "\n"), with: reader)
    #expect(
      reading.rejects == [
        "R109 1 1 6 list 'i' is an object", "R109 2 2 6 list 'i' is a text", "R109 3 3 6 list 'i' is a number",
        "R109 4 4 6 list 'i' is true or false", "R109 6 6 7 an element of list 'i' is a number",
        "R109 7 7 15 an element of list 'i' is a text", "R109 8 8 7 an element of list 'i' is null",
        "R109 9 9 7 an element of list 'i' is an array", "R105 10 10 0 field 'x' is missing, which every record needs",
      ])
    #expect(flat(reading) == ["i= p=1; 2", "i=7; - p="])
  }

  /// Two fields of an element may have one path; of a key that stands twice nothing is left, however deep it lies.
  @Test func pathsThatComeTwice() throws {
    let twins = try jsonl("{ fields: { i: { list: i, fields: { a: { path: a }, b: { path: a } } } } }")
    #expect(flat(try read(#"{"i":[{"a":"1"},{"a":"2"}]}"#, with: twins)) == ["i=1 1; 2 2"])
    let deep = try jsonl("{ fields: { i: { list: a.b.i, fields: { x: string } } } }")
    #expect(flat(try read(#"{"a":{"b":{"i":[{"x":"stale"}]}},"a":{}}"#, with: deep)) == ["i="])
    #expect(
      flat(try read(#"{"a":{"b":{"i":[{"x":"old"}]}},"a":{"b":{"i":[{"x":"new"}]}}}"#, with: deep)) == ["i=new"])
  }

  @Test func listsOfTheWrongLength() throws {
    let reader = try jsonl("{ fields: { i: { list: i, min: 1, max: 2, fields: { a: { path: \".\", type: int } } } } }")
    let reading = try read("{\"i\":[]}\n{\"i\":[1,2]}\n{\"i\":[1,2,3]}\n{\"i\":[1,\"x\"]}\n{}\n", with: reader)
    #expect(flat(reading) == ["i=1; 2"])
    #expect(
      reading.rejects == [
        "R123 1 1 0 list 'i' has 0 elements", "R123 3 3 0 list 'i' has 3 elements",
        "R104 4 4 10 field 'a': 'x' is not a whole number", "R123 5 5 0 list 'i' has 0 elements",
      ])
  }

  /// JSONPath, JSON pointers and stray blanks are keys that no record has; the remedy says what was meant.
  @Test(arguments: [
    ("$.lines[0].price", "lines[0].price"), ("$['a b']", "['a b']"), ("$", "."), ("/lines/0/price", "lines[0].price"),
    ("lines/0/price", "lines[0].price"), ("/a", "a"), ("lines [0].price", "lines[0].price"), ("a. b", "a.b"),
    ("a .b", "a.b"),
  ])
  func pathsOfOtherLanguages(_ path: String, _ meant: String) throws {
    for setting in ["path", "list"] {
      let error = #expect(throws: Diagnostics.self) {
        _ = try jsonl(#"{ fields: { a: { \#(setting): "\#(path)", fields: { b: string } } } }"#)
      }
      #expect(error?.all.contains { $0.code == "M304" && $0.remedy.hasPrefix("write \(meant), ") } == true, "\(path)")
    }
  }

  /// What keys are really called like can be written.
  @Test(arguments: [
    ("$oid", #"{"$oid":1}"#), ("a/b", #"{"a/b":1}"#), ("utm/source", #"{"utm/source":1}"#),
    ("Unit price", #"{"Unit price":1}"#), ("[$]", #"{"$":1}"#), ("['/a', '1']", #"{"/a":{"1":1}}"#),
    ("'a[\"b .c\"]'", #"{"a":{"b .c":1}}"#),
  ])
  func keysWithSigns(_ path: String, _ line: String) throws {
    #expect(flat(try read(line, with: jsonl("{ fields: { a: { path: \(path) } } }"))) == ["a=1"])
  }

  @Test(arguments: [
    ("{ }", "M304"), ("{ fields: { a: { path: 'a..b' } } }", "M304"), ("{ fields: { a: { path: 'a[x]' } } }", "M304"),
    ("{ fields: { a: { list: b } } }", "M304"), ("{ fields: { a: { list: b, feilds: { c: string } } } }", "M303"),
    ("{ fields: { a: string }, delimiter: auto }", "M303"),
    ("{ fields: { a: { list: b, min: 5, max: 2, fields: { c: string } } } }", "M304"),
    ("{ fields: { a: { list: b, max: 2000000, fields: { c: string } } } }", "M304"),
  ])
  func settingsThatCannotBe(_ input: String, _ code: String) {
    let error = #expect(throws: Diagnostics.self) { _ = try jsonl(input) }
    #expect(error?.all.first?.code == code)
  }

  /// Wherever a line is cut, it is a reject at its end, and nothing outside it was read.
  @Test func everyPrefixIsAReject() throws {
    let line = Array(#"{"a":"é\u00e9\n","x":{"y":[-1.5e+3,{"z":12}]},"q":[true,false,null,{}]}"#.utf8)
    let reader = try jsonl(JSONLinesReaderTests.ab)
    for length in 1..<line.count {
      let reading = try read(MemorySource(Array(line[..<length]) + [0x0A]), with: reader)
      #expect(reading.rejects.count == 1 && reading.records.isEmpty, "\(length)")
    }
  }
}
