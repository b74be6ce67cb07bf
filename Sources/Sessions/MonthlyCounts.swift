internal import Pipeline

/// Events that left, by the month of their time (UTC) and the mapping's rule: what an import can be verified by.
public struct MonthlyCounts: Sendable, Equatable {
  /// The events of one month.
  public struct Month: Sendable, Equatable {
    /// 1 to 9999.
    public var year: Int
    /// From 1.
    public var month: Int
    /// As long as the highest rule seen.
    public var byRule: [Int]

    /// `2026-03`
    public var name: String {
      let digits = String(year)
      return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + (month < 10 ? "-0" : "-")
        + String(month)
    }
  }

  // The month at hand, so that an event costs no more than a look at its bounds.
  private var current: [Int] = []
  private var start = Int64.max
  private var end = Int64.min
  private var key = 0
  private var earlier: [Int: [Int]] = [:]

  public init() {}

  /// - Parameter time: milliseconds within the years 1 to 9999.
  @inline(__always)
  mutating func note(_ time: Int64, rule: Int) {
    if time < start || time >= end { turn(to: time) }
    while current.count <= rule { current.append(0) }
    current[rule] &+= 1
  }

  @inline(never)
  private mutating func turn(to time: Int64) {
    if end > start { earlier[key] = current }
    let day: Int64 = 86_400_000
    let days = time.dividedDown(by: day)
    let date = CalendarTime.date(days: days)
    let first = CalendarTime.days(year: date.year, month: date.month, day: 1)
    start = first * day
    end = (first + Int64(CalendarTime.daysIn(month: date.month, year: date.year))) * day
    key = Int(date.year * 12 + date.month - 1)
    current = earlier[key] ?? []
  }

  /// By time.
  public var months: [Month] {
    var all = earlier
    if end > start { all[key] = current }
    return all.sorted { $0.key < $1.key }.map { Month(year: $0.key / 12, month: $0.key % 12 + 1, byRule: $0.value) }
  }

  /// The sum over all months.
  public var byRule: [Int] {
    var sum: [Int] = []
    for month in months {
      while sum.count < month.byRule.count { sum.append(0) }
      for (rule, count) in month.byRule.enumerated() { sum[rule] += count }
    }
    return sum
  }

  public static func == (one: MonthlyCounts, other: MonthlyCounts) -> Bool { one.months == other.months }
}
