extension Int64 {
  /// The quotient rounded down, also below zero: the number of the day, hour or era that a time lies in.
  /// - Parameter divisor: above zero.
  @inlinable @inline(__always)
  public func dividedDown(by divisor: Int64) -> Int64 {
    (self >= 0 ? self : self - (divisor - 1)) / divisor
  }
}

/// Civil dates in the proleptic Gregorian calendar, as numbers; no Foundation, no locale.
public enum CalendarTime {
  /// Days from 1970-01-01 to a date. `month` 1…12.
  @inlinable
  public static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    // Years begin in March, so that the leap day is the last of its year.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.dividedDown(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The date of a day count.
  @inlinable
  public static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted.dividedDown(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    let month = monthIndex + (monthIndex < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// Whether the year has a 29th of February.
  @inlinable
  public static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// Days of a month, which counts from 1.
  @inlinable
  public static func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// What can be written with four digits of year: 0001-01-01 to 9999-12-31, in milliseconds.
  public static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
}

/// Writes times as payloads have them: ISO 8601 in UTC with milliseconds, 24 characters. Remembers the last time, which
/// mostly is written several times, its minute and its day, which rarely change between neighbours.
public struct TimestampWriter {
  /// Bytes of a written time.
  public static let length = 24
  private var day = Int64.min
  /// Where the minute begins that `text` says; no time that can be written at first.
  private var minute = Int64.min
  /// What `text` says; no time that can be written at first.
  @usableFromInline var written = Int64.min
  @usableFromInline var text: (UInt64, UInt64, UInt64) = (0, 0, 0)

  /// Remembers nothing yet.
  public init() {}

  /// - Parameter milliseconds: since 1970-01-01 UTC, within `CalendarTime.range`.
  @inlinable @inline(__always)
  public mutating func write(_ milliseconds: Int64, to text: UnsafeMutablePointer<UInt8>) {
    if milliseconds != written { compose(milliseconds) }
    UnsafeMutableRawPointer(text).storeBytes(of: self.text, as: (UInt64, UInt64, UInt64).self)
  }

  @usableFromInline @inline(never)
  mutating func compose(_ milliseconds: Int64) {
    if UInt64(bitPattern: milliseconds &- minute) >= 60_000 { composeMinute(milliseconds) }
    written = milliseconds
    let rest = UInt64(truncatingIfNeeded: milliseconds &- minute)
    let (second, millisecond) = (rest / 1000, rest % 1000)
    let (hundreds, tens) = (millisecond / 100, millisecond % 100)
    // `:00.000Z` and its digits.
    var word: UInt64 = 0x5A30_3030_2E30_303A
    word |= (second / 10) &<< 8 | (second % 10) &<< 16
    word |= hundreds &<< 32 | (tens / 10) &<< 40 | (tens % 10) &<< 48
    text.2 = word.littleEndian
  }

  /// Everything before the seconds.
  private mutating func composeMinute(_ milliseconds: Int64) {
    let dayNow = milliseconds.dividedDown(by: 86_400_000)
    let minuteOfDay = UInt32(truncatingIfNeeded: (milliseconds - dayNow * 86_400_000) / 60_000)
    let isNewDay = dayNow != day
    day = dayNow
    minute = dayNow * 86_400_000 + Int64(minuteOfDay) * 60_000
    withUnsafeMutableBytes(of: &text) { to in
      if isNewDay {
        let (year, month, dayOfMonth) = CalendarTime.date(days: dayNow)
        TimestampWriter.put(UInt32(truncatingIfNeeded: year / 100), to, 0)
        TimestampWriter.put(UInt32(truncatingIfNeeded: year % 100), to, 2)
        to[4] = UInt8(ascii: "-")
        TimestampWriter.put(UInt32(truncatingIfNeeded: month), to, 5)
        to[7] = UInt8(ascii: "-")
        TimestampWriter.put(UInt32(truncatingIfNeeded: dayOfMonth), to, 8)
        to[10] = UInt8(ascii: "T")
      }
      TimestampWriter.put(minuteOfDay / 60, to, 11)
      to[13] = UInt8(ascii: ":")
      TimestampWriter.put(minuteOfDay % 60, to, 14)
    }
  }

  @inline(__always)
  private static func put(_ value: UInt32, _ to: UnsafeMutableRawBufferPointer, _ at: Int) {
    to[at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value / 10)
    to[at + 1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10)
  }

  /// For messages and summaries.
  public static func text(_ milliseconds: Int64) -> String {
    var writer = TimestampWriter()
    return String(unsafeUninitializedCapacity: length) { buffer in
      if let start = buffer.baseAddress { writer.write(milliseconds, to: start) }
      return length
    }
  }
}
