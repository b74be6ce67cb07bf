public import Pipeline

/// Stands between the run loop and the sessions of a preview: it passes everything on, and looks closer at the records
/// that are to be shown.
///
/// One thread at a time, blocks in order, so that what is shown depends on the inputs alone.
public final class PreviewStage: EventConsumer, RejectWriter {
  private let inner: (any EventConsumer)?
  private let inputs: [String]
  private let choices: [RecordChoice]
  private let payloads: PayloadTally?
  private let tracer: BlockTracer
  private let recycle: ((MappedBlock) -> Void)?
  /// One for each choice.
  private var pickers: [RecordPicker]
  private var places = BlockPlaces()
  /// Rejects that came since the block before.
  private var pending: [LocatedReject] = []
  /// Input and 0-based record of each late record since the block before.
  private var late: [(input: Int, record: Int)] = []
  /// The first rejects of each code.
  private var groups: [RejectGroup] = []
  /// Of all events, shown or not.
  private(set) var ids: NaturalIDs
  /// Events that their sessions refused.
  private(set) var refused: TimeSeries
  /// Rejects that are kept of each code, and bytes of each.
  private static let keptRejects = 10
  private static let keptBytes = 2048

  /// - Parameters:
  ///   - inner: the sessions; nil where no mapping could be loaded and records are only read.
  ///   - inputs: their names in rank order.
  ///   - payloads: where the payloads of shown events are recognised.
  ///   - recycle: takes mapped blocks where there are no sessions.
  public init(
    _ inner: (any EventConsumer)?, inputs: [String], subject: PreviewSubject, choices: [RecordChoice],
    payloads: PayloadTally?, recycle: ((MappedBlock) -> Void)? = nil
  ) {
    self.inner = inner
    self.inputs = inputs
    self.choices = choices
    self.payloads = payloads
    self.recycle = recycle
    tracer = BlockTracer(
      subject.reader, columns: subject.columns, used: subject.usedFields,
      tracer: inner == nil ? nil : subject.makeTracer())
    pickers = choices.map { RecordPicker(count: $0.count, isSpread: $0.isSpread) }
    refused = TimeSeries(rules: subject.rules.count)
    ids = NaturalIDs(rules: subject.rules.count, inputs: inputs)
  }

  /// What is shown, once the run is over.
  public func shown() -> [ShownRecord] {
    pickRejects()
    return pickers.flatMap(\.records)
  }

  /// Rejects by code, in the order of their first appearance.
  public var rejects: [RejectGroup] { groups }

  /// Told of late records, as `SessionStage.onLate` tells them.
  public func noteLate(_ input: Int, _ record: Int) {
    late.append((input, record))
  }

  /// Told of events that sessions refuse, as `SessionStage.onRefused` tells them.
  public func noteRefused(_ event: Event) { refused.add(event.time, rule: Int(event.rule)) }

  public func write(_ reject: LocatedReject) throws {
    group(reject)
    if reject.reject.stage == .session {
      for index in pickers.indices {
        pickers[index].refuse(input: reject.input, record: reject.record, reject.reject)
      }
    }
    if !isFull { pending.append(reject) }
  }

  public func cancel() { inner?.cancel() }
  public var isSatisfied: Bool { inner?.isSatisfied ?? isFull }

  private var isFull: Bool { pickers.allSatisfy(\.isFull) }

  public func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    let input = block.input
    let place = places.pass(block, mapped.counts)
    let position = Position(input: input, records: place.records, lines: place.lines, count: mapped.counts.records)
    for index in pickers.indices where choices[index].filter != .late && !pickers[index].isFull {
      pick(members(choices[index].filter, mapped, position), block, position, &pickers[index])
    }
    ids.look(mapped, input: input, lines: position.lines)
    if let inner {
      try inner.consume(mapped, of: block, rejects: &rejects)
    } else {
      recycle?(mapped)
    }
    for index in pickers.indices where choices[index].filter == .late && !pickers[index].isFull {
      let numbers = late.filter { $0.input == input && $0.record >= place.records }.map { $0.record - place.records }
      pick(numbers.sorted().map { .record($0) }, block, position, &pickers[index])
    }
    markLate()
    pending.removeAll(keepingCapacity: true)
    late.removeAll(keepingCapacity: true)
  }

  public func finish(rejects: inout [LocatedReject]) throws {
    try inner?.finish(rejects: &rejects)
  }

  // MARK: Choosing

  private struct Position {
    var input: Int
    /// Of the input before the block's own.
    var records: Int
    var lines: Int
    /// Records of the block.
    var count: Int
  }

  /// A record of the block by its number, or what was refused before there was a record, by its place in `pending`.
  private enum Member {
    case record(Int)
    case reject(Int)
  }

  private func members(
    _ filter: RecordChoice.Filter, _ mapped: MappedBlock, _ position: Position
  ) -> [Member] {
    switch filter {
    case .all:
      // Rejects of the feed come first; those of the reader have their numbers among the block's.
      let fed = pending.indices.filter {
        !isInside(pending[$0], position) && pending[$0].reject.stage != .session
      }
      return fed.map { .reject($0) } + (0..<position.count).map { .record($0) }
    case .rejected: return pending.indices.map { .reject($0) }
    case .code(let code): return pending.indices.filter { pending[$0].reject.code == code }.map { .reject($0) }
    case .dropped: return (mapped.fates?.dropped ?? []).map { .record(Int($0.number)) }
    case .entries(let entries):
      return (mapped.fates?.dropped ?? []).filter { entries.contains($0.entry) }.map { .record(Int($0.number)) }
    case .unmatched: return (mapped.fates?.unmatched ?? []).map { .record(Int($0)) }
    case .mapped:
      var numbers: [Int] = []
      for index in 0..<mapped.count where numbers.last != Int(mapped.events[index].number) {
        numbers.append(Int(mapped.events[index].number))
      }
      return numbers.map { .record($0) }
    case .rules(let rules):
      var numbers: [Int] = []
      for index in 0..<mapped.count where rules.contains(Int(mapped.events[index].rule)) {
        let number = Int(mapped.events[index].number)
        if numbers.last != number { numbers.append(number) }
      }
      return numbers.map { .record($0) }
    case .late: return []
    }
  }

  private func isInside(_ located: LocatedReject, _ position: Position) -> Bool {
    located.input == inputs[position.input] && located.record > position.records
      && located.record <= position.records + position.count && located.reject.stage != .session
  }

  private func pick(
    _ members: [Member], _ block: Block, _ position: Position, _ picker: inout RecordPicker
  ) {
    guard !members.isEmpty else { return }
    // First only which, then all of the block at once.
    var chosen: [Int] = []
    var trial = picker
    trial.pass(members.count) { member in
      chosen.append(member)
      return ShownRecord(input: "", record: 0, line: 0, raw: [], length: 0)
    }
    var numbers: [Int] = []
    for member in chosen {
      switch members[member] {
      case .record(let number): numbers.append(number)
      case .reject(let index) where isInside(pending[index], position):
        numbers.append(pending[index].record - 1 - position.records)
      case .reject: break
      }
    }
    let traced = tracer.records(
      numbers.sorted(), of: block, input: inputs[position.input], records: position.records, lines: position.lines)
    let refused = pending
    picker.pass(members.count) { member in
      var record: ShownRecord?
      switch members[member] {
      case .record(let number):
        record = traced[number]
        let located = refused.first {
          isInside($0, position) && $0.record == position.records + number + 1
        }
        if let located { record = PreviewStage.shown(located, record) }
      case .reject(let index):
        let number = refused[index].record - 1 - position.records
        record = PreviewStage.shown(refused[index], isInside(refused[index], position) ? traced[number] : nil)
      }
      if let record { payloads?.expect(record) }
      return record
    }
  }

  private static func shown(_ located: LocatedReject, _ traced: ShownRecord?) -> ShownRecord {
    var record =
      traced
      ?? ShownRecord(
        input: located.input, record: located.record, line: located.line, raw: located.raw,
        length: max(located.reject.length, located.raw.count))
    record.reject = located.reject
    return record
  }

  /// Rejects for which no block comes any more.
  private func pickRejects() {
    defer { pending.removeAll() }
    for index in pickers.indices {
      let refused = pending.filter { located in
        switch choices[index].filter {
        case .all: located.reject.stage != .session
        case .rejected: true
        case .code(let code): located.reject.code == code
        default: false
        }
      }
      pickers[index].pass(refused.count) { PreviewStage.shown(refused[$0], nil) }
    }
  }

  private func markLate() {
    guard !late.isEmpty else { return }
    for (input, record) in late {
      for index in pickers.indices { pickers[index].markLate(input: inputs[input], record: record + 1) }
    }
  }

  private func group(_ located: LocatedReject) {
    var kept = located
    if kept.raw.count > PreviewStage.keptBytes { kept.raw.removeSubrange(PreviewStage.keptBytes...) }
    let reject = located.reject
    if let index = groups.firstIndex(where: { $0.code == reject.code && $0.stage == reject.stage }) {
      groups[index].count += 1
      if groups[index].first.count < PreviewStage.keptRejects { groups[index].first.append(kept) }
    } else {
      groups.append(RejectGroup(code: reject.code, stage: reject.stage, count: 1, first: [kept]))
    }
  }
}

/// Rejects of one code.
public struct RejectGroup: Sendable {
  public var code: String
  public var stage: Reject.Stage
  public var count: Int
  /// The first few, their bytes cut.
  public var first: [LocatedReject]
}
