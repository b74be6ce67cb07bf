/// Cuts a line into the values of its columns: where each begins and ends.
struct ColumnCutter {
  /// A column's value in its line.
  struct Value {
    var from: UnsafePointer<UInt8>
    var to: UnsafePointer<UInt8>
    /// Whether it has doubled quotes, or escapes.
    var isDoubled = false
    /// Whether it has lost its closing quote with the rest of the line.
    var isCut = false
  }

  // What stands between columns: one byte or the other, perhaps several of them.
  private var one: UInt8
  private var other: UInt8
  private(set) var isRun: Bool
  private let hasBrackets: Bool
  private let hasEscapes: Bool
  private let hasDoubledQuotes: Bool
  /// Whether a quote that is never closed is a byte as any other.
  private let hasBareQuotes: Bool

  init(_ layout: ColumnLayout) {
    (one, other) = layout.separator
    isRun = layout.isRun
    hasBrackets = layout.hasBrackets
    hasEscapes = layout.hasEscapes
    hasDoubledQuotes = layout.hasDoubledQuotes
    hasBareQuotes = layout.hasDirectives
  }

  /// The same for lines in which only tabs separate columns.
  var tabbed: ColumnCutter {
    var tabbed = self
    (tabbed.one, tabbed.other, tabbed.isRun) = (0x09, 0x09, false)
    return tabbed
  }

  /// Where the next column begins.
  @inline(__always)
  func behindRun(_ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var at = at
    while at < end, at.pointee == one || at.pointee == other { at += 1 }
    return at
  }

  /// The value that begins at `at`, which is moved to its separator.
  @inline(__always)
  func value(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Value {
    let start = at
    if let closing = closing(at, end) {
      at = closing.at + 1
      return Value(from: start + 1, to: closing.at, isDoubled: closing.isDoubled, isCut: closing.at >= end)
    }
    at = Scan.first(of: one, or: other, at, end)
    return Value(from: start, to: at)
  }

  /// A quote in a request that is not escaped does not end it where the next one stands behind its protocol:
  /// `"GET /" HTTP/1.1"`.
  @inline(__always)
  func complete(_ value: inout Value, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    // Nearly all end in a protocol of eight bytes.
    let http: UInt32 = 0x5054_5448
    if value.to - value.from > 8, UnsafeRawPointer(value.to - 8).loadUnaligned(as: UInt32.self) == http { return }
    completeAnyway(&value, &at, end)
  }

  @inline(never)
  private func completeAnyway(_ value: inout Value, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    let quote = UInt8(ascii: "\"")
    guard at < end, at[-1] == quote, RequestLine(value.from, value.to).proto == nil else { return }
    let next = Scan.byte(quote, at, end)
    guard next < end, RequestLine(value.from, next).proto != nil,
      next + 1 == end || next[1] == one || next[1] == other
    else { return }
    value.to = next
    at = next + 1
  }

  /// A value in quotes behind which there are none: `"say "hi" you"`.
  @inline(never)
  func completeToLastQuote(
    _ value: inout Value, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) {
    let quote = UInt8(ascii: "\"")
    guard at < end, at[-1] == quote else { return }
    var last = end - 1
    while last > at, last.pointee != quote { last -= 1 }
    guard last > at, last + 1 == end || last[1] == one || last[1] == other else { return }
    value.to = last
    at = last + 1
  }

  /// Where a value in quotes, brackets or braces ends; nil if it is none, or is never closed before the next separator.
  @inline(__always)
  private func closing(
    _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> (at: UnsafePointer<UInt8>, isDoubled: Bool)? {
    let first = at.pointee
    guard at < end, first == UInt8(ascii: "\"") || hasBrackets && (first == 0x5B || first == 0x7B) else {
      return nil
    }
    return closingAnyway(at, end, first)
  }

  private func closingAnyway(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ first: UInt8
  ) -> (at: UnsafePointer<UInt8>, isDoubled: Bool)? {
    let last = first == UInt8(ascii: "\"") ? first : first + 2
    let escape = hasEscapes ? UInt8(ascii: "\\") : last
    var isDoubled = false
    var at = start + 1
    while true {
      at = Scan.first(of: last, or: escape, at, end)
      // The last value of a line may have lost its quote.
      if at >= end { return hasBareQuotes || first != UInt8(ascii: "\"") ? nil : (end, isDoubled) }
      if at.pointee != last {
        // What follows a backslash is no end, whatever it is.
        isDoubled = true
        at = min(at + 2, end)
        continue
      }
      let next = at + 1
      if hasDoubledQuotes, first == last, next < end, next.pointee == last {
        isDoubled = true
        at += 2
        continue
      }
      if next == end || next.pointee == one || next.pointee == other {
        return (at, isDoubled)
      }
      at = next
    }
  }
}
