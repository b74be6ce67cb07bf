extension Lowering {
  mutating func lowerCall(
    _ name: Name, _ target: Expression?, _ arguments: [Expression], _ expression: Expression
  ) -> Operand {
    guard case .overloads(let overloads, let hasTarget) = checked.resolutions[expression.id],
      let first = overloads.first
    else { return failing(expression, .unknownName, name.text) }
    let operands = ((hasTarget ? target : nil).map { [$0] } ?? []) + arguments
    let lowered = operands.map { lower($0) }
    let offset = UInt32(truncatingIfNeeded: name.span.lowerBound)

    if name.text == "or", lowered.count == 2, let fused = fuseEntries(lowered[0], lowered[1], expression) {
      return fused
    }
    if overloads.count == 1, let specialize = first.specialize, fits(lowered, first) {
      var site = CallSite(arguments: lowered, span: expression.span)
      let special = specialize(&site)
      issues += site.issues
      if let special {
        var operand = folded(
          expression, first.isPure ? lowered : [self.operand(expression, special.evaluate)], special.evaluate)
        if name.text == "endsWith", operand.known == nil { operand.form = suffixForm(lowered, operands) }
        return operand
      }
    }
    if name.text == "orValue", overloads.count == 1, lowered.count == 2 {
      return folded(expression, lowered, Library.orValue(lowered[0].evaluate, lowered[1].evaluate, offset))
    }
    let evaluate = dispatch(overloads, lowered, offset)
    return folded(expression, overloads.allSatisfy(\.isPure) ? lowered : [operand(expression, evaluate)], evaluate)
  }

  /// Whether the static types alone guarantee that the arguments fit.
  private func fits(_ operands: [Operand], _ overload: Overload) -> Bool {
    zip(operands, overload.parameters).allSatisfy { Type.guarantees($0.type, $1) }
  }

  private func dispatch(_ overloads: [Overload], _ operands: [Operand], _ offset: UInt32) -> Evaluate {
    if overloads.count == 1, let only = overloads.first, fits(operands, only) {
      return direct(only.implementation, operands, offset)
    }
    // The kinds of the arguments choose the overload.
    let objects = environment.objectTypes.mapValues(\.identifier)
    let choices = overloads.map {
      Choice(parameters: $0.parameters, objects: objects, implementation: $0.implementation)
    }
    let fill = Fill.balanced(operands.map(\.evaluate)[...])
    let count = operands.count
    return { activation in
      withUnsafeTemporaryAllocation(of: Value.self, capacity: max(count, 1)) { buffer in
        guard let start = buffer.baseAddress else { return .error(.outOfMemory, at: offset) }
        let error = fill(activation, start)
        if error.isError { return error }
        let arguments = UnsafeBufferPointer(start: UnsafePointer(start), count: count)
        for choice in choices where choice.accepts(arguments) {
          return choice.call(activation, arguments).located(at: offset)
        }
        return .error(.noSuchOverload, at: offset)
      }
    }
  }

  private func direct(_ implementation: Overload.Implementation, _ operands: [Operand], _ offset: UInt32) -> Evaluate {
    switch implementation {
    case .unary(let body):
      let a = operands[0].evaluate
      return { activation in
        let x = a(activation)
        return x.isError ? x : body(activation, x).located(at: offset)
      }
    case .binary(let body):
      let a = operands[0].evaluate
      let b = operands[1].evaluate
      return { activation in
        let x = a(activation)
        if x.isError { return x }
        let y = b(activation)
        return y.isError ? y : body(activation, x, y).located(at: offset)
      }
    case .ternary(let body):
      let a = operands[0].evaluate
      let b = operands[1].evaluate
      let c = operands[2].evaluate
      return { activation in
        let x = a(activation)
        if x.isError { return x }
        let y = b(activation)
        if y.isError { return y }
        let z = c(activation)
        return z.isError ? z : body(activation, x, y, z).located(at: offset)
      }
    case .variadic(let body):
      let fill = Fill.balanced(operands.map(\.evaluate)[...])
      let count = operands.count
      return { activation in
        withUnsafeTemporaryAllocation(of: Value.self, capacity: max(count, 1)) { buffer in
          guard let start = buffer.baseAddress else { return .error(.outOfMemory, at: offset) }
          let error = fill(activation, start)
          if error.isError { return error }
          return body(activation, UnsafeBufferPointer(start: UnsafePointer(start), count: count)).located(at: offset)
        }
      }
    }
  }

  // MARK: Entries

  /// Joins `map.a.or(map.b)` of one optional map: it is loaded once, and where it is absent nothing is looked for.
  private func fuseEntries(_ first: Operand, _ second: Operand, _ expression: Expression) -> Operand? {
    guard case .entries(let container, let former) = first.form, case .entries(let other, let latter) = second.form,
      container.path == other.path
    else { return nil }
    let keys = former + latter
    let load = container.load
    var fused = operand(expression) { activation in
      let map = load(activation)
      if map.isNone || map.isError { return map }
      for key in keys { if let value = map.find(key.value) { return value.pointee.wrapped } }
      return .none
    }
    fused.form = .entries(container: container, keys: keys)
    return fused
  }

  // MARK: Suffixes

  private func suffixForm(_ operands: [Operand], _ expressions: [Expression]) -> Operand.Form {
    guard let path = expressions[0].path, let literal = operands[1].constant, operands[0].type == .string else {
      return .general
    }
    return .suffix(key: path, subject: operands[0].evaluate, literal: Array(literal.utf8))
  }

  /// Joins neighbouring `x.endsWith("…")` of the same subject into one test.
  func fuseSuffixes(_ terms: [Operand]) -> [Operand] {
    var result: [Operand] = []
    var index = 0
    while index < terms.count {
      guard case .suffix(let key, let subject, let literal) = terms[index].form else {
        result.append(terms[index])
        index += 1
        continue
      }
      var literals = [literal]
      var end = index + 1
      while end < terms.count, case .suffix(key, _, let next) = terms[end].form {
        literals.append(next)
        end += 1
      }
      if literals.count == 1 {
        result.append(terms[index])
      } else {
        let term = terms[index]
        let evaluate = SuffixSet(literals).evaluator(subject)
        result.append(Operand(evaluate: evaluate, type: term.type, span: term.span, known: nil))
      }
      index = end
    }
    return result
  }
}

extension Operand.Form {
  var container: Container? {
    guard case .entries(let container, _) = self else { return nil }
    return container
  }
}

/// An overload that may be chosen at run time.
private struct Choice: Sendable {
  let parameters: [Type]
  let objects: [String: UInt32]
  let implementation: Overload.Implementation

  func accepts(_ arguments: UnsafeBufferPointer<Value>) -> Bool {
    for (index, type) in parameters.enumerated() where !type.holds(arguments[index], objects) { return false }
    return true
  }

  func call(_ activation: Activation, _ arguments: UnsafeBufferPointer<Value>) -> Value {
    switch implementation {
    case .unary(let body): body(activation, arguments[0])
    case .binary(let body): body(activation, arguments[0], arguments[1])
    case .ternary(let body): body(activation, arguments[0], arguments[1], arguments[2])
    case .variadic(let body): body(activation, arguments)
    }
  }
}

/// Evaluates several operands into memory, as a balanced tree of pairs; the result is the first error, or null.
enum Fill {
  typealias Closure = @Sendable (Activation, UnsafeMutablePointer<Value>) -> Value

  static func balanced(_ operands: ArraySlice<Evaluate>) -> Closure {
    guard let first = operands.first else { return { _, _ in .null } }
    if operands.count == 1 {
      return { activation, target in
        let value = first(activation)
        target.initialize(to: value)
        return value.isError ? value : .null
      }
    }
    let half = operands.count / 2
    let left = balanced(operands.prefix(half))
    let right = balanced(operands.dropFirst(half))
    return { activation, target in
      let error = left(activation, target)
      return error.isError ? error : right(activation, target + half)
    }
  }
}
