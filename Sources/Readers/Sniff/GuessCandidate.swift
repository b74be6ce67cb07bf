internal import Pipeline

/// A type that the values of a field may have, as a mapping would declare it.
struct GuessCandidate {
  /// What a value must be besides readable.
  enum Condition {
    case none
    /// No leading zeros or plus, which numbers lose and article or telephone numbers must keep; and no whole number that a
    /// double cannot hold exactly, as JSON's readers will: whoever writes so many digits means each of them.
    case plainNumber
    /// The same, and without a point: `12.00` is written by what has fractions, too.
    case wholeNumber
    case word
    /// One letter of `t` and `f` or `y` and `n`, of which both must come: `n` alone may be anything.
    case letter
    case epoch(ClosedRange<Int64>)

    var isLetter: Bool { if case .letter = self { true } else { false } }
  }

  /// What a declaration says about the type.
  var settings: [PinnedEntry]
  var converter: ValueConverter
  var condition = Condition.none
  var isTime: Bool { converter.kind == .time }
  /// Whether its times have a time of day; ISO 8601 leaves that to each text.
  var hasClock: Bool?
  var isNumber: Bool { [.int, .decimal, .double].contains(converter.kind) }
  /// Values that it cannot read.
  var failures = 0
  /// Of day and month, where both are numbers and the day or the month comes first.
  var order: String?
  var has12Hours = false
  var needsZone = false

  func reads(_ form: ValueGuess.Form, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    switch (form, converter.kind) {
    case (.untyped, _), (.bool, .bool), (.text, .time): break
    case (.number, .int), (.number, .decimal), (.number, .double): break
    case (.number, .time): if case .epoch = condition { break } else { return false }
    default: return false
    }
    var field = Field.missing
    return holds(start, stop) && converter.convert(start, stop, into: &field) == .none
  }

  /// Whether a value meets the condition.
  private func holds(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    switch condition {
    case .none: return true
    case .word: return start < stop && start.pointee | 0x20 >= UInt8(ascii: "a") && stop - start >= 2
    case .letter: return stop - start == 1 && start.pointee | 0x20 >= UInt8(ascii: "a")
    case .plainNumber: return GuessCandidate.isPlainNumber(start, stop)
    case .wholeNumber:
      return GuessCandidate.isPlainNumber(start, stop)
        && !UnsafeBufferPointer(start: start, count: stop - start).contains(UInt8(ascii: "."))
    case .epoch(let range):
      let whole = UnsafeBufferPointer(start: start, count: min(stop - start, 20)).prefix { $0 &- 48 < 10 }
      return Int64(String(decoding: whole, as: UTF8.self)).map { range.contains($0) } ?? false
    }
  }

  private static func isPlainNumber(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    var at = start
    if at < stop, at.pointee == UInt8(ascii: "-") { at += 1 }
    guard at < stop, at.pointee &- 48 < 10 else { return false }
    if at.pointee == 48, stop - at > 1, at[1] &- 48 < 10 { return false }
    return stop - at <= 15 || !UnsafeBufferPointer(start: at, count: stop - at).allSatisfy { $0 &- 48 < 10 }
  }
}
