public import Pipeline

/// A preview for a terminal.
public enum PreviewText {
  /// The shown records, each with its number.
  public static func records(
    _ records: [ShownRecord], file: String, style: TextStyle, isExplained: Bool
  ) -> String {
    records.enumerated().map { index, record in
      RecordText.render(record, number: index + 1, file: file, style: style, isExplained: isExplained)
    }.joined()
  }

  /// What comes after them.
  public static func report(_ report: PreviewReport, style: TextStyle) -> String {
    ReportText.render(report, style: style)
  }
}

extension PreviewReport {
  /// The records that are shown.
  public var shownRecords: [ShownRecord] { shown }

  /// The accounts of the run.
  public var runCounts: RunCounts { counts }
}
