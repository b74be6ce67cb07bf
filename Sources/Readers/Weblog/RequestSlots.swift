internal import Pipeline

/// Where a record keeps the parts of a request: the slots of their fields, negative where nobody asked. Found once, so
/// that to fill them is a few comparisons.
struct RequestSlots {
  private let method: Int
  private let target: Int
  private let path: Int
  private let query: Int
  private let proto: Int

  /// - Parameters:
  ///   - parts: those that are fields.
  ///   - slots: of the fields that are wanted, by name.
  init(_ parts: [RequestPart], _ slots: [String: Int]) {
    func slot(_ part: RequestPart) -> Int { parts.contains(part) ? slots[part.name] ?? -1 : -1 }
    method = slot(.method)
    target = slot(.target)
    path = slot(.path)
    query = slot(.query)
    proto = slot(.proto)
  }

  /// Whether anybody asked for any of them.
  @inline(__always)
  var areWanted: Bool { method & target & path & query & proto != -1 }

  /// The parts of a line as they stand in it; what it lacks is missing.
  @inline(__always)
  func fill(_ line: RequestLine, _ row: UnsafeMutablePointer<Field>) {
    if method >= 0 { row[method] = RequestSlots.text(line.method) }
    if proto >= 0 { row[proto] = RequestSlots.text(line.proto) }
    if target >= 0 { row[target] = RequestSlots.text(line.target) }
    fill(target: line.target, row)
  }

  /// The parts of a target as they stand in it. An empty path is a slash (RFC 9110 §4.2.3).
  @inline(__always)
  func fill(target: RequestLine.Part?, _ row: UnsafeMutablePointer<Field>) {
    guard path & query != -1 else { return }
    var split: (path: RequestLine.Part?, query: RequestLine.Part?) = (nil, nil)
    if let target { split = RequestLine.split(target) }
    if path >= 0 {
      if let part = split.path, part.start == part.end {
        row[path] = .text(RequestSlots.slash.utf8Start, 1)
      } else {
        row[path] = RequestSlots.text(split.path)
      }
    }
    if query >= 0 { row[query] = RequestSlots.text(split.query) }
  }

  /// Puts what `decode` makes of their bytes in the place of the texts that were filled in: only after a line has been
  /// taken apart is it known which of its bytes mean something. A method consists of bytes that stand for themselves.
  func decode(in row: UnsafeMutablePointer<Field>, _ decode: (RequestLine.Part) -> Field) {
    func replace(_ slot: Int) {
      guard slot >= 0, row[slot].kind == .text, let start = row[slot].pointer else { return }
      row[slot] = decode((start, start + Int(row[slot].count)))
    }
    replace(target)
    replace(path)
    replace(query)
    replace(proto)
  }

  @inline(__always)
  func clear(_ row: UnsafeMutablePointer<Field>) {
    if method >= 0 { row[method] = .missing }
    if target >= 0 { row[target] = .missing }
    if path >= 0 { row[path] = .missing }
    if query >= 0 { row[query] = .missing }
    if proto >= 0 { row[proto] = .missing }
  }

  @inline(__always)
  private static func text(_ part: RequestLine.Part?) -> Field {
    guard let part else { return .missing }
    return .text(part.start, part.end - part.start)
  }

  private static let slash = StaticString("/")
}
