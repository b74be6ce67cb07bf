#if canImport(Glibc)
  internal import Glibc
#endif

/// A time zone from the system's tzdata (RFC 9636, TZif).
public struct Zone: Sendable, Equatable {
  /// As it was asked for; of a fixed offset its seconds.
  public let name: String
  /// UTC seconds at which each offset begins to hold, ascending.
  private let transitions: [Int64]
  /// Seconds east of UTC before the first transition, then after each.
  private let offsets: [Int64]
  private let rule: PosixRule?
  /// What clocks there have been called, with the offset of each.
  private let abbreviations: [Abbreviation]

  /// A zone of one offset, in seconds east of UTC.
  public init(fixed offset: Int64) {
    name = offset == 0 ? "UTC" : "\(offset)"
    transitions = []
    offsets = [offset]
    rule = nil
    abbreviations = []
  }

  /// No offset, ever.
  public static let utc = Zone(fixed: 0)

  /// Loads `Europe/Warsaw` and the like; nil if the system does not know it.
  public init?(named name: String) {
    if name == "UTC" || name == "Z" {
      self = .utc
      return
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !name.isEmpty, name.utf8.count < 256, !name.utf8.contains(0),
      parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") })
    else { return nil }
    guard let bytes = Zone.load("/usr/share/zoneinfo/" + name), let file = TZif(bytes) else { return nil }
    self.name = name
    transitions = file.transitions
    offsets = file.offsets
    rule = PosixRule(file.footer)
    abbreviations = file.abbreviations
  }

  private static func load(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rbe") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return count > 0 ? Array(bytes[..<count]) : nil
  }

  /// Seconds east of UTC at a UTC time in seconds. Logarithmic in the zone's transitions.
  public func offset(at seconds: Int64) -> Int64 {
    guard let last = transitions.last else { return rule?.offset(at: seconds) ?? offsets[0] }
    if seconds >= last { return rule?.offset(at: seconds) ?? offsets[offsets.count - 1] }
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return offsets[low]
  }

  /// How to read a local time that occurs twice or never.
  public enum Ambiguity: String, Sendable, CaseIterable { case earlier, later, reject }

  /// UTC seconds of a local time given as if it were UTC. In the hour that comes twice the policy decides; a time that
  /// was skipped is moved forward by the gap. nil only under `reject`.
  public func utc(local: Int64, ambiguous: Ambiguity = .earlier) -> Int64? {
    let before = local - offset(at: local - 86_400)
    let after = local - offset(at: local + 86_400)
    let early = min(before, after)
    let late = max(before, after)
    let earlyHolds = early + offset(at: early) == local
    let lateHolds = late + offset(at: late) == local
    switch (earlyHolds, lateHolds) {
    case (true, true):
      if early == late { return early }
      return ambiguous == .earlier ? early : ambiguous == .later ? late : nil
    case (true, false): return early
    case (false, true): return late
    case (false, false): return ambiguous == .reject ? nil : late
    }
  }

  /// UTC seconds of a local time beside which stands what the clock was called: `UTC`, `GMT`, `UT` and `Z`, or an
  /// abbreviation that the zone had then. nil for any other, and for one that did not hold at that time.
  /// - Parameter name: its bytes as one number, the last one lowest.
  public func utc(local: Int64, named name: UInt64) -> Int64? {
    if Zone.universal.contains(name) { return local }
    for abbreviation in abbreviations where abbreviation.name == name {
      let seconds = local - abbreviation.offset
      if offset(at: seconds) == abbreviation.offset { return seconds }
    }
    return nil
  }

  private static let universal: [UInt64] = [0x55_54_43, 0x47_4D_54, 0x55_54, 0x5A]

  /// The local day that holds a second of UTC, in days since 1970-01-01.
  public func localDay(at seconds: Int64) -> Int64 {
    let local = seconds + offset(at: seconds)
    return local.dividedDown(by: 86_400)
  }
}

/// `CEST`, as a number of its bytes, and what it means in a zone, in seconds east of UTC.
private struct Abbreviation: Sendable, Equatable {
  var name: UInt64
  var offset: Int64
}

/// The binary file, version 1 to 4; the 64-bit part where there is one.
private struct TZif {
  var transitions: [Int64] = []
  var offsets: [Int64] = []
  var footer: [UInt8] = []
  /// Those of at most eight bytes, which are all that there are.
  var abbreviations: [Abbreviation] = []

  init?(_ bytes: [UInt8]) {
    guard let first = TZif.header(bytes, 0) else { return nil }
    if first.version >= UInt8(ascii: "2") {
      let second = 44 + first.size(times: 4)
      guard let header = TZif.header(bytes, second), let end = read(bytes, second + 44, header, width: 8) else {
        return nil
      }
      if end < bytes.count, bytes[end] == UInt8(ascii: "\n"),
        let close = bytes[(end + 1)...].firstIndex(of: UInt8(ascii: "\n"))
      {
        footer = Array(bytes[(end + 1)..<close])
      }
    } else if read(bytes, 44, first, width: 4) == nil {
      return nil
    }
  }

  private struct Header {
    var version: UInt8
    var utCount, stdCount, leapCount, timeCount, typeCount, charCount: Int

    func size(times width: Int) -> Int {
      timeCount * (width + 1) + typeCount * 6 + charCount + leapCount * (width + 4) + stdCount + utCount
    }
  }

  private static func header(_ bytes: [UInt8], _ at: Int) -> Header? {
    guard at + 44 <= bytes.count, Array(bytes[at..<(at + 4)]) == Array("TZif".utf8) else { return nil }
    func count(_ index: Int) -> Int {
      (0..<4).reduce(0) { $0 << 8 | Int(bytes[at + 20 + index * 4 + $1]) }
    }
    let header = Header(
      version: bytes[at + 4], utCount: count(0), stdCount: count(1), leapCount: count(2), timeCount: count(3),
      typeCount: count(4), charCount: count(5))
    guard header.typeCount > 0, header.timeCount < 1 << 20 else { return nil }
    return header
  }

  private mutating func read(_ bytes: [UInt8], _ start: Int, _ header: Header, width: Int) -> Int? {
    guard start + header.size(times: width) <= bytes.count else { return nil }
    func number(_ at: Int, _ width: Int) -> Int64 {
      let value = (0..<width).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[at + $1]) }
      return width == 8 ? Int64(bitPattern: value) : Int64(Int32(truncatingIfNeeded: value))
    }
    let types = start + header.timeCount * width
    let infos = types + header.timeCount
    func offset(_ type: Int) -> Int64? {
      type < header.typeCount ? number(infos + type * 6, 4) : nil
    }
    guard let first = offset(0) else { return nil }
    offsets = [first]
    for index in 0..<header.timeCount {
      guard let next = offset(Int(bytes[types + index])) else { return nil }
      transitions.append(number(start + index * width, width))
      offsets.append(next)
    }
    let names = infos + header.typeCount * 6
    for type in 0..<header.typeCount {
      let index = Int(bytes[infos + type * 6 + 5])
      guard let offset = offset(type), index < header.charCount else { continue }
      let name = bytes[(names + index)..<(names + header.charCount)].prefix { $0 != 0 }
      guard name.count <= 8 else { continue }
      let known = Abbreviation(name: name.reduce(0) { $0 << 8 | UInt64($1) }, offset: offset)
      if !abbreviations.contains(known) { abbreviations.append(known) }
    }
    return start + header.size(times: width)
  }
}

/// The footer's rule for times after the last transition (POSIX TZ, `CET-1CEST,M3.5.0,M10.5.0/3`).
private struct PosixRule: Sendable, Equatable {
  private struct Change: Sendable, Equatable {
    enum Day: Sendable, Equatable {
      case month(Int64, week: Int64, weekday: Int64)
      case julian(Int64)
      case zeroBased(Int64)
    }
    var day: Day
    var time: Int64

    /// Local seconds since 1970 at which it happens.
    func moment(year: Int64) -> Int64 {
      let days: Int64
      switch day {
      case .julian(let number):
        let leap = CalendarTime.isLeap(year) && number >= 60
        days = CalendarTime.days(year: year, month: 1, day: 1) + number - 1 + (leap ? 1 : 0)
      case .zeroBased(let number): days = CalendarTime.days(year: year, month: 1, day: 1) + number
      case .month(let month, let week, let weekday):
        let first = CalendarTime.days(year: year, month: month, day: 1)
        let firstWeekday = ((first + 4) % 7 + 7) % 7
        var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
        if day >= CalendarTime.daysIn(month: month, year: year) { day -= 7 }
        days = first + day
      }
      return days * 86_400 + time
    }
  }

  private var standard: Int64
  private var summer: Int64?
  private var start: Change?
  private var end: Change?

  init?(_ footer: [UInt8]) {
    var text = Substring(String(decoding: footer, as: UTF8.self))
    guard !text.isEmpty, PosixRule.skipName(&text), let west = PosixRule.time(&text) else { return nil }
    standard = -west
    if text.isEmpty { return }
    guard PosixRule.skipName(&text) else { return nil }
    if text.first == "," {
      summer = standard + 3600
    } else {
      guard let west = PosixRule.time(&text) else { return nil }
      summer = -west
    }
    guard text.popFirst() == ",", let first = PosixRule.change(&text), text.popFirst() == ",",
      let second = PosixRule.change(&text)
    else { return nil }
    start = first
    end = second
  }

  func offset(at seconds: Int64) -> Int64 {
    guard let summer, let start, let end else { return standard }
    let local = seconds + standard
    let (year, _, _) = CalendarTime.date(days: local.dividedDown(by: 86_400))
    let begins = start.moment(year: year) - standard
    let ends = end.moment(year: year) - summer
    let inSummer = begins < ends ? seconds >= begins && seconds < ends : seconds >= begins || seconds < ends
    return inSummer ? summer : standard
  }

  private static func skipName(_ text: inout Substring) -> Bool {
    if text.first == "<" {
      guard let close = text.firstIndex(of: ">") else { return false }
      text = text[text.index(after: close)...]
      return true
    }
    let rest = text.drop { $0.isLetter }
    guard rest.startIndex != text.startIndex else { return false }
    text = rest
    return true
  }

  private static func number(_ text: inout Substring) -> Int64? {
    let digits = text.prefix { $0.isWholeNumber }
    text = text.dropFirst(digits.count)
    return Int64(digits)
  }

  private static func time(_ text: inout Substring) -> Int64? {
    var sign: Int64 = 1
    if text.first == "-" { sign = -1 }
    if text.first == "-" || text.first == "+" { text.removeFirst() }
    guard var value = number(&text).map({ $0 * 3600 }) else { return nil }
    for unit in [Int64(60), 1] where text.first == ":" {
      text.removeFirst()
      guard let part = number(&text) else { return nil }
      value += part * unit
    }
    return sign * value
  }

  private static func change(_ text: inout Substring) -> Change? {
    let day: Change.Day
    switch text.first {
    case "M":
      text.removeFirst()
      guard let month = number(&text), text.popFirst() == ".", let week = number(&text), text.popFirst() == ".",
        let weekday = number(&text), (1...12).contains(month), (1...5).contains(week)
      else { return nil }
      day = .month(month, week: week, weekday: weekday)
    case "J":
      text.removeFirst()
      guard let value = number(&text) else { return nil }
      day = .julian(value)
    default:
      guard let value = number(&text) else { return nil }
      day = .zeroBased(value)
    }
    var at: Int64 = 7200
    if text.first == "/" {
      text.removeFirst()
      guard let value = time(&text) else { return nil }
      at = value
    }
    return Change(day: day, time: at)
  }
}
