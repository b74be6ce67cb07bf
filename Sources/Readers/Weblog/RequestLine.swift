/// The parts of a request line (RFC 9112 §3) as servers log it, which may be anything. Ranges of the line's own bytes;
/// nil is "there is none".
struct RequestLine {
  typealias Part = (start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>)

  var method: Part?
  var target: Part?
  var proto: Part?

  /// The method is the first word, the protocol the last if it begins with `HTTP/`; blanks between them belong to the
  /// target. Without a protocol only HTTP/0.9's `GET target` is a request; anything else has no parts.
  /// - Parameter isCut: the line was cut off within the request, so that any method may lack its protocol.
  @inline(__always)
  init(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isCut: Bool = false) {
    var at = start
    // Methods are short: a scan by bytes ends before a vector is loaded. Nearly all are three letters and a blank.
    if end - start >= 12, UnsafeRawPointer(start).loadUnaligned(as: UInt32.self) == RequestLine.get {
      at += 3
    } else {
      while at < end, RequestLine.isOfMethod(at.pointee) { at += 1 }
      guard at < end, at > start, at.pointee == UInt8(ascii: " ") else { return }
    }
    // From behind: nearly all end in a protocol of eight bytes.
    var last = end
    if end - at > 8, UnsafeRawPointer(end - 9).loadUnaligned(as: UInt64.self) & RequestLine.mask == RequestLine.http {
      last -= 8
    } else {
      while last > at, last[-1] != UInt8(ascii: " ") { last -= 1 }
    }
    let length = end - last
    let hasProtocol =
      length >= 6 && length <= 16 && last[4] == UInt8(ascii: "/")
      && UnsafeRawPointer(last).loadUnaligned(as: UInt32.self) | 0x2020_2020 == 0x7074_7468
    guard hasProtocol || RequestLine.isOldRequest(start, at, end, isCut) else { return }
    var stop = hasProtocol ? last - 1 : isCut ? Scan.byte(UInt8(ascii: " "), at + 1, end) : end
    if hasProtocol { proto = (last, end) }
    method = (start, at)
    at += 1
    while at < stop, at.pointee == UInt8(ascii: " ") { at += 1 }
    while stop > at, stop[-1] == UInt8(ascii: " ") { stop -= 1 }
    if at < stop { target = (at, stop) }
  }

  /// `GET `, and ` HTTP/d.` with any digit.
  private static let get: UInt32 = 0x2054_4547
  private static let http: UInt64 = 0x2E00_2F50_5454_4820
  private static let mask: UInt64 = 0xFF00_FFFF_FFFF_FFFF

  /// `GET /path` and nothing else: the only request of HTTP/0.9. Also with a whole URL, as proxies of HTTP/2 log it.
  private static func isOldRequest(
    _ start: UnsafePointer<UInt8>, _ blank: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ isCut: Bool
  ) -> Bool {
    let isGet =
      blank - start == 3 && start[0] == UInt8(ascii: "G") && start[1] == UInt8(ascii: "E")
      && start[2] == UInt8(ascii: "T")
    guard isGet || isCut, end - blank >= 2 else { return false }
    if blank[1] == UInt8(ascii: "/") { return true }
    let http: UInt32 = 0x7074_7468
    guard end - blank > 9, UnsafeRawPointer(blank + 1).loadUnaligned(as: UInt32.self) == http else { return false }
    let colon = blank + (blank[5] == UInt8(ascii: "s") ? 6 : 5)
    return colon[0] == UInt8(ascii: ":") && colon[1] == UInt8(ascii: "/") && colon[2] == UInt8(ascii: "/")
  }

  /// tchar of RFC 9110 §5.6.2, as far as methods use it.
  @inline(__always)
  private static func isOfMethod(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "A") < 26 || byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  /// Path and query of a target: origin-form, absolute-form, or neither (`*`, an authority).
  @inline(__always)
  static func split(_ target: Part) -> (path: Part?, query: Part?) {
    var start = target.start
    let end = target.end
    if start < end, start.pointee != UInt8(ascii: "/") {
      guard let path = pathOfOther(start, end) else { return (nil, nil) }
      start = path
    }
    let question = UInt8(ascii: "?")
    let hash = UInt8(ascii: "#")
    let mark = Scan.first(of: question, or: hash, start, end)
    var query: Part?
    if mark < end, mark.pointee == question {
      query = (mark + 1, Scan.first(of: hash, or: hash, mark + 1, end))
    }
    return ((start, mark), query)
  }

  /// Where the path of a target begins that has no slash in front; nil if it has no path.
  @inline(never)
  private static func pathOfOther(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8>? {
    var at = start
    while at < end, isOfMethod(at.pointee) || at.pointee == UInt8(ascii: "+") || at.pointee == UInt8(ascii: ".") {
      at += 1
    }
    guard end - at >= 3, at[0] == UInt8(ascii: ":"), at[1] == UInt8(ascii: "/"), at[2] == UInt8(ascii: "/") else {
      // `host:443` of CONNECT and `*` have no path; a bare `index.html` or `?q` is one.
      if end - start == 1, start.pointee == UInt8(ascii: "*") { return nil }
      return Scan.byte(UInt8(ascii: ":"), start, end) < end ? nil : start
    }
    at += 3
    while at < end, at.pointee != UInt8(ascii: "/"), at.pointee != UInt8(ascii: "?"), at.pointee != UInt8(ascii: "#") {
      at += 1
    }
    return at
  }
}
