import Delivery
import Pipeline

/// The summary of a delivery for programs: one JSON object, `"v":1`. `acknowledged + dead + pending` is `payloads.total`,
/// or `payloads.read` where nobody knows what was not read.
enum DeliverySummaryJSON {
  static func render(_ report: DeliveryReport) -> String {
    var json = JSONObjectWriter()
    json.put(command: report.command, report.status, report.message)
    json.put("to", report.host)
    json.put("mode", report.mode)
    json.put("started_at", TimestampWriter.text(report.startedAt))
    json.put("elapsed_ms", Int(report.elapsedNanoseconds / 1_000_000))
    json.put("payloads_per_second", report.payloadsPerSecond)
    json.list("inputs", report.inputs) { json, input in
      json.put("name", input.name)
      json.put("position", input.outcome.progress.prefix)
      json.put("acknowledged", input.outcome.progress.acknowledged)
      json.put("dead", input.outcome.progress.dead)
      json.put("pending", input.outcome.pending)
    }
    put(report.counts, pending: report.pending, unread: report.unread, to: &json)
    if !report.passedOver.isEmpty {
      json.object("passed_over") { json in
        for (reason, count) in report.passedOver.sorted(by: { $0.key < $1.key }) { json.put(reason, count) }
      }
    }
    json.put("dead_letters", report.deadLetters)
    return json.finish()
  }

  /// The keys of any command that delivers.
  static func put(_ counts: DeliveryCounts, pending: Int, unread: Int?, to json: inout JSONObjectWriter) {
    json.object("payloads") { json in
      if let unread { json.put("total", counts.read + unread) }
      json.put("read", counts.read)
      json.put("acknowledged", counts.acknowledged)
      json.put("acknowledged_bytes", counts.acknowledgedBytes)
      json.put("partial", counts.partial)
      json.put("taken_apart", counts.takenApart)
      json.put("dead", counts.dead)
      json.put("malformed", counts.malformed)
      json.put("pending", pending + (unread ?? 0))
    }
    json.object("delivered_events") { json in
      json.put("acknowledged", counts.acknowledgedEvents)
      json.put("dead", counts.deadEvents)
    }
    json.put("requests", counts.requests)
    json.put("retries", counts.retries)
    json.object("answers") { json in
      for (status, count) in counts.answers.sorted(by: { $0.key < $1.key }) {
        json.put(status == 0 ? "none" : String(status), count)
      }
    }
    json.list("given_up", counts.reasons) { json, reason in
      json.put("code", reason.code)
      json.put("count", reason.count)
      json.put("message", reason.message)
      json.object("first") { json in
        json.put("input", reason.input)
        if reason.line > 0 { json.put("line", reason.line) }
      }
    }
  }
}
