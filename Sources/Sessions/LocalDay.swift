internal import Pipeline

/// The local day of a time; remembers the last second asked for.
struct LocalDay {
  private let zone: Zone
  private var second = Int64.min
  private var day: Int64 = 0

  init(_ zone: Zone) { self.zone = zone }

  mutating func day(at milliseconds: Int64) -> Int64 {
    let now = milliseconds.dividedDown(by: 1000)
    if now != second {
      second = now
      day = zone.localDay(at: now)
    }
    return day
  }
}
