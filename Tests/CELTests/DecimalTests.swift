import CEL
import Testing

/// Exact arithmetic against whole numbers of 128 bits.
@Suite struct DecimalTests {
  private struct Number {
    let mantissa: Int128
    let scale: Int

    /// The number as the language reads it.
    var source: String {
      let digits = String(mantissa.magnitude)
      let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
      let whole = padded.dropLast(scale)
      return "decimal(\"\(mantissa < 0 ? "-" : "")\(whole)\(scale > 0 ? "." + padded.suffix(scale) : "")\")"
    }
  }

  private static func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }

  private static func number(_ value: Value) -> Number? {
    guard value.isPlain(.decimal) else { return nil }
    let decimal = Decimal(value)
    return Number(mantissa: decimal.mantissa, scale: decimal.scale)
  }

  /// Whether two numbers are the same, whatever their scales.
  private static func same(_ a: Number, _ b: Number) -> Bool {
    a.mantissa * power(b.scale) == b.mantissa * power(a.scale)
  }

  /// Whether `result` is `numerator / denominator` with `scale` digits behind the point, halves away from zero.
  private static func isQuotient(_ result: Number, _ numerator: Int128, _ denominator: Int128, _ scale: Int) -> Bool {
    guard result.scale == scale else { return false }
    let rest = numerator * power(scale) - result.mantissa * denominator
    if 2 * rest.magnitude < denominator.magnitude { return true }
    // A half is rounded up in magnitude: the result lies beyond the number itself.
    return 2 * rest.magnitude == denominator.magnitude && (rest < 0) == (numerator > 0)
  }

  @Test func agreesWithWholeNumbers() throws {
    var state: UInt64 = 362_436_069
    func next(_ count: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 20) % count
    }
    func random() -> Number {
      let sizes = [10, 1000, 1_000_000, 100_000_000]
      return Number(mantissa: Int128(next(2 * sizes[next(4)]) - sizes[next(2)]), scale: next(6))
    }
    let environment = Environment()
    let activation = Activation()
    for _ in 0..<1_500 {
      let (a, b, digits) = (random(), random(), next(7))
      func value(_ source: String) throws -> Value {
        try compile(source, in: environment).get().evaluate(activation)
      }
      activation.reset()
      let (x, y) = (a.source, b.source)
      let scale = max(a.scale, b.scale)
      let (p, q) = (a.mantissa * Self.power(scale - a.scale), b.mantissa * Self.power(scale - b.scale))
      let sum = try #require(Self.number(try value("\(x) + \(y)")))
      #expect(Self.same(sum, Number(mantissa: p + q, scale: scale)), "\(x) + \(y)")
      let difference = try #require(Self.number(try value("\(x) - \(y)")))
      #expect(Self.same(difference, Number(mantissa: p - q, scale: scale)), "\(x) - \(y)")
      let product = try #require(Self.number(try value("\(x) * \(y)")))
      #expect(
        Self.same(product, Number(mantissa: a.mantissa * b.mantissa, scale: a.scale + b.scale)), "\(x) * \(y)")
      #expect(try value("(\(x) < \(y)) == \(p < q) && (\(x) == \(y)) == \(p == q)").isTrue, "\(x) and \(y)")
      #expect(
        try value("decimal(string(\(x))) == \(x) && string(\(x)) == \(x.dropFirst(8).dropLast(1))").isTrue, "\(x)")
      let rounded = try #require(Self.number(try value("\(x).round(\(digits))")))
      #expect(Self.isQuotient(rounded, a.mantissa, Self.power(a.scale), digits), "\(x).round(\(digits))")
      if b.mantissa != 0 {
        let quotient = try #require(Self.number(try value("\(x).divide(\(y), \(digits))")))
        #expect(
          Self.isQuotient(
            quotient, a.mantissa * Self.power(b.scale), b.mantissa * Self.power(a.scale), digits),
          "\(x).divide(\(y), \(digits)) is \(quotient)")
      }
    }
  }
}
