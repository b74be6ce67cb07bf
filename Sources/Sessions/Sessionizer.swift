internal import Pipeline

/// Puts events, one after the other in processing order, into sessions, and lets closed sessions leave: the mode
/// `stream` behind its merge, and `exact` behind its sort where that is by time.
final class Sessionizer {
  /// Late sessions that one visitor may have open beside the current one; one more, and his oldest closes.
  static let siblingLimit = 16

  private let settings: SessionSettings
  private let writer: any PayloadWriter
  private let life: SessionLifecycle

  @exclusivity(unchecked) private(set) var now = Int64.min
  private let table = SessionTable()
  private let ordinals: Ordinals
  @exclusivity(unchecked) private var recency = RecencyList()
  @exclusivity(unchecked) private var closing: ClosingGroup
  /// Open sessions that were opened before `to`.
  @exclusivity(unchecked) private(set) var openBeforeEnd = 0
  @exclusivity(unchecked) private var nextSerial: Int64 = 0
  /// Sessions that a commit has written and that have closed since.
  @exclusivity(unchecked) private var gone: [Int64] = []
  /// Where the session that a commit writes last stands among all by recency.
  private var savedOrder: Int64 = 0

  private let gap: Int64
  private let to: Int64
  private let memory: Int

  /// - Parameters:
  ///   - lateness: how far behind others an event may come, in milliseconds; nil if none will, and no instant closes more
  ///     sessions than memory holds.
  ///   - memory: bytes that open sessions may hold; of more, bodies go to a file.
  init(
    _ settings: SessionSettings, _ life: SessionLifecycle, lateness: Int64?, memory: Int, writer: any PayloadWriter
  ) {
    self.settings = settings
    self.writer = writer
    self.life = life
    self.memory = memory
    gap = life.gap
    to = settings.to ?? Int64.max
    ordinals = Ordinals(window: lateness)
    closing = ClosingGroup(isBounded: lateness != nil)
  }

  var counts: SessionCounts {
    @inline(__always) get { life.counts }
    @inline(__always) _modify { yield &life.counts }
  }

  // MARK: Events

  /// Has the session of an event's visitor on its way into the cache: of thousands that are open, hardly any is there.
  @inline(__always)
  func expect(_ event: UnsafePointer<Event>) { table.expect(event.pointee.visitorHash) }

  /// - Parameters:
  ///   - effective: the time at which it is processed: its own, or later for a late one.
  ///   - text: the base of the block's texts; an id may be patched there.
  @inline(__always)
  func handle(
    _ event: UnsafePointer<Event>, _ text: UnsafeMutablePointer<UInt8>, effective: Int64, isLate: Bool
  ) throws {
    if effective > now { try advance(to: effective) }
    let time = event.pointee.time
    if isLate || time < now {
      try handleLate(event, text)
      return
    }
    counts.lastEvent = time
    if event.pointee.needsOrdinal {
      let ordinal = ordinals.next(event.pointee.id, at: time)
      if ordinal > 0 { life.rename(event, text, ordinal) }
    }
    let visitor = text + Int(event.pointee.visitor.offset)
    let length = max(0, Int(event.pointee.visitor.length))
    let first = table.find(event.pointee.visitorHash, visitor, length)
    let day = life.day(at: time)
    if let first, !first.pointee.isLate {
      if life.fits(first, event, text, day) {
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

  @inline(never)
  private func handleLate(_ event: UnsafePointer<Event>, _ text: UnsafeMutablePointer<UInt8>) throws {
    let time = event.pointee.time
    counts.lastEvent = max(counts.lastEvent ?? time, time)
    if event.pointee.needsOrdinal {
      let ordinal = ordinals.nextLate(event.pointee.id, at: time)
      if ordinal > 0 { life.rename(event, text, ordinal) }
    }
    let visitor = text + Int(event.pointee.visitor.offset)
    let length = max(0, Int(event.pointee.visitor.length))
    let first = table.find(event.pointee.visitorHash, visitor, length)
    let day = life.day(at: time)
    let onlyLate = settings.late == .new
    var candidate = first
    while let session = candidate {
      if !onlyLate || session.pointee.isLate, fitsLate(session, event, text, day) {
        if onlyLate { counts.lateNew += 1 } else { counts.lateAttached += 1 }
        if time < session.pointee.start { session.pointee.start = time }
        life.noteTime(time)
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
    return time >= start &- gap && time <= last &+ gap && max(time, last) &- min(time, start) <= life.longest
      && life.hasRoom(session, event, text, day)
  }

  @inline(__always)
  private func append(
    _ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, to session: SessionRef
  ) throws {
    life.append(event, text, to: session)
    session.pointee.touched = now
    session.pointee.isChanged = true
    recency.touch(session)
    if memoryInUse > memory { try relieve() }
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
    let session = life.open(event, text, day, ordinal: ordinal)
    life.expectNames(of: session, hasProfile: event.pointee.profile.isPresent)
    session.pointee.isLate = isLate
    session.pointee.serial = nextSerial
    nextSerial &+= 1
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
    let open = counts.openSessions
    if open > counts.peakOpenSessions { counts.peakOpenSessions = open }
    if event.pointee.time < to { openBeforeEnd &+= 1 }
    life.noteTime(event.pointee.time)
    return session
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
    if session.pointee.isSaved { gone.append(session.pointee.serial) }
    if session.pointee.opened < to { openBeforeEnd &-= 1 }
    guard life.close(session) else { return }
    if !closing.members.isEmpty, closing.time != time || closing.isFull { try flush() }
    life.expectBody(of: session)
    closing.add(.init(start: session.pointee.start, id: life.id(of: session), session: session), at: time)
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

  private func flush() throws {
    closing.sort()
    for index in closing.members.indices {
      let member = closing.members[index]
      try life.emit(member.session, member.id, to: writer)
    }
    closing.removeAll()
  }

  /// Closes everything, as if time went on for ever.
  func finish() throws {
    while let oldest = recency.oldest { try close(oldest, at: oldest.pointee.touched &+ gap) }
    if !closing.members.isEmpty { try flush() }
  }

  // MARK: Memory

  @inline(__always)
  private var memoryInUse: Int { life.memoryInUse &+ table.bytes }

  /// Moves bodies of the sessions that have been quiet longest to the file, until an eighth of the memory is free.
  @inline(never)
  private func relieve() throws {
    let enough = memory - memory / 8
    // Where all but nothing is in bodies, writing them in crumbs would not help.
    let least = max(16, memory / 16 / ChunkPool.size)
    guard life.chunks.inUse > least else { return }
    while memoryInUse > enough, let session = recency.resident {
      try life.spill(session)
      recency.passResident()
    }
  }

  // MARK: State

  /// Writes what has changed since the last commit: sessions that were added to, those that have closed, those that
  /// wait for others of their closing time, and the ordinals.
  func save(to store: any StateStore) throws {
    for serial in gone { try store.remove(StatePart.session, serial) }
    gone.removeAll(keepingCapacity: true)
    // What has changed stands together at the newer end of the list.
    var changed: [SessionRef] = []
    var at = recency.newest
    while let session = at, session.pointee.isChanged {
      changed.append(session)
      at = session.pointee.older
    }
    let image = ByteBuffer()
    for session in changed.reversed() {
      savedOrder += 1
      image.removeAll()
      image.append(word: savedOrder)
      try life.write(session, to: image)
      try store.put(StatePart.session, session.pointee.serial, image.bytes)
      session.pointee.isChanged = false
      session.pointee.isSaved = true
    }
    try store.removeAll(StatePart.closing, below: Int64.max)
    for (index, member) in closing.members.enumerated() {
      image.removeAll()
      image.append(word: closing.time)
      try life.write(member.session, to: image)
      try store.put(StatePart.closing, Int64(index), image.bytes)
    }
    image.removeAll()
    for word in [now, nextSerial, savedOrder] { image.append(word: word) }
    try store.put(StatePart.sessionizer, 0, image.bytes)
    try ordinals.save(to: store)
  }

  /// Takes up what `save` wrote; nothing has been handled before.
  func restore(from store: any StateStore) throws {
    try store.forEach(StatePart.sessionizer) { _, bytes in
      var cursor = StateCursor(bytes)
      now = try cursor.word()
      nextSerial = try cursor.word(in: 0...Int64.max)
      savedOrder = try cursor.word(in: 0...Int64.max)
    }
    var open: [(order: Int64, session: SessionRef)] = []
    try store.forEach(StatePart.session) { serial, bytes in
      var cursor = StateCursor(bytes)
      let order = try cursor.word()
      open.append((order, try life.read(&cursor, serial: serial)))
    }
    open.sort { $0.order < $1.order }
    for (_, session) in open {
      session.pointee.isSaved = true
      enter(session)
      recency.append(session)
      if session.pointee.opened < to { openBeforeEnd += 1 }
      if memoryInUse > memory { try relieve() }
    }
    counts.sessionsResumed = open.count
    counts.peakOpenSessions = open.count
    try store.forEach(StatePart.closing) { _, bytes in
      var cursor = StateCursor(bytes)
      let time = try cursor.word()
      let session = try life.read(&cursor, serial: -1)
      closing.add(.init(start: session.pointee.start, id: life.id(of: session), session: session), at: time)
    }
    try ordinals.restore(from: store)
  }

  /// Puts a session where it was among its visitor's: the current one first, late ones behind it as they were opened.
  private func enter(_ session: SessionRef) {
    guard
      let first = table.find(
        session.pointee.visitorHash, session.pointee.head, Int(session.pointee.visitorLength))
    else { return table.insert(session) }
    func precedes(_ other: SessionRef) -> Bool {
      !session.pointee.isLate || other.pointee.isLate && session.pointee.serial < other.pointee.serial
    }
    if precedes(first) {
      table.replace(first, by: session)
      session.pointee.sibling = first
      return
    }
    var before = first
    while let next = before.pointee.sibling, !precedes(next) { before = next }
    session.pointee.sibling = before.pointee.sibling
    before.pointee.sibling = session
  }

  /// Closes what has been idle since `time`, as if time had gone on, without moving it. Payloads leave in the order of
  /// their closing times.
  func closeIdle(since time: Int64) throws {
    if !closing.members.isEmpty { try flush() }
    while let oldest = recency.oldest, oldest.pointee.touched < time {
      try close(oldest, at: oldest.pointee.touched &+ gap)
    }
    if !closing.members.isEmpty { try flush() }
  }
}
