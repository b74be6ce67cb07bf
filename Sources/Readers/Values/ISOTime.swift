/// ISO 8601 as people and programs write it. Who writes it decides what is taken for it:
///
/// - `read`, in a line of a log: a server writes all of it, down to the second, and what stands behind it is not of it.
/// - `isWhole`, as the value of an export: also a date alone, or without seconds, or with a blank before the offset, or with
///   `UTC` in its place, as BigQuery and Rails write it.
/// - `ColumnTime.iso`, in a column of a log: places are fixed, since these servers pad their numbers, so that a day is
///   known again by its ten bytes.
/// - `TimeBound`, typed at the command: places are fixed, and a second 60 is a slip of the hand rather than a leap second.
enum ISOTime {
  static let date = TimePattern("%Y-%m-%d")
  private static let minutes = TimePattern("%H:%M")

  /// `2026-03-01T00:01:56+01:00`, `Z` or no zone, a blank for the `T`, perhaps a fraction; `at` is moved behind it.
  static func read(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> TimeParts? {
    var parts = TimeParts()
    guard let day = date.read(at, end, &parts) else { return nil }
    var text = TimeText(at: day, end: end)
    guard clock(&text, &parts), text.skip(UInt8(ascii: ":")), text.number(1...2, 0...60, &parts.second),
      fraction(&text, &parts)
    else { return nil }
    if let sign = text.peek, "+-Zz".utf8.contains(sign) { guard text.offset(&parts.offset) else { return nil } }
    at = text.at
    return parts
  }

  /// A date; behind `T` or a blank hours and minutes, perhaps seconds, perhaps a fraction; perhaps an offset.
  static func isWhole(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ parts: inout TimeParts
  ) -> Bool {
    guard let day = date.read(start, stop, &parts) else { return false }
    var text = TimeText(at: day, end: stop)
    if text.at == stop { return true }
    guard clock(&text, &parts) else { return false }
    if text.skip(UInt8(ascii: ":")) {
      guard text.number(2...2, 0...60, &parts.second), fraction(&text, &parts) else { return false }
    }
    _ = text.skip(UInt8(ascii: " "))
    if text.at < stop { guard isUniversal(&text, &parts) || text.offset(&parts.offset) else { return false } }
    return text.at == stop
  }

  /// `UTC` or `GMT`.
  private static func isUniversal(_ text: inout TimeText, _ parts: inout TimeParts) -> Bool {
    guard text.end - text.at >= 3 else { return false }
    let word = (text.at[0], text.at[1], text.at[2])
    guard word == (0x55, 0x54, 0x43) || word == (0x47, 0x4D, 0x54) else { return false }
    text.at += 3
    parts.offset = 0
    return true
  }

  /// `T` or a blank, hours and minutes.
  private static func clock(_ text: inout TimeText, _ parts: inout TimeParts) -> Bool {
    guard let mark = text.peek, mark | 0x20 == UInt8(ascii: "t") || mark == UInt8(ascii: " "),
      let next = minutes.read(text.at + 1, text.end, &parts)
    else { return false }
    text.at = next
    return true
  }

  /// False if there is a point or comma without digits.
  private static func fraction(_ text: inout TimeText, _ parts: inout TimeParts) -> Bool {
    guard text.skip(UInt8(ascii: ".")) || text.skip(UInt8(ascii: ",")) else { return true }
    return text.fraction(&parts.nanoseconds)
  }
}
