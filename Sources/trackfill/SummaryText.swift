import Delivery
import Pipeline
import Sessions

/// The summary as one screen of text. Indented numbers add up to the one above them.
struct SummaryText {
  private var lines: [String] = []
  private let report: RunReport

  init(_ report: RunReport) { self.report = report }

  static func render(_ report: RunReport) -> String {
    var text = SummaryText(report)
    text.build()
    var result = text.lines.joined(separator: "\n") + "\n"
    if let delivery = report.delivery {
      result += "delivery: to \(DisplayText.escaped(delivery.host)), \(delivery.mode)\n"
      result += DeliverySummaryText.rows(delivery.counts, pending: delivery.pending, unread: delivery.unread)
      if delivery.counts.dead + delivery.counts.partial > 0 {
        result += "  dead letters in \(DisplayText.escaped(delivery.deadLetters)); see `trackfill replay`\n"
      }
    }
    return result
  }

  private mutating func build() {
    let counts = report.counts
    let sessions = report.sessions
    let inputs = report.inputs.count
    lines.append(
      "\(report.mappingName.map { DisplayText.escaped($0) } ?? "trackfill"): \(inputs) input\(inputs == 1 ? "" : "s"), "
        + "\(OptionText.grouped(counts.bytes)) bytes, "
        + "\(OptionText.duration(milliseconds: Int64(report.elapsedNanoseconds / 1_000_000))), "
        + "\(OptionText.grouped(report.recordsPerSecond)) records/s")
    row(
      "lines", counts.sum.lines, 0,
      counts.sum.replaced > 0 ? replacedNote : "")
    row("comments", counts.sum.comments, 1, hidden: true)
    row("blank", counts.sum.blanks, 1, hidden: true)
    row("records", counts.sum.records, 1)
    row("rejected", counts.rejected, 2)
    for tally in counts.rejects where tally.stage != .session { rejects(tally) }
    row("dropped", counts.dropped, 2)
    for (reason, count) in report.droppedByReason where count > 0 { row(DisplayText.escaped(reason), count, 3) }
    row("unmatched", counts.sum.unmatched, 2)
    row("mapped", counts.sum.mapped, 2)
    row("events", counts.events, 0)
    for (rule, type, count) in report.eventsByRule where count > 0 {
      row(DisplayText.escaped(rule), count, 1, rule == type ? "" : DisplayText.escaped(type))
    }
    for tally in counts.rejects where tally.stage == .session { rejects(tally) }
    row("sessions", sessions.sessionsEmitted, 0, sessionNote)
    row("payloads", sessions.payloads, 0, "\(OptionText.grouped(sessions.payloadBytes)) bytes")
    if sessions.late > 0 {
      row("late", sessions.late, 0, lateNote)
    }
    if sessions.outliers > 0 { row("outliers", sessions.outliers, 0, "far ahead of the records around them") }
    if let state = report.state { continuing(state) }
    if let first = sessions.firstEvent, let last = sessions.lastEvent {
      lines.append("  from \(TimestampWriter.text(first)) to \(TimestampWriter.text(last))")
    }
  }

  private mutating func continuing(_ state: StateReport) {
    row("open sessions", state.openSessions, 0, state.openSessions > 0 ? "left for the next run" : "", hidden: true)
    row("waiting events", state.waitingEvents, 0, "for their order, in the next run", hidden: true)
    let total = state.totals["payloads"] ?? 0
    row("payloads in all", total, 0, "over all runs with \(DisplayText.escaped(state.folder))")
  }

  private var replacedNote: String {
    let count = report.counts.sum.replaced
    let verb = count == 1 ? "was" : "were"
    return "\(OptionText.plural(count, "place")) \(verb) not UTF-8 and \(verb) replaced; `encoding` reads code pages"
  }

  private var sessionNote: String {
    report.sessions.sessionsOutside > 0
      ? "\(OptionText.grouped(report.sessions.sessionsOutside)) more began outside --from and --to" : ""
  }

  private var lateNote: String {
    let sessions = report.sessions
    var parts: [String] = []
    for (word, count) in [
      ("attached", sessions.lateAttached), ("opened sessions", sessions.lateNew), ("rejected", sessions.lateRejected),
    ] where count > 0 { parts.append("\(OptionText.grouped(count)) \(word)") }
    var note = parts.joined(separator: ", ")
    note += "; up to \(OptionText.duration(milliseconds: sessions.largestLateness)) behind"
    if let proposal = report.proposal { note += ": session.\(proposal.key): \(proposal.value) \(proposal.effect)" }
    return note
  }

  private mutating func rejects(_ tally: RunCounts.Tally) {
    let place = tally.line > 0 ? "\(DisplayText.escaped(tally.input)):\(tally.line)" : DisplayText.escaped(tally.input)
    row(
      tally.code, tally.count, tally.stage == .session ? 1 : 3, "first \(place): \(DisplayText.escaped(tally.message))")
  }

  private mutating func row(_ name: String, _ count: Int, _ depth: Int, _ note: String = "", hidden: Bool = false) {
    if hidden && count == 0 { return }
    let indent = String(repeating: "  ", count: depth + 1)
    let label = indent + name
    let number = OptionText.grouped(count)
    let gap = max(1, 44 - label.count - number.count)
    lines.append(label + String(repeating: " ", count: gap) + number + (note.isEmpty ? "" : "  " + note))
  }
}
