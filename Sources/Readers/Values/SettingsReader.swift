internal import Pipeline

/// Reads settings of a reader that are of the same kind for all of them, and collects everything that is wrong with any.
///
/// Findings: M303 an unknown key, M304 a bad value.
final class SettingsReader {
  /// The reader's, for messages.
  let readerName: String
  private let file: String
  private(set) var findings: [Diagnostic] = []

  init(_ readerName: String, file: String) {
    self.readerName = readerName
    self.file = file
  }

  func report(_ code: String, _ message: String, at span: SourceSpan, remedy: String) {
    findings.append(Diagnostic(code, message, remedy: remedy, file: file, span: span))
  }

  /// Reports what leaves nothing to go on with.
  /// - Returns: all findings, to be thrown.
  func refusal(_ code: String, _ message: String, at span: SourceSpan, remedy: String) -> Diagnostics {
    report(code, message, at: span, remedy: remedy)
    return Diagnostics(findings)
  }

  /// - Throws: all findings, if there are any.
  func finish() throws(Diagnostics) {
    guard findings.isEmpty else { throw Diagnostics(findings) }
  }

  /// Reports keys that a map cannot have.
  /// - Parameter subject: what knows them, for the message.
  func checkKeys(of node: ConfigNode, _ subject: String, among keys: [String]) {
    for entry in node.entries ?? [] where !keys.contains(entry.key) {
      report(
        "M303", "\(subject) knows no key '\(entry.key)'", at: entry.keySpan,
        remedy: Suggestion.remedy(for: entry.key, among: keys))
    }
  }

  /// One of several words, or the standard.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: ConfigNode?, _ key: String, _ standard: Choice
  ) -> Choice where Choice.RawValue == String {
    guard let node else { return standard }
    if let value = node.text.flatMap({ Choice(rawValue: $0) }) { return value }
    report(
      "M304", "`\(key)` cannot be '\(node.text ?? "")'", at: node.span,
      remedy: Suggestion.remedy(for: node.text ?? "", among: Choice.allCases.map(\.rawValue)))
    return standard
  }

  /// A list of texts, or one.
  func texts(_ node: ConfigNode, _ key: String) -> [String] {
    let texts = node.list?.compactMap(\.text) ?? node.text.map { [$0] } ?? []
    if texts.isEmpty || texts.count != node.list?.count ?? 1 {
      report("M304", "`\(key)` is not a list of texts", at: node.span, remedy: "write \(key): [\"…\", \"…\"]")
    }
    return texts
  }

  /// Nil where there is none, and after a finding.
  func zone(_ node: ConfigNode?) -> Zone? {
    guard let node else { return nil }
    if let zone = node.text.flatMap({ Zone(named: $0) }) { return zone }
    report(
      "M304", "unknown zone '\(node.text ?? "")'", at: node.span, remedy: "write a name such as Europe/Warsaw or UTC")
    return nil
  }
}
