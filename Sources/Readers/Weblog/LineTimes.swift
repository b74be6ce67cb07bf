internal import Pipeline

/// Times that are not the common one alone, which `parseLine` reads itself.
extension WeblogParser {
  /// The common time without an offset, read in the zone of the settings.
  @inline(never)
  func timeWithoutOffset(
    _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> TimeParts.Outcome {
    guard let zone else { return .invalid }
    var parts = TimeParts()
    guard let next = WeblogParser.withoutOffset.read(at, end, &parts), next == end || next.pointee != 0x20 else {
      return .invalid
    }
    at = next
    return parts.seconds(zone, ambiguous)
  }

  private static let withoutOffset = TimePattern("%d/%b/%Y:%H:%M:%S")

  /// Reads a time of another kind than the common one, or a part of a time.
  @inline(never)
  func otherTime(
    _ pointer: UnsafePointer<Step>, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    _ row: UnsafeMutablePointer<Field>, _ hasParts: inout Bool
  ) -> Failure? {
    let step = pointer.pointee
    let start = at
    let failure = Failure(reason: .time, at: start, step: step.index)
    var known = hasParts ? parts.pointee : TimeParts()
    var seconds = Int64.min
    var nanoseconds: UInt32 = 0
    switch step.kind {
    case .isoTime:
      guard let read = ISOTime.read(&at, end) else { return failure }
      switch read.seconds(zone, ambiguous) {
      case .time(let value): seconds = value
      case .ambiguous: return Failure(reason: .ambiguous, at: start, step: step.index)
      case .invalid: return failure
      }
      nanoseconds = read.nanoseconds
    case .epoch:
      var text = TimeText(at: at, end: end)
      var value: Int64 = 0
      guard text.number(1...18, 0...Int64.max, &value) else { return failure }
      let unit: Int64 = step.scale == 0 ? 1 : step.scale == 3 ? 1000 : 1_000_000
      seconds = value / unit
      nanoseconds = UInt32(truncatingIfNeeded: value % unit * (1_000_000_000 / unit))
      if step.scale == 0, step.first != UInt8(ascii: "."), text.skip(UInt8(ascii: ".")) {
        guard text.fraction(&nanoseconds) else { return failure }
      }
      guard TimeParts.range.contains(seconds) else { return failure }
      at = text.at
    case .fraction:
      var text = TimeText(at: at, end: end)
      guard text.fraction(&nanoseconds) else { return failure }
      at = text.at
      known.nanoseconds = nanoseconds
    default:
      guard let pattern = patterns[step.index], let next = pattern.read(at, end, &known) else { return failure }
      at = next
    }
    guard terminates(pointer, at, end) else { return Failure(reason: .literal, at: at, step: step.index) }
    at += step.length
    if seconds != .min {
      if step.main >= 0 { row[step.main] = .timestamp(seconds: seconds, nanoseconds: nanoseconds) }
      if known.epoch == .min {
        known.epoch = seconds
        known.nanoseconds = nanoseconds
      }
    }
    // A time of the request's end is read and passed over where there is another.
    if plan.steps[step.index].field.names[0] == plan.timeName {
      parts.pointee = known
      hasParts = true
    }
    return nil
  }

  /// Keeps the common time as one of a line's several.
  @inline(never)
  func note(_ seconds: Int64, _ hasParts: inout Bool) {
    if !hasParts { parts.pointee = TimeParts() }
    hasParts = true
    if parts.pointee.epoch == .min { parts.pointee.epoch = seconds }
  }

  /// Dates the line by what its several times have told.
  @inline(never)
  func composite(
    _ start: UnsafePointer<UInt8>, _ hasParts: Bool, _ row: UnsafeMutablePointer<Field>
  ) -> Failure? {
    let step = plan.steps.firstIndex { $0.field.kind.isTime } ?? 0
    guard hasParts else { return Failure(reason: .date, at: start, step: step) }
    switch parts.pointee.seconds(zone, ambiguous) {
    case .time(let seconds):
      if timeSlot >= 0 { row[timeSlot] = .timestamp(seconds: seconds, nanoseconds: parts.pointee.nanoseconds) }
      return nil
    case .ambiguous: return Failure(reason: .ambiguous, at: start, step: step)
    case .invalid: return Failure(reason: .date, at: start, step: step)
    }
  }
}
