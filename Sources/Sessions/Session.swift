internal import Glibc
internal import Pipeline

typealias SessionRef = UnsafeMutablePointer<Session>

/// An open session. Lives in a `SessionPool` and is used again with its `head` buffer.
struct Session {
  var visitorHash: UInt64 = 0
  /// The visitor's bytes, then the first context, request, profile and split value that were present.
  var head: UnsafeMutablePointer<UInt8>
  var headCapacity: Int
  var headCount = 0
  var visitorLength = 0
  var context = ByteRange.none
  var request = ByteRange.none
  var profile = ByteRange.none
  var split = ByteRange.none

  /// Time of the event that opened it: what its id is made of.
  var opened: Int64 = 0
  /// Times of its first and last event.
  var start: Int64 = 0
  var last: Int64 = 0
  /// The run's time when it was last added to; `last`, unless that event was late.
  var touched: Int64 = 0
  /// Local day of `opened`, where midnight splits.
  var day: Int64 = 0
  /// Among the visitor's sessions opened at the same time.
  var ordinal: Int = 0
  var events: Int = 0
  /// Opened by a late event beside the visitor's current session; takes late events only.
  var isLate = false
  /// Whether its events are out of order.
  var isUnsorted = false

  var body = SessionBody()

  // Least recently added to first.
  var older: SessionRef?
  var newer: SessionRef?
  /// Other open sessions of the visitor.
  var sibling: SessionRef?

  var visitor: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: head, count: visitorLength) }

  func bytes(_ range: ByteRange) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafePointer(head) + Int(range.offset), count: max(0, Int(range.length)))
  }

  @inline(__always)
  func isOf(_ other: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    length == visitorLength && memcmp(head, other, length) == 0
  }
}

/// Allocates sessions, and keeps those that closed for the next.
final class SessionPool {
  private static let perSlab = 64
  private static let headSize = 256
  private static let largestKeptHead = 2048

  private var slabs: [SessionRef] = []
  @exclusivity(unchecked) private var free: SessionRef?
  @exclusivity(unchecked) private(set) var inUse = 0
  /// Bytes of the heads of all sessions, in use or kept.
  @exclusivity(unchecked) private(set) var headBytes = 0

  deinit {
    for slab in slabs {
      for index in 0..<SessionPool.perSlab { slab[index].head.deallocate() }
      slab.deallocate()
    }
  }

  func take() -> SessionRef {
    let session = free ?? refill()
    free = session.pointee.newer
    session.pointee.newer = nil
    inUse &+= 1
    return session
  }

  func give(_ session: SessionRef) {
    var head = session.pointee.head
    var capacity = session.pointee.headCapacity
    if capacity > SessionPool.largestKeptHead {
      headBytes -= capacity - SessionPool.headSize
      head.deallocate()
      capacity = SessionPool.headSize
      head = .allocate(capacity: capacity)
    }
    session.pointee = Session(head: head, headCapacity: capacity)
    session.pointee.newer = free
    free = session
    inUse &-= 1
  }

  /// Copies bytes into the session's head.
  func keep(_ session: SessionRef, _ bytes: UnsafePointer<UInt8>, _ length: Int) -> ByteRange {
    let offset = session.pointee.headCount
    if offset + length > session.pointee.headCapacity { grow(session, to: offset + length) }
    memcpy(session.pointee.head + offset, bytes, length)
    session.pointee.headCount = offset + length
    return ByteRange(offset: offset, length: length)
  }

  @inline(never)
  private func grow(_ session: SessionRef, to size: Int) {
    let capacity = (size + size / 4 + 63) & ~63
    let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    memcpy(grown, session.pointee.head, session.pointee.headCount)
    session.pointee.head.deallocate()
    headBytes += capacity - session.pointee.headCapacity
    session.pointee.head = grown
    session.pointee.headCapacity = capacity
  }

  @inline(never)
  private func refill() -> SessionRef {
    let slab = SessionRef.allocate(capacity: SessionPool.perSlab)
    for index in 0..<SessionPool.perSlab {
      (slab + index).initialize(
        to: Session(head: .allocate(capacity: SessionPool.headSize), headCapacity: SessionPool.headSize))
      slab[index].newer = index + 1 < SessionPool.perSlab ? slab + index + 1 : nil
    }
    headBytes += SessionPool.headSize * SessionPool.perSlab
    slabs.append(slab)
    return slab
  }
}
