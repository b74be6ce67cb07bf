internal import CEL
internal import Pipeline

/// What a value is in JSON, as far as it is known before a record is read.
enum JSONKind: String, Sendable {
  case text, number, boolean, list, object, unknown

  init(_ type: Type) {
    self =
      switch type {
      case .string, .bytes, .timestamp, .duration: .text
      case .int, .uint, .double, .decimal: .number
      case .bool: .boolean
      case .list: .list
      case .map: .object
      case .optional(let inner): JSONKind(inner)
      default: .unknown
      }
  }

  init(_ literal: ConfigScalar) {
    if literal.style != .plain {
      self = .text
    } else if literal.text == "true" || literal.text == "false" {
      self = .boolean
    } else {
      self = JSONLiteral.isNumber(literal.text) ? .number : .text
    }
  }
}

/// One scalar of a tree of values, and what the rule emits there.
struct EmittedValue {
  /// Dotted, from the top of `properties` or `context`.
  let path: String
  let kind: JSONKind
  let scalar: ConfigScalar
  /// The key that it stands under.
  let key: SourceSpan
  /// Nil for literals, and for what did not compile.
  let program: Program?
  /// Whether it stands in a list, where neighbours may be of another kind.
  let isElement: Bool

  /// All values of a tree. Branches of a `case` share their path.
  static func all(_ node: ConfigNode?, _ compiler: ExpressionCompiler) -> [EmittedValue] {
    guard let node else { return [] }
    var values: [EmittedValue] = []
    collect(node, "", node.span, false, compiler, &values)
    return values
  }

  private static func collect(
    _ node: ConfigNode, _ path: String, _ key: SourceSpan, _ isElement: Bool, _ compiler: ExpressionCompiler,
    _ values: inout [EmittedValue]
  ) {
    switch node {
    case .scalar(let scalar):
      let isExpression = ExpressionCompiler.isExpression(scalar)
      let program = isExpression ? compiler.program(at: scalar.span) : nil
      let kind = isExpression ? program.map { JSONKind($0.type) } ?? .unknown : JSONKind(scalar)
      values.append(
        EmittedValue(path: path, kind: kind, scalar: scalar, key: key, program: program, isElement: isElement))
    case .list(let nodes, let span):
      values.append(container(.list, path, span, key, isElement))
      for element in nodes { collect(element, path, key, true, compiler, &values) }
    case .map(let entries, let span):
      if let branches = node["case"]?.list {
        for branch in branches {
          for side in ["then", "else"] {
            if let value = branch[side] { collect(value, path, key, isElement, compiler, &values) }
          }
        }
      } else if let element = node["do"], node["each"] != nil {
        values.append(container(.list, path, span, key, isElement))
        collect(element, path, key, true, compiler, &values)
      } else {
        if !path.isEmpty { values.append(container(.object, path, span, key, isElement)) }
        for entry in entries {
          collect(
            entry.value, path.isEmpty ? entry.key : path + "." + entry.key, entry.keySpan, isElement, compiler, &values)
        }
      }
    }
  }

  private static func container(
    _ kind: JSONKind, _ path: String, _ span: SourceSpan, _ key: SourceSpan, _ isElement: Bool
  ) -> Self {
    EmittedValue(
      path: path, kind: kind, scalar: ConfigScalar(text: "", style: .plain, span: span), key: key, program: nil,
      isElement: isElement)
  }
}
