internal import Pipeline

/// A time format in the manner of strftime(3), read backwards: from text to numbers. English names, as in the C locale.
struct TimePattern: Sendable, Equatable {
  enum Element: Sendable, Hashable {
    case literal(UInt8)
    /// A blank in the format: one or more.
    case gap
    /// Padding: one or none.
    case blanks
    case day, month, monthName, year, shortYear, century
    case hour, hour12, minute, second, half
    case dayOfYear, weekdayName, weekdayNumber
    case offset, zoneName, epoch, fraction
  }

  private(set) var elements: [Element] = []
  /// What cannot be read of it.
  private(set) var problem: String?

  init(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        elements.append(byte == UInt8(ascii: " ") ? .gap : .literal(byte))
        continue
      }
      // %-d, %Ey and the like say how to write, not what.
      while let modifier = bytes.first, "-_0^#EO".utf8.contains(modifier) { bytes.removeFirst() }
      guard let letter = bytes.popFirst() else {
        problem = "time format ends with '%'"
        return
      }
      add(letter)
    }
  }

  private mutating func add(_ letter: UInt8) {
    let character = Character(UnicodeScalar(letter))
    switch character {
    case "a", "A": elements.append(.weekdayName)
    case "b", "B", "h": elements.append(.monthName)
    case "C": elements.append(.century)
    case "d", "e": elements += [.blanks, .day]
    case "D": expand("%m/%d/%y")
    case "F": expand("%Y-%m-%d")
    case "f", "L", "N": elements.append(.fraction)
    case "c": expand("%a %b %e %H:%M:%S %Y")
    case "H", "k": elements += [.blanks, .hour]
    case "I", "l": elements += [.blanks, .hour12]
    case "j": elements.append(.dayOfYear)
    case "m": elements.append(.month)
    case "M": elements.append(.minute)
    case "n", "t": elements.append(.literal(letter == UInt8(ascii: "n") ? 0x0A : 0x09))
    case "p", "P": elements.append(.half)
    case "r": expand("%I:%M:%S %p")
    case "R": expand("%H:%M")
    case "s": elements.append(.epoch)
    case "S": elements.append(.second)
    case "T", "X": expand("%H:%M:%S")
    case "u", "w": elements.append(.weekdayNumber)
    case "x": expand("%m/%d/%y")
    case "y": elements.append(.shortYear)
    case "Y": elements.append(.year)
    case "G": problem = "the year of %G is that of an ISO week, not of a date: only %Y can be read"
    case "z": elements.append(.offset)
    case "Z": elements.append(.zoneName)
    case "%": elements.append(.literal(letter))
    default: problem = "time format has an unknown conversion %\(character)"
    }
  }

  private mutating func expand(_ text: String) { elements += TimePattern(text).elements }

  var hasEpoch: Bool { elements.contains(.epoch) }
  var hasOffset: Bool { elements.contains(.offset) || hasEpoch }
  var hasTime: Bool { hasEpoch || elements.contains(.hour) || elements.contains(.hour12) }
  var hasDate: Bool {
    hasEpoch
      || (elements.contains(.year) || elements.contains(.shortYear))
        && (elements.contains(.dayOfYear)
          || elements.contains(.day) && (elements.contains(.month) || elements.contains(.monthName)))
  }

  /// Reads from `start`; returns where it ends, nil if the text is something else.
  func read(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ parts: inout TimeParts
  ) -> UnsafePointer<UInt8>? {
    var text = TimeText(at: start, end: end)
    for element in elements {
      let isRead: Bool
      switch element {
      case .literal(let byte): isRead = text.skip(byte)
      case .gap:
        isRead = text.skip(UInt8(ascii: " "))
        while text.skip(UInt8(ascii: " ")) {}
      case .blanks:
        _ = text.skip(UInt8(ascii: " "))
        isRead = true
      case .day: isRead = text.number(1...2, 1...31, &parts.day)
      case .month: isRead = text.number(1...2, 1...12, &parts.month)
      case .monthName: isRead = text.month(&parts.month)
      case .year: isRead = text.number(4...4, 1...9999, &parts.year)
      case .shortYear:
        isRead = text.number(2...2, 0...99, &parts.yearOfCentury)
        parts.year = parts.yearOfCentury + (parts.yearOfCentury < 69 ? 2000 : 1900)
      case .century: isRead = text.number(2...2, 0...99, &parts.century)
      case .hour: isRead = text.number(1...2, 0...23, &parts.hour)
      case .hour12: isRead = text.number(1...2, 1...12, &parts.hour)
      case .minute: isRead = text.number(1...2, 0...59, &parts.minute)
      case .second: isRead = text.number(1...2, 0...60, &parts.second)
      case .half:
        guard let lead = text.peek.map({ $0 | 0x20 }), lead == UInt8(ascii: "a") || lead == UInt8(ascii: "p") else {
          return nil
        }
        parts.half = lead == UInt8(ascii: "a") ? 0 : 12
        text.at += 1
        isRead = text.skip(UInt8(ascii: "m")) || text.skip(UInt8(ascii: "M"))
      case .dayOfYear:
        isRead = text.number(1...3, 1...366, &parts.dayOfYear)
      case .weekdayName: isRead = text.weekday(&parts.weekday)
      case .zoneName:
        text.zoneName(&parts.zoneName)
        isRead = true
      case .weekdayNumber:
        var number: Int64 = 0
        isRead = text.number(1...1, 0...7, &number)
      case .offset: isRead = text.offset(&parts.offset)
      case .epoch:
        var seconds: Int64 = 0
        parts.isBeforeEpoch = text.skip(UInt8(ascii: "-"))
        isRead = text.number(1...12, 0...999_999_999_999, &seconds)
        parts.epoch = parts.isBeforeEpoch ? -seconds : seconds
      case .fraction: isRead = text.fraction(&parts.nanoseconds)
      }
      if !isRead { return nil }
    }
    if parts.century >= 0, parts.yearOfCentury >= 0 { parts.year = parts.century * 100 + parts.yearOfCentury }
    // A fraction behind a negative number is negative as well.
    if parts.isBeforeEpoch, parts.nanoseconds > 0 {
      parts.epoch -= 1
      parts.nanoseconds = 1_000_000_000 - parts.nanoseconds
    }
    return text.at
  }
}

/// A time as its text gives it, perhaps from several fields of a line.
struct TimeParts {
  var year: Int64 = 0
  /// `%C` and `%y`, which are the year together; -1 if the text does not say.
  var century: Int64 = -1
  var yearOfCentury: Int64 = -1
  var month: Int64 = 1
  var day: Int64 = 1
  var dayOfYear: Int64 = 0
  var hour: Int64 = 0
  var minute: Int64 = 0
  var second: Int64 = 0
  /// 0 and 12 for the halves of a 12-hour clock, -1 for a 24-hour one.
  var half: Int64 = -1
  /// Seconds east of UTC; `Int64.min` if the text does not say.
  var offset = Int64.min
  /// What the text calls the clock (`CEST`), as a number of its bytes; 0 if it does not say.
  var zoneName: UInt64 = 0
  var nanoseconds: UInt32 = 0
  /// Seconds since 1970; `Int64.min` if it is to be made of the parts above.
  var epoch = Int64.min
  var isBeforeEpoch = false
  /// 0 for Sunday; -1 if the text does not say.
  var weekday: Int64 = -1

  enum Outcome {
    case time(Int64)
    case invalid, ambiguous
  }

  /// What can be written with four digits of year, in seconds.
  static let range = CalendarTime.range.lowerBound / 1000...CalendarTime.range.upperBound / 1000

  /// UTC seconds. A second 60 is the next minute's first.
  func seconds(_ zone: Zone?, _ ambiguous: Zone.Ambiguity) -> Outcome {
    let outcome = resolve(zone, ambiguous)
    if case .time(let seconds) = outcome, !TimeParts.range.contains(seconds) { return .invalid }
    return outcome
  }

  private func resolve(_ zone: Zone?, _ ambiguous: Zone.Ambiguity) -> Outcome {
    if epoch != .min { return .time(epoch) }
    let days: Int64
    if dayOfYear > 0 {
      guard dayOfYear <= (CalendarTime.isLeap(year) ? 366 : 365) else { return .invalid }
      days = CalendarTime.days(year: year, month: 1, day: 1) + dayOfYear - 1
    } else {
      guard day <= CalendarTime.daysIn(month: month, year: year) else { return .invalid }
      days = CalendarTime.days(year: year, month: month, day: day)
    }
    // The day of 1970-01-01 was a Thursday.
    if weekday >= 0, (days % 7 + 11) % 7 != weekday { return .invalid }
    let hours = half < 0 ? hour : hour % 12 + half
    let local = days * 86_400 + hours * 3600 + minute * 60 + second
    if offset != .min { return .time(local - offset) }
    guard let zone else { return .invalid }
    if zoneName != 0 { return zone.utc(local: local, named: zoneName).map { .time($0) } ?? .invalid }
    guard let utc = zone.utc(local: local, ambiguous: ambiguous) else { return .ambiguous }
    return .time(utc)
  }
}

/// Reads the small texts that times are made of. Never looks at or past `end`.
struct TimeText {
  var at: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>

  var peek: UInt8? { at < end ? at.pointee : nil }

  /// A number of two digits, for layouts of fixed width. Reads two bytes.
  @inline(__always)
  static func two(_ at: UnsafePointer<UInt8>) -> Int64? {
    let tens = at[0] &- 48
    let ones = at[1] &- 48
    guard tens < 10, ones < 10 else { return nil }
    return Int64(tens &* 10 &+ ones)
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard at < end, at.pointee == byte else { return false }
    at += 1
    return true
  }

  mutating func skipLetters() {
    while at < end, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(at.pointee | 0x20) { at += 1 }
  }

  /// `CEST`, or `+03` where clocks have no other name. Nothing is as good as no name.
  mutating func zoneName(_ name: inout UInt64) {
    let start = at
    skipLetters()
    if at == start, end - at > 1, at[0] == UInt8(ascii: "+") || at[0] == UInt8(ascii: "-"), at[1] &- 48 < 10 {
      at += 1
      while at < end, at.pointee &- 48 < 10 { at += 1 }
    }
    let bytes = UnsafeBufferPointer(start: start, count: at - start)
    name = bytes.count <= 8 ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : .max
  }

  mutating func number(_ digits: ClosedRange<Int>, _ range: ClosedRange<Int64>, _ value: inout Int64) -> Bool {
    var count = 0
    var number: Int64 = 0
    while count < digits.upperBound, at < end, at.pointee &- 48 < 10 {
      number = number * 10 + Int64(at.pointee &- 48)
      count += 1
      at += 1
    }
    guard count >= digits.lowerBound, range.contains(number) else { return false }
    value = number
    return true
  }

  mutating func month(_ value: inout Int64) -> Bool {
    guard let index = name(TimeText.months) else { return false }
    value = index + 1
    return true
  }

  mutating func weekday(_ value: inout Int64) -> Bool {
    guard let index = name(TimeText.weekdays) else { return false }
    value = index
    return true
  }

  /// One of several names, in full or cut to three letters or more, in any case: its index.
  private mutating func name(_ names: [StaticString]) -> Int64? {
    let start = at
    skipLetters()
    let count = at - start
    guard count >= 3 else { return nil }
    return names.firstIndex { name in
      count <= name.utf8CodeUnitCount && (0..<count).allSatisfy { start[$0] | 0x20 == name.utf8Start[$0] }
    }.map { Int64($0) }
  }

  private static let months: [StaticString] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]
  private static let weekdays: [StaticString] = [
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
  ]

  /// `+0545`, `+05:45`, `-03` or `Z`.
  mutating func offset(_ value: inout Int64) -> Bool {
    if skip(UInt8(ascii: "Z")) || skip(UInt8(ascii: "z")) {
      value = 0
      return true
    }
    var sign: Int64 = 1
    if !skip(UInt8(ascii: "+")) {
      guard skip(UInt8(ascii: "-")) else { return false }
      sign = -1
    }
    var hours: Int64 = 0
    var minutes: Int64 = 0
    guard number(2...2, 0...24, &hours) else { return false }
    if skip(UInt8(ascii: ":")) || (peek.map { $0 &- 48 < 10 } ?? false) {
      guard number(2...2, 0...59, &minutes) else { return false }
    }
    value = sign * (hours * 3600 + minutes * 60)
    return true
  }

  /// Digits of a fraction, as nanoseconds; those past the ninth are dropped.
  mutating func fraction(_ nanoseconds: inout UInt32) -> Bool {
    var count = 0
    var value: UInt32 = 0
    while at < end, at.pointee &- 48 < 10 {
      if count < 9 { value = value &* 10 &+ UInt32(at.pointee &- 48) }
      count += 1
      at += 1
    }
    for _ in min(count, 9)..<9 { value &*= 10 }
    nanoseconds = value
    return count > 0
  }
}

/// English month names by their first three letters, in any case.
enum MonthName {
  @inline(__always)
  static func number(_ at: UnsafePointer<UInt8>) -> Int64? {
    let key = (UInt32(at[0]) << 16 | UInt32(at[1]) << 8 | UInt32(at[2])) | 0x20_20_20
    switch key {
    case 0x6A_61_6E: return 1
    case 0x66_65_62: return 2
    case 0x6D_61_72: return 3
    case 0x61_70_72: return 4
    case 0x6D_61_79: return 5
    case 0x6A_75_6E: return 6
    case 0x6A_75_6C: return 7
    case 0x61_75_67: return 8
    case 0x73_65_70: return 9
    case 0x6F_63_74: return 10
    case 0x6E_6F_76: return 11
    case 0x64_65_63: return 12
    default: return nil
    }
  }
}
