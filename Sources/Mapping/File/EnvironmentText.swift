import Pipeline

/// Literal text, or `env(NAME)` or `env(NAME, "text")`: what must not stand in a file, or differs between machines.
enum EnvironmentText {
  /// - Returns: text of one line that is not empty, or nil with a finding. Where the mapping is only checked, a variable
  /// that is not set is a warning and its name stands for it.
  static func resolve(
    _ scalar: ConfigScalar, _ environment: [String: String], _ purpose: MappingPurpose, _ findings: Findings
  ) -> String? {
    findings.refuseExpression(scalar)
    guard !ExpressionCompiler.isExpression(scalar), let text = value(of: scalar, environment, purpose, findings) else {
      return nil
    }
    guard !isBlank(text), !text.utf8.contains(where: { $0 < 0x20 }) else {
      let source = Variable(scalar.text).map(\.name).flatMap { environment[$0] == text ? $0 : nil }
      findings.error(
        "M007",
        (isBlank(text) ? "an empty text" : "a text with control characters")
          + (source.map { " from the environment variable \($0)" } ?? ""), at: scalar.span,
        remedy: "give one line of text")
      return nil
    }
    return text
  }

  /// Whether the text is a variable that has neither a value nor a default.
  static func isUnset(_ scalar: ConfigScalar, _ environment: [String: String]) -> Bool {
    Variable(scalar.text).map { $0.value(environment) == nil } ?? false
  }

  private static func value(
    of scalar: ConfigScalar, _ environment: [String: String], _ purpose: MappingPurpose, _ findings: Findings
  ) -> String? {
    guard let variable = Variable(scalar.text) else {
      guard let name = Variable.name(meantBy: scalar.text) else { return scalar.text }
      findings.error(
        "M007", "'\(scalar.text)' is not how an environment variable is named", at: scalar.span,
        remedy: "write env(\(name)) or env(\(name), \"text\"), and nothing around it")
      return nil
    }
    if let value = variable.value(environment) { return value }
    let name = variable.name
    let message = "environment variable \(name) is not set"
    let remedy = "set it before the run: export \(name)=…, or give a default: env(\(name), \"text\")"
    switch purpose {
    case .run:
      findings.error("M117", message, at: scalar.span, remedy: remedy)
      return nil
    case .check, .preview:
      findings.warn("M202", message, at: scalar.span, remedy: remedy)
      return name
    }
  }

  private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

  private struct Variable {
    let name: String
    let fallback: String?

    /// Nil unless the text is `env(NAME)` or `env(NAME, "text")` and nothing else.
    init?(_ text: String) {
      guard text.hasPrefix("env("), text.hasSuffix(")") else { return nil }
      let parts = text.dropFirst(4).dropLast().split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        .map(\.trimmingBlanks)
      guard let name = parts.first, !name.isEmpty, name.allSatisfy(Self.isOfName) else { return nil }
      self.name = String(name)
      guard parts.count == 2 else {
        fallback = nil
        return
      }
      guard parts[1].count >= 2, parts[1].first == "\"", parts[1].last == "\"" else { return nil }
      fallback = String(parts[1].dropFirst().dropLast())
    }

    /// One that is set to blanks is as good as none.
    func value(_ environment: [String: String]) -> String? {
      if let value = environment[name], !EnvironmentText.isBlank(value) { return value }
      return fallback
    }

    /// The variable that a text asks for in another way, such as `ENV(NAME)` or `${NAME}`: taken as it stands it would
    /// be a salt that everybody can read. Nil for literal text.
    static func name(meantBy text: String) -> Substring? {
      let lastBrace = text.lastIndex(of: "}") ?? text.startIndex
      var before: Substring = ""
      for place in text.indices {
        let rest = text[text.index(after: place)...]
        switch text[place] {
        case "(" where before.lowercased() == "env":
          let name = rest.drop { $0 == " " || $0 == "\"" || $0 == "'" }.prefix(while: isOfName)
          // A number is not a name: `env(1)` in the middle of a text may be one of several things.
          if let first = name.first, !first.isNumber { return name }
          if text.hasPrefix("env(") { return "NAME" }
        case "$" where rest.first == "{" && place < lastBrace:
          let name = rest.dropFirst().prefix(while: isOfName)
          if !name.isEmpty { return name }
        case "$" where place == text.startIndex && !rest.isEmpty && rest.allSatisfy(isOfName):
          // Names of variables are in capitals; a text with a `$` before it need not be one.
          if !rest.contains(where: \.isLowercase), rest.contains(where: \.isLetter) { return rest }
        default: break
        }
        // Blanks may stand between the word and its bracket.
        if text[place] != " " { before = text[...place].suffix(3) }
      }
      return nil
    }

    private static func isOfName(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }
  }
}

extension Substring {
  var trimmingBlanks: Substring {
    var rest = self.drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    return rest
  }
}
