internal import Pipeline

/// What one of two compared mappings makes of the records, in numbers.
struct SideTally: Sendable {
  let subject: PreviewSubject
  private(set) var counts = BlockCounts()
  /// By code.
  private(set) var rejects: [String: Int] = [:]
  private(set) var sessions = 0
  private(set) var payloads = 0

  init(_ subject: PreviewSubject) { self.subject = subject }

  mutating func take(_ mapped: MappedBlock) {
    counts += mapped.counts
    note(mapped.rejects)
  }

  mutating func note(_ rejects: some Sequence<Reject>) {
    for reject in rejects { self.rejects[reject.code, default: 0] += 1 }
  }

  /// When all has left: only events that sessions took count.
  mutating func finish(_ verdicts: SessionVerdicts, _ tap: SessionTap) {
    for (rule, count) in verdicts.refusedByRule { counts.matched[rule] -= count }
    sessions = tap.sessions
    payloads = tap.payloads
  }

  var dropped: Int { counts.dropped.reduce(0, +) }
  /// Those that sessions took.
  var events: Int { counts.matched.reduce(0, +) }

  func dropped(_ reason: String) -> Int {
    guard let index = subject.drops.firstIndex(of: reason), index < counts.dropped.count else { return 0 }
    return counts.dropped[index]
  }

  func events(_ type: String) -> Int {
    zip(subject.rules, counts.matched).reduce(0) { $0 + ($1.0.type == type ? $1.1 : 0) }
  }
}
