internal import Pipeline

/// Reads the times of one field. Remembers the last day of ISO 8601 in UTC and of formats of fixed width, which rarely changes between neighbours.
final class TimeConverter {
  private let style: TimeStyle
  private let zone: Zone?
  private let ambiguous: Zone.Ambiguity
  private var day: (UInt64, UInt16) = (0, 0)
  /// UTC seconds at which the remembered day begins.
  private var midnight = Int64.min
  private var fixed: FixedTime?

  init(_ style: TimeStyle, _ zone: Zone?, _ ambiguous: Zone.Ambiguity) {
    self.style = style
    self.zone = zone
    self.ambiguous = ambiguous
    if case .pattern(let pattern) = style { fixed = FixedTime(pattern, zone) }
  }

  func read(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ field: inout Field) -> ValueProblem {
    switch style {
    case .iso:
      if stop - start == 20, let seconds = plain(start) {
        field = .timestamp(seconds: seconds)
        return .none
      }
      var parts = TimeParts()
      guard ISOTime.isWhole(start, stop, &parts) else { return .time }
      return finish(parts, &field)
    case .epoch(let digits): return epoch(start, stop, digits, &field)
    case .pattern(let pattern):
      if let seconds = fixed?.read(start, stop) {
        field = .timestamp(seconds: seconds)
        return .none
      }
      var parts = TimeParts()
      guard pattern.read(start, stop, &parts) == stop else { return .time }
      return finish(parts, &field)
    }
  }

  private func finish(_ parts: TimeParts, _ field: inout Field) -> ValueProblem {
    switch parts.seconds(zone, ambiguous) {
    case .time(let seconds):
      field = .timestamp(seconds: seconds, nanoseconds: parts.nanoseconds)
      return .none
    case .ambiguous: return .ambiguous
    case .invalid: return isForeign(parts) ? .zoneName : .time
    }
  }

  /// Whether the time would be one if it did not say what the clock was called.
  private func isForeign(_ parts: TimeParts) -> Bool {
    guard parts.zoneName != 0, zone != nil else { return false }
    var parts = parts
    parts.zoneName = 0
    if case .invalid = parts.seconds(zone, .earlier) { return false }
    return true
  }

  /// `2026-03-01T00:01:56Z`, exactly. Needs 20 readable bytes.
  @inline(__always)
  private func plain(_ at: UnsafePointer<UInt8>) -> Int64? {
    guard at[10] == UInt8(ascii: "T"), at[13] == UInt8(ascii: ":"), at[16] == UInt8(ascii: ":"),
      at[19] == UInt8(ascii: "Z"), let hour = TimeText.two(at + 11), hour < 24,
      let minute = TimeText.two(at + 14), minute < 60, let second = TimeText.two(at + 17), second <= 60
    else { return nil }
    let raw = UnsafeRawPointer(at)
    let key = (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
    if key != day || midnight == .min {
      var parts = TimeParts()
      guard ISOTime.date.read(at, at + 10, &parts) == at + 10,
        case .time(let start) = parts.seconds(.utc, .earlier)
      else { return nil }
      day = key
      midnight = start
    }
    return midnight + hour * 3600 + minute * 60 + second
  }

  /// `1767225600`, `1767225600.25`, `1767225600250` by the declared unit; also with an exponent, as JSON may have it.
  private func epoch(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ digits: Int, _ field: inout Field
  ) -> ValueProblem {
    var number = Field.missing
    guard TimeConverter.plainNumber.decimal(start, stop, scale: -1, &number) == .none else {
      return epochWithLongFraction(start, stop, digits, &field)
    }
    // value × 10^-scale units of 10^-digits seconds, in nanoseconds.
    let shift = 9 - digits - Int(number.scale)
    var nanoseconds = Int128(number.integer)
    for _ in 0..<max(shift, 0) { nanoseconds *= 10 }
    for _ in 0..<max(-shift, 0) { nanoseconds /= 10 }
    var (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest < 0 {
      rest += 1_000_000_000
      seconds -= 1
    }
    guard let whole = Int64(exactly: seconds), TimeParts.range.contains(whole) else { return .time }
    field = .timestamp(seconds: whole, nanoseconds: UInt32(truncatingIfNeeded: rest))
    return .none
  }

  private static let plainNumber = NumberText(NumberStyle())

  /// Digits past the nanosecond are dropped.
  private func epochWithLongFraction(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ digits: Int, _ field: inout Field
  ) -> ValueProblem {
    guard digits == 0 else { return .time }
    var text = TimeText(at: start, end: stop)
    var seconds: Int64 = 0
    var nanoseconds: UInt32 = 0
    guard text.number(1...12, 0...999_999_999_999, &seconds), text.skip(UInt8(ascii: ".")),
      text.fraction(&nanoseconds), text.at == stop, TimeParts.range.contains(seconds)
    else { return .time }
    field = .timestamp(seconds: seconds, nanoseconds: nanoseconds)
    return .none
  }
}
