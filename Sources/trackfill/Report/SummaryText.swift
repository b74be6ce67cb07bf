import Delivery
import Pipeline
import Sessions

/// The summary as one screen of text.
struct SummaryText {
  private var rows = SummaryRows()
  private let report: RunReport

  init(_ report: RunReport) { self.report = report }

  static func render(_ report: RunReport) -> String {
    var text = SummaryText(report)
    text.build()
    if let delivery = report.delivery { DeliverySummaryText.add(besideConversion: delivery, to: &text.rows) }
    return text.rows.text
  }

  private mutating func build() {
    let counts = report.counts
    let sessions = report.sessions
    let name = report.mappingName.map { DisplayText.escaped($0) } ?? "trackfill"
    rows.add(
      line: "\(name): \(DisplayNumber.plural(report.inputs.count, "input")), "
        + "\(DisplayNumber.grouped(counts.bytes)) bytes, "
        + "\(DisplayNumber.duration(milliseconds: Int64(report.elapsedNanoseconds / 1_000_000))), "
        + "\(DisplayNumber.grouped(report.recordsPerSecond)) records/s")
    rows.add("lines", counts.sum.lines, 0, counts.sum.replaced > 0 ? replacedNote : "")
    rows.add("comments", counts.sum.comments, 1, hidden: true)
    rows.add("blank", counts.sum.blanks, 1, hidden: true)
    rows.add("records", counts.sum.records, 1)
    rows.add("rejected", counts.rejected, 2)
    for tally in counts.rejects where tally.stage != .session { rejects(tally) }
    rows.add("dropped", counts.dropped, 2)
    for (reason, count) in report.droppedByReason where count > 0 { rows.add(DisplayText.escaped(reason), count, 3) }
    rows.add("unmatched", counts.sum.unmatched, 2)
    rows.add("mapped", counts.sum.mapped, 2)
    rows.add("events", counts.events, 0)
    for (rule, type, count) in report.eventsByRule where count > 0 {
      rows.add(DisplayText.escaped(rule), count, 1, rule == type ? "" : DisplayText.escaped(type))
    }
    for tally in counts.rejects where tally.stage == .session { rejects(tally) }
    rows.add("sessions", sessions.sessionsEmitted, 0, sessionNote)
    rows.add("payloads", sessions.payloads, 0, "\(DisplayNumber.grouped(sessions.payloadBytes)) bytes")
    if sessions.late > 0 {
      rows.add("late", sessions.late, 0, lateNote)
    }
    if sessions.outliers > 0 { rows.add("outliers", sessions.outliers, 0, "far ahead of the records around them") }
    if let state = report.state { continuing(state) }
    if let first = sessions.firstEvent, let last = sessions.lastEvent {
      rows.add(line: "  from \(TimestampWriter.text(first)) to \(TimestampWriter.text(last))")
    }
  }

  private mutating func continuing(_ state: StateReport) {
    rows.add(
      "open sessions", state.openSessions, 0, state.openSessions > 0 ? "left for the next run" : "", hidden: true)
    rows.add("waiting events", state.waitingEvents, 0, "for their order, in the next run", hidden: true)
    let total = state.totals["payloads"] ?? 0
    rows.add("payloads in all", total, 0, "over all runs with \(DisplayText.escaped(state.folder))")
  }

  private var replacedNote: String {
    let count = report.counts.sum.replaced
    let verb = count == 1 ? "was" : "were"
    return "\(DisplayNumber.plural(count, "place")) \(verb) not UTF-8 and \(verb) replaced; `encoding` reads code pages"
  }

  private var sessionNote: String {
    report.sessions.sessionsOutside > 0
      ? "\(DisplayNumber.grouped(report.sessions.sessionsOutside)) more began outside --from and --to" : ""
  }

  private var lateNote: String {
    let sessions = report.sessions
    var parts: [String] = []
    for (word, count) in [
      ("attached", sessions.lateAttached), ("opened sessions", sessions.lateNew), ("rejected", sessions.lateRejected),
    ] where count > 0 { parts.append("\(DisplayNumber.grouped(count)) \(word)") }
    var note = parts.joined(separator: ", ")
    note += "; up to \(DisplayNumber.duration(milliseconds: sessions.largestLateness)) behind"
    if let proposal = report.proposal { note += ": session.\(proposal.key): \(proposal.value) \(proposal.effect)" }
    return note
  }

  private mutating func rejects(_ tally: RunCounts.Tally) {
    let place = tally.line > 0 ? "\(DisplayText.escaped(tally.input)):\(tally.line)" : DisplayText.escaped(tally.input)
    rows.add(
      tally.code, tally.count, tally.stage == .session ? 1 : 3, "first \(place): \(DisplayText.escaped(tally.message))")
  }
}
