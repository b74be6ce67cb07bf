/// The signatures of the operators.
enum Operators {
  private static let arithmetic: [BinaryOperator: [(Type, Type, Type)]] = {
    let list = Type.list(.parameter("T"))
    let decimals: [(Type, Type, Type)] = [
      (.decimal, .decimal, .decimal), (.decimal, .int, .decimal), (.int, .decimal, .decimal),
      (.decimal, .uint, .decimal), (.uint, .decimal, .decimal),
    ]
    let numbers: [(Type, Type, Type)] = [(.int, .int, .int), (.uint, .uint, .uint), (.double, .double, .double)]
    return [
      .add: numbers + decimals + [
        (.string, .string, .string), (.bytes, .bytes, .bytes), (list, list, list),
        (.timestamp, .duration, .timestamp), (.duration, .timestamp, .timestamp), (.duration, .duration, .duration),
      ],
      .subtract: numbers + decimals + [
        (.timestamp, .timestamp, .duration), (.timestamp, .duration, .timestamp), (.duration, .duration, .duration),
      ],
      .multiply: numbers + decimals,
      .divide: numbers,
      .remainder: [(.int, .int, .int), (.uint, .uint, .uint)],
    ]
  }()

  /// The type of the result, or nil when the operator does not take the operands.
  static func type(_ operation: BinaryOperator, _ a: Type, _ b: Type) -> Type? {
    switch operation {
    case .equal, .notEqual: comparable(a, b) ? .bool : nil
    case .less, .lessOrEqual, .greater, .greaterOrEqual: a.isOrdered && b.isOrdered && comparable(a, b) ? .bool : nil
    case .in:
      switch b {
      case .dyn: .bool
      case .list(let element): comparable(a, element) ? .bool : nil
      case .map(let key, _): comparable(a, key) ? .bool : nil
      default: nil
      }
    default: result(operation, a, b)
    }
  }

  private static func comparable(_ a: Type, _ b: Type) -> Bool {
    a.isNumeric && b.isNumeric || Type.assignable(a, to: b) || Type.assignable(b, to: a)
  }

  private static func result(_ operation: BinaryOperator, _ a: Type, _ b: Type) -> Type? {
    var found: Type?
    for (left, right, result) in arithmetic[operation] ?? [] {
      var substitution = Substitution()
      // Lists of different types make a list of dynamic elements.
      if case .list = left {
        switch (a, b) {
        case (.list, .list): return Type.join(a, b)
        case (.list, .dyn), (.dyn, .list): return .list(.dyn)
        default: break
        }
      }
      guard substitution.accepts(a, for: left), substitution.accepts(b, for: right) else { continue }
      let type = substitution.resolve(result)
      if let found, found != type { return .dyn }
      found = type
    }
    return found
  }
}
