/// How many requests may be in flight: one more after each round of answers that were as quick as ever, a fifth less when
/// they have become slow, half when the host says that it has enough. Quick is measured as time for an event, a request
/// itself counting as ten.
struct AdaptiveLimit {
  static let start = 4.0
  static let most = 128.0
  private static let requestWeight = 10.0
  /// Slower than this many times the quickest means that requests wait for each other.
  private static let tolerance = 2.0
  /// In how many seconds the quickest time is forgotten: receivers change.
  private static let memory = 120.0

  private let isPinned: Bool
  private var limit: Double
  private var quickest: Double?
  private var time = 0.0
  private var weight = 0.0
  private var answers = 0
  private var wasFull = false
  private var roundBegan: UInt64 = 0
  private var lastDecrease: UInt64 = 0

  init(pinned: Int?) {
    isPinned = pinned != nil
    limit = pinned.map(Double.init) ?? AdaptiveLimit.start
  }

  var value: Int { max(1, Int(limit)) }

  /// - Parameter inFlight: requests at the time of the answer, itself included.
  mutating func answered(began: UInt64, ended: UInt64, events: Int, inFlight: Int) {
    // What began before the limit fell tells of the time before.
    guard !isPinned, began >= lastDecrease else { return }
    if answers == 0 { roundBegan = began }
    time += Double(ended - began)
    weight += Double(events) + AdaptiveLimit.requestWeight
    answers += 1
    if inFlight >= value { wasFull = true }
    guard answers >= value else { return }
    let average = time / weight
    let best = quickest ?? average
    let seconds = Double(ended - roundBegan) / 1e9
    quickest = average < best ? average : best + (average - best) * min(1, seconds / AdaptiveLimit.memory)
    if average > best * AdaptiveLimit.tolerance {
      limit = max(1, limit * 0.8)
      lastDecrease = ended
    } else if wasFull {
      limit = min(AdaptiveLimit.most, limit + 1)
    }
    beginRound()
  }

  mutating func overloaded(began: UInt64, at now: UInt64) {
    guard !isPinned, began >= lastDecrease else { return }
    limit = max(1, limit / 2)
    lastDecrease = now
    beginRound()
  }

  private mutating func beginRound() {
    time = 0
    weight = 0
    answers = 0
    wasFull = false
  }
}
