internal import Pipeline

/// What every kind of log has in common: lines that are no records.
enum LogLine {
  /// Where the line's record begins; nil, and counted, if it is a comment or blank.
  @inline(never)
  static func recordStart(
    _ line: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ result: MappedBlock
  ) -> UnsafePointer<UInt8>? {
    let start = Scan.lineStart(line, end)
    if start < end, start.pointee == UInt8(ascii: "#") {
      result.counts.comments += 1
      return nil
    }
    guard Scan.isBlank(start, end) else { return start }
    result.counts.blanks += 1
    return nil
  }
}
