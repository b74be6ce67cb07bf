/// One record's place in its block.
@frozen
public struct Record: BitwiseCopyable {
  /// The record's own bytes, without line end, BOM or syslog prefix: what event ids are made of.
  public var start: UnsafePointer<UInt8>
  /// Its bytes.
  public var count: Int
  /// Offset of the record's first byte in the block.
  public var offset: Int
  /// Lines before it in the block.
  public var line: Int
  /// Records before it in the block, rejects included.
  public var number: Int

  @inlinable
  public init(start: UnsafePointer<UInt8>, count: Int, offset: Int, line: Int, number: Int) {
    self.start = start
    self.count = count
    self.offset = offset
    self.line = line
    self.number = number
  }
}

/// A table of parsed records: what a reader hands to the mapping, a few hundred at a time, so that it stays in cache.
public final class RecordBatch: @unchecked Sendable {
  /// Records: few enough that their fields stay in cache.
  public static let standardCapacity = 256

  /// Records at most.
  public let capacity: Int
  /// Fields in a record: those that the mapping asked for, in its order.
  public let stride: Int
  /// `stride` of them for each record, one record after the other.
  public let fields: UnsafeMutablePointer<Field>
  /// Where each record stands; `count` of them.
  public let records: UnsafeMutablePointer<Record>
  /// Records in it.
  @exclusivity(unchecked) public var count = 0
  /// Text that had to be decoded (escapes, encodings) and rows of lists.
  public let arena = Arena()

  public init(stride: Int, capacity: Int = RecordBatch.standardCapacity) {
    self.stride = stride
    self.capacity = capacity
    fields = .allocate(capacity: max(stride * capacity, 1))
    fields.initialize(repeating: .missing, count: max(stride * capacity, 1))
    records = .allocate(capacity: capacity)
  }

  deinit {
    fields.deallocate()
    records.deallocate()
  }

  /// Makes it ready to be filled again; texts in the arena are gone.
  public func reset() {
    count = 0
    arena.reset()
  }
}
