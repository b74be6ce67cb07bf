internal import Pipeline

/// Times of the common log format, `10/Oct/2000:13:55:36 -0700`: 26 bytes in a fixed layout. Remembers the last value
/// and the last day with its offset, which rarely change between neighbours.
struct CommonTime {
  static let length = 26

  /// The 26 bytes as words that do not overlap: comparing vectors for equality goes byte by byte in Swift.
  struct Words {
    var day: UInt64
    var clock: UInt64
    var middle: UInt64
    var tail: UInt16

    /// Needs 26 readable bytes.
    @inline(__always)
    init(_ at: UnsafePointer<UInt8>) {
      let raw = UnsafeRawPointer(at)
      day = raw.loadUnaligned(as: UInt64.self)
      clock = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      middle = raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      tail = raw.loadUnaligned(fromByteOffset: 24, as: UInt16.self)
    }
  }

  /// Of the last value; before the first one a true time and what it means, since any other bytes could come.
  private var last = Words(StaticString("01/Jan/1970:00:00:00 +0000").utf8Start)
  private var seconds: Int64 = 0
  /// UTC seconds of the remembered day's local midnight.
  private var midnight: Int64 = 0

  /// Needs 26 readable bytes. nil if they are no such time.
  @inline(__always)
  mutating func read(_ at: UnsafePointer<UInt8>) -> Int64? {
    let words = Words(at)
    let difference =
      (words.day ^ last.day) | (words.clock ^ last.clock) | (words.middle ^ last.middle)
      | UInt64(words.tail ^ last.tail)
    return difference == 0 ? seconds : readAnew(at, words)
  }

  @inline(never)
  private mutating func readAnew(_ at: UnsafePointer<UInt8>, _ words: Words) -> Int64? {
    guard at[14] == UInt8(ascii: ":"), at[17] == UInt8(ascii: ":"), at[20] == UInt8(ascii: " "),
      let hour = TimeText.two(at + 12), hour < 24, let minute = TimeText.two(at + 15), minute < 60,
      let second = TimeText.two(at + 18), second <= 60
    else { return nil }
    // `dd/Mon/yyyy:` and ` +zzzz` as before?
    let isSameDay =
      words.day == last.day && UInt32(truncatingIfNeeded: words.clock) == UInt32(truncatingIfNeeded: last.clock)
      && words.middle >> 32 == last.middle >> 32 && words.tail == last.tail
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
    last = words
    seconds = midnight + hour * 3600 + minute * 60 + second
    return seconds
  }
}
