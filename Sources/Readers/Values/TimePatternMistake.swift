/// What is wrong with the time format of a field, though each of its conversions is known: parts that are missing, said
/// twice, or in each other's way. `parse_time` refuses the same (CEL/Support/TimeFormat.swift), so that a format means one
/// thing in a mapping; `Tests/TimeCases.txt` keeps the two together.
struct TimePatternMistake {
  let message: String
  let remedy: String

  private init(_ message: String, _ remedy: String) {
    self.message = message
    self.remedy = remedy
  }

  init?(_ pattern: TimePattern) {
    let parts = pattern.elements.compactMap(TimePatternMistake.part)
    func has(_ element: TimePattern.Element) -> Bool { pattern.elements.contains(element) }
    let hasClock = has(.hour) || has(.hour12)
    if pattern.hasEpoch, !Set(parts).isSubset(of: ["epoch", "fraction"]) {
      self.init("'%s' is a whole time by itself", "leave out the other parts")
    } else if let twice = parts.indices.first(where: { parts[..<$0].contains(parts[$0]) }) {
      self.init("the time format has the \(parts[twice]) twice", "leave out one of them")
    } else if !pattern.hasDate {
      self.init("the time format has no complete date", "write %Y, %m and %d, or epoch, epoch_ms, iso")
    } else if has(.dayOfYear), has(.month) || has(.monthName) || has(.day) {
      self.init("'%j' and a month or a day say the same", "leave out '%j'")
    } else if has(.hour12) != has(.half) {
      self.init("'%I' and '%p' belong together", "write '%H', or '%I' with '%p'")
    } else if has(.minute), !hasClock {
      self.init("the time format has minutes without hours", "add '%H'")
    } else if has(.second), !has(.minute) {
      self.init("the time format has seconds without minutes", "add '%M'")
    } else if has(.fraction), !has(.second), !pattern.hasEpoch {
      self.init("the time format has a fraction of a second without seconds", "add '%S'")
    } else {
      return nil
    }
  }

  /// The part of a time that a conversion gives.
  private static func part(_ element: TimePattern.Element) -> String? {
    switch element {
    case .literal, .gap, .blanks, .century, .zoneName, .weekdayNumber: nil
    case .year, .shortYear: "year"
    case .month, .monthName: "month"
    case .day: "day"
    case .hour, .hour12: "hour"
    case .minute: "minute"
    case .second: "second"
    case .half: "half of the day"
    case .dayOfYear: "day of the year"
    case .weekdayName: "day of the week"
    case .offset: "offset"
    case .epoch: "epoch"
    case .fraction: "fraction"
    }
  }
}
