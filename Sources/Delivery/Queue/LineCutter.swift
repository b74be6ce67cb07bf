internal import Pipeline

/// Cuts bytes into lines, which it numbers, and passes over blank ones and ones that are too long.
final class LineCutter {
  /// The longest payload. The receiver itself takes more, what stands before it hardly; and memory is bounded.
  static let longest = 16 << 20
  private static let readSize = 128 << 10

  private let buffer = ByteBuffer(capacity: LineCutter.readSize)
  /// What of the buffer was handed out.
  private var taken = 0
  /// What of the buffer is known to have no line end.
  private var searched = 0
  /// The byte of the queue at which the buffer begins.
  private var base = 0
  private var line = 0
  private var isTooLong = false
  private var tooLongFrom = 0

  /// Where the next line begins.
  var position: Int { base + taken }

  func start(at offset: Int, line: Int) {
    buffer.removeAll()
    taken = 0
    searched = 0
    base = offset
    self.line = line
  }

  /// - Parameters:
  ///   - isTorn: asked at the end: whether a last line without its end is no line.
  ///   - read: fills the buffer that it is given and returns the number of bytes; 0 at the end, nil if
  ///     there is nothing now.
  func next(
    into target: ByteBuffer, isTorn: () -> Bool = { false }, read: (UnsafeMutableRawBufferPointer) throws -> Int?
  ) throws -> PayloadQueueStep? {
    while true {
      if let end = lineEnd() {
        if let step = take(upTo: end, next: end + 1, into: target) { return step }
        continue
      }
      searched = buffer.count
      if buffer.count - taken > LineCutter.longest {
        if !isTooLong { tooLongFrom = base + taken }
        isTooLong = true
        taken = buffer.count
      }
      compact()
      buffer.reserve(LineCutter.readSize)
      let room = UnsafeMutableRawBufferPointer(start: buffer.cursor, count: LineCutter.readSize)
      guard let count = try read(room) else { return nil }
      if count > 0 {
        buffer.count += count
        continue
      }
      // What stands behind the last line end is a line as well.
      guard buffer.count > taken || isTooLong, !isTorn() else { return .ended }
      if let step = take(upTo: buffer.count, next: buffer.count, into: target) { return step }
    }
  }

  private func lineEnd() -> Int? {
    let bytes = buffer.bytes
    var at = max(searched, taken)
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "\n") { return at }
      at += 1
    }
    return nil
  }

  /// nil if the line is blank.
  private func take(upTo end: Int, next: Int, into target: ByteBuffer) -> PayloadQueueStep? {
    var from = taken
    let offset = base + taken
    taken = next
    line += 1
    if isTooLong {
      isTooLong = false
      return .tooLong(offset: tooLongFrom, end: base + next, line: line)
    }
    let bytes = buffer.bytes
    // A byte order mark at the very beginning is not part of the first payload.
    if offset == 0 { from += ByteOrderMark.length(of: bytes[from..<end]) }
    var to = end
    while from < to, bytes[from] <= 0x20 { from += 1 }
    while to > from, bytes[to - 1] <= 0x20 { to -= 1 }
    guard from < to else { return nil }
    guard to - from <= LineCutter.longest else { return .tooLong(offset: offset, end: base + next, line: line) }
    target.append(UnsafeBufferPointer(rebasing: bytes[from..<to]))
    return .payload(offset: offset, end: base + next, line: line)
  }

  private func compact() {
    guard taken > 0 else { return }
    let rest = buffer.count - taken
    if rest > 0 { buffer.base.update(from: buffer.base + taken, count: rest) }
    buffer.count = rest
    base += taken
    searched = max(0, searched - taken)
    taken = 0
    if rest < 1 << 20 { buffer.shrink(to: 2 << 20) }
  }
}
