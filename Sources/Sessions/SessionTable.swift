internal import CProcessor

/// Open sessions by visitor: open addressing with linear probing, at most five eighths full. A slot holds the first of
/// the visitor's sessions; the others hang on it as siblings.
final class SessionTable {
  struct Slot {
    var hash: UInt64
    var session: SessionRef?
  }

  @exclusivity(unchecked) private var slots: UnsafeMutablePointer<Slot>
  @exclusivity(unchecked) private var mask: Int
  @exclusivity(unchecked) private var used = 0

  init() {
    mask = 1023
    slots = .allocate(capacity: mask + 1)
    slots.initialize(repeating: Slot(hash: 0, session: nil), count: mask + 1)
  }

  deinit { slots.deallocate() }

  var bytes: Int { (mask + 1) * MemoryLayout<Slot>.stride }

  /// The visitor's first session. Expected O(1).
  @inline(__always)
  func find(_ hash: UInt64, _ visitor: UnsafePointer<UInt8>, _ length: Int) -> SessionRef? {
    var at = Int(truncatingIfNeeded: hash) & mask
    // Ends: the table is never full. Bounds: `& mask`.
    while let session = slots[at].session {
      if slots[at].hash == hash, session.pointee.isOf(visitor, length) { return session }
      at = (at &+ 1) & mask
    }
    return nil
  }

  /// Fetches what `find` and an append will probably read and write: the session, and the visitor's bytes behind it.
  @inline(__always)
  func expect(_ hash: UInt64) {
    let slot = slots[Int(truncatingIfNeeded: hash) & mask]
    guard slot.hash == hash, let session = slot.session else { return }
    let start = UnsafeRawPointer(session)
    for line in 0..<5 { prefetch(start + line &* 64) }
  }

  /// Adds the first session of a visitor that has none.
  func insert(_ session: SessionRef) {
    if used * 8 >= mask * 5 { grow() }
    place(Slot(hash: session.pointee.visitorHash, session: session))
    used += 1
  }

  /// Makes another session of the same visitor the first.
  func replace(_ session: SessionRef, by other: SessionRef) {
    if let at = index(of: session) { slots[at].session = other }
  }

  /// Removes a visitor by his first session.
  func remove(_ session: SessionRef) {
    guard var hole = index(of: session) else { return }
    used -= 1
    // Backward shift (Knuth 6.4 R): what follows moves up unless it would pass its own place.
    var at = hole
    while true {
      at = (at + 1) & mask
      guard slots[at].session != nil else { break }
      let home = Int(truncatingIfNeeded: slots[at].hash) & mask
      if (at &- home) & mask >= (at &- hole) & mask {
        slots[hole] = slots[at]
        hole = at
      }
    }
    slots[hole].session = nil
  }

  private func index(of session: SessionRef) -> Int? {
    var at = Int(truncatingIfNeeded: session.pointee.visitorHash) & mask
    while let other = slots[at].session {
      if other == session { return at }
      at = (at + 1) & mask
    }
    return nil
  }

  private func place(_ slot: Slot) {
    var at = Int(truncatingIfNeeded: slot.hash) & mask
    while slots[at].session != nil { at = (at + 1) & mask }
    slots[at] = slot
  }

  @inline(never)
  private func grow() {
    let old = slots
    let size = mask + 1
    slots = .allocate(capacity: size * 2)
    slots.initialize(repeating: Slot(hash: 0, session: nil), count: size * 2)
    mask = size * 2 - 1
    for index in 0..<size where old[index].session != nil { place(old[index]) }
    old.deallocate()
  }
}
