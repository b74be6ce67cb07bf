extension Value {
  /// The value for a key of a map, or nil. Linear for small maps, by hash for larger ones.
  public func find(_ key: Value) -> UnsafePointer<Value>? {
    if auxiliary != 0 { return findByHash(key) }
    let pairs = self.pairs
    var index = 0
    if key.isPlain(.string) {
      while index < pairs.count {
        if pairs[index].head == key.head, equal(pairs[index].start, key.start, key.length) {
          return valueStart + index + 1
        }
        index += 2
      }
      return nil
    }
    while index < pairs.count {
      if Value.equals(pairs[index], key) { return valueStart + index + 1 }
      index += 2
    }
    return nil
  }

  private func findByHash(_ key: Value) -> UnsafePointer<Value>? {
    let table = UnsafeRawPointer(valueStart + 2 * length).assumingMemoryBound(to: UInt32.self)
    let mask = 1 << Int(auxiliary) - 1
    var slot = Int(truncatingIfNeeded: key.hash) & mask
    while table[slot] != 0 {
      let entry = valueStart + 2 * Int(table[slot] - 1)
      if Value.equals(entry.pointee, key) { return entry + 1 }
      slot = (slot + 1) & mask
    }
    return nil
  }
}

/// Builds a map in the arena: its entries, and an index by hash behind them when there are many.
public struct MapBuilder {

  private let entries: UnsafeMutablePointer<Value>
  private let table: UnsafeMutablePointer<UInt32>?
  private let bits: Int
  private let capacity: Int
  public private(set) var count = 0

  /// A builder for at most `capacity` entries; nil when the arena is full.
  public init?(capacity: Int, in activation: Activation) {
    var bits = 0
    if capacity > 12 {
      bits = 5
      while 1 << bits < 2 * capacity { bits += 1 }
    }
    let size = bits == 0 ? 0 : 4 << bits
    guard let memory = activation.allocate(32 * capacity + size) else { return nil }
    entries = memory.assumingMemoryBound(to: Value.self)
    table = bits == 0 ? nil : (memory + 32 * capacity).assumingMemoryBound(to: UInt32.self)
    table?.initialize(repeating: 0, count: 1 << bits)
    self.bits = bits
    self.capacity = capacity
  }

  /// Adds an entry; false when the key is there already (the first one stays).
  public mutating func insert(_ key: Value, _ value: Value) -> Bool {
    guard count < capacity else { return false }
    if let table {
      let mask = 1 << bits - 1
      var slot = Int(truncatingIfNeeded: key.hash) & mask
      while table[slot] != 0 {
        if Value.equals(entries[2 * Int(table[slot] - 1)], key) { return false }
        slot = (slot + 1) & mask
      }
      table[slot] = UInt32(count + 1)
    } else if Value(kind: .map, count: UInt32(count), bits: address).find(key) != nil {
      return false
    }
    entries[2 * count] = key
    entries[2 * count + 1] = value
    count += 1
    return true
  }

  private var address: UInt64 { UInt64(UInt(bitPattern: entries)) }

  /// The finished map.
  public var map: Value {
    guard count > 0 else { return .emptyMap }
    // The index lies behind the full capacity; a map with fewer entries moves it up.
    if let table, count < capacity {
      let target = UnsafeMutableRawPointer(entries + 2 * count)
      target.copyMemory(from: UnsafeRawPointer(table), byteCount: 4 << bits)
    }
    return Value(kind: .map, auxiliary: UInt16(bits), count: UInt32(count), bits: address)
  }
}
