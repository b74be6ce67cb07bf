internal import Pipeline

/// How a session stands in the state of a run: what it knows of itself, then its visitor's bytes and the parts that it
/// keeps, then its events with their marks.
extension SessionLifecycle {
  func write(_ session: SessionRef, to image: ByteBuffer) throws {
    let s = session.pointee
    for word in [
      Int64(bitPattern: s.visitorHash), s.last, s.opened, s.touched, s.start, s.day, Int64(s.ordinal), Int64(s.events),
      s.isLate ? 1 : 0, s.isUnsorted ? 1 : 0,
    ] {
      image.append(word: word)
    }
    image.append(sized: s.visitor)
    for part in [s.context, s.request, s.profile, s.split] {
      image.append(word: part.isPresent ? 1 : 0)
      if part.isPresent { image.append(sized: s.bytes(part)) }
    }
    let size = s.body.spilled + s.body.count
    image.append(word: Int64(size))
    image.reserve(size)
    try copyBody(session, to: image.cursor)
    image.count += size
  }

  func read(_ cursor: inout StateCursor, serial: Int64) throws -> SessionRef {
    let session = take()
    session.pointee.serial = serial
    session.pointee.visitorHash = UInt64(bitPattern: try cursor.word())
    session.pointee.last = try cursor.word(in: CalendarTime.range)
    session.pointee.opened = try cursor.word(in: CalendarTime.range)
    session.pointee.touched = try cursor.word()
    session.pointee.start = try cursor.word(in: CalendarTime.range)
    session.pointee.day = try cursor.word()
    session.pointee.ordinal = Int32(try cursor.word(in: 0...Int64(Int32.max)))
    session.pointee.events = Int32(try cursor.word(in: 0...Int64(Int32.max)))
    session.pointee.isLate = try cursor.flag()
    session.pointee.isUnsorted = try cursor.flag()
    let visitor = try cursor.sized()
    session.pointee.visitorLength = Int32(visitor.count)
    _ = keep(visitor, in: session)
    if try cursor.flag() { session.pointee.context = keep(try cursor.sized(), in: session) }
    if try cursor.flag() { session.pointee.request = keep(try cursor.sized(), in: session) }
    if try cursor.flag() { session.pointee.profile = keep(try cursor.sized(), in: session) }
    if try cursor.flag() { session.pointee.split = keep(try cursor.sized(), in: session) }
    try appendBody(try cursor.sized(), to: session)
    return session
  }

  /// Takes events with their marks, after a look whether they are that.
  private func appendBody(_ body: UnsafeBufferPointer<UInt8>, to session: SessionRef) throws {
    guard let base = body.baseAddress else { return }
    var at = 0
    while at < body.count {
      guard body.count - at >= EventMark.size else { throw StateCursor.damage("a session's events end early") }
      let mark = EventMark(at: base + at)
      at += EventMark.size
      guard Int(mark.length) <= body.count - at else { throw StateCursor.damage("a session's events end early") }
      guard CalendarTime.range.contains(mark.time) else { throw StateCursor.damage("an event has no possible time") }
      session.pointee.body.append(mark, base + at, chunks)
      at += Int(mark.length)
    }
  }
}
