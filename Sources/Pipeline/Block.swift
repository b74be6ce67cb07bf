/// A run of whole records of one input, read but not yet understood.
///
/// Layout of the storage: `headroom | capacity | padding`. A reader's bytes are read at the page-aligned start of
/// `capacity` (a misaligned buffer costs a multiple of the system time); what the block before left unfinished is
/// copied to just before it, so that records lie in one piece. `padding` zero bytes follow the last byte of the
/// records or more, so that kernels may look a full vector ahead.
public final class Block: @unchecked Sendable {
  /// Zero bytes behind the records that may be read.
  public static let padding = 64
  private static let page = 4096

  private let storage: UnsafeMutableRawPointer
  /// Bytes before `base` into which an unfinished record may be carried over; whole pages.
  public let headroom: Int
  /// Bytes that are read at a time; whole pages.
  public let capacity: Int

  /// Page-aligned; `headroom` bytes before it may be written.
  public let base: UnsafeMutablePointer<UInt8>
  /// The whole records.
  public var start: UnsafeMutablePointer<UInt8>
  /// Bytes of the whole records.
  public var count: Int
  /// Index of the input in the run's list.
  public var input: Int = 0
  /// Where `start` stands in the input's decompressed bytes.
  public var offset: Int = 0
  /// Where the first record begins that is wanted; those before it were read by an earlier run.
  public var begin: Int = 0
  /// Lines before `begin` that the parser counts all the same.
  public var repeatedLines: Int = 0
  /// Whether the input ends behind this block.
  public var isLast: Bool = false
  /// Whether bytes are left behind the last record that are none yet: a line that is still being written.
  public var leavesRest: Bool = false
  /// Why what is left behind the last record will hardly come.
  public var torn: String?
  /// What already went wrong while the bytes were read: over-long records, damaged compression.
  public var rejects: [Reject] = []
  /// Bytes of the input as stored that were consumed up to here, for progress.
  public var consumed: Int = 0
  /// Line ends that were passed over before `start` since the block before (over-long records).
  public var skippedLines: Int = 0
  /// What the source found while it cut the block and the parser needs to know, such as the columns of a header. Kept
  /// by `reset`, so that it can be used again; a source that needs it sets it for every block.
  public var annotation: (any BlockAnnotation)?

  /// Where an offset of a block stands in the input, for readers whose blocks are not the input's bytes.
  public struct Origin: Sendable {
    /// In the block, from its `start`.
    public var offset: Int
    /// Decompressed bytes of the input before it.
    public var position: Int

    public init(offset: Int, position: Int) {
      self.offset = offset
      self.position = position
    }
  }
  /// Ascending; empty where offsets count from the block's own `offset`.
  public var origins: [Origin] = []

  /// Where the byte at `offset` of the block stands in the decompressed input.
  public func position(of offset: Int) -> Int {
    var low = 0
    var high = origins.count
    while low < high {
      let middle = (low + high) / 2
      if origins[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    return low > 0 && offset < count ? origins[low - 1].position : self.offset + offset
  }

  /// - Parameter headroom: the longest record that may be carried over, rounded up to pages. Untouched pages cost
  ///   address space only.
  public init(capacity: Int, headroom: Int) {
    let page = Block.page
    self.capacity = (max(capacity, page) + page - 1) / page * page
    self.headroom = (headroom + page - 1) / page * page
    storage = UnsafeMutableRawPointer.allocate(
      byteCount: self.headroom + self.capacity + Block.padding, alignment: page)
    base = (storage + self.headroom).assumingMemoryBound(to: UInt8.self)
    start = base
    count = 0
  }

  deinit { storage.deallocate() }

  /// Makes it ready to be filled again; what stood in it is gone.
  public func reset() {
    start = base
    count = 0
    isLast = false
    leavesRest = false
    torn = nil
    skippedLines = 0
    begin = 0
    repeatedLines = 0
    if !origins.isEmpty { origins.removeAll(keepingCapacity: true) }
    if !rejects.isEmpty { rejects.removeAll(keepingCapacity: true) }
  }

  /// Notes that the input's end is open.
  /// - Parameter left: bytes behind the last record.
  private func leave(_ left: Int, _ lack: SourceEnd.Lack) {
    switch lack {
    case .nothing: leavesRest = left > 0
    case .more: leavesRest = true
    case .torn(let reason):
      leavesRest = true
      torn = reason
    }
  }

  /// Notes how the input's bytes ended.
  /// - Parameters:
  ///   - rest: what stands behind the last whole record.
  ///   - position: of the rest in the decompressed input.
  ///   - number: records since the block before, for the reject.
  /// - Returns: whether the rest is no record: it is lost, or none yet.
  public func end(_ end: SourceEnd, rest: UnsafeBufferPointer<UInt8>, at position: Int, number: Int) -> Bool {
    switch end {
    case .whole: return false
    case .damaged(var damage), .cutOff(var damage):
      damage.raw = Array(rest.prefix(256))
      damage.length = rest.count
      damage.origin = position
      damage.line = skippedLines
      damage.number = number
      rejects.append(damage)
      return true
    case .open(let lack):
      leave(rest.count, lack)
      return true
    }
  }

  /// Zeroes the padding behind the records. Everything behind `start + count` must be free to overwrite.
  public func seal() {
    (start + count).update(repeating: 0, count: Block.padding)
  }

  /// The whole records; valid until the block is filled again.
  public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
}

/// What a reader's source tells its parser about a block. Of the reader's own making.
public protocol BlockAnnotation: AnyObject {}
