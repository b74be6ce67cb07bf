import Pipeline

/// Literal text, or `env(NAME)` or `env(NAME, "text")`: what must not stand in a file, or differs between machines.
enum EnvironmentText {
  /// - Returns: text of one line that is not empty, or nil with a finding. Where the mapping is only checked, a variable
  /// that is not set is a warning and its name stands for it.
  static func resolve(
    _ scalar: ConfigScalar, _ environment: [String: String], _ purpose: MappingPurpose, _ findings: Findings
  ) -> String? {
    findings.refuseExpression(scalar)
    guard let text = value(of: scalar, environment, purpose, findings) else { return nil }
    if text.isEmpty || text.utf8.contains(where: { $0 < 0x20 }) {
      findings.error(
        "M007", text.isEmpty ? "an empty text" : "a text with control characters", at: scalar.span,
        remedy: "give one line of text")
      return nil
    }
    return text
  }

  private static func value(
    of scalar: ConfigScalar, _ environment: [String: String], _ purpose: MappingPurpose, _ findings: Findings
  ) -> String? {
    let text = scalar.text
    guard text.hasPrefix("env("), text.hasSuffix(")") else { return text }
    let inside = text.dropFirst(4).dropLast()
    let parts = inside.split(separator: ",", maxSplits: 1).map { $0.trimmingBlanks }
    guard let name = parts.first, !name.isEmpty,
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    else {
      findings.error(
        "M007", "'\(text)' names no environment variable", at: scalar.span,
        remedy: "write env(NAME) or env(NAME, \"text\")")
      return nil
    }
    if let value = environment[String(name)], !value.isEmpty { return value }
    if parts.count == 2, parts[1].count >= 2, parts[1].first == "\"", parts[1].last == "\"" {
      return String(parts[1].dropFirst().dropLast())
    }
    let message = "environment variable \(name) is not set"
    let remedy = "set it before the run: export \(name)=…, or give a default: env(\(name), \"text\")"
    switch purpose {
    case .run:
      findings.error("M117", message, at: scalar.span, remedy: remedy)
      return nil
    case .check, .preview:
      findings.warn("M202", message, at: scalar.span, remedy: remedy)
      return String(name)
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
