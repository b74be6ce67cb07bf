/// Where fields end that `fieldEnd` does not find an end of by looking for one byte.
extension WeblogParser {
  /// The end of fields of several words, with backslashes or with what looks like their end, or without the quotes that
  /// the format has around them.
  /// - Parameter searched: there is neither terminator nor backslash before.
  @inline(never)
  func unusualEnd(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ searched: UnsafePointer<UInt8>,
    _ end: UnsafePointer<UInt8>
  ) -> FieldEnd {
    let first = step.pointee.first
    let backslash = UInt8(ascii: "\\")
    if step.pointee.isOpen {
      let isEscaped = Scan.first(of: backslash, or: backslash, start, end) < end
      // Blanks at a line's end are nobody's.
      var stop = end
      while stop > start, stop[-1] == UInt8(ascii: " ") || stop[-1] == UInt8(ascii: "\t") { stop -= 1 }
      return FieldEnd(stop: stop, next: end, isEscaped: isEscaped)
    }
    if step.pointee.isHost { return hostEnd(start, end) }
    if step.pointee.isBetweenQuotes, start < end, let found = endWithoutText(step, start, end) { return found }
    let escapes = plan.escape != .none
    var isEscaped = false
    var at = searched
    while true {
      at = Scan.first(of: first, or: backslash, at, end)
      if at >= end {
        // A line may end where its last field does, and may have lost its very last quote.
        let isWhole =
          step.pointee.isLast && (step.pointee.length == 0 || step.pointee.isQuoted && step.pointee.length == 1)
        return FieldEnd(stop: end, next: isWhole ? end : nil, isEscaped: isEscaped)
      }
      if at.pointee == UInt8(ascii: "\\") {
        isEscaped = isEscaped || escapes
        // In a quoted field the next byte is no end, whatever it is.
        at += step.pointee.isQuoted && escapes ? 2 : 1
        if at > end { at = end }
        continue
      }
      if isTerminator(step, at, end) {
        if !(step.pointee.hasBlanks && isInside(step, at, start, end)) {
          return FieldEnd(stop: at, next: at + step.pointee.length, isEscaped: isEscaped)
        }
      } else if step.pointee.isBeforeQuotes, let dash = bareDash(step, 0, at, end) {
        return FieldEnd(stop: at, next: dash, isEscaped: isEscaped)
      }
      at += 1
    }
  }

  /// The end of a host and port before a target. A target without a slash is a dash or a star.
  private func hostEnd(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> FieldEnd {
    var at = start
    while at < end, at.pointee > UInt8(ascii: " "), at.pointee != UInt8(ascii: "/"), at.pointee != UInt8(ascii: "\"") {
      at += 1
    }
    if at < end, at.pointee == UInt8(ascii: "/") { return FieldEnd(stop: at, next: at) }
    guard at > start, at[-1] == UInt8(ascii: "-") || at[-1] == UInt8(ascii: "*") else { return FieldEnd(stop: at) }
    return FieldEnd(stop: at - 1, next: at - 1)
  }

  /// The end of a field between quotes that has only the quotes, `""`, where something else than its terminator follows, or
  /// only a dash and no quotes; nil if it is another.
  private func endWithoutText(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> FieldEnd? {
    let quote = UInt8(ascii: "\"")
    if start[-1] == quote {
      guard start.pointee == quote, start + 1 == end || start[1] == UInt8(ascii: " "),
        !isTerminator(step, start, end)
      else { return nil }
      return FieldEnd(stop: start, next: step.pointee.isBeforeQuotes ? bareDash(step, 0, start, end) : nil)
    }
    guard start.pointee == UInt8(ascii: "-"), let next = behindDash(step, start + 1, end) else { return nil }
    return FieldEnd(stop: start + 1, next: next)
  }

  /// Where the dash stands that is the whole of the next field, which should be between quotes; nil if it is not so.
  /// - Parameters:
  ///   - from: bytes of the step's terminator that stand before `at`.
  ///   - at: where the others are, but for the quote.
  private func bareDash(
    _ step: UnsafePointer<Step>, _ from: Int, _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8>? {
    let count = step.pointee.length - 1 - from
    guard count >= 0, matches(at, end, step.pointee.literal + from, count) else { return nil }
    let dash = at + count
    guard dash < end, dash.pointee == UInt8(ascii: "-"), let next = behindDash(step + 1, dash + 1, end) else {
      return nil
    }
    // An inner quote and a dash of the text before are no field: what follows must look like the next one.
    let following = step.pointee.index + 2
    guard following < stepCount, steps[following].kind == .int || steps[following].kind == .micros else { return dash }
    return next < end && (next.pointee &- 48 < 10 || next.pointee == UInt8(ascii: "-")) ? dash : nil
  }

  /// Where the field behind one of a dash without quotes begins; nil if something else follows.
  private func behindDash(
    _ step: UnsafePointer<Step>, _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8>? {
    let count = step.pointee.length - 1
    if count == 0 { return step.pointee.isLast && at == end ? at : nil }
    if matches(at, end, step.pointee.literal + 1, count) { return at + count }
    return step.pointee.isBeforeQuotes ? bareDash(step, 1, at, end) : nil
  }

  /// Whether a blank at which the value could end is one of its own.
  @inline(never)
  private func isInside(
    _ step: UnsafePointer<Step>, _ at: UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>,
    _ end: UnsafePointer<UInt8>
  ) -> Bool {
    guard at.pointee == UInt8(ascii: " "), at > start else { return false }
    if step.pointee.kind == .request {
      // Without quotes only the protocol tells where a request ends.
      let word = Scan.lastByte(UInt8(ascii: " "), start, at).map { $0 + 1 } ?? start
      if word == start { return !missing.contains(start, at) }
      return !(at - word > 5 && word[0] == 0x48 && word[1] == 0x54 && word[2] == 0x54 && word[3] == 0x50)
    }
    if at[-1] == UInt8(ascii: ",") { return true }
    if end - at > 2, at[1] == UInt8(ascii: ":"), at[2] == UInt8(ascii: " ") { return true }
    return at - start >= 2 && at[-1] == UInt8(ascii: ":") && at[-2] == UInt8(ascii: " ")
  }
}
