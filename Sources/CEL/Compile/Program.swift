/// A compiled expression.
///
/// `evaluate` may be called from any number of threads, each with its own `Activation`. It keeps the constants of the
/// program alive by itself.
public struct Program: Sendable {
  /// The type of the result; an error value is possible besides.
  public let type: Type
  public let evaluate: Evaluate
  /// The variables that are used, in the order of their first use.
  public let references: [String]
  /// The narrowed paths that are used.
  public let narrowedPaths: [String]
  /// Findings that do not keep the program from running.
  public let warnings: [Issue]
  public let expression: Expression
  let known: Constant?
  /// The optional map that the value is taken out of: where it is absent, so is the value, and nothing fails.
  public let container: Container?

  /// The value, when it is the same for every record. It lives as long as the program.
  public var constant: Value? { known?.value }

  /// The dotted path that the whole expression is, if it is nothing but one.
  public var path: String? { expression.path }
}

/// An optional map whose entries are asked for.
public struct Container: Sendable {
  /// How the expression writes it: equal paths in one environment are the same map.
  public let path: String
  public let load: Evaluate
}

/// Parses, checks and compiles an expression.
///
/// - Parameter expected: the type that the result must have, if any.
public func compile(
  _ source: String, in environment: Environment, expecting expected: Type? = nil
) -> Result<Program, Issues> {
  compileWithoutPlaces(source, in: environment, expecting: expected).mapError { issues in
    let bytes = Array(source.utf8)
    return Issues(issues.all.map { $0.located(in: bytes) })
  }
}

private func compileWithoutPlaces(
  _ source: String, in environment: Environment, expecting expected: Type?
) -> Result<Program, Issues> {
  Parser.parse(source).flatMap { expression in
    switch check(expression, in: environment, expecting: expected) {
    case .success(let checked): return compile(checked, in: environment)
    case .failure(let issues):
      // What only the compiler finds, such as an invalid regular expression, is reported along with the rest.
      var lenient = environment
      lenient.isDynamic = true
      guard case .success(let checked) = check(expression, in: lenient),
        case .failure(let more) = compile(checked, in: lenient)
      else { return .failure(issues) }
      return .failure(Issues(issues.all + more.all))
    }
  }
}

/// Compiles a checked expression, in the environment that it was checked in.
public func compile(_ checked: CheckedExpression, in environment: Environment) -> Result<Program, Issues> {
  var lowering = Lowering(checked: checked, environment: environment)
  let operand = lowering.lower(checked.expression)
  guard lowering.issues.isEmpty else { return .failure(Issues(lowering.issues)) }
  return .success(
    Program(
      type: checked.type, evaluate: framed(operand.evaluate, slots: checked.slots), references: checked.references,
      narrowedPaths: checked.narrowedPaths, warnings: checked.warnings + lowering.warnings,
      expression: checked.expression,
      known: operand.known, container: operand.form.container))
}

/// Gives a program with comprehensions its own variables, since a host's loader may run one program inside another.
private func framed(_ evaluate: @escaping Evaluate, slots: Int) -> Evaluate {
  guard slots > 0 else { return evaluate }
  return { activation in
    let state = activation.state
    let (frame, top) = (state.pointee.frame, state.pointee.top)
    guard slots <= state.pointee.limit - top else { return .error(.tooDeep, at: 0) }
    state.pointee.frame = top
    state.pointee.top = top + slots
    let result = evaluate(activation)
    state.pointee.frame = frame
    state.pointee.top = top
    return result
  }
}
