internal import Pipeline

/// The header `Retry-After` (RFC 9110 §10.2.3): seconds, or a date in one of HTTP's three forms.
enum RetryAfter {
  /// No receiver makes us wait longer.
  static let most: UInt64 = 15 * 60 * 1_000_000_000

  /// Nanoseconds to wait; nil if it says nothing that can be understood.
  /// - Parameter now: milliseconds since 1970-01-01 UTC.
  static func delay(_ text: String, now: Int64) -> UInt64? {
    let plain = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    if plain.count == 1, let first = plain.first, first.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      guard first.utf8.count <= 9, let seconds = UInt64(first) else { return most }
      return min(seconds * 1_000_000_000, most)
    }
    let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" || $0 == "\t" }).map(String.init)
    guard let time = date(words) else { return nil }
    let milliseconds = time - now
    return milliseconds <= 0 ? 0 : min(UInt64(milliseconds), most / 1_000_000) * 1_000_000
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
  private static func date(_ words: [String]) -> Int64? {
    let day: String
    let month: String
    let year: String
    let clock: String
    if words.count == 6 {
      (day, month, year, clock) = (words[1], words[2], words[3], words[4])
    } else if words.count == 5 {
      (month, day, clock, year) = (words[1], words[2], words[3], words[4])
    } else {
      return nil
    }
    guard let monthIndex = months.firstIndex(of: month.lowercased()), let day = Int64(day), var number = Int64(year),
      (1...31).contains(day), (0...9999).contains(number)
    else { return nil }
    if year.utf8.count == 2 { number += number < 70 ? 2000 : 1900 }
    let parts = clock.split(separator: ":").compactMap { Int64($0) }
    guard parts.count == 3, (0...23).contains(parts[0]), (0...59).contains(parts[1]), (0...60).contains(parts[2]) else {
      return nil
    }
    let days = CalendarTime.days(year: number, month: Int64(monthIndex + 1), day: day)
    return ((days * 24 + parts[0]) * 60 + parts[1]) * 60_000 + parts[2] * 1000
  }
}
