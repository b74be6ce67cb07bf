extension Value {
  /// Equality as the language defines it: by value across the number types, structural for lists and maps; values of
  /// different types are unequal, and so is a NaN to itself.
  public static func equals(_ a: Value, _ b: Value) -> Bool { equals(a, b, depth: 0) }

  private static func equals(_ a: Value, _ b: Value, depth: Int) -> Bool {
    guard depth < 512 else { return false }
    if a.wrapping != b.wrapping { return false }
    if a.isOptional {
      if a.isNone || b.isNone { return a.isNone && b.isNone }
      return equals(a.unwrapped, b.unwrapped, depth: depth + 1)
    }
    switch (a.kind, b.kind) {
    case (.string, .string), (.bytes, .bytes), (.type, .type):
      return a.count == b.count && equal(a.start, b.start, a.length)
    // The family is in the length, the prefix length in the auxiliary number.
    case (.address, .address), (.network, .network): return a.head == b.head && equal(a.start, b.start, a.length)
    case (.null, .null), (.absent, .absent): return true
    case (.bool, .bool), (.int, .int), (.uint, .uint): return a.bits == b.bits
    case (.timestamp, .timestamp), (.duration, .duration): return a.head == b.head && a.bits == b.bits
    case (.object, .object): return a.bits == b.bits
    case (.list, .list):
      guard a.count == b.count else { return false }
      let (x, y) = (a.elements, b.elements)
      for index in 0..<a.length where !equals(x[index], y[index], depth: depth + 1) { return false }
      return true
    case (.map, .map):
      guard a.count == b.count else { return false }
      let pairs = a.pairs
      for index in stride(from: 0, to: pairs.count, by: 2) {
        guard let other = b.find(pairs[index]), equals(pairs[index + 1], other.pointee, depth: depth + 1) else {
          return false
        }
      }
      return true
    default:
      guard a.isNumber, b.isNumber else { return false }
      return order(a, b) == 0
    }
  }

  var isNumber: Bool {
    switch tag {
    case UInt16(Kind.int.rawValue), UInt16(Kind.uint.rawValue), UInt16(Kind.double.rawValue),
      UInt16(Kind.decimal.rawValue):
      true
    default: false
    }
  }

  /// The order of two values: negative, zero or positive; nil when they have none (different types, a NaN).
  public static func order(_ a: Value, _ b: Value) -> Int? {
    guard !a.isOptional, !b.isOptional else { return nil }
    switch (a.kind, b.kind) {
    case (.int, .int): return three(a.int, b.int)
    case (.uint, .uint): return three(a.uint, b.uint)
    case (.double, .double): return three(a.double, b.double)
    case (.int, .uint): return a.int < 0 ? -1 : three(UInt64(a.int), b.uint)
    case (.uint, .int): return b.int < 0 ? 1 : three(a.uint, UInt64(b.int))
    case (.int, .double): return three(a.int, b.double)
    case (.double, .int): return three(b.int, a.double).map { -$0 }
    case (.uint, .double): return three(a.uint, b.double)
    case (.double, .uint): return three(b.uint, a.double).map { -$0 }
    case (.bool, .bool): return three(a.bits, b.bits)
    case (.string, .string), (.bytes, .bytes): return compareBytes(a.start, a.length, b.start, b.length)
    case (.timestamp, .timestamp), (.duration, .duration):
      return a.seconds == b.seconds ? three(a.count, b.count) : three(a.seconds, b.seconds)
    case (.decimal, .decimal), (.decimal, .int), (.decimal, .uint), (.int, .decimal), (.uint, .decimal),
      (.decimal, .double), (.double, .decimal):
      return Decimal.order(a, b)
    default: return nil
    }
  }

  @inline(__always)
  private static func three<T: Comparable>(_ a: T, _ b: T) -> Int? {
    a < b ? -1 : a == b ? 0 : a > b ? 1 : nil
  }

  /// As the language's own implementations do: within the range of 64 bits the integer is rounded to a double.
  private static func three<I: FixedWidthInteger>(_ a: I, _ b: Double) -> Int? {
    if b > Double(I.max) { return -1 }
    if b < Double(I.min) { return 1 }
    return three(Double(a), b)
  }

  /// A hash that agrees with `equals`.
  public var hash: UInt64 { hash(seed: 0x9E37_79B9_7F4A_7C15, depth: 0) }

  private func hash(seed: UInt64, depth: Int) -> UInt64 {
    func mix(_ x: UInt64) -> UInt64 {
      let product = (x ^ seed).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
      return product.high ^ product.low
    }
    guard depth < 64, !isNone else { return mix(14) }
    if isOptional { return mix(unwrapped.hash(seed: seed, depth: depth + 1) &+ 1) }
    switch kind {
    case .string, .bytes, .type, .address, .network:
      var hash = mix(UInt64(count))
      var index = 0
      while index + 8 <= length {
        hash = mix(hash &+ load64(start + index))
        index += 8
      }
      var rest: UInt64 = 0
      while index < length {
        rest = rest &<< 8 | UInt64(start[index])
        index += 1
      }
      return mix(hash &+ rest)
    case .int: return mix(Value.canonicalBits(Double(int)))
    case .uint: return mix(Value.canonicalBits(Double(uint)))
    case .double: return mix(Value.canonicalBits(double))
    case .decimal: return mix(Decimal(self).hashBits)
    case .list:
      var hash = mix(UInt64(count))
      for element in elements { hash = mix(hash &+ element.hash(seed: seed, depth: depth + 1)) }
      return hash
    case .map:
      // The order of a map does not count.
      var hash = mix(UInt64(count))
      let pairs = self.pairs
      for index in stride(from: 0, to: pairs.count, by: 2) {
        hash &+= mix(
          pairs[index].hash(seed: seed, depth: depth + 1) &+ pairs[index + 1].hash(seed: seed, depth: depth + 1))
      }
      return hash
    case .timestamp, .duration: return mix(bits &+ UInt64(count) &<< 32)
    default: return mix(bits &+ head)
    }
  }

  /// The same for a zero of either sign.
  static func canonicalBits(_ double: Double) -> UInt64 { double == 0 ? 0 : double.bitPattern }
}
