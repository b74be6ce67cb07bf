import Pipeline
import Sessions

/// The counters of a conversion, and of the delivery beside it, for Prometheus.
enum RunMetrics {
  static func render(_ report: RunReport) -> String {
    let counts = report.counts
    var text = MetricsText()
    text.addRun(report.status, startedAt: report.startedAt, elapsedNanoseconds: report.elapsedNanoseconds)
    text.add(
      "trackfill_records", .gauge, "Records of the last run by what became of them.",
      [
        ([("result", "mapped")], Double(counts.sum.mapped)), ([("result", "dropped")], Double(counts.dropped)),
        ([("result", "unmatched")], Double(counts.sum.unmatched)), ([("result", "rejected")], Double(counts.rejected)),
      ])
    text.add("trackfill_bytes", .gauge, "Bytes of input read by the last run.", Double(counts.bytes))
    text.add("trackfill_late_records", .gauge, "Records later than the disorder.", Double(report.sessions.late))
    if let state = report.state {
      text.add("trackfill_open_sessions", .gauge, "Sessions left open for the next run.", Double(state.openSessions))
      text.add(
        "trackfill_total", .counter, "Sums over all runs with this state.",
        state.totals.sorted { $0.key < $1.key }.map { ([("of", $0.key)], Double($0.value)) })
    }
    if let delivery = report.delivery {
      DeliveryMetrics.add(delivery.counts, pending: delivery.pending + (delivery.unread ?? 0), to: &text)
    }
    return text.finish()
  }
}
