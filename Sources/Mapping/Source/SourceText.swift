import Pipeline

/// A mapping file's text, for finding places in it.
struct SourceText: Sendable {
  let file: String
  let bytes: [UInt8]
  /// Without line ends.
  let lines: [ArraySlice<UInt8>]
  /// Lines in which a character is a byte.
  let isASCII: [Bool]

  init(_ bytes: [UInt8], file: String) {
    self.bytes = Array(bytes.dropFirst(ByteOrderMark.length(of: bytes)))
    self.file = file
    lines = self.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0
    }
    isASCII = lines.map { $0.allSatisfy { $0 < 0x80 } }
  }

  /// The place of a byte range of a scalar's text. The source is walked beside the text, so that quotes, escapes and
  /// folded lines do not move the caret.
  func place(_ range: Range<Int>, in scalar: ConfigScalar) -> SourceSpan {
    let text = Array(scalar.text.utf8)
    var line = scalar.span.line - 1
    var column = scalar.span.column - 1
    switch scalar.style {
    case .doubleQuoted: return escapedPlace(range, in: scalar)
    case .singleQuoted: column += 1
    case .literal, .folded:
      line += 1
      column = 0
    case .plain: break
    }
    var found: SourceSpan?
    var at = 0
    while at < text.count, at < range.lowerBound, line < lines.count {
      let row = lines[line]
      let index = row.startIndex + column
      guard index < row.endIndex else {
        // The end of a line stands for a blank (folded) or for itself.
        if text[at] == UInt8(ascii: "\n") || text[at] == UInt8(ascii: " ") { at += 1 }
        line += 1
        column = 0
        continue
      }
      if row[index] == text[at] {
        let isPair =
          scalar.style == .singleQuoted && text[at] == UInt8(ascii: "'")
          && index + 1 < row.endIndex && row[index + 1] == UInt8(ascii: "'")
        at += 1
        column += isPair ? 2 : 1
      } else {
        column += 1
      }
    }
    if line < lines.count {
      // Indentation before the first character of a block's line.
      while at < text.count, lines[line].startIndex + column < lines[line].endIndex,
        lines[line][lines[line].startIndex + column] == UInt8(ascii: " "), text[at] != UInt8(ascii: " ")
      { column += 1 }
      let room = max(1, lines[line].count - column)
      found = SourceSpan(line: line + 1, column: column + 1, length: min(max(1, range.count), room))
    }
    return found ?? scalar.span
  }

  /// In double quotes every source character is decoded as YAML does (YAML 1.1 §5.6, §9.3.1): escapes stand for one to
  /// four bytes of text, a line's end for a blank, empty lines for line feeds.
  private func escapedPlace(_ range: Range<Int>, in scalar: ConfigScalar) -> SourceSpan {
    var line = scalar.span.line - 1
    var column = scalar.span.column
    var seen = 0
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    func nextLine() {
      line += 1
      column = line < lines.count ? lines[line].prefix(while: isBlank).count : 0
    }
    while line < lines.count {
      let rest = lines[line].dropFirst(column)
      if rest.allSatisfy(isBlank) {
        nextLine()
        var feeds = 0
        while line < lines.count, lines[line].allSatisfy(isBlank) {
          feeds += 1
          nextLine()
        }
        seen += max(1, feeds)
        continue
      }
      if rest.count == 1, rest.first == UInt8(ascii: "\\") {
        nextLine()
        continue
      }
      guard seen < range.lowerBound else { break }
      guard let first = rest.first, first == UInt8(ascii: "\\") else {
        seen += 1
        column += 1
        continue
      }
      let digits: Int
      switch rest.dropFirst().first ?? 0 {
      case UInt8(ascii: "x"): digits = 2
      case UInt8(ascii: "u"): digits = 4
      case UInt8(ascii: "U"): digits = 8
      case UInt8(ascii: "N"), UInt8(ascii: "_"):
        seen += 1
        digits = 0
      case UInt8(ascii: "L"), UInt8(ascii: "P"):
        seen += 2
        digits = 0
      default: digits = 0
      }
      if digits > 0 {
        let number = UInt32(String(decoding: rest.dropFirst(2).prefix(digits), as: UTF8.self), radix: 16) ?? 0
        seen += Unicode.Scalar(number).map { UTF8.width($0) } ?? 1
      } else {
        seen += 1
      }
      column += 2 + digits
    }
    guard line < lines.count else { return scalar.span }
    let room = max(1, lines[line].count - column)
    return SourceSpan(line: line + 1, column: column + 1, length: min(max(1, range.count), room))
  }

  /// Whether something stands on the line behind an unquoted text, so that YAML may have ended it there; also where that cannot
  /// be told.
  func isFollowed(_ scalar: ConfigScalar) -> Bool {
    guard lines.indices.contains(scalar.span.line - 1) else { return true }
    let rest = lines[scalar.span.line - 1].dropFirst(scalar.span.column - 1)
    guard rest.starts(with: scalar.text.utf8) else { return true }
    return rest.dropFirst(scalar.text.utf8.count).contains { $0 != 0x20 && $0 != 0x09 }
  }

  /// Whether the word before a place has a colon in it that no blank follows, which is no colon to YAML.
  func isBehindTightColon(_ place: SourceSpan) -> Bool {
    guard lines.indices.contains(place.line - 1),
      let word = lines[place.line - 1].prefix(place.column - 1).split(separator: 0x20).last
    else { return false }
    return word.last != UInt8(ascii: ":") && word.contains(UInt8(ascii: ":"))
  }

  /// A blank that only looks like one, between what YAML parts by blanks, on a line or the one with text before it.
  func strangeBlank(near place: SourceSpan) -> (code: String, span: SourceSpan)? {
    var line = place.line - 1
    guard lines.indices.contains(line) else { return nil }
    if let found = strangeBlank(on: line) { return found }
    repeat { line -= 1 } while line >= 0 && lines[line].allSatisfy { $0 == 0x20 || $0 == 0x09 }
    return line >= 0 ? strangeBlank(on: line) : nil
  }

  private func strangeBlank(on line: Int) -> (code: String, span: SourceSpan)? {
    guard !isASCII[line] else { return nil }
    var column = 1
    // Blanks count at a line's beginning, and behind a colon or dash.
    var counts = true
    for scalar in String(decoding: lines[line], as: UTF8.self).unicodeScalars {
      let length = UTF8.width(scalar)
      if !scalar.isASCII, counts, scalar.properties.isWhitespace || scalar.value == 0x200B {
        let code = String(scalar.value, radix: 16, uppercase: true)
        return (
          String(repeating: "0", count: max(0, 4 - code.count)) + code,
          SourceSpan(line: line + 1, column: column, length: length)
        )
      }
      counts = scalar == ":" || scalar == "-" || counts && scalar == " "
      column += length
    }
    return nil
  }

  /// The expression in braces or brackets whose comma stands before a quote, which for YAML begins a text there; nil unless
  /// something in it is still open at the place.
  func cutExpression(before place: SourceSpan) -> SourceSpan? {
    guard lines.indices.contains(place.line - 1) else { return nil }
    let line = lines[place.line - 1]
    let before = Array(line.prefix(place.column - 1))
    let equals = UInt8(ascii: "=")
    // Where a value can begin; the last one counts.
    guard
      let start = before.indices.last(where: { at in
        guard before[at] == equals, at + 1 < before.count, before[at + 1] != equals else { return false }
        guard let sign = before[..<at].last(where: { $0 != 0x20 }) else { return false }
        return before[at - 1] == 0x20 && sign == UInt8(ascii: ":") || sign == UInt8(ascii: "[")
      })
    else { return nil }
    let expression = before[start...]
    let opens = expression.count { $0 == UInt8(ascii: "(") } - expression.count { $0 == UInt8(ascii: ")") }
    guard opens > 0 || expression.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 1,
      expression.contains(UInt8(ascii: ","))
    else { return nil }
    return SourceSpan(line: place.line, column: start + 1, length: line.count - start)
  }

  /// The remedy where YAML reads what stands on the line, up to a place and with it, otherwise than its writer meant; nil if
  /// nothing looks like that.
  func trap(before place: SourceSpan) -> String? {
    guard place.line >= 1, place.line <= lines.count else { return nil }
    let text = String(decoding: lines[place.line - 1].prefix(place.column), as: UTF8.self)
    if text.contains(": =") || text.contains("[=") || text.contains("[ =") || text.contains("- =") {
      return "put single quotes around this expression"
    }
    if text.contains(": env(") { return "put single quotes around env(…): in braces YAML splits it at the comma" }
    if text.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
      return "indent with blanks: YAML allows no tabs there"
    }
    if [": *", "[*", "[ *", ", *", "- *"].contains(where: text.contains) {
      return "put quotes around a pattern that begins with `*`"
    }
    if [": @", "- @", "[@", ": `", "- `", ": %", "- %"].contains(where: text.contains) {
      return "put quotes around text that begins with a sign"
    }
    if text.contains("\""), text.contains("\\") {
      return "in double quotes a backslash begins an escape: put the text into single quotes"
    }
    return nil
  }
}
