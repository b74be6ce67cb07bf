import Synchronization

/// What an expression may use: variables, types of objects and functions, all given by the host on top of the
/// standard library.
public struct Environment: Sendable {
  public var variables: [String: Variable] = [:]
  public var objectTypes: [String: ObjectType] = [:]
  public private(set) var functions: [String: Function]
  /// Dotted paths (`url.query.order`) whose optional type counts as present. They are matched with the text of pure
  /// paths; at run time an absent value there is an error value. Selecting from a narrowed path still gives an
  /// optional value: only the path itself is narrowed.
  public var narrowed: Set<String> = []
  /// The namespace that names are looked up in first.
  public var container = ""
  /// Whether what the static checker refuses is compiled all the same and fails at run time. For conformance tests.
  public var isDynamic = false
  /// Whether the name of a type is a value wherever it stands, as in the standard. Without, it is one only where it is
  /// compared with a type (`type(x) == int`, `type(x) in [int, uint]`), and an unknown name elsewhere: a host whose
  /// variables have such names (`bytes`, `referer`) can say that there is no such variable.
  public var hasTypeValues = true

  /// The standard library, and nothing of a host.
  public init() {
    functions = Library.functionsWithoutZones
    objectTypes[URLObject.type.name] = URLObject.type
  }

  /// The standard library with named time zones, and nothing else of a host.
  public init(zones: ZoneSource) {
    self.init()
    functions = Library.functions(zones: zones)
  }

  /// Narrows a dotted path and all its prefixes, as `needs` does.
  public mutating func narrow(_ path: String) {
    var parts = path.split(separator: ".").map(String.init)
    while !parts.isEmpty {
      narrowed.insert(parts.joined(separator: "."))
      parts.removeLast()
    }
  }

  /// Adds overloads to the function of that name, or a new function.
  public mutating func register(_ name: String, _ overloads: Overload...) {
    functions[name, default: Function(name: name)].overloads += overloads
  }

  /// The full names that a name can stand for, the innermost namespace first.
  func candidates(_ name: String) -> [String] {
    if name.hasPrefix(".") { return [String(name.dropFirst())] }
    guard !container.isEmpty else { return [name] }
    var parts = container.split(separator: ".")
    var names: [String] = []
    while !parts.isEmpty {
      names.append(parts.joined(separator: ".") + "." + name)
      parts.removeLast()
    }
    return names + [name]
  }
}

/// A named value of the host.
public struct Variable: Sendable {
  public let type: Type
  /// Loads the value of the current record; an optional type gives `Value.none` or a `wrapped` value.
  public let load: Evaluate

  public init(_ type: Type, load: @escaping Evaluate) {
    self.type = type
    self.load = load
  }
}

/// A type of objects that only its properties look into.
public struct ObjectType: Sendable {
  /// A property of an object.
  public struct Property: Sendable {
    public let type: Type
    /// Reads the property; the value is always an object of the type.
    public let get: @Sendable (Activation, Value) -> Value

    public init(_ type: Type, get: @escaping @Sendable (Activation, Value) -> Value) {
      self.type = type
      self.get = get
    }
  }

  public let name: String
  /// Unique in the process; `Value.object(_:type:)` carries it.
  public let identifier: UInt32
  public let properties: [String: Property]

  public init(_ name: String, properties: [String: Property]) {
    self.name = name
    self.properties = properties
    identifier = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
  }

  private static let counter = Atomic<UInt32>(0)
}

/// A function by name, with all its overloads.
public struct Function: Sendable {
  public let name: String
  public var overloads: [Overload] = []
}
