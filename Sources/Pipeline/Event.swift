/// A run of bytes in a `MappedBlock`; `length` -1 means "no value", which is not the same as empty.
@frozen
public struct ByteRange: BitwiseCopyable, Sendable {
  /// From the first byte of the texts of the `MappedBlock`.
  public var offset: UInt32
  /// Bytes; -1 where there is no value.
  public var length: Int32

  /// Numbers of 32 bits, which the texts of a block do not exceed.
  @inlinable
  public init(offset: Int, length: Int) {
    self.offset = UInt32(truncatingIfNeeded: offset)
    self.length = Int32(truncatingIfNeeded: length)
  }

  /// No value.
  @inlinable public static var none: ByteRange { ByteRange(offset: 0, length: -1) }
  /// Whether there is a value, be it empty.
  @inlinable public var isPresent: Bool { length >= 0 }
}

/// What the mapping made of a record: a finished event and what its session needs to know. The texts lie in the
/// `MappedBlock` that holds the event.
@frozen
public struct Event: BitwiseCopyable, Sendable {
  /// Milliseconds since 1970-01-01 UTC.
  public var time: Int64
  /// Derived, so that the same input gives the same one (docs/ids.md).
  public var id: UUID
  /// Whether `id` is of the record's bytes, so that byte-identical records of one time need an ordinal.
  public var needsOrdinal: Bool
  /// Index of the rule in the mapping.
  public var rule: UInt16
  /// A 64-bit hash of the visitor's bytes.
  public var visitorHash: UInt64
  /// Who it is of, in the bytes of which `visitorHash` is the hash.
  public var visitor: ByteRange
  /// The event as JSON, beginning with `{"id":"` and 36 characters of id.
  public var body: ByteRange
  /// The session's `context` and `request`, each a JSON object without its key.
  public var context: ByteRange
  public var request: ByteRange
  /// `"id":"…"` and perhaps `,"ids":[…]` where the mapping names the profile itself.
  public var profile: ByteRange
  /// The value of `split_when`.
  public var split: ByteRange
  /// The record: offset and length in its block, and its numbers there.
  public var recordOffset: UInt32
  public var recordLength: UInt32
  public var line: UInt32
  public var number: UInt32

  /// Where the id begins in `body`.
  public static let idOffset = 7

  @inlinable
  public init(
    time: Int64, id: UUID, needsOrdinal: Bool, rule: UInt16, visitorHash: UInt64, visitor: ByteRange, body: ByteRange,
    context: ByteRange, request: ByteRange, profile: ByteRange, split: ByteRange, recordOffset: UInt32,
    recordLength: UInt32, line: UInt32, number: UInt32
  ) {
    self.time = time
    self.id = id
    self.needsOrdinal = needsOrdinal
    self.rule = rule
    self.visitorHash = visitorHash
    self.visitor = visitor
    self.body = body
    self.context = context
    self.request = request
    self.profile = profile
    self.split = split
    self.recordOffset = recordOffset
    self.recordLength = recordLength
    self.line = line
    self.number = number
  }
}

/// Everything that came of one block: events with their texts, rejects, and counts. Made by a worker, taken by the
/// sessions in the order of the blocks.
public final class MappedBlock: @unchecked Sendable {
  /// In the order of their records; `count` of them.
  @exclusivity(unchecked) public internal(set) var events: UnsafeMutablePointer<Event>
  /// Events in the block.
  @exclusivity(unchecked) public internal(set) var count = 0
  private var capacity: Int
  /// Visitors, bodies, contexts.
  public let text = ByteBuffer(capacity: 64 * 1024)
  /// Records that the parser or the mapper refused, in no certain order.
  @exclusivity(unchecked) public var rejects: [Reject] = []
  /// What became of the block's records.
  @exclusivity(unchecked) public var counts = BlockCounts()
  /// Events that the sessions' reorder buffer still refers to.
  @exclusivity(unchecked) public var pending = 0
  /// Made by a mapper that notes what becomes of every record; nil otherwise.
  @exclusivity(unchecked) public var fates: RecordFates?

  /// An empty one; its memory grows with what it is given.
  public init() {
    capacity = 256
    events = .allocate(capacity: capacity)
  }

  deinit { events.deallocate() }

  /// Adds an event, whose texts stand in this block already.
  public func append(_ event: Event) { addSlot().initialize(to: event) }

  /// Adds an event that is yet to be written: hot code writes it where it stays.
  public func addSlot() -> UnsafeMutablePointer<Event> {
    if count == capacity { grow() }
    count &+= 1
    return events + (count &- 1)
  }

  @inline(never)
  private func grow() {
    let grown = UnsafeMutablePointer<Event>.allocate(capacity: capacity * 2)
    grown.moveInitialize(from: events, count: count)
    events.deallocate()
    events = grown
    capacity *= 2
  }

  /// Takes back the events from `index` on.
  public func removeEvents(from index: Int) { count = min(count, max(0, index)) }

  /// A text of an event; empty where there is none. Valid until `reset`.
  public func bytes(_ range: ByteRange) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafePointer(text.base) + Int(range.offset), count: max(0, Int(range.length)))
  }

  /// Makes it ready for another block.
  public func reset() {
    count = 0
    pending = 0
    text.removeAll()
    text.shrink(to: 8 << 20)
    if !rejects.isEmpty { rejects.removeAll() }
    counts.reset()
    fates?.reset()
  }
}

/// The accounts of one block. They must add up: `lines = comments + blanks + records + lines inside records`,
/// `records = rejected + dropped + unmatched + mapped`.
public struct BlockCounts: Sendable {
  /// Line ends, comments and blanks included.
  public var lines = 0
  /// Lines that the format sets aside, such as `#` in W3C logs.
  public var comments = 0
  /// Lines with nothing in them.
  public var blanks = 0
  /// Records, those that became rejects included.
  public var records = 0
  /// Places in texts that were not UTF-8 and were replaced by U+FFFD.
  public var replaced = 0
  /// Records that became at least one event.
  public var mapped = 0
  /// Records that no rule wanted.
  public var unmatched = 0
  /// Records dropped, by the mapping's drop entries.
  public var dropped: [Int] = []
  /// Events, by the mapping's rules.
  public var matched: [Int] = []

  public init() {}

  /// Back to nothing; memory is kept.
  public mutating func reset() {
    lines = 0
    comments = 0
    blanks = 0
    records = 0
    replaced = 0
    mapped = 0
    unmatched = 0
    for index in dropped.indices { dropped[index] = 0 }
    for index in matched.indices { matched[index] = 0 }
  }

  /// Adds a block's to a sum; lists grow as needed.
  public static func += (sum: inout BlockCounts, block: BlockCounts) {
    sum.lines += block.lines
    sum.comments += block.comments
    sum.blanks += block.blanks
    sum.records += block.records
    sum.replaced += block.replaced
    sum.mapped += block.mapped
    sum.unmatched += block.unmatched
    add(block.dropped, to: &sum.dropped)
    add(block.matched, to: &sum.matched)
  }

  private static func add(_ part: [Int], to sum: inout [Int]) {
    while sum.count < part.count { sum.append(0) }
    for index in part.indices { sum[index] += part[index] }
  }
}
