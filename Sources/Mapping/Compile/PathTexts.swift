internal import CEL
internal import Pipeline

/// Tells which texts are paths, whose globs know segments: fields that the reader says are, what is called so, and what is
/// made of them. A glob that begins with a slash is of a path wherever it stands.
struct PathTexts {
  private let compiler: ExpressionCompiler

  /// Last words of names.
  private static let names: Set<String> = ["path", "pathname", "target", "uri", "file", "filename"]
  /// Functions that make one path of another.
  private static let passing: Set<String> = [
    "lower", "lowerAscii", "upper", "upperAscii", "trim", "or", "orValue", "value", "before", "after", "replace",
    "substring", "url_decode", "optional.of", "ofNonZeroValue", "of",
  ]

  init(_ compiler: ExpressionCompiler) { self.compiler = compiler }

  func pattern(_ text: String, of expression: Expression) -> TextPattern {
    TextPattern(text: text, isPath: text.hasPrefix("/") || isPath(expression))
  }

  func isPath(_ expression: Expression) -> Bool {
    switch expression.node {
    case .identifier(let name):
      if let program = compiler.lets.first(where: { $0.name == name })?.program { return isPath(program.expression) }
      return compiler.schema.shapes[name] == .path || Self.isNameOfPath(name)
    case .select(_, let field, _): return Self.isNameOfPath(field.text)
    case .call(let name, let target, let arguments):
      guard Self.passing.contains(name.text) else { return false }
      // `url_decode(path)`, `path.lower()`, `optional.of(path)`
      return (arguments.prefix(1) + (target.map { [$0] } ?? [])).contains(where: isPath)
    case .conditional(_, let yes, let no): return isPath(yes) || isPath(no)
    case .optionalMap(_, _, let body, _), .bind(_, _, let body): return isPath(body)
    default: return false
    }
  }

  private static func isNameOfPath(_ name: String) -> Bool {
    names.contains(String(name.lowercased().split { $0 == "_" || $0 == "-" }.last ?? ""))
  }
}
