/// The fields of one name that objects of the known types have.
struct DynamicField: Sendable {
  let getters: [UInt32: @Sendable (Activation, Value) -> Value]

  func select(_ activation: Activation, _ value: Value, _ key: Value, isOptional: Bool) -> Value {
    if value.isOptional {
      if value.isNone { return .none }
      return select(activation, value.unwrapped, key, isOptional: true)
    }
    switch value.kind {
    case .map:
      if let found = value.find(key) { return isOptional ? found.pointee.wrapped : found.pointee }
      return isOptional ? .none : activation.error(.noSuchKey, detail: key.utf8)
    case .object:
      guard let get = getters[value.count] else { return activation.error(.noSuchField, detail: key.utf8) }
      let found = get(activation, value)
      return found.isError || !isOptional || found.isOptional ? found : found.wrapped
    default: return .error(.noSuchOverload)
    }
  }
}

/// Operations on values whose kinds are not known before run time.
enum Dynamic {
  static func index(_ activation: Activation, _ value: Value, _ key: Value, isOptional: Bool) -> Value {
    if value.isOptional {
      if value.isNone { return .none }
      return index(activation, value.unwrapped, key, isOptional: true)
    }
    switch value.kind {
    case .list:
      guard let position = integer(key) else { return .error(.invalidArgument) }
      guard position >= 0, position < Int64(value.count) else {
        return isOptional ? .none : activation.error(.indexOutOfRange, String(position))
      }
      let element = value.elements[Int(position)]
      return isOptional ? element.wrapped : element
    case .map:
      if let found = value.find(key) { return isOptional ? found.pointee.wrapped : found.pointee }
      if isOptional { return .none }
      return key.isPlain(.string) ? activation.error(.noSuchKey, detail: key.utf8) : .error(.noSuchKey)
    default: return .error(.noSuchOverload)
    }
  }

  /// A number of any type without a fraction.
  static func integer(_ value: Value) -> Int64? {
    guard !value.isOptional else { return nil }
    return switch value.kind {
    case .int: value.int
    case .uint: Int64(exactly: value.uint)
    case .double: Int64(exactly: value.double)
    default: nil
    }
  }

  static func contains(_ key: Value, _ collection: Value) -> Value {
    switch collection.tag {
    case UInt16(Kind.list.rawValue):
      for element in collection.elements where Value.equals(element, key) { return .true }
      return .false
    case UInt16(Kind.map.rawValue): return .bool(collection.find(key) != nil)
    default: return .error(.noSuchOverload)
    }
  }

  static func compare(_ operation: BinaryOperator, _ a: Value, _ b: Value) -> Value {
    guard let order = Value.order(a, b) else {
      // A NaN is neither less nor greater than a number.
      return a.isNumber && b.isNumber ? .false : .error(.noSuchOverload)
    }
    return switch operation {
    case .less: .bool(order < 0)
    case .lessOrEqual: .bool(order <= 0)
    case .greater: .bool(order > 0)
    default: .bool(order >= 0)
    }
  }

  static func negate(_ value: Value) -> Value {
    guard !value.isOptional else { return .error(.noSuchOverload) }
    switch value.kind {
    case .int: return value.int == .min ? .error(.overflow) : .int(-value.int)
    case .double: return .double(-value.double)
    case .decimal: return Decimal(value).negated?.value ?? .error(.overflow)
    case .duration: return Time.subtract(.duration(seconds: 0), value)
    default: return .error(.noSuchOverload)
    }
  }

  static func arithmetic(_ operation: BinaryOperator, _ activation: Activation, _ a: Value, _ b: Value) -> Value {
    guard !a.isOptional, !b.isOptional else { return .error(.noSuchOverload) }
    switch (a.kind, b.kind) {
    case (.int, .int): return int(operation, a.int, b.int)
    case (.uint, .uint): return uint(operation, a.uint, b.uint)
    case (.double, .double):
      switch operation {
      case .add: return .double(a.double + b.double)
      case .subtract: return .double(a.double - b.double)
      case .multiply: return .double(a.double * b.double)
      case .divide: return .double(a.double / b.double)
      default: return .error(.noSuchOverload)
      }
    case (.decimal, .decimal), (.decimal, .int), (.decimal, .uint), (.int, .decimal), (.uint, .decimal):
      let (x, y) = (Decimal(a), Decimal(b))
      switch operation {
      case .add: return Decimal.add(x, y)?.value ?? .error(.overflow)
      case .subtract: return Decimal.subtract(x, y)?.value ?? .error(.overflow)
      case .multiply: return Decimal.multiply(x, y)?.value ?? .error(.overflow)
      default: return .error(.noSuchOverload)
      }
    case (.string, .string) where operation == .add, (.bytes, .bytes) where operation == .add:
      return concatenate(activation, a, b)
    case (.list, .list) where operation == .add:
      if a.count == 0 { return b }
      if b.count == 0 { return a }
      guard let start = activation.allocateValues(a.length + b.length) else { return .error(.outOfMemory) }
      start.initialize(from: a.valueStart, count: a.length)
      (start + a.length).initialize(from: b.valueStart, count: b.length)
      return .list(start, count: a.length + b.length)
    case (.timestamp, .duration), (.duration, .timestamp), (.duration, .duration), (.timestamp, .timestamp):
      return Time.arithmetic(operation, a, b)
    default: return .error(.noSuchOverload)
    }
  }

  @inline(__always)
  static func concatenate(_ activation: Activation, _ a: Value, _ b: Value) -> Value {
    if a.count == 0 { return b }
    if b.count == 0 { return a }
    let count = a.length + b.length
    guard count < Int(UInt32.max), let memory = activation.allocate(count) else { return .error(.outOfMemory) }
    memory.copyMemory(from: a.start, byteCount: a.length)
    (memory + a.length).copyMemory(from: b.start, byteCount: b.length)
    return Value(kind: a.kind, count: UInt32(count), bits: UInt64(UInt(bitPattern: memory)))
  }

  @inline(__always)
  static func int(_ operation: BinaryOperator, _ a: Int64, _ b: Int64) -> Value {
    let (result, overflow): (Int64, Bool)
    switch operation {
    case .add: (result, overflow) = a.addingReportingOverflow(b)
    case .subtract: (result, overflow) = a.subtractingReportingOverflow(b)
    case .multiply: (result, overflow) = a.multipliedReportingOverflow(by: b)
    case .divide:
      if b == 0 { return .error(.divideByZero) }
      (result, overflow) = a.dividedReportingOverflow(by: b)
    case .remainder:
      if b == 0 { return .error(.divideByZero) }
      (result, overflow) = a.remainderReportingOverflow(dividingBy: b)
    default: return .error(.noSuchOverload)
    }
    return overflow ? .error(.overflow) : .int(result)
  }

  @inline(__always)
  static func uint(_ operation: BinaryOperator, _ a: UInt64, _ b: UInt64) -> Value {
    let (result, overflow): (UInt64, Bool)
    switch operation {
    case .add: (result, overflow) = a.addingReportingOverflow(b)
    case .subtract: (result, overflow) = a.subtractingReportingOverflow(b)
    case .multiply: (result, overflow) = a.multipliedReportingOverflow(by: b)
    case .divide:
      if b == 0 { return .error(.divideByZero) }
      (result, overflow) = (a / b, false)
    case .remainder:
      if b == 0 { return .error(.divideByZero) }
      (result, overflow) = (a % b, false)
    default: return .error(.noSuchOverload)
    }
    return overflow ? .error(.overflow) : .uint(result)
  }
}

extension Value {
  /// Whether an object is in the value: objects may refer to the arena they were made in, so they are never folded.
  var holdsObject: Bool {
    switch kind {
    case .object: true
    case .list: elements.contains { $0.holdsObject }
    case .map: pairs.contains { $0.holdsObject }
    default: false
    }
  }
}
