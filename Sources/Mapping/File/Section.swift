import Pipeline

/// A map with the keys that may stand in it.
struct Section {
  let title: String
  let node: ConfigNode
  let findings: Findings

  /// Nil, with a finding, if the node is not a map. Unknown keys are findings too.
  init?(_ node: ConfigNode, _ title: String, keys: [String], _ findings: Findings) {
    guard let entries = node.entries else {
      findings.error(
        "M006", "\(title) must be a map", at: node.span,
        remedy: Self.isTight(node)
          ? "put a blank behind the colon: key: value" : "write keys and values: \(keys.joined(separator: ", "))")
      return nil
    }
    self.title = title
    self.node = node
    self.findings = findings
    // One unknown key is a slip; a thousand are another kind of file, and one finding says so.
    for entry in entries.filter({ !keys.contains($0.key) }).prefix(20) {
      let blank =
        entry.key.contains { $0.isWhitespace && !$0.isASCII }
        ? findings.source.strangeBlank(near: entry.keySpan) : nil
      findings.error(
        "M004", "unknown key '\(entry.key)' in \(title)", at: entry.keySpan,
        remedy: blank.map { "write ordinary blanks: the one here is U+\($0.code), which YAML takes for a letter" }
          ?? Suggestion.remedy(for: entry.key, among: keys))
    }
  }

  /// Whether a text was meant as a key and its value: `type:a`.
  private static func isTight(_ node: ConfigNode) -> Bool {
    guard let scalar = node.scalar, scalar.style == .plain else { return false }
    guard let colon = scalar.text.firstIndex(of: ":"), !scalar.text[colon...].hasPrefix("://") else { return false }
    return scalar.text[..<colon].allSatisfy { $0.isLetter || $0 == "_" }
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
      "M007", "'\(scalar.text)' is not a length of time", at: scalar.span,
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
      "M007", "'\(scalar.text)' is not a value of '\(key)'", at: scalar.span,
      remedy: "one of: " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    return nil
  }
}
