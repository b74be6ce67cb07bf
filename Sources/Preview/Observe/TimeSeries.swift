internal import Pipeline

/// Events by rule over time, counted by the hour in UTC; by the day or the month where a run has more hours than it is
/// worth remembering, so that times of every year cost no memory.
struct TimeSeries: Sendable {
  /// How fine it counts.
  enum Unit: String, Sendable {
    case hour, day, month
  }

  private(set) var unit = Unit.hour
  private let rules: Int
  /// By hour, day or month since 1970: the place of its counts.
  private var places: [Int64: Int] = [:]
  private var counts: [Int] = []
  private var lastKey = Int64.min
  private var lastPlace = 0
  private static let most = 50_000

  init(rules: Int) { self.rules = max(1, rules) }

  @inline(__always)
  mutating func add(_ time: Int64, rule: Int) {
    let hour = time.dividedDown(by: 3_600_000)
    if hour != lastKey {
      lastPlace = place(TimeSeries.key(hour, unit))
      lastKey = hour
    }
    guard rule < rules else { return }
    counts[lastPlace &+ rule] &+= 1
  }

  private mutating func place(_ key: Int64) -> Int {
    if let known = places[key] { return known }
    if places.count >= TimeSeries.most, unit != .month {
      coarsen()
      return place(unit == .month ? TimeSeries.month(ofDay: key) : TimeSeries.day(key))
    }
    let fresh = counts.count
    places[key] = fresh
    counts += repeatElement(0, count: rules)
    return fresh
  }

  mutating func merge(_ other: TimeSeries) {
    while TimeSeries.rank(unit) < TimeSeries.rank(other.unit) { coarsen() }
    var other = other
    while TimeSeries.rank(other.unit) < TimeSeries.rank(unit) { other.coarsen() }
    for (key, from) in other.places {
      let before = unit
      let to = place(key)
      guard before == unit else {
        // This one became coarser on the way.
        lastKey = .min
        return merge(other)
      }
      for rule in 0..<rules { counts[to + rule] += other.counts[from + rule] }
      other.clear(from)
    }
    lastKey = .min
  }

  /// Takes events away that were counted here; where none is left, no stretch begins or ends.
  mutating func remove(_ other: TimeSeries) {
    guard !other.places.isEmpty else { return }
    var negative = other
    for index in negative.counts.indices { negative.counts[index] = -negative.counts[index] }
    merge(negative)
    places = places.filter { _, place in (0..<rules).contains { counts[place + $0] != 0 } }
  }

  private mutating func clear(_ place: Int) { for rule in 0..<rules { counts[place + rule] = 0 } }

  private static func rank(_ unit: Unit) -> Int { unit == .hour ? 0 : unit == .day ? 1 : 2 }

  private mutating func coarsen() {
    let before = self
    unit = unit == .hour ? .day : .month
    places = [:]
    counts = []
    lastKey = .min
    for (key, from) in before.places {
      let to = place(unit == .day ? TimeSeries.day(key) : TimeSeries.month(ofDay: key))
      for rule in 0..<rules { counts[to + rule] += before.counts[from + rule] }
    }
  }

  private static func key(_ hour: Int64, _ unit: Unit) -> Int64 {
    switch unit {
    case .hour: hour
    case .day: day(hour)
    case .month: month(ofDay: day(hour))
    }
  }

  private static func day(_ hour: Int64) -> Int64 { hour.dividedDown(by: 24) }

  /// Months since year 0.
  private static func month(ofDay day: Int64) -> Int64 {
    let date = CalendarTime.date(days: day)
    return date.year * 12 + date.month - 1
  }

  // MARK: Reading

  /// Months in order, as `2026-09`, with events by rule.
  var months: [(month: String, counts: [Int])] {
    var sums: [Int64: [Int]] = [:]
    for (key, from) in places {
      let month =
        switch unit {
        case .hour: TimeSeries.month(ofDay: TimeSeries.day(key))
        case .day: TimeSeries.month(ofDay: key)
        case .month: key
        }
      var row = sums[month] ?? Array(repeating: 0, count: rules)
      for rule in 0..<rules { row[rule] += counts[from + rule] }
      sums[month] = row
    }
    return sums.sorted { $0.key < $1.key }.map { (TimeSeries.text(month: $0.key), $0.value) }
  }

  /// At most `most` stretches of equal length from the first to the last event, each with its beginning in milliseconds
  /// and its events by rule.
  func stretches(most: Int) -> (span: Span, bars: [(start: Int64, counts: [Int])]) {
    guard let first = places.keys.min(), let last = places.keys.max() else { return (.hour(1), []) }
    switch unit {
    case .month:
      // Of equal length in months.
      var years = 1
      while (last - first) / Int64(12 * years) >= Int64(most) { years *= 2 }
      return (.years(years), bars(from: first / 12 * 12, step: Int64(12 * years)) { TimeSeries.start(month: $0) })
    case .day: return stretches(first * 24, last * 24, most) { $0 * 24 }
    case .hour: return stretches(first, last, most) { $0 }
    }
  }

  /// How long a bar is.
  enum Span: Sendable, Equatable {
    case hour(Int)
    case days(Int)
    case years(Int)

    /// `3 hours`, to stand behind "events by".
    var words: String {
      switch self {
      case .hour(1): "hour"
      case .hour(let count): "\(count) hours"
      case .days(1): "day"
      case .days(7): "week"
      case .days(let count): "\(count) days"
      case .years(1): "year"
      case .years(let count): "\(count) years"
      }
    }

    /// What a bar that begins there is called, in UTC; empty beyond the calendar.
    func label(_ start: Int64) -> String {
      guard CalendarTime.range.contains(start) else { return "" }
      let text = TimestampWriter.text(start)
      return switch self {
      case .hour: text.prefix(10) + " " + text.dropFirst(11).prefix(5)
      case .days: String(text.prefix(10))
      case .years: String(text.prefix(4))
      }
    }
  }

  private func stretches(
    _ first: Int64, _ last: Int64, _ most: Int, _ hour: (Int64) -> Int64
  ) -> (Span, [(start: Int64, counts: [Int])]) {
    let steps: [Int64] = [1, 2, 3, 6, 12, 24, 48, 7 * 24, 14 * 24, 28 * 24, 91 * 24, 182 * 24, 365 * 24]
    var step = steps.first { (last - first) / $0 < Int64(most) } ?? 365 * 24
    while (last - first) / step >= Int64(most) { step *= 2 }
    let size = step
    // Weeks begin on Mondays: 1970-01-05 was one.
    let origin: Int64 = step % (7 * 24) == 0 ? 4 * 24 : 0
    func floor(_ hour: Int64) -> Int64 { (hour - origin).dividedDown(by: size) * size + origin }
    var sums: [Int64: [Int]] = [:]
    for (key, from) in places {
      let start = floor(hour(key))
      var row = sums[start] ?? Array(repeating: 0, count: rules)
      for rule in 0..<rules { row[rule] += counts[from + rule] }
      sums[start] = row
    }
    var result: [(start: Int64, counts: [Int])] = []
    var at = floor(first)
    while at <= last {
      result.append((at * 3_600_000, sums[at] ?? Array(repeating: 0, count: rules)))
      at += size
    }
    return (size < 24 ? .hour(Int(size)) : .days(Int(size / 24)), result)
  }

  private func bars(
    from first: Int64, step: Int64, _ start: (Int64) -> Int64
  ) -> [(start: Int64, counts: [Int])] {
    var sums: [Int64: [Int]] = [:]
    var last = first
    for (key, from) in places {
      let bar = first + (key - first) / step * step
      last = max(last, bar)
      var row = sums[bar] ?? Array(repeating: 0, count: rules)
      for rule in 0..<rules { row[rule] += counts[from + rule] }
      sums[bar] = row
    }
    return stride(from: first, through: last, by: Int(step)).map {
      (start($0), sums[$0] ?? Array(repeating: 0, count: rules))
    }
  }

  private static func start(month: Int64) -> Int64 {
    CalendarTime.days(year: month / 12, month: month % 12 + 1, day: 1) * 86_400_000
  }

  private static func text(month: Int64) -> String {
    let year = String(month / 12)
    let number = month % 12 + 1
    return String(repeating: "0", count: max(0, 4 - year.count)) + year + (number < 10 ? "-0" : "-") + "\(number)"
  }
}
