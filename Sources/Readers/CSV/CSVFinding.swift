/// Why a row or a group of rows is no record, in words. Codes are explained in docs/diagnostics.md.
enum CSVFinding {
  static func groupTooLong(limit: Int) -> RecordFinding {
    RecordFinding(
      "R114", "a group of rows is longer than \(limit) bytes",
      hint: "raise --max-record, or group by a key that fewer rows share")
  }

  static func groupTooLarge(rows: Int, most: Int) -> RecordFinding {
    RecordFinding(
      "R114", "a group has \(rows) rows, more than \(most)",
      hint: "raise `max_rows`, or group by a key that fewer rows share")
  }

  static func returned(key: String) -> RecordFinding {
    RecordFinding(
      "R113", "group '\(key)' comes back after it was closed",
      hint: "write `order: any` if its rows do not stand together; its first rows became a record without these")
  }

  static func mayLackRow() -> RecordFinding {
    RecordFinding(
      "R116", "a row beside this group has no key that can be read, and may belong to it",
      hint: "mend that row in the export, and convert it again")
  }

  static func disagreement(_ field: String, _ one: String, _ other: String) -> RecordFinding {
    RecordFinding(
      "R115", "field '\(field)' is '\(one)' in a group's first row and '\(other)' here",
      hint: "remove it from `same` if its rows may differ; the first row's is then rows[0].\(field)")
  }

  static func ragged(count: Int, width: Int) -> RecordFinding {
    RecordFinding(
      "R111", "a row of \(count) fields under a header of \(width)",
      hint: count < width
        ? "the row was cut, or write `ragged: fill`" : "check `delimiter` and `quote`, or write `ragged: ignore`")
  }

  static func quotes(_ problem: CSVRow.Problem) -> RecordFinding {
    let isOpen = problem == .unclosedQuote
    return RecordFinding(
      "R112", isOpen ? "a quote is never closed" : "text stands behind a closing quote",
      hint: isOpen
        ? "reading goes on with the next line; write `quote: none` if quotes are characters here"
        : "quotes inside quotes are written twice; see `escape`, or write `quote: none` if they are characters here")
  }
}
