internal import Glibc
internal import Pipeline

/// What stands before each event of a body: time, length of the JSON, rule.
struct EventMark: BitwiseCopyable {
  var time: Int64
  var length: UInt32
  var rule: UInt16

  /// Bytes in a body; no padding.
  static let size = 14

  @inline(__always)
  func store(at to: UnsafeMutableRawPointer) {
    to.storeBytes(of: time, as: Int64.self)
    to.storeBytes(of: length, toByteOffset: 8, as: UInt32.self)
    to.storeBytes(of: rule, toByteOffset: 12, as: UInt16.self)
  }

  @inline(__always)
  init(time: Int64, length: UInt32, rule: UInt16) {
    self.time = time
    self.length = length
    self.rule = rule
  }

  @inline(__always)
  init(at from: UnsafeRawPointer) {
    time = from.loadUnaligned(as: Int64.self)
    length = from.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    rule = from.loadUnaligned(fromByteOffset: 12, as: UInt16.self)
  }
}

/// A session's events: marks and JSON one after the other, in chunks of a `ChunkPool`, the older part perhaps in a
/// `SpillFile`.
struct SessionBody {
  var last = ChunkPool.none
  /// Free bytes at the end of the last chunk.
  var room: Int32 = 0
  var first = ChunkPool.none
  var chunks: Int32 = 0
  /// Bytes in chunks.
  var count = 0
  /// Bytes in the file, and the last of its extents there.
  var spilled = 0
  var extent: Int64 = -1

  @inline(__always)
  mutating func append(_ mark: EventMark, _ json: UnsafePointer<UInt8>, _ pool: ChunkPool) {
    let length = Int(mark.length)
    count &+= EventMark.size &+ length
    if Int(room) < EventMark.size {
      appendSplit(mark, pool)
    } else {
      // Bounds: `room` bytes are free at the end of the last chunk.
      mark.store(at: pool.bytes(last) + (ChunkPool.size &- Int(room)))
      room &-= Int32(EventMark.size)
    }
    extend(json, length, pool)
  }

  @inline(never)
  private mutating func appendSplit(_ mark: EventMark, _ pool: ChunkPool) {
    withUnsafeTemporaryAllocation(byteCount: EventMark.size, alignment: 8) { buffer in
      guard let start = buffer.baseAddress else { return }
      mark.store(at: start)
      extend(start, EventMark.size, pool)
    }
  }

  /// Copies bytes over as many chunks as it takes.
  @inline(__always)
  private mutating func extend(_ bytes: UnsafeRawPointer, _ length: Int, _ pool: ChunkPool) {
    var from = bytes
    var left = length
    while left > 0 {
      if room == 0 {
        let chunk = pool.take()
        if last == ChunkPool.none { first = chunk } else { pool.link(last, to: chunk) }
        last = chunk
        room = Int32(ChunkPool.size)
        chunks &+= 1
      }
      let part = min(Int(room), left)
      memcpy(pool.bytes(last) + (ChunkPool.size &- Int(room)), from, part)
      from += part
      left &-= part
      room &-= Int32(truncatingIfNeeded: part)
    }
  }

  /// Copies what is in chunks to `to`, which has room for `count` bytes.
  func gather(to: UnsafeMutablePointer<UInt8>, _ pool: ChunkPool) {
    var to = to
    var left = count
    var chunk = first
    while left > 0 {
      let part = min(left, ChunkPool.size)
      memcpy(to, pool.bytes(chunk), part)
      to += part
      left &-= part
      chunk = pool.next(chunk)
    }
  }

  /// Reads what is in chunks from the front.
  @inline(__always)
  func reader(_ pool: ChunkPool) -> BodyReader {
    guard count > 0 else { return BodyReader(UnsafeBufferPointer(start: nil, count: 0)) }
    return BodyReader(first, count, pool)
  }

  /// Gives the chunks back.
  mutating func release(_ pool: ChunkPool) {
    if chunks > 0 { pool.give(first, last: last, count: Int(chunks)) }
    first = ChunkPool.none
    last = ChunkPool.none
    room = 0
    chunks = 0
    count = 0
  }
}

/// Reads a body from its front: out of chunks, or out of one piece where it had to be put together.
struct BodyReader {
  /// Bytes not yet read.
  private(set) var left: Int
  private var at: UnsafeRawPointer
  /// Of `left`, how many lie here.
  private var here: Int
  private var next = ChunkPool.none
  /// Who reads a body keeps its pool alive; no reference is counted for a body.
  private let pool: Unmanaged<ChunkPool>?

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    at = UnsafeRawPointer(bytes.baseAddress ?? BodyReader.nothing)
    left = bytes.count
    here = bytes.count
    pool = nil
  }

  @inline(__always)
  init(_ first: UInt32, _ count: Int, _ pool: ChunkPool) {
    at = UnsafeRawPointer(pool.bytes(first))
    left = count
    here = min(count, ChunkPool.size)
    next = pool.next(first)
    self.pool = .passUnretained(pool)
    pool.expect(next, left - here)
  }

  /// An address for a body of no bytes.
  private static var nothing: UnsafePointer<UInt8> { StaticString(" ").utf8Start }

  /// The mark in front of the next event; nil at the end.
  @inline(__always)
  mutating func mark() -> EventMark? {
    guard left >= EventMark.size else { return nil }
    if here >= EventMark.size {
      let mark = EventMark(at: at)
      advance(EventMark.size)
      return mark
    }
    return splitMark()
  }

  @inline(never)
  private mutating func splitMark() -> EventMark? {
    withUnsafeTemporaryAllocation(byteCount: EventMark.size, alignment: 8) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      copy(EventMark.size, to: start)
      return EventMark(at: start)
    }
  }

  /// Copies the next `count` bytes, of which there must be as many left.
  @inline(__always)
  mutating func copy(_ count: Int, to target: UnsafeMutableRawPointer) {
    var to = target
    var wanted = count
    while wanted > here {
      memcpy(to, at, here)
      to += here
      wanted &-= here
      left &-= here
      enterNext()
    }
    memcpy(to, at, wanted)
    advance(wanted)
  }

  @inline(__always)
  private mutating func advance(_ count: Int) {
    at += count
    here &-= count
    left &-= count
  }

  @inline(__always)
  private mutating func enterNext() {
    guard let pool, next != ChunkPool.none else { return }
    let chunk = next
    here = min(left, ChunkPool.size)
    (at, next) = pool._withUnsafeGuaranteedRef { pool in
      let following = pool.next(chunk)
      pool.expect(following, left &- here)
      return (UnsafeRawPointer(pool.bytes(chunk)), following)
    }
  }
}
