internal import Pipeline

/// What the lines that begin with `#` have said so far (W3C Extended Log File Format): the columns, and, for logs whose
/// records have a time and no date, the day.
struct Directives {
  /// The text behind `#Fields:`; nil before the first.
  private(set) var fields: [UInt8]?
  /// When the last record or `#Date:` was: days since 1970, seconds of the day.
  private var day = Int64.min
  private var second: Int64 = 0
  /// The column of the time of day, if it has to be dated by this.
  private var timeColumn: Int?
  /// See `tabs(of:)`.
  private var tabs = 0

  /// How far a record may be behind the one before without being of the next day: late lines are common, gaps of
  /// almost a day are not.
  private static let tolerance: Int64 = 3600
  /// How far it may be behind across midnight. A quiet log's first record of a day may come late in it, and must not be
  /// taken for the last one of the day before.
  private static let lateness: Int64 = 600
  /// Bytes behind `#Fields:`, some ten times of what is known to be logged.
  private static let longest = 8192
  private static let patterns = ["%Y-%m-%d %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%d/%b/%Y %H:%M:%S", "%Y-%m-%d"]
    .map { TimePattern($0) }

  init(fields: [UInt8]?) {
    self.fields = fields
    lookForTime()
  }

  /// The state that these lines leave behind: see `text`.
  init(text: [UInt8], fields: [UInt8]?) {
    self.init(fields: fields)
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var start = base
      let end = base + bytes.count
      while start < end {
        let stop = Scan.byte(UInt8(ascii: "\n"), start, end)
        take(start, stop)
        start = min(stop + 1, end)
      }
    }
  }

  /// Lines that bring about the state.
  var text: [UInt8] {
    var text: [UInt8] = []
    if let fields { text += "#Fields:".utf8 + fields + [UInt8(ascii: "\n")] }
    guard day != .min else { return text }
    func append(_ number: Int64, _ width: Int) {
      let digits = String(number)
      text += repeatElement(UInt8(ascii: "0"), count: max(0, width - digits.utf8.count))
      text += digits.utf8
    }
    let date = CalendarTime.date(days: day)
    text += "#Date: ".utf8
    append(date.year, 4)
    text.append(UInt8(ascii: "-"))
    append(date.month, 2)
    text.append(UInt8(ascii: "-"))
    append(date.day, 2)
    text.append(UInt8(ascii: " "))
    append(second / 3600, 2)
    text.append(UInt8(ascii: ":"))
    append(second / 60 % 60, 2)
    text.append(UInt8(ascii: ":"))
    append(second % 60, 2)
    text.append(UInt8(ascii: "\n"))
    return text
  }

  /// Whether records are dated by what came before them.
  var datesRecords: Bool { timeColumn != nil }

  /// Takes a line that begins with `#`; true if the columns are others now.
  @discardableResult
  mutating func take(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    if let value = Directives.value(of: "#Fields:", start, stop) {
      // So long a line is none of a server's; what follows is not guessed at.
      let named = value.count <= Directives.longest ? Array(value) : []
      guard named != fields else { return false }
      fields = named
      lookForTime()
      return true
    }
    if let value = Directives.value(of: "#Date:", start, stop), let base = value.baseAddress {
      var at = base
      let end = base + value.count
      while at < end, at.pointee == UInt8(ascii: " ") || at.pointee == UInt8(ascii: "\t") { at += 1 }
      for pattern in Directives.patterns {
        var parts = TimeParts()
        guard pattern.read(at, end, &parts) != nil, case .time(let seconds) = parts.seconds(.utc, .earlier) else {
          continue
        }
        day = seconds.dividedDown(by: 86_400)
        second = seconds - day * 86_400
        return false
      }
    }
    return false
  }

  /// The day of a record by its time of day, which becomes the last one; nil if no `#Date:` came.
  mutating func day(of clock: Int64) -> Int64? {
    guard day != .min else { return nil }
    if clock < second - Directives.tolerance {
      day += 1
    } else if clock > second + 86_400 - Directives.lateness {
      day -= 1
    }
    second = clock
    return day
  }

  /// The same for a line of which nothing else is known; nil also if it has no time.
  @discardableResult
  mutating func pass(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Int64? {
    guard let timeColumn else { return nil }
    var at = start
    let hasTabs = tabs > 0 && Directives.hasTabs(tabs, start, stop)
    for _ in 0..<timeColumn {
      if hasTabs {
        at = min(Scan.byte(UInt8(ascii: "\t"), at, stop) + 1, stop)
        continue
      }
      while at < stop, at.pointee != UInt8(ascii: " "), at.pointee != UInt8(ascii: "\t") { at += 1 }
      while at < stop, at.pointee == UInt8(ascii: " ") || at.pointee == UInt8(ascii: "\t") { at += 1 }
    }
    if at < stop, at.pointee == UInt8(ascii: "\"") { at += 1 }
    var end = at
    while end < stop, end.pointee > 0x20, end.pointee != UInt8(ascii: "\"") { end += 1 }
    var nanoseconds: UInt32 = 0
    return ColumnTime.timeOfDay(at, end, &nanoseconds).flatMap { day(of: $0) }
  }

  /// Takes the lines `start..<stop` one after the other.
  mutating func run(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) {
    let mark = UInt8(ascii: "#")
    var at = start
    while at < stop {
      if datesRecords {
        let end = Scan.byte(UInt8(ascii: "\n"), at, stop)
        at = Scan.lineStart(at, end)
        if at.pointee == UInt8(ascii: "#") { take(at, end) } else { pass(at, end) }
        at = end + 1
      } else {
        // The byte is rare, so that most lines are never looked at.
        at = Scan.first(of: mark, or: mark, at, stop)
        guard at < stop else { return }
        if Scan.isLineStart(at, from: start) {
          let end = Scan.byte(UInt8(ascii: "\n"), at, stop)
          take(at, end)
          at = end
        }
        at += 1
      }
    }
  }

  private mutating func lookForTime() {
    timeColumn = nil
    guard let fields else { return }
    let names = fields.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
      .map { String(decoding: $0, as: UTF8.self).lowercased() }
    if !names.contains("date") { timeColumn = names.firstIndex(of: "time") }
    tabs = Directives.tabs(of: fields)
  }

  /// How many tabs there are between the names behind `#Fields:`; 0 where blanks separate them as well.
  static func tabs(of fields: [UInt8]) -> Int {
    let names = fields.drop { $0 <= UInt8(ascii: " ") }
    let end = names.lastIndex { $0 > UInt8(ascii: " ") } ?? names.startIndex
    let between = names[..<end]
    return between.contains(UInt8(ascii: " ")) ? 0 : between.count { $0 == UInt8(ascii: "\t") }
  }

  /// Whether a line has the tabs of its header, so that they alone separate its columns and blanks are of its values.
  static func hasTabs(_ count: Int, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    var left = count
    var at = start
    while left > 0 {
      at = Scan.byte(UInt8(ascii: "\t"), at, stop)
      guard at < stop else { return false }
      at += 1
      left -= 1
    }
    return true
  }

  private static func value(
    of name: StaticString, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) -> UnsafeBufferPointer<UInt8>? {
    let count = name.utf8CodeUnitCount
    guard stop - start >= count else { return nil }
    for index in 0..<count where start[index] | 0x20 != name.utf8Start[index] | 0x20 { return nil }
    var end = stop
    while end > start + count, end[-1] == UInt8(ascii: "\r") { end -= 1 }
    return UnsafeBufferPointer(start: start + count, count: end - start - count)
  }
}
