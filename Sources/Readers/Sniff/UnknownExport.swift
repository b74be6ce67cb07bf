internal import Pipeline

/// Why an input that looks like an export is none that a reader takes, by its shape: the commonest are JSON that is not
/// one object a line, XML that is broken, and tables whose rows differ.
struct UnknownExport {
  /// What the user can do.
  let remedy: String

  /// Bytes of lines looked at.
  private static let reach = 1 << 18

  /// nil if nothing can be said of it.
  init?(_ head: SniffHead) {
    let bytes = head.bytes.dropFirst(ByteOrderMark.length(of: head.bytes))
    let text = bytes.drop { $0 <= 0x20 }
    let remedy =
      switch text.first {
      case UInt8(ascii: "["): UnknownExport.array(text)
      case UInt8(ascii: "{"): UnknownExport.objects(text)
      case UInt8(ascii: "<"): UnknownExport.document(head)
      default: UnknownExport.table(bytes.prefix(UnknownExport.reach))
      }
    guard let remedy else { return nil }
    self.remedy = remedy
  }

  /// An array of objects. A log may begin with a bracket, too, which is around its time.
  private static func array(_ text: ArraySlice<UInt8>) -> String? {
    guard text.dropFirst().first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return nil }
    return "it is one JSON array, and `jsonl` reads an object a line: jq -c '.[]' FILE | trackfill … -"
  }

  private static func objects(_ text: ArraySlice<UInt8>) -> String? {
    let line = text.prefix { $0 != 0x0A }.reversed().drop { $0 <= 0x20 }.reversed()
    switch end(of: Array(line)) {
    case .insideValue:
      return "its JSON goes over several lines, and `jsonl` reads an object a line: jq -c . FILE | trackfill … -"
    case .comma:
      return
        "commas stand behind its objects, and `jsonl` reads an object a line: sed 's/,[[:space:]]*$//' FILE | trackfill … -"
    case .other: return nil
    }
  }

  private enum LineEnd { case insideValue, comma, other }

  private static func end(of line: [UInt8]) -> LineEnd {
    let scanner = JSONScanner(paths: [])
    return (line + [UInt8](repeating: 0, count: Block.padding)).withUnsafeBufferPointer { padded in
      guard let start = padded.baseAddress, let failure = scanner.scan(start, start + line.count) else { return .other }
      switch failure.reason {
      case .unterminated: return .insideValue
      case .trailing:
        let isLast = failure.at == start + line.count - 1
        return isLast && failure.at.pointee == UInt8(ascii: ",") ? .comma : .other
      default: return .other
      }
    }
  }

  /// What the parser says of a document that breaks before its first record.
  private static func document(_ head: SniffHead) -> String? {
    guard let outline = XMLOutline(head.raw, isComplete: head.isComplete, zone: .utc) else { return nil }
    guard let fault = outline.fault else {
      return outline.hasDoctype
        ? "entities that its document type declares are not read: xmllint --noent --dropdtd FILE | trackfill … -" : nil
    }
    return "it looks like XML, but at line \(fault.line) it is not well-formed: \(fault.reason)"
  }

  /// Rows of which some, but too few, have as many fields.
  private static func table(_ bytes: ArraySlice<UInt8>) -> String? {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    // The last one may be cut.
    if lines.count > 1 { lines.removeLast() }
    let texts = lines.count { !$0.allSatisfy { $0 <= 0x20 } }
    var best: (delimiter: UInt8, widths: [(line: Int, width: Int)], width: Int, count: Int)?
    for delimiter in [UInt8(ascii: ";"), 0x09, UInt8(ascii: "|"), UInt8(ascii: ",")] {
      let widths = lines.enumerated().filter { !$1.allSatisfy { $0 <= 0x20 && $0 != 0x09 } }
        .map { (line: $0 + 1, width: width($1, delimiter)) }
      let counts = Dictionary(widths.filter { $0.width > 1 }.map { ($0.width, 1) }, uniquingKeysWith: +)
      // Of widths that occur as often the smaller one: what is more is more often too much.
      guard let common = counts.max(by: { ($0.value, -$0.key) < ($1.value, -$1.key) }) else { continue }
      if common.value > best?.count ?? 0 { best = (delimiter, widths, common.key, common.value) }
    }
    if texts == 1, best != nil { return "it has a single line, perhaps a header; a table needs rows" }
    guard let best, best.widths.count > 2, best.count < best.widths.count, best.count * 3 >= best.widths.count,
      let first = best.widths.first(where: { $0.width == best.width }),
      let other = best.widths.first(where: { $0.width != best.width })
    else { return nil }
    let name = best.delimiter == 0x09 ? "tabs" : "'\(Character(Unicode.Scalar(best.delimiter)))'"
    let share = "\(best.count) of \(best.widths.count) rows have \(best.width) fields"
    let words = "it looks like a table by \(name), but only \(share)"
    if other.line < first.line {
      return "\(words); if its header is line \(first.line): tail -n +\(first.line) FILE | trackfill … -"
    }
    return "\(words), not line \(other.line): mend these, or write `input` with `ragged: fill` or `ragged: ignore`"
  }

  /// Fields of a line. A delimiter in quotes is none.
  private static func width(_ line: ArraySlice<UInt8>, _ delimiter: UInt8) -> Int {
    var isQuoted = false
    var width = 1
    for byte in line {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() } else if byte == delimiter, !isQuoted { width += 1 }
    }
    return width
  }
}
