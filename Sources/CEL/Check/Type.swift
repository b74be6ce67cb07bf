/// A static type.
public indirect enum Type: Hashable, Sendable {
  case null, bool, int, uint, double, string, bytes, timestamp, duration, decimal, type
  /// An IP address (`net.IP`), and a range of them (`net.CIDR`).
  case address, network
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
    case .address: "net.IP"
    case .network: "net.CIDR"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .optional(let value): "optional_type(\(value))"
    case .object(let name): name
    case .dyn: "dyn"
    case .parameter(let name): name.isEmpty ? "dyn" : name
    }
  }

  /// The type of the elements that an empty literal does not have: it fits every type. It stands only inside of others.
  static let free = Type.parameter("")

  /// The type with `dyn` for what stayed free.
  var settled: Type {
    switch self {
    case .free: .dyn
    case .list(let element): .list(element.settled)
    case .map(let key, let value): .map(key.settled, value.settled)
    case .optional(let value): .optional(value.settled)
    default: self
    }
  }

  /// The value's type inside an optional, or nil.
  public var unwrapped: Type? { if case .optional(let type) = self { type } else { nil } }

  var isDynamic: Bool { self == .dyn }

  /// Whether its values can be types, or lists of them.
  var mayHoldType: Bool {
    switch self {
    case .type, .dyn, .free: true
    case .list(let inner), .map(let inner, _), .optional(let inner): inner.mayHoldType
    default: false
    }
  }

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

// MARK: Unification

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
      guard known == argument || Type.assignable(argument, to: known) || Type.assignable(known, to: argument) else {
        return false
      }
      // What is dynamic anywhere is dynamic in the result: a static type is a promise that evaluators rely on.
      bound[name] = Type.join(known, argument)
      return true
    case (.dyn, _), (_, .free): return true
    case (.list(let p), .dyn), (.optional(let p), .dyn): return accepts(.dyn, for: p)
    case (.map(let pk, let pv), .dyn): return accepts(.dyn, for: pk) && accepts(.dyn, for: pv)
    case (_, .dyn): return true
    case (.list(let p), .list(let a)): return accepts(a, for: p)
    case (.map(let pk, let pv), .map(let ak, let av)): return accepts(ak, for: pk) && accepts(av, for: pv)
    case (.optional(let p), .optional(let a)): return accepts(a, for: p)
    default: return parameter == argument
    }
  }

  /// The type with its parameters replaced; an unbound one is `dyn`.
  func resolve(_ type: Type) -> Type {
    switch type {
    case .free: .free
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
    case (.free, let type), (let type, .free): return type
    case (.list(let x), .list(let y)): return .list(join(x, y))
    case (.map(let xk, let xv), .map(let yk, let yv)): return .map(join(xk, yk), join(xv, yv))
    case (.optional(let x), .optional(let y)): return .optional(join(x, y))
    default: return .dyn
    }
  }
}

// MARK: At run time

extension Type {
  /// Whether every value of a static type is known to fit a parameter, so that nothing is left to check at run time.
  static func guarantees(_ type: Type, _ parameter: Type) -> Bool {
    switch (type, parameter) {
    case (_, .parameter), (_, .dyn): true
    case (.list(let a), .list(let p)), (.optional(let a), .optional(let p)): guarantees(a, p)
    case (.map(let ak, let av), .map(let pk, let pv)): guarantees(ak, pk) && guarantees(av, pv)
    default: type == parameter
    }
  }

  /// Whether a value has the type, down to the elements of lists and maps.
  func holds(_ value: Value, _ objects: [String: UInt32]) -> Bool {
    switch self {
    case .dyn, .parameter: return true
    case .optional(let inner): return value.isNone || value.isPresent && inner.holds(value.unwrapped, objects)
    default: if value.isOptional { return false }
    }
    switch (self, value.kind) {
    case (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string),
      (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration), (.decimal, .decimal), (.type, .type),
      (.address, .address), (.network, .network):
      return true
    case (.list(let element), .list): return value.elements.allSatisfy { element.holds($0, objects) }
    case (.map(let key, let element), .map):
      let pairs = value.pairs
      return pairs.indices.allSatisfy { ($0 % 2 == 0 ? key : element).holds(pairs[$0], objects) }
    case (.object(let name), .object): return objects[name] == value.count
    default: return false
    }
  }
}
