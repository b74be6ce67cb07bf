/// Which logs have taken the place of others: those that begin about where another ended and have gone further.
///
/// Asked of each input that has ended, and told of each block, so both cost O(log inputs): of the inputs in the order of
/// their first times it keeps the furthest from each one on, in a Fenwick tree.
struct Succession {
  private struct Place {
    var clock: Int64
    var index: Int

    static let none = Place(clock: .min, index: -1)

    static func < (a: Place, b: Place) -> Bool { (a.clock, a.index) < (b.clock, b.index) }
  }

  private let disorder: Int64
  /// In order, of the inputs that have one.
  private let firstTimes: [Int64]
  /// Of each input its place in that order, counted from its end and from 1.
  private let ranks: [Int?]
  private var furthest: [Place]

  init(_ inputs: [InputClock], disorder: Int64) {
    self.disorder = disorder
    let dated = inputs.filter { $0.firstTime != nil }
      .sorted { ($0.firstTime ?? 0, $0.index) < ($1.firstTime ?? 0, $1.index) }
    firstTimes = dated.compactMap(\.firstTime)
    var ranks = [Int?](repeating: nil, count: inputs.count)
    for (place, input) in dated.enumerated() { ranks[input.index] = dated.count - place }
    self.ranks = ranks
    furthest = [Place](repeating: .none, count: dated.count + 1)
  }

  /// A clock only ever goes on.
  mutating func advance(_ input: InputClock) {
    guard var rank = ranks[input.index] else { return }
    let place = Place(clock: input.clock, index: input.index)
    while rank < furthest.count {
      if furthest[rank] < place { furthest[rank] = place }
      rank += rank & -rank
    }
  }

  /// Whether another input took the place of one that has ended.
  func isSucceeded(_ input: InputClock) -> Bool {
    guard input.hasEnded, let end = input.end else { return false }
    // Not mutual: who has gone further is never succeeded by who has not.
    let own = Place(clock: end, index: input.index)
    var rank = inputs(from: end &- disorder)
    while rank > 0 {
      if own < furthest[rank] { return true }
      rank -= rank & -rank
    }
    return false
  }

  /// How many inputs begin at a time or later.
  private func inputs(from time: Int64) -> Int {
    var (low, high) = (0, firstTimes.count)
    while low < high {
      let middle = (low + high) / 2
      if firstTimes[middle] < time { low = middle + 1 } else { high = middle }
    }
    return firstTimes.count - low
  }
}
