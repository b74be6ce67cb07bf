/// Turns findings into text for people:
///
///     shop.yaml:3:7: error[M101]: no such key: tpye
///       3 | - tpye: page-view
///         |   ^^^^ keys of an event
///         = write type
///
/// Whatever comes from files is escaped, so that it cannot reach the terminal as anything but text.
public struct DiagnosticRenderer: Sendable {
  /// Characters of a source line that are shown at most; a longer line is shown around the place.
  static let width = 120
  /// Unicode scalars of one of them that are shown at most; flags and families have about ten.
  static let scalars = 16

  private let sources: [String: [UInt8]]
  private let isColoured: Bool

  /// - Parameter sources: contents of the files that findings may point into, by the name that they use.
  public init(sources: [String: [UInt8]] = [:], isColoured: Bool = false) {
    // Places do not count a byte order mark.
    self.sources = sources.mapValues { Array($0.dropFirst(ByteOrderMark.length(of: $0))) }
    self.isColoured = isColoured
  }

  /// All of them, each ended by a line end, in order of position.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    let ordered = diagnostics.enumerated().sorted {
      let a = ($0.element.span?.line ?? 0, $0.element.span?.column ?? 0, $0.offset)
      let b = ($1.element.span?.line ?? 0, $1.element.span?.column ?? 0, $1.offset)
      return a < b
    }
    return ordered.map { render($0.element) }.joined()
  }

  /// One of them, ended by a line end.
  public func render(_ diagnostic: Diagnostic) -> String {
    let line = sourceLine(of: diagnostic)
    var place = ""
    if let file = diagnostic.file {
      place = DisplayText.escaped(file) + ":"
      if let span = diagnostic.span {
        place += "\(span.line):\(line.map { characters(before: span.column, in: $0) + 1 } ?? span.column):"
      }
      place += " "
    }
    let tint = diagnostic.severity == .error ? "31" : "33"
    var text = paint(place, "1") + paint("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", "1;" + tint)
    text += ": " + paint(DisplayText.escaped(diagnostic.message), "1") + "\n"

    var margin = "  "
    if let span = diagnostic.span, let line {
      let number = String(span.line)
      margin = String(repeating: " ", count: number.count + 2)
      let (shown, caret) = excerpt(line, span)
      text += paint("  \(number) | ", "34") + shown + "\n"
      let label = diagnostic.label.isEmpty ? "" : " " + DisplayText.escaped(diagnostic.label)
      text += paint(margin + " | ", "34") + caret.indent + paint(caret.marks + label, tint) + "\n"
    } else if !diagnostic.label.isEmpty {
      text += paint(margin + "| ", "34") + DisplayText.escaped(diagnostic.label) + "\n"
    }
    if !diagnostic.remedy.isEmpty {
      text += paint(margin + (line == nil ? "= " : " = "), "34") + DisplayText.escaped(diagnostic.remedy) + "\n"
    }
    return text
  }

  /// A finding's place in characters, as it is shown: line, column and length, each from 1. Bytes where the file is not
  /// at hand; nil without a place.
  public func shownPlace(of diagnostic: Diagnostic) -> SourceSpan? {
    guard let span = diagnostic.span else { return nil }
    guard let line = sourceLine(of: diagnostic) else { return span }
    let from = min(max(0, span.column - 1), line.count)
    let length = String(decoding: line.dropFirst(from).prefix(max(1, span.length)), as: UTF8.self).count
    return SourceSpan(
      line: span.line, column: characters(before: span.column, in: line) + 1, length: max(1, length))
  }

  private func paint(_ text: String, _ code: String) -> String {
    isColoured && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }

  private func sourceLine(of diagnostic: Diagnostic) -> ArraySlice<UInt8>? {
    guard let file = diagnostic.file, let source = sources[file], let span = diagnostic.span, span.line >= 1 else {
      return nil
    }
    var start = source.startIndex
    for _ in 1..<span.line {
      guard let newline = source[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      start = newline + 1
    }
    var end = source[start...].firstIndex(of: UInt8(ascii: "\n")) ?? source.endIndex
    if end > start, source[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return source[start..<end]
  }

  private func characters(before column: Int, in line: ArraySlice<UInt8>) -> Int {
    String(decoding: line.prefix(max(0, column - 1)), as: UTF8.self).count
  }

  /// The line as shown, and what stands below it.
  private func excerpt(_ line: ArraySlice<UInt8>, _ span: SourceSpan) -> (String, (indent: String, marks: String)) {
    let from = min(max(0, span.column - 1), line.count)
    let to = min(from + max(1, span.length), line.count)
    var before = cells(line.prefix(from))
    var marked = cells(line.dropFirst(from).prefix(to - from))
    var after = cells(line.dropFirst(to))
    let half = DiagnosticRenderer.width / 2
    if before.count + marked.count + after.count > DiagnosticRenderer.width {
      if before.count > half { before = ["…"] + before.suffix(half - 1) }
      if marked.count > half { marked = marked.prefix(half - 1) + ["…"] }
      let left = max(1, DiagnosticRenderer.width - before.count - marked.count)
      if after.count > left { after = after.prefix(left - 1) + ["…"] }
    }
    let indent = before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: $0.count) }.joined()
    let width = max(1, marked.reduce(0) { $0 + $1.count })
    return (
      (before + marked + after).joined(), (indent, String(repeating: "^", count: width))
    )
  }

  /// One element for each character; tabs are kept, so that the caret's line can repeat them.
  private func cells(_ bytes: ArraySlice<UInt8>) -> [String] {
    String(decoding: bytes, as: UTF8.self).map { character in
      // Any number of accents can stand on a letter, and be one character.
      let scalars = character.unicodeScalars.prefix(DiagnosticRenderer.scalars)
      return character == "\t" ? "\t" : DisplayText.escaped(String(String.UnicodeScalarView(scalars)))
    }
  }
}
