internal import Pipeline

/// Puts events, one after the other in processing order, into sessions, and lets closed sessions leave.
final class Sessionizer {
  /// Late sessions that one visitor may have open beside the current one; one more, and his oldest closes.
  static let siblingLimit = 16
  /// Bytes of events in one session; beyond it a new one begins, as with `cap`.
  static let largestBody = 32 << 20

  private let settings: SessionSettings
  private let writer: any PayloadWriter
  @exclusivity(unchecked) var counts = SessionCounts()

  @exclusivity(unchecked) private(set) var now = Int64.min
  private let table = SessionTable()
  private let sessions = SessionPool()
  private let chunks = ChunkPool()
  private let spill = SpillFile()
  private let ordinals: Ordinals
  @exclusivity(unchecked) private var recency = RecencyList()
  @exclusivity(unchecked) private var closing = ClosingGroup()
  @exclusivity(unchecked) private var localDay: LocalDay?
  /// Open sessions that were opened before `to`.
  @exclusivity(unchecked) private(set) var openBeforeEnd = 0

  private let assembler: PayloadAssembler
  private let names: NameHasher
  private let pseudonyms: Pseudonymizer
  private let idText = ByteBuffer(capacity: 64)
  private let scratch = ByteBuffer(capacity: 16 * 1024)
  private var timestamps = TimestampWriter()

  // The settings once more, bounded so that sums cannot overflow.
  private let gap: Int64
  private let longest: Int64
  private let cap: Int
  private let from: Int64
  private let to: Int64
  private let memory: Int

  init(_ settings: SessionSettings, writer: any PayloadWriter) {
    self.settings = settings
    self.writer = writer
    let far: Int64 = 1 << 53
    gap = min(max(settings.gap, 0), far)
    longest = min(max(settings.max ?? far, 0), far)
    cap = max(settings.cap, 1)
    from = settings.from ?? Int64.min
    to = settings.to ?? Int64.max
    memory = settings.memory
    localDay = settings.midnight.map(LocalDay.init)
    ordinals = Ordinals(window: min(max(settings.disorder, 0), far))
    assembler = PayloadAssembler(settings)
    names = NameHasher(namespace: settings.namespace)
    pseudonyms = Pseudonymizer(salt: settings.salt)
  }

  // MARK: Events

  /// - Parameters:
  ///   - effective: the time at which it is processed: its own, or later for a late one.
  ///   - text: the base of the block's texts; an id may be patched there.
  @inline(__always)
  func handle(
    _ event: UnsafePointer<Event>, _ text: UnsafeMutablePointer<UInt8>, effective: Int64, isLate: Bool
  ) throws {
    if effective > now { try advance(to: effective) }
    let time = event.pointee.time
    counts.events &+= 1
    if isLate || time < now {
      try handleLate(event, text)
      return
    }
    counts.lastEvent = time
    if event.pointee.needsOrdinal {
      let ordinal = ordinals.next(event.pointee.id, at: time)
      if ordinal > 0 { rename(event, text, ordinal) }
    }
    let visitor = text + Int(event.pointee.visitor.offset)
    let length = max(0, Int(event.pointee.visitor.length))
    let first = table.find(event.pointee.visitorHash, visitor, length)
    let day = localDay == nil ? 0 : localDay?.day(at: time) ?? 0
    if let first, !first.pointee.isLate {
      if fits(first, event, text, day) {
        first.pointee.last = time
        try append(event, text, to: first)
        return
      }
      let ordinal = nextOrdinal(first, opened: time)
      try close(first, at: now)
      let next = table.find(event.pointee.visitorHash, visitor, length)
      try append(event, text, to: open(event, text, day, ordinal: ordinal, beside: next, isLate: false))
      return
    }
    let ordinal = first.map { nextOrdinal($0, opened: time) } ?? 0
    try append(event, text, to: open(event, text, day, ordinal: ordinal, beside: first, isLate: false))
  }

  /// Whether an event that is not late belongs to the visitor's current session.
  @inline(__always)
  private func fits(
    _ session: SessionRef, _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, _ day: Int64
  ) -> Bool {
    let time = event.pointee.time
    if time &- session.pointee.last > gap || time &- session.pointee.opened > longest { return false }
    return hasRoom(session, event, text, day)
  }

  /// What splits a session other than time.
  @inline(__always)
  private func hasRoom(
    _ session: SessionRef, _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, _ day: Int64
  ) -> Bool {
    if Int(session.pointee.events) >= cap || localDay != nil && session.pointee.day != day { return false }
    if session.pointee.body.count &+ session.pointee.body.spilled > Sessionizer.largestBody { return false }
    let split = event.pointee.split
    if split.isPresent, session.pointee.split.isPresent {
      let own = session.pointee.bytes(session.pointee.split)
      let other = UnsafeBufferPointer(start: text + Int(split.offset), count: Int(split.length))
      return own.elementsEqual(other)
    }
    return true
  }

  @inline(never)
  private func handleLate(_ event: UnsafePointer<Event>, _ text: UnsafeMutablePointer<UInt8>) throws {
    let time = event.pointee.time
    counts.lastEvent = max(counts.lastEvent ?? time, time)
    if event.pointee.needsOrdinal {
      let ordinal = ordinals.nextLate(event.pointee.id, at: time)
      if ordinal > 0 { rename(event, text, ordinal) }
    }
    let visitor = text + Int(event.pointee.visitor.offset)
    let length = max(0, Int(event.pointee.visitor.length))
    let first = table.find(event.pointee.visitorHash, visitor, length)
    let day = localDay == nil ? 0 : localDay?.day(at: time) ?? 0
    let onlyLate = settings.late == .new
    var candidate = first
    while let session = candidate {
      if !onlyLate || session.pointee.isLate, fitsLate(session, event, text, day) {
        if onlyLate { counts.lateNew += 1 } else { counts.lateAttached += 1 }
        if time < session.pointee.start { session.pointee.start = time }
        noteFirst(time)
        if time < session.pointee.last { session.pointee.isUnsorted = true } else { session.pointee.last = time }
        try append(event, text, to: session)
        return
      }
      candidate = session.pointee.sibling
    }
    counts.lateNew += 1
    let ordinal = first.map { nextOrdinal($0, opened: time) } ?? 0
    let hasCurrent = first.map { !$0.pointee.isLate } ?? false
    if let first { try boundSiblings(first) }
    let beside = table.find(event.pointee.visitorHash, visitor, length)
    try append(
      event, text, to: open(event, text, day, ordinal: ordinal, beside: beside, isLate: onlyLate || hasCurrent))
  }

  private func fitsLate(
    _ session: SessionRef, _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, _ day: Int64
  ) -> Bool {
    let time = event.pointee.time
    let start = session.pointee.start
    let last = session.pointee.last
    return time >= start &- gap && time <= last &+ gap && max(time, last) &- min(time, start) <= longest
      && hasRoom(session, event, text, day)
  }

  /// The id of the `ordinal`-th repetition, in the event and at the front of its JSON.
  @inline(never)
  private func rename(_ event: UnsafePointer<Event>, _ text: UnsafeMutablePointer<UInt8>, _ ordinal: Int) {
    counts.duplicates += 1
    guard Int(event.pointee.body.length) >= Event.idOffset + 36 else { return }
    let id = NameHasher.repetition(ordinal, of: event.pointee.id)
    id.write(to: text + Int(event.pointee.body.offset) + Event.idOffset)
  }

  @inline(__always)
  private func append(
    _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, to session: SessionRef
  ) throws {
    let body = event.pointee.body
    let mark = EventMark(
      time: event.pointee.time, length: UInt32(truncatingIfNeeded: max(0, body.length)), rule: event.pointee.rule)
    session.pointee.body.append(mark, text + Int(body.offset), chunks)
    session.pointee.events &+= 1
    session.pointee.touched = now
    recency.touch(session)
    if event.pointee.context.isPresent, !session.pointee.context.isPresent {
      session.pointee.context = keep(event.pointee.context, text, session)
    }
    if event.pointee.request.isPresent, !session.pointee.request.isPresent {
      session.pointee.request = keep(event.pointee.request, text, session)
    }
    if event.pointee.profile.isPresent, !session.pointee.profile.isPresent {
      session.pointee.profile = keep(event.pointee.profile, text, session)
    }
    if event.pointee.split.isPresent, !session.pointee.split.isPresent {
      session.pointee.split = keep(event.pointee.split, text, session)
    }
    if memoryInUse > memory { try relieve() }
  }

  private func keep(_ range: ByteRange, _ text: UnsafePointer<UInt8>, _ session: SessionRef) -> ByteRange {
    sessions.keep(session, text + Int(range.offset), Int(range.length))
  }

  // MARK: Opening

  /// The ordinal of a session of this visitor opened at a time.
  private func nextOrdinal(_ first: SessionRef, opened: Int64) -> Int {
    var ordinal = 0
    var other: SessionRef? = first
    while let session = other {
      if session.pointee.opened == opened { ordinal = max(ordinal, Int(session.pointee.ordinal) + 1) }
      other = session.pointee.sibling
    }
    return ordinal
  }

  private func open(
    _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, _ day: Int64, ordinal: Int, beside first: SessionRef?,
    isLate: Bool
  ) -> SessionRef {
    let session = sessions.take()
    let time = event.pointee.time
    let visitor = event.pointee.visitor
    session.pointee.visitorHash = event.pointee.visitorHash
    session.pointee.visitorLength = max(0, visitor.length)
    _ = sessions.keep(session, text + Int(visitor.offset), Int(session.pointee.visitorLength))
    session.pointee.opened = time
    session.pointee.start = time
    session.pointee.last = time
    session.pointee.day = day
    session.pointee.ordinal = Int32(truncatingIfNeeded: ordinal)
    session.pointee.isLate = isLate
    if let first {
      if isLate {
        // Behind the others, so that late events find the earliest opened first.
        var end = first
        while let next = end.pointee.sibling { end = next }
        end.pointee.sibling = session
      } else {
        table.replace(first, by: session)
        session.pointee.sibling = first
      }
    } else {
      table.insert(session)
    }
    recency.append(session)
    counts.sessionsOpened &+= 1
    let open = counts.sessionsOpened &- counts.sessionsClosed
    if open > counts.peakOpenSessions { counts.peakOpenSessions = open }
    if time < to { openBeforeEnd &+= 1 }
    noteFirst(time)
    return session
  }

  private func noteFirst(_ time: Int64) {
    if time < counts.firstEvent ?? Int64.max { counts.firstEvent = time }
  }

  /// Closes the visitor's oldest late session if he has as many as he may.
  private func boundSiblings(_ first: SessionRef) throws {
    var late = 0
    var oldest: SessionRef?
    var other: SessionRef? = first
    while let session = other {
      if session.pointee.isLate {
        late += 1
        if oldest == nil { oldest = session }
      }
      other = session.pointee.sibling
    }
    if late >= Sessionizer.siblingLimit, let oldest { try close(oldest, at: now) }
  }

  // MARK: Closing

  /// Closes what has been silent for longer than the gap before `time`.
  private func advance(to time: Int64) throws {
    while let oldest = recency.oldest, oldest.pointee.touched &+ gap < time {
      try close(oldest, at: oldest.pointee.touched &+ gap)
    }
    now = time
    if !closing.members.isEmpty { try flush() }
  }

  private func close(_ session: SessionRef, at time: Int64) throws {
    recency.remove(session)
    unlink(session)
    counts.sessionsClosed &+= 1
    counts.longestSession = max(counts.longestSession, session.pointee.last &- session.pointee.start)
    if session.pointee.opened < to { openBeforeEnd &-= 1 }
    guard session.pointee.opened >= from, session.pointee.opened < to else {
      counts.sessionsOutside &+= 1
      release(session)
      return
    }
    if !closing.members.isEmpty, closing.time != time || closing.isFull { try flush() }
    chunks.expect(session.pointee.body.first, session.pointee.body.count)
    closing.add(.init(start: session.pointee.start, id: sessionID(session), session: session), at: time)
  }

  private func unlink(_ session: SessionRef) {
    guard
      let first = table.find(
        session.pointee.visitorHash, session.pointee.head, Int(session.pointee.visitorLength))
    else { return }
    if first == session {
      if let next = session.pointee.sibling { table.replace(session, by: next) } else { table.remove(session) }
      return
    }
    var before = first
    while let next = before.pointee.sibling {
      if next == session {
        before.pointee.sibling = session.pointee.sibling
        return
      }
      before = next
    }
  }

  /// Version 5, in the run's namespace, of `session`, the opening time as payloads write it and the ordinal in decimal,
  /// each followed by a line feed, and then the visitor's bytes.
  private func sessionID(_ session: SessionRef) -> UUID {
    idText.removeAll()
    idText.append("session\n")
    idText.reserve(TimestampWriter.length)
    timestamps.write(session.pointee.opened, to: idText.cursor)
    idText.count += TimestampWriter.length
    idText.append("\n")
    idText.append(decimal: Int64(session.pointee.ordinal))
    idText.append("\n")
    idText.append(session.pointee.visitor)
    names.begin()
    names.update(idText.bytes)
    return names.finish()
  }

  private func flush() throws {
    closing.sort()
    for index in closing.members.indices {
      let member = closing.members[index]
      try emit(member.session, member.id)
      release(member.session)
    }
    closing.removeAll()
  }

  private func emit(_ session: SessionRef, _ id: UUID) throws {
    let body = session.pointee.body
    let profile = session.pointee.profile.isPresent ? nil : pseudonyms.pseudonym(of: session.pointee.visitor)
    counts.sessionsEmitted &+= 1
    guard body.spilled > 0 || session.pointee.isUnsorted else {
      let reader = body.reader(chunks)
      return try assembler.emit(session, id: id, profile: profile, body: reader, counts: &counts, to: writer)
    }
    let size = body.spilled + body.count
    scratch.removeAll()
    scratch.reserve(size)
    if body.spilled > 0 { try spill.read(body.extent, count: body.spilled, to: scratch.base) }
    body.gather(to: scratch.base + body.spilled, chunks)
    scratch.count = size
    let whole = session.pointee.isUnsorted ? assembler.sorted(scratch.bytes) : scratch.bytes
    try assembler.emit(session, id: id, profile: profile, body: BodyReader(whole), counts: &counts, to: writer)
    scratch.removeAll()
    scratch.shrink(to: 1 << 20)
  }

  private func release(_ session: SessionRef) {
    session.pointee.body.release(chunks)
    if session.pointee.body.spilled > 0 { spill.forget(session.pointee.body.spilled) }
    sessions.give(session)
  }

  /// Closes everything, as if time went on for ever.
  func finish() throws {
    while let oldest = recency.oldest { try close(oldest, at: oldest.pointee.touched &+ gap) }
    if !closing.members.isEmpty { try flush() }
    counts.spilledBytes = spill.total
  }

  // MARK: Memory

  /// What open sessions hold.
  @inline(__always)
  private var memoryInUse: Int {
    chunks.inUse &* ChunkPool.size &+ sessions.headBytes &+ sessions.inUse &* SessionPool.stride
      &+ table.bytes
  }

  /// Moves bodies of the sessions that have been quiet longest to the file, until an eighth of the memory is free.
  @inline(never)
  private func relieve() throws {
    let enough = memory - memory / 8
    // Where all but nothing is in bodies, writing them in crumbs would not help.
    let least = max(16, memory / 16 / ChunkPool.size)
    guard chunks.inUse > least else { return }
    while memoryInUse > enough, let session = recency.resident {
      let body = session.pointee.body
      if body.count > 0 {
        scratch.removeAll()
        scratch.reserve(body.count)
        body.gather(to: scratch.base, chunks)
        scratch.count = body.count
        session.pointee.body.extent = try spill.write(scratch.bytes, after: body.extent)
        session.pointee.body.spilled += body.count
        session.pointee.body.release(chunks)
        scratch.removeAll()
      }
      recency.passResident()
    }
    counts.spilledBytes = spill.total
  }
}
