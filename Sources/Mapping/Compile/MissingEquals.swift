internal import CEL
internal import Pipeline

/// Finds literal text that was in all likelihood meant as an expression: it lacks its `=`, or is written as other tools write
/// one.
struct MissingEquals {
  /// What is said about a text.
  struct Slip {
    let message: String
    let remedy: String
  }

  private let compiler: ExpressionCompiler
  private let narrowed: Set<String>
  private let extra: RowScope

  init(_ compiler: ExpressionCompiler, narrowed: Set<String>, extra: RowScope) {
    (self.compiler, self.narrowed, self.extra) = (compiler, narrowed, extra)
  }

  func slip(in scalar: ConfigScalar) -> Slip? {
    let text = scalar.text
    guard text.utf8.count < 200 else { return nil }
    if let name = template(in: text) {
      return Slip(
        message: "'\(text)' is text here: a mapping has no templates",
        remedy: text.hasPrefix("{{") && text.hasSuffix("}}") || text.hasPrefix("$") && !text.contains(" ")
          ? "write =\(name)" : "write '=\"text \" + \(name)'")
    }
    if text.hasPrefix("env("), text.hasSuffix(")") {
      return Slip(
        message: "'\(text)' is text here: only `source`, `salt` and `lists` read the environment",
        remedy: "write the value itself, or =\"\(text.filter { $0 != "\"" })\" if it is text")
    }
    // Quotes say that it is text.
    guard scalar.style == .plain else { return nil }
    if isName(text) {
      return Slip(
        message: "'\(text)' is text here, not the value of '\(text)'",
        remedy: "write =\(text), or put quotes around it if it is text")
    }
    guard isExpression(text) else { return nil }
    return Slip(
      message: "'\(text)' is text here, not what the expression gives",
      remedy: "begin it with '=', or put quotes around it if it is text")
  }

  /// Whether a word is the name of a value: a field of the record or the row, or a `let`.
  private func isName(_ word: String) -> Bool {
    extra.variables[word] != nil || compiler.schema.fields.contains { $0.name == word }
      || compiler.lets.contains { $0.name == word }
  }

  // MARK: Expressions

  private func isExpression(_ text: String) -> Bool {
    guard case .success(let expression) = Parser.parse(text) else { return false }
    switch expression.node {
    case .call: break
    case .binary(let operation, _, _):
      // `user-agent`, `path/query`: words.
      guard text.contains(" ") || operation != .subtract && operation != .divide else { return false }
      guard namesAValue(expression) else { return false }
    case .select, .index, .conditional, .and, .or, .comprehension, .optionalMap:
      guard namesAValue(expression) else { return false }
    default: return false
    }
    return compiler.isSound(expression, narrowed: narrowed, extra: extra)
  }

  private func namesAValue(_ expression: Expression) -> Bool {
    var open = [expression]
    while let next = open.popLast() {
      if case .identifier(let name) = next.node, isName(name) { return true }
      open += next.children
    }
    return false
  }

  // MARK: Templates

  /// The value that `{{name}}` or `${name}` anywhere in the text, or `$name` as the whole of it, would stand for elsewhere.
  private func template(in text: String) -> String? {
    if text.hasPrefix("$"), isName(String(text.dropFirst())) { return String(text.dropFirst()) }
    for (opening, closing) in [("{{", "}}"), ("${", "}")] {
      guard let start = text.firstRange(of: opening),
        let end = text[start.upperBound...].firstRange(of: closing)
      else { continue }
      let name = text[start.upperBound..<end.lowerBound].trimmingBlanks
      let root = name.prefix { $0 != "." && $0 != "[" }
      if isName(String(root)) { return String(name) }
    }
    return nil
  }
}
