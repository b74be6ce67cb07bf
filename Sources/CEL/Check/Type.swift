/// A static type.
public indirect enum Type: Hashable, Sendable {
  case null, bool, int, uint, double, string, bytes, timestamp, duration, decimal, type
  case list(Type)
  case map(Type, Type)
  case optional(Type)
  /// An object of the host, by the name of its `ObjectType`.
  case object(String)
  /// Not known before run time.
  case dyn
  /// A type parameter in the signature of a function.
  case parameter(String)
}

extension Type: CustomStringConvertible {
  /// The type as the language's documentation writes it.
  public var description: String {
    switch self {
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .decimal: "decimal"
    case .type: "type"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .optional(let value): "optional_type(\(value))"
    case .object(let name): name
    case .dyn: "dyn"
    case .parameter(let name): name
    }
  }

  /// The value's type inside an optional, or nil.
  public var unwrapped: Type? { if case .optional(let type) = self { type } else { nil } }

  var isDynamic: Bool { self == .dyn }

  var isNumeric: Bool {
    switch self {
    case .int, .uint, .double, .decimal: true
    default: false
    }
  }

  /// Whether values of the type are ordered.
  var isOrdered: Bool {
    switch self {
    case .bool, .int, .uint, .double, .decimal, .string, .bytes, .timestamp, .duration, .dyn: true
    default: false
    }
  }
}

// MARK: - Unification

/// What the type parameters of a signature stand for in one call.
struct Substitution {
  private var bound: [String: Type] = [:]

  /// Whether an argument can be passed for a parameter; binds the type parameters on the way.
  mutating func accepts(_ argument: Type, for parameter: Type) -> Bool {
    switch (parameter, argument) {
    case (.parameter(let name), _):
      guard let known = bound[name] else {
        bound[name] = argument
        return true
      }
      if known == argument || argument == .dyn { return true }
      if Type.assignable(argument, to: known) { return true }
      guard Type.assignable(known, to: argument) else { return false }
      bound[name] = argument
      return true
    case (.dyn, _), (_, .dyn): return true
    case (.list(let p), .list(let a)): return accepts(a, for: p)
    case (.map(let pk, let pv), .map(let ak, let av)): return accepts(ak, for: pk) && accepts(av, for: pv)
    case (.optional(let p), .optional(let a)): return accepts(a, for: p)
    default: return parameter == argument
    }
  }

  /// The type with its parameters replaced; an unbound one is `dyn`.
  func resolve(_ type: Type) -> Type {
    switch type {
    case .parameter(let name): bound[name] ?? .dyn
    case .list(let element): .list(resolve(element))
    case .map(let key, let value): .map(resolve(key), resolve(value))
    case .optional(let value): .optional(resolve(value))
    default: type
    }
  }
}

extension Type {
  /// Whether a value of one type can stand where the other is wanted; `dyn` stands for every type, at every depth.
  public static func assignable(_ type: Type, to wanted: Type) -> Bool {
    var substitution = Substitution()
    return substitution.accepts(type, for: wanted)
  }

  /// The common type of two, which is `dyn` when they differ.
  static func join(_ a: Type, _ b: Type) -> Type {
    if a == b { return a }
    switch (a, b) {
    case (.list(.dyn), .list), (.map(.dyn, .dyn), .map): return b
    case (.list, .list(.dyn)), (.map, .map(.dyn, .dyn)): return a
    case (.list(let x), .list(let y)): return .list(join(x, y))
    case (.map(let xk, let xv), .map(let yk, let yv)): return .map(join(xk, yk), join(xv, yv))
    case (.optional(.dyn), .optional): return b
    case (.optional, .optional(.dyn)): return a
    case (.optional(let x), .optional(let y)): return .optional(join(x, y))
    default: return .dyn
    }
  }
}

// MARK: - At run time

/// The kinds of value that a parameter takes, as a set of bits; bit 31 is for every optional value.
struct KindSet {
  let bits: UInt32

  static let any = KindSet(bits: .max)

  init(bits: UInt32) { self.bits = bits }

  init(_ type: Type) {
    func bit(_ kind: Kind) -> UInt32 { 1 << UInt32(kind.rawValue) }
    switch type {
    case .null: bits = bit(.null)
    case .bool: bits = bit(.bool)
    case .int: bits = bit(.int)
    case .uint: bits = bit(.uint)
    case .double: bits = bit(.double)
    case .string: bits = bit(.string)
    case .bytes: bits = bit(.bytes)
    case .timestamp: bits = bit(.timestamp)
    case .duration: bits = bit(.duration)
    case .decimal: bits = bit(.decimal)
    case .type: bits = bit(.type)
    case .list: bits = bit(.list)
    case .map: bits = bit(.map)
    case .object: bits = bit(.object)
    case .optional: bits = 1 << 31
    case .dyn, .parameter: bits = .max
    }
  }

  @inline(__always)
  func contains(_ value: Value) -> Bool {
    let shift = value.isOptional ? 31 : UInt32(value.kind.rawValue)
    return bits &>> shift & 1 != 0
  }
}
