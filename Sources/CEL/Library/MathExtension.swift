#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// The math extension. `greatest` and `least` of more than two numbers come as a list (see Macros.swift).

extension Library {
  static let math: [Entry] = extremes + rounding + signs + bitwise

  // MARK: Greatest and least

  private static let numberTypes: [Type] = [.int, .uint, .double, .decimal]

  private static let extremes: [Entry] = [("math.greatest", 1), ("math.least", -1)].flatMap { name, sign -> [Entry] in
    numberTypes.flatMap { type -> [Entry] in
      [
        (name, .unary(type, type) { _, x in x }),
        (name, .unary(.list(type), type) { activation, x in extreme(activation, x.elements, sign) }),
      ]
        + numberTypes.map { other in
          (
            name,
            .binary(type, other, type == other ? type : .dyn) { activation, x, y in
              extreme(activation, x, y, sign)
            }
          )
        }
    } + [
      (
        name,
        .unary(.list(.dyn), .dyn, specialize: refuseOthers(name)) { activation, x in
          extreme(activation, x.elements, sign)
        }
      )
    ]
  }

  /// The first of equals.
  private static func extreme(_ activation: Activation, _ x: Value, _ y: Value, _ sign: Int) -> Value {
    guard x.isNumber, y.isNumber else { return .error(.noSuchOverload) }
    guard let order = Value.order(x, y) else { return activation.error(.invalidArgument, "NaN has no order") }
    return order * sign >= 0 ? x : y
  }

  private static func extreme(_ activation: Activation, _ list: UnsafeBufferPointer<Value>, _ sign: Int) -> Value {
    guard var best = list.first else { return activation.error(.invalidArgument, "the list is empty") }
    guard best.isNumber else { return .error(.noSuchOverload) }
    for value in list.dropFirst() {
      best = extreme(activation, best, value, sign)
      if best.isError { return best }
    }
    return best
  }

  // MARK: Doubles

  private static func double(_ name: String, _ body: @escaping @Sendable (Double) -> Double) -> Entry {
    (name, .unary(.double, .double) { _, x in .double(body(x.double)) })
  }

  private static let rounding: [Entry] = [
    double("math.ceil") { $0.rounded(.up) },
    double("math.floor") { $0.rounded(.down) },
    double("math.round") { $0.rounded(.toNearestOrAwayFromZero) },
    double("math.trunc") { $0.rounded(.towardZero) },
    double("math.sqrt") { $0.squareRoot() },
    ("math.sqrt", .unary(.int, .double) { _, x in .double(Double(x.int).squareRoot()) }),
    ("math.sqrt", .unary(.uint, .double) { _, x in .double(Double(x.uint).squareRoot()) }),
    ("math.isNaN", .unary(.double, .bool) { _, x in .bool(x.double.isNaN) }),
    ("math.isInf", .unary(.double, .bool) { _, x in .bool(x.double.isInfinite) }),
    ("math.isFinite", .unary(.double, .bool) { _, x in .bool(x.double.isFinite) }),
  ]

  private static let signs: [Entry] = [
    ("math.abs", .unary(.int, .int) { _, x in x.int == .min ? .error(.overflow) : .int(Swift.abs(x.int)) }),
    ("math.abs", .unary(.uint, .uint) { _, x in x }),
    ("math.abs", .unary(.double, .double) { _, x in .double(x.double.magnitude) }),
    (
      "math.abs",
      .unary(.decimal, .decimal) { _, x in
        let decimal = Decimal(x)
        return decimal.mantissa < 0 ? decimal.negated?.value ?? .error(.overflow) : x
      }
    ),
    ("math.sign", .unary(.int, .int) { _, x in .int(x.int.signum()) }),
    ("math.sign", .unary(.uint, .uint) { _, x in .uint(x.uint.signum()) }),
    (
      "math.sign",
      .unary(.double, .double) { _, x in
        .double(x.double.isNaN ? .nan : x.double > 0 ? 1 : x.double < 0 ? -1 : 0)
      }
    ),
    ("math.sign", .unary(.decimal, .decimal) { _, x in Decimal(.int(Int64(Decimal(x).mantissa.signum()))).value }),
  ]

  // MARK: Bits

  private static func bits(_ name: String, _ body: @escaping @Sendable (UInt64, UInt64) -> UInt64) -> [Entry] {
    [Type.int, .uint].map { type in
      (name, .binary(type, type, type) { _, x, y in Value(head: x.head, bits: body(x.bits, y.bits)) })
    }
  }

  private static let bitwise: [Entry] =
    bits("math.bitAnd") { $0 & $1 } + bits("math.bitOr") { $0 | $1 } + bits("math.bitXor") { $0 ^ $1 }
    + [Type.int, .uint].flatMap { type -> [Entry] in
      [
        ("math.bitNot", .unary(type, type) { _, x in Value(head: x.head, bits: ~x.bits) }),
        ("math.bitShiftLeft", .binary(type, .int, type) { a, x, n in shift(a, x, n) { $0 << $1 } }),
        // Zeros come in from the left, also for a negative int.
        ("math.bitShiftRight", .binary(type, .int, type) { a, x, n in shift(a, x, n) { $0 >> $1 } }),
      ]
    }

  private static func shift(
    _ activation: Activation, _ x: Value, _ count: Value, _ body: (UInt64, Int64) -> UInt64
  ) -> Value {
    guard count.int >= 0 else { return activation.error(.invalidArgument, "a negative shift: \(count.int)") }
    return Value(head: x.head, bits: body(x.bits, min(count.int, 64)))
  }
}
