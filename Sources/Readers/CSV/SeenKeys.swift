internal import CProcessor
internal import Glibc
internal import Pipeline

/// What a group's key is remembered by: the number that it is, or a hash.
struct SeenKey: BitwiseCopyable, Equatable {
  var bits: UInt64
  var isNumber = false
}

/// The keys of closed groups: numbers that count up as themselves (`SeenNumbers`), others as 64-bit hashes in at most
/// 16 MiB.
///
/// Hashes stand in two tables of a fixed largest size: when the newer one is full, the older one is forgotten and they
/// change places. So the last 786,432 keys at least are known, and twice as many at most; a key that comes back is new again. Which
/// keys are known follows from the series of keys alone.
///
/// Two keys of one hash would make a sound group a reject. A key is compared with at most 1.6 million others, so that
/// among ten million groups this happens in one of 1.2 million files (10^7 × 1.57·10^6 / 2^64).
final class SeenKeys {
  private struct Table {
    var slots: UnsafeMutablePointer<UInt64>
    var mask: Int
    var count = 0

    init(size: Int) {
      mask = size - 1
      // Asked for in no order: with small pages each key would cost a walk of the page tables.
      let bytes = size * MemoryLayout<UInt64>.stride
      let page = 2 << 20
      let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: bytes < page ? 16 : page)
      if bytes >= page { madvise(memory, bytes, MADV_HUGEPAGE) }
      slots = memory.bindMemory(to: UInt64.self, capacity: size)
      slots.initialize(repeating: 0, count: size)
    }

    /// The slot of a hash, or the free one where it would go. Loaded to three quarters at most, so there is one.
    @inline(__always)
    func slot(_ hash: UInt64) -> Int {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0, slots[slot] != hash { slot = (slot &+ 1) & mask }
      return slot
    }

    @inline(__always)
    func holds(_ hash: UInt64) -> Bool { slots[slot(hash)] == hash }

    @inline(__always)
    var isFull: Bool { count &* 4 >= (mask &+ 1) &* 3 }
  }

  private let largest: Int
  private var newer: Table
  private var older: Table?
  private let numbers = SeenNumbers()
  /// Whether a number stands among the hashes, being too far from the others.
  private var hasStrays = false

  /// - Parameter largest: slots of a table, a power of two.
  init(largest: Int = 1 << 20) {
    self.largest = largest
    newer = Table(size: min(4096, largest))
  }

  deinit {
    newer.slots.deallocate()
    older?.slots.deallocate()
  }

  /// Tells that a key is asked for soon.
  @inline(__always)
  func expect(_ key: SeenKey) {
    if !key.isNumber { prefetch(newer.slots + (Int(truncatingIfNeeded: key.bits) & newer.mask)) }
  }

  /// Remembers a key; false if it was known.
  func insert(_ key: SeenKey) -> Bool {
    guard key.isNumber else { return insert(hash: key.bits) }
    switch numbers.insert(key.bits) {
    case .known: return false
    case .new: return !hasStrays || !contains(hash: SeenKeys.hash(of: key.bits))
    case .outside:
      hasStrays = true
      return insert(hash: SeenKeys.hash(of: key.bits))
    }
  }

  private static func hash(of number: UInt64) -> UInt64 {
    withUnsafeBytes(of: number) { ByteHash.hash($0.assumingMemoryBound(to: UInt8.self)) }
  }

  private func contains(hash: UInt64) -> Bool {
    let hash = SeenKeys.entry(hash)
    return newer.holds(hash) || older?.holds(hash) ?? false
  }

  /// What stands in a slot for a hash: 0 marks a free one.
  @inline(__always)
  private static func entry(_ hash: UInt64) -> UInt64 { hash == 0 ? 1 : hash }

  private func insert(hash: UInt64) -> Bool {
    let hash = SeenKeys.entry(hash)
    if newer.isFull { makeRoom() }
    let slot = newer.slot(hash)
    if newer.slots[slot] == hash { return false }
    // A key that came back stays among the newer ones.
    newer.slots[slot] = hash
    newer.count &+= 1
    return !(older?.holds(hash) ?? false)
  }

  private func makeRoom() {
    let full = newer
    let size = full.mask + 1
    if size < largest {
      newer = Table(size: size * 2)
      for index in 0..<size where full.slots[index] != 0 {
        newer.slots[newer.slot(full.slots[index])] = full.slots[index]
      }
      newer.count = full.count
      full.slots.deallocate()
      return
    }
    newer = older ?? Table(size: size)
    newer.slots.update(repeating: 0, count: size)
    newer.count = 0
    older = full
  }
}
