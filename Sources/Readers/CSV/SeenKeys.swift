internal import Pipeline

/// The keys of groups that are closed, as 64-bit hashes in an open-addressing table: 8 bytes at a load of at most three
/// quarters, so 11 to 22 bytes a group, whatever its key. Two keys of one hash would make a sound group a reject; among
/// ten million groups that happens once in about 370,000 files.
final class SeenKeys {
  private var slots: UnsafeMutablePointer<UInt64>
  private var mask: Int
  private var count = 0

  init() {
    mask = 4095
    slots = .allocate(capacity: 4096)
    slots.initialize(repeating: 0, count: 4096)
  }

  deinit { slots.deallocate() }

  /// Remembers a key; false if it was known.
  func insert(_ hash: UInt64) -> Bool {
    // 0 marks a free slot.
    let hash = hash == 0 ? 1 : hash
    if count * 4 >= (mask + 1) * 3 { grow() }
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] == hash { return false }
      slot = (slot + 1) & mask
    }
    slots[slot] = hash
    count += 1
    return true
  }

  private func grow() {
    let old = slots
    let size = mask + 1
    mask = size * 2 - 1
    slots = .allocate(capacity: size * 2)
    slots.initialize(repeating: 0, count: size * 2)
    for index in 0..<size where old[index] != 0 {
      var slot = Int(truncatingIfNeeded: old[index]) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = old[index]
    }
    old.deallocate()
  }
}
