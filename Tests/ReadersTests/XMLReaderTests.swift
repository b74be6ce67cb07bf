import CZlib
import Pipeline
import Readers
import Testing

@Suite struct XMLReaderTests {
  static let namespaces: (String, Setting) = ("namespaces", ["e": "urn:shop:export:2"])
  static let orders = """
    <?xml version="1.0" encoding="UTF-8"?>
    <x:export xmlns:x="urn:shop:export:2">
      <x:shop id="pl"/>
      <x:orders>
        <x:order id="1" placed="2026-09-10T08:00:00Z">
          <x:items><x:item sku="A" qty="2"><x:price>1.50</x:price></x:item></x:items>
          <x:total>3.00</x:total>
        </x:order>
        <x:order id="2"
                 placed="2026-09-10T08:00:00+02:00"><x:items/><x:total>0</x:total></x:order>
        <order xmlns="urn:other" id="3"/>
        <x:order id="4" placed="2026-09-11T00:00:00Z">
          <x:items>
            <x:item sku="B" qty="1"><x:price>2.00</x:price></x:item>
            <x:item sku="C" qty="3"><x:price>0.10</x:price></x:item>
          </x:items>
          <x:total>2.30</x:total>
        </x:order>
      </x:orders>
    </x:export>

    """

  static func orderReader() throws -> any Reader {
    try xml(
      record: "/e:export/e:orders/e:order",
      fields: [
        "id": ["path": "@id"], "placed": ["path": "@placed", "type": "instant"],
        "currency": ["path": "@currency", "default": "PLN"],
        "items": [
          "list": "e:items/e:item",
          "fields": [
            "sku": ["path": "@sku"], "qty": ["path": "@qty", "type": "int"],
            "price": ["path": "e:price", "type": "decimal"],
          ],
        ],
        "total": ["path": "e:total", "type": "decimal", "scale": "2"],
      ],
      [namespaces, ("header", ["shop": "/e:export/e:shop/@id"])])
  }

  static let expected = [
    "shop=pl id=1 placed=1789027200 currency=PLN total=300e-2 items=[price:150e-2 qty:2 sku:A]",
    "shop=pl id=2 placed=1789020000 currency=PLN total=0e-2 items=[]",
    "shop=pl id=4 placed=1789084800 currency=PLN total=230e-2 items=[price:200e-2 qty:1 sku:B|price:10e-2 qty:3 sku:C]",
  ]

  @Test func ordersWithListsNamespacesAndHeader() throws {
    let outcome = try readXML(Self.orders, with: Self.orderReader())
    #expect(outcome.records == Self.expected)
    #expect(outcome.rejects == [])
    #expect(outcome.lines == 20)
    let bytes = Array(Self.orders.utf8)
    let starts = ["<x:order id=\"1\"", "<x:order id=\"2\"", "<x:order id=\"4\""].map { tag in
      bytes.indices.first { bytes[$0...].starts(with: tag.utf8) } ?? -1
    }
    #expect(outcome.places == ["5:\(starts[0])", "9:\(starts[1])", "12:\(starts[2])"])
    #expect(
      outcome.raws[0]
        == "id: 1\nplaced: 2026-09-10T08:00:00Z\nitems.sku: A\nitems.qty: 2\nitems.price: 1.50\ntotal: 3.00\n")
  }

  /// How the bytes come and how large blocks are changes nothing.
  @Test(arguments: [1, 7, 100, 4096])
  func cutsDoNotMatter(_ step: Int) throws {
    let body = Self.orders.split(separator: "\n").dropFirst(4).dropLast(2).joined(separator: "\n")
    let text = Self.orders.replacing(body, with: Array(repeating: body, count: 200).joined(separator: "\n"))
    let whole = try readXML(text, with: Self.orderReader())
    #expect(whole.records.count == 600)
    #expect(whole.records.suffix(3) == Self.expected[...])
    let pieces = try readXML(
      MemorySource(Array(text.utf8), step: step), with: Self.orderReader(), capacity: 4096, batch: 2)
    #expect(pieces.largestBlock <= 4096 && pieces.largestBlock > 2000)
    #expect((pieces.records == whole.records) == true)
    let moved = zip(pieces.places, whole.places).first { $0 != $1 }
    #expect(moved == nil)
    #expect((pieces.raws == whole.raws) == true)
    #expect(pieces.rejects == whole.rejects)
    #expect(pieces.lines == whole.lines)
    #expect(pieces.count == whole.count)
  }

  @Test(arguments: [
    // path, document inside <r>…</r>, value
    ("@id", #"<r id="7"/>"#, "7"),
    (".", "<r>a<b>b</b><![CDATA[<c>]]>&amp;&#x17B;</r>", "ab<c>&Ż"),
    ("text()", "<r>a<b>b</b>c</r>", "ac"),
    (".", "<r>a\r\nb\rc<![CDATA[d\r\ne\rf\r]]><![CDATA[\ng]]>&#13;</r>", "a\nb\ncd\ne\nf\n\ng\r"),
    ("b", "<r><a>x</a><b>y</b></r>", "y"),
    ("b/text()", "<r><b>y<i>not</i>z</b></r>", "yz"),
    ("b/@q", #"<r><b q="1">y</b></r>"#, "1"),
    ("*/c", "<r><b><c>deep</c></b></r>", "deep"),
    (".//c", "<r><b><d><c>deeper</c></d></b></r>", "deeper"),
    ("b//c/@k", #"<r><c k="no"/><b><d><c k="yes"/></d></b></r>"#, "yes"),
    ("/all/r/b", "<r><b>absolute</b></r>", "absolute"),
    ("./b", "<r><b>dot</b></r>", "dot"),
    (#"m[@type="gift"]"#, #"<r><m type="plain">1</m><m>2</m><m type="gift">3</m></r>"#, "3"),
    (#"m[@type="a&b"]/@k"#, #"<r><m type="a&amp;b" k="&amp;#38;&lt;&#38;&amp;amp;"/></r>"#, "&#38;<&&amp;"),
    (#"m[@type='gift']/v"#, #"<r><m type="x"><v>1</v></m><m type="gift"><v>2</v></m></r>"#, "2"),
    ("@xml:lang", #"<r xml:lang="pl"/>"#, "pl"),
    ("n:b", #"<r><b>no</b><b xmlns="urn:n">yes</b></r>"#, "yes"),
    ("@n:id", #"<r id="no" xmlns:q="urn:n" q:id="yes"/>"#, "yes"),
    ("b", "<r><p:b>undeclared</p:b><b>plain</b></r>", "plain"),
    ("b", "<r><b>  kept \n as it is </b></r>", "  kept \n as it is "),
    ("@id", "<r id=\"a&#10;b&lt;\tc\"/>", "a\nb< c"),
  ])
  func paths(_ path: String, _ record: String, _ value: String) throws {
    let reader = try xml(
      record: "/all/r", fields: ["v": ["path": .text(path)]], [("namespaces", ["n": "urn:n"])])
    let outcome = try readXML("<all>\(record)</all>", with: reader)
    #expect(outcome.rejects == [])
    #expect(outcome.records == ["v=\(value)"])
  }

  @Test(arguments: [
    (
      "<r><v>1</v></r><r><v>1</v><v>2</v></r><r/>", ["v=1"],
      [
        "R131@1#2 field 'v' comes twice", "R105@1#3 field 'v' is missing, which every record needs",
      ]
    ),
    ("\n<r><v>1</v><i/></r>\n<r><v>2</v><i/><i/><i/></r>", ["v=1"], ["R123@3#2 list 'i' has 3 rows, more than 2"]),
    ("<r><v>1</v><i><k>a</k><k>b</k></i></r>", [], ["R131@1#1 field 'i.k' comes twice"]),
    ("<r><v>1&nbsp;</v></r><r><v>2</v></r>", [], ["I311"]),
    ("<r><v>1</v></r>\n<r><v>x</v></r>", ["v=1"], ["R104@2#2 field 'v': 'x' is not a whole number"]),
  ])
  func rejects(_ body: String, _ records: [String], _ rejects: [String]) throws {
    let reader = try xml(
      record: "/all/r",
      fields: [
        "v": "int",
        "i": ["list": "i", "max": "2", "fields": ["k": "optional string"]],
      ])
    let outcome = try readXML("<all>\(body)</all>", with: reader)
    #expect(outcome.records.map { $0.split(separator: " ")[0] } == records.map { $0[...] })
    #expect(outcome.rejects.count == rejects.count)
    for (have, want) in zip(outcome.rejects, rejects) { #expect(have.hasPrefix(want), "\(have)") }
  }

  @Test func recordInsideRecord() throws {
    let reader = try xml(record: "//r", fields: ["v": "string"])
    let outcome = try readXML("<a>\n<r><v>1</v><r><v>2</v></r></r>\n<b><r><v>3</v></r></b></a>", with: reader)
    #expect(outcome.records == ["v=3"])
    #expect(outcome.rejects == ["R132@2#1 a record begins inside this record"])
  }

  @Test func headerValues() throws {
    let header: (String, Setting) = (
      "header", ["shop": "/all/shop", "made": ["path": "/all/@made", "type": "optional int"]]
    )
    let reader = try xml(record: "/all/r", fields: ["v": "string"], [header])
    #expect(
      try readXML("<all made='5'><shop>a</shop><r><v>1</v></r></all>", with: reader).records == ["shop=a made=5 v=1"])
    let late = try readXML("<all><r><v>1</v></r>\n<shop>a</shop><shop>b</shop><r><v>2</v></r></all>", with: reader)
    #expect(late.records == [])
    #expect(
      late.rejects == [
        "R105@1#1 field 'shop' (of the header) is missing, which every record needs",
        "R134@2#2 header value 'shop' comes after the first record",
        "R105@2#3 field 'shop' (of the header) is missing, which every record needs",
      ])
    let twice = try readXML("<all><shop>a</shop><shop>b</shop><r><v>1</v></r></all>", with: reader)
    #expect(twice.records == ["shop=a v=1"])
    #expect(twice.rejects == ["R134@1#1 header value 'shop' comes twice"])
  }

  static let windows1250: [UInt8] =
    Array("<?xml version=\"1.0\" encoding=\"windows-1250\"?><a><r v=\"".utf8) + [0xAF] + Array("\"/></a>".utf8)
  static let latin2: [UInt8] =
    Array("<?xml version='1.0' encoding='ISO-8859-2'?><a><r v=\"".utf8) + [0xAF] + Array("\"/></a>".utf8)
  static let plain = "<a><r v=\"Ż\"/></a>"
  static let declared = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + plain
  static let little: [UInt8] = [0xFF, 0xFE] + declared.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
  static let big: [UInt8] = [0xFE, 0xFF] + plain.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
  static let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(plain.utf8)

  @Test(arguments: [windows1250, latin2, little, big, marked])
  func encodings(_ bytes: [UInt8]) throws {
    let reader = try xml(record: "/a/r", fields: ["v": ["path": "@v"]])
    for step in [1, 3, Int.max] {
      let outcome = try readXML(MemorySource(bytes, step: step), with: reader)
      #expect(outcome.records == ["v=Ż"])
      #expect(outcome.rejects == [])
    }
  }

  /// `//b` is at any depth of what the field belongs to, with and without a dot before it.
  @Test(arguments: ["//b", ".//b"]) func anyDepthOfTheRecord(_ path: String) throws {
    let reader = try xml(
      record: "/a/r",
      fields: ["v": ["path": .text(path)], "l": ["list": "//i", "fields": ["w": ["path": "//c"]]]])
    let outcome = try readXML("<a><b>0</b><r><x><b>1</b></x><y><i><z><c>2</c></z></i></y></r></a>", with: reader)
    #expect(outcome.records == ["v=1 l=[w:2]"], "\(outcome.records)")
    #expect(outcome.rejects == [])
  }

  @Test(arguments: [
    ("/a/b/../c", "M309 '..' leaves the record"),
    ("q:b", "M309 undeclared prefix 'q' | declare it"),
    ("/other/b", "M309 the path leaves its record"),
    ("b[1]", "M309 only attributes can be compared"),
    ("b[@t=\"x]", "M309 a predicate without a quoted value"),
    ("b/", "M309 a name is missing"),
    ("b c", "M309 ' c' is not part of a path"),
    ("@id/b", "M309 '/b' is not part of a path"),
    ("count(b)", "M309 '(b)' is not part of a path"),
    ("", "M309 a name is missing"),
    ("//@id", "M309 an attribute behind '//'"),
  ])
  func wrongPaths(_ path: String, _ finding: String) {
    let found = findings(["reader": "xml", "record": "/a/r", "fields": ["v": ["path": .text(path)]]])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(finding) == true, "\(found)")
  }

  @Test func wrongSettings() {
    #expect(
      findings(["reader": "xml", "fields": ["v": "string"]]).first?.hasPrefix("M304 reader xml needs `record`") == true)
    #expect(findings(["reader": "xml", "record": "/a"]).first?.hasPrefix("M304 reader xml needs `fields`") == true)
    #expect(
      findings(["reader": "xml", "record": "a/b", "fields": ["v": "string"]]).first?.hasPrefix("M309 the record's path")
        == true)
    #expect(
      findings([
        "reader": "xml", "record": "/a/b", "header": ["h": "/a/b/@c"], "doctype": "allow",
        "fields": ["v": "string", "l": ["list": "x", "min": "3", "max": "2", "fields": ["k": "string"]], "h": "int"],
        "recrod": "x",
      ]).map { String($0.prefix(60)) } == [
        "M303 reader xml knows no key 'recrod' | did you mean 'record",
        "M304 `doctype` cannot be 'allow' | known here: ignore, rejec",
        "M309 a header value inside the record | declare it under `fi",
        "M304 `max` is less than `min` | raise it, or leave it out",
      ])
  }

  @Test func gzipStraightThrough() throws {
    let packed = try gzip(Array(Self.orders.utf8))
    let whole = try readXML(InflatingSource(MemorySource(packed)), with: Self.orderReader())
    #expect(whole.records == Self.expected)
    let torn = try readXML(InflatingSource(MemorySource(Array(packed.dropLast(40)))), with: Self.orderReader())
    #expect(torn.records == Array(Self.expected.prefix(torn.records.count)))
    #expect(torn.rejects.count == 1)
    #expect(torn.rejects[0].hasPrefix("I201@"))
  }

  private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    #expect(deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, 112) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + 1024)
    let size = output.count
    input.withUnsafeMutableBufferPointer { from in
      output.withUnsafeMutableBufferPointer { to in
        stream.next_in = from.baseAddress
        stream.avail_in = UInt32(from.count)
        stream.next_out = to.baseAddress
        stream.avail_out = UInt32(size)
        #expect(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      }
    }
    return Array(output.prefix(Int(stream.total_out)))
  }
}

/// Texts of every length, so that all kinds of them are cut where the parser's pieces and chunks end.
@Suite struct XMLPieceTests {
  @Test func textIsWholeWhereverItIsCut() throws {
    let reader = try xml(record: "/a/r", fields: ["k": ["path": "@k"], "v": ["path": "v"]])
    var document = "<a>"
    var expected: [String] = []
    for length in 0..<700 {
      let filling = String(repeating: "Żx\r\n", count: length / 4) + String(repeating: "y", count: length % 4)
      document += "<r k='\(length)&amp;'><v>1\(filling)&lt;<![CDATA[\(filling)\r\n]]>\r\n</v></r>\r\n"
      let plain = filling.replacing("\r\n", with: "\n")
      expected.append("k=\(length)& v=1\(plain)<\(plain)\n\n")
    }
    let outcome = try readXML(document + "</a>", with: reader)
    let wrong = zip(outcome.records, expected).first { $0 != $1 }
    #expect(wrong == nil)
    #expect(outcome.records.count == expected.count)
    #expect(outcome.rejects == [])
  }
}
