import ArgumentParser
import Pipeline

// What options take, beyond words.

/// A value of an option that can be told how it is written.
protocol OptionValue: ExpressibleByArgument {
  /// What it takes, with an example, behind `write`.
  static var form: String { get }
}

extension OptionValue {
  /// For an option's `transform`: what is wrong is said together with what would be right.
  static func read(_ text: String) throws -> Self {
    guard let value = Self(argument: text) else { throw ValidationError("write \(form)") }
    return value
  }
}

extension Int: OptionValue { static var form: String { "a whole number, such as 4" } }

/// `4096`, `256K`, `256M`, `2G`; binary multiples.
struct ByteSize: OptionValue, Sendable, Equatable {
  static let form = "a size, such as 256M, 2G, 64K or 4096"

  let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    var digits = argument[...]
    var shift = 0
    for suffix in ["iB", "B", "b"] where digits.hasSuffix(suffix) {
      digits = digits.dropLast(suffix.count)
      break
    }
    switch digits.last {
    case "k", "K": shift = 10
    case "m", "M": shift = 20
    case "g", "G": shift = 30
    default: break
    }
    if shift > 0 { digits = digits.dropLast() }
    guard let value = OptionText.number(digits), value > 0, value <= Int.max >> (shift + 4) else { return nil }
    bytes = value << shift
  }
}

// The parser does not say the default of an option with a transform.
extension ArgumentHelp {
  /// Of `--memory`, whose default depends on the mapping.
  static let memory: ArgumentHelp = {
    let sessions = OptionText.size(SessionSettings.memoryForSessions)
    let sorting = OptionText.size(SessionSettings.memoryForSorting)
    return ArgumentHelp(
      "Memory for open sessions (default: \(sessions)) or for sorting (\(sorting)); more goes to a temporary file.",
      valueName: "size")
  }()

  /// Of `--max-record`.
  static let maxRecord = ArgumentHelp(
    "The longest record; a longer one is rejected. (default: \(OptionText.size(ReadLimits().record)))",
    valueName: "size")

  /// Of `--max-rejects`.
  static let maxRejects = ArgumentHelp(
    "Stop beyond this many rejected records, or this share after the first 1,000. "
      + "(default: \(RejectLimit.text(.standard)))", valueName: "n|p%")
}

/// A number of records or a percentage of them.
struct RejectLimit: OptionValue, Sendable {
  static let form = "a number of records or a share of them, such as 100 or 0.5%"

  let tolerance: RejectTolerance

  init(_ tolerance: RejectTolerance) { self.tolerance = tolerance }

  init?(argument: String) {
    guard argument.hasSuffix("%") else {
      guard let count = OptionText.number(argument[...]) else { return nil }
      tolerance = .count(count)
      return
    }
    let parts = argument.dropLast().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = OptionText.number(first), whole <= 100 else { return nil }
    var hundredths = whole * 100
    if parts.count == 2 {
      guard (1...2).contains(parts[1].count), let fraction = OptionText.number(parts[1]) else { return nil }
      hundredths += parts[1].count == 1 ? fraction * 10 : fraction
    }
    guard hundredths <= 10_000 else { return nil }
    tolerance = .share(hundredths: hundredths)
  }

  static func text(_ tolerance: RejectTolerance) -> String {
    switch tolerance {
    case .count(let count): return OptionText.grouped(count)
    case .share(let hundredths):
      let rest = hundredths % 100
      let fraction = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
      return "\(hundredths / 100)\(fraction)%"
    }
  }
}

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

/// `500ms`, `30s`, `10m`, `1h`, `2d`; at most ten years.
struct TimeSpan: OptionValue, Sendable, Equatable {
  static let form = "a number and a unit, such as 500ms, 30s, 10m, 1h or 2d"

  let milliseconds: Int64

  init(milliseconds: Int64) { self.milliseconds = milliseconds }

  init?(argument: String) {
    for (suffix, unit) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
    where argument.hasSuffix(suffix) {
      guard let number = OptionText.number(argument.dropLast(suffix.count)), number <= 3650 * 86_400_000 / unit else {
        continue
      }
      milliseconds = Int64(number) * Int64(unit)
      return
    }
    return nil
  }
}

/// `200/s`, `200`, `30/m`: requests in a time.
struct RequestRate: OptionValue, Sendable {
  static let form = "a number of requests in a time, such as 200/s or 30/m"

  let perSecond: Double

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    let units = ["s": 1.0, "m": 60, "h": 3600]
    guard let first = parts.first, let number = OptionText.number(first), number > 0, parts.count <= 2,
      let unit = units[parts.count == 2 ? String(parts[1]) : "s"]
    else { return nil }
    perSecond = Double(number) / unit
  }
}

/// Numbers as people write and read them.
enum OptionText {
  /// Decimal digits only: no sign, no blank.
  static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return Int(text)
  }

  static func plural(_ count: Int, _ noun: String) -> String { DisplayNumber.plural(count, noun) }
  static func grouped(_ value: Int) -> String { DisplayNumber.grouped(value) }

  /// `256M`
  static func size(_ bytes: Int) -> String {
    for (suffix, shift) in [("G", 30), ("M", 20), ("K", 10)] where bytes > 0 && bytes & ((1 << shift) - 1) == 0 {
      return "\(bytes >> shift)\(suffix)"
    }
    return String(bytes)
  }

  static func approximate(bytes: Int) -> String { DisplayNumber.approximate(bytes: bytes) }
  static func duration(milliseconds: Int64) -> String { DisplayNumber.duration(milliseconds: milliseconds) }
}
