internal import CEL

/// Keys of one map that would lose the whole event in the receiver's index: it refuses a NUL in a key, and a value whose
/// path and text have more than 32,766 bytes together. Anybody on the web can send such a key.
struct MendedKeys {
  /// Bytes of the keys from data that lead to a value. With a text as long as a payload carries there is room for the
  /// mapping's own keys before them.
  static let longest = 512
  /// What a key may have where those before it leave no room.
  private static let shortest = 16

  /// All keys of the map as they leave.
  private var names: Set<[UInt8]>?

  /// The key without NUL and cut at a character.
  ///
  /// - Parameter path: bytes of the keys above.
  /// - Returns: nil if nothing is left of it, or another key leaves under that name.
  mutating func name(_ key: Value, among pairs: UnsafeBufferPointer<Value>, path: Int) -> [UInt8]? {
    var name = key.utf8.filter { $0 != 0 }
    let limit = max(MendedKeys.longest - path, MendedKeys.shortest)
    if name.count > limit {
      var end = limit
      while end > limit - 4, name[end] & 0xC0 == 0x80 { end -= 1 }
      name.removeSubrange(end...)
    }
    guard name.count < key.length else { return name }
    var names = self.names ?? Set(stride(from: 0, to: pairs.count, by: 2).map { Array(pairs[$0].utf8) })
    self.names = nil
    let isFree = !name.isEmpty && names.insert(name).inserted
    self.names = names
    return isFree ? name : nil
  }
}
