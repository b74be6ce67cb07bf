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
struct WeblogFinding {
  var code: String
  var message: String
  var hint: String

  init(_ failure: WeblogParser.Failure, _ end: UnsafePointer<UInt8>, _ plan: FormatPlan) {
    let name = failure.step >= 0 ? WeblogFinding.label(plan.steps[failure.step]) : "line"
    switch failure.reason {
    case .literal:
      let literal = failure.step >= 0 ? plan.steps[failure.step].terminator : plan.prefix
      let next = failure.step + 1 < plan.steps.count ? WeblogFinding.label(plan.steps[failure.step + 1]) : ""
      let place = next.isEmpty ? "behind the \(name)" : "before the \(next)"
      let text = literal.isEmpty ? "the end of the line" : WeblogFinding.quoted(literal)
      let atEnd = failure.at >= end
      code = atEnd ? "R102" : "R101"
      message = atEnd ? "the line ends where \(text) was expected \(place)" : "expected \(text) \(place)"
      hint =
        atEnd
        ? "the line was cut off, or the log has another format: see `format`"
        : "compare the line with the format of the log: see `format`"
    case .surplus:
      code = "R101"
      message = "words stand before '\(name)' that are none of the format"
      hint = "a collector's prefix, or another format: see `prefix` and `format`"
    case .blank:
      code = "R101"
      message = "one blank more than the format has stands before '\(name)'"
      hint = "give the server's own log format, with the blanks that it writes: see `format`"
    case .time:
      code = "R103"
      message = "'\(name)' is not a time as the format has it"
      hint =
        "times look like 10/Oct/2000:13:55:36 -0700 unless the format says otherwise; without an offset, set `zone`"
    case .date:
      code = "R103"
      message = "'\(name)' is not a date of the calendar"
      hint = "check the day, the month and the year"
    case .number:
      code = "R104"
      message = "'\(name)' is not a number"
      hint = "add the text to `missing` if it stands for no value"
    case .missing:
      code = "R105"
      message = "'\(name)' is missing, which every record needs"
      hint = "remove the line, or take the text out of `missing`"
    case .ambiguous:
      code = "R106"
      message = "'\(name)' exists twice or never in its zone"
      hint = "say `ambiguous: earlier` or `ambiguous: later`"
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
