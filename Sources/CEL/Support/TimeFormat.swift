/// A form of written times in the manner of `strptime` (POSIX.1-2024), compiled once: `%d/%b/%Y:%H:%M:%S %z`.
///
/// Names of months and days are English, whatever their case. A blank stands for one or more blanks. Every number may
/// have fewer digits than its field, except the year.
struct TimeFormat: Sendable {
  private enum Item: Sendable {
    case literal(UInt8)
    case blanks
    case number(Field, digits: ClosedRange<Int>)
    case fraction(Int)
    case monthName, dayName, meridiem, offset, abbreviation, epoch
  }

  private enum Field: String, Sendable {
    case year, shortYear, month, day, hour, halfDayHour, minute, second, dayOfYear
  }

  /// What is wrong with a format, and where in it.
  struct Mistake: Error {
    let range: Range<Int>
    let message: String
    let remedy: String?
  }

  private var items: [Item] = []
  /// Whether every text of this form says by itself which moment it means.
  private(set) var isAbsolute = false

  // MARK: Compiling

  init(_ format: UnsafeBufferPointer<UInt8>) throws(Mistake) {
    var seen: Set<String> = []
    try append(Array(format), at: nil, &seen)
    func has(_ parts: String...) -> Bool { parts.contains { seen.contains($0) } }
    func need(_ isThere: Bool, _ message: String, _ remedy: String) throws(Mistake) {
      guard isThere else { throw Mistake(range: 0..<format.count, message: message, remedy: remedy) }
    }
    if has("epoch") {
      try need(seen.isSubset(of: ["epoch", "fraction"]), "'%s' is a whole time by itself", "leave out the other parts")
      isAbsolute = true
      return
    }
    try need(has("year"), "the format has no year", "add '%Y'")
    try need(
      has("dayOfYear") || has("month") && has("day"), "the format has no day of the year",
      "add '%m' or '%b', and '%d'")
    try need(!(has("dayOfYear") && has("month", "day")), "'%j' and a month or a day say the same", "leave out '%j'")
    try need(has("meridiem") == has("halfDayHour"), "'%I' and '%p' belong together", "write '%H', or '%I' with '%p'")
    try need(has("hour") || !has("minute"), "the format has minutes without hours", "add '%H'")
    try need(has("minute") || !has("second"), "the format has seconds without minutes", "add '%M'")
    try need(has("second") || !has("fraction"), "the format has a fraction of a second without seconds", "add '%S'")
    isAbsolute = has("offset")
  }

  /// - Parameter place: the directive that the format is short for.
  private mutating func append(_ format: [UInt8], at place: Range<Int>?, _ seen: inout Set<String>) throws(Mistake) {
    var index = 0
    while index < format.count {
      let start = index
      let byte = format[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        guard byte.isBlank else {
          items.append(.literal(byte))
          continue
        }
        // Several blanks are one.
        if case .blanks? = items.last { continue }
        items.append(.blanks)
        continue
      }
      // `%-d` is `%d` without padding, which is optional here anyway.
      if index < format.count, format[index] == UInt8(ascii: "-") { index += 1 }
      guard index < format.count else {
        throw Mistake(range: start..<index, message: "the format ends in '%'", remedy: "write '%%' for a percent sign")
      }
      let letter = format[index]
      index += 1
      while index < format.count, format[index] & 0xC0 == 0x80 { index += 1 }
      let range = place ?? start..<index
      if let long = Self.long(letter) {
        try append(Array(long.utf8), at: range, &seen)
        continue
      }
      guard let (item, part) = Self.item(letter) else {
        throw Mistake(
          range: range, message: "unknown directive '\(String(decoding: format[start..<index], as: UTF8.self))'",
          remedy: "known are %Y %y %m %b %B %d %e %j %H %I %M %S %p %f %L %N %z %Z %a %A %s %T %D %F %R %%")
      }
      if let part, !seen.insert(part).inserted {
        throw Mistake(range: range, message: "the format has the \(part) twice", remedy: nil)
      }
      if case .number(.halfDayHour, _) = item { seen.insert("halfDayHour") }
      items.append(item)
    }
  }

  private static func long(_ letter: UInt8) -> String? {
    switch letter {
    case UInt8(ascii: "T"): "%H:%M:%S"
    case UInt8(ascii: "R"): "%H:%M"
    case UInt8(ascii: "F"): "%Y-%m-%d"
    case UInt8(ascii: "D"): "%m/%d/%y"
    default: nil
    }
  }

  /// What a letter stands for, and the part of a time that it gives.
  private static func item(_ letter: UInt8) -> (Item, part: String?)? {
    switch letter {
    case UInt8(ascii: "Y"): (.number(.year, digits: 4...4), "year")
    case UInt8(ascii: "y"): (.number(.shortYear, digits: 2...2), "year")
    case UInt8(ascii: "m"): (.number(.month, digits: 1...2), "month")
    case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "h"): (.monthName, "month")
    case UInt8(ascii: "d"), UInt8(ascii: "e"): (.number(.day, digits: 1...2), "day")
    case UInt8(ascii: "j"): (.number(.dayOfYear, digits: 1...3), "dayOfYear")
    case UInt8(ascii: "H"): (.number(.hour, digits: 1...2), "hour")
    case UInt8(ascii: "I"): (.number(.halfDayHour, digits: 1...2), "hour")
    case UInt8(ascii: "M"): (.number(.minute, digits: 1...2), "minute")
    case UInt8(ascii: "S"): (.number(.second, digits: 1...2), "second")
    case UInt8(ascii: "L"): (.fraction(3), "fraction")
    case UInt8(ascii: "f"), UInt8(ascii: "N"): (.fraction(9), "fraction")
    case UInt8(ascii: "p"): (.meridiem, "meridiem")
    case UInt8(ascii: "a"), UInt8(ascii: "A"): (.dayName, "weekday")
    case UInt8(ascii: "z"): (.offset, "offset")
    case UInt8(ascii: "Z"): (.abbreviation, "offset")
    case UInt8(ascii: "s"): (.epoch, "epoch")
    case UInt8(ascii: "n"), UInt8(ascii: "t"): (.blanks, nil)
    case UInt8(ascii: "%"): (.literal(letter), nil)
    default: nil
    }
  }

  // MARK: Reading

  private struct Parts {
    var (year, month, day, dayOfYear, hour, minute, second) = (0, 1, 1, 0, 0, 0, 0)
    var nanoseconds = 0
    var isAfternoon: Bool?
    var weekday: Int?
    var offset: Int?
    /// Whether the offset was an abbreviation, which has to be one of the zone.
    var isNamedOffset = false
    var epoch: Int64?
    /// Whether a time in seconds since 1970 begins with a minus sign, which is also that of its fraction.
    var isBeforeEpoch = false
  }

  /// Why a text is not a time of the form.
  enum Failure: Error {
    case mismatch, noSuchDay, noSuchTime, weekday, ambiguous, offset, range, noZone

    var reason: String {
      switch self {
      case .mismatch: "it has another form"
      case .noSuchDay: "there is no such day"
      case .noSuchTime: "there is no such time of day"
      case .weekday: "the day of the week is another"
      case .ambiguous: "the local time came twice or never"
      case .offset: "the zone had another offset then"
      case .range: "the time is out of range"
      case .noZone: "a local time needs a zone"
      }
    }
  }

  /// The moment that a text means, as a timestamp.
  func parse(
    _ text: UnsafeBufferPointer<UInt8>, in zone: LocalZone?, _ ambiguity: LocalZone.Ambiguity
  ) throws(Failure) -> Value {
    var parts = Parts()
    var index = 0
    // Blanks around a time do no harm.
    if case .blanks? = items.first {} else { while index < text.count, text[index].isBlank { index += 1 } }
    for item in items { try read(item, text, &index, &parts) }
    while index < text.count, text[index].isBlank { index += 1 }
    guard index == text.count else { throw .mismatch }
    let seconds: Int64
    if let epoch = parts.epoch { seconds = epoch } else { seconds = try moment(parts, zone, ambiguity) }
    let value = Time.timestamp(seconds, Int64(parts.isBeforeEpoch ? -parts.nanoseconds : parts.nanoseconds))
    if value.isError { throw .range }
    return value
  }

  private func moment(
    _ parts: Parts, _ zone: LocalZone?, _ ambiguity: LocalZone.Ambiguity
  ) throws(Failure) -> Int64 {
    let year = parts.year
    var days: Int
    if parts.dayOfYear > 0 {
      guard parts.dayOfYear <= 337 + Time.daysInMonth(year, 2) else { throw .noSuchDay }
      days = Time.days(year: year, month: 1, day: 1) + parts.dayOfYear - 1
    } else {
      guard 1...12 ~= parts.month, parts.day >= 1, parts.day <= Time.daysInMonth(year, parts.month) else {
        throw .noSuchDay
      }
      days = Time.days(year: year, month: parts.month, day: parts.day)
    }
    if let weekday = parts.weekday, (days % 7 + 11) % 7 != weekday { throw .weekday }
    var hour = parts.hour
    if let isAfternoon = parts.isAfternoon {
      guard 1...12 ~= hour else { throw .noSuchTime }
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    // A leap second is the first second of the next minute.
    guard hour < 24, parts.minute < 60, parts.second <= 60 else { throw .noSuchTime }
    let local = Int64(days * 86400 + hour * 3600 + parts.minute * 60 + parts.second)
    if let offset = parts.offset {
      let seconds = local - Int64(offset)
      if parts.isNamedOffset, let zone, zone.offset(at: seconds) != Int64(offset) { throw .offset }
      return seconds
    }
    guard let zone else { throw .noZone }
    guard let seconds = zone.utc(local: local, ambiguity) else { throw .ambiguous }
    return seconds
  }

  private func read(
    _ item: Item, _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ parts: inout Parts
  ) throws(Failure) {
    switch item {
    case .literal(let byte):
      guard index < text.count, text[index] == byte else { throw .mismatch }
      index += 1
    case .blanks:
      guard index < text.count, text[index].isBlank else { throw .mismatch }
      while index < text.count, text[index].isBlank { index += 1 }
    case .number(let field, let digits):
      // A day may be padded with a blank.
      if field == .day, index < text.count, text[index] == 0x20 { index += 1 }
      let number = try Self.number(text, &index, digits)
      switch field {
      case .year: parts.year = number
      case .shortYear: parts.year = number + (number < 69 ? 2000 : 1900)
      case .month: parts.month = number
      case .day: parts.day = number
      case .hour, .halfDayHour: parts.hour = number
      case .minute: parts.minute = number
      case .second: parts.second = number
      case .dayOfYear:
        guard number > 0 else { throw .noSuchDay }
        parts.dayOfYear = number
      }
    case .fraction(let most):
      let start = index
      var value = try Self.number(text, &index, 1...most)
      for _ in (index - start)..<9 { value *= 10 }
      parts.nanoseconds = value
    case .monthName: parts.month = try Self.name(Self.months, text, &index) + 1
    case .dayName: parts.weekday = try Self.name(Self.weekdays, text, &index)
    case .meridiem: parts.isAfternoon = try Self.name(Self.halves, text, &index) == 1
    case .offset: parts.offset = try Self.offset(text, &index)
    case .abbreviation:
      let start = index
      while index < text.count, index - start < 5, text[index].isUpper { index += 1 }
      let name = String(decoding: text[start..<index], as: UTF8.self)
      guard let hours = Self.abbreviations[name] else { throw .mismatch }
      parts.offset = hours * 3600
      parts.isNamedOffset = true
    case .epoch:
      let isNegative = index < text.count && text[index] == UInt8(ascii: "-")
      if isNegative { index += 1 }
      let value = Int64(try Self.number(text, &index, 1...12))
      parts.epoch = isNegative ? -value : value
      parts.isBeforeEpoch = isNegative
    }
  }

  private static func number(
    _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ digits: ClosedRange<Int>
  ) throws(Failure) -> Int {
    let start = index
    var value = 0
    while index < text.count, index - start < digits.upperBound, text[index].isDigit {
      value = value * 10 + Int(text[index] & 15)
      index += 1
    }
    guard index - start >= digits.lowerBound else { throw .mismatch }
    return value
  }

  /// A name, in full or cut to three letters or more.
  private static func name(
    _ names: [StaticString], _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int
  ) throws(Failure) -> Int {
    let start = index
    while index < text.count, text[index] | 0x20 >= 0x61, text[index] | 0x20 <= 0x7A { index += 1 }
    let count = index - start
    for (position, name) in names.enumerated() where count >= min(3, name.utf8CodeUnitCount) {
      guard count <= name.utf8CodeUnitCount else { continue }
      if (0..<count).allSatisfy({ text[start + $0] | 0x20 == name.utf8Start[$0] }) { return position }
    }
    throw .mismatch
  }

  /// `Z`, `+02`, `+0200` or `+02:00`, in seconds.
  private static func offset(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) throws(Failure) -> Int {
    guard index < text.count else { throw .mismatch }
    let sign = text[index]
    index += 1
    if sign | 0x20 == UInt8(ascii: "z") { return 0 }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw .mismatch }
    let hours = try number(text, &index, 2...2)
    var minutes = 0
    if index < text.count, text[index] == UInt8(ascii: ":") {
      index += 1
      minutes = try number(text, &index, 2...2)
    } else if index < text.count, text[index].isDigit {
      minutes = try number(text, &index, 2...2)
    }
    guard hours < 24, minutes < 60 else { throw .noSuchTime }
    return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
  }

  private static let halves: [StaticString] = ["am", "pm"]
  private static let months: [StaticString] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]
  private static let weekdays: [StaticString] = [
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
  ]

  /// Hours east of UTC: the names of RFC 822 §5.1, and those of Europe.
  private static let abbreviations: [String: Int] = [
    "UTC": 0, "GMT": 0, "UT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
  ]
}

extension UInt8 {
  /// Space, tab or a line end.
  var isBlank: Bool { self == 0x20 || self &- 0x09 < 5 }
}
