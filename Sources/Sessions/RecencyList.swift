/// Open sessions in the order in which they were last added to: an intrusive list.
struct RecencyList {
  private(set) var oldest: SessionRef?
  private(set) var newest: SessionRef?
  /// The oldest session whose body may have bytes in memory; all before it have none.
  private(set) var resident: SessionRef?

  @inline(__always)
  mutating func append(_ session: SessionRef) {
    session.pointee.older = newest
    session.pointee.newer = nil
    if let newest { newest.pointee.newer = session } else { oldest = session }
    newest = session
    if resident == nil { resident = session }
  }

  @inline(__always)
  mutating func remove(_ session: SessionRef) {
    let older = session.pointee.older
    let newer = session.pointee.newer
    if let older { older.pointee.newer = newer } else { oldest = newer }
    if let newer { newer.pointee.older = older } else { newest = older }
    if resident == session { resident = newer }
  }

  /// The session has been added to.
  @inline(__always)
  mutating func touch(_ session: SessionRef) {
    if newest == session {
      if resident == nil { resident = session }
      return
    }
    remove(session)
    append(session)
  }

  /// The resident session's body has left memory.
  mutating func passResident() { resident = resident?.pointee.newer }
}
