// Overloads: which signatures of a function or an operator the arguments fit.

extension Checker {
  mutating func call(_ name: Name, _ target: Expression?, _ arguments: [Expression], _ expression: Expression) -> Type {
    // `optional.of(x)`: a function in a namespace looks like a member call.
    if let target, let path = target.path {
      let qualified = "\(path).\(name.text)"
      let full = target.root?.hasPrefix(".") == true ? ".\(qualified)" : qualified
      for candidate in environment.candidates(full) {
        if let function = environment.functions[candidate] {
          return resolve(function, Name(text: candidate, span: name.span), nil, arguments, expression)
        }
      }
    }
    let names = target == nil ? environment.candidates(name.text) : [name.text]
    for candidate in names {
      if let function = environment.functions[candidate] {
        return resolve(function, name, target, arguments, expression)
      }
    }
    if let target { _ = check(target) }
    for argument in arguments { _ = check(argument) }
    resolutions[expression.id] = .unknown
    report(
      .unknownFunction, at: name.span, "unknown function '\(name.text)'", name: name.text,
      candidates: environment.functions.values.filter { $0.overloads.contains { $0.isMember == (target != nil) } }
        .map(\.name).sorted())
    return .dyn
  }

  private mutating func resolve(
    _ function: Function, _ name: Name, _ target: Expression?, _ arguments: [Expression], _ expression: Expression
  ) -> Type {
    let operands = (target.map { [$0] } ?? []) + arguments
    let types = operands.map { check($0) }
    let style = function.overloads.filter { $0.isMember == (target != nil) && $0.parameters.count == operands.count }
    var matches: [(Overload, Type)] = []
    for overload in style {
      var substitution = Substitution()
      let fits = zip(types, overload.parameters).allSatisfy { substitution.accepts($0, for: $1) }
      if fits { matches.append((overload, substitution.resolve(overload.result))) }
    }
    // Without a dynamic argument one match is the only one: an exact one, or else the first.
    if !types.contains(.dyn) {
      let exact = matches.filter { $0.0.parameters == types }
      matches = Array((exact.isEmpty ? matches : exact).prefix(1))
    }
    if let first = matches.first {
      resolutions[expression.id] = .overloads(matches.map(\.0), hasTarget: target != nil)
      return matches.allSatisfy { $0.1 == first.1 } ? first.1 : .dyn
    }
    if let type = needless(name, operands, types) {
      resolutions[expression.id] = .overloads([Library.identity], hasTarget: true)
      return type
    }
    resolutions[expression.id] = style.isEmpty ? .unknown : .overloads(style, hasTarget: target != nil)
    explain(function, name, target, operands, types, style, expression)
    return .dyn
  }

  /// `.or(…)` on a value that is never absent, perhaps because its path is narrowed: the value itself, and a warning.
  private mutating func needless(_ name: Name, _ operands: [Expression], _ types: [Type]) -> Type? {
    guard name.text == "or" || name.text == "orValue", operands.count == 2, types[0].unwrapped == nil,
      Type.assignable(types[1].unwrapped ?? types[1], to: types[0])
    else { return nil }
    warnings.append(
      Issue(
        .needlessOr, at: name.span, "the value is never absent here", remedy: "leave out .\(name.text)(…)",
        name: operands[0].path))
    return types[0]
  }

  private mutating func explain(
    _ function: Function, _ name: Name, _ target: Expression?, _ operands: [Expression], _ types: [Type],
    _ style: [Overload], _ expression: Expression
  ) {
    // Would it fit if nothing were absent?
    let present = types.map { $0.unwrapped ?? $0 }
    for overload in style {
      var substitution = Substitution()
      guard zip(present, overload.parameters).allSatisfy({ substitution.accepts($0, for: $1) }) else { continue }
      for (index, operand) in operands.enumerated() where types[index] != present[index] {
        if case .optional = overload.parameters[index] { continue }
        reportOptional(operand, "'\(name.text)'")
      }
      return
    }
    let given = types.map(\.description).joined(separator: ", ")
    let other = function.overloads.first { $0.isMember != (target != nil) }
    if style.isEmpty, let other {
      let remedy = other.isMember ? "write value.\(name.text)(…)" : "write \(name.text)(…)"
      let fitsOther = function.overloads.contains {
        $0.isMember == other.isMember && $0.parameters.count == types.count
      }
      if fitsOther {
        report(.noOverload, at: name.span, "'\(name.text)' is not called that way", remedy: remedy, name: name.text)
        return
      }
    }
    let all = function.overloads.filter(\.isListed).map { $0.signature(name.text) }
    let signatures = all.prefix(4).joined(separator: ", ") + (all.count > 4 ? " and \(all.count - 4) more" : "")
    let remedy = all.isEmpty ? nil : "it is \(signatures)"
    if style.isEmpty {
      report(
        .noOverload, at: name.span,
        "'\(name.text)' does not take \(operands.count - (target == nil ? 0 : 1)) arguments",
        remedy: remedy, name: name.text)
    } else if style.count == 1,
      let wrong = operands.indices.first(where: { !Type.assignable(types[$0], to: style[0].parameters[$0]) })
    {
      report(
        .typeMismatch, at: operands[wrong].span,
        "'\(name.text)' needs \(style[0].parameters[wrong]), but this is \(types[wrong])",
        remedy: remedy, name: name.text)
    } else {
      report(
        .noOverload, at: name.span, "'\(name.text)' does not take (\(given))", remedy: remedy,
        name: name.text)
    }
  }

  // MARK: Operators

  mutating func negate(_ operand: Expression) -> Type {
    let type = check(operand)
    switch type {
    case .int, .double, .dyn, .decimal, .duration: return type
    case .optional: reportOptional(operand, "'-'")
    default: report(.noOverload, at: operand.span, "'-' does not take \(type)")
    }
    return .dyn
  }

  mutating func binary(_ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ expression: Expression)
    -> Type
  {
    guard let (a, b) = compared(operation, left, right) else { return .bool }
    if let type = Operators.type(operation, a, b) { return type }
    let result: Type = operation.isRelation ? .bool : .dyn
    // Would it fit if nothing were absent?
    let (x, y) = (a.unwrapped ?? a, b.unwrapped ?? b)
    if (x, y) != (a, b), Operators.type(operation, x, y) != nil {
      if x != a { reportOptional(left, "'\(operation.rawValue)'") }
      if y != b { reportOptional(right, "'\(operation.rawValue)'") }
      return result
    }
    let cure = cure(operation, x, y)
    let remedy = (x, y) == (a, b) ? cure : (cure.map { $0 + "; " } ?? "") + "what may be missing needs .or(…) first"
    switch operation {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      report(.typeMismatch, at: expression.span, "cannot compare \(a) with \(b)", remedy: remedy)
    case .in: report(.typeMismatch, at: expression.span, "cannot look for \(a) in \(b)", remedy: remedy)
    default:
      report(.noOverload, at: expression.span, "'\(operation.rawValue)' does not take \(a) and \(b)", remedy: remedy)
    }
    return result
  }

  /// What makes an operator take two types that it does not take.
  private func cure(_ operation: BinaryOperator, _ a: Type, _ b: Type) -> String? {
    let isSum = operation == .add || operation == .subtract
    func meet(_ x: Type, _ y: Type) -> Bool { a == x && b == y || a == y && b == x }
    if operation == .divide, a == .decimal || b == .decimal {
      return "write a.divide(b, digits): a quotient needs a number of digits behind the point"
    }
    if operation == .remainder, a.isNumeric, b.isNumeric, ![a, b].allSatisfy({ $0 == .int || $0 == .uint }) {
      return "only whole numbers have a remainder: int(…)"
    }
    if a.isNumeric && b.isNumeric {
      return a == .decimal || b == .decimal
        ? "convert one side: decimal(…)" : "convert one side: int(…), double(…) or uint(…)"
    }
    if isSum, a == .timestamp || a == .duration, b == .int { return "write duration(\"3600s\")" }
    if isSum, a == .timestamp || a == .duration, b == .string { return "convert the text: duration(\"1h\")" }
    if operation == .in, a == .string, b == .string { return "write text.contains(part)" }
    if operation == .add, case .map = a, case .map = b {
      return "maps cannot be joined: write one with the keys of both"
    }
    if operation == .add, a == .string { return "convert the right side: string(…)" }
    if operation == .add, b == .string { return "convert the left side: string(…)" }
    if a == .null || b == .null { return "only values of unknown type can be null; an optional value has .hasValue()" }
    if meet(.timestamp, .string) { return "convert the text: timestamp(\"2026-09-10T00:00:00Z\")" }
    if meet(.timestamp, .int) { return "convert the number: timestamp(…)" }
    if meet(.duration, .string) { return "convert the text: duration(\"90s\")" }
    if a.isNumeric && b == .string || a == .string && b.isNumeric {
      return "convert the number: string(…), or the text: int(…) or decimal(…)"
    }
    return nil
  }
}

extension BinaryOperator {
  var isRelation: Bool {
    switch self {
    case .add, .subtract, .multiply, .divide, .remainder: false
    default: true
    }
  }
}

extension Overload {
  /// The signature as documentation writes it.
  public func signature(_ name: String) -> String {
    let types = parameters.map(\.description)
    if isMember, let target = types.first {
      return "\(target).\(name)(\(types.dropFirst().joined(separator: ", "))) -> \(result)"
    }
    return "\(name)(\(types.joined(separator: ", "))) -> \(result)"
  }
}
