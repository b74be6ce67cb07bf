public import Pipeline

/// What the sessions of a preview came to; times are milliseconds.
public struct PreviewSessions: Sendable {
  public var sessions = 0
  public var longest: Int64 = 0
  public var payloads = 0
  public var furtherParts = 0
  public var payloadBytes = 0
  /// Repetitions of byte-identical records.
  public var duplicates = 0
  public var lateAttached = 0
  public var lateNew = 0
  public var lateRejected = 0
  public var largestLateness: Int64 = 0
  public var outliers = 0
  public var firstEvent: Int64?
  public var lastEvent: Int64?

  private let settings: SessionSettings

  /// - Parameter settings: those of the run.
  public init(_ settings: SessionSettings) { self.settings = settings }

  var late: Int { lateAttached + lateNew + lateRejected }
  /// What of the mapping's `session` would keep records from being late; nil if none was.
  var proposal: SessionSettings.Proposal? { late > 0 ? settings.proposal(forLateness: largestLateness) : nil }
}

/// Everything that a preview says in the end.
public struct PreviewReport: Sendable {
  struct Rule: Sendable {
    var name: String
    var type: String
    var span: SourceSpan
    var events: Int
  }

  /// How long sending all of it would take.
  struct Estimate: Sendable {
    var requests: Int
    var milliseconds: Int64
    /// Whether only a part was read, and the rest is assumed to be like it.
    var isExtrapolated: Bool

    // A Tracardi of two processors takes about so long; requests of different profiles go at once.
    static let perRequest = 200
    static let perEvent = 3
    static let atOnce = 4
    static let assumption = "4 requests at a time, 0.2 s for each and 3 ms for each event: a Tracardi on two processors"
  }

  /// Something that the receiver would refuse or lose, or that the mapping may not mean.
  struct Remark: Sendable {
    /// Whether the receiver is at stake.
    var isLoss: Bool
    var text: String
    var remedy: String
  }

  let subject: PreviewSubject
  let counts: RunCounts
  let sessions: PreviewSessions
  let lengths: SessionLengths
  let rules: [Rule]
  /// Of events that their sessions take.
  let series: TimeSeries
  let unmatched: [(text: String, count: Int)]
  let isUnmatchedApproximate: Bool
  /// Fields that the mapping names and no record has.
  let emptyFields: [String]
  let remarks: [Remark]
  let estimate: Estimate
  let rejects: [RejectGroup]
  let visitors: [SampleVisitor]
  let payloads: [ShownPayload]
  let shown: [ShownRecord]
  /// Share of the inputs that was read, nil if unknown; 1 is everything.
  let share: Double?
  /// Whether reading ended before the inputs did.
  let isCut: Bool

  /// - Parameters:
  ///   - stage: of a run that is over.
  ///   - limit: records read of each input at most.
  ///   - overrun: where a run would have stopped that nobody allowed more rejects.
  public init(
    _ subject: PreviewSubject, counts: RunCounts, sessions: PreviewSessions, stage: PreviewStage, board: TallyBoard,
    payloads: PayloadTally, warnings: [Diagnostic], limit: Int?, overrun: Overrun?
  ) {
    self.subject = subject
    self.counts = counts
    self.sessions = sessions
    let tally = board.sum
    let matched = counts.sum.matched
    rules = subject.rules.enumerated().map { index, rule in
      Rule(name: rule.name, type: rule.type, span: rule.span, events: index < matched.count ? matched[index] : 0)
    }
    var series = tally.series
    series.remove(stage.refused)
    self.series = series
    unmatched = tally.unmatched.top(10)
    isUnmatchedApproximate = tally.unmatched.isApproximate
    let hasRecords = counts.sum.records > counts.rejected
    emptyFields = hasRecords ? tally.empty.map { subject.columns[$0] }.filter(subject.usedFields.contains) : []
    lengths = payloads.sessions
    rejects = stage.rejects
    visitors = payloads.visitors
    let shown = stage.shown()
    let ids = Set(shown.flatMap { $0.trace?.events.map(\.id) ?? [] })
    // Those of records that were candidates only are of no interest any more.
    self.payloads = payloads.shown.filter { $0.list.contains { ids.contains($0.id) } }
    self.shown = shown
    isCut = limit.map { limit in counts.inputs.contains { $0.records >= limit } } ?? false
    share = PreviewReport.share(counts, isCut: isCut)
    estimate = PreviewReport.estimate(sessions, counts, share)
    remarks = PreviewReport.remarks(
      counts, sessions, payloads, cut: zip(subject.rules.map(\.name), tally.cut).filter { $0.1 > 0 },
      ids: zip(subject.rules.map(\.name), stage.ids.findings).filter { $0.1.repeated > 0 }, warnings, overrun)
  }

  /// Records dropped by reason.
  var dropped: [(reason: String, count: Int)] {
    zip(subject.drops, counts.sum.dropped + repeatElement(0, count: subject.drops.count)).map { ($0, $1) }
  }

  /// Events by type; rules of one type are one.
  var types: [(type: String, count: Int)] {
    var types: [(type: String, count: Int)] = []
    for rule in rules {
      if let index = types.firstIndex(where: { $0.type == rule.type }) {
        types[index].count += rule.events
      } else {
        types.append((rule.type, rule.events))
      }
    }
    return types
  }

  /// Places in `types`, those with most events first.
  var typesByFrequency: [Int] {
    let types = types
    return types.indices.sorted { (types[$1].count, $0) < (types[$0].count, $1) }
  }

  /// Counts by rule as counts by type.
  func byType(_ counts: [Int]) -> [Int] {
    types.map { type in rules.indices.reduce(0) { $0 + (rules[$1].type == type.type ? counts[$1] : 0) } }
  }

  /// Rules that no record matched, and those whose records were all rejected.
  var rulesWithoutEvents: [Rule] { rules.filter { $0.events == 0 } }

  private static func share(_ counts: RunCounts, isCut: Bool) -> Double? {
    guard isCut else { return 1 }
    var read = 0
    var size = 0
    for input in counts.inputs {
      guard let stored = input.size else { return nil }
      size += stored
      // Of what is not compressed we know to the byte how far it was read.
      read += min(stored, input.consumed >= input.bytes ? input.bytes : input.consumed)
    }
    return size > 0 ? min(1, Double(read) / Double(size)) : nil
  }

  private static func estimate(_ sessions: PreviewSessions, _ counts: RunCounts, _ share: Double?) -> Estimate {
    let factor = share.map { $0 > 0 ? 1 / $0 : 1 } ?? 1
    let requests = Double(sessions.payloads) * factor
    let events = Double(counts.events) * factor
    let time = requests * Double(Estimate.perRequest) + events * Double(Estimate.perEvent)
    return Estimate(
      requests: Int(requests.rounded()), milliseconds: Int64(min(time / Double(Estimate.atOnce), 1e15)),
      isExtrapolated: factor > 1)
  }

  private static func remarks(
    _ counts: RunCounts, _ sessions: PreviewSessions, _ payloads: PayloadTally, cut: [(String, Int)],
    ids: [(String, NaturalIDs.Finding)], _ warnings: [Diagnostic], _ overrun: Overrun?
  ) -> [Remark] {
    var remarks: [Remark] = []
    if let overrun {
      let first = overrun.first
      let percent = min(100, Int(overrun.share * 100) + 1)
      remarks.append(
        Remark(
          isLoss: true,
          text: "a run would stop: \(DisplayNumber.grouped(first.rejected)) of the first "
            + "\(DisplayNumber.plural(first.records, "record")) are rejected, more than it bears",
          remedy: "look at them with --only rejected; what is to go on nevertheless needs --max-rejects \(percent)%"))
    }
    let programs = payloads.programs
    if programs.payloads > 0 {
      let agents = programs.top.prefix(3).map { "\($0.text.prefix(60)) (\(DisplayNumber.grouped($0.count)))" }
      remarks.append(
        Remark(
          isLoss: true,
          text: "Tracardi would refuse \(DisplayNumber.plural(programs.payloads, "payload")) with "
            + "\(DisplayNumber.plural(programs.events, "event")): their user agents are of programs, most of all "
            + agents.joined(separator: ", "),
          remedy: "drop them: { reason: bot, if: '=is_bot(agent.or(\"\"))' }"))
    }
    for (rule, count) in cut {
      remarks.append(
        Remark(
          isLoss: true,
          text: "\(DisplayNumber.plural(count, "event")) of '\(rule)' "
            + "\(count == 1 ? "has" : "have") a text over 32,000 bytes, which is cut there: Tracardi indexes no more",
          remedy: #"emit less of it: .extract("(?s)^.{0,1000}")"#))
    }
    if payloads.longProfileIDs > 0 {
      let count = payloads.longProfileIDs
      remarks.append(
        Remark(
          isLoss: true,
          text:
            "\(DisplayNumber.plural(count, "payload")) \(count == 1 ? "has" : "have") a profile id over 64 characters: "
            + "Tracardi does not find such a profile by its id",
          remedy: "write a shorter one, such as hash(…)"))
    }
    remarks += ids.map { remark($0, $1) }
    if counts.sum.replaced > 0 {
      remarks.append(
        Remark(
          isLoss: false,
          text:
            "\(DisplayNumber.plural(counts.sum.replaced, "place")) \(counts.sum.replaced == 1 ? "was" : "were") not "
            + "UTF-8 and would be replaced by U+FFFD",
          remedy: "write the input's `encoding`, such as windows-1252, if its letters are those of a code page"))
    }
    if let proposal = sessions.proposal {
      remarks.append(
        Remark(
          isLoss: false,
          text: "\(DisplayNumber.plural(sessions.late, "record")) came later than `disorder` allows, up to "
            + DisplayNumber.duration(milliseconds: sessions.largestLateness),
          remedy: "session.\(proposal.key): \(proposal.value) \(proposal.effect)"))
    }
    for warning in warnings {
      let place = warning.span.map { " (\(warning.file ?? ""):\($0.line):\($0.column))" } ?? ""
      // Its name stands for it, and ids are made of that.
      let effect = warning.code == "M202" ? ": the ids shown are not those of a run" : ""
      remarks.append(
        Remark(
          isLoss: ["M208", "M209"].contains(warning.code), text: "\(warning.code) \(warning.message)\(place)\(effect)",
          remedy: warning.remedy))
    }
    return remarks
  }

  private static func remark(_ rule: String, _ finding: NaturalIDs.Finding) -> Remark {
    func name(_ place: NaturalIDs.Place) -> String { "\(place.input):\(place.line)" }
    let isLoss = finding.contradicted > 0
    let count = isLoss ? finding.contradicted : finding.repeated
    let events = "\(DisplayNumber.plural(count, "event")) of '\(rule)' \(count == 1 ? "has" : "have")"
    let first = finding.first.map { " (first \(name($0.place)), the id of \(name($0.before)))" } ?? ""
    return Remark(
      isLoss: isLoss,
      text: "\(events) the `id` of an event before\(first) and "
        + (isLoss
          ? "\(count == 1 ? "says" : "say") something else: Tracardi would keep one event of each id"
          : "\(count == 1 ? "is" : "are") the same as that one: Tracardi would keep it once"),
      remedy: isLoss ? "add to `id` what tells them apart, such as the number of a line; or leave `id` out" : "")
  }
}
