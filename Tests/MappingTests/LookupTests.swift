import Foundation
import Mapping
import Pipeline
import TestSupport
import Testing

/// `tables` and `lookup`, over files beside the mapping.
@Suite struct LookupTests {
  static let skus = "sku,name,price\r\nS-1,\"Shoe, \"\"red\"\"\",19.90\r\n\r\nS-2,Łódź,\r\n\"S\n3\",two lines,1\r\n"

  @Test func aTableGivesTheValueOfAKey() throws {
    let space = try Workspace(["skus.csv": "\u{FEFF}" + Self.skus])
    let run = try MappingRun.map(
      MappingRun.head + """
        tables:
          names: { file: skus.csv, key: sku, value: name }
          skus: { file: ./skus.csv, key: sku, values: [name, price] }
        events:
          - type: t
            properties:
              a: =lookup(names, target)
              b: =lookup(names, "S-1").or("none")
              c: =lookup(skus, target).price
              d: =decimal(lookup(skus, "S-1").price.or("0")) + decimal("0.10")
              e: =lookup(skus, target)

        """, ["ip=a target=S-2 time=1", "ip=a target=S-9 time=1", "ip=a time=1", "ip=a target=S-1 time=1"],
      file: space.path("mapping.yaml"))
    #expect(run.rejects == [])
    let fixed = #""b":"Shoe, \"red\"""#
    #expect(
      run.bodies[0].contains(#"{"a":"Łódź",\#(fixed),"d":20.00,"e":{"name":"Łódź"}}"#), "an empty cell is missing")
    #expect(run.bodies[1].contains(#"{\#(fixed),"d":20.00}"#))
    #expect(run.bodies[2].contains(#"{\#(fixed),"d":20.00}"#), "a missing key finds nothing")
    #expect(run.bodies[3].contains(#""c":"19.90""#))
  }

  @Test func delimitersAreTheUsersChoice() throws {
    let space = try Workspace(["a.csv": "k;v\n1;x,y\n", "b.tsv": "k\tv\n1\tz\n"])
    let run = try MappingRun.map(
      MappingRun.head
        + "tables: { a: { file: a.csv, key: k, value: v, delimiter: ';' }, b: { file: b.tsv, key: k, value: v, delimiter: tab } }\n"
        + "events: [ { type: t, properties: { a: '=lookup(a, \"1\")', b: '=lookup(b, string(status))' } } ]\n",
      ["ip=a status=1 time=1"], file: space.path("mapping.yaml"))
    #expect(run.bodies[0].contains(#"{"a":"x,y","b":"z"}"#))
  }

  @Test(arguments: [
    // What is wrong with the table itself is shown in the table.
    ("k,v\n1,a\n1,b\n", "t.csv:3:1 M120 key '1' stands twice, first at line 2"),
    ("k,v\n1,a\n2\n", "t.csv:3:1 M120 1 cells where the header has 2"),
    ("k,v\n1,\"a\n2,b\n", "t.csv:2:3 M120 a quote that is never closed"),
    ("k,v\n1,\"a\"x\n", "t.csv:2:6 M120 text behind a closing quote"),
    ("", "t.csv:1:1 M120 the table is empty"), ("\n\n", "t.csv:1:1 M120 the table is empty"),
    (String(repeating: ",", count: 20_000), "t.csv:1:1 M120 more than 10000 columns"),
    ("k,v\n1,\u{0}\n", nil),
    ("k,name\n1,a\n", "mapping.yaml:6:44 M120 'v' is not a column of"),
    ("k,v,x,v\n1,a,b,c\n", "mapping.yaml:6:44 M120"), ("k,k,v\n1,2,a\n", "mapping.yaml:6:34 M120"),
    ("k,v,x,x\n1,a,b,c\n", nil),
  ])
  func brokenTables(_ text: String, _ expected: String?) throws {
    let space = try Workspace(["t.csv": text])
    let findings = MappingRun.findings(
      MappingRun.head
        + "tables: { t: { file: t.csv, key: k, value: v } }\nevents: [ { type: t, properties: { a: '=lookup(t, ip)' } } ]\n",
      file: space.path("mapping.yaml"))
    let texts = findings.map { finding in
      let name = finding.file?.split(separator: "/").last ?? ""
      return "\(name):\(finding.span?.line ?? 0):\(finding.span?.column ?? 0) \(finding.code) \(finding.message)"
    }
    if let expected {
      #expect(texts.count == 1 && texts[0].hasPrefix(expected), "\(texts)")
    } else {
      #expect(texts == [])
    }
  }

  @Test(arguments: [("k,v\n1\n", "for each column"), ("k,v\n1,a,b\n", "put quotes")])
  func rowsOfAnotherLength(_ text: String, _ remedy: String) throws {
    let space = try Workspace(["t.csv": text])
    let findings = MappingRun.findings(
      MappingRun.head
        + "tables: { t: { file: t.csv, key: k, value: v } }\nevents: [ { type: t, properties: { a: '=lookup(t, ip)' } } ]\n",
      file: space.path("mapping.yaml"))
    #expect(findings.contains { $0.code == "M120" && $0.remedy.contains(remedy) }, "\(findings)")
  }

  @Test func aWholeTableIsNoValue() throws {
    let space = try Workspace(["t.csv": "k,v\n1,a\n"])
    let findings = MappingRun.findings(
      MappingRun.head + "tables: { names: { file: t.csv, key: k, value: v } }\n"
        + "events: [ { type: t, properties: { a: '=lookup(name, ip)', b: =names } } ]\n",
      file: space.path("mapping.yaml"))
    #expect(findings.map(\.remedy).contains("write lookup(names, …)"), "\(findings)")
    #expect(findings.map(\.remedy).contains("did you mean 'names'?"), "\(findings)")
  }

  @Test func textThatIsNotUTF8IsShownWhereItIs() throws {
    let space = try Workspace()
    try space.write("t.csv", Array("k,v\n1,".utf8) + [0xE9, 0x0A])
    let findings = MappingRun.findings(
      MappingRun.head
        + "tables: { t: { file: t.csv, key: k, value: v } }\nevents: [ { type: t, properties: { a: '=lookup(t, ip)' } } ]\n",
      file: space.path("mapping.yaml"))
    #expect(findings.map(\.message) == ["not UTF-8"])
    #expect(findings.first?.span == SourceSpan(line: 2, column: 3))
  }

  @Test(arguments: [
    ("{ t: { file: no.csv, key: k, value: v } }", "M119", "no such file"),
    ("{ t: { file: /dev/zero, key: k, value: v } }", "M119", "not a regular file"),
    ("{ t: { file: ., key: k, value: v } }", "M119", "not a regular file"),
    ("{ t: { file: t.csv, key: k } }", "M005", "needs 'value' or 'values'"),
    ("{ t: { file: t.csv, key: k, value: v, values: [v] } }", "M007", "'values' beside 'value'"),
    ("{ t: { file: t.csv, key: k, values: [] } }", "M005", "needs 'value' or 'values'"),
    ("{ t: { file: t.csv, key: k, value: v, delimiter: '--' } }", "M007", "one character"),
    ("{ t: { file: t.csv, key: k, valeu: v } }", "M004", "'valeu'"),
    ("{ ip: { file: t.csv, key: k, value: v } }", "M113", "hides a field"),
    ("{ in: { file: t.csv, key: k, value: v } }", "M007", "reserved word"),
    ("{ t: { file: t.csv, key: k, value: v }, u: { file: t.csv, key: k, value: v } }", "M207", "never looked into"),
  ])
  func tablesOfTheMapping(_ tables: String, _ code: String, _ words: String) throws {
    let space = try Workspace(["t.csv": "k,v\n1,a\n"])
    let findings = MappingRun.findings(
      MappingRun.head + "tables: \(tables)\nevents: [ { type: t, properties: { a: '=lookup(t, ip)' } } ]\n",
      file: space.path("mapping.yaml"))
    #expect(findings.contains { $0.code == code && $0.message.contains(words) }, "\(findings.map(\.message))")
    if code == "M207" { #expect(findings.map(\.severity) == [.warning]) }
  }

  @Test func tablesInQuotesAreExplained() {
    let findings = MappingRun.findings(
      MappingRun.head + "events: [ { type: t, properties: { a: '=lookup(\"skus\", target)' } } ]\n")
    #expect(findings.map(\.code) == ["M109"])
    #expect(findings.first?.remedy.contains("lookup(skus, …)") == true)
  }

  @Test(
    arguments: [
      ("=lookup(skus, ip).prize", "M103", "did you mean 'price'?"),
      ("'=lookup(skus, ip).optMap(r, r[\"nmae\"])'", "M103", "did you mean 'name'?"),
      ("=row.prize", "M103", "did you mean 'price'?"), ("'=row.or({}).prize'", "M103", "price"),
      ("=row.price", nil, ""), ("'=row.optMap(r, r.name)'", nil, ""),
      ("=skus[ip]", "M106", "write lookup(skus, …)"),
      ("'=lookup(skus, 5)'", "M106", "it is lookup(table skus, string)"),
    ] as [(String, String?, String)])
  func columnsOfARowAreKnown(_ expression: String, _ code: String?, _ remedy: String) throws {
    let space = try Workspace(["skus.csv": Self.skus])
    let findings = MappingRun.findings(
      MappingRun.head
        + "tables: { skus: { file: skus.csv, key: sku, values: [name, price] } }\nlet: { row: '=lookup(skus, ip)' }\n"
        + "events:\n  - type: t\n    properties:\n      a: \(expression)\n", file: space.path("mapping.yaml"))
    #expect(findings.map(\.code) == [code].compactMap { $0 }, "\(findings)")
    #expect(findings.first?.remedy.contains(remedy) ?? true, "\(findings)")
  }

  @Test func anotherDelimiterIsNamed() throws {
    let space = try Workspace(["t.csv": "k;v\n1;a\n"])
    let findings = MappingRun.findings(
      MappingRun.head
        + "tables: { t: { file: t.csv, key: k, value: v } }\nevents: [ { type: t, properties: { a: '=lookup(t, ip)' } } ]\n",
      file: space.path("mapping.yaml"))
    #expect(findings.first?.remedy.contains("delimiter: \";\"") ?? false, "\(findings)")
  }

  @Test func tableNamesAreSuggested() throws {
    let space = try Workspace(["t.csv": "k,v\n1,a\n"])
    let findings = MappingRun.findings(
      MappingRun.head
        + "tables: { skus: { file: t.csv, key: k, value: v } }\nevents: [ { type: t, properties: { a: '=lookup(sku, ip)', b: =skus } } ]\n",
      file: space.path("mapping.yaml"))
    #expect(findings.map(\.code) == ["M101", "M104"])
    #expect(findings.first?.remedy == "did you mean 'skus'?")
  }

  @Test func aTableOfManyRows() throws {
    var text = "k,v\n"
    for row in 0..<50_000 { text += "key-\(row),\(row)\n" }
    let space = try Workspace(["t.csv": text])
    let run = try MappingRun.map(
      MappingRun.head
        + "tables: { t: { file: t.csv, key: k, value: v } }\nevents: [ { type: t, properties: { a: '=lookup(t, target)' } } ]\n",
      (0..<3).map { "ip=a time=1 target=key-\($0 * 24_999)" }, file: space.path("mapping.yaml"))
    #expect(run.bodies.map { $0.contains(#""a":"0""#) } == [true, false, false])
    #expect(run.bodies[2].contains(#""a":"49998""#))
  }
}
