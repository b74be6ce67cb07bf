internal import Pipeline

/// Times of the common log format, `10/Oct/2000:13:55:36 -0700`: 26 bytes in a fixed layout. Remembers the last value
/// and the last day with its offset, which rarely change between neighbours.
struct CommonTime {
  static let length = 26

  // The last value's 26 bytes, as three overlapping-free words.
  private var head = SIMD16<UInt8>(repeating: 0)
  private var middle: UInt64 = 0
  private var tail: UInt16 = 0
  private var seconds: Int64 = 0
  /// UTC seconds of the remembered day's local midnight.
  private var midnight: Int64 = 0

  /// Needs 26 readable bytes. nil if they are no such time.
  @inline(__always)
  mutating func read(_ at: UnsafePointer<UInt8>) -> Int64? {
    let raw = UnsafeRawPointer(at)
    let newHead = raw.loadUnaligned(as: SIMD16<UInt8>.self)
    let newMiddle = raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    let newTail = raw.loadUnaligned(fromByteOffset: 24, as: UInt16.self)
    if newHead == head, newMiddle == middle, newTail == tail { return seconds }
    return readAnew(at, newHead, newMiddle, newTail)
  }

  @inline(never)
  private mutating func readAnew(
    _ at: UnsafePointer<UInt8>, _ newHead: SIMD16<UInt8>, _ newMiddle: UInt64, _ newTail: UInt16
  ) -> Int64? {
    guard at[14] == UInt8(ascii: ":"), at[17] == UInt8(ascii: ":"), at[20] == UInt8(ascii: " "),
      let hour = TimeText.two(at + 12), hour < 24, let minute = TimeText.two(at + 15), minute < 60,
      let second = TimeText.two(at + 18), second <= 60
    else { return nil }
    // `dd/Mon/yyyy:` and ` +zzzz` as before?
    let isSameDay =
      unsafeBitCast(newHead, to: SIMD2<UInt64>.self).x == unsafeBitCast(head, to: SIMD2<UInt64>.self).x
      && unsafeBitCast(newHead, to: SIMD4<UInt32>.self).z == unsafeBitCast(head, to: SIMD4<UInt32>.self).z
      && newMiddle >> 32 == middle >> 32 && newTail == tail
    if !isSameDay {
      var text = TimeText(at: at, end: at + CommonTime.length)
      var parts = TimeParts()
      guard text.number(2...2, 1...31, &parts.day), text.skip(UInt8(ascii: "/")),
        let month = MonthName.number(text.at)
      else { return nil }
      parts.month = month
      text.at += 3
      guard text.skip(UInt8(ascii: "/")), text.number(4...4, 1970...9998, &parts.year), text.skip(UInt8(ascii: ":"))
      else { return nil }
      text.at = at + 21
      guard at[21] == UInt8(ascii: "+") || at[21] == UInt8(ascii: "-"), text.offset(&parts.offset),
        text.at == at + CommonTime.length, case .time(let start) = parts.seconds(nil, .earlier)
      else { return nil }
      midnight = start
    }
    head = newHead
    middle = newMiddle
    tail = newTail
    seconds = midnight + hour * 3600 + minute * 60 + second
    return seconds
  }
}
