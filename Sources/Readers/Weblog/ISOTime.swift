/// ISO 8601 as logs have it: `2026-03-01T00:01:56+01:00`, `Z` or no zone, a blank for the `T`, perhaps a fraction.
enum ISOTime {
  private static let pattern = TimePattern("%Y-%m-%d")
  private static let clock = TimePattern("%H:%M:%S")

  static func read(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> TimeParts? {
    var parts = TimeParts()
    guard let day = pattern.read(at, end, &parts), day < end,
      day.pointee | 0x20 == UInt8(ascii: "t") || day.pointee == UInt8(ascii: " "),
      let time = clock.read(day + 1, end, &parts)
    else { return nil }
    var text = TimeText(at: time, end: end)
    if text.skip(UInt8(ascii: ".")) || text.skip(UInt8(ascii: ",")) {
      guard text.fraction(&parts.nanoseconds) else { return nil }
    }
    if let sign = text.peek, "+-Zz".utf8.contains(sign) { guard text.offset(&parts.offset) else { return nil } }
    at = text.at
    return parts
  }
}
