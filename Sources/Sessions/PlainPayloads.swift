internal import Pipeline

/// The mode `none`: a record is a payload of its own, without a session. Records are sorted by time, so that what a
/// later one says of a profile also comes later.
final class PlainPayloads: SessionMode {
  private let writer: any PayloadWriter
  private let recycle: (MappedBlock) -> Void
  private let life: SessionLifecycle
  private let memory: Int
  private let records: ExternalSort<TimeOrder>
  private var ranks: ArrivalRanks
  private let ordinals = Ordinals(window: nil)

  init(
    settings: SessionSettings, inputs: Int, writer: any PayloadWriter, cancellation: Cancellation,
    recycle: @escaping (MappedBlock) -> Void
  ) {
    self.writer = writer
    self.recycle = recycle
    memory = settings.memoryLimit
    life = SessionLifecycle(settings)
    records = ExternalSort(
      memory: memory / 4 * 3, purpose: "sorting records", folder: settings.temporaryFolder, cancellation: cancellation)
    ranks = ArrivalRanks(inputs: inputs)
  }

  var counts: SessionCounts { life.counts }

  var isSatisfied: Bool { false }

  func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    var first = 0
    while first < mapped.count {
      var end = first + 1
      while end < mapped.count, mapped.events[end].number == mapped.events[first].number { end += 1 }
      try add(mapped, first..<end, of: block.input, &rejects)
      first = end
    }
    life.counts.spilledBytes = records.spilled
    recycle(mapped)
  }

  /// Keeps a record: how many events, and then each as its size and itself, padded to 8.
  private func add(_ mapped: MappedBlock, _ range: Range<Int>, of input: Int, _ rejects: inout [Reject]) throws {
    var size = 8
    var count = 0
    var earliest = Int64.max
    for index in range {
      let event = UnsafePointer(mapped.events + index)
      guard CalendarTime.range.contains(event.pointee.time) else {
        rejects.append(.unwritableTime(of: event))
        continue
      }
      life.counts.events &+= 1
      life.noteTime(event.pointee.time)
      earliest = min(earliest, event.pointee.time)
      size += 8 + PlainPayloads.padded(EventRecord.size(event))
      count += 1
    }
    guard count > 0 else { return }
    guard life.isWanted(earliest) else {
      life.counts.sessionsOutside += 1
      return
    }
    var to = try records.append(TimeOrder(time: earliest, rank: ranks.rank(of: input)), size)
    to.storeBytes(of: count, as: Int.self)
    to += 8
    for index in range where CalendarTime.range.contains(mapped.events[index].time) {
      let event = UnsafePointer(mapped.events + index)
      let length = PlainPayloads.padded(EventRecord.size(event))
      to.storeBytes(of: length, as: Int.self)
      EventRecord.write(event, mapped.text.base, to: to + 8)
      to += 8 + length
    }
  }

  private static func padded(_ count: Int) -> Int { (count + 7) & ~7 }

  func finish(rejects: inout [LocatedReject]) throws {
    let sorted = try records.sorted(memory: memory / 2)
    life.counts.spilledBytes = records.spilled
    while let bytes = try sorted.next() {
      let key = SortRecord<TimeOrder>.key(at: bytes - SortRecord<TimeOrder>.head)
      try emit(bytes, at: key.time)
    }
  }

  /// Writes a record's payload, by way of a session that lives for it only.
  private func emit(_ bytes: UnsafeMutableRawPointer, at time: Int64) throws {
    var count = bytes.load(as: Int.self)
    var record = bytes + 16
    var open: SessionRef?
    while count > 0 {
      let event = EventRecord.event(at: record)
      let text = EventRecord.text(at: record)
      if event.pointee.needsOrdinal {
        // Identical records have identical times; the record's own is the one that never decreases.
        let ordinal = ordinals.next(event.pointee.id, at: time)
        if ordinal > 0 { life.rename(event, text, ordinal) }
      }
      let session = open ?? life.open(event, text, 0, ordinal: 0)
      open = session
      session.pointee.start = min(session.pointee.start, event.pointee.time)
      if event.pointee.time < session.pointee.last { session.pointee.isUnsorted = true }
      session.pointee.last = max(session.pointee.last, event.pointee.time)
      life.append(event, text, to: session)
      count -= 1
      if count > 0 { record += 8 + (record - 8).load(as: Int.self) }
    }
    if let open { try life.emit(open, UUID(high: 0, low: 0), to: writer) }
  }
}
