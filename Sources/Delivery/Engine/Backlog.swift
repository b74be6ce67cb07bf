internal import Pipeline

/// The payloads that were read and are not finished, in their lanes: which of them may be sent next. What is in flight
/// stands in no queue here until it is put back into one.
struct Backlog {
  private var lanes: [UInt64: Lane] = [:]
  /// Lanes whose first payload has not failed, in the order of the queue.
  private var ready = Heap<Lane>()
  /// What has failed, by when it is to be sent again.
  private var retries = Heap<Parcel>()
  private(set) var count = 0
  private(set) var bytes = 0
  /// Payloads that have failed in a way that may be their own fault.
  private(set) var troubled = 0

  var isEmpty: Bool { count == 0 }
  /// Payloads that have not failed and whose lanes are free.
  var fresh: Int { ready.count }
  /// When the next one is to be sent again.
  var nextRetry: UInt64? { retries.leastRank }
  /// Whether anything could be sent, be it before its time.
  var hasWaiting: Bool { !ready.isEmpty || !retries.isEmpty }

  mutating func append(
    _ text: UnsafeBufferPointer<UInt8>, outline: PayloadOutline, place: PayloadPlace, number: Int
  ) {
    let key = outline.lane ?? ByteHash.hash(text, seed: UInt64(truncatingIfNeeded: place.offset) | 1)
    let lane: Lane
    if let known = lanes[key] {
      lane = known
    } else {
      lane = Lane(key: key)
      lanes[key] = lane
    }
    let parcel = Parcel(text, outline: outline, place: place, number: number, lane: lane)
    count += 1
    bytes += parcel.bytes.count
    let isFirst = lane.isEmpty
    lane.append(parcel)
    if isFirst { ready.insert(lane, rank: UInt64(number)) }
  }

  /// The first of the queue that has not failed and whose lane is free.
  mutating func removeFresh() -> Parcel? { ready.removeLeast()?.first }

  /// What was to be sent again by now.
  mutating func removeRetry(dueAt now: UInt64 = .max) -> Parcel? {
    guard let due = retries.leastRank, due <= now else { return nil }
    return retries.removeLeast()
  }

  mutating func retry(_ parcel: Parcel, at time: UInt64) { retries.insert(parcel, rank: time) }

  /// Those that wait for a host that is back need not wait any longer.
  mutating func hurry(_ now: UInt64, using random: inout any RandomNumberGenerator) {
    var waiting = Heap<Parcel>()
    while let rank = retries.leastRank, let parcel = retries.removeLeast() {
      waiting.insert(parcel, rank: min(rank, now + UInt64.random(in: 0...2_000_000_000, using: &random)))
    }
    retries = waiting
  }

  /// It has failed in a way that may be its own fault.
  mutating func suspect(_ parcel: Parcel) {
    if !parcel.isTroubled { troubled += 1 }
    parcel.isTroubled = true
  }

  /// Its next part may be sent. What has failed before is not among those that are kept for explaining failures.
  mutating func goOn(with parcel: Parcel) {
    if parcel.isTroubled {
      retry(parcel, at: 0)
    } else {
      ready.insert(parcel.lane, rank: UInt64(parcel.number))
    }
  }

  /// Nothing is left to send of it: its lane is free for the next one.
  mutating func finish(_ parcel: Parcel) {
    if parcel.isTroubled { troubled -= 1 }
    let lane = parcel.lane
    lane.removeFirst()
    if let next = lane.first {
      ready.insert(lane, rank: UInt64(next.number))
    } else {
      lanes[lane.key] = nil
    }
    count -= 1
    bytes -= parcel.bytes.count
  }
}
