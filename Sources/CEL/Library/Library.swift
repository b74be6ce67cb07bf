/// The functions that every environment has.
enum Library {
  static let functions = add(
    sizes + conversions + strings + stringExtension + optionals + numbers + math + decimals + urls + times + network
      + encoders + hashes, to: [:])

  /// The functions without named time zones.
  static let functionsWithoutZones = functions(zones: .none)

  static func functions(zones: ZoneSource) -> [String: Function] { add(zoned(zones), to: functions) }

  private static func add(_ entries: [Entry], to functions: [String: Function]) -> [String: Function] {
    var functions = functions
    for (name, overload) in entries {
      functions[name, default: Function(name: name)].overloads.append(overload)
    }
    return functions
  }

  typealias Entry = (String, Overload)

  /// The names that denote types in an expression.
  static let typeNames: [String: Type] = [
    "null_type": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string,
    "bytes": .bytes, "list": .list(.dyn), "map": .map(.dyn, .dyn), "type": .type, "optional_type": .optional(.dyn),
    "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration, "decimal": .decimal,
    "net.IP": .address, "net.CIDR": .network,
  ]

  /// The name of a type at run time, without its parameters.
  static func name(of type: Type) -> String {
    switch type {
    case .list: "list"
    case .map: "map"
    case .optional: "optional_type"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    default: type.description
    }
  }

  /// The type of a value, as a value.
  static func typeOf(_ activation: Activation, _ value: Value) -> Value {
    func named(_ text: StaticString) -> Value {
      let text = Value.string(text)
      return Value(kind: .type, count: text.count, bits: text.bits)
    }
    if value.isOptional { return named("optional_type") }
    switch value.kind {
    case .null: return named("null_type")
    case .bool: return named("bool")
    case .int: return named("int")
    case .uint: return named("uint")
    case .double: return named("double")
    case .string: return named("string")
    case .bytes: return named("bytes")
    case .timestamp: return named("google.protobuf.Timestamp")
    case .duration: return named("google.protobuf.Duration")
    case .decimal: return named("decimal")
    case .list: return named("list")
    case .map: return named("map")
    case .type: return named("type")
    case .address: return named("net.IP")
    case .network: return named("net.CIDR")
    case .object: return named("object")
    case .absent, .error: return value
    }
  }

  static let sizes: [Entry] = [Type.string, .bytes, .list(.parameter("T")), .map(.parameter("K"), .parameter("V"))]
    .flatMap { type in
      [false, true].map { member in
        (
          "size",
          .unary(type, .int, member: member) { _, x in
            x.kind == .string ? .int(Int64(codePoints(x.start, x.length))) : .int(Int64(x.count))
          }
        )
      }
    }
}
