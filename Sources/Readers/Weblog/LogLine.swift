internal import Pipeline

/// What every kind of log has in common: which lines are no records, and where in the others a record begins.
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

  /// A line that stands in quotes as a whole, without them: `"1.2.3.4 - - […] … "agent""`. A quote that ends the first
  /// word is that word's.
  static func unquoted(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> (UnsafePointer<UInt8>, UnsafePointer<UInt8>)? {
    let quote = UInt8(ascii: "\"")
    guard start.pointee == quote, end - start > 2 else { return nil }
    let stop = Scan.first(of: quote, or: UInt8(ascii: " "), start + 1, end)
    guard stop < end, stop.pointee != quote else { return nil }
    return (start + 1, end[-1] == quote ? end - 1 : end)
  }
}
