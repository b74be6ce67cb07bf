internal import Pipeline

/// A session's life, the same in every mode: what belongs to it, how it grows, what its id is, how it leaves. Who has a
/// session open, and when it closes, is the mode's own.
final class SessionLifecycle {
  /// Bytes of events in one session; beyond it a new one begins, as with `cap`.
  static let largestBody = 32 << 20

  @exclusivity(unchecked) var counts = SessionCounts()

  private let sessions = SessionPool()
  let chunks = ChunkPool()
  private let spillFile: SpillFile
  private let hasSessions: Bool
  @exclusivity(unchecked) private var localDay: LocalDay?

  private let assembler: PayloadAssembler
  private let names: SessionNames
  private let scratch = ByteBuffer(capacity: 16 * 1024)

  // The settings once more, bounded so that sums cannot overflow.
  let gap: Int64
  let longest: Int64
  private let cap: Int
  private let from: Int64
  private let to: Int64

  init(_ settings: SessionSettings) {
    let far: Int64 = 1 << 53
    gap = min(max(settings.gap, 0), far)
    longest = min(max(settings.max ?? far, 0), far)
    cap = max(settings.cap, 1)
    from = settings.from ?? Int64.min
    to = settings.to ?? Int64.max
    hasSessions = settings.mode != .none
    localDay = settings.midnight.map(LocalDay.init)
    spillFile = SpillFile(
      TemporaryFile(for: "open sessions", in: settings.temporaryFolder, remedy: SessionSettings.temporaryRemedy))
    assembler = PayloadAssembler(settings)
    names = SessionNames(settings)
  }

  // MARK: Growing

  /// Where midnight splits, the local day of a time; else 0.
  @inline(__always)
  func day(at time: Int64) -> Int64 { localDay == nil ? 0 : localDay?.day(at: time) ?? 0 }

  /// Whether an event at or after the session's last belongs to it.
  @inline(__always)
  func fits(
    _ session: SessionRef, _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, _ day: Int64
  ) -> Bool {
    let time = event.pointee.time
    if time &- session.pointee.last > gap || time &- session.pointee.opened > longest { return false }
    return hasRoom(session, event, text, day)
  }

  /// What splits a session other than time.
  @inline(__always)
  func hasRoom(
    _ session: SessionRef, _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, _ day: Int64
  ) -> Bool {
    if Int(session.pointee.events) >= cap || localDay != nil && session.pointee.day != day { return false }
    if session.pointee.body.count &+ session.pointee.body.spilled > SessionLifecycle.largestBody { return false }
    let split = event.pointee.split
    if split.isPresent, session.pointee.split.isPresent {
      let own = session.pointee.bytes(session.pointee.split)
      let other = UnsafeBufferPointer(start: text + Int(split.offset), count: Int(split.length))
      return own.elementsEqual(other)
    }
    return true
  }

  /// A session of the event's visitor, opened at its time; the event itself is still to be appended.
  func open(
    _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, _ day: Int64, ordinal: Int
  ) -> SessionRef {
    let session = take()
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
    return session
  }

  /// Has what names a session that `open` made, and that will stay open for a while, made together with others' names.
  func expectNames(of session: SessionRef, hasProfile: Bool) {
    guard isWanted(session.pointee.opened) else { return }
    names.expectID(of: session)
    if !hasProfile { names.expectPseudonym(of: session) }
  }

  @inline(__always)
  func append(_ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, to session: SessionRef) {
    let body = event.pointee.body
    let mark = EventMark(
      time: event.pointee.time, length: UInt32(truncatingIfNeeded: max(0, body.length)), rule: event.pointee.rule)
    session.pointee.body.append(mark, text + Int(body.offset), chunks)
    session.pointee.events &+= 1
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
  }

  private func keep(_ range: ByteRange, _ text: UnsafePointer<UInt8>, _ session: SessionRef) -> ByteRange {
    sessions.keep(session, text + Int(range.offset), Int(range.length))
  }

  /// An empty session.
  func take() -> SessionRef { sessions.take() }

  /// Copies bytes into the session's head.
  func keep(_ bytes: UnsafeBufferPointer<UInt8>, in session: SessionRef) -> ByteRange {
    guard let start = bytes.baseAddress else { return ByteRange(offset: 0, length: 0) }
    return sessions.keep(session, start, bytes.count)
  }

  /// Copies a body, the part in the file first, to `to`, which has room for all of it.
  func copyBody(_ session: SessionRef, to: UnsafeMutablePointer<UInt8>) throws {
    let body = session.pointee.body
    if body.spilled > 0 { try spillFile.read(body.extent, count: body.spilled, to: to) }
    body.gather(to: to + body.spilled, chunks)
  }

  /// The id of the `ordinal`-th repetition, at the front of the event's JSON.
  @inline(never)
  func rename(_ event: UnsafePointer<Event>, _ text: UnsafeMutablePointer<UInt8>, _ ordinal: Int) {
    counts.duplicates += 1
    guard Int(event.pointee.body.length) >= Event.idOffset + 36 else { return }
    let id = NameHasher.repetition(ordinal, of: event.pointee.id)
    id.write(to: text + Int(event.pointee.body.offset) + Event.idOffset)
  }

  /// Counts an event's time; those of a run in any order.
  @inline(__always)
  func noteTime(_ time: Int64) {
    if time < counts.firstEvent ?? Int64.max { counts.firstEvent = time }
    if time > counts.lastEvent ?? Int64.min { counts.lastEvent = time }
  }

  // MARK: Leaving

  /// Whether sessions opened, or records dated, then are asked for.
  @inline(__always)
  func isWanted(_ opened: Int64) -> Bool { opened >= from && opened < to }

  /// Whether a session that has closed is to leave; if not, it has been released.
  func close(_ session: SessionRef) -> Bool {
    counts.sessionsClosed &+= 1
    counts.longestSession = max(counts.longestSession, session.pointee.last &- session.pointee.start)
    if isWanted(session.pointee.opened) { return true }
    counts.sessionsOutside &+= 1
    release(session)
    return false
  }

  /// Has the beginning of the session's events on its way into the cache.
  @inline(__always)
  func expectBody(of session: SessionRef) { chunks.expect(session.pointee.body.first, session.pointee.body.count) }

  /// The session's id, fixed when it opened.
  func id(of session: SessionRef) -> UUID { names.id(of: session) }

  /// Writes the session's payloads and releases it.
  func emit(_ session: SessionRef, _ id: UUID, to writer: any PayloadWriter) throws {
    let body = session.pointee.body
    let profile = session.pointee.profile.isPresent ? nil : names.pseudonym(of: session)
    if hasSessions { counts.sessionsEmitted &+= 1 }
    if body.spilled == 0, !session.pointee.isUnsorted {
      try assembler.emit(
        session, id: id, profile: profile, body: body.reader(chunks), counts: &counts, to: writer)
    } else {
      let size = body.spilled + body.count
      scratch.removeAll()
      scratch.reserve(size)
      try copyBody(session, to: scratch.base)
      scratch.count = size
      let whole = session.pointee.isUnsorted ? assembler.sorted(scratch.bytes) : scratch.bytes
      try assembler.emit(
        session, id: id, profile: profile, body: BodyReader(whole), counts: &counts, to: writer)
      scratch.removeAll()
      scratch.shrink(to: 1 << 20)
    }
    release(session)
  }

  private func release(_ session: SessionRef) {
    names.forget(session)
    session.pointee.body.release(chunks)
    if session.pointee.body.spilled > 0 { spillFile.forget(session.pointee.body.spilled) }
    sessions.give(session)
  }

  // MARK: Memory

  /// Bytes that open sessions hold.
  @inline(__always)
  var memoryInUse: Int {
    chunks.inUse &* ChunkPool.size &+ sessions.headBytes &+ sessions.inUse &* SessionPool.stride
  }

  /// Moves what a session has of its body in memory to the file.
  func spill(_ session: SessionRef) throws {
    let body = session.pointee.body
    guard body.count > 0 else { return }
    scratch.removeAll()
    scratch.reserve(body.count)
    body.gather(to: scratch.base, chunks)
    scratch.count = body.count
    session.pointee.body.extent = try spillFile.write(scratch.bytes, after: body.extent)
    session.pointee.body.spilled += body.count
    counts.spilledBytes += body.count
    session.pointee.body.release(chunks)
    scratch.removeAll()
  }
}

extension SessionSettings {
  /// What to do when a temporary file of the sessions fails.
  static let temporaryRemedy = "set TMPDIR to a folder with space, or raise --memory"
}
