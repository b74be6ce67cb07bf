import Mapping
import Pipeline
import Sessions

/// Everything that a summary says, as text or as JSON.
struct RunReport {
  let command: String
  var startedAt: Int64
  var elapsedNanoseconds: UInt64 = 0
  var mappingFile: String
  var mappingName: String?
  var mappingHash: String?
  var drops: [String] = []
  var rules: [Rule] = []
  var settings: SessionSettings?
  var counts = RunCounts()
  var sessions = SessionCounts()
  var status = ExitStatus.done
  /// Why it ended like that, where the counts do not say it.
  var message: String?
  /// Whether the payloads stand where they were asked for.
  var isOutputComplete = false
  /// Of a run that continues others.
  var state: StateReport?
  /// Of a run that delivers.
  var delivery: DeliveryReport?

  init(startedAt: Int64, mappingFile: String, command: String) {
    self.startedAt = startedAt
    self.mappingFile = mappingFile
    self.command = command
  }

  /// Those that the run named.
  var inputs: [RunCounts.Input] {
    counts.inputs.enumerated().filter { index, _ in state?.absentInputs.contains(index) != true }.map(\.element)
  }

  var recordsPerSecond: Int {
    elapsedNanoseconds == 0 ? 0 : Int(Double(counts.sum.records) * 1e9 / Double(elapsedNanoseconds))
  }

  /// Records dropped by reason; reasons that several entries share are one.
  var droppedByReason: [(reason: String, count: Int)] { RunReport.sum(drops, counts.sum.dropped) }

  var eventsByRule: [(rule: String, type: String, count: Int)] {
    rules.enumerated().map { index, rule in
      (rule.name, rule.type, index < counts.sum.matched.count ? counts.sum.matched[index] : 0)
    }
  }

  var eventsByType: [(type: String, count: Int)] {
    RunReport.sum(rules.map(\.type), counts.sum.matched).map { (type: $0.reason, count: $0.count) }
  }

  /// Events that left, by month and type.
  var eventsByMonth: [(month: String, types: [(type: String, count: Int)])] {
    sessions.emitted.months.map { month in
      (month.name, RunReport.sum(rules.map(\.type), month.byRule).map { (type: $0.reason, count: $0.count) })
    }
  }

  /// Whether nothing got lost between the stages.
  var isBalanced: Bool {
    counts.isBalanced
      && counts.events + sessions.eventsResumed == sessions.events + counts.sessionRejects + sessions.eventsWaiting
  }

  /// What of `session` would keep records from being late; nil if none was.
  var proposal: SessionSettings.Proposal? {
    sessions.late > 0 ? settings?.proposal(forLateness: sessions.largestLateness) : nil
  }

  private static func sum(_ names: [String], _ counts: [Int]) -> [(reason: String, count: Int)] {
    var result: [(reason: String, count: Int)] = []
    for (index, name) in names.enumerated() {
      let count = index < counts.count ? counts[index] : 0
      if let at = result.firstIndex(where: { $0.reason == name }) {
        result[at].count += count
      } else {
        result.append((name, count))
      }
    }
    return result
  }
}
