import Delivery
import Pipeline
import State

/// What a state folder remembers, for programs.
enum StateJSON {
  static func render(_ view: StateView) -> String {
    var json = JSONObjectWriter()
    json.put("v", 1)
    json.put("folder", view.path)
    json.put("kind", view.kind)
    if !view.mapping.isEmpty { json.put("mapping", view.mapping) }
    json.put("complete", view.isComplete)
    if let lastRun = view.lastRun {
      json.object("last_run") { json in
        json.put("state", lastRun.word)
        if !view.isInUse, let status = view.ending.status { json.put("exit_status", Int(status.rawValue)) }
      }
    }
    json.put("open_sessions", view.openSessions)
    if let output = view.output {
      json.object("output") { json in
        json.put("name", output.name)
        json.put("number", output.position.number)
        json.put("payloads", output.position.count)
        json.put("bytes", output.position.length)
      }
    }
    if let target = view.target { json.put("to", target) }
    if let delivery = view.delivery {
      json.object("delivery") { json in
        json.put("acknowledged", delivery.acknowledged)
        json.put("acknowledged_events", delivery.acknowledgedEvents)
        json.put("dead", delivery.dead)
        json.put("dead_events", delivery.deadEvents)
        if let pending = view.pending { json.put("pending", pending) }
      }
    }
    json.list("inputs", view.inputs) { json, input in
      json.put("name", input.name)
      json.put("records", input.records)
      json.put("position", input.offset)
      json.put("finished", input.isFinished)
      json.put("read_at", TimestampWriter.text(input.readAt))
    }
    json.object("totals") { json in
      for (name, value) in view.totals.sorted(by: { $0.key < $1.key }) { json.put(name, value) }
    }
    return json.finish()
  }
}
