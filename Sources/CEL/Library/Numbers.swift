extension Library {
  /// `sum()` of a list of numbers: exact for int, uint and decimal; the empty list of decimals has the sum 0.
  static let numbers: [Entry] = [
    ("sum", .unary(.list(.int), .int, member: true) { a, x in sum(a, x, .int(0)) }),
    ("sum", .unary(.list(.uint), .uint, member: true) { a, x in sum(a, x, .uint(0)) }),
    ("sum", .unary(.list(.double), .double, member: true) { a, x in sum(a, x, .double(0)) }),
    ("sum", .unary(.list(.decimal), .decimal, member: true) { a, x in sum(a, x, Decimal(.int(0)).value) }),
    ("sum", .unary(.list(.dyn), .dyn, member: true, specialize: refuseOthers("sum")) { a, x in sum(a, x, .int(0)) }),
  ]

  /// Reports a list of what is known to be no numbers, which fits a list of anything.
  static func refuseOthers(_ name: String) -> Overload.Specialize {
    { site in
      guard case .list(let element) = site.arguments[0].type else { return nil }
      switch element {
      case .dyn, .parameter, .int, .uint, .double, .decimal: break
      case .optional(let inner) where inner.isNumeric || inner == .dyn:
        site.report(
          .optionalWhereRequired, argument: 0, "elements may be absent, but '\(name)' needs numbers",
          remedy: "give each a default: .map(x, x.or(…)), or leave those out: [?a, ?b]")
      default:
        site.report(
          .typeMismatch, argument: 0, "'\(name)' needs numbers, but this is \(site.arguments[0].type)",
          remedy: "convert each: .map(x, decimal(x))")
      }
      return nil
    }
  }

  private static func sum(_ activation: Activation, _ list: Value, _ zero: Value) -> Value {
    var total = list.elements.first ?? zero
    guard total.isNumber else { return .error(.noSuchOverload) }
    for element in list.elements.dropFirst() {
      total = Dynamic.arithmetic(.add, activation, total, element)
      if total.isError { return total }
    }
    return total
  }
}
