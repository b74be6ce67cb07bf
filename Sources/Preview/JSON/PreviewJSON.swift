internal import Pipeline

/// A preview for programs: one JSON object, its keys in this order, `"v":1`. Times are ISO 8601, durations milliseconds;
/// `rejected + dropped + unmatched + mapped` is `records`.
public enum PreviewJSON {
  /// The object, ended by a line end.
  public static func render(_ report: PreviewReport, version: String) -> String {
    var json = JSONObjectWriter()
    json.put("v", 1)
    json.put("command", "preview")
    json.put("version", version)
    json.object("mapping") { json in
      json.put("name", report.subject.name)
      json.put("file", report.subject.file)
    }
    inputs(report, &json)
    counts(report, &json)
    rejects(report, &json)
    json.object("dropped_by_reason") { json in for (reason, count) in report.dropped { json.put(reason, count) } }
    rules(report, &json)
    time(report, &json)
    sessions(report, &json)
    remarks(report, &json)
    json.object("import") { json in
      json.put("requests", report.estimate.requests)
      json.put("estimated_ms", Int(report.estimate.milliseconds))
      json.put("extrapolated", report.estimate.isExtrapolated)
      json.put("assumption", PreviewReport.Estimate.assumption)
    }
    json.list("shown", report.shown) { json, record in self.record(record, &json) }
    json.list("shown_payloads", report.payloads) { json, payload in
      if let session = payload.session { json.put("session", session) }
      json.put("profile", payload.profile)
      json.put("events", payload.events)
      json.put("bytes", payload.bytes)
      if let value = payload.value { json.put("payload", json: value.json) }
    }
    return PreviewJSON.safe(json.finish())
  }

  /// JSON escapes what a terminal might obey, and what turns the direction of text, only below U+0020; here all of it is.
  static func safe(_ json: String) -> String {
    guard json.unicodeScalars.contains(where: { $0.value >= 0x7F && DisplayText.isHidden($0) }) else { return json }
    var text = ""
    for scalar in json.unicodeScalars {
      guard scalar.value >= 0x7F, DisplayText.isHidden(scalar) else {
        text.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(Character(scalar)).utf16 {
        let digits = String(unit, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return text
  }

  private static func inputs(_ report: PreviewReport, _ json: inout JSONObjectWriter) {
    json.list("inputs", report.counts.inputs) { json, input in
      json.put("name", input.name)
      if let size = input.size { json.put("size", size) }
      json.put("bytes", input.bytes)
      json.put("records", input.records)
      json.put("rejected", input.rejected)
    }
    json.put("complete", !report.isCut)
    if let share = report.share { json.put("share", json: number(share)) }
  }

  private static func counts(_ report: PreviewReport, _ json: inout JSONObjectWriter) {
    let counts = report.counts
    json.put("records", counts.sum.records)
    json.put("rejected", counts.rejected)
    json.put("dropped", counts.dropped)
    json.put("unmatched", counts.sum.unmatched)
    json.put("mapped", counts.sum.mapped)
    json.put("events", counts.events)
  }

  private static func rejects(_ report: PreviewReport, _ json: inout JSONObjectWriter) {
    json.list("rejected_by_code", report.rejects) { json, group in
      json.put("code", group.code)
      json.put("class", group.stage.rawValue)
      json.put("count", group.count)
      json.list("first", group.first) { json, located in
        place(&json, located.input, located.record, located.line)
        if located.reject.column > 0 { json.put("column", located.reject.column) }
        json.put("message", located.reject.message)
      }
    }
  }

  /// What became events, by rule, by type, and by month and type.
  private static func rules(_ report: PreviewReport, _ json: inout JSONObjectWriter) {
    json.list("rules", report.rules) { json, rule in
      json.put("name", rule.name)
      json.put("type", rule.type)
      json.put("line", rule.span.line)
      json.put("events", rule.events)
    }
    json.object("types") { json in for (type, count) in report.types { json.put(type, count) } }
    json.list("months", report.series.months) { json, month in
      json.put("month", month.month)
      json.object("types") { json in
        for (type, count) in zip(report.types, report.byType(month.counts)) where count > 0 {
          json.put(type.type, count)
        }
      }
    }
  }

  /// What the mapping misses, and what is to be said of the whole.
  private static func remarks(_ report: PreviewReport, _ json: inout JSONObjectWriter) {
    json.list("unmatched_top", report.unmatched) { json, one in
      json.put("text", one.text)
      json.put("count", one.count)
    }
    json.put("empty_fields", report.emptyFields)
    json.put("never_matched", report.rulesWithoutEvents.map(\.name))
    json.list("remarks", report.remarks) { json, remark in
      json.put("loss", remark.isLoss)
      json.put("text", remark.text)
      if !remark.remedy.isEmpty { json.put("remedy", remark.remedy) }
    }
  }

  private static func time(_ report: PreviewReport, _ json: inout JSONObjectWriter) {
    guard let first = report.sessions.firstEvent, let last = report.sessions.lastEvent else { return }
    json.object("time") { json in
      json.put("from", TimestampWriter.text(first))
      json.put("to", TimestampWriter.text(last))
      let (span, bars) = report.series.stretches(most: 200)
      json.put("step", span.words)
      json.list("bars", bars) { json, bar in
        json.put("from", CalendarTime.range.contains(bar.start) ? TimestampWriter.text(bar.start) : "")
        json.put("events", bar.counts.reduce(0, +))
      }
    }
  }

  private static func sessions(_ report: PreviewReport, _ json: inout JSONObjectWriter) {
    let sessions = report.sessions
    json.object("sessions") { json in
      json.put("total", sessions.sessions)
      json.put("longest_ms", Int(sessions.longest))
      json.put("largest_events", report.lengths.largest)
      let sizes = ["1", "2", "3-5", "6-10", "11-20", "21-50", "51-"]
      json.object("by_events") { json in
        for (name, count) in zip(sizes, report.lengths.bySize) { json.put(name, count) }
      }
      let lengths = ["0", "-1m", "-5m", "-15m", "-30m", "-60m", "60m-"]
      json.object("by_length") { json in
        for (name, count) in zip(lengths, report.lengths.byLength) { json.put(name, count) }
      }
    }
    json.object("payloads") { json in
      json.put("total", sessions.payloads)
      json.put("further_parts", sessions.furtherParts)
      json.put("bytes", sessions.payloadBytes)
    }
    json.object("late") { json in
      json.put("total", sessions.late)
      json.put("attached", sessions.lateAttached)
      json.put("new", sessions.lateNew)
      json.put("rejected", sessions.lateRejected)
      json.put("largest_ms", Int(sessions.largestLateness))
      if let proposal = sessions.proposal { json.put("proposed_\(proposal.key)", proposal.value) }
    }
    json.put("outliers", sessions.outliers)
    json.put("duplicates", sessions.duplicates)
  }

  static func place(_ json: inout JSONObjectWriter, _ input: String, _ record: Int, _ line: Int) {
    json.put("input", input)
    if record > 0 { json.put("record", record) }
    if line > 0 { json.put("line", line) }
  }

  private static func record(_ record: ShownRecord, _ json: inout JSONObjectWriter) {
    place(&json, record.input, record.record, record.line)
    json.put("fate", record.fate)
    if record.isLate { json.put("late", true) }
    json.put("raw", String(decoding: record.raw, as: UTF8.self))
    json.put("length", record.length)
    json.list("fields", record.fields) { json, field in
      json.put("name", field.name)
      json.put("type", field.type)
      if let value = field.json { json.put("value", json: value) }
      if let range = field.range {
        json.put("from", range.lowerBound)
        json.put("to", range.upperBound)
      }
      json.put("used", field.isUsed)
    }
    if let reject = record.reject {
      json.object("reject") { json in
        json.put("code", reject.code)
        json.put("message", reject.message)
        if !reject.hint.isEmpty { json.put("hint", reject.hint) }
        if reject.column > 0 { json.put("column", reject.column) }
        if let rule = reject.rule { json.put("rule", rule) }
      }
    }
    // Records without a trace have the same keys.
    let trace = record.trace ?? RecordTrace()
    if case .dropped(let reason) = trace.fate { json.put("reason", reason) }
    json.list("let", trace.lets) { json, one in
      json.put("name", one.name)
      outcome(one.outcome, &json)
      json.put("asked", one.isAsked)
      json.put("line", one.span.line)
    }
    json.list("steps", trace.steps) { json, step in
      json.put("kind", step.kind.rawValue)
      json.put("name", step.name)
      json.put("line", step.span.line)
      json.put("verdict", word(step.verdict))
      json.list("terms", step.terms) { json, term in
        json.put("text", term.text)
        json.put("verdict", word(term.verdict))
        if let looked = term.looked { json.object("value") { json in outcome(looked, &json) } }
      }
    }
    json.list("events", trace.events) { json, event in
      json.put("rule", event.rule)
      json.put("visitor", event.visitor)
      json.put("event", json: event.json)
    }
  }

  private static func outcome(_ outcome: RecordTrace.Outcome, _ json: inout JSONObjectWriter) {
    switch outcome {
    case .value(let text):
      if JSONValue(text) != nil { json.put("value", json: text) } else { json.put("text", text) }
    case .missing: json.put("absent", true)
    case .failed(let message): json.put("error", message)
    }
  }

  private static func word(_ verdict: RecordTrace.Verdict) -> String {
    switch verdict {
    case .holds: "yes"
    case .fails: "no"
    case .failed: "error"
    }
  }

  /// A share with four places.
  private static func number(_ value: Double) -> String {
    let parts = Int((value * 10_000).rounded())
    let rest = String(parts % 10_000)
    return "\(parts / 10_000)." + String(repeating: "0", count: 4 - rest.count) + rest
  }
}
