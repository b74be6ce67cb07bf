public import Pipeline

/// Cuts bytes into blocks of whole lines. A UTF-8 byte order mark at the start is passed over; the last line needs no
/// line end. A line longer than the limit becomes one reject (R001) in linear time and bounded memory; zeros before it,
/// of which there may be gigabytes where a log was emptied while its writer kept its place, do not count.
///
/// Rejects that it leaves in `Block.rejects` have an origin and no offset; their `line` and `number` count from the end
/// of the block before, and each R001 stands for one record and one line. `Block.skippedLines` counts those lines. The
/// last block of an input says so (`isLast`), even if that is the empty one for which `next` returns false.
public final class LineSource: PacedBlockSource {
  private let bytes: any ByteSource
  private let limit: Int
  /// The unfinished line behind the block before.
  private let tail = ByteBuffer(capacity: 4096)
  private var isAtStart = true
  private var hasEnded = false
  private var hasReportedEnd = false
  /// Where the next uncut byte stands in the input.
  private var position = 0
  /// The over-long line that is being passed over.
  private var skipped: (start: Int, length: Int, head: [UInt8])?
  public var pace = Int.max

  private static let newline = UInt8(ascii: "\n")

  public init(_ bytes: any ByteSource, limits: ReadLimits) {
    self.bytes = bytes
    limit = max(limits.record, 64)
  }

  public func next(into block: Block) throws -> Bool {
    defer { block.consumed = bytes.consumed }
    if hasEnded { return finish(block, block.base, block.base) }
    let limit = min(limit, block.headroom)
    // No more than a record at once: so only the first line of a block can be too long, and the tail always fits.
    let room = max(1, min(block.capacity, pace, limit))
    var start = block.base - tail.count
    start.update(from: tail.base, count: tail.count)
    tail.removeAll()
    tail.shrink(to: 64 * 1024)
    var end = block.base
    // Up to where there is no newline.
    var searched = block.base
    var first: UnsafeMutablePointer<UInt8>?
    while true {
      if end - block.base == room {
        if first != nil, deliver(block, start, end) { return true }
        // A line that fills the block moves to the headroom; it is within the limit.
        let moved = block.base - (end - start)
        moved.update(from: start, count: end - start)
        start = moved
        end = block.base
        searched = end
      }
      let count = try bytes.read(into: UnsafeMutableRawBufferPointer(start: end, count: room - (end - block.base)))
      if count == 0 {
        hasEnded = true
        return finish(block, start, end)
      }
      end += count
      if isAtStart {
        if end - start < 3, start[0] == 0xEF { continue }
        isAtStart = false
        let mark = ByteOrderMark.length(of: UnsafeBufferPointer(start: start, count: end - start))
        if mark > 0 {
          start += mark
          searched = start
          position = mark
        }
      }
      if first == nil {
        first = LineSource.newline(searched, end)
        searched = end
      }
      if skipped == nil, (first ?? end) - start > limit { passZeros(&start, first ?? end) }
      guard skipped != nil || (first ?? end) - start > limit else { continue }
      pass(over: start, first ?? end)
      if let newline = first {
        position += 1
        rejectSkipped(block)
        start = newline + 1
        first = LineSource.newline(start, end)
        if end == start {
          start = block.base
          end = start
        }
      } else {
        start = block.base
        end = start
      }
      searched = end
    }
  }

  private static func newline(
    _ start: UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8>? {
    let found = Scan.byte(newline, start, end)
    return found < end ? UnsafeMutablePointer(mutating: found) : nil
  }

  /// The start of the unfinished line in `start..<end`.
  private static func unfinished(
    _ start: UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    Scan.lastByte(newline, start, end).map { UnsafeMutablePointer(mutating: $0) + 1 } ?? start
  }

  private func deliver(
    _ block: Block, _ start: UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    let stop = LineSource.unfinished(start, end)
    tail.append(stop, end - stop)
    fill(block, start, stop)
    return true
  }

  private func fill(
    _ block: Block, _ start: UnsafeMutablePointer<UInt8>, _ stop: UnsafeMutablePointer<UInt8>
  ) {
    block.start = start
    block.count = stop - start
    block.offset = position
    position += block.count
    block.seal()
  }

  private func pass(over start: UnsafeMutablePointer<UInt8>, _ stop: UnsafeMutablePointer<UInt8>) {
    let length = stop - start
    let head = UnsafeBufferPointer(start: start, count: min(256, length))
    var line = skipped ?? (position, 0, Array(head))
    line.length += length
    skipped = line
    position += length
  }

  private func passZeros(_ start: inout UnsafeMutablePointer<UInt8>, _ stop: UnsafeMutablePointer<UInt8>) {
    while start < stop, start.pointee == 0 {
      start += 1
      position += 1
    }
  }

  private func rejectSkipped(_ block: Block) {
    guard let line = skipped else { return }
    skipped = nil
    var reject = RecordFinding.tooLong("\(line.length) bytes at byte \(line.start)", limit: limit).reject(
      offset: nil, length: line.length, line: block.skippedLines, number: block.skippedLines)
    reject.raw = line.head
    reject.origin = line.start
    block.rejects.append(reject)
    block.skippedLines += 1
  }

  /// The end of the input: what is left is a record without line end; or lost if the bytes were cut off, or none yet if
  /// their end is open.
  private func finish(
    _ block: Block, _ start: UnsafeMutablePointer<UInt8>, _ end: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    block.isLast = true
    tail.removeAll()
    var stop = end
    if skipped != nil {
      pass(over: start, end)
      rejectSkipped(block)
      stop = start
    }
    if !hasReportedEnd {
      hasReportedEnd = true
      let whole = LineSource.unfinished(start, stop)
      let rest = UnsafeBufferPointer(start: whole, count: stop - whole)
      if block.end(bytes.reportedEnd, rest: rest, at: position + (whole - start), number: block.skippedLines) {
        stop = whole
      }
    }
    fill(block, start, stop)
    return block.count > 0
  }
}
