internal import Pipeline

/// Times of logs in columns: dates and times of day, apart or joined. Remembers the last day, which rarely changes
/// between neighbours.
struct ColumnTime {
  /// `1970-01-` and `01`, read as little-endian numbers, and their day: what is remembered must always be true.
  private var head: UInt64 = 0x2D31_302D_3037_3931
  private var tail: UInt16 = 0x3130
  private var remembered: Int64 = 0
  private var common = CommonTime()

  /// Days since 1970 of `2026-09-10`, ten bytes.
  @inline(__always)
  mutating func day(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Int64? {
    guard stop - start == 10 else { return nil }
    let raw = UnsafeRawPointer(start)
    let newHead = raw.loadUnaligned(as: UInt64.self)
    let newTail = raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
    if newHead == head, newTail == tail { return remembered }
    return dayAnew(start, newHead, newTail)
  }

  @inline(never)
  private mutating func dayAnew(_ start: UnsafePointer<UInt8>, _ newHead: UInt64, _ newTail: UInt16) -> Int64? {
    var text = TimeText(at: start, end: start + 10)
    var parts = TimeParts()
    guard text.number(4...4, 1...9999, &parts.year), text.skip(UInt8(ascii: "-")),
      text.number(2...2, 1...12, &parts.month), text.skip(UInt8(ascii: "-")), text.number(2...2, 1...31, &parts.day),
      parts.day <= CalendarTime.daysIn(month: parts.month, year: parts.year)
    else { return nil }
    head = newHead
    tail = newTail
    remembered = CalendarTime.days(year: parts.year, month: parts.month, day: parts.day)
    return remembered
  }

  /// Seconds of `13:55:36` with or without a fraction, and where it ends. Needs 8 readable bytes.
  @inline(__always)
  static func clock(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ nanoseconds: inout UInt32
  ) -> (seconds: Int64, end: UnsafePointer<UInt8>)? {
    guard stop - start >= 8, start[2] == UInt8(ascii: ":"), start[5] == UInt8(ascii: ":"),
      let hour = TimeText.two(start),
      hour < 24, let minute = TimeText.two(start + 3), minute < 60, let second = TimeText.two(start + 6), second <= 60
    else { return nil }
    var at = start + 8
    if at < stop, at.pointee == UInt8(ascii: ".") || at.pointee == UInt8(ascii: ",") {
      var text = TimeText(at: at + 1, end: stop)
      guard text.fraction(&nanoseconds) else { return nil }
      at = text.at
    }
    return (hour * 3600 + minute * 60 + second, at)
  }

  /// Seconds of a `time` of the W3C format (WD-logfile-960323), which may lack its own seconds.
  @inline(__always)
  static func timeOfDay(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ nanoseconds: inout UInt32
  ) -> Int64? {
    if let (seconds, end) = clock(start, stop, &nanoseconds) { return end == stop ? seconds : nil }
    guard stop - start == 5, start[2] == UInt8(ascii: ":"), let hour = TimeText.two(start), hour < 24,
      let minute = TimeText.two(start + 3), minute < 60
    else { return nil }
    return hour * 3600 + minute * 60
  }

  /// `2026-09-10T13:55:36.123Z` and its like: local seconds, and the offset from UTC if there is one. See
  /// `ISOTime`.
  mutating func iso(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ nanoseconds: inout UInt32
  ) -> (local: Int64, offset: Int64?)? {
    guard stop - start >= 19, let day = day(start, start + 10),
      start[10] | 0x20 == UInt8(ascii: "t") || start[10] == UInt8(ascii: " "),
      let (clock, end) = ColumnTime.clock(start + 11, stop, &nanoseconds)
    else { return nil }
    var text = TimeText(at: end, end: stop)
    var offset = Int64.min
    if end < stop { guard text.offset(&offset), text.at == stop else { return nil } }
    return (day * 86_400 + clock, offset == .min ? nil : offset)
  }

  /// Seconds since 1970 in units of which a second has so many, seconds perhaps with a fraction.
  static func epoch(
    _ unit: Int64, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ nanoseconds: inout UInt32
  ) -> Int64? {
    var text = TimeText(at: start, end: stop)
    var value: Int64 = 0
    guard text.number(1...18, 0...Int64.max, &value) else { return nil }
    nanoseconds = UInt32(truncatingIfNeeded: value % unit * (1_000_000_000 / unit))
    if unit == 1, text.skip(UInt8(ascii: ".")) { guard text.fraction(&nanoseconds) else { return nil } }
    return text.at == stop ? value / unit : nil
  }

  /// `10/Oct/2000:13:55:36 -0700`, or with a fraction instead of the offset, as HAProxy has it.
  mutating func common(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ nanoseconds: inout UInt32
  ) -> (local: Int64, offset: Int64?)? {
    if stop - start == CommonTime.length, let seconds = common.read(start) { return (seconds, 0) }
    guard stop - start >= 20, start[2] == UInt8(ascii: "/"), start[6] == UInt8(ascii: "/"),
      start[11] == UInt8(ascii: ":"), let month = MonthName.number(start + 3)
    else { return nil }
    var parts = TimeParts()
    var dayText = TimeText(at: start, end: start + 2)
    var yearText = TimeText(at: start + 7, end: start + 11)
    guard dayText.number(2...2, 1...31, &parts.day), yearText.number(4...4, 1...9999, &parts.year),
      parts.day <= CalendarTime.daysIn(month: month, year: parts.year),
      let (clock, end) = ColumnTime.clock(start + 12, stop, &nanoseconds), end == stop
    else { return nil }
    return (CalendarTime.days(year: parts.year, month: month, day: parts.day) * 86_400 + clock, nil)
  }
}
