/// Why a line is no record, in words. Codes are explained in docs/diagnostics.md.
enum JSONFinding {
  /// - Parameter lists: names of the scanner's lists.
  static func of(_ failure: JSONFailure, end: UnsafePointer<UInt8>, lists: [String] = []) -> RecordFinding {
    let byte = failure.at < end ? failure.at.pointee : 0
    let shown = withUnsafePointer(to: byte) { ValueFinding.excerpt(UnsafeBufferPointer(start: $0, count: 1)) }
    switch failure.reason {
    case .unterminated:
      return RecordFinding(
        "R121", "the line ends within its JSON",
        hint:
          "a record is one line: this one was cut off, or `jq -c . FILE` writes one a line, of an array `jq -c '.[]' FILE`"
      )
    case .unexpected, .rejected:
      return RecordFinding("R121", "'\(shown)' cannot stand here", hint: "the line is no JSON")
    case .control:
      return RecordFinding("R121", "a control character stands in a string", hint: "it must be written \\u00XX in JSON")
    case .escape: return RecordFinding("R121", "an escape that JSON does not have", hint: "see RFC 8259, section 7")
    case .number: return RecordFinding("R121", "a number that JSON does not have", hint: "see RFC 8259, section 6")
    case .trailing:
      return RecordFinding(
        "R121", "'\(shown)' stands behind the value", hint: "write one value a line, as `jq -c . FILE` does")
    case .depth:
      return RecordFinding(
        "R122", "nested more than \(JSONScanner.maximumDepth) deep", hint: "a record this deep is hardly meant")
    case .list(let number):
      return RecordFinding("R109", "list '\(lists[number])' is \(kind(byte))", hint: "give the path of an array")
    case .element(let number):
      return RecordFinding(
        "R109", "an element of list '\(lists[number])' is \(kind(byte))",
        hint: "its fields are looked for in objects; `path: .` is the element itself")
    }
  }

  /// - Parameter byte: the first of the line's value.
  static func noObject(_ byte: UInt8) -> RecordFinding {
    RecordFinding(
      "R109", "the line is \(kind(byte)), and a record is an object",
      hint: byte == UInt8(ascii: "[")
        ? "`jq -c '.[]' FILE | trackfill … -` makes a line of each element" : "the line is no record")
  }

  static func kind(_ declaration: FieldDeclaration, _ value: JSONSpan) -> RecordFinding {
    RecordFinding(
      "R109", "field '\(declaration.name)' is \(kind(value.start.pointee))",
      hint: "give the path of the value in it, or declare a list")
  }

  static func count(_ list: JSONSettings.List, _ count: Int) -> RecordFinding {
    RecordFinding(
      "R123", "list '\(list.name)' has \(count) element\(count == 1 ? "" : "s")",
      hint: "it must have \(list.minimum) at least" + (list.maximum < .max ? " and \(list.maximum) at most" : ""))
  }

  /// What a value is, by its first byte.
  private static func kind(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "{"): "an object"
    case UInt8(ascii: "["): "an array"
    case UInt8(ascii: "\""): "a text"
    case UInt8(ascii: "t"), UInt8(ascii: "f"): "true or false"
    case UInt8(ascii: "n"): "null"
    default: "a number"
    }
  }
}
