internal import Pipeline

/// Why a line is no record, and where.
struct LineFailure {
  /// The byte at fault; nil if the whole line is meant.
  var place: UnsafePointer<UInt8>?
  var finding: RecordFinding

  /// The reject of the line between two places.
  func reject(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, offset: Int, line: Int, number: Int
  ) -> Reject {
    finding.reject(
      offset: offset, length: end - start, line: line, number: number, column: place.map { $0 - start + 1 } ?? 0)
  }
}
