internal import Pipeline

/// Makes the ids of sessions and the pseudonyms of their visitors. Both are fixed when a session opens, so that those of
/// many can be made at once (`NameHasher`, `Pseudonymizer`).
final class SessionNames {
  private let names: NameHasher
  private let pseudonyms: Pseudonymizer
  /// Sessions whose names wait for others, in their order; nil in place of one that is no longer there.
  @exclusivity(unchecked) private var unnamed: [SessionRef?] = []
  /// The same of pseudonyms.
  @exclusivity(unchecked) private var unknown: [SessionRef?] = []
  private let text = ByteBuffer(capacity: 64)
  private var timestamps = TimestampWriter()

  init(_ settings: SessionSettings) {
    names = NameHasher(namespace: settings.namespace)
    pseudonyms = Pseudonymizer(salt: settings.salt)
  }

  /// Has the id of a session that will stay open for a while made together with others'.
  func expectID(of session: SessionRef) {
    beginName(of: session)
    names.end()
    unnamed.append(session)
    if names.isFull { takeIDs() }
  }

  /// The same of its visitor's pseudonym.
  func expectPseudonym(of session: SessionRef) {
    pseudonyms.add(session.pointee.visitor)
    unknown.append(session)
    if pseudonyms.isFull { takePseudonyms() }
  }

  private func takeIDs() {
    names.takeIDs { index, id in unnamed[index]?.pointee.id = id }
    unnamed.removeAll(keepingCapacity: true)
  }

  private func takePseudonyms() {
    pseudonyms.takePseudonyms { index, id in unknown[index]?.pointee.pseudonym = id }
    unknown.removeAll(keepingCapacity: true)
  }

  /// The session's id. Where it is among those that wait, all of them are made.
  func id(of session: SessionRef) -> UUID {
    if session.pointee.id == nil, unnamed.contains(session) { takeIDs() }
    if let id = session.pointee.id { return id }
    beginName(of: session)
    let id = names.endAlone()
    session.pointee.id = id
    return id
  }

  /// The pseudonym of the session's visitor, made in the same way.
  func pseudonym(of session: SessionRef) -> UUID {
    if session.pointee.pseudonym == nil, unknown.contains(session) { takePseudonyms() }
    return session.pointee.pseudonym ?? pseudonyms.pseudonym(of: session.pointee.visitor)
  }

  /// Forgets a session, which need not be known here.
  func forget(_ session: SessionRef) {
    if session.pointee.id == nil { forget(session, &unnamed) }
    if session.pointee.pseudonym == nil { forget(session, &unknown) }
  }

  private func forget(_ session: SessionRef, _ waiting: inout [SessionRef?]) {
    if let index = waiting.firstIndex(of: session) { waiting[index] = nil }
  }

  /// Version 5, in the run's namespace, of `session`, the opening time as payloads write it and the ordinal in decimal,
  /// each followed by a line feed, and then the visitor's bytes.
  private func beginName(of session: SessionRef) {
    text.removeAll()
    text.append("session\n")
    text.reserve(TimestampWriter.length)
    timestamps.write(session.pointee.opened, to: text.cursor)
    text.count += TimestampWriter.length
    text.append("\n")
    text.append(decimal: Int64(session.pointee.ordinal))
    text.append("\n")
    names.begin()
    names.update(text.bytes)
    names.update(session.pointee.visitor)
  }
}
