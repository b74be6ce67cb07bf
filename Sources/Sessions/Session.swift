internal import Glibc
internal import Pipeline

typealias SessionRef = UnsafeMutablePointer<Session>

/// An open session. Lives in a `SessionPool` and is used again with its `head` buffer. Three cache lines, in the order
/// of need: what each event reads and writes comes first.
struct Session {
  /// The visitor's bytes, then the first context, request, profile and split value that were present.
  var head: UnsafeMutablePointer<UInt8>
  var visitorLength: Int32 = 0
  var events: Int32 = 0
  /// Times of its last event, and of the one that opened it: what its id is made of.
  var last: Int64 = 0
  var opened: Int64 = 0
  /// The run's time when it was last added to; `last`, unless that event was late.
  var touched: Int64 = 0
  // Least recently added to first.
  var older: SessionRef?
  var newer: SessionRef?
  /// Opened by a late event beside the visitor's current session; takes late events only.
  var isLate = false
  /// Whether its events are out of order.
  var isUnsorted = false
  /// Whether it was added to since the last commit, and whether a commit has written it.
  var isChanged = false
  var isSaved = false
  /// Among the visitor's sessions opened at the same time.
  var ordinal: Int32 = 0

  var body = SessionBody()
  var context = ByteRange.none
  var request = ByteRange.none
  var profile = ByteRange.none

  var split = ByteRange.none
  /// Local day of `opened`, where midnight splits.
  var day: Int64 = 0
  /// Time of its first event.
  var start: Int64 = 0
  var visitorHash: UInt64 = 0
  var headCapacity: Int32
  var headCount: Int32 = 0
  /// Other open sessions of the visitor.
  var sibling: SessionRef?
  /// Counts the sessions opened, over all runs that continue each other.
  var serial: Int64 = 0
  /// Its id and the visitor's pseudonym, once they are made.
  var id: UUID?
  var pseudonym: UUID?

  init(head: UnsafeMutablePointer<UInt8>, headCapacity: Int) {
    self.head = head
    self.headCapacity = Int32(truncatingIfNeeded: headCapacity)
  }

  var visitor: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: head, count: Int(visitorLength)) }

  func bytes(_ range: ByteRange) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafePointer(head) + Int(range.offset), count: max(0, Int(range.length)))
  }

  @inline(__always)
  func isOf(_ other: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    length == Int(visitorLength) && memcmp(head, other, length) == 0
  }
}

/// Allocates sessions, and keeps those that closed for the next. Behind each session lies room for its head, so that
/// most need no other memory than this and their chunks.
final class SessionPool {
  /// A session and its room.
  static let stride = 576
  private static let room = stride - MemoryLayout<Session>.stride
  private static let perSlab = 4096

  private var slabs: [UnsafeMutableRawPointer] = []
  @exclusivity(unchecked) private var free: SessionRef?
  /// Sessions of the last slab that have been used; its other memory has not been touched.
  @exclusivity(unchecked) private var used = perSlab
  @exclusivity(unchecked) private(set) var inUse = 0
  /// Bytes of heads that outgrew their room.
  @exclusivity(unchecked) private(set) var headBytes = 0

  deinit {
    for (index, slab) in slabs.enumerated() {
      for number in 0..<(index + 1 == slabs.count ? used : SessionPool.perSlab) {
        let session = slab + number * SessionPool.stride
        freeHead(session.assumingMemoryBound(to: Session.self))
      }
      slab.deallocate()
    }
  }

  func take() -> SessionRef {
    let session = free ?? fresh()
    free = session.pointee.newer
    session.pointee.newer = nil
    inUse &+= 1
    return session
  }

  func give(_ session: SessionRef) {
    freeHead(session)
    session.pointee = Session(head: SessionPool.room(of: session), headCapacity: SessionPool.room)
    session.pointee.newer = free
    free = session
    inUse &-= 1
  }

  /// Copies bytes into the session's head.
  func keep(_ session: SessionRef, _ bytes: UnsafePointer<UInt8>, _ length: Int) -> ByteRange {
    let offset = Int(session.pointee.headCount)
    if offset + length > Int(session.pointee.headCapacity) { grow(session, to: offset + length) }
    memcpy(session.pointee.head + offset, bytes, length)
    session.pointee.headCount = Int32(truncatingIfNeeded: offset + length)
    return ByteRange(offset: offset, length: length)
  }

  private static func room(of session: SessionRef) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(session + 1).assumingMemoryBound(to: UInt8.self)
  }

  private func freeHead(_ session: SessionRef) {
    guard session.pointee.head != SessionPool.room(of: session) else { return }
    headBytes -= Int(session.pointee.headCapacity)
    session.pointee.head.deallocate()
  }

  @inline(never)
  private func grow(_ session: SessionRef, to size: Int) {
    let capacity = (size + size / 4 + 63) & ~63
    let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    memcpy(grown, session.pointee.head, Int(session.pointee.headCount))
    freeHead(session)
    headBytes += capacity
    session.pointee.head = grown
    session.pointee.headCapacity = Int32(truncatingIfNeeded: capacity)
  }

  @inline(never)
  private func fresh() -> SessionRef {
    if used == SessionPool.perSlab {
      let bytes = SessionPool.perSlab * SessionPool.stride
      let slab = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 2 << 20)
      // As for chunks: visited in no order.
      if !slabs.isEmpty { madvise(slab, bytes, MADV_HUGEPAGE) }
      slabs.append(slab)
      used = 0
    }
    let session = (slabs[slabs.count - 1] + used * SessionPool.stride).assumingMemoryBound(to: Session.self)
    session.initialize(to: Session(head: SessionPool.room(of: session), headCapacity: SessionPool.room))
    used += 1
    return session
  }
}
