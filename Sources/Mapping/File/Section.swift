import Pipeline

/// Reads the keys of one map of the mapping file, remembers which it was asked for, and reports everything that is
/// wrong instead of stopping at the first.
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

  /// Whether a literal says something; reports it if not. Warns of what other YAML readers take for something else.
  func isValue(_ scalar: ConfigScalar) -> Bool {
    guard !(scalar.text.isEmpty && scalar.style == .plain) else {
      error("M007", "no value", at: scalar.span, remedy: "give one, or leave the key out")
      return false
    }
    if scalar.style == .plain, ["~", "null", "Null", "NULL"].contains(scalar.text) {
      error(
        "M007", "'\(scalar.text)' is no value: nothing is ever emitted as null", at: scalar.span,
        remedy: "leave the key out, or put quotes around text")
      return false
    }
    if let other = YAMLTrap.otherReading(of: scalar) {
      warn(
        "M210", "'\(scalar.text)' is text here; other YAML readers take it for \(other)", at: scalar.span,
        remedy: other == "true" || other == "false" || JSONLiteral.isNumber(other)
          ? "put quotes around it if it is text, else write \(other)"
          : "put quotes around it: a number has at most 15 digits before the point and 15 behind it")
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

/// A map with the keys that may stand in it.
struct Section {
  let title: String
  let node: ConfigNode
  let findings: Findings

  /// Nil, with a finding, if the node is no map. Unknown keys are findings too.
  init?(_ node: ConfigNode, _ title: String, keys: [String], _ findings: Findings) {
    guard let entries = node.entries else {
      findings.error(
        "M006", "\(title) must be a map", at: node.span,
        remedy: "write keys and values: \(keys.joined(separator: ", "))")
      return nil
    }
    self.title = title
    self.node = node
    self.findings = findings
    // One unknown key is a slip; a thousand are another kind of file, and one finding says so.
    for entry in entries.filter({ !keys.contains($0.key) }).prefix(20) {
      findings.error(
        "M004", "unknown key '\(entry.key)' in \(title)", at: entry.keySpan,
        remedy: Suggestion.remedy(for: entry.key, among: keys))
    }
  }

  subscript(key: String) -> ConfigNode? { node[key] }

  func keySpan(_ key: String) -> SourceSpan { node.entries?.first { $0.key == key }?.keySpan ?? node.span }

  func scalar(_ key: String) -> ConfigScalar? {
    guard let value = node[key] else { return nil }
    if let scalar = value.scalar { return scalar }
    findings.error(
      "M006", "'\(key)' must be a single value", at: value.span, remedy: "write one value behind the colon")
    return nil
  }

  func text(_ key: String) -> String? { scalar(key)?.text }

  func required(_ key: String, _ remedy: String) -> ConfigScalar? {
    if node[key] == nil {
      findings.error("M005", "\(title) needs '\(key)'", at: node.span, remedy: remedy)
    }
    return scalar(key)
  }

  /// One value or a list of values.
  func nodes(_ key: String) -> [ConfigNode] {
    guard let value = node[key] else { return [] }
    return value.list ?? [value]
  }

  func names(_ key: String) -> [ConfigScalar] {
    nodes(key).compactMap { node in
      if let scalar = node.scalar { return scalar }
      findings.error("M006", "'\(key)' must be a list of names", at: node.span, remedy: "write [a, b.c]")
      return nil
    }
  }

  /// Entries of one list that a mapping may have: conditions are bound into a chain as deep as the list is long.
  private static let longest = 1_000

  func list(_ key: String) -> [ConfigNode] {
    guard let value = node[key] else { return [] }
    if let list = value.list {
      if list.count <= Self.longest { return list }
      findings.error(
        "M009", "'\(key)' has \(list.count) entries, more than \(Self.longest)", at: keySpan(key),
        remedy: "put patterns of one outcome into one list, or look values up by expression")
      return []
    }
    findings.error("M006", "'\(key)' must be a list", at: value.span, remedy: "begin each entry with '- '")
    return []
  }

  /// `30m`, `12h`, `90s`, `1d`, `500ms`, in milliseconds.
  func duration(_ key: String) -> Int64? {
    guard let scalar = scalar(key) else { return nil }
    let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
    for (unit, factor) in units where scalar.text.hasSuffix(unit) {
      let number = scalar.text.dropLast(unit.count)
      if number.allSatisfy(\.isNumber), let value = Int64(number), value <= 366 * 86_400_000 / factor {
        return value * factor
      }
    }
    findings.error(
      "M007", "'\(scalar.text)' is no length of time", at: scalar.span,
      remedy: "write a number and a unit, at most a year: 30m, 12h, 90s, 1d")
    return nil
  }

  func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let scalar = scalar(key) else { return nil }
    if let value = Int(scalar.text), range.contains(value) { return value }
    findings.error(
      "M007", "'\(key)' must be a whole number from \(range.lowerBound) to \(range.upperBound)", at: scalar.span)
    return nil
  }

  func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    guard let scalar = scalar(key) else { return nil }
    if let value = Choice(rawValue: scalar.text) { return value }
    findings.error(
      "M007", "'\(scalar.text)' is no value of '\(key)'", at: scalar.span,
      remedy: "one of: " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    return nil
  }
}
