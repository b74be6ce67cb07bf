internal import CEL

/// Finds regular expressions with a backspace in them: `\b` is one to YAML in double quotes, and to the expression language in
/// any text but r"…". To whoever writes it, it is the border of a word, and without it nothing ever matches.
enum BackspacePatterns {
  static let problem = "'\\b' is a backspace in this pattern, and no border of a word"

  private static let backspace: Unicode.Scalar = "\u{8}"

  static func has(_ text: String) -> Bool { text.unicodeScalars.contains(backspace) }

  /// - Parameter source: the expression's text.
  static func issues(in expression: Expression, _ source: String) -> [Issue] {
    var issues: [Issue] = []
    var open = [expression]
    while let next = open.popLast() {
      open += next.children
      guard case .call(let name, _, let arguments) = next.node, ["matches", "extract"].contains(name.text),
        let pattern = arguments.last, case .literal(.string(let text)) = pattern.node, has(text)
      else { continue }
      issues.append(
        Issue(
          .invalidRegex, at: pattern.span, problem,
          remedy: has(source)
            ? "put single quotes around the expression: in double quotes YAML reads the backslash"
            : "write r\"…\" to keep backslashes"))
    }
    return issues
  }
}
