import Pipeline

/// Everything that is wrong in a mapping file, and not only what is found first.
final class Findings {
  let source: SourceText
  private(set) var all: [Diagnostic] = []

  init(_ source: SourceText) { self.source = source }

  func error(_ code: String, _ message: String, at span: SourceSpan?, label: String = "", remedy: String = "") {
    add(Diagnostic(code, message, label: label, remedy: remedy, file: source.file, span: span))
  }

  func warn(_ code: String, _ message: String, at span: SourceSpan?, remedy: String = "") {
    add(Diagnostic(code, message, severity: .warning, remedy: remedy, file: source.file, span: span))
  }

  /// For keys whose value is the same for every record.
  func refuseExpression(_ scalar: ConfigScalar) {
    guard scalar.text.hasPrefix("=") else { return }
    error(
      "M006", "an expression where only literal text can stand", at: scalar.span,
      remedy: scalar.text.hasPrefix("=env(")
        ? "write env(NAME), without '=' and without quotes around the name"
        : "write the text; it is the same for every record")
  }

  /// Whether YAML takes a literal for null.
  static func isNull(_ scalar: ConfigScalar) -> Bool {
    scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.text)
  }

  /// Whether a literal says something; reports it if not. Warns of what other YAML readers take for something else.
  func isValue(_ scalar: ConfigScalar) -> Bool {
    guard !(scalar.text.isEmpty && scalar.style == .plain) else {
      error(
        "M007", "no value", at: scalar.span,
        remedy: source.isBehindTightColon(scalar.span)
          ? "put a blank behind the colon: key: value" : "give one, or leave the key out")
      return false
    }
    if Self.isNull(scalar) {
      error(
        "M007", "'\(scalar.text)' is not a value: nothing is ever emitted as null", at: scalar.span,
        remedy: "leave the key out, or put quotes around text")
      return false
    }
    if let other = YAMLTrap.otherReading(of: scalar) {
      warn(
        "M210", "'\(scalar.text)' is text here; other YAML readers take it for \(other)", at: scalar.span,
        remedy: other == "true" || other == "false" || JSONLiteral.isNumber(other)
          ? "put quotes around it if it is text, else write \(other)"
          : "put quotes around it: a number has "
            + (scalar.text.contains { $0 == "e" || $0 == "E" } ? "no exponent, and " : "")
            + "at most 15 digits before the point and 15 behind it")
    }
    return true
  }

  /// Errors that are kept, and warnings; whoever has more has another kind of file. They are counted apart: a flood of
  /// warnings must not hide an error.
  private static let most = 200
  private var counts: [Diagnostic.Severity: Int] = [:]

  func add(_ diagnostic: Diagnostic) {
    guard counts[diagnostic.severity, default: 0] < Self.most, !all.contains(diagnostic) else { return }
    counts[diagnostic.severity, default: 0] += 1
    all.append(diagnostic)
  }

  /// In the order of the file, errors and warnings together.
  var sorted: [Diagnostic] {
    YAMLTrap.withoutConsequences(all).enumerated().sorted { a, b in
      let (x, y) = (a.element.span, b.element.span)
      // What was found in a table stands behind what was found in the mapping.
      let (i, j) = (a.element.file == source.file ? 0 : 1, b.element.file == source.file ? 0 : 1)
      return (i, x?.line ?? 0, x?.column ?? 0, a.offset) < (j, y?.line ?? 0, y?.column ?? 0, b.offset)
    }.map(\.element)
  }

  var hasErrors: Bool { all.contains { $0.severity == .error } }
}
