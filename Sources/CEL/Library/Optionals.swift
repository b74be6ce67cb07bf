extension Library {
  private static let value = Type.parameter("T")
  private static let optional = Type.optional(value)

  static let optionals: [Entry] = [
    ("optional.none", .variadic([], .optional(.free)) { _, _ in .none }),
    ("optional.of", .unary(value, optional) { _, x in x.wrapped }),
    ("optional.ofNonZeroValue", .unary(value, optional) { _, x in isZero(x) ? .none : x.wrapped }),
    ("hasValue", .unary(optional, .bool, member: true) { _, x in .bool(x.isPresent) }),
    ("value", .unary(optional, value, member: true) { _, x in x.isPresent ? x.unwrapped : .error(.absentValue) }),
    (
      "orValue",
      .binary(optional, value, value, member: true, specialize: lazily(unwraps: true)) { _, x, y in
        x.isPresent ? x.unwrapped : y
      }
    ),
    (
      "or",
      .binary(optional, optional, optional, member: true, specialize: lazily(unwraps: false)) { _, x, y in
        x.isPresent ? x : y
      }
    ),
    // Ours: a plain value means orValue.
    (
      "or",
      .binary(optional, value, value, member: true, specialize: lazily(unwraps: true)) { _, x, y in
        x.isPresent ? x.unwrapped : y
      }
    ),
  ]

  /// The first of two values, whatever the second is.
  static let identity = Overload.binary(value, .parameter("U"), value, member: true, specialize: first) { _, x, _ in x }

  @Sendable
  private static func first(_ site: inout CallSite) -> Specialized? { Specialized(site.arguments[0].evaluate) }

  /// `orValue` on a target of unknown type. The alternative is evaluated only when it is needed.
  static func orValue(_ load: @escaping Evaluate, _ other: @escaping Evaluate, _ offset: UInt32) -> Evaluate {
    { activation in
      let x = load(activation)
      if x.isNone { return other(activation) }
      if x.isPresent { return x.unwrapped }
      return x.isError ? x : .error(.noSuchOverload, at: offset)
    }
  }

  /// The alternative is evaluated only when it is needed, so an error in it does not count otherwise.
  private static func lazily(unwraps: Bool) -> Overload.Specialize {
    { site in
      let (load, other) = (site.arguments[0].evaluate, site.arguments[1].evaluate)
      if unwraps, let literal = site.arguments[1].known {
        return Specialized { activation in
          let x = load(activation)
          if x.isNone { return literal.value }
          return x.isOptional ? x.unwrapped : x
        }
      }
      if unwraps {
        return Specialized { activation in
          let x = load(activation)
          if x.isNone { return other(activation) }
          return x.isOptional ? x.unwrapped : x
        }
      }
      return Specialized { activation in
        let x = load(activation)
        return x.isNone ? other(activation) : x
      }
    }
  }

  private static func isZero(_ value: Value) -> Bool {
    if value.isOptional { return value.isNone }
    return switch value.kind {
    case .null: true
    case .bool, .int, .uint: value.bits == 0
    case .double: value.double == 0
    case .string, .bytes, .list, .map: value.count == 0
    case .timestamp, .duration: value.bits == 0 && value.count == 0
    case .decimal: Decimal(value).mantissa == 0
    default: false
    }
  }
}
