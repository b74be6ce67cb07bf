internal import Pipeline

/// Takes the first few of a series of unknown length, or few that are spread evenly over it: then every `step`-th is
/// kept, and whenever that is too many, every other goes. What is taken depends on the series alone.
struct RecordPicker {
  private let count: Int
  private let isSpread: Bool
  private var step = 1
  /// Members of the series so far.
  private var passed = 0
  fileprivate var kept: [(place: Int, record: ShownRecord)] = []

  init(count: Int, isSpread: Bool) {
    self.count = max(0, count)
    self.isSpread = isSpread
  }

  /// Whether nothing more can be taken.
  var isFull: Bool { !isSpread && kept.count >= count }

  /// Looks at the next `members` of the series, of which `take` makes what is kept.
  mutating func pass(_ members: Int, _ take: (Int) -> ShownRecord?) {
    defer { passed += members }
    guard count > 0, members > 0 else { return }
    if !isSpread {
      for member in 0..<members where kept.count < count {
        if let record = take(member) { kept.append((passed + member, record)) }
      }
      return
    }
    var place = (passed + step - 1) / step * step
    while place < passed + members {
      if let record = take(place - passed) { kept.append((place, record)) }
      place += step
      if kept.count >= 2 * count {
        step *= 2
        kept.removeAll { $0.place % step != 0 }
        place = (place + step - 1) / step * step
      }
    }
  }

  /// What was taken, in the order of the series.
  var records: [ShownRecord] {
    guard isSpread, kept.count > count else { return kept.map(\.record) }
    if count == 1 { return [kept[0].record] }
    return (0..<count).map { kept[$0 * (kept.count - 1) / (count - 1)].record }
  }
}

extension RecordPicker {
  /// Marks a record that turned out to be late, if it was taken.
  mutating func markLate(input: String, record: Int) {
    for index in kept.indices where kept[index].record.record == record && kept[index].record.input == input {
      kept[index].record.isLate = true
    }
  }

  /// Notes that the sessions refused the event of a record, if that was taken.
  mutating func refuse(input: String, record: Int, _ reject: Reject) {
    for index in kept.indices where kept[index].record.record == record && kept[index].record.input == input {
      kept[index].record.reject = reject
    }
  }
}
