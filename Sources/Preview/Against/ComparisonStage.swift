public import Pipeline

/// Stands before the sessions of the new mapping, and runs the old one beside it over the same records: over the same
/// blocks, or where the two read differently, over the same inputs once more.
public final class ComparisonStage: EventConsumer {
  private let old: ComparisonSide
  private let new: ComparisonSide
  private let inputs: [String]
  private let oldSessions: any EventConsumer
  private let newSessions: any EventConsumer
  private let pairs: SessionPairs
  private let reserve: BlockReserve
  private let parser: any RecordParser
  private let mapper: any EventMapper
  private let batch: RecordBatch
  /// Nil where both read alike.
  private let second: SecondReading?
  private var events: EventComparison
  private var oldTally: SideTally
  private var newTally: SideTally
  private var places = BlockPlaces()
  /// Records whose events some session still holds: compared as soon as it is known whether it takes them.
  private var undecided: [KeptRecord] = []

  /// - Parameters:
  ///   - inputs: in the rank order of the new mapping's feed.
  ///   - feed: of the old mapping, where it reads differently; nil if it takes the new one's blocks.
  ///   - reserve: what the old mapping's sessions give their blocks back to.
  public init(
    old: ComparisonSide, new: ComparisonSide, inputs: [String], feed: (any BlockFeed)?, oldSessions: any EventConsumer,
    newSessions: any EventConsumer, pairs: SessionPairs, reserve: BlockReserve
  ) {
    self.old = old
    self.new = new
    self.inputs = inputs
    self.oldSessions = oldSessions
    self.newSessions = newSessions
    self.pairs = pairs
    self.reserve = reserve
    parser = old.subject.reader.makeParser(fields: old.subject.columns)
    mapper = old.makeMapper()
    batch = RecordBatch(stride: old.subject.columns.count)
    second = feed.map { SecondReading($0) }
    events = EventComparison(old: old.subject, new: new.subject)
    oldTally = SideTally(old.subject)
    newTally = SideTally(new.subject)
  }

  public func cancel() {
    oldSessions.cancel()
    newSessions.cancel()
  }

  public var isSatisfied: Bool { false }

  public func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    newTally.take(mapped)
    let place = places.pass(block, mapped.counts)
    let before = rejects.count
    if let second {
      try compareSecond(mapped, block, place, second, &rejects)
    } else {
      try compareTwin(mapped, block, place, &rejects)
    }
    newTally.note(rejects[before...])
  }

  public func finish(rejects: inout [LocatedReject]) throws {
    if let second { try readOld(second) { false } }
    var late: [LocatedReject] = []
    try oldSessions.finish(rejects: &late)
    oldTally.note(late.lazy.map(\.reject))
    let before = rejects.count
    try newSessions.finish(rejects: &rejects)
    newTally.note(rejects[before...].lazy.map(\.reject))
    for record in undecided { compare(record) }
    undecided = []
    if let second { for input in inputs { compareRest(second.takeAll(input), input) } }
  }

  /// What came of it, when the run is over.
  public func report(old oldTap: SessionTap, new newTap: SessionTap) -> ComparisonReport {
    oldTally.finish(old.verdicts, oldTap)
    newTally.finish(new.verdicts, newTap)
    return ComparisonReport(
      old: oldTally, new: newTally, events: events, split: pairs.split, merged: pairs.merged,
      splitSamples: pairs.samples[0],
      mergedSamples: pairs.samples[1], isOneReading: second == nil)
  }

  // MARK: One reading

  /// The old mapping over a block.
  private func map(_ block: Block) -> MappedBlock {
    let mapped = reserve.take()
    if block.count > 0 {
      parser.forEachBatch(of: block, into: batch, mapped) {
        if batch.count > 0 { mapper.map(batch, into: mapped) }
        return true
      }
    }
    oldTally.take(mapped)
    return mapped
  }

  private func consumeOld(_ mapped: MappedBlock, _ block: Block) throws {
    var rejects: [Reject] = []
    try oldSessions.consume(mapped, of: block, rejects: &rejects)
    oldTally.note(rejects)
  }

  private func compareTwin(
    _ mapped: MappedBlock, _ block: Block, _ place: BlockPlaces.Place, _ rejects: inout [Reject]
  ) throws {
    let twin = map(block)
    let olds = side(twin, block, place)
    let news = side(mapped, block, place)
    let pairs = pairs
    // Before they leave in sessions.
    ComparisonStage.groups(olds, news, by: \.record) { olds, news in
      events.match(olds, news) { pairs.expect(old: $0, new: $1) }
    }
    try consumeOld(twin, block)
    try newSessions.consume(mapped, of: block, rejects: &rejects)
    // The blocks are as they were until the next one comes, whoever has let go of them.
    let held = Set(old.verdicts.held(block.input) + new.verdicts.held(block.input))
    let decided = undecided.filter { $0.input == block.input && !held.contains($0.record) }
    undecided.removeAll { $0.input == block.input && !held.contains($0.record) }
    for record in decided { compare(record) }
    ComparisonStage.groups(olds, news, by: \.record) { olds, news in
      guard let record = (olds.first ?? news.first)?.record else { return }
      let number = record - place.records
      let oldFate = { ComparisonStage.fate(number, twin, self.old.subject) }
      let newFate = { ComparisonStage.fate(number, mapped, self.new.subject) }
      if held.contains(record) {
        undecided.append(
          KeptRecord(
            input: block.input, record: record, olds: olds.map { KeptEvent($0) }, news: news.map { KeptEvent($0) },
            oldFate: oldFate(), newFate: newFate()))
      } else {
        compare(olds, news, inputs[block.input], oldFate, newFate)
      }
    }
  }

  /// The events of one record, but for those that sessions refused.
  private func compare(
    _ olds: ArraySlice<SideEvent>, _ news: ArraySlice<SideEvent>, _ input: String, _ oldFate: () -> String,
    _ newFate: () -> String
  ) {
    let takenOlds = old.verdicts.taken(olds)
    let takenNews = new.verdicts.taken(news)
    events.compare(
      takenOlds, takenNews,
      sample: {
        let event = olds.first ?? news.first
        return EventComparison.Sample(
          input: input, line: event?.line ?? 0, raw: event.map { Array($0.raw) } ?? [], old: nil, new: nil)
      },
      oldFate: { takenOlds.count < olds.count ? ComparisonStage.refused : oldFate() },
      newFate: { takenNews.count < news.count ? ComparisonStage.refused : newFate() })
  }

  private func compare(_ record: KeptRecord) {
    KeptEvent.withEvents(record.olds[...]) { olds in
      KeptEvent.withEvents(record.news[...]) { news in
        compare(olds[...], news[...], inputs[record.input], { record.oldFate }, { record.newFate })
      }
    }
  }

  private static let refused = "rejected by its session"

  /// Calls `each` with the events of both sides that belong to one record or place, in its order.
  private static func groups(
    _ olds: [SideEvent], _ news: [SideEvent], by place: (SideEvent) -> Int,
    _ each: (ArraySlice<SideEvent>, ArraySlice<SideEvent>) -> Void
  ) {
    var (i, j) = (0, 0)
    while i < olds.count || j < news.count {
      let at = min(i < olds.count ? place(olds[i]) : Int.max, j < news.count ? place(news[j]) : Int.max)
      let (from, start) = (i, j)
      while i < olds.count, place(olds[i]) == at { i += 1 }
      while j < news.count, place(news[j]) == at { j += 1 }
      each(olds[from..<i], news[start..<j])
    }
  }

  private func side(_ mapped: MappedBlock, _ block: Block, _ place: BlockPlaces.Place) -> [SideEvent] {
    (0..<mapped.count).map {
      SideEvent(mapped.events[$0], mapped, block, place)
    }
  }

  /// Why a side has no event of a record.
  private static func fate(_ number: Int, _ mapped: MappedBlock, _ subject: PreviewSubject) -> String {
    if let reject = mapped.rejects.first(where: { $0.number == number }) { return "rejected: \(reject.code)" }
    guard let fates = mapped.fates else { return "no event" }
    if let dropped = fates.dropped.first(where: { Int($0.number) == number }) {
      let entry = Int(dropped.entry)
      return "dropped: " + (entry < subject.dropEntries.count ? subject.dropEntries[entry] : "no-visitor")
    }
    return fates.unmatched.contains { Int($0) == number } ? "unmatched" : "no event"
  }

  // MARK: Two readings

  private func compareSecond(
    _ mapped: MappedBlock, _ block: Block, _ place: BlockPlaces.Place, _ second: SecondReading,
    _ rejects: inout [Reject]
  ) throws {
    let name = inputs[block.input]
    let end = block.isLast ? Int.max : block.position(of: block.count)
    try readOld(second) { second.isRead(name, upTo: end) }
    let news = side(mapped, block, place)
    let pairs = pairs
    let kept = second.take(name, before: end)
    try KeptEvent.withEvents(kept[...]) { olds in
      ComparisonStage.groups(olds, news, by: \.position) { olds, news in
        events.match(olds, news) { pairs.expect(old: $0, new: $1) }
      }
      try newSessions.consume(mapped, of: block, rejects: &rejects)
      ComparisonStage.groups(olds, news, by: \.position) { compare($0, $1, name, { "no event" }, { "no event" }) }
    }
  }

  /// Old events behind all of the new mapping's blocks.
  private func compareRest(_ kept: [KeptEvent], _ input: String) {
    for one in kept {
      KeptEvent.withEvents([one][...]) { compare($0[...], [], input, { "no event" }, { "no event" }) }
    }
  }

  /// Reads on with the old mapping until it has come far enough.
  private func readOld(_ second: SecondReading, until isEnough: () -> Bool) throws {
    while !isEnough(), try second.next() {
      let block = second.block
      let mapped = map(block)
      second.keep(mapped)
      try consumeOld(mapped, block)
    }
  }
}
