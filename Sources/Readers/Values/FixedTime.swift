internal import Pipeline

/// A time format of digits in fixed places, such as `%d.%m.%Y %H:%M`, which is what most exports have. Remembers the
/// last day, with its offset from UTC if that is the same around the clock: then a time is a sum.
struct FixedTime {
  private let length: Int
  private let literals: [(place: Int, byte: UInt8)]
  private let year: Int
  private let month: Int
  private let day: Int
  /// -1 where the format has none.
  private let hour: Int
  private let minute: Int
  private let second: Int
  private let zone: Zone

  /// Year, month and day as the text has them, in one number.
  private var date: Int64 = -1
  /// UTC seconds of its midnight; nil if clocks change around that day.
  private var midnight: Int64?

  /// nil if something in the format has no fixed width.
  init?(_ pattern: TimePattern, _ zone: Zone?) {
    guard let zone, pattern.problem == nil else { return nil }
    var places: [TimePattern.Element: Int] = [:]
    var literals: [(place: Int, byte: UInt8)] = []
    var at = 0
    for element in pattern.elements {
      switch element {
      case .blanks: continue
      case .gap:
        literals.append((at, UInt8(ascii: " ")))
        at += 1
      case .literal(let byte):
        literals.append((at, byte))
        at += 1
      case .year, .month, .day, .hour, .minute, .second:
        guard places.updateValue(at, forKey: element) == nil else { return nil }
        at += element == .year ? 4 : 2
      default: return nil
      }
    }
    guard let year = places[.year], let month = places[.month], let day = places[.day] else { return nil }
    length = at
    self.literals = literals
    self.year = year
    self.month = month
    self.day = day
    hour = places[.hour] ?? -1
    minute = places[.minute] ?? -1
    second = places[.second] ?? -1
    self.zone = zone
  }

  /// UTC seconds; nil for a text that is unusual, or wrong, or of a day whose clocks change.
  mutating func read(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Int64? {
    guard stop - start == length else { return nil }
    for (place, byte) in literals where start[place] != byte { return nil }
    guard let century = TimeText.two(start + year), let rest = TimeText.two(start + year + 2),
      let month = TimeText.two(start + month), let day = TimeText.two(start + day),
      let hour = hour < 0 ? 0 : TimeText.two(start + hour), hour < 24,
      let minute = minute < 0 ? 0 : TimeText.two(start + minute), minute < 60,
      let second = second < 0 ? 0 : TimeText.two(start + second), second < 60
    else { return nil }
    let date = (century * 100 + rest) * 10_000 + month * 100 + day
    if date != self.date {
      self.date = date
      midnight = startOfDay(century * 100 + rest, month, day)
    }
    return midnight.map { $0 + hour * 3600 + minute * 60 + second }
  }

  private func startOfDay(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
    guard year > 1970, year < 9999, month >= 1, month <= 12, day >= 1,
      day <= CalendarTime.daysIn(month: month, year: year)
    else { return nil }
    let local = CalendarTime.days(year: year, month: month, day: day) * 86_400
    let offset = zone.offset(at: local)
    // Half a day before it and behind it, too: no zone changes its clocks twice within two days.
    let isSteady = [-43_200, 0, 86_400, 129_600].allSatisfy { zone.offset(at: local - offset + $0) == offset }
    return isSteady ? local - offset : nil
  }
}
