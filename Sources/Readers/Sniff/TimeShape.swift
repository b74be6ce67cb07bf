internal import Pipeline

/// How a written time begins, which tells the few formats that it can have from all others.
struct TimeShape: Hashable {
  /// Digits at the beginning, two for one or two; none for the name of a month.
  private var digits: Int
  private var separator: UInt8
  /// Whether the name of a month stands behind the separator.
  private var isNamed = false

  struct Format {
    let text: String
    let time: TimePattern
    /// Of day and month, where both are numbers and the day or the month comes first.
    let order: String?
    var has12Hours: Bool { text.contains("%p") }
    /// Whether it is one only where the column's name is that of a time: `20240501`, `1.2.10`.
    let needsName: Bool
  }

  private init(_ digits: Int, _ separator: Character, isNamed: Bool = false) {
    self.digits = digits
    self.separator = separator.asciiValue ?? 0
    self.isNamed = isNamed
  }

  init?(_ text: UnsafeBufferPointer<UInt8>) {
    func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
    let numerals = text.prefix { $0 &- 48 < 10 }.count
    let start = numerals > 0 ? numerals : text.prefix(while: isLetter).count
    guard start > 0, start < text.count || numerals == 8 else { return nil }
    digits = numerals == 1 ? 2 : numerals
    separator = start < text.count ? text[start] : 0
    if start + 1 < text.count { isNamed = numerals > 0 && numerals < 8 && isLetter(text[start + 1]) }
  }

  var formats: [Format] { TimeShape.table[self] ?? [] }

  private static let dates: [TimeShape: [String]] = [
    TimeShape(2, "."): ["%d.%m.%Y", "%d.%m.%y"], TimeShape(2, "-"): ["%d-%m-%Y"],
    TimeShape(2, "/"): ["%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y"],
    TimeShape(2, "-", isNamed: true): ["%d-%b-%Y", "%d-%b-%y"], TimeShape(2, " ", isNamed: true): ["%d %b %Y"],
    TimeShape(4, "/"): ["%Y/%m/%d"], TimeShape(4, "."): ["%Y.%m.%d"], TimeShape(0, " "): ["%b %d, %Y"],
    TimeShape(8, "\0"): ["%Y%m%d"],
  ]

  /// Formats of a time of day.
  static let clocks = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p"]

  private static let table: [TimeShape: [Format]] = {
    var table: [TimeShape: [Format]] = [:]
    for (shape, dates) in dates {
      table[shape] = dates.map { format($0, needsName: $0.hasSuffix("%y") || $0 == "%Y%m%d") }
      for clock in clocks {
        // The first of equals is taken. Most of those who write 12 hours write the month first.
        let sorted = clock.contains("%p") ? dates.filter { $0.hasPrefix("%m") } + dates : dates
        table[shape, default: []] += [" ", ", "].flatMap { gap in sorted.map { format($0 + gap + clock) } }
      }
    }
    table[TimeShape(8, "T")] = [format("%Y%m%dT%H%M%S%z"), format("%Y%m%dT%H%M%S")]
    return table
  }()

  private static func format(_ text: String, needsName: Bool = false) -> Format {
    let order =
      text.hasPrefix("%d/%m") ? "the day before the month" : text.hasPrefix("%m/%d") ? "the month before the day" : nil
    return Format(text: text, time: TimePattern(text), order: order, needsName: needsName)
  }
}
