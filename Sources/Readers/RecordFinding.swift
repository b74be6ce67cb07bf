internal import Pipeline

/// Why there is no record, in words. Codes are explained in docs/diagnostics.md.
struct RecordFinding {
  var code: String
  var message: String
  var hint: String

  init(_ code: String, _ message: String, hint: String) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// - Parameter size: how large the record is, and where it begins if that is known.
  static func tooLong(_ size: String, limit: Int) -> RecordFinding {
    RecordFinding(
      "R001", "record of \(size) is longer than \(limit) bytes", hint: "raise --max-record if this is a true record")
  }

  /// The reject that says so, of the record at a place (see `Reject`).
  func reject(offset: Int?, length: Int, line: Int, number: Int, column: Int = 0) -> Reject {
    Reject(
      stage: .record, code: code, message: message, hint: hint, offset: offset, length: length, line: line,
      number: number, column: column)
  }
}
