internal import Pipeline

/// Counts byte-identical records of equal time, so that each gets an id of its own.
///
/// The counters live for one time. For a late event those of the last `window` milliseconds are looked through, at most
/// `reach` of them, and those of the last late events.
final class Ordinals {
  private struct Counter {
    var id = UUID(high: 0, low: 0)
    var generation: UInt32 = 0
    var count: UInt32 = 0
  }

  private struct Seen: BitwiseCopyable {
    var time: Int64
    var id: UInt64
  }

  private struct LateKey: Hashable {
    var time: Int64
    var id: UUID
  }

  private static let reach = 4096
  private static let lateLimit = 16_384
  private static let smallest = 256

  @exclusivity(unchecked) private var counters: UnsafeMutablePointer<Counter>
  @exclusivity(unchecked) private var mask = smallest - 1
  @exclusivity(unchecked) private var used = 0
  @exclusivity(unchecked) private var generation: UInt32 = 1
  @exclusivity(unchecked) private var time = Int64.min

  // The last `window` milliseconds, oldest first, in a ring.
  private let window: Int64
  private let remembers: Bool
  @exclusivity(unchecked) private var ring: UnsafeMutablePointer<Seen>
  @exclusivity(unchecked) private var ringMask = 1023
  @exclusivity(unchecked) private var ringFirst = 0
  @exclusivity(unchecked) private var ringCount = 0
  /// Entries that ever left the ring, and those ever in it that a commit has written.
  @exclusivity(unchecked) private var ringGone: Int64 = 0
  private var ringSaved: Int64 = 0
  /// Entries of one part of the state.
  private static let part: Int64 = 4096

  private var late: [LateKey: Int] = [:]
  private var lateBefore: [LateKey: Int] = [:]

  /// - Parameter window: nil if none will be late.
  init(window: Int64?) {
    self.window = window ?? 0
    remembers = window != nil
    counters = .allocate(capacity: mask + 1)
    counters.initialize(repeating: Counter(), count: mask + 1)
    ring = .allocate(capacity: ringMask + 1)
  }

  deinit {
    counters.deallocate()
    ring.deallocate()
  }

  /// Counts anew from the next event on, whatever its time.
  func forget() { time = Int64.min }

  /// How many events of this time and id came before. Times must not decrease.
  @inline(__always)
  func next(_ id: UUID, at time: Int64) -> Int {
    if time != self.time { begin(time) }
    if remembers { remember(id, time) }
    var at = Int(truncatingIfNeeded: id.low ^ id.high) & mask
    while true {
      // Bounds: `& mask` stays inside the table, which is never more than half full.
      let counter = counters + at
      if counter.pointee.generation != generation {
        counter.pointee = Counter(id: id, generation: generation, count: 1)
        used &+= 1
        if used &* 2 > mask { grow() }
        return 0
      }
      if counter.pointee.id == id {
        counter.pointee.count &+= 1
        return Int(counter.pointee.count) - 1
      }
      at = (at &+ 1) & mask
    }
  }

  /// The same for an event that comes after later ones.
  func nextLate(_ id: UUID, at time: Int64) -> Int {
    let key = LateKey(time: time, id: id)
    let count = late[key] ?? lateBefore[key] ?? countSeen(id, time)
    if late.count >= Ordinals.lateLimit {
      lateBefore = late
      late = [:]
    }
    late[key] = count + 1
    return count
  }

  @inline(never)
  private func begin(_ time: Int64) {
    self.time = time
    used = 0
    generation &+= 1
    if generation == 0 || mask >= 1 << 16 {
      counters.deallocate()
      mask = Ordinals.smallest - 1
      counters = .allocate(capacity: mask + 1)
      counters.initialize(repeating: Counter(), count: mask + 1)
      generation = 1
    }
    while ringCount > 0, ring[ringFirst].time < time &- window {
      ringFirst = (ringFirst + 1) & ringMask
      ringCount -= 1
      ringGone += 1
    }
  }

  @inline(__always)
  private func remember(_ id: UUID, _ time: Int64) {
    if ringCount > ringMask { growRing() }
    ring[(ringFirst &+ ringCount) & ringMask] = Seen(time: time, id: id.low)
    ringCount &+= 1
  }

  private func countSeen(_ id: UUID, _ time: Int64) -> Int {
    var low = 0
    var high = ringCount
    while low < high {
      let middle = (low + high) / 2
      if ring[(ringFirst + middle) & ringMask].time < time { low = middle + 1 } else { high = middle }
    }
    var count = 0
    for index in low..<min(ringCount, low + Ordinals.reach) {
      let seen = ring[(ringFirst + index) & ringMask]
      if seen.time != time { break }
      if seen.id == id.low { count += 1 }
    }
    return count
  }

  @inline(never)
  private func grow() {
    let old = counters
    let size = mask + 1
    counters = .allocate(capacity: size * 2)
    counters.initialize(repeating: Counter(), count: size * 2)
    mask = size * 2 - 1
    for index in 0..<size where old[index].generation == generation {
      var at = Int(truncatingIfNeeded: old[index].id.low ^ old[index].id.high) & mask
      while counters[at].generation == generation { at = (at + 1) & mask }
      counters[at] = old[index]
    }
    old.deallocate()
  }

  @inline(never)
  private func growRing() {
    let size = ringMask + 1
    let grown = UnsafeMutablePointer<Seen>.allocate(capacity: size * 2)
    for index in 0..<ringCount { (grown + index).initialize(to: ring[(ringFirst + index) & ringMask]) }
    ring.deallocate()
    ring = grown
    ringFirst = 0
    ringMask = size * 2 - 1
  }

  // MARK: State

  /// Writes the counters, and what was remembered since the last commit.
  func save(to store: any StateStore) throws {
    let image = ByteBuffer()
    image.append(word: time)
    var counted: [Counter] = []
    for index in 0...mask where counters[index].generation == generation { counted.append(counters[index]) }
    image.append(word: Int64(counted.count))
    for counter in counted {
      image.append(id: counter.id)
      image.append(word: Int64(counter.count))
    }
    for table in [late, lateBefore] {
      image.append(word: Int64(table.count))
      for (key, count) in table {
        image.append(word: key.time)
        image.append(id: key.id)
        image.append(word: Int64(count))
      }
    }
    try store.put(StatePart.ordinals, 0, image.bytes)
    // Parts are numbered by their first entry; the last one written may have been short.
    try store.removeAll(StatePart.seen, below: ringGone / Ordinals.part)
    let end = ringGone + Int64(ringCount)
    var part = max(ringSaved, ringGone) / Ordinals.part
    while part * Ordinals.part < end {
      image.removeAll()
      let first = max(part * Ordinals.part, ringGone)
      let last = min((part + 1) * Ordinals.part, end)
      image.append(word: first)
      for entry in first..<last {
        let seen = ring[(ringFirst + Int(entry - ringGone)) & ringMask]
        image.append(word: seen.time)
        image.append(word: Int64(bitPattern: seen.id))
      }
      try store.put(StatePart.seen, part, image.bytes)
      part += 1
    }
    ringSaved = end
  }

  func restore(from store: any StateStore) throws {
    try store.forEach(StatePart.ordinals) { _, bytes in
      var cursor = StateCursor(bytes)
      let time = try cursor.word()
      if time != Int64.min { begin(time) }
      for _ in 0..<(try cursor.word(in: 0...Int64(Int32.max))) {
        let id = try cursor.id()
        let count = try cursor.word(in: 1...Int64(UInt32.max))
        place(id, count: UInt32(count))
      }
      late = try Ordinals.table(&cursor)
      lateBefore = try Ordinals.table(&cursor)
    }
    try store.forEach(StatePart.seen) { _, bytes in
      var cursor = StateCursor(bytes)
      let first = try cursor.word(in: 0...Int64.max)
      if ringCount == 0 { ringGone = first }
      guard first == ringGone + Int64(ringCount) else { throw StateCursor.damage("a part of the ordinals is missing") }
      while !cursor.isAtEnd {
        if ringCount > ringMask { growRing() }
        ring[(ringFirst + ringCount) & ringMask] = Seen(
          time: try cursor.word(), id: UInt64(bitPattern: try cursor.word()))
        ringCount += 1
      }
    }
    ringSaved = ringGone + Int64(ringCount)
  }

  private func place(_ id: UUID, count: UInt32) {
    var at = Int(truncatingIfNeeded: id.low ^ id.high) & mask
    while counters[at].generation == generation { at = (at + 1) & mask }
    counters[at] = Counter(id: id, generation: generation, count: count)
    used += 1
    if used * 2 > mask { grow() }
  }

  private static func table(_ cursor: inout StateCursor) throws -> [LateKey: Int] {
    var table: [LateKey: Int] = [:]
    for _ in 0..<(try cursor.word(in: 0...Int64(lateLimit))) {
      let time = try cursor.word()
      let id = try cursor.id()
      table[LateKey(time: time, id: id)] = Int(try cursor.word(in: 1...Int64(Int32.max)))
    }
    return table
  }
}

extension ByteBuffer {
  func append(id: UUID) {
    append(word: Int64(bitPattern: id.high))
    append(word: Int64(bitPattern: id.low))
  }
}

extension StateCursor {
  mutating func id() throws(Diagnostic) -> UUID {
    UUID(high: UInt64(bitPattern: try word()), low: UInt64(bitPattern: try word()))
  }
}
