internal import Pipeline

/// Why a line is no record, in words. Codes are explained in docs/diagnostics.md.
enum JSONFinding {
  /// - Parameter lists: names of the scanner's lists.
  static func reject(_ failure: JSONFailure, end: UnsafePointer<UInt8>, lists: [String] = []) -> Reject {
    let byte = failure.at < end ? failure.at.pointee : 0
    let shown = withUnsafePointer(to: byte) { ValueFinding.excerpt(UnsafeBufferPointer(start: $0, count: 1)) }
    switch failure.reason {
    case .unterminated:
      return make(
        "R121", "the line ends within its JSON",
        "a record is one line: this one was cut off, or `jq -c . FILE` writes one a line, of an array `jq -c '.[]' FILE`"
      )
    case .unexpected, .rejected: return make("R121", "'\(shown)' cannot stand here", "the line is no JSON")
    case .control:
      return make("R121", "a control character stands in a string", "it must be written \\u00XX in JSON")
    case .escape: return make("R121", "an escape that JSON does not have", "see RFC 8259, section 7")
    case .number: return make("R121", "a number that JSON does not have", "see RFC 8259, section 6")
    case .trailing:
      return make("R121", "'\(shown)' stands behind the value", "write one value a line, as `jq -c . FILE` does")
    case .depth:
      return make("R122", "nested more than \(JSONScanner.maximumDepth) deep", "a record this deep is hardly meant")
    case .list(let number):
      return make("R109", "list '\(lists[number])' is \(kind(byte))", "give the path of an array")
    case .element(let number):
      return make(
        "R109", "an element of list '\(lists[number])' is \(kind(byte))",
        "its fields are looked for in objects; `path: .` is the element itself")
    }
  }

  /// - Parameter byte: the first of the line's value.
  static func noObject(_ byte: UInt8) -> Reject {
    make(
      "R109", "the line is \(kind(byte)), and a record is an object",
      byte == UInt8(ascii: "[")
        ? "`jq -c '.[]' FILE | trackfill … -` makes a line of each element" : "the line is no record")
  }

  static func reject(_ finding: ValueFinding) -> Reject { make(finding.code, finding.message, finding.hint) }

  static func kind(_ declaration: FieldDeclaration, _ value: JSONSpan) -> Reject {
    make(
      "R109", "field '\(declaration.name)' is \(kind(value.start.pointee))",
      "give the path of the value in it, or declare a list")
  }

  static func count(_ list: JSONSettings.List, _ count: Int) -> Reject {
    make(
      "R123", "list '\(list.name)' has \(count) element\(count == 1 ? "" : "s")",
      "it must have \(list.minimum) at least" + (list.maximum < .max ? " and \(list.maximum) at most" : ""))
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

  private static func make(_ code: String, _ message: String, _ hint: String) -> Reject {
    Reject(stage: .record, code: code, message: message, hint: hint, offset: nil, length: 0, line: 0, number: 0)
  }
}
