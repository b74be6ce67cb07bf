import ArgumentParser
import Pipeline

/// `2024-05-01`, `2024-05-01T10:00`, `2024-05-01T10:00:00.250Z`, `2024-05-01T10:00:00+02:00`; UTC unless it says
/// otherwise. Stricter than the times of inputs, since it is typed: what is unusual is a slip of the hand.
struct TimeBound: OptionValue, Sendable, Equatable {
  static let form = "a date or time, such as 2024-05-01, 2024-05-01T10:00 or 2024-05-01T10:00:00+02:00"

  /// Since 1970-01-01 UTC.
  let milliseconds: Int64

  init?(argument: String) {
    let bytes = Array(argument.utf8)
    var at = 0
    func take(_ digits: Int) -> Int64? {
      guard at + digits <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[at..<(at + digits)] {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      at += digits
      return value
    }
    func skip(_ characters: String) -> Bool {
      guard at < bytes.count, characters.utf8.contains(bytes[at]) else { return false }
      at += 1
      return true
    }
    guard let year = take(4), skip("-"), let month = take(2), skip("-"), let day = take(2), year >= 1,
      (1...12).contains(month), (1...CalendarTime.daysIn(month: month, year: year)).contains(day)
    else { return nil }
    var time = CalendarTime.days(year: year, month: month, day: day) * 86_400_000
    if at < bytes.count {
      guard skip("T t"), let hour = take(2), skip(":"), let minute = take(2), hour < 24, minute < 60 else { return nil }
      time += hour * 3_600_000 + minute * 60_000
      if skip(":") {
        guard let second = take(2), second < 60 else { return nil }
        time += second * 1000
        if skip(".,") {
          var unit: Int64 = 100
          guard at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 else { return nil }
          while let digit = take(1) {
            time += digit * unit
            unit /= 10
          }
        }
      }
      if at < bytes.count, !skip("Zz") {
        let sign: Int64 = bytes[at] == UInt8(ascii: "-") ? -1 : 1
        guard skip("+-"), let hours = take(2) else { return nil }
        _ = skip(":")
        guard let minutes = at < bytes.count ? take(2) : 0, hours < 24, minutes < 60 else { return nil }
        time -= sign * (hours * 3_600_000 + minutes * 60_000)
      }
    }
    guard at == bytes.count, CalendarTime.range.contains(time) else { return nil }
    milliseconds = time
  }
}
