/// A syntax tree whose names are resolved and whose types are known.
public struct CheckedExpression: Sendable {
  public let expression: Expression
  /// The type of the whole.
  public let type: Type
  /// The variables that are used, in the order of their first use.
  public let references: [String]
  /// The narrowed paths that are used.
  public let narrowedPaths: [String]
  /// Findings that do not keep the expression from running.
  public let warnings: [Issue]
  let types: [Type]
  let rawTypes: [Type]
  let resolutions: [Resolution?]
  let slots: Int

  /// The type of a node of the tree.
  public func type(of node: Expression) -> Type { types[node.id].settled }
}

/// What a name or a call turned out to be.
enum Resolution: Sendable {
  case variable(Variable)
  case local(Int)
  case type(Type)
  case overloads([Overload], hasTarget: Bool)
  /// The slot of a macro's first variable.
  case slot(Int)
  /// Only in dynamic mode: fails when evaluated.
  case unknown
}

/// Resolves the names of a syntax tree and finds its types.
///
/// - Parameter expected: the type that the whole must have, if any.
public func check(
  _ expression: Expression, in environment: Environment, expecting expected: Type? = nil
) -> Result<CheckedExpression, Issues> {
  var checker = Checker(environment: environment, count: expression.id + 1)
  let type = checker.check(expression)
  if let expected { checker.expect(type, expected, expression) }
  guard checker.issues.isEmpty else { return .failure(Issues(checker.issues)) }
  return .success(
    CheckedExpression(
      expression: expression, type: type.settled, references: checker.references, narrowedPaths: checker.narrowedPaths,
      warnings: checker.warnings,
      types: checker.types, rawTypes: checker.rawTypes, resolutions: checker.resolutions, slots: checker.maximumSlots))
}
