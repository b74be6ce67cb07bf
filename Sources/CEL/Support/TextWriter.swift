/// Writes a string of unknown length into the arena, which it moves when it outgrows its place.
struct TextWriter {
  private let activation: Activation
  private var start: UnsafeMutablePointer<UInt8>?
  private var capacity = 0
  private(set) var count = 0

  init(_ activation: Activation) { self.activation = activation }

  /// Appends bytes; false when the arena is full.
  mutating func append(_ source: Pointer, _ length: Int) -> Bool {
    guard length > 0 else { return true }
    guard count + length < Int(UInt32.max) else { return false }
    if count + length > capacity {
      let wanted = max(64, 2 * (count + length))
      guard let memory = activation.allocate(wanted)?.assumingMemoryBound(to: UInt8.self) else { return false }
      if let start { memory.update(from: start, count: count) }
      start = memory
      capacity = wanted
    }
    guard let start else { return false }
    (start + count).update(from: source, count: length)
    count += length
    return true
  }

  mutating func append(_ text: Value) -> Bool { append(text.start, text.length) }

  /// The text; the arena gets back what was not used.
  var string: Value {
    guard let start, count > 0 else { return .emptyString }
    activation.shrink(start, capacity: capacity, to: count)
    return .string(UnsafePointer(start), count: count)
  }
}
