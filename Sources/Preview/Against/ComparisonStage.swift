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
  private var oldCounts = BlockCounts()
  private var newCounts = BlockCounts()
  private var oldRejects: [String: Int] = [:]
  private var newRejects: [String: Int] = [:]
  private var lines: [Int]
  private static let rawBytes = 400

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
    lines = Array(repeating: 0, count: inputs.count)
  }

  public func cancel() {
    oldSessions.cancel()
    newSessions.cancel()
  }

  public var isSatisfied: Bool { false }

  public func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    newCounts += mapped.counts
    for reject in mapped.rejects { newRejects[reject.code, default: 0] += 1 }
    let line = lines[block.input] + block.skippedLines
    lines[block.input] = line + mapped.counts.lines
    if let second {
      try compareSecond(mapped, block, line, second)
    } else {
      let twin = map(block)
      compare(twin, mapped, block, line)
      try consumeOld(twin, block)
    }
    let before = rejects.count
    try newSessions.consume(mapped, of: block, rejects: &rejects)
    for reject in rejects[before...] { newRejects[reject.code, default: 0] += 1 }
  }

  public func finish(rejects: inout [LocatedReject]) throws {
    if let second {
      try readOld(second) { false }
      for input in inputs { compareRest(second.takeAll(input), input) }
    }
    var late: [LocatedReject] = []
    try oldSessions.finish(rejects: &late)
    for located in late { oldRejects[located.reject.code, default: 0] += 1 }
    let before = rejects.count
    try newSessions.finish(rejects: &rejects)
    for located in rejects[before...] { newRejects[located.reject.code, default: 0] += 1 }
  }

  /// What came of it, when the run is over.
  public func report(old oldTap: SessionTap, new newTap: SessionTap) -> ComparisonReport {
    ComparisonReport(
      old: .init(old.subject, oldCounts, oldRejects, sessions: oldTap.sessions, payloads: oldTap.payloads),
      new: .init(new.subject, newCounts, newRejects, sessions: newTap.sessions, payloads: newTap.payloads),
      events: events, split: pairs.split, merged: pairs.merged, splitSamples: pairs.samples[0],
      mergedSamples: pairs.samples[1], isOneReading: second == nil)
  }

  // MARK: One reading

  /// The old mapping over a block.
  private func map(_ block: Block) -> MappedBlock {
    let mapped = reserve.take()
    var cursor = 0
    var isMore = block.count > 0
    while isMore {
      batch.reset()
      isMore = parser.parse(block, from: &cursor, into: batch, result: mapped)
      if batch.count > 0 { mapper.map(batch, into: mapped) }
    }
    oldCounts += mapped.counts
    for reject in mapped.rejects { oldRejects[reject.code, default: 0] += 1 }
    return mapped
  }

  private func consumeOld(_ mapped: MappedBlock, _ block: Block) throws {
    var rejects: [Reject] = []
    try oldSessions.consume(mapped, of: block, rejects: &rejects)
    for reject in rejects { oldRejects[reject.code, default: 0] += 1 }
  }

  private func compare(_ twin: MappedBlock, _ mapped: MappedBlock, _ block: Block, _ line: Int) {
    let olds = side(twin, block, line)
    let news = side(mapped, block, line)
    var (i, j) = (0, 0)
    while i < olds.count || j < news.count {
      let number = min(i < olds.count ? olds[i].number : Int.max, j < news.count ? news[j].number : Int.max)
      let (from, start) = (i, j)
      while i < olds.count, olds[i].number == number { i += 1 }
      while j < news.count, news[j].number == number { j += 1 }
      let (oldEvents, newEvents) = (olds[from..<i], news[start..<j])
      let pairs = pairs
      events.compare(
        oldEvents, newEvents,
        sample: {
          let event = oldEvents.first ?? newEvents.first
          return sample(block.input, event, raw(block, twin, mapped, from: from, start: start, oldEvents.isEmpty))
        },
        oldFate: { ComparisonStage.fate(number, twin, old.subject) },
        newFate: { ComparisonStage.fate(number, mapped, new.subject) },
        matched: { pairs.expect(old: $0, new: $1) })
    }
  }

  private func raw(
    _ block: Block, _ twin: MappedBlock, _ mapped: MappedBlock, from: Int, start: Int, _ isNew: Bool
  ) -> [UInt8] {
    let event = isNew ? mapped.events[start] : twin.events[from]
    let offset = min(Int(event.recordOffset), block.count)
    let length = min(Int(event.recordLength), block.count - offset, ComparisonStage.rawBytes)
    return Array(UnsafeBufferPointer(start: block.start + offset, count: length))
  }

  private func sample(_ input: Int, _ event: SideEvent?, _ raw: [UInt8]) -> EventComparison.Sample {
    EventComparison.Sample(input: inputs[input], line: event?.line ?? 0, raw: raw, old: nil, new: nil)
  }

  private func side(_ mapped: MappedBlock, _ block: Block, _ line: Int) -> [SideEvent] {
    (0..<mapped.count).map {
      SideEvent(mapped.events[$0], mapped, block, line: line + Int(mapped.events[$0].line) + 1)
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

  private func compareSecond(_ mapped: MappedBlock, _ block: Block, _ line: Int, _ second: SecondReading) throws {
    let name = inputs[block.input]
    let end = block.isLast ? Int.max : block.position(of: block.count)
    try readOld(second) { second.isRead(name, upTo: end) }
    let olds = second.take(name, before: end)
    let news = side(mapped, block, line)
    var (i, j) = (0, 0)
    while i < olds.count || j < news.count {
      let position = min(i < olds.count ? olds[i].position : Int.max, j < news.count ? news[j].position : Int.max)
      let (from, start) = (i, j)
      while i < olds.count, olds[i].position == position { i += 1 }
      while j < news.count, news[j].position == position { j += 1 }
      let newEvents = news[start..<j]
      let kept = olds[from..<i]
      let pairs = pairs
      let input = block.input
      KeptEvent.withEvents(kept) { oldEvents in
        events.compare(
          oldEvents[...], newEvents,
          sample: { [self] in
            if let old = kept.first { return sample(input, oldEvents.first, old.raw) }
            let index = mapped.events[start]
            let offset = min(Int(index.recordOffset), block.count)
            let length = min(Int(index.recordLength), block.count - offset, ComparisonStage.rawBytes)
            return sample(
              input, newEvents.first, Array(UnsafeBufferPointer(start: block.start + offset, count: length)))
          },
          oldFate: { "no event" }, newFate: { "no event" }, matched: { pairs.expect(old: $0, new: $1) })
      }
    }
  }

  /// Old events behind all of the new mapping's blocks.
  private func compareRest(_ kept: [KeptEvent], _ input: String) {
    for one in kept {
      KeptEvent.withEvents([one][...]) { oldEvents in
        events.compare(
          oldEvents[...], [],
          sample: {
            EventComparison.Sample(input: input, line: one.line, raw: one.raw, old: nil, new: nil)
          }, oldFate: { "no event" }, newFate: { "no event" }, matched: { _, _ in })
      }
    }
  }

  /// Reads on with the old mapping until it has come far enough.
  private func readOld(_ second: SecondReading, until isEnough: () -> Bool) throws {
    while !isEnough(), try second.next() {
      let block = second.block
      let mapped = map(block)
      second.keep(mapped, rawBytes: ComparisonStage.rawBytes)
      try consumeOld(mapped, block)
    }
  }
}

/// An event of the old mapping that waits for the new one to come to its record.
struct KeptEvent {
  var position: Int
  var line: Int
  var rule: Int
  var id: UUID
  var body: [UInt8]
  var visitor: [UInt8]
  var context: [UInt8]
  var request: [UInt8]
  var raw: [UInt8]

  /// Calls `use` with the events while their bytes stay where they are.
  static func withEvents(_ kept: ArraySlice<KeptEvent>, _ use: ([SideEvent]) -> Void) {
    func open(_ rest: ArraySlice<KeptEvent>, _ done: [SideEvent]) {
      guard let first = rest.first else { return use(done) }
      first.body.withUnsafeBufferPointer { body in
        first.visitor.withUnsafeBufferPointer { visitor in
          first.context.withUnsafeBufferPointer { context in
            first.request.withUnsafeBufferPointer { request in
              let event = SideEvent(
                position: first.position, line: first.line, rule: first.rule, id: first.id, body: body,
                visitor: visitor, context: context, request: request)
              open(rest.dropFirst(), done + [event])
            }
          }
        }
      }
    }
    open(kept, [])
  }
}

extension SideEvent {
  init(
    position: Int, line: Int, rule: Int, id: UUID, body: UnsafeBufferPointer<UInt8>,
    visitor: UnsafeBufferPointer<UInt8>, context: UnsafeBufferPointer<UInt8>, request: UnsafeBufferPointer<UInt8>
  ) {
    self.position = position
    number = 0
    self.line = line
    self.rule = rule
    self.id = id
    self.body = body
    self.visitor = visitor
    self.context = context
    self.request = request
  }
}

/// The inputs as the old mapping reads them, a little ahead of the new one.
final class SecondReading {
  private let feed: any BlockFeed
  let block = Block(capacity: 256 << 10, headroom: 4 << 20)
  private var waiting: [String: [KeptEvent]] = [:]
  private var reached: [String: Int] = [:]
  private var lines: [Int: Int] = [:]
  private var hasEnded = false

  init(_ feed: any BlockFeed) { self.feed = feed }

  /// False at the end.
  func next() throws -> Bool {
    guard !hasEnded else { return false }
    block.reset()
    if try !feed.next(into: block) {
      hasEnded = true
      return false
    }
    return true
  }

  func isRead(_ input: String, upTo position: Int) -> Bool { hasEnded || reached[input] ?? 0 >= position }

  /// Keeps the events of the current block.
  func keep(_ mapped: MappedBlock, rawBytes: Int) {
    let name = feed.inputs[block.input].name
    let line = (lines[block.input] ?? 0) + block.skippedLines
    lines[block.input] = line + mapped.counts.lines
    for index in 0..<mapped.count {
      let event = mapped.events[index]
      let offset = min(Int(event.recordOffset), block.count)
      let length = min(Int(event.recordLength), block.count - offset, rawBytes)
      waiting[name, default: []].append(
        KeptEvent(
          position: block.position(of: Int(event.recordOffset)), line: line + Int(event.line) + 1,
          rule: Int(event.rule), id: event.id, body: Array(mapped.bytes(event.body)),
          visitor: Array(mapped.bytes(event.visitor)), context: Array(mapped.bytes(event.context)),
          request: Array(mapped.bytes(event.request)),
          raw: Array(UnsafeBufferPointer(start: block.start + offset, count: length))))
    }
    reached[name] = block.isLast ? Int.max : block.position(of: block.count)
  }

  func take(_ input: String, before position: Int) -> [KeptEvent] {
    guard let kept = waiting[input] else { return [] }
    let count = kept.firstIndex { $0.position >= position } ?? kept.count
    waiting[input] = Array(kept[count...])
    return Array(kept[..<count])
  }

  func takeAll(_ input: String) -> [KeptEvent] { waiting.removeValue(forKey: input) ?? [] }
}
