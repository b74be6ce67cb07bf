internal import CYAML
import Pipeline

/// Reads a mapping's YAML into nodes that know their places. Every scalar stays text: which type it has is for the
/// key that it stands under to say, so that `NO` is no boolean and `12:30:00` no number.
///
/// libyaml's events are read directly. Anchors, aliases, tags and further documents are refused: a mapping means what
/// it says where it says it.
enum YAMLDocument {
  /// Levels of nesting; more is an error.
  static let deepest = 64
  /// Bytes of a mapping file; more is an error.
  static let largest = 10 << 20

  /// Throws M009 for a file that is too large, before anything is made of it.
  static func checkSize(_ bytes: [UInt8], file: String) throws(Diagnostics) {
    guard bytes.count > largest else { return }
    throw Diagnostics([
      Diagnostic(
        "M009", "the mapping is larger than 10 MiB", remedy: "split it, or check that this is the mapping file",
        file: file)
    ])
  }

  static func parse(_ source: SourceText) throws(Diagnostics) -> ConfigNode {
    if let finding = UnreadableText.find(in: source) { throw Diagnostics([finding]) }
    var builder = Builder(source: source)
    let root = builder.build()
    if !builder.findings.isEmpty { throw Diagnostics(builder.findings) }
    guard let root else {
      throw Diagnostics([
        Diagnostic(
          "M001", "the mapping is empty", remedy: "begin with `mapping: NAME`; see docs/mapping.md", file: source.file)
      ])
    }
    return root
  }

  private struct Builder {
    let source: SourceText
    var findings: [Diagnostic] = []
    private var root: ConfigNode?
    private var stack: [Open] = []
    private var lastQuoted: Quoted?

    /// A list or map that has begun.
    private final class Open {
      let isMap: Bool
      let span: SourceSpan
      var nodes: [ConfigNode] = []
      var entries: [ConfigEntry] = []
      /// The key whose value comes next.
      var key: (text: String, span: SourceSpan)?
      var firstLines: [String: Int] = [:]

      init(isMap: Bool, span: SourceSpan) {
        self.isMap = isMap
        self.span = span
      }

      var node: ConfigNode { isMap ? .map(entries, span) : .list(nodes, span) }
    }

    /// The text in quotes that was read last.
    private struct Quoted {
      let span: SourceSpan
      /// Line ends in it.
      let lines: Int
      let end: yaml_mark_t
    }

    /// Findings after which reading stops.
    private static let most = 100

    init(source: SourceText) { self.source = source }

    mutating func build() -> ConfigNode? {
      // The parser keeps a pointer to itself and to the bytes: both live until it is deleted below.
      let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
      defer { parser.deallocate() }
      guard yaml_parser_initialize(parser) == 1 else {
        report("M001", "the YAML reader cannot start", nil, remedy: "free some memory")
        return nil
      }
      defer { yaml_parser_delete(parser) }
      return source.bytes.withUnsafeBufferPointer { bytes in
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        return read(parser)
      }
    }

    private mutating func read(_ parser: UnsafeMutablePointer<yaml_parser_t>) -> ConfigNode? {
      var event = yaml_event_t()
      while true {
        guard yaml_parser_parse(parser, &event) == 1 else {
          reportSyntax(parser.pointee, behind: lastQuoted, in: stack.last?.span)
          return nil
        }
        defer { yaml_event_delete(&event) }
        let span = source.span(event.start_mark, event.end_mark)
        lastQuoted = nil
        if findings.count >= Self.most { return nil }
        switch event.type {
        case YAML_STREAM_END_EVENT: return root
        case YAML_DOCUMENT_START_EVENT where root != nil:
          report("M002", "a second document in one file", span, remedy: "keep one mapping in a file")
          return nil
        case YAML_ALIAS_EVENT:
          report(
            "M002", "an alias (`*name`)", span,
            remedy: "write the value out: mappings have no anchors; a pattern that begins with `*` stands in quotes")
          return nil
        case YAML_SCALAR_EVENT: take(scalar: event, span)
        case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT: guard begin(event, span) else { return nil }
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
          if let finished = stack.popLast()?.node { put(finished) }
        default: break
        }
      }
    }

    /// Whether what comes next is a key.
    private var awaitsKey: Bool { stack.last.map { $0.isMap && $0.key == nil } ?? false }

    private mutating func take(scalar event: yaml_event_t, _ span: SourceSpan) {
      let scalar = event.data.scalar
      refuse(anchor: scalar.anchor, tag: scalar.tag, span)
      if [YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE].contains(scalar.style) {
        lastQuoted = Quoted(span: span, lines: event.end_mark.line - event.start_mark.line, end: event.end_mark)
      }
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      if awaitsKey {
        if text == "<<", scalar.style == YAML_PLAIN_SCALAR_STYLE {
          report(
            "M002", "a merge key (`<<`)", span, remedy: "write the keys out; put quotes around it if it is a name")
        }
        take(key: text, span)
      } else {
        put(.scalar(ConfigScalar(text: text, style: style(scalar.style), span: span)))
      }
    }

    private mutating func take(key text: String, _ span: SourceSpan) {
      guard let open = stack.last else { return }
      if let line = open.firstLines[text] {
        report(
          "M003", "key '\(text)' stands twice", span, label: "first at line \(line)",
          remedy: "remove one of the two: the later would silently win")
      } else {
        open.firstLines[text] = span.line
      }
      open.key = (text, span)
    }

    /// Begins a list or map; false if it is no place for one.
    private mutating func begin(_ event: yaml_event_t, _ span: SourceSpan) -> Bool {
      let isMap = event.type == YAML_MAPPING_START_EVENT
      if isMap {
        refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, span)
      } else {
        refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, span)
      }
      if awaitsKey {
        report("M001", "a key that is not a word", span, remedy: "use plain text as key")
        return false
      }
      guard stack.count < YAMLDocument.deepest else {
        report("M009", "nested more than \(YAMLDocument.deepest) levels deep", span, remedy: "flatten the mapping")
        return false
      }
      stack.append(Open(isMap: isMap, span: span))
      return true
    }

    /// Puts a node that is complete where it belongs.
    private mutating func put(_ node: ConfigNode) {
      guard let open = stack.last else {
        root = node
        return
      }
      if let key = open.key {
        open.entries.append(ConfigEntry(key: key.text, keySpan: key.span, value: node))
        open.key = nil
      } else {
        open.nodes.append(node)
      }
    }

    private func style(_ style: yaml_scalar_style_t) -> ConfigScalar.Style {
      switch style {
      case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
      case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
      case YAML_LITERAL_SCALAR_STYLE: .literal
      case YAML_FOLDED_SCALAR_STYLE: .folded
      default: .plain
      }
    }

    private mutating func refuse(
      anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?, _ span: SourceSpan
    ) {
      if anchor != nil {
        report("M002", "an anchor (`&name`)", span, remedy: "remove it: mappings have no anchors")
      }
      if tag != nil {
        report("M002", "a tag (`!name`)", span, remedy: "remove it, or put quotes around text that begins with `!`")
      }
    }

    /// libyaml stops at what it cannot read. If that is because a quote or a bracket further up is still open, the place
    /// to look at is where it was opened.
    private mutating func reportSyntax(_ parser: yaml_parser_t, behind quoted: Quoted?, in open: SourceSpan?) {
      let problem = parser.problem.map { String(cString: $0) } ?? "this is not YAML"
      let context = parser.context.map { String(cString: $0) } ?? ""
      let place = source.span(parser.problem_mark, parser.problem_mark)
      let opening = source.span(parser.context_mark, parser.context_mark)
      let trap = source.trap(before: place)
      let isInBrackets = context == "while parsing a flow mapping" || context == "while parsing a flow sequence"
      let isAtEnd = source.isEnd(parser.problem_mark)
      let isInQuote = context == "while scanning a quoted scalar"
      if let blank = source.strangeBlank(near: place) {
        report(
          "M001", "the blank here is not an ordinary one (U+\(blank.code)), which YAML takes for a letter", blank.span,
          remedy: "write an ordinary blank")
      } else if isInQuote, let expression = source.cutExpression(before: opening) {
        report(
          "M124", "YAML splits this expression at the comma inside it", expression,
          remedy: "put single quotes around this expression")
      } else if isInQuote, problem == "found unexpected end of stream" {
        report("M001", "a quote that is never closed", opening, remedy: "close it where the text ends")
      } else if let quoted, quoted.lines > 0, quoted.end.index == parser.problem_mark.index {
        report(
          "M001", "the text in quotes that begins here ends at line \(place.line), and more follows it", quoted.span,
          remedy: "close the quote where the text ends")
      } else if isAtEnd, isInBrackets || context == "while parsing a flow node" {
        report(
          "M001", "a bracket that is never closed", isInBrackets ? opening : open ?? opening,
          remedy: "close it where the list or map ends")
      } else if isInBrackets, opening.line < place.line, trap == nil {
        report(
          "M001", "a bracket that is not closed before line \(place.line): \(problem)", opening,
          remedy: "close it, or put a comma before what stands there")
      } else {
        report(
          "M001", problem, place, remedy: trap ?? "check quotes, indentation and brackets near this place")
      }
    }

    private mutating func report(
      _ code: String, _ message: String, _ span: SourceSpan?, label: String = "", remedy: String = ""
    ) {
      findings.append(Diagnostic(code, message, label: label, remedy: remedy, file: source.file, span: span))
    }
  }
}

extension SourceText {
  /// libyaml's marks count characters; spans count bytes.
  func span(_ start: yaml_mark_t, _ end: yaml_mark_t) -> SourceSpan {
    let line = min(Int(start.line), lines.count - 1)
    let column = byteColumn(line: line, character: Int(start.column))
    var length = 1
    if end.line == start.line {
      length = max(1, byteColumn(line: line, character: Int(end.column)) - column)
    } else if line < lines.count {
      length = max(1, lines[line].count - column)
    }
    return SourceSpan(line: line + 1, column: column + 1, length: length)
  }

  /// Whether nothing stands at a mark or behind it.
  func isEnd(_ mark: yaml_mark_t) -> Bool {
    let line = Int(mark.line)
    return line >= lines.count
      || line == lines.count - 1 && byteColumn(line: line, character: Int(mark.column)) >= lines[line].count
  }

  private func byteColumn(line: Int, character: Int) -> Int {
    guard line < lines.count else { return 0 }
    if isASCII[line] { return min(character, lines[line].count) }
    var seen = 0
    for (offset, byte) in lines[line].enumerated() where byte & 0xC0 != 0x80 {
      if seen == character { return offset }
      seen += 1
    }
    return lines[line].count
  }
}
