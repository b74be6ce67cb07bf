internal import Glibc
internal import Pipeline

/// The mode `exact`: all events are sorted by visitor and time, so that one session is open at a time and nothing is late;
/// then all payloads by the order in which they leave.
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
      max(0, Int(EventRecord.event(at: record).pointee.visitor.length))
    }
  }

  private let settings: SessionSettings
  private let writer: any PayloadWriter
  private let recycle: (MappedBlock) -> Void
  private let cancellation: Cancellation
  private let life: SessionLifecycle
  private let memory: Int
  private let events: ExternalSort<VisitOrder>
  private var ranks: ArrivalRanks

  private let ordinals = Ordinals(window: nil)
  /// The session of the visitor at hand.
  private var current: SessionRef?

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
    events = ExternalSort(
      memory: memory / 8 * 5, purpose: "sorting events", folder: settings.temporaryFolder, cancellation: cancellation)
    ranks = ArrivalRanks(inputs: inputs)
  }

  var counts: SessionCounts { life.counts }

  var isSatisfied: Bool { false }

  func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    let text = mapped.text.base
    for index in 0..<mapped.count {
      let event = UnsafePointer(mapped.events + index)
      guard CalendarTime.range.contains(event.pointee.time) else {
        rejects.append(.unwritableTime(of: event))
        continue
      }
      life.counts.events &+= 1
      life.noteTime(event.pointee.time)
      let key = VisitOrder(
        hash: event.pointee.visitorHash, time: event.pointee.time, rank: ranks.rank(of: block.input))
      EventRecord.write(event, text, to: try events.append(key, EventRecord.size(event)))
    }
    life.counts.spilledBytes = events.spilled
    recycle(mapped)
  }

  func finish(rejects: inout [LocatedReject]) throws {
    let payloads = PayloadSort(
      ExternalSort(
        memory: max(memory / 4, memory - events.memoryInUse), purpose: "sorting payloads",
        folder: settings.temporaryFolder, cancellation: cancellation))
    try formSessions(payloads)
    life.counts.spilledBytes = events.spilled + payloads.spilled
    try payloads.emit(to: writer, memory: memory / 2)
    life.counts.spilledBytes = events.spilled + payloads.spilled
  }

  private func formSessions(_ payloads: PayloadSort) throws {
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

/// Puts payloads into the order in which they leave.
final class PayloadSort: PayloadWriter {
  /// Closing time, session start, session id, part.
  struct LeavingOrder: SortKey {
    var closing: Int64
    var start: Int64
    var id: UUID
    var part: Int

    @inline(__always)
    static func precedes(
      _ a: LeavingOrder, _ aBytes: UnsafeRawPointer, _ b: LeavingOrder, _ bBytes: UnsafeRawPointer
    ) -> Bool {
      if a.closing != b.closing { return a.closing < b.closing }
      if a.start != b.start { return a.start < b.start }
      return a.id != b.id ? a.id < b.id : a.part < b.part
    }
  }

  private let sort: ExternalSort<LeavingOrder>
  private var key = LeavingOrder(closing: 0, start: 0, id: UUID(high: 0, low: 0), part: 0)

  init(_ sort: ExternalSort<LeavingOrder>) { self.sort = sort }

  var spilled: Int { sort.spilled }

  /// What is written next are the parts of this session.
  func begin(closing: Int64, start: Int64, id: UUID) {
    key = LeavingOrder(closing: closing, start: start, id: id, part: 0)
  }

  func write(_ payload: UnsafeBufferPointer<UInt8>) throws {
    let target = try sort.append(key, payload.count)
    if let start = payload.baseAddress { memcpy(target, start, payload.count) }
    key.part += 1
  }

  func finish() {}
  func abandon() {}

  /// Hands over all payloads in order.
  func emit(to writer: any PayloadWriter, memory: Int) throws {
    let sorted = try sort.sorted(memory: memory)
    while let bytes = try sorted.next() {
      let count = SortRecord<LeavingOrder>.count(at: bytes - SortRecord<LeavingOrder>.head)
      try writer.write(UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: UInt8.self), count: count))
    }
  }
}
