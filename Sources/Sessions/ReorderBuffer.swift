internal import Pipeline

/// Where an accepted event waits: a small key, the event itself stays in its `MappedBlock`.
struct Waiting: BitwiseCopyable, HeapOrdered {
  /// The event's time, or for a late one just before its input's clock − disorder when it came: what orders processing.
  var effective: Int64
  /// Arrival in its input.
  var sequence: UInt64
  /// Slot in the `BlockTable`.
  var block: UInt32
  /// Index in the block; the top bit says "late".
  var position: UInt32

  static let lateBit: UInt32 = 1 << 31

  @inline(__always) var index: Int { Int(position & ~Waiting.lateBit) }
  @inline(__always) var isLate: Bool { position & Waiting.lateBit != 0 }

  @inline(__always)
  static func precedes(_ a: Waiting, _ b: Waiting) -> Bool {
    a.effective != b.effective ? a.effective < b.effective : a.sequence < b.sequence
  }
}

/// Puts one input's events in order of (effective time, arrival): a queue for those that came in order, a binary heap
/// for the stragglers. Adding and removing cost O(1) for the former, O(log stragglers) for the latter.
final class ReorderBuffer {
  // The queue: a ring of `mask + 1` entries, `count` of them in use from `first`.
  @exclusivity(unchecked) private var ring: UnsafeMutablePointer<Waiting>
  @exclusivity(unchecked) private var mask: Int
  @exclusivity(unchecked) private var first = 0
  @exclusivity(unchecked) private var count = 0
  @exclusivity(unchecked) private var newest = Int64.min
  @exclusivity(unchecked) private var heap = BinaryHeap<Waiting>()

  init() {
    // Small: there is one for each input, and most of many are never open.
    mask = 15
    ring = .allocate(capacity: mask + 1)
  }

  deinit { ring.deallocate() }

  var size: Int { count + heap.count }
  var isEmpty: Bool { count == 0 && heap.isEmpty }

  @inline(__always)
  func add(_ entry: Waiting) {
    if entry.effective >= newest || count == 0 {
      if count > mask { grow() }
      // Bounds: `& mask` stays inside the ring, which has a free place.
      ring[(first &+ count) & mask] = entry
      count &+= 1
      newest = entry.effective
    } else {
      push(entry)
    }
  }

  /// The entry that comes first.
  @inline(__always)
  var head: Waiting? {
    if heap.isEmpty { return count == 0 ? nil : ring[first] }
    return headWithStragglers
  }

  @inline(never)
  private var headWithStragglers: Waiting {
    guard let straggler = heap.first else { return ring[first] }
    return count > 0 && Waiting.precedes(ring[first], straggler) ? ring[first] : straggler
  }

  /// The entry behind so many others of the queue, if there is one: what will be the head soon, stragglers apart.
  @inline(__always)
  func queued(behind others: Int) -> Waiting? {
    others < count ? ring[(first &+ others) & mask] : nil
  }

  /// All entries, those that came in order first.
  func visit(_ body: (Waiting) throws -> Void) rethrows {
    for index in 0..<count { try body(ring[(first + index) & mask]) }
    for entry in heap.all { try body(entry) }
  }

  /// Removes `head`, which must exist.
  @inline(__always)
  func removeHead() {
    if heap.isEmpty {
      first = (first &+ 1) & mask
      count &-= 1
    } else {
      removeWithStragglers()
    }
  }

  @inline(never)
  private func removeWithStragglers() {
    if count > 0, let straggler = heap.first, Waiting.precedes(ring[first], straggler) {
      first = (first + 1) & mask
      count -= 1
    } else {
      heap.removeFirst()
    }
  }

  @inline(never)
  private func grow() {
    let size = mask + 1
    let grown = UnsafeMutablePointer<Waiting>.allocate(capacity: size * 2)
    for index in 0..<count { (grown + index).initialize(to: ring[(first + index) & mask]) }
    ring.deallocate()
    ring = grown
    first = 0
    mask = size * 2 - 1
  }

  @inline(never)
  private func push(_ entry: Waiting) { heap.insert(entry) }
}
