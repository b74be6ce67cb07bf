internal import Pipeline

/// Finds the words by which an export says that there is no value: those that alone keep a column from being numbers,
/// times or the like. Who writes `NULL` in one column writes it in all.
enum CSVNullTexts {
  /// As databases write it in texts with backslashes. Nothing else is written so.
  static let database = "\\N"

  private static let words: Set<String> = [
    database, "NULL", "null", "Null", "N/A", "n/a", "#N/A", "NaN", "nan", "None", "none", "(null)", "(none)",
    "(not set)", "-", "--", "?",
  ]

  /// In the order of their first places.
  static func of(_ sample: CSVSample) -> [String] {
    var found = sample.rows.contains { $0.cells.contains(database) } ? [database] : []
    for column in 0..<sample.width {
      var here: [String] = []
      var guess = ValueGuess(name: "", zone: .utc)
      // The first row may be the header, which may come again.
      for row in sample.rows
      where row.cells != sample.rows[0].cells && column < row.cells.count && !row.cells[column].isEmpty {
        let cell = row.cells[column]
        if !words.contains(cell) { guess.take(cell) } else if !here.contains(cell) { here.append(cell) }
      }
      let isTyped = guess.word != "string"
      for word in here where isTyped && !found.contains(word) { found.append(word) }
    }
    return found
  }
}
