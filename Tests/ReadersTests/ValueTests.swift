import Pipeline
import TestSupport
import Testing

@testable import Readers

private func place(_ line: Int = 1) -> SourceSpan { SourceSpan(line: line, column: 1) }

private func scalar(_ text: String) -> ConfigNode {
  .scalar(ConfigScalar(text: text, style: .plain, span: place()))
}

private func map(_ pairs: [(String, ConfigNode)]) -> ConfigNode {
  .map(pairs.map { ConfigEntry(key: $0.0, keySpan: place(), value: $0.1) }, place())
}

/// A declaration as a mapping writes it; `a|b` is a list.
private func declare(_ options: [String: String]) -> (FieldDeclaration?, [String]) {
  let settings = SettingsReader("csv", file: "test.yaml")
  let reader = FieldDeclarationReader(settings, ownKeys: ["column"])
  let node: ConfigNode
  if let text = options["="] {
    node = scalar(text)
  } else {
    node = map(
      options.sorted { $0.key < $1.key }.map { key, value in
        guard ["values", "true", "false", "missing"].contains(key) else { return (key, scalar(value)) }
        return (key, .list(value.split(separator: "|").map { scalar(String($0)) }, place()))
      })
  }
  let declaration = reader.read(ConfigEntry(key: "field", keySpan: place(), value: node))
  return (declaration, settings.findings.map(\.code))
}

private func convert(_ text: String, _ declaration: FieldDeclaration) -> String {
  convert(text, with: ValueConverter(declaration, missing: [""]))
}

private func convert(_ text: String, with converter: ValueConverter) -> String {
  var bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 64)
  return bytes.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return "no memory" }
    let start = UnsafePointer(base)
    var field = Field.missing
    let problem = converter.convert(start, start + text.utf8.count, into: &field)
    guard problem == .none else { return "\(problem)" }
    switch field.kind {
    case .missing: return "nothing"
    case .text: return "'" + String(decoding: field.bytes, as: UTF8.self) + "'"
    case .int: return "int \(field.integer)"
    case .double: return "double \(field.double)"
    case .bool: return field.integer == 1 ? "yes" : "no"
    case .decimal: return "\(field.integer)e-\(field.scale)"
    case .timestamp: return "\(field.integer)+\(field.count)"
    case .list: return "list"
    }
  }
}

private func zoned(_ zone: String) -> [String: String] {
  ["type": "timestamp", "format": "%Y-%m-%d %H:%M:%S %Z", "zone": zone]
}

@Suite struct ValueTests {
  @Test(arguments: [
    ("string", "", "missing"), ("optional string", "", "nothing"), ("string", " a ", "' a '"),
    ("int", "42", "int 42"), ("int", "-7", "int -7"), ("int", "+7", "int 7"), ("int", " 7 ", "int 7"),
    ("int", "7x", "number"), ("int", "-", "number"), ("int", "1.5", "number"), ("int", "12.00", "int 12"),
    ("int", "1e3", "int 1000"), ("int", "9223372036854775807", "int 9223372036854775807"),
    ("int", "9223372036854775808", "range"), ("int", "99999999999999999999999999999999999999999", "range"),
    ("int", "1e999999999", "number"), ("int", "١٢", "number"),
    ("decimal", "12.50", "1250e-2"), ("decimal", "-0.05", "-5e-2"), ("decimal", ".5", "5e-1"),
    ("decimal", "5.", "number"), ("decimal", ".", "number"), ("decimal", "", "missing"), ("decimal", "1,5", "number"),
    ("decimal", "12345678901234567890.12", "range"), ("decimal", "1.5e2", "150e-0"), ("decimal", "--1", "number"),
    ("double", "1.5e3", "double 1500.0"), ("double", "1e400", "range"), ("double", "nan", "number"),
    ("double", "0x10", "number"), ("double", "inf", "number"),
    ("bool", "TRUE", "yes"), ("bool", "n", "no"), ("bool", "2", "bool"), ("bool", "0", "no"),
    ("instant", "2026-03-01T00:01:56Z", "1772323316+0"), ("instant", "2026-03-01T01:01:56+01:00", "1772323316+0"),
    ("instant", "2026-03-01 00:01:56.25Z", "1772323316+250000000"), ("instant", "2026-03-01T00:01Z", "1772323260+0"),
    ("instant", "2026-03-01 00:01:56 UTC", "1772323316+0"),
    ("instant", "2026-03-01 00:01:56.25 GMT", "1772323316+250000000"),
    ("instant", "2026-03-01 00:01:56 UTC+1", "time"), ("instant", "2026-03-01 00:01:56 UT", "time"),
    ("instant", "2026-03-01T00:01:56", "time"), ("instant", "2026-02-30T00:01:56Z", "time"),
    ("instant", "2026-03-01T24:01:56Z", "time"), ("instant", "2026-03-01T00:01:56Zx", "time"),
    ("instant", "0000000000T00:00:00Z", "time"), ("instant", "yesterday", "time"), ("instant", "", "missing"),
  ])
  func plainTypes(_ type: String, _ text: String, _ expected: String) throws {
    let (declaration, findings) = declare(["=": type])
    #expect(findings == [])
    #expect(convert(text, try #require(declaration)) == expected)
  }

  @Test(arguments: [
    (["type": "decimal", "scale": "2", "decimal": ",", "group": " "], "1 234,5", "123450e-2"),
    (["type": "decimal", "scale": "2", "decimal": ",", "group": " "], "1\u{A0}234,50", "123450e-2"),
    (["type": "decimal", "scale": "2", "decimal": ",", "group": "."], "1.234.567,00", "123456700e-2"),
    (["type": "decimal", "scale": "2", "decimal": ",", "group": "."], "1.5", "number"),
    (["type": "decimal", "scale": "2", "decimal": ",", "group": "."], "1234.567", "number"),
    // Nobody groups behind a zero: a stray decimal point.
    (["type": "decimal", "decimal": ",", "group": "."], "0.500", "number"),
    (["type": "decimal", "decimal": ",", "group": "."], "-0.049", "number"),
    (["type": "decimal", "decimal": ",", "group": "."], "01.000", "number"),
    (["type": "int", "decimal": ",", "group": "."], "00.500", "number"),
    (["type": "double", "group": ","], "0,500", "number"),
    (["type": "decimal", "decimal": ",", "group": "."], "0,500", "500e-3"),
    (["type": "decimal", "decimal": ",", "group": "."], "-10.500", "-10500e-0"),
    (["type": "decimal", "scale": "2"], "1.005", "scale"),
    (["type": "decimal", "scale": "18"], "9.3", "range"),
    (["type": "decimal", "scale": "17"], "9.3", "930000000000000000e-17"),
    (["type": "decimal", "scale": "2"], "1.500", "150e-2"),
    (["type": "decimal", "scale": "2"], "7", "700e-2"),
    (["type": "decimal", "group": "'"], "12'345.6", "123456e-1"),
    (["type": "int", "group": ","], "12,345", "int 12345"),
    (["type": "int", "group": ","], "12,34", "number"),
    (["type": "double", "decimal": ","], "0,25", "double 0.25"),
    (["type": "bool", "true": "ja|j", "false": "nein|n"], "ja", "yes"),
    (["type": "bool", "true": "ja|j", "false": "nein|n"], "Ja", "bool"),
    (["type": "enum", "values": "paid|cancelled"], "paid", "'paid'"),
    (["type": "enum", "values": "paid|cancelled"], "Paid", "choice"),
    (["type": "enum", "values": "paid|cancelled", "default": "paid"], "", "'paid'"),
    (["type": "optional int", "missing": "n/a|NULL"], "NULL", "nothing"),
    (["type": "int", "default": "0"], "", "int 0"),
    (["type": "timestamp", "format": "%d/%m/%Y %H:%M:%S %z"], "01/03/2026 01:01:56 +0100", "1772323316+0"),
    (["type": "timestamp", "format": "%d/%m/%Y", "zone": "UTC"], "01/03/2026", "1772323200+0"),
    (["type": "timestamp", "format": "%d.%m.%C%y", "zone": "UTC"], "01.03.1926", "-1383436800+0"),
    (["type": "timestamp", "format": "epoch"], "1772323316.5", "1772323316+500000000"),
    (["type": "timestamp", "format": "epoch"], "1772323316.123456789012", "1772323316+123456789"),
    (["type": "timestamp", "format": "epoch_ms"], "1772323316250", "1772323316+250000000"),
    (["type": "timestamp", "format": "epoch_ms"], "-1", "-1+999000000"),
    (
      ["type": "timestamp", "format": "%Y-%m-%dT%H:%M:%S.%f", "zone": "UTC"], "2026-03-01T00:01:56.007",
      "1772323316+7000000"
    ),
    (["type": "local_time", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Warsaw"], "01.03.2026 01:01", "1772323260+0"),
    (["type": "local_time", "zone": "Europe/Warsaw"], "2026-03-01 01:01:56", "1772323316+0"),
    // The hour that comes twice when summer ends.
    (
      ["type": "local_time", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Warsaw", "ambiguous": "earlier"],
      "25.10.2026 02:30", "1792888200+0"
    ),
    (
      ["type": "local_time", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Warsaw", "ambiguous": "later"],
      "25.10.2026 02:30", "1792891800+0"
    ),
    (
      ["type": "local_time", "format": "%d.%m.%Y %H:%M", "zone": "Europe/Warsaw", "ambiguous": "reject"],
      "25.10.2026 02:30", "ambiguous"
    ),
    // The text says itself what the clock was called, and so also which of the two hours it was.
    (zoned("Europe/Berlin"), "2026-09-10 01:02:03 UTC", "1789002123+0"),
    (zoned("Europe/Berlin"), "2026-09-10 01:02:03 CEST", "1788994923+0"),
    (zoned("Europe/Berlin"), "2026-10-25 02:30:00 CET", "1792891800+0"),
    (zoned("Europe/Berlin"), "2026-09-10 01:02:03 CET", "zoneName"),
    (zoned("Europe/Berlin"), "2026-09-10 01:02:03 EST", "zoneName"),
    (zoned("Europe/Berlin"), "2026-09-10 25:02:03 EST", "time"),
    (zoned("America/New_York"), "2026-01-10 01:02:03 EST", "1768024923+0"),
    (zoned("Asia/Shanghai"), "2026-01-10 01:02:03 CST", "1767978123+0"),
    (zoned("Europe/Istanbul"), "2026-01-10 01:02:03 +03", "1767996123+0"),
    (
      ["type": "timestamp", "format": "%Y-%m-%d %H:%M:%S %z (%Z)"], "2026-09-10 01:02:03 +0200 (CEST)", "1788994923+0"
    ),
  ])
  func typesWithOptions(_ options: [String: String], _ text: String, _ expected: String) throws {
    let (declaration, findings) = declare(options)
    #expect(findings == [])
    #expect(convert(text, try #require(declaration)) == expected)
  }

  @Test(arguments: [
    (["=": "integer"], ["M304"]), (["=": "optional"], ["M304"]), (["type": "int", "colum": "x"], ["M303"]),
    (["type": "int", "zone": "UTC"], ["M303"]), (["type": "enum"], ["M304"]), (["=": "local_time"], ["M307"]),
    (["type": "timestamp"], ["M304", "M307"]), (["type": "timestamp", "format": "%d.%m", "zone": "UTC"], ["M306"]),
    (["type": "timestamp", "format": "%Q", "zone": "UTC"], ["M306"]),
    (["type": "local_time", "zone": "Mars/Olympus"], ["M304"]), (["type": "int", "default": "many"], ["M304"]),
    (["type": "decimal", "scale": "19"], ["M304"]), (["type": "decimal", "decimal": ",", "group": ","], ["M304"]),
    (["type": "decimal", "group": "x"], ["M304"]), (["type": "bool", "true": "ja"], ["M304"]),
    (["type": "string", "optional": "perhaps"], ["M304"]), (["type": "instant", "ambiguous": "never"], ["M304"]),
  ])
  func declarationsThatCannotBe(_ options: [String: String], _ codes: [String]) {
    #expect(declare(options).1 == codes)
  }

  /// What `parse_time` reads as well: see the same test of expressions.
  @Test func sharedTimes() throws {
    let cases = try TimeCase.all()
    #expect(cases.count > 30)
    for example in cases {
      let (declaration, findings) = declare(["type": "timestamp", "format": example.format, "zone": "UTC"])
      guard example.time != "!" else {
        #expect(findings == ["M306"], "\(example)")
        continue
      }
      #expect(findings == [], "\(example)")
      let value = convert(example.text, try #require(declaration))
      #expect(value.contains("+") ? value == example.time : example.time == "-", "\(example): \(value)")
    }
  }

  @Test func valuesAreShownSafely() throws {
    let (declaration, _) = declare(["=": "int"])
    let bytes = Array("\u{1b}[31mred".utf8) + [UInt8](repeating: 0x61, count: 500)
    let finding = try bytes.withUnsafeBufferPointer {
      ValueFinding.of(.number, try #require(declaration), $0, place: "column 'Qty'")
    }
    #expect(finding.code == "R104")
    #expect(finding.message.hasPrefix(#"field 'field' (column 'Qty'): '\x1b[31mred"#))
    #expect(finding.message.utf8.count < 120)
  }

  /// Formats of fixed width have a way of their own; `%Z`, which may stand for nothing, turns it off.
  @Test(
    arguments: ["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y", "%Y%m%d%H%M%S"], ["earlier", "later", "reject"])
  func timesOfFixedWidth(_ format: String, _ ambiguous: String) throws {
    func converter(_ format: String) throws -> ValueConverter {
      let (declaration, findings) = declare([
        "type": "local_time", "format": format, "zone": "Europe/Warsaw", "ambiguous": ambiguous,
      ])
      #expect(findings == [])
      return ValueConverter(try #require(declaration), missing: [""])
    }
    let (fixed, plain) = (try converter(format), try converter("%Z" + format))
    var texts = [""]
    // Around both changes of the clocks, around a year's end, and what is not a time.
    for (month, days) in [(3, 26...31), (10, 23...27), (12, 30...31), (1, 0...1), (2, 28...30), (13, 1...1)] {
      for day in days {
        for (hour, minute) in [(0, 0), (1, 59), (2, 0), (2, 30), (3, 0), (12, 7), (23, 59), (24, 0), (11, 60)] {
          for second in [0, 59, 60] {
            var text = format
            for (key, value) in [("%d", day), ("%m", month), ("%H", hour), ("%M", minute), ("%S", second)] {
              text.replace(key, with: value < 10 ? "0\(value)" : "\(value)")
            }
            texts.append(text.replacing("%Y", with: "2026"))
          }
        }
      }
    }
    for text in texts + texts.prefix(40).map({ $0.replacing("2026", with: "1900") }) {
      #expect(convert(text, with: fixed) == convert(text, with: plain), "\(text)")
      let cut = String(text.dropLast())
      #expect(convert(cut, with: fixed) == convert(cut, with: plain), "\(cut)")
    }
  }
}
