internal import Pipeline

/// Finds the row of a key by its bytes: open addressing over rows that somebody else holds, nothing allocated by a look-up.
struct ByteIndex: Sendable {
  /// Row plus one, or 0.
  private var slots: [UInt32]
  private let mask: Int

  /// - Parameter capacity: rows at most.
  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    mask = size - 1
  }

  /// - Parameter key: the key of a row, for comparing.
  /// - Returns: the row that has the key, or nil.
  @inline(__always)
  func find(_ wanted: UnsafeBufferPointer<UInt8>, key: (Int) -> UnsafeBufferPointer<UInt8>) -> Int? {
    var slot = Int(truncatingIfNeeded: ByteHash.hash(wanted)) & mask
    while slots[slot] != 0 {
      let row = Int(slots[slot] - 1)
      if Self.equal(key(row), wanted) { return row }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Adds a row.
  ///
  /// - Returns: the row that has the key already, or nil when it was added.
  mutating func insert(_ row: Int, key: (Int) -> UnsafeBufferPointer<UInt8>) -> Int? {
    let wanted = key(row)
    var slot = Int(truncatingIfNeeded: ByteHash.hash(wanted)) & mask
    while slots[slot] != 0 {
      let other = Int(slots[slot] - 1)
      if Self.equal(key(other), wanted) { return other }
      slot = (slot + 1) & mask
    }
    slots[slot] = UInt32(row + 1)
    return nil
  }

  @inline(__always)
  private static func equal(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    guard let x = a.baseAddress, let y = b.baseAddress else { return true }
    return bytesEqual(x, y, a.count)
  }
}
