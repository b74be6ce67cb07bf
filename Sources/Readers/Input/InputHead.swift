internal import Pipeline

/// What the first bytes of an input tell: its place in the order of time, and whether it is a copy of another.
struct InputHead {
  /// Decompressed bytes looked at.
  static let length = 64 * 1024
  /// Of these so many are kept; heads that agree in them are read once more to compare the rest.
  static let stem = 512

  var input: InputPath
  var size: Int?
  var firstTime: Int64?
  /// Of the first line, then of all: the line stays the same while the input grows.
  var rank: UInt64
  var hash: UInt64
  var stem: [UInt8]
  /// All of them, of an input that can be read only once.
  var bytes: [UInt8]?
  var length: Int
  /// Whether the input has no more bytes than these.
  var isComplete: Bool
  var hasRecords: Bool
  /// Count and SHA-256 of the bytes by which it is known again.
  var identity: (count: Int, hash: String)
  var isUTF16: Bool

  /// The bytes, and what is left of the source for an input that can be read only once.
  static func read(_ input: InputPath) throws -> (bytes: [UInt8], isComplete: Bool, stored: StoredInput) {
    let stored = try StoredInput(input, isThreaded: false)
    var bytes = [UInt8](repeating: 0, count: length)
    let count = try StoredInput.fill(&bytes, from: stored.bytes, atLeast: length)
    // A copy of the size that it needs: there may be thousands of small inputs.
    let head = Array(bytes[..<count])
    if let finding = LineEnds.finding(head, of: input) { throw finding }
    return (head, count < length, stored)
  }

  init(
    _ input: InputPath, _ bytes: [UInt8], isComplete: Bool, size: Int?, reader: any Reader, limits: ReadLimits,
    probe: TimeProbe, block: Block
  ) throws {
    self.input = input
    self.size = size
    self.bytes = size == nil ? bytes : nil
    self.isComplete = isComplete
    length = bytes.count
    stem = Array(bytes.prefix(InputHead.stem))
    hash = bytes.withUnsafeBufferPointer { ByteHash.hash($0) }
    let line = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    rank = bytes.withUnsafeBufferPointer { ByteHash.hash(UnsafeBufferPointer(rebasing: $0[..<line])) }
    let head = Array(bytes.prefix(KnownInput.headLength))
    identity = (head.count, Fingerprint.sha256(head) ?? "")
    isUTF16 = TextSource.isUTF16(bytes)
    // A head that is cut off ends within a record, which must not be taken for one.
    let cut = MemorySource(bytes, ending: isComplete ? .whole : .open(.more))
    let source = reader.makeSource(cut, limits: limits)
    var first = FirstTime()
    var records = 0
    var isCertain = false
    while !isCertain {
      block.reset()
      guard try source.next(into: block) else { break }
      records += probe.times(block) { time in
        isCertain = first.take(time)
        return isCertain
      }
      if block.isLast { break }
    }
    hasRecords = records > 0
    firstTime = first.value
  }
}
