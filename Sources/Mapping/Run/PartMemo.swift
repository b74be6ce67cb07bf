internal import CProcessor
internal import Glibc
internal import Pipeline

/// Where a session's part that is made of one text column was written last for that text: user agents repeat from line to
/// line, and of a visit's events only the first one's part is used. Exact, and forgotten with the block.
///
/// What a text is compared with is itself as it was written, which lives as long as the block; one that had to be escaped is
/// not remembered.
struct PartMemo {
  private static let slots = 256

  private struct Slot: BitwiseCopyable {
    /// Of the text.
    var offset: UInt32 = 0
    var count: UInt32 = 0
    /// It holds in this block only.
    var block: UInt32 = 0
    var range = ByteRange.none
  }

  private let table: UnsafeMutablePointer<Slot>
  private var block: UInt32 = 1
  /// The buffer in which the slots of this block lie.
  private var known: ObjectIdentifier?
  /// Bytes before a text in what is written, which the mapping alone decides.
  private var before = 0

  init() {
    table = .allocate(capacity: PartMemo.slots)
    table.initialize(repeating: Slot(), count: PartMemo.slots)
  }

  func free() { table.deallocate() }

  /// Begins with a block's buffer, or goes on with it.
  @inline(__always)
  mutating func open(_ buffer: ByteBuffer) {
    if buffer.count == 0 || ObjectIdentifier(buffer) != known { forget() }
    known = ObjectIdentifier(buffer)
  }

  /// What was written is no more.
  mutating func forget() {
    block &+= 1
    // A number that comes again must not find what it left.
    if block == 0 {
      table.update(repeating: Slot(), count: PartMemo.slots)
      block = 1
    }
  }

  /// What was written for the field's text, or what `write` appends to `buffer`; nil if that fails.
  @inline(__always)
  mutating func range(of field: Field, in buffer: ByteBuffer, write: () -> ByteRange?) -> ByteRange? {
    guard field.kind == .text, let text = field.pointer, field.count >= 8 else { return write() }
    let slot = table + PartMemo.place(text, Int(field.count))
    // Bounds: a slot of this block lies in its buffer, which only grows until `forget`.
    if slot.pointee.block == block, slot.pointee.count == field.count,
      memcmp(text, buffer.base + Int(slot.pointee.offset), Int(field.count)) == 0
    {
      return slot.pointee.range
    }
    guard let range = write() else { return nil }
    remember(text, field.count, range, UnsafePointer(buffer.base), slot)
    return range
  }

  private mutating func remember(
    _ text: UnsafePointer<UInt8>, _ count: UInt32, _ range: ByteRange, _ base: UnsafePointer<UInt8>,
    _ slot: UnsafeMutablePointer<Slot>
  ) {
    guard range.length >= Int32(truncatingIfNeeded: count) else { return }
    let written = base + Int(range.offset)
    if before + Int(count) > Int(range.length) || memcmp(written + before, text, Int(count)) != 0 {
      guard let found = find_bytes(written, Int(range.length), text, Int(count)) else { return }
      before = found - UnsafeRawPointer(written)
    }
    slot.pointee = Slot(
      offset: range.offset &+ UInt32(truncatingIfNeeded: before), count: count, block: block, range: range)
  }

  /// Of words at both ends and between them, which is where agents differ: a hash of all bytes would cost half of what is
  /// saved. There are eight bytes at least.
  @inline(__always)
  private static func place(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int {
    let (raw, last) = (UnsafeRawPointer(text), count &- 8)
    func word(_ at: Int) -> UInt64 { raw.loadUnaligned(fromByteOffset: at, as: UInt64.self) }
    let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    var hash = (word(0) ^ UInt64(truncatingIfNeeded: count)) &* factor
    hash = (hash ^ word(last / 2)) &* factor
    hash = (hash ^ word(last / 4 &* 3)) &* factor
    hash = (hash ^ word(last)) &* factor
    return Int(truncatingIfNeeded: hash >> 56)
  }
}
