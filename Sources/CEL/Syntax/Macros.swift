// Macros are recognized by name, call style and number of arguments, as the language defines them; with another
// number of arguments the call is an ordinary function call.

extension ParserState {
  mutating func call(
    _ name: Name, target: Expression?, _ arguments: [Expression], _ span: Range<Int>
  ) throws(SyntaxError) -> Expression {
    if let node = try macro(name, target: target, arguments) { return try make(node, span) }
    return try make(.call(name, target: target, arguments), span)
  }

  private mutating func macro(_ name: Name, target: Expression?, _ arguments: [Expression]) throws(SyntaxError) -> Node?
  {
    guard let target else {
      guard name.text == "has", arguments.count == 1 else { return nil }
      if case .identifier(Self.placeholder) = arguments[0].node { return nil }
      guard case .select(let operand, let field, let isOptional) = arguments[0].node else {
        let isName = if case .identifier = arguments[0].node { true } else { false }
        throw SyntaxError(
          at: arguments[0].span, "has() asks whether a field is set",
          remedy: isName ? "write \(text(arguments[0].span)).hasValue()" : "write has(value.field)")
      }
      return .has(operand, field: field, isOptional: isOptional)
    }
    switch (name.text, arguments.count) {
    case ("all", 2), ("exists", 2), ("exists_one", 2), ("existsOne", 2), ("filter", 2), ("all", 3), ("exists", 3),
      ("exists_one", 3), ("existsOne", 3):
      return .comprehension(
        Comprehension(
          macro: name.text == "exists_one" ? .existsOne : Comprehension.Macro(rawValue: name.text) ?? .filter,
          range: target, variables: try variables(arguments.dropLast()), condition: arguments[arguments.count - 1],
          transform: nil))
    case ("map", 2), ("map", 3):
      return .comprehension(
        Comprehension(
          macro: .map, range: target, variables: try variables(arguments.prefix(1)),
          condition: arguments.count == 3 ? arguments[1] : nil, transform: arguments[arguments.count - 1]))
    case ("transformList", 3), ("transformList", 4), ("transformMap", 3), ("transformMap", 4),
      ("transformMapEntry", 3), ("transformMapEntry", 4):
      return .comprehension(
        Comprehension(
          macro: Comprehension.Macro(rawValue: name.text) ?? .transformList, range: target,
          variables: try variables(arguments.prefix(2)), condition: arguments.count == 4 ? arguments[2] : nil,
          transform: arguments[arguments.count - 1]))
    case ("optMap", 2), ("optFlatMap", 2):
      return .optionalMap(
        target, try variables(arguments.prefix(1))[0], arguments[1], isFlat: name.text == "optFlatMap")
    case ("bind", 3):
      guard case .identifier("cel") = target.node else { return nil }
      return .bind(try variables(arguments.prefix(1))[0], arguments[1], arguments[2])
    case ("greatest", 3...), ("least", 3...):
      // Two functions with any number of arguments: beyond two they are those of a list.
      guard case .identifier("math") = target.node else { return nil }
      let span = arguments[0].span.lowerBound..<arguments[arguments.count - 1].span.upperBound
      let list = try make(.list(arguments.map { Element(value: $0, isOptional: false) }), span)
      return .call(name, target: target, [list])
    default: return nil
    }
  }

  private func variables(_ arguments: ArraySlice<Expression>) throws(SyntaxError) -> [Name] {
    var names: [Name] = []
    for argument in arguments {
      guard case .identifier(let text) = argument.node, !text.hasPrefix(".") else {
        throw SyntaxError(
          at: argument.span, "expected the name of a variable", remedy: "write a simple name such as 'x'")
      }
      names.append(Name(text: text, span: argument.span))
    }
    if names.count == 2, names[0].text == names[1].text, names[0].text != Self.placeholder {
      throw SyntaxError(at: names[1].span, "the two variables have the same name")
    }
    return names
  }
}
