internal import Pipeline

/// What collectors put before a line: a syslog header (RFC 3164, RFC 5424, or as rsyslog writes files) or that of a
/// container log (CRI, `2026-09-10T13:55:36.1Z stdout F …`, or the time alone, as `docker logs -t` writes it).
enum LinePrefix: String, Sendable, CaseIterable {
  case auto, none, syslog, cri

  /// Where the message begins; nil if there is no such prefix.
  /// - Parameter orTime: whether a time alone is a prefix as well, since no message begins with one.
  @inline(__always)
  func end(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, orTime: Bool
  ) -> UnsafePointer<UInt8>? {
    // One of: `<13>`, `Sep 10 `, `2026-09-10T`, `2026-09-10 `.
    let first = start.pointee
    guard end - start > 16,
      first == UInt8(ascii: "<") || start[3] == UInt8(ascii: " ") && start[6] == UInt8(ascii: " ")
        || start[4] == UInt8(ascii: "-") && (start[10] | 0x20 == UInt8(ascii: "t") || start[10] == UInt8(ascii: " "))
    else { return nil }
    return message(start, end, orTime)
  }

  @inline(never)
  private func message(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ orTime: Bool
  ) -> UnsafePointer<UInt8>? {
    var header = Header(at: start, end: end)
    if self != .syslog, let message = header.container() { return message }
    header.at = start
    if self != .cri, let message = header.syslog() { return message }
    header.at = start
    return self != .syslog && orTime && header.isoTime() ? header.at : nil
  }

  private struct Header {
    var at: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>

    mutating func skip(_ byte: UInt8) -> Bool {
      guard at < end, at.pointee == byte else { return false }
      at += 1
      return true
    }

    /// Passes over a word and the blank behind it.
    mutating func word() -> UnsafeBufferPointer<UInt8>? {
      let start = at
      while at < end, at.pointee != UInt8(ascii: " ") { at += 1 }
      guard at > start, at < end else { return nil }
      at += 1
      return UnsafeBufferPointer(start: start, count: at - start - 1)
    }

    mutating func container() -> UnsafePointer<UInt8>? {
      guard isoTime(), let stream = word(), stream.elementsEqual("stdout".utf8) || stream.elementsEqual("stderr".utf8),
        let tag = word(), tag.first == UInt8(ascii: "F") || tag.first == UInt8(ascii: "P")
      else { return nil }
      return at
    }

    /// RFC 3339, and the blank.
    mutating func isoTime() -> Bool {
      guard let text = word(), let base = text.baseAddress else { return false }
      return isTime(base, text.count)
    }

    /// The same with a blank between the date and the time of day.
    private mutating func dateAndClock() -> Bool {
      guard let date = word(), date.count == 10, let base = date.baseAddress, let clock = word() else { return false }
      return isTime(base, 11 + clock.count)
    }

    private func isTime(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
      var time = ColumnTime()
      var nanoseconds: UInt32 = 0
      return time.iso(start, start + count, &nanoseconds) != nil
    }

    /// `Sep 10 13:57:01`, also with the year before the time of day or with a fraction behind it, and the blank.
    private mutating func monthTime() -> Bool {
      guard end - at > 16, MonthName.number(at) != nil, at[3] == UInt8(ascii: " "), at[6] == UInt8(ascii: " ") else {
        return false
      }
      at += 7
      if at[4] == UInt8(ascii: " "), (0..<4).allSatisfy({ at[$0] &- 48 < 10 }) { at += 5 }
      guard let clock = word(), let base = clock.baseAddress else { return false }
      var nanoseconds: UInt32 = 0
      return ColumnTime.clock(base, base + clock.count, &nanoseconds)?.end == base + clock.count
    }

    mutating func syslog() -> UnsafePointer<UInt8>? {
      var hasPriority = false
      if skip(UInt8(ascii: "<")) {
        var digits = 0
        while at < end, at.pointee &- 48 < 10, digits < 3 {
          at += 1
          digits += 1
        }
        guard digits > 0, skip(UInt8(ascii: ">")) else { return nil }
        _ = skip(UInt8(ascii: " "))
        hasPriority = true
      }
      if hasPriority, end - at > 2, at[0] == UInt8(ascii: "1"), at[1] == UInt8(ascii: " ") {
        at += 2
        return structured()
      }
      let start = at
      if !monthTime() {
        at = start
        if !isoTime() {
          at = start
          guard dateAndClock() else { return nil }
        }
      }
      // A host, which some leave out, and a tag that ends in a colon, of one word or two. Two colons end an address.
      for _ in 0..<3 {
        guard let word = word() else { return nil }
        if word.last == UInt8(ascii: ":"), word.dropLast().last != UInt8(ascii: ":") {
          while skip(UInt8(ascii: " ")) {}
          return at
        }
      }
      return nil
    }

    /// RFC 5424 §6: time, host, program, process, message id, structured data.
    private mutating func structured() -> UnsafePointer<UInt8>? {
      for _ in 0..<5 { guard word() != nil else { return nil } }
      if skip(UInt8(ascii: "-")) {
        guard skip(UInt8(ascii: " ")) else { return nil }
      } else {
        while skip(UInt8(ascii: "[")) {
          var isQuoted = false
          while at < end, isQuoted || at.pointee != UInt8(ascii: "]") {
            // Within quotes a backslash takes the meaning from what follows.
            if isQuoted, at.pointee == UInt8(ascii: "\\"), at + 1 < end {
              at += 2
              continue
            }
            if at.pointee == UInt8(ascii: "\"") { isQuoted.toggle() }
            at += 1
          }
          guard skip(UInt8(ascii: "]")) else { return nil }
        }
        guard skip(UInt8(ascii: " ")) else { return nil }
      }
      return at + ByteOrderMark.length(of: UnsafeBufferPointer(start: at, count: end - at))
    }
  }
}
