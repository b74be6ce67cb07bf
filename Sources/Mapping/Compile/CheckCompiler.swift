internal import CEL
internal import Pipeline

/// A data rule, ready to run: a record for which the condition holds is rejected.
struct CompiledCheck: Sendable {
  let code: String
  let message: String
  /// `file:line:column` of the check in the mapping.
  let place: String
  let condition: Predicate
  let terms: [ConditionTerm]
  let span: SourceSpan
}

/// Compiles `checks`.
struct CheckCompiler {
  private let compiler: ExpressionCompiler
  private var findings: Findings { compiler.findings }

  init(_ compiler: ExpressionCompiler) { self.compiler = compiler }

  func checks(_ entries: [ConfigNode], narrowed: Set<String>) -> [CompiledCheck] {
    var checks: [CompiledCheck] = []
    var codes: [String: SourceSpan] = [:]
    for entry in entries {
      guard
        let section = Section(entry, "check", keys: ["code", "if", "when", "unless", "needs", "message"], findings)
      else { continue }
      let code = section.required("code", "name what the summary counts: code: TOTALS")
      let message = section.required("message", "say what is wrong: message: items do not add up to the total")
      var inside = narrowed
      let terms = ConditionCompiler(compiler).terms(section, narrowed: &inside)
      let condition = Predicates.all(terms.map(\.predicate))
      guard let code, let message else { continue }
      findings.refuseExpression(message)
      if message.text.isEmpty || message.text.contains(where: \.isNewline) {
        findings.error("M007", "a check's message must be one line of text", at: message.span)
      }
      if !CheckCompiler.isCode(code.text) {
        findings.error(
          "M007", "'\(code.text)' is not a code of a check", at: code.span,
          remedy: "write capital letters, digits, '_' or '-', at least two letters first: TOTALS")
      }
      if let first = codes[code.text] {
        findings.error(
          "M112", "two checks have the code '\(code.text)'", at: code.span, label: "first at line \(first.line)",
          remedy: "give each its own: rejects are counted by code")
      }
      codes[code.text] = code.span
      guard let condition else {
        if ConditionCompiler.isMissing(in: entry) {
          findings.error(
            "M005", "check without a condition", at: entry.span,
            remedy: "give if, when or unless: a record for which it holds is rejected")
        }
        continue
      }
      let place = "\(findings.source.file):\(code.span.line):\(code.span.column)"
      checks.append(
        CompiledCheck(
          code: code.text, message: message.text, place: place, condition: condition, terms: terms, span: code.span))
    }
    return checks
  }

  /// Two letters first, so that it cannot be taken for one of ours (`R101`).
  private static func isCode(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    func isLetter(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }
    return bytes.count >= 2 && bytes.count <= 40 && isLetter(bytes[0]) && isLetter(bytes[1])
      && bytes.allSatisfy {
        isLetter($0) || $0 &- UInt8(ascii: "0") < 10 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
      }
  }
}
