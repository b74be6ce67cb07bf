import Delivery
import Pipeline

/// A delivery's summary as text.
enum DeliverySummaryText {
  static func render(_ report: DeliveryReport) -> String {
    var rows = SummaryRows()
    let inputs = report.inputs.map(\.name)
    let name = inputs.first.map { DisplayText.escaped($0) + (inputs.count > 1 ? " and \(inputs.count - 1) more" : "") }
    rows.add(
      line: "\(name ?? report.command): to \(DisplayText.escaped(report.host)), \(report.mode), "
        + "\(DisplayNumber.duration(milliseconds: Int64(report.elapsedNanoseconds / 1_000_000))), "
        + "\(DisplayNumber.grouped(report.payloadsPerSecond)) payloads/s")
    addCounts(report, to: &rows)
    if report.settledBefore > 0 { rows.add("settled by earlier runs", report.settledBefore, 0) }
    for (reason, count) in report.passedOver.sorted(by: { $0.key < $1.key }) {
      rows.add("passed over", count, 0, reason)
    }
    addDeadLetters(report, to: &rows)
    return rows.text
  }

  /// Of a delivery that went on beside a conversion, behind the rows of that.
  static func add(besideConversion report: DeliveryReport, to rows: inout SummaryRows) {
    rows.add(line: "delivery: to \(DisplayText.escaped(report.host)), \(report.mode)")
    addCounts(report, to: &rows)
    addDeadLetters(report, to: &rows)
  }

  private static func addDeadLetters(_ report: DeliveryReport, to rows: inout SummaryRows) {
    guard report.counts.dead + report.counts.partial > 0 else { return }
    rows.add(line: "  dead letters in \(DisplayText.escaped(report.deadLetters)); see `trackfill replay`")
  }

  private static func addCounts(_ report: DeliveryReport, to rows: inout SummaryRows) {
    let counts = report.counts
    let unread = report.unread
    rows.add("payloads", counts.read + (unread ?? 0), 0, unread == nil ? "and more that were not read" : "")
    rows.add("acknowledged", counts.acknowledged, 1, "\(DisplayNumber.grouped(counts.acknowledgedBytes)) bytes")
    rows.add("partly", counts.partial, 2, hidden: true)
    rows.add("in parts", counts.takenApart, 2, hidden: true)
    rows.add("dead", counts.dead, 1)
    rows.add("no payload", counts.malformed, 2, hidden: true)
    rows.add("pending", report.pending + (unread ?? 0), 1)
    for reason in counts.reasons {
      let place = DisplayText.escaped(reason.input) + (reason.line > 0 ? ":\(reason.line)" : "")
      rows.add(reason.code, reason.count, 1, "first \(place): \(DisplayText.escaped(reason.message))")
    }
    rows.add("events", counts.acknowledgedEvents + counts.deadEvents, 0)
    rows.add("acknowledged", counts.acknowledgedEvents, 1)
    rows.add("dead", counts.deadEvents, 1)
    rows.add(
      "requests", counts.requests, 0, counts.retries > 0 ? "\(DisplayNumber.grouped(counts.retries)) of them again" : ""
    )
    for (status, count) in counts.answers.sorted(by: { $0.key < $1.key }) {
      rows.add(status == 0 ? "no answer" : String(status), count, 1)
    }
  }
}
