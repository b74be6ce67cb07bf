internal import CEL
internal import Pipeline

/// Text that YAML reads otherwise than its writer meant.
enum YAMLTrap {
  /// What YAML 1.1 or 1.2 makes of an unquoted word that stays text here; nil if all readers agree. A number that cannot
  /// be written here is called one.
  static func otherReading(of scalar: ConfigScalar) -> String? {
    guard scalar.style == .plain else { return nil }
    let text = scalar.text
    switch text {
    case "yes", "Yes", "YES", "on", "On", "ON", "True", "TRUE": return "true"
    case "no", "No", "NO", "off", "Off", "OFF", "False", "FALSE": return "false"
    default: break
    }
    guard let first = text.utf8.first, first == 0x2B || first == 0x2D || first == 0x2E || first.isDigit else {
      return nil
    }
    return sexagesimal(text) ?? underscored(text) ?? number(text)
  }

  /// `12:30:00` is 45000: base sixty, for times of the day.
  private static func sexagesimal(_ text: String) -> String? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...4).contains(parts.count), parts[0].first != "0" || parts[0] == "0" else { return nil }
    var total = 0
    for (index, part) in parts.enumerated() {
      guard part.utf8.count <= (index == 0 ? 6 : 2), part.utf8.allSatisfy(\.isDigit), let number = Int(part),
        index == 0 || number < 60
      else { return nil }
      total = total * 60 + number
    }
    return String(total)
  }

  /// `1_000`, `+5`, `0x1F`.
  private static func underscored(_ text: String) -> String? {
    let plain = text.replacing("_", with: "")
    if plain.hasPrefix("0x"), let number = Int(plain.dropFirst(2), radix: 16) { return String(number) }
    guard plain != text || text.first == "+", let number = Int(plain) else { return nil }
    return String(number)
  }

  /// `1E5`, `.5`, and what has more digits than a number here.
  private static func number(_ text: String) -> String? {
    guard !JSONLiteral.isNumber(text) else { return nil }
    let isDigit: (Character) -> Bool = { $0.isASCII && $0.isNumber }
    var rest = text.drop { $0 == "-" || $0 == "+" }
    guard text.count - rest.count <= 1 else { return nil }
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    let fraction = rest.first == "." ? rest.dropFirst().prefix(while: isDigit) : ""
    if rest.first == "." { rest = rest.dropFirst(1 + fraction.count) }
    // With zeros before it, it is the name of something.
    guard !whole.isEmpty || !fraction.isEmpty, whole == "0" || whole.first != "0" else { return nil }
    var exponent: Int? = 0
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      let power = rest.first == "-" || rest.first == "+" ? rest.dropFirst() : rest
      guard !power.isEmpty, power.allSatisfy(isDigit) else { return nil }
      exponent = Int(rest)
    } else if !rest.isEmpty {
      return nil
    }
    let plain = exponent.flatMap { shifted(String(whole), String(fraction), by: $0) } ?? ""
    let signed = (text.first == "-" ? "-" : "") + plain
    return JSONLiteral.isNumber(signed) ? signed : "a number"
  }

  /// The digits with the point where the exponent puts it; nil beyond all numbers that can be written here.
  private static func shifted(_ whole: String, _ fraction: String, by exponent: Int) -> String? {
    guard (-30...30).contains(exponent) else { return nil }
    let zeros = String(repeating: "0", count: abs(exponent))
    let digits = exponent < 0 ? zeros + whole + fraction : whole + fraction + zeros
    let point = whole.count + max(0, exponent)
    let before = String(digits.prefix(point).drop { $0 == "0" })
    var behind = digits.dropFirst(point)
    while behind.last == "0" { behind.removeLast() }
    return (before.isEmpty ? "0" : before) + (behind.isEmpty ? "" : "." + behind)
  }

  // MARK: Expressions

  /// Expressions that YAML cut or split before they came here, with the place of what was written.
  ///
  /// Texts that stand in quotes which are none to YAML are found on the same way.
  static func cutExpressions(in root: ConfigNode, _ source: SourceText) -> [Diagnostic] {
    var findings: [Diagnostic] = []
    var open = [root]
    while let node = open.popLast(), findings.count < 50 {
      switch node {
      case .scalar(let scalar):
        if let finding = cut(scalar, source) ?? curlyQuotes(scalar, source) { findings.append(finding) }
      case .list(let nodes, _): open += nodes
      case .map(let entries, _): open += entries.map(\.value)
      }
    }
    return findings
  }

  /// Quotes of a word processor are part of the text.
  private static func curlyQuotes(_ scalar: ConfigScalar, _ source: SourceText) -> Diagnostic? {
    guard scalar.style == .plain, scalar.text.count >= 2, let first = scalar.text.first, let last = scalar.text.last,
      "“”„‟‘’‚‛«»‹›".contains(first), "“”„‟‘’‚‛«»‹›".contains(last)
    else { return nil }
    return Diagnostic(
      "M210", "the quotes of \(scalar.text) are part of the text: they are not those of YAML", severity: .warning,
      remedy: "write straight quotes, or put such around it if they are meant", file: source.file, span: scalar.span)
  }

  private static func cut(_ scalar: ConfigScalar, _ source: SourceText) -> Diagnostic? {
    let isVariable = scalar.text.hasPrefix("env(")
    guard scalar.style == .plain, isVariable || ExpressionCompiler.isExpression(scalar),
      scalar.span.line <= source.lines.count, scalar.text.utf8.count <= 10_000
    else { return nil }
    func isWhole() -> Bool {
      if isVariable { return scalar.text.hasSuffix(")") }
      if case .success = Parser.parse(String(scalar.text.dropFirst())) { return true }
      return false
    }
    let line = source.lines[scalar.span.line - 1]
    let start = line.startIndex + scalar.span.column - 1
    let written = Array(scalar.text.utf8)
    guard start + written.count <= line.endIndex, Array(line[start..<start + written.count]) == written else {
      return nil
    }
    var next = start + written.count
    let gap = next
    while next < line.endIndex, line[next] == 0x20 || line[next] == 0x09 { next += 1 }
    guard next < line.endIndex else { return nil }
    switch line[next] {
    case UInt8(ascii: "#") where next > gap:
      // A comment behind a complete expression is one.
      guard !isWhole() else { return nil }
      return finding(
        scalar, "YAML ends this expression at ` #`, which begins a comment", start..<trimmed(line, to: line.endIndex),
        source)
    case UInt8(ascii: ","):
      guard !isWhole(), let end = end(of: line, from: start, splitAt: next) else { return nil }
      return finding(
        scalar, "YAML splits this \(isVariable ? "env(…)" : "expression") at the comma inside it", start..<end, source)
    default: return nil
    }
  }

  private static func finding(
    _ scalar: ConfigScalar, _ message: String, _ range: Range<Int>, _ source: SourceText
  ) -> Diagnostic {
    let span = SourceSpan(line: scalar.span.line, column: scalar.span.column, length: max(1, range.count))
    return Diagnostic(
      "M124", message, remedy: "put single quotes around \(scalar.text.hasPrefix("=") ? "this expression" : "it")",
      file: source.file,
      span: span)
  }

  private static func trimmed(_ line: ArraySlice<UInt8>, to end: Int) -> Int {
    var end = end
    while end > line.startIndex, line[end - 1] == 0x20 { end -= 1 }
    return end
  }

  /// Where an expression ends that YAML split inside brackets or quotes; nil if it was split at its end.
  private static func end(of line: ArraySlice<UInt8>, from start: Int, splitAt split: Int) -> Int? {
    var depth = 0
    var quote: UInt8?
    for at in start..<line.endIndex {
      let byte = line[at]
      if at == split, depth == 0, quote == nil { return nil }
      if let open = quote {
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        if depth == 0 { return at > split ? trimmed(line, to: at) : nil }
        depth -= 1
      case UInt8(ascii: ",") where depth == 0: return at > split ? trimmed(line, to: at) : nil
      default: break
      }
    }
    return nil
  }

  /// The findings without those that only follow from a cut expression.
  static func withoutConsequences(_ all: [Diagnostic]) -> [Diagnostic] {
    let traps = all.filter { $0.code == "M124" }.compactMap(\.span)
    guard !traps.isEmpty else { return all }
    return all.filter { finding in
      guard finding.code != "M124", let span = finding.span else { return true }
      return !traps.contains { trap in
        trap.line == span.line && span.column >= trap.column && span.column <= trap.column + trap.length
      }
    }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}
