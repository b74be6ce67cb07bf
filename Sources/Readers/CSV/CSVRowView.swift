internal import Glibc

/// The rows of an index over their bytes, for loops: plain pointers, so that no reference is counted for a row or a
/// field. Valid while nothing is added to the index.
struct CSVRowView: BitwiseCopyable {
  let base: UnsafePointer<UInt8>
  private let ends: UnsafePointer<UInt32>
  private let rows: UnsafePointer<CSVRow>

  @inline(__always)
  init(_ base: UnsafePointer<UInt8>, _ index: CSVIndex) {
    self.base = base
    ends = UnsafePointer(index.ends)
    rows = UnsafePointer(index.rows)
  }

  /// A row's place; points into the index.
  @inline(__always)
  func row(_ number: Int) -> UnsafePointer<CSVRow> { rows + number }

  /// Where a row begins.
  @inline(__always)
  func start(_ row: UnsafePointer<CSVRow>) -> UnsafePointer<UInt8> { base + Int(row.pointee.start) }

  /// The bytes of a field, its quotes included.
  @inline(__always)
  func field(
    _ row: UnsafePointer<CSVRow>, _ column: Int
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) { fields(row, column, column) }

  /// The bytes of neighbouring fields, the delimiters between them included.
  @inline(__always)
  func fields(
    _ row: UnsafePointer<CSVRow>, _ first: Int, _ last: Int
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    let end = Int(row.pointee.firstEnd)
    let start = base + (first == 0 ? Int(row.pointee.start) : Int(ends[end &+ first &- 1]) &+ 1)
    var stop = base + Int(ends[end &+ last])
    if last &+ 1 == Int(row.pointee.fieldCount), stop > start, stop[-1] == UInt8(ascii: "\r") { stop -= 1 }
    return (start, stop)
  }

  /// Where a row's text ends, without its line end.
  @inline(__always)
  func stop(_ row: UnsafePointer<CSVRow>) -> UnsafePointer<UInt8> {
    let stop = base + Int(ends[Int(row.pointee.firstEnd) &+ Int(row.pointee.fieldCount) &- 1])
    return stop > start(row) && stop[-1] == UInt8(ascii: "\r") ? stop - 1 : stop
  }

  /// Whether two stretches are the same bytes. Looks up to 7 bytes behind both.
  @inline(__always)
  static func equals(
    _ one: (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>),
    _ other: (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>)
  ) -> Bool {
    let count = one.stop - one.start
    guard count == other.stop - other.start else { return false }
    if count > 16 { return memcmp(one.start, other.start, count) == 0 }
    if count == 0 { return true }
    let (a, b) = (UnsafeRawPointer(one.start), UnsafeRawPointer(other.start))
    let head = a.loadUnaligned(as: UInt64.self) ^ b.loadUnaligned(as: UInt64.self)
    if count <= 8 { return head << UInt64(64 &- 8 &* count) == 0 }
    let tail =
      a.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      ^ b.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    return head | tail == 0
  }
}
