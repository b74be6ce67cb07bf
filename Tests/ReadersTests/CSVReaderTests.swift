import Pipeline
import Readers
import TestSupport
import Testing

private func csv(_ input: String) throws -> any Reader {
  guard case .map(let entries, let span) = node(input) else { throw CancellationError() }
  let reader = ConfigEntry(
    key: "reader", keySpan: span, value: .scalar(ConfigScalar(text: "csv", style: .plain, span: span)))
  return try ReaderCatalogue.make(settings: .map([reader] + entries, span), file: "test.yaml")
}

private func refused(_ input: String) -> [String] {
  do {
    _ = try csv(input)
    return []
  } catch let findings as Diagnostics {
    return findings.all.map { "\($0.code) \($0.message)" }
  } catch {
    return ["\(error)"]
  }
}

/// Records as `a=1 b=2`, missing fields left out.
private func flat(_ reading: Reading) -> [String] {
  reading.records.map { record in
    record.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}

@Suite struct CSVReaderTests {
  struct Case: CustomTestStringConvertible {
    var input: String
    var text: String
    var records: [String]
    var rejects: [String] = []
    var testDescription: String { "\(input) \(text.prefix(60))" }
  }

  private static let ab = "{ fields: { a: optional string, b: optional string } }"

  @Test(arguments: [
    Case(input: ab, text: "a,b\n1,2\n3,4\n", records: ["a=1 b=2", "a=3 b=4"]),
    Case(input: ab, text: "\u{FEFF}b,x,a\r\n1,2,3\r\n4,5,6", records: ["a=3 b=1", "a=6 b=4"]),
    Case(input: ab, text: "a,b\n\"1,1\",\"2\"\"2\"\n", records: ["a=1,1 b=2\"2"]),
    Case(input: ab, text: "a,b\n\"line one\r\nline two\",\"\"\n\"\",\n", records: ["a=line one\r\nline two", ""]),
    // Rows of a spreadsheet in which nothing was written.
    Case(input: ab, text: ",,\na,b\n,\n1,2\n,,,\r\n,", records: ["a=1 b=2"]),
    Case(
      input: "{ escape: backslash, fields: { a: string, b: string } }", text: "a,b\n,\r\n\r,\n1,2\n,",
      records: ["a=1 b=2"], rejects: ["R105 3 1 3 field 'b' is missing, which every record needs"]),
    Case(input: ab, text: "a,b\n\n1,2\n\r\n3,4\n\n", records: ["a=1 b=2", "a=3 b=4"]),
    Case(input: ab, text: "\"a\",\"b\"\n1,2\n", records: ["a=1 b=2"]),
    // A delimiter at the end of each row, with and without one in the header.
    Case(input: ab, text: "a,b,\n1,2,\n", records: ["a=1 b=2"]),
    Case(input: ab, text: "a,b\n1,2,\n", records: ["a=1 b=2"]),
    // Spreadsheets name the delimiter on a line of its own.
    Case(input: ab, text: "sep=;\r\na;b\r\n1;2,5\r\n", records: ["a=1 b=2,5"]),
    // A quote inside an unquoted field is a character.
    Case(input: ab, text: "a,b\n27\" monitor,2\n3,4\n", records: ["a=27\" monitor b=2", "a=3 b=4"]),
    Case(input: ab, text: "a,b\n\"x\" ,2\n", records: ["a=x b=2"]),
    Case(input: ab, text: "a,b\n1,2\0\n", records: ["a=1 b=2\0"]),
    Case(input: "{ delimiter: tab, fields: { a: string } }", text: "a\tb\n1\t2\n", records: ["a=1"]),
    Case(input: "{ delimiter: auto, fields: { a: string } }", text: "a|b|c\n1|2,3;4|5\n", records: ["a=1"]),
    Case(input: "{ delimiter: auto, fields: { a: string } }", text: "a\n1,5\n", records: ["a=1,5"]),
    Case(input: "{ quote: none, fields: { a: string, b: string } }", text: "a,b\n\"1,2\n", records: ["a=\"1 b=2"]),
    Case(
      input: "{ quote: \"'\", fields: { a: string, b: string } }", text: "a,b\n'1,\"',2\n", records: ["a=1,\" b=2"]),
    Case(
      input: "{ escape: backslash, fields: { a: string, b: string } }",
      text: "a,b\n\"1\\\"\\n,\",x\\,y\n\"a\\\\\",\\N\n", records: ["a=1\"\n, b=x,y", "a=a\\ b=\\N"]),
    Case(
      input: "{ comment: \"#\", fields: { a: string } }", text: "# \"made\" by\na,b\n#1,\"\n1,#2\n", records: ["a=1"]),
    // However much stands before the header.
    Case(
      input: "{ comment: \"#\", delimiter: auto, fields: { a: string } }",
      text: String(repeating: "# Report, with; signs|\n\n", count: 150) + "a;b\n1;#2\n", records: ["a=1"]),
    // A title, whatever is in it; less than a whole one.
    Case(
      input: "{ skip: 3, delimiter: auto, fields: { a: string } }",
      text: "\u{FEFF}sep=;\r\nReport of \"May\r\n\r\nx;y;z\r\na;b\r\n1;2\r\n", records: ["a=1"]),
    Case(input: "{ skip: 1, header: [a, b], fields: { a: string } }", text: "x\n1,2\n", records: ["a=1"]),
    Case(input: "{ skip: 1, header: false, fields: { a: string } }", text: "x\n1,2", records: ["a=1"]),
    Case(input: "{ skip: 3, fields: { a: string } }", text: "x\ny", records: []),
    Case(
      input: "{ header: false, fields: { a: string, b: { column: 3 } } }", text: "1,2,3\n4,5,6\n",
      records: ["a=1 b=3", "a=4 b=6"]),
    Case(
      input: "{ header: [x, y], fields: { a: { column: y } } }", text: "1,2\n3,4\n", records: ["a=2", "a=4"]),
    Case(
      input: "{ fields: { id: { column: 'Order ID' }, n: { column: \"Qty\", type: int } } }",
      text: "Order ID , Qty\n7,3\n", records: ["id=7 n=3"]),
    Case(
      input: "{ missing: [\"\", NULL], fields: { a: optional string } }", text: "a\nNULL\nx\n", records: ["", "a=x"]),
    // Ragged rows.
    Case(
      input: "{ fields: { a: string } }", text: "a,b\n1\n2,3\n4,5,6\n", records: ["a=2"],
      rejects: [
        "R111 2 1 2 a row of 1 fields under a header of 2", "R111 4 3 5 a row of 3 fields under a header of 2",
      ]),
    Case(
      input: "{ ragged: fill, fields: { a: string, b: optional int } }", text: "a,b\n1\n2,3\n4,5,6\n",
      records: ["a=1", "a=2 b=3"], rejects: ["R111 4 3 5 a row of 3 fields under a header of 2"]),
    Case(
      input: "{ ragged: ignore, fields: { a: string } }", text: "a,b\n1\n2,3\n4,5,6\n", records: ["a=1", "a=2", "a=4"]),
    // Values.
    Case(
      input: "{ fields: { a: string, n: { type: int, column: b } } }", text: "a,b\n1,x\n,2\n3,\"4\n5\"\n", records: [],
      rejects: [
        "R104 2 1 3 field 'n' (column 'b'): 'x' is not a whole number",
        "R105 3 2 1 field 'a' is missing, which every record needs",
        "R104 4 3 3 field 'n' (column 'b'): '4\\n5' is not a whole number",
      ]),
    Case(
      input: "{ fields: { a: string, n: int } }", text: "a,n\n\"x\ny\",z\n", records: [],
      rejects: ["R104 3 1 4 field 'n': 'z' is not a whole number"]),
    // Quotes that are wrong cost their line.
    Case(
      input: ab, text: "a,b\n\"1\"x,2\n3,4\n", records: ["a=3 b=4"],
      rejects: ["R112 2 1 4 text stands behind a closing quote"]),
    Case(
      input: ab, text: "a,b\n1,\"2\n3,4\n5,6\n", records: ["a=3 b=4", "a=5 b=6"],
      rejects: ["R112 2 1 3 a quote is never closed"]),
    Case(
      input: ab, text: "a,b\n1,\"2\n3,4\n5,\"6\"\n", records: ["a=3 b=4", "a=5 b=6"],
      rejects: ["R112 2 1 3 a quote is never closed"]),
    Case(input: ab, text: "", records: []),
    Case(input: ab, text: "a,b\n", records: []),
    Case(input: ab, text: "a,b", records: []),
  ])
  func reading(_ expected: Case) throws {
    let reader = try csv(expected.input)
    for capacity in [1 << 20, 4096] {
      let reading = try read(expected.text, with: reader, capacity: capacity)
      #expect(flat(reading) == expected.records)
      #expect(reading.rejects == expected.rejects)
      let ends = expected.text.utf8.filter { $0 == 0x0A }.count
      let lines = ends + (expected.text.isEmpty || expected.text.utf8.last == 0x0A ? 0 : 1)
      #expect(reading.lines == lines)
    }
  }

  @Test(arguments: [
    ("{ }", ["M304 reader csv needs `fields`"]),
    ("{ fields: { a: string }, delimitr: auto }", ["M303 reader csv knows no key 'delimitr'"]),
    ("{ fields: { a: string }, skip: -1 }", ["M304 `skip` is not a number of lines up to 1000"]),
    ("{ fields: { a: string }, skip: 9223372036854775807 }", ["M304 `skip` is not a number of lines up to 1000"]),
    ("{ fields: { a: string }, delimiter: ab }", ["M304 `delimiter` is not a single character of ASCII"]),
    ("{ fields: { a: string }, delimiter: \"'\", quote: \"'\" }", ["M304 `delimiter` and `quote` are the same"]),
    (
      "{ fields: { a: string }, encoding: utf-9 }",
      ["M304 unknown encoding 'utf-9', or one of several bytes a character"]
    ),
    (
      "{ fields: { a: string }, encoding: SHIFT-JIS }",
      ["M304 unknown encoding 'SHIFT-JIS', or one of several bytes a character"]
    ),
    ("{ header: [x], fields: { a: string } }", ["M304 `header` has no column 'a', or several"]),
    ("{ fields: { a: { column: 0 } } }", ["M304 there is no column 0: columns count from 1"]),
    ("{ header: false, fields: { a: { column: x } } }", ["M304 without a header no column has a name"]),
    ("{ fields: { a: string }, group: { by: b } }", ["M304 `by` names no field: 'b'"]),
    ("{ fields: { a: optional string }, group: { by: a } }", ["M304 the key 'a' of a group cannot be optional"]),
    (
      "{ fields: { a: { type: string, default: x } }, group: { by: a } }",
      ["M304 the key 'a' of a group cannot have a default"]
    ),
    ("{ fields: { a: string, rows: string }, group: { by: a } }", ["M304 'rows' names the rows of a group"]),
    ("{ fields: { a: string }, group: { by: a, max_rows: none } }", ["M304 `max_rows` is not a number from 1"]),
    (
      "{ fields: { a: string }, ragged: never, header: maybe }",
      [
        "M304 `ragged` cannot be 'never'", "M304 `header` is neither true, false nor a list of names",
      ]
    ),
  ])
  func settingsThatCannotBe(_ input: String, _ findings: [String]) { #expect(refused(input) == findings) }

  @Test(arguments: [
    ("Order,b\n1,2\n", "the header has no column 'order' for field 'order'"),
    ("order,order\n1,2\n", "column 'order' stands 2 times in the header"),
  ])
  func headersThatDoNotFit(_ text: String, _ message: String) throws {
    let reader = try csv("{ fields: { order: string } }")
    let error = #expect(throws: Diagnostic.self) { _ = try read(text, with: reader) }
    #expect(error?.code == "I203")
    #expect(error?.message == message)
  }

  @Test(arguments: ["true", "false"]) func skippedLinesEndWithinTheHead(_ header: String) throws {
    let title = String(repeating: String(repeating: ".", count: 99) + "\n", count: 900)
    let by = header == "false" ? "column: 1" : "column: a"
    let reader = try csv("{ fields: { a: { \(by) } }, header: \(header), skip: 900 }")
    let error = #expect(throws: Diagnostic.self) { try read(title + "a\n1\n", with: reader) }
    #expect(error?.message == "the lines of `skip` do not end within the first 64 KiB")
  }

  /// A field that needs no value may lack its column, but not because somebody misspelled it.
  @Test(arguments: [
    ("order,e-mail,currency\n1,a@b,EUR\n", "e_mail", "e-mail"), ("order,Email\n1,a@b\n", "e_mail", "Email"),
    ("order,emial\n1,a@b\n", "e_mail", "emial"), ("order,e_mail,Curency\n1,a@b,EUR\n", "currency", "Curency"),
    ("order,e_nail\n1,x\n", nil, nil), ("order,e_mail,phone_1\n1,a@b,7\n", nil, nil), ("order\n1\n", nil, nil),
    ("order,mail_2,cur\n1,x,y\n", nil, nil),
  ])
  func columnsOfFieldsThatNeedNone(_ text: String, _ lacking: String?, _ likely: String?) throws {
    let reader = try csv(
      "{ fields: { order: string, e_mail: optional string, phone_2: optional string, "
        + "currency: { type: string, default: PLN } } }")
    guard let lacking, let likely else { return #expect(try read(text, with: reader).records.count == 1) }
    let error = #expect(throws: Diagnostic.self) { _ = try read(text, with: reader) }
    #expect(error?.message == "the header has no column '\(lacking)' for field '\(lacking)'")
    #expect(error?.remedy == "did you mean '\(likely)'? if not, declare that column, too, or remove the field")
  }

  @Test func encodings() throws {
    let reader = try csv(
      "{ encoding: windows-1250, delimiter: \";\", fields: { imię: string } }".replacing("imię", with: "a"))
    let bytes = Array("a;b\n".utf8) + [0xA3, 0xF3, 0x64, 0x9F, 0x3B, 0x31, 0x0A]
    let reading = try read(MemorySource(bytes), with: reader)
    #expect(flat(reading) == ["a=Łódź"])
    #expect(try flat(read(MemorySource(bytes, step: 1), with: reader)) == ["a=Łódź"])
  }

  /// Short plain numbers are read as one word, unless another text than the empty one stands for no value.
  @Test(arguments: [
    ("0", "0", "0"), ("7", "7", "7"), ("00012345", "12345", "12345"), ("12345678", "12345678", "12345678"),
    ("123456789", "123456789", "123456789"), ("-5", "-5", "-5"), ("184.37", nil, "184.37"),
    ("12345.67", nil, "12345.67"),
    ("0.1", nil, "0.1"), ("1.234567", nil, "1.234567"), ("1.", nil, nil), ("1.2.3", nil, nil), ("1,5", nil, nil),
    ("1:5", nil, nil), ("/1", nil, nil), ("1/", nil, nil), ("..", nil, nil), ("1 2", nil, nil), ("5é", nil, nil),
    (" 7 ", "7", "7"), ("99999999", "99999999", "99999999"), (".5", nil, "0.5"), ("7\0", nil, nil),
    ("1e2", "100", "100"),
  ])
  func numbers(_ text: String, _ int: String?, _ decimal: String?) throws {
    for (type, expected) in [("int", int), ("decimal", decimal)] {
      for more in ["", ", missing: [\"\", \"~\"]"] {
        let reader = try csv("{ fields: { n: { type: \(type)\(more) } } }")
        let reading = try read("x,n\n,\"\(text)\"\n", with: reader)
        #expect(flat(reading) == (expected.map { ["n=\($0)"] } ?? []), "\(type)\(more)")
      }
    }
  }

  // MARK: Groups

  private static let orders = """
    { fields: { order: string, buyer: optional string, sku: string, qty: int },
      group: { by: order, same: buyer, max_rows: 3 } }
    """

  @Test(arguments: [
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,A,2\n1,ann,B,1\n2,bob,C,5\n",
      records: ["buyer=ann order=1 rows=2 A; 1 B", "buyer=bob order=2 rows=5 C"]),
    Case(
      input: orders, text: "order,buyer,sku,qty\r\n\"1\",ann,A,2\r\n\r\n1,\"ann\",B,1\r\n",
      records: ["buyer=ann order=1 rows=2 A; 1 B"]),
    // A wrong row takes its whole group along, and nothing else.
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,A,2\n1,ann,B,many\n2,bob,C,5\n",
      records: ["buyer=bob order=2 rows=5 C"],
      rejects: ["R104 3 1 9 field 'qty': 'many' is not a whole number"]),
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,A,2\n1,ann\n2,bob,C,5\n",
      records: ["buyer=bob order=2 rows=5 C"], rejects: ["R111 3 1 6 a row of 2 fields under a header of 4"]),
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,A,2\n1,eve,B,1\n2,bob,C,5\n",
      records: ["buyer=bob order=2 rows=5 C"],
      rejects: ["R115 3 1 3 field 'buyer' is 'ann' in a group's first row and 'eve' here"]),
    // What stands in one row of a group only holds for all, wherever that row is.
    Case(
      input: "{ missing: [\"\", ~], fields: { order: string, buyer: string, paid: optional string, sku: string }, "
        + "group: { by: order, same: [buyer, paid] } }",
      text:
        "order,buyer,paid,sku\n1,ann,yes,A\n1,,,B\n2,~,,C\n2,bob,,D\n2,\"bob\",no,E\n3,,,F\n4,eve,,G\n4,,yes,H\n4,ann,,I\n",
      records: [
        "buyer=ann order=1 paid=yes rows=A; B", "buyer=bob order=2 paid=no rows=C; D; E",
      ],
      rejects: [
        "R105 7 3 3 field 'buyer' is missing, which every record needs",
        "R115 10 4 3 field 'buyer' is 'eve' in a group's first row and 'ann' here",
      ]),
    // Of a row with wrong quotes the key may be readable: its group is a reject, wherever it stands in it.
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,A,2\n2,bob,\"27\" lamp,5\n2,bob,C,5\n3,eve,D,1\n",
      records: ["buyer=ann order=1 rows=2 A", "buyer=eve order=3 rows=1 D"],
      rejects: ["R112 3 2 12 text stands behind a closing quote"]),
    // A later line says that a quote was left open; it stands where it was opened.
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,\"A,2\n2,bob,\"C\",5\n3,eve,D,1\n",
      records: ["buyer=bob order=2 rows=5 C", "buyer=eve order=3 rows=1 D"],
      rejects: ["R112 2 1 7 a quote is never closed"]),
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,\"A,2\n1,ann,B,1\n2,bob,C,5\n",
      records: ["buyer=bob order=2 rows=5 C"], rejects: ["R112 2 1 7 a quote is never closed"]),
    // Where it is not, the row may belong to either neighbour.
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,A,2\n\"2\"x,bob,B,5\n2,bob,C,5\n3,eve,D,1\n",
      records: ["buyer=eve order=3 rows=1 D"],
      rejects: [
        "R112 3 1 4 text stands behind a closing quote",
        "R116 4 2 0 a row beside this group has no key that can be read, and may belong to it",
      ]),
    Case(
      input: orders, text: "order,buyer,sku,qty\n\"1\"x,ann,B,5\n1,ann,C,5\n2,eve,D,1\n",
      records: ["buyer=eve order=2 rows=1 D"],
      rejects: [
        "R112 2 1 4 text stands behind a closing quote",
        "R116 3 2 0 a row beside this group has no key that can be read, and may belong to it",
      ]),
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,ann,A,2\n2,bob,C,5\n1,ann,B,1\n",
      records: ["buyer=ann order=1 rows=2 A", "buyer=bob order=2 rows=5 C"],
      rejects: ["R113 4 3 0 group '1' comes back after it was closed"]),
    // What must agree may stand at the end of a row, before a carriage return.
    Case(
      input: orders, text: "sku,qty,order,buyer\r\nA,2,1,ann\r\nB,1,1,ann\nC,1,2,bob\r\nD,1,2,\"bob\"\r\nE,1,2,bo\r\n",
      records: ["buyer=ann order=1 rows=2 A; 1 B"],
      rejects: ["R115 6 2 7 field 'buyer' is 'bob' in a group's first row and 'bo' here"]),
    Case(
      input: orders, text: "order,buyer,sku,qty\n1,,A,1\n1,,B,1\n1,,C,1\n1,,D,1\n2,,E,1\n",
      records: ["order=2 rows=1 E"], rejects: ["R114 2 1 0 a group has 4 rows, more than 3"]),
    Case(
      input: orders, text: "order,buyer,sku,qty\n,,A,1\n2,,E,1\n3,,F,1\n",
      records: ["order=3 rows=1 F"],
      rejects: [
        "R105 2 1 1 field 'order' is missing, which every record needs",
        "R116 3 2 0 a row beside this group has no key that can be read, and may belong to it",
      ]),
    // An empty key, as of merged cells, or one of another type is none.
    Case(
      input: orders, text: "order,buyer,sku,qty\n0,,Z,1\n1,,A,1\n\"\",,B,1\n2,,C,1\n2,,D,1\n3,,E,1\n",
      records: ["order=0 rows=1 Z", "order=3 rows=1 E"],
      rejects: [
        "R105 4 2 1 field 'order' is missing, which every record needs",
        "R116 5 3 0 a row beside this group has no key that can be read, and may belong to it",
      ]),
    Case(
      input: "{ fields: { order: int, sku: string }, group: { by: order } }",
      text: "order,sku\n1,A\n1,B\nzz,C\nzz,D\n1,E\n2,F\n", records: ["order=2 rows=F"],
      rejects: ["R104 4 1 1 field 'order': 'zz' is not a whole number"]),
  ])
  func groups(_ expected: Case) throws {
    let reader = try csv(expected.input)
    let reading = try read(expected.text, with: reader)
    #expect(flat(reading) == expected.records)
    #expect(reading.rejects == expected.rejects)
  }

  @Test func recordBytesAreRowsJoinedByLineFeeds() throws {
    let reader = try csv(CSVReaderTests.orders)
    let plain = try read("order,buyer,sku,qty\n1,a,A,2\n1,a,B,1\n", with: reader)
    let dos = try read("order,buyer,sku,qty\r\n1,a,A,2\r\n\r\n1,a,B,1\r\n", with: reader)
    #expect(plain.raws == [Array("1,a,A,2\n1,a,B,1".utf8)])
    #expect(dos.raws == plain.raws)
    #expect(plain.places == ["2:1:20"])
  }

  /// The same records as of rows that stand together, in the order of their first rows, with their own lines.
  @Test func groupsOfRowsThatStandAnywhere() throws {
    let any = CSVReaderTests.orders.replacing("max_rows: 3", with: "max_rows: 3, order: any")
    let text = "order,buyer,sku,qty\n2,bob,C,5\n1,ann,A,2\n\n2,bob,D,1\n1,ann\n3,,\"x\ny\",1\n\"2\",bob,E,7\n"
    let reading = try read(text, with: csv(any))
    #expect(flat(reading) == ["buyer=bob order=2 rows=5 C; 1 D; 7 E", "order=3 rows=1 x\ny"])
    #expect(reading.rejects == ["R111 6 2 6 a row of 2 fields under a header of 4"])
    #expect(reading.lines == 9 && reading.blanks == 1 && reading.comments == 1)
  }

  @Test func aBrokenRowMakesItsGroupARejectWhereverItStands() throws {
    let any = CSVReaderTests.orders.replacing("max_rows: 3", with: "max_rows: 3, order: any")
    let text = "order,buyer,sku,qty\n1,ann,\"27\" x,1\n2,bob,C,5\n1,ann,A,2\n2,bob,\"D,1\n3,eve,E,1\n"
    let reading = try read(text, with: csv(any))
    #expect(flat(reading) == ["buyer=eve order=3 rows=1 E"])
    #expect(
      reading.rejects == ["R112 2 1 12 text stands behind a closing quote", "R112 5 2 7 a quote is never closed"])
  }

  /// Rows without a key before, within and behind a group that is too long.
  @Test(arguments: [
    ("1,w\nbad\nLONG1,y\n2,y\n", ["y"], ["R111", "R114"]),
    ("1,w\nLONGbad\n1,y\n2,y\n1,z\n", ["w", "z"], ["R114", "R116"]),
    ("1,w\nLONGbad\n9,x\n1,y\n", ["w", "y"], ["R114"]),
    ("bad\n1,y\n2,\"y\"x\n1,z\n", [], ["R111", "R112", "R116"]),
    ("bad\n1,y\n2,3,y\n1,z\n", ["z"], ["R111", "R111", "R116"]),
  ]) func groupsBesideRowsWithoutAKey(_ text: String, _ keys: [String], _ codes: [String]) throws {
    let reader = try csv("{ fields: { v: string, k: string }, group: { by: k } }")
    let long = String(repeating: "0123456789,x\n", count: 1000)
    let table = "v,k\n" + text.replacing("LONG", with: long)
    let reading = try read(MemorySource(Array(table.utf8)), with: reader, capacity: 4096, limit: 4096)
    #expect(reading.records.compactMap { $0["k"] } == keys)
    #expect(reading.rejects.map { String($0.prefix(4)) }.sorted() == codes)
  }

  /// Where the run has room, and not where the system puts temporary files.
  @Test func rowsAreShuffledInTheFolderOfTheRun() throws {
    let reader = try csv("{ fields: { v: string, k: string }, group: { by: k, order: any } }")
    let table = "v,k\n" + (0..<10_000).map { "\(String(repeating: "x", count: 1000)),\($0)\n" }.joined()
    let source = reader.makeSource(
      MemorySource(Array(table.utf8)), limits: ReadLimits(temporaryFolder: "/no/such/folder"))
    let finding = #expect(throws: Diagnostic.self) {
      _ = try source.next(into: Block(capacity: 1 << 20, headroom: 4 << 20))
    }
    #expect(finding?.code == "O204")
    #expect(finding?.message.contains("/no/such/folder") == true)
  }

  // MARK: Any block size, any text

  /// What a reader of one page would make of it: byte by byte, everything in memory.
  private static func oracle(_ text: String, width: Int) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    var isQuoted = false
    var hasQuotes = false
    while let byte = bytes.popFirst() {
      if isQuoted {
        if byte == 0x22 {
          if bytes.first == 0x22 { field.append(bytes.removeFirst()) } else { isQuoted = false }
        } else {
          field.append(byte)
        }
      } else if byte == 0x22, field.isEmpty {
        isQuoted = true
        hasQuotes = true
      } else if byte == 0x2C || byte == 0x0A {
        if byte == 0x0A, field.last == 0x0D { field.removeLast() }
        row.append(String(decoding: field, as: UTF8.self))
        field = []
        if byte == 0x0A {
          if hasQuotes || row.contains(where: { !$0.isEmpty }) { rows.append(row) }
          row = []
          hasQuotes = false
        }
      } else {
        field.append(byte)
      }
    }
    return rows.filter { $0.count == width }
  }

  @Test func blocksOfAnySizeGiveTheSame() throws {
    var random = Seeded(7)
    let pieces = [
      "x", "", "12", "\"q\"", "\"a,b\"", "\"say \"\"hi\"\"\"", "\"two\nlines\"", "\"\"", "27\" tv", "é", "\"\r\n\"",
      "long text that fills a word of sixty-four bytes and then some more of them",
    ]
    for round in 0..<60 {
      var text = "a,b,c\n"
      for _ in 0..<Int.random(in: 1...120, using: &random) {
        let row = (0..<3).map { _ in pieces.randomElement(using: &random) ?? "" }
        text += row.joined(separator: ",") + (Bool.random(using: &random) ? "\n" : "\r\n")
        if Int.random(in: 0..<10, using: &random) == 0 { text += "\n" }
      }
      let reader = try csv("{ fields: { a: optional string, b: optional string, c: optional string } }")
      let whole = try read(text, with: reader)
      let expected = CSVReaderTests.oracle(String(text.dropFirst(6)), width: 3).map { row in
        zip(["a", "b", "c"], row).filter { !$0.1.isEmpty }.map { "\($0)=\($1)" }.joined(separator: " ")
      }
      #expect(whole.rejects == [], "round \(round)")
      #expect(flat(whole) == expected, "round \(round)")
      let cut = try read(
        MemorySource(Array(text.utf8), step: Int.random(in: 1...70, using: &random)), with: reader, capacity: 4096,
        batch: 7)
      #expect(cut == whole, "round \(round)")
    }
  }

  @Test func brokenTextGivesTheSameInBlocksOfAnySize() throws {
    var random = Seeded(11)
    let pieces = [
      "x,", "\"", "\n", "\"\"", ",", "12", "\r\n", "\",", ",\"", "a b c", "\"x\"\n", "1,2,3\n", "1,2,4\n", "2,", "\0",
      String(repeating: "z", count: 200), String(repeating: "w,", count: 40), String(repeating: "\n", count: 70),
    ]
    for input in [
      "{ fields: { a: optional string, b: optional string } }",
      "{ ragged: ignore, fields: { a: string, b: optional string, c: optional string }, group: { by: a, same: b } }",
      "{ ragged: fill, fields: { a: string, b: optional string }, group: { by: a, order: any } }",
      "{ comment: \"12\", fields: { a: optional string, b: optional string } }",
      "{ escape: backslash, ragged: fill, fields: { a: optional string, b: optional string } }",
    ] {
      let reader = try csv(input)
      for round in 0..<40 {
        var text = "a,b,c\n"
        for _ in 0..<Int.random(in: 1...300, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
        let bytes = Array(text.utf8)
        let whole = try read(MemorySource(bytes), with: reader, capacity: 1 << 20, limit: 2048)
        for capacity in [4096, 8192] {
          let cut = try read(
            MemorySource(bytes, step: Int.random(in: 1...3000, using: &random)), with: reader, capacity: capacity,
            limit: 2048, batch: 5)
          #expect(cut == whole, "\(input) round \(round)")
        }
      }
    }
  }

  /// Millions of bytes behind one open quote: one reject for its line, everything else read, in time linear in the file.
  @Test func aQuoteThatIsNeverClosedCostsItsLine() throws {
    let reader = try csv("{ fields: { a: string, b: string } }")
    var bytes = Array("a,b\n\"1,2\n".utf8)
    let row = Array("some,text without any quote\n".utf8)
    while bytes.count < 3 << 20 { bytes += row }
    let reading = try read(MemorySource(bytes), with: reader, capacity: 256 << 10, limit: 1 << 19, fields: [])
    #expect(reading.rejects == ["R112 2 1 1 a quote is never closed"])
    #expect(reading.records.count == (bytes.count - 9) / row.count)
  }

  @Test func rowsAndGroupsThatAreTooLong() throws {
    let long = String(repeating: "x", count: 5000)
    let plain = try csv("{ fields: { a: string } }")
    let reading = try read(
      MemorySource(Array("a\n1\n\(long)\n2\n\(long)".utf8)), with: plain, capacity: 4096, limit: 4096)
    #expect(flat(reading) == ["a=1", "a=2"])
    #expect(
      reading.rejects == [
        "R001 3 2 record of 5000 bytes at byte 4 is longer than 4096 bytes",
        "R001 5 4 record of 5000 bytes at byte 5007 is longer than 4096 bytes",
      ])

    let grouped = try csv("{ fields: { k: string, v: string }, group: { by: k } }")
    let rows = String(repeating: "1,0123456789\n", count: 1000)
    let groups = try read(
      MemorySource(Array("k,v\n0,a\n\(rows)2,b\n1,c\n".utf8)), with: grouped, capacity: 4096, limit: 4096)
    #expect(flat(groups) == ["k=0 rows=a", "k=2 rows=b"])
    #expect(
      groups.rejects == [
        "R114 3 2 a group of rows is longer than 3072 bytes",
        "R113 1004 4 0 group '1' comes back after it was closed",
      ])
  }
}
