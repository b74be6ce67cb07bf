/// The state of one evaluation at a time: an arena for the values it makes, the host's record, and the variables of
/// comprehensions. Make one for each worker thread and call `reset()` after each record.
///
/// In a steady state an activation does not allocate: `reset()` keeps the memory. A record that needs more than
/// `limit` bytes gets an error value, not a crash.
public final class Activation {
  @usableFromInline
  struct State {
    @usableFromInline var cursor: UnsafeMutableRawPointer
    @usableFromInline var end: UnsafeMutableRawPointer
    @usableFromInline let first: UnsafeMutableRawPointer
    @usableFromInline let firstEnd: UnsafeMutableRawPointer
    /// Whether memory behind the first chunk is in use.
    @usableFromInline var isSpilled = false
    @usableFromInline var host: UnsafeMutableRawPointer?
    @usableFromInline var frame: UnsafeMutablePointer<Value>
    @usableFromInline var top: UnsafeMutablePointer<Value>
    @usableFromInline var limit: UnsafeMutablePointer<Value>
    /// How many more steps the evaluation may take.
    @usableFromInline var steps: Int
    @usableFromInline let allSteps: Int
  }

  /// Held by address, so that no access is checked for exclusivity at run time.
  @usableFromInline let state: UnsafeMutablePointer<State>
  @usableFromInline let slots: UnsafeMutablePointer<Value>
  private var chunks: [UnsafeMutableRawBufferPointer] = []
  private var chunk = 0
  private var allocated = 0
  private let limit: Int

  static let slotCount = 1024
  private static let firstChunk = 16 * 1024

  /// - Parameters:
  ///   - limit: how many bytes the values of one record may take in all.
  ///   - steps: how many elements the comprehensions over one record may visit in all. Every expression ends, but
  ///     nested comprehensions may take very long.
  public init(limit: Int = 64 << 20, steps: Int = .max) {
    self.limit = limit
    let first = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.firstChunk, alignment: 16)
    chunks.append(first)
    allocated = Self.firstChunk
    slots = .allocate(capacity: Self.slotCount)
    slots.initialize(repeating: .null, count: Self.slotCount)
    state = .allocate(capacity: 1)
    // An allocation of a fixed size always has a base address.
    let start = first.baseAddress ?? UnsafeMutableRawPointer(slots)
    state.initialize(
      to: State(
        cursor: start, end: start + first.count, first: start, firstEnd: start + first.count, host: nil, frame: slots,
        top: slots, limit: slots + Self.slotCount, steps: steps, allSteps: steps))
  }

  deinit {
    for chunk in chunks { chunk.deallocate() }
    slots.deallocate()
    state.deallocate()
  }

  /// The host's record, which only the host's own closures look into.
  @inlinable
  public var host: UnsafeMutableRawPointer? {
    get { state.pointee.host }
    set { state.pointee.host = newValue }
  }

  /// How many bytes of memory the arena holds, used or not.
  public var capacity: Int { allocated }

  /// Frees all values that were made in the arena and keeps its memory, except chunks of an outsized record.
  @inlinable
  public func reset() {
    if state.pointee.isSpilled { trim() }
    state.pointee.cursor = state.pointee.first
    state.pointee.end = state.pointee.firstEnd
    state.pointee.frame = slots
    state.pointee.top = slots
    state.pointee.steps = state.pointee.allSteps
  }

  /// Takes some steps; false when there are none left.
  @inline(__always)
  func spend(_ count: Int) -> Bool {
    state.pointee.steps &-= count
    return state.pointee.steps >= 0
  }

  @usableFromInline
  func trim() {
    while chunks.count > 1, allocated > 4 << 20, let last = chunks.popLast() {
      allocated -= last.count
      last.deallocate()
    }
    chunk = 0
    state.pointee.isSpilled = false
  }

  /// Memory for `count` bytes, aligned to 8, until `reset()`; nil when the record has used up its share.
  @inlinable
  public func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    let size = (count &+ 7) & ~7
    let start = state.pointee.cursor
    guard size >= 0, size <= state.pointee.end - start else { return allocateSlowly(size) }
    state.pointee.cursor = start + size
    return start
  }

  /// Memory for `count` values until `reset()`, not initialized.
  @inlinable
  public func allocateValues(_ count: Int) -> UnsafeMutablePointer<Value>? {
    allocate(count &* 16)?.assumingMemoryBound(to: Value.self)
  }

  /// Gives back the end of an allocation, if it is the last one.
  func shrink(_ start: UnsafeMutablePointer<UInt8>, capacity: Int, to count: Int) {
    let memory = UnsafeMutableRawPointer(start)
    guard memory + ((capacity + 7) & ~7) == state.pointee.cursor else { return }
    state.pointee.cursor = memory + ((count + 7) & ~7)
  }

  @usableFromInline
  func allocateSlowly(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size >= 0 else { return nil }
    while chunk + 1 < chunks.count {
      chunk += 1
      if chunks[chunk].count >= size { return start(in: chunks[chunk], size) }
    }
    let wanted = max(size, min(allocated, 1 << 20))
    guard wanted <= limit - allocated || size <= limit - allocated else { return nil }
    let count = wanted <= limit - allocated ? wanted : size
    let new = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    allocated += count
    chunks.append(new)
    chunk = chunks.count - 1
    return start(in: new, size)
  }

  private func start(in chunk: UnsafeMutableRawBufferPointer, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let start = chunk.baseAddress else { return nil }
    state.pointee.isSpilled = true
    state.pointee.cursor = start + size
    state.pointee.end = start + chunk.count
    return start
  }
}

// MARK: Making values

extension Activation {
  /// Copies text into the arena.
  public func string(_ text: String) -> Value {
    var text = text
    return text.withUTF8 { string(copying: $0) }
  }

  /// Copies UTF-8 bytes into the arena.
  @inlinable
  public func string(copying bytes: UnsafeBufferPointer<UInt8>) -> Value {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return .emptyString }
    guard let copy = allocate(bytes.count) else { return .error(.outOfMemory) }
    copy.copyMemory(from: source, byteCount: bytes.count)
    return .string(UnsafePointer(copy.assumingMemoryBound(to: UInt8.self)), count: bytes.count)
  }

  /// Copies values into a list.
  public func list(_ values: [Value]) -> Value {
    guard !values.isEmpty else { return .emptyList }
    guard let start = allocateValues(values.count) else { return .error(.outOfMemory) }
    for (index, value) in values.enumerated() { start[index] = value }
    return .list(start, count: values.count)
  }

  /// An error of a host's function, with text of its own: lower-case, no full stop.
  public func error(_ message: String) -> Value { error(.custom, message) }

  /// An error with text about this very case.
  public func error(_ code: ErrorCode, _ message: String, at offset: UInt32 = .max) -> Value {
    var message = message
    return message.withUTF8 { error(code, detail: $0, at: offset) }
  }

  func error(_ code: ErrorCode, detail: UnsafeBufferPointer<UInt8>, at offset: UInt32 = .max) -> Value {
    let count = min(detail.count, 200)
    guard let copy = allocate(count + 4) else { return .error(code, at: offset) }
    copy.storeBytes(of: UInt32(count), as: UInt32.self)
    if let source = detail.baseAddress { (copy + 4).copyMemory(from: source, byteCount: count) }
    return .error(code, at: offset, detail: UnsafePointer(copy.assumingMemoryBound(to: UInt8.self)))
  }
}

/// A compiled expression, or a part of one.
public typealias Evaluate = @Sendable (Activation) -> Value
