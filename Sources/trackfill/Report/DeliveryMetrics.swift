import Delivery
import Pipeline

/// The counters of a delivery for Prometheus.
enum DeliveryMetrics {
  static func render(_ report: DeliveryReport) -> String {
    var text = MetricsText()
    text.addRun(report.status, startedAt: report.startedAt, elapsedNanoseconds: report.elapsedNanoseconds)
    add(report.counts, pending: report.pending + (report.unread ?? 0), to: &text)
    return text.finish()
  }

  /// The metrics of any command that delivers.
  static func add(_ counts: DeliveryCounts, pending: Int, to text: inout MetricsText) {
    text.add(
      "trackfill_payloads", .gauge, "Payloads of the last run by what became of them.",
      [
        ([("result", "acknowledged")], Double(counts.acknowledged)), ([("result", "dead")], Double(counts.dead)),
        ([("result", "pending")], Double(pending)),
      ])
    text.add("trackfill_payloads_partial", .gauge, "Payloads taken, but not wholly.", Double(counts.partial))
    text.add(
      "trackfill_events", .gauge, "Events of the last run by what became of them.",
      [
        ([("result", "acknowledged")], Double(counts.acknowledgedEvents)),
        ([("result", "dead")], Double(counts.deadEvents)),
      ])
    text.add("trackfill_requests", .gauge, "Requests of the last run.", Double(counts.requests))
    text.add("trackfill_retries", .gauge, "Requests that repeated one.", Double(counts.retries))
    text.add(
      "trackfill_answers", .gauge, "Answers by HTTP status; 0 for none.",
      counts.answers.sorted { $0.key < $1.key }.map { ([("status", String($0.key))], Double($0.value)) })
  }
}
