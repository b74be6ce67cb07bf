/// Timestamps of the years 1 to 9999, and durations of up to 63 bits of nanoseconds, as the conformance suite has it.
enum Time {
  static let firstSecond: Int64 = -62_135_596_800
  static let lastSecond: Int64 = 253_402_300_799
  static let longest: Int64 = 9_223_372_036

  static func timestamp(_ seconds: Int64, _ nanoseconds: Int64) -> Value {
    guard let (s, n) = normalized(seconds, nanoseconds), s >= firstSecond, s <= lastSecond else {
      return .error(.overflow)
    }
    return .timestamp(seconds: s, nanoseconds: n)
  }

  static func duration(_ seconds: Int64, _ nanoseconds: Int64) -> Value {
    guard let (s, n) = normalized(seconds, nanoseconds), s >= -longest, s <= longest else { return .error(.overflow) }
    return .duration(seconds: s, nanoseconds: n)
  }

  private static func normalized(_ seconds: Int64, _ nanoseconds: Int64) -> (Int64, UInt32)? {
    var carry = nanoseconds / 1_000_000_000
    var rest = nanoseconds % 1_000_000_000
    if rest < 0 {
      rest += 1_000_000_000
      carry -= 1
    }
    let (sum, overflow) = seconds.addingReportingOverflow(carry)
    return overflow ? nil : (sum, UInt32(rest))
  }

  static func subtract(_ a: Value, _ b: Value) -> Value {
    duration(a.seconds - b.seconds, Int64(a.nanoseconds) - Int64(b.nanoseconds))
  }

  static func arithmetic(_ operation: BinaryOperator, _ a: Value, _ b: Value) -> Value {
    let (s, n) = (a.seconds, Int64(a.nanoseconds))
    let (t, m) = (b.seconds, Int64(b.nanoseconds))
    switch (operation, a.kind, b.kind) {
    case (.add, .timestamp, .duration), (.add, .duration, .timestamp): return timestamp(s + t, n + m)
    case (.add, .duration, .duration): return duration(s + t, n + m)
    case (.subtract, .timestamp, .duration): return timestamp(s - t, n - m)
    case (.subtract, .timestamp, .timestamp), (.subtract, .duration, .duration): return duration(s - t, n - m)
    default: return .error(.noSuchOverload)
    }
  }

  // MARK: Calendar

  /// Days since 1970 of a day in the proleptic Gregorian calendar.
  static func days(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  static func daysInMonth(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  // MARK: Text

  /// RFC 3339 §5.6, for example `2026-09-10T13:57:01.5+02:00`; nil for anything else.
  static func parseTimestamp(_ text: UnsafeBufferPointer<UInt8>) -> Value? {
    func number(_ from: Int, _ count: Int) -> Int? {
      var value = 0
      for index in from..<from + count {
        guard index < text.count, text[index].isDigit else { return nil }
        value = value * 10 + Int(text[index] & 15)
      }
      return value
    }
    func byte(_ index: Int) -> UInt8 { index < text.count ? text[index] : 0 }
    guard let year = number(0, 4), byte(4) == 0x2D, let month = number(5, 2), byte(7) == 0x2D,
      let day = number(8, 2), byte(10) | 0x20 == 0x74, let hour = number(11, 2), byte(13) == 0x3A,
      let minute = number(14, 2), byte(16) == 0x3A, let second = number(17, 2), 1...12 ~= month,
      1...daysInMonth(year, month) ~= day, hour < 24, minute < 60, second < 60
    else { return nil }
    var index = 19
    var nanoseconds: Int64 = 0
    if byte(index) == 0x2E {
      index += 1
      var unit: Int64 = 100_000_000
      let first = index
      while byte(index).isDigit {
        nanoseconds += Int64(byte(index) & 15) * unit
        unit /= 10
        index += 1
      }
      guard index > first else { return nil }
    }
    var zone = 0
    switch byte(index) {
    case 0x5A, 0x7A: index += 1
    case 0x2B, 0x2D:
      guard let hours = number(index + 1, 2), byte(index + 3) == 0x3A, let minutes = number(index + 4, 2), hours < 24,
        minutes < 60
      else { return nil }
      zone = (hours * 60 + minutes) * (byte(index) == 0x2D ? -60 : 60)
      index += 6
    default: return nil
    }
    guard index == text.count else { return nil }
    let seconds = days(year: year, month: month, day: day) * 86400 + hour * 3600 + minute * 60 + second - zone
    return timestamp(Int64(seconds), nanoseconds)
  }

  /// A sequence of numbers with units, for example `1h30m`, `-1.5s`, `250ms`; nil for anything else.
  static func parseDuration(_ text: UnsafeBufferPointer<UInt8>) -> Value? {
    var index = 0
    var isNegative = false
    if let first = text.first, first == 0x2D || first == 0x2B {
      isNegative = first == 0x2D
      index = 1
    }
    if text.count == index + 1, text[index] == 0x30 { return .duration(seconds: 0) }
    guard index < text.count else { return nil }
    var total: Int128 = 0
    while index < text.count {
      var whole: Int128 = 0
      var digits = 0
      while index < text.count, text[index].isDigit {
        guard whole < 1 << 80 else { return nil }
        whole = whole * 10 + Int128(text[index] & 15)
        index += 1
        digits += 1
      }
      var fraction: Int128 = 0
      var scale: Int128 = 1
      if index < text.count, text[index] == 0x2E {
        index += 1
        while index < text.count, text[index].isDigit {
          if scale < 1_000_000_000_000_000 {
            fraction = fraction * 10 + Int128(text[index] & 15)
            scale *= 10
          }
          index += 1
          digits += 1
        }
      }
      let start = index
      while index < text.count, !text[index].isDigit, text[index] != 0x2E { index += 1 }
      guard digits > 0, let unit = unit(String(decoding: text[start..<index], as: UTF8.self)) else { return nil }
      total += whole * unit + fraction * unit / scale
      guard total < 1 << 100 else { return .error(.overflow) }
    }
    if isNegative { total = -total }
    guard let seconds = Int64(exactly: total / 1_000_000_000) else { return .error(.overflow) }
    return duration(seconds, Int64(total % 1_000_000_000))
  }

  private static func unit(_ text: String) -> Int128? {
    switch text {
    case "h": 3_600_000_000_000
    case "m": 60_000_000_000
    case "s": 1_000_000_000
    case "ms": 1_000_000
    case "us", "µs", "μs": 1000
    case "ns": 1
    default: nil
    }
  }
}
