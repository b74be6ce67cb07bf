import Delivery
import Pipeline

/// A delivery's summary as text. Indented numbers add up to the one above them.
struct DeliverySummaryText {
  private var lines: [String] = []

  static func render(_ report: DeliveryReport) -> String {
    var text = DeliverySummaryText()
    let inputs = report.inputs.map(\.name)
    let name = inputs.first.map { DisplayText.escaped($0) + (inputs.count > 1 ? " and \(inputs.count - 1) more" : "") }
    text.lines.append(
      "\(name ?? report.command): to \(DisplayText.escaped(report.host)), \(report.mode), "
        + "\(OptionText.duration(milliseconds: Int64(report.elapsedNanoseconds / 1_000_000))), "
        + "\(OptionText.grouped(report.payloadsPerSecond)) payloads/s")
    text.delivery(report.counts, pending: report.pending, unread: report.unread)
    if report.settledBefore > 0 { text.row("settled by earlier runs", report.settledBefore, 0) }
    for (reason, count) in report.passedOver.sorted(by: { $0.key < $1.key }) {
      text.row("passed over", count, 0, reason)
    }
    if report.counts.dead + report.counts.partial > 0 {
      text.lines.append("  dead letters in \(DisplayText.escaped(report.deadLetters)); see `trackfill replay`")
    }
    return text.lines.joined(separator: "\n") + "\n"
  }

  /// The rows of any command that delivers.
  static func rows(_ counts: DeliveryCounts, pending: Int, unread: Int?) -> String {
    var text = DeliverySummaryText()
    text.delivery(counts, pending: pending, unread: unread)
    return text.lines.map { $0 + "\n" }.joined()
  }

  private mutating func delivery(_ counts: DeliveryCounts, pending: Int, unread: Int?) {
    row("payloads", counts.read + (unread ?? 0), 0, unread == nil ? "and more that were not read" : "")
    row("acknowledged", counts.acknowledged, 1, "\(OptionText.grouped(counts.acknowledgedBytes)) bytes")
    row("partly", counts.partial, 2, hidden: true)
    row("in parts", counts.takenApart, 2, hidden: true)
    row("dead", counts.dead, 1)
    row("no payload", counts.malformed, 2, hidden: true)
    row("pending", pending + (unread ?? 0), 1)
    for reason in counts.reasons {
      let place = DisplayText.escaped(reason.input) + (reason.line > 0 ? ":\(reason.line)" : "")
      row(reason.code, reason.count, 1, "first \(place): \(DisplayText.escaped(reason.message))")
    }
    row("events", counts.acknowledgedEvents + counts.deadEvents, 0)
    row("acknowledged", counts.acknowledgedEvents, 1)
    row("dead", counts.deadEvents, 1)
    row("requests", counts.requests, 0, counts.retries > 0 ? "\(OptionText.grouped(counts.retries)) of them again" : "")
    for (status, count) in counts.answers.sorted(by: { $0.key < $1.key }) {
      row(status == 0 ? "no answer" : String(status), count, 1)
    }
  }

  private mutating func row(_ name: String, _ count: Int, _ depth: Int, _ note: String = "", hidden: Bool = false) {
    if hidden && count == 0 { return }
    let label = String(repeating: "  ", count: depth + 1) + name
    let number = OptionText.grouped(count)
    let gap = max(1, 44 - label.count - number.count)
    lines.append(label + String(repeating: " ", count: gap) + number + (note.isEmpty ? "" : "  " + note))
  }
}
