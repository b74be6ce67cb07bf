internal import Pipeline

/// A comparison for programs: one JSON object, its keys in this order, `"v":1`.
public enum ComparisonJSON {
  /// The object, ended by a line end.
  public static func render(_ report: ComparisonReport, version: String) -> String {
    var json = JSONObjectWriter()
    json.put("v", 1)
    json.put("command", "preview --against")
    json.put("version", version)
    json.put("changed", report.isChanged)
    for (name, side) in [("old", report.old), ("new", report.new)] {
      json.object(name) { json in
        json.put("name", side.subject.name)
        json.put("file", side.subject.file)
        json.put("records", side.counts.records)
        json.put("dropped", side.dropped)
        json.put("unmatched", side.counts.unmatched)
        json.put("mapped", side.counts.mapped)
        json.put("events", side.events)
        json.put("sessions", side.sessions)
        json.put("payloads", side.payloads)
        json.object("rejected_by_code") { json in
          for (code, count) in side.rejects.sorted(by: { $0.key < $1.key }) { json.put(code, count) }
        }
        json.object("dropped_by_reason") { json in
          for reason in side.subject.drops { json.put(reason, side.dropped(reason)) }
        }
      }
    }
    json.put("same_events", report.events.same)
    json.list("types", report.types) { json, type in
      json.put("type", type.type)
      json.put("old", type.old)
      json.put("new", type.new)
      json.put("added", type.added)
      json.put("removed", type.removed)
      json.put("changed", type.changed)
    }
    json.list("retyped", report.retyped) { json, one in
      json.put("old", one.old)
      json.put("new", one.new)
      change(one.change, &json)
    }
    for (name, changes) in [("added", report.events.added), ("removed", report.events.removed)] {
      json.list(name, changes.sorted { $0.key < $1.key }) { json, one in
        json.put("type", one.key)
        change(one.value, &json)
      }
    }
    json.list("properties", report.properties) { json, one in
      json.put("type", one.key.type)
      json.put("path", one.key.path)
      json.put("what", one.key.kind.rawValue)
      change(one.change, &json)
    }
    for (name, one) in [
      ("ids", report.events.renamed), ("visitors", report.events.visitors), ("contexts", report.events.contexts),
      ("requests", report.events.requests),
    ] { json.object(name) { json in change(one, &json) } }
    json.object("sessions") { json in
      json.put("split", report.split)
      json.put("merged", report.merged)
      json.put("split_samples", report.splitSamples.map(\.id))
      json.put("merged_samples", report.mergedSamples.map(\.id))
    }
    return PreviewJSON.safe(json.finish())
  }

  private static func change(_ change: EventComparison.Change, _ json: inout JSONObjectWriter) {
    json.put("count", change.count)
    json.list("samples", change.samples) { json, sample in
      PreviewJSON.place(&json, sample.input, 0, sample.line)
      json.put("raw", String(decoding: sample.raw, as: UTF8.self))
      if let old = sample.old { json.put("old", old) }
      if let new = sample.new { json.put("new", new) }
    }
  }
}
