// Functions of decimals beyond the operators: what needs a number of digits behind the point. Halves are rounded away
// from zero, as on an invoice.

extension Library {
  static let decimals: [Entry] =
    [
      (
        "round",
        .binary(.decimal, .int, .decimal, member: true) { activation, x, digits in
          guard isScale(digits) else { return wrongScale(activation, digits) }
          return Decimal(x).rounded(Int(digits.int))?.value ?? .error(.overflow)
        }
      ),
      ("scale", .unary(.decimal, .int, member: true) { _, x in .int(Int64(Decimal(x).scale)) }),
    ]
    + [Type.decimal, .int, .uint].map { type in
      (
        "divide",
        .ternary(.decimal, type, .int, .decimal, member: true) { activation, x, y, digits in
          guard isScale(digits) else { return wrongScale(activation, digits) }
          let divisor = Decimal(y)
          guard divisor.mantissa != 0 else { return .error(.divideByZero) }
          return Decimal.divide(Decimal(x), divisor, scale: Int(digits.int))?.value ?? .error(.overflow)
        }
      )
    }

  private static func isScale(_ digits: Value) -> Bool { 0...Int64(Decimal.maximumScale) ~= digits.int }

  private static func wrongScale(_ activation: Activation, _ digits: Value) -> Value {
    activation.error(.invalidArgument, "0 to \(Decimal.maximumScale) digits, not \(digits.int)")
  }
}
