extension Library {
  /// `sum()` of a list of numbers: exact for int, uint and decimal; the empty list of decimals has the sum 0.
  static let numbers: [Entry] = [
    ("sum", .unary(.list(.int), .int, member: true) { a, x in sum(a, x, .int(0)) }),
    ("sum", .unary(.list(.uint), .uint, member: true) { a, x in sum(a, x, .uint(0)) }),
    ("sum", .unary(.list(.double), .double, member: true) { a, x in sum(a, x, .double(0)) }),
    ("sum", .unary(.list(.decimal), .decimal, member: true) { a, x in sum(a, x, Decimal(.int(0)).value) }),
    ("sum", .unary(.list(.dyn), .dyn, member: true) { a, x in sum(a, x, .int(0)) }),
  ]

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
