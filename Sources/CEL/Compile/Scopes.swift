/// Which nodes of a tree depend on nothing outside of them: no variable of the host, no function that is not pure, and no
/// variable of a macro around them.
struct Scopes {
  /// For each node the lowest slot of a macro's variable that it takes from outside; a node that depends on the record
  /// has -1, a closed one `Int.max`.
  private var lowest: [Int]

  init(_ checked: CheckedExpression) {
    lowest = Array(repeating: .max, count: checked.expression.id + 1)
    _ = visit(checked.expression, checked)
  }

  func isClosed(_ expression: Expression) -> Bool { lowest[expression.id] == .max }

  private mutating func visit(_ expression: Expression, _ checked: CheckedExpression) -> Int {
    var result = Int.max
    for child in expression.children { result = min(result, visit(child, checked)) }
    switch checked.resolutions[expression.id] {
    case .variable, .unknown: result = -1
    case .local(let slot): result = min(result, slot)
    case .overloads(let overloads, _) where !overloads.allSatisfy(\.isPure): result = -1
    // Slots are numbered from the outside in: what is not below the node's own is bound inside of it.
    case .slot(let own) where result >= own: result = .max
    default: break
    }
    lowest[expression.id] = result
    return result
  }
}
