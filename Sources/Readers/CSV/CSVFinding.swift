internal import Pipeline

/// Why a row or a group of rows is no record, in words. Codes are explained in docs/diagnostics.md.
enum CSVFinding {
  static func tooLong(length: Int, start: Int, limit: Int) -> Reject {
    Reject(
      stage: .record, code: "R001",
      message: "record of \(length) bytes at byte \(start) is longer than \(limit) bytes",
      hint: "raise --max-record if this is a true record", offset: nil, length: length, line: 0, number: 0)
  }

  static func groupTooLong(limit: Int) -> Reject {
    Reject(
      stage: .record, code: "R114", message: "a group of rows is longer than \(limit) bytes",
      hint: "raise --max-record, or group by a key that fewer rows share", offset: nil, length: 0, line: 0, number: 0)
  }

  static func groupTooLarge(rows: Int, most: Int) -> Reject {
    Reject(
      stage: .record, code: "R114", message: "a group has \(rows) rows, more than \(most)",
      hint: "raise `max_rows`, or group by a key that fewer rows share", offset: nil, length: 0, line: 0, number: 0)
  }

  static func returned(key: String) -> Reject {
    Reject(
      stage: .record, code: "R113", message: "group '\(key)' comes back after it was closed",
      hint: "write `order: any` if its rows do not stand together; its first rows became a record without these",
      offset: nil, length: 0, line: 0, number: 0)
  }

  static func mayLackRow() -> Reject {
    Reject(
      stage: .record, code: "R116",
      message: "a row beside this group has no key that can be read, and may belong to it",
      hint: "mend that row in the export, and convert it again",
      offset: nil, length: 0, line: 0, number: 0)
  }

  static func disagreement(_ field: String, _ one: String, _ other: String) -> Reject {
    Reject(
      stage: .record, code: "R115", message: "field '\(field)' is '\(one)' in a group's first row and '\(other)' here",
      hint: "remove it from `same` if its rows may differ; the first row's is then rows[0].\(field)", offset: nil,
      length: 0, line: 0, number: 0)
  }

  static func ragged(count: Int, width: Int) -> Reject {
    Reject(
      stage: .record, code: "R111", message: "a row of \(count) fields under a header of \(width)",
      hint: count < width
        ? "the row was cut, or write `ragged: fill`" : "check `delimiter` and `quote`, or write `ragged: ignore`",
      offset: nil, length: 0, line: 0, number: 0)
  }

  static func quotes(_ problem: CSVRow.Problem) -> Reject {
    let isOpen = problem == .unclosedQuote
    return Reject(
      stage: .record, code: "R112",
      message: isOpen ? "a quote is never closed" : "text stands behind a closing quote",
      hint: isOpen
        ? "reading goes on with the next line; write `quote: none` if quotes are characters here"
        : "quotes inside quotes are written twice; see `escape`, or write `quote: none` if they are characters here",
      offset: nil, length: 0, line: 0, number: 0)
  }

  static func value(
    _ problem: ValueProblem, _ declaration: FieldDeclaration, _ text: UnsafeBufferPointer<UInt8>
  ) -> Reject {
    let finding = ValueFinding(problem, declaration, text, place: declaration.columnPlace)
    return Reject(
      stage: .record, code: finding.code, message: finding.message, hint: finding.hint, offset: nil, length: 0,
      line: 0, number: 0)
  }
}
