import Pipeline
import Sessions
import State

/// Sums over all runs with one state, so that they can be compared with what a receiver has.
struct RunTotals {
  private let before: [String: Int]

  init(before: [String: Int]) { self.before = before }

  /// Whether any record was none that is rejected.
  var haveValid: Bool { before["records", default: 0] > before["rejected", default: 0] }

  /// - Parameter report: of the run, with its counts so far.
  func save(_ report: RunReport, to store: any CommitStore) throws {
    for (name, value) in RunTotals.values(report.counts, report.sessions) {
      try store.setTotal(name, before[name, default: 0] + value)
    }
    for (month, types) in report.eventsByMonth {
      for (type, count) in types where count > 0 {
        let name = "\(month) \(type)"
        try store.setTotal(name, before[name, default: 0] + count)
      }
    }
  }

  private static func values(_ counts: RunCounts, _ sessions: SessionCounts) -> [(String, Int)] {
    [
      ("records", counts.sum.records), ("rejected", counts.rejected), ("dropped", counts.dropped),
      ("unmatched", counts.sum.unmatched), ("mapped", counts.sum.mapped), ("events", counts.events),
      ("events_rejected", counts.sessionRejects), ("events_emitted", sessions.eventsEmitted), ("late", sessions.late),
      ("sessions", sessions.sessionsEmitted), ("sessions_outside", sessions.sessionsOutside),
      ("payloads", sessions.payloads), ("payload_bytes", sessions.payloadBytes),
    ]
  }
}
