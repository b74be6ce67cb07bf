import Pipeline
import Sessions

/// The summary for programs: one JSON object, its keys in this order, `"v":1`. Times of events are ISO 8601, durations
/// milliseconds. `rejected.records + dropped.total + unmatched + mapped` is `records`.
enum SummaryJSON {
  static func render(_ report: RunReport) -> String {
    var json = JSONObjectWriter()
    json.put(command: report.command, report.status, report.message)
    json.put("output_complete", report.isOutputComplete)
    json.object("mapping") { json in
      json.put("file", report.mappingFile)
      if let name = report.mappingName { json.put("name", name) }
      if let hash = report.mappingHash { json.put("sha256", hash) }
    }
    json.put("started_at", TimestampWriter.text(report.startedAt))
    json.put("elapsed_ms", Int(report.elapsedNanoseconds / 1_000_000))
    json.put("records_per_second", report.recordsPerSecond)
    putRead(report, to: &json)
    putFates(report, to: &json)
    putEvents(report, to: &json)
    putSessions(report, to: &json)
    if let state = report.state { put(state, to: &json) }
    if let delivery = report.delivery {
      json.object("delivery") { json in
        json.put("to", delivery.host)
        json.put("mode", delivery.mode)
        json.put("dead_letters", delivery.deadLetters)
        DeliverySummaryJSON.put(delivery.counts, pending: delivery.pending, unread: delivery.unread, to: &json)
      }
    }
    return json.finish()
  }

  /// What was read: each input, and all of them.
  private static func putRead(_ report: RunReport, to json: inout JSONObjectWriter) {
    let counts = report.counts
    json.list("inputs", report.inputs) { json, input in
      json.put("name", input.name)
      if let size = input.size { json.put("size", size) }
      json.put("bytes", input.bytes)
      json.put("lines", input.lines)
      json.put("records", input.records)
      json.put("rejected", input.rejected)
      json.put("damaged", input.isDamaged)
    }
    json.put("bytes", counts.bytes)
    json.put("lines", counts.sum.lines)
    json.put("comments", counts.sum.comments)
    json.put("blanks", counts.sum.blanks)
    json.put("replaced", counts.sum.replaced)
    json.put("records", counts.sum.records)
  }

  /// What became of the records.
  private static func putFates(_ report: RunReport, to json: inout JSONObjectWriter) {
    let counts = report.counts
    json.object("rejected") { json in
      json.put("records", counts.rejected)
      json.put("events", counts.sessionRejects)
      json.list("by_code", counts.rejects) { json, tally in
        json.put("code", tally.code)
        json.put("class", tally.stage.rawValue)
        json.put("count", tally.count)
        json.put("message", tally.message)
        json.object("first") { json in
          json.put("input", tally.input)
          if tally.line > 0 { json.put("line", tally.line) }
          if tally.record > 0 { json.put("record", tally.record) }
        }
      }
    }
    json.object("dropped") { json in
      json.put("total", counts.dropped)
      json.object("by_reason") { json in
        for (reason, count) in report.droppedByReason { json.put(reason, count) }
      }
    }
    json.put("unmatched", counts.sum.unmatched)
    json.put("mapped", counts.sum.mapped)
  }

  private static func putEvents(_ report: RunReport, to json: inout JSONObjectWriter) {
    let sessions = report.sessions
    json.object("events") { json in
      json.put("total", report.counts.events)
      json.put("emitted", sessions.eventsEmitted)
      json.put("duplicates", sessions.duplicates)
      json.object("by_rule") { json in for (rule, _, count) in report.eventsByRule { json.put(rule, count) } }
      json.object("by_type") { json in for (type, count) in report.eventsByType { json.put(type, count) } }
      json.object("emitted_by_month") { json in
        for (month, types) in report.eventsByMonth {
          json.object(month) { json in for (type, count) in types where count > 0 { json.put(type, count) } }
        }
      }
    }
  }

  private static func putSessions(_ report: RunReport, to json: inout JSONObjectWriter) {
    let sessions = report.sessions
    json.object("sessions") { json in
      json.put("opened", sessions.sessionsOpened)
      json.put("closed", sessions.sessionsClosed)
      json.put("emitted", sessions.sessionsEmitted)
      json.put("outside", sessions.sessionsOutside)
      json.put("peak_open", sessions.peakOpenSessions)
      json.put("longest_ms", Int(sessions.longestSession))
      json.put("spilled_bytes", sessions.spilledBytes)
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
      if let proposal = report.proposal { json.put("proposed_\(proposal.key)", proposal.value) }
    }
    json.put("outliers", sessions.outliers)
    if let first = sessions.firstEvent, let last = sessions.lastEvent {
      json.object("time_range") { json in
        json.put("from", TimestampWriter.text(first))
        json.put("to", TimestampWriter.text(last))
      }
    }
  }

  private static func put(_ state: StateReport, to json: inout JSONObjectWriter) {
    json.object("state") { json in
      json.put("folder", state.folder)
      json.put("commits", state.commits)
      json.put("open_sessions", state.openSessions)
      json.put("waiting_events", state.waitingEvents)
      json.object("inputs_by") { json in
        json.put("new", state.newInputs)
        json.put("continued", state.continuedInputs)
        json.put("resting", state.restingInputs)
      }
      json.list("positions", state.inputs) { json, input in
        json.put("name", input.name)
        json.put("position", input.offset)
        json.put("records", input.records)
        json.put("finished", input.isFinished)
      }
      json.object("output") { json in
        json.put("name", state.outputName)
        json.put("number", state.output.number)
        json.put("bytes", state.output.length)
        json.put("payloads", state.output.count)
      }
      json.object("totals") { json in
        for (name, value) in state.totals.sorted(by: { $0.key < $1.key }) { json.put(name, value) }
      }
    }
  }
}

extension JSONObjectWriter {
  /// How the summary of any command begins.
  mutating func put(command: String, _ status: ExitStatus, _ message: String?) {
    put("v", 1)
    put("command", command)
    put("version", Trackfill.version)
    put("exit", Int(status.rawValue))
    put("status", status.word)
    if let message { put("message", message) }
  }
}
