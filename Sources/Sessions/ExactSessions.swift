internal import Glibc
internal import Pipeline

/// The mode `exact`: all events are sorted, so that nothing is late.
///
/// Mostly by time: sessions are then formed as in `stream`, and leave in their order. Where more of them would be open at
/// once than memory holds, because the gap is long or everything has one time, events are sorted by visitor and time,
/// so that one session is open at a time, and then the payloads by the order in which they leave. The bytes are the same.
final class ExactSessions: SessionMode {
  /// Visitor, then time, input and arrival.
  struct VisitOrder: SortKey {
    var hash: UInt64
    var time: Int64
    var rank: UInt64

    @inline(__always)
    static func precedes(
      _ a: VisitOrder, _ aBytes: UnsafeRawPointer, _ b: VisitOrder, _ bBytes: UnsafeRawPointer
    ) -> Bool {
      if a.hash != b.hash { return a.hash < b.hash }
      let order = compareVisitors(aBytes, bBytes)
      if order != 0 { return order < 0 }
      return a.time != b.time ? a.time < b.time : a.rank < b.rank
    }

    /// Hashes can be equal where visitors are not.
    @inline(__always)
    private static func compareVisitors(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer) -> Int {
      let (aLength, bLength) = (visitorLength(a), visitorLength(b))
      if aLength != bLength { return aLength - bLength }
      // Texts begin with the visitor.
      return Int(memcmp(a + MemoryLayout<Event>.stride, b + MemoryLayout<Event>.stride, aLength))
    }

    @inline(__always)
    private static func visitorLength(_ record: UnsafeRawPointer) -> Int {
      max(0, Int(record.assumingMemoryBound(to: Event.self).pointee.visitor.length))
    }
  }

  private let settings: SessionSettings
  private let writer: any PayloadWriter
  private let recycle: (MappedBlock) -> Void
  private let cancellation: Cancellation
  private let life: SessionLifecycle
  private let memory: Int
  private var order: Order
  private var isOrderTried = false
  /// Bytes that went to files in an order that was given up.
  private var spilledBefore = 0
  private var ranks: ArrivalRanks
  private var density: EventDensity

  private let ordinals = Ordinals(window: nil)
  /// The session of the visitor at hand.
  private var current: SessionRef?

  /// What events are sorted by.
  private enum Order {
    case time(ExternalSort<TimeOrder>)
    case visit(ExternalSort<VisitOrder>)
  }

  init(
    settings: SessionSettings, inputs: Int, writer: any PayloadWriter, cancellation: Cancellation,
    recycle: @escaping (MappedBlock) -> Void
  ) {
    self.settings = settings
    self.writer = writer
    self.cancellation = cancellation
    self.recycle = recycle
    memory = settings.memoryLimit
    life = SessionLifecycle(settings)
    order = .time(ExactSessions.makeSort(settings, settings.memoryLimit / 8 * 5, cancellation))
    ranks = ArrivalRanks(inputs: inputs)
    // A session stays open for the gap, and that moment, after its last event.
    density = EventDensity(length: life.gap &+ 1)
  }

  private static func makeSort<Key>(
    _ settings: SessionSettings, _ memory: Int, _ cancellation: Cancellation
  ) -> ExternalSort<Key> {
    ExternalSort(
      memory: memory, purpose: "sorting events", folder: settings.temporaryFolder, cancellation: cancellation)
  }

  var counts: SessionCounts { life.counts }

  var isSatisfied: Bool { false }

  func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    switch order {
    case .time(let events):
      try add(mapped, of: block, to: events, &rejects) { TimeOrder(time: $0.pointee.time, rank: $1) }
      // Before the first of them goes to a file, the other order is cheap. If so many lie within one gap, there will
      // probably be more.
      if !isOrderTried, events.memoryInUse > memory / 4 {
        isOrderTried = true
        if density.most > life.counts.events / 4 || !fitsInMemory { order = .visit(try resort(events)) }
      }
    case .visit(let events):
      try add(mapped, of: block, to: events, &rejects) {
        VisitOrder(hash: $0.pointee.visitorHash, time: $0.pointee.time, rank: $1)
      }
    }
    noteSpilled()
    recycle(mapped)
  }

  @inline(__always)
  private func add<Key>(
    _ mapped: MappedBlock, of block: Block, to events: ExternalSort<Key>, _ rejects: inout [Reject],
    key: (UnsafePointer<Event>, _ rank: UInt64) -> Key
  ) throws {
    let text = mapped.text.base
    for index in 0..<mapped.count {
      let event = UnsafePointer(mapped.events + index)
      guard CalendarTime.range.contains(event.pointee.time) else {
        rejects.append(.unwritableTime(of: event))
        continue
      }
      life.counts.events &+= 1
      life.noteTime(event.pointee.time)
      density.add(event.pointee.time)
      let target = try events.append(key(event, ranks.rank(of: block.input)), EventRecord.size(event))
      EventRecord.write(event, text, to: target)
    }
  }

  func finish(rejects: inout [LocatedReject]) throws {
    switch order {
    case .time(let events) where fitsInMemory: try formSessionsByTime(events)
    case .time(let events):
      let visits = try resort(events)
      order = .visit(visits)
      try formSessionsByVisitor(visits)
    case .visit(let events): try formSessionsByVisitor(events)
    }
  }

  private func noteSpilled(_ more: Int = 0) {
    let sorting =
      switch order {
      case .time(let events): events.spilled
      case .visit(let events): events.spilled
      }
    life.counts.spilledBytes = spilledBefore + sorting + more
  }

  // MARK: By time

  /// Whether all sessions that are open at once have room in memory, their bodies left out, which may go to a file.
  private var fitsInMemory: Bool { density.most <= memory / 2 / (SessionPool.stride + ChunkPool.size) }

  private func formSessionsByTime(_ events: ExternalSort<TimeOrder>) throws {
    let sorted = try events.sorted(memory: memory / 4)
    noteSpilled()
    let sessionizer = Sessionizer(
      settings, life, lateness: nil, memory: max(memory / 4, memory / 4 * 3 - events.memoryInUse), writer: writer)
    while let record = try sorted.next() {
      let event = EventRecord.event(at: record)
      let text = EventRecord.text(at: record)
      if event.pointee.needsOrdinal {
        event.pointee.needsOrdinal = false
        // A visitor's own are counted.
        let id = event.pointee.id
        let own = UUID(high: id.high ^ event.pointee.visitorHash, low: id.low)
        let ordinal = ordinals.next(own, at: event.pointee.time)
        if ordinal > 0 { life.rename(event, text, ordinal) }
      }
      try sessionizer.handle(event, text, effective: event.pointee.time, isLate: false)
    }
    try sessionizer.finish()
  }

  /// Puts what was sorted by time into the other order.
  private func resort(_ events: ExternalSort<TimeOrder>) throws -> ExternalSort<VisitOrder> {
    let sorted = try events.sorted(memory: memory / 4)
    // What lies in memory still does while the other fills.
    let visits: ExternalSort<VisitOrder> = ExactSessions.makeSort(
      settings, min(memory / 8 * 5, memory - events.memoryInUse), cancellation)
    spilledBefore = events.spilled
    while let record = try sorted.next() {
      let head = record - SortRecord<TimeOrder>.head
      let key = SortRecord<TimeOrder>.key(at: head)
      let count = SortRecord<TimeOrder>.count(at: head)
      let hash = EventRecord.event(at: record).pointee.visitorHash
      memcpy(try visits.append(VisitOrder(hash: hash, time: key.time, rank: key.rank), count), record, count)
    }
    return visits
  }

  // MARK: By visitor

  private func formSessionsByVisitor(_ events: ExternalSort<VisitOrder>) throws {
    let payloads = PayloadSort(
      ExternalSort(
        memory: max(memory / 4, memory - events.memoryInUse), purpose: "sorting payloads",
        folder: settings.temporaryFolder, cancellation: cancellation))
    try formSessions(events, payloads)
    noteSpilled(payloads.spilled)
    try payloads.emit(to: writer, memory: memory / 2)
    noteSpilled(payloads.spilled)
  }

  private func formSessions(_ events: ExternalSort<VisitOrder>, _ payloads: PayloadSort) throws {
    let sorted = try events.sorted(memory: memory / 4)
    while let record = try sorted.next() {
      try handle(EventRecord.event(at: record), EventRecord.text(at: record), payloads)
    }
    if let last = current { try close(last, at: last.pointee.last &+ life.gap, payloads) }
    current = nil
  }

  private func handle(
    _ event: UnsafePointer<Event>, _ text: UnsafeMutablePointer<UInt8>, _ payloads: PayloadSort
  ) throws {
    let time = event.pointee.time
    let visitor = text + Int(event.pointee.visitor.offset)
    let length = max(0, Int(event.pointee.visitor.length))
    let isSame =
      current.map { $0.pointee.visitorHash == event.pointee.visitorHash && $0.pointee.isOf(visitor, length) } ?? false
    if !isSame { ordinals.forget() }
    if event.pointee.needsOrdinal {
      let ordinal = ordinals.next(event.pointee.id, at: time)
      if ordinal > 0 { life.rename(event, text, ordinal) }
    }
    let day = life.day(at: time)
    var ordinal = 0
    if let session = current {
      let end = session.pointee.last &+ life.gap
      if isSame {
        if life.fits(session, event, text, day) {
          session.pointee.last = time
          life.append(event, text, to: session)
          return
        }
        if session.pointee.opened == time { ordinal = Int(session.pointee.ordinal) + 1 }
      }
      try close(session, at: isSame ? min(end, time) : end, payloads)
    }
    let session = life.open(event, text, day, ordinal: ordinal)
    life.counts.sessionsOpened &+= 1
    life.counts.peakOpenSessions = 1
    life.append(event, text, to: session)
    current = session
  }

  private func close(_ session: SessionRef, at time: Int64, _ payloads: PayloadSort) throws {
    guard life.close(session) else { return }
    let id = life.id(of: session)
    payloads.begin(closing: time, start: session.pointee.start, id: id)
    try life.emit(session, id, to: payloads)
  }
}
