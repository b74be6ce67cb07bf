internal import Pipeline

/// Times as JSON logs have them: ISO 8601, the common log format's, Caddy's `wall`, or a number since 1970 in seconds,
/// milliseconds, microseconds or nanoseconds, which its size tells (seconds until the year 5138).
final class LogTimeText {
  private let iso: TimeConverter
  private let seconds = TimeConverter(.epoch(digits: 0), nil, .earlier)
  private let milliseconds = TimeConverter(.epoch(digits: 3), nil, .earlier)
  private let microseconds = TimeConverter(.epoch(digits: 6), nil, .earlier)
  private let nanoseconds = TimeConverter(.epoch(digits: 9), nil, .earlier)
  private let wall: TimeConverter
  private let wallWithFraction: TimeConverter
  private var common = CommonTime()

  init(_ zone: Zone?, _ ambiguous: Zone.Ambiguity) {
    iso = TimeConverter(.iso, zone, ambiguous)
    wall = TimeConverter(.pattern(TimePattern("%Y/%m/%d %H:%M:%S")), zone, ambiguous)
    wallWithFraction = TimeConverter(.pattern(TimePattern("%Y/%m/%d %H:%M:%S.%f")), zone, ambiguous)
  }

  func read(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ field: inout Field) -> ValueProblem {
    // Apache's %t has its brackets.
    if stop - start > 2, start.pointee == UInt8(ascii: "["), stop[-1] == UInt8(ascii: "]") {
      return read(start + 1, stop - 1, &field)
    }
    let count = stop - start
    guard count >= 8 else { return .time }
    if start[4] == UInt8(ascii: "-") { return iso.read(start, stop, &field) }
    if start[4] == UInt8(ascii: "/") { return (count > 19 ? wallWithFraction : wall).read(start, stop, &field) }
    if count == CommonTime.length, start[2] == UInt8(ascii: "/"), let time = common.read(start) {
      field = .timestamp(seconds: time)
      return .none
    }
    var digits = 0
    while digits < count, start[digits] &- 48 < 10 { digits += 1 }
    switch digits {
    case 8...11: return seconds.read(start, stop, &field)
    case 12...14: return milliseconds.read(start, stop, &field)
    case 15...17: return microseconds.read(start, stop, &field)
    case 18...19: return nanoseconds.read(start, stop, &field)
    // 1.7e9 as some encoders write it.
    case 1: return seconds.read(start, stop, &field)
    default: return .time
    }
  }
}

/// Durations as JSON logs have them: numbers of a known unit, or texts such as `1.5ms`, `2m3.5s`, `850µs` (Go).
enum DurationText {
  /// - Parameter unit: nanoseconds of a plain number's unit.
  static func microseconds(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, unit: Int64) -> Int64? {
    var at = start
    var total: Double = 0
    guard start < stop else { return nil }
    while at < stop {
      var end = at
      while end < stop, isNumber(end, at) { end += 1 }
      var number = Field.missing
      guard end > at, numbers.double(at, end, &number) == .none, number.double >= 0 else { return nil }
      var scale = Double(unit)
      let letters = end
      while end < stop, !(end.pointee &- 48 < 10) { end += 1 }
      if end > letters {
        guard let known = nanoseconds(letters, end) else { return nil }
        scale = known
      } else if at > start {
        return nil
      }
      total += number.double * scale
      at = end
    }
    let micros = (total / 1000).rounded()
    return micros < 9e18 ? Int64(micros) : nil
  }

  private static let numbers = NumberText(NumberStyle())

  /// Digits, a point, and an exponent with its sign.
  private static func isNumber(_ at: UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>) -> Bool {
    let byte = at.pointee
    if byte &- 48 < 10 || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") { return true }
    return (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"))
      && (at == start || at[-1] | 0x20 == UInt8(ascii: "e"))
  }

  private static func nanoseconds(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
    switch String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self) {
    case "ns": 1
    case "us", "µs", "μs": 1e3
    case "ms": 1e6
    case "s": 1e9
    case "m": 60e9
    case "h": 3600e9
    default: nil
    }
  }
}
