extension WeblogParser {
  /// Where and why a line is no record.
  struct Failure {
    enum Reason { case literal, surplus, blank, time, number, missing, ambiguous, date }
    var reason: Reason
    var at: UnsafePointer<UInt8>
    var step: Int
  }
}

/// Why a line is no record, in words.
enum WeblogFinding {
  static func of(
    _ failure: WeblogParser.Failure, _ end: UnsafePointer<UInt8>, _ plan: FormatPlan
  ) -> RecordFinding {
    let name = failure.step >= 0 ? label(plan.steps[failure.step]) : "line"
    switch failure.reason {
    case .literal:
      let literal = failure.step >= 0 ? plan.steps[failure.step].terminator : plan.prefix
      let next = failure.step + 1 < plan.steps.count ? label(plan.steps[failure.step + 1]) : ""
      let place = next.isEmpty ? "behind the \(name)" : "before the \(next)"
      let text = literal.isEmpty ? "the end of the line" : quoted(literal)
      if failure.at >= end {
        return RecordFinding(
          "R102", "the line ends where \(text) was expected \(place)",
          hint: "the line was cut off, or the log has another format: see `format`")
      }
      return RecordFinding(
        "R101", "expected \(text) \(place)", hint: "compare the line with the format of the log: see `format`")
    case .surplus:
      return RecordFinding(
        "R101", "words stand before '\(name)' that are none of the format",
        hint: "a collector's prefix, or another format: see `prefix` and `format`")
    case .blank:
      return RecordFinding(
        "R101", "one blank more than the format has stands before '\(name)'",
        hint: "give the server's own log format, with the blanks that it writes: see `format`")
    case .time:
      return RecordFinding(
        "R103", "'\(name)' is not a time as the format has it",
        hint:
          "times look like 10/Oct/2000:13:55:36 -0700 unless the format says otherwise; without an offset, set `zone`")
    case .date:
      return RecordFinding(
        "R103", "'\(name)' is not a date of the calendar", hint: "check the day, the month and the year")
    case .number:
      return RecordFinding(
        "R104", "'\(name)' is not a number", hint: "add the text to `missing` if it stands for no value")
    case .missing:
      return RecordFinding(
        "R105", "'\(name)' is missing, which every record needs",
        hint: "remove the line, or take the text out of `missing`")
    case .ambiguous:
      return RecordFinding(
        "R106", "'\(name)' exists twice or never in its zone", hint: "say `ambiguous: earlier` or `ambiguous: later`")
    }
  }

  private static func label(_ step: FormatPlan.Step) -> String {
    let name = step.field.kind.isTime ? "time" : step.outputs.first ?? step.field.source
    return name
  }

  private static func quoted(_ literal: [UInt8]) -> String {
    let text = String(decoding: literal, as: UTF8.self).replacing("\t", with: "\\t")
    return text.contains("'") ? "“\(text)”" : "'\(text)'"
  }
}
