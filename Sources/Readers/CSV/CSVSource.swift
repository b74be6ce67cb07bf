internal import Pipeline

/// Cuts bytes into blocks of whole rows, or of whole groups of rows, and leaves with each block an index of its fields.
///
/// What is longer than the limit is passed over and becomes one reject: a line (R001), or a group of rows (R114). A row
/// that is too long by its quotes costs its first line only (R112, by the parser), since mostly a quote was not closed.
/// What is too long follows from the bytes alone, never from where blocks end. Everything is linear in the input, and
/// memory is bounded by the limit; the keys of closed groups come on top (`SeenKeys`).
final class CSVSource: PacedBlockSource {
  private var bytes: any ByteSource
  private let settings: CSVSettings
  private let limit: Int
  private let grouper: CSVGrouper?
  private var head: CSVHead?
  private var scanner: CSVScanner
  /// What the block before left unfinished.
  private let tail = ByteBuffer(capacity: 4096)
  /// Where the next byte that was not delivered stands in the input.
  private var position = 0
  private var hasEnded = false
  private var isFinished = false
  private var hasDeliveredHead = false
  private var skip: CSVSkip?
  var pace = Int.max

  private static let newline = UInt8(ascii: "\n")

  init(_ bytes: any ByteSource, _ settings: CSVSettings, limits: ReadLimits) {
    self.bytes = bytes
    self.settings = settings
    limit = max(limits.record, 64)
    grouper = settings.group.map { CSVGrouper($0, settings) }
    scanner = CSVScanner(settings.dialect, delimiter: settings.dialect.delimiter ?? UInt8(ascii: ","))
  }

  /// The bytes at hand, not yet delivered.
  private struct Stretch {
    var start: UnsafeMutablePointer<UInt8>
    var end: UnsafeMutablePointer<UInt8>
    var count: Int { end - start }
  }

  func next(into block: Block) throws -> Bool {
    defer { block.consumed = bytes.consumed }
    let index = try beginIndex(of: block)
    if isFinished {
      block.isLast = true
      return false
    }
    // No more than a record at once: what was carried over and what is read always fit.
    let room = max(1, min(block.capacity, pace, index.limit))
    var stretch = takeTail(into: block)
    scanner.begin(lines: index.headLines)
    while true {
      try fill(&stretch, block, room)
      if let isDelivered = take(&stretch, block, index) { return isDelivered }
    }
  }

  /// The index that goes with the block; with the first one go the lines of the head.
  private func beginIndex(of block: Block) throws -> CSVIndex {
    let head = try self.head ?? readHead()
    let index = CSVIndex.attached(to: block, head.layout)
    let limit = min(limit, block.headroom)
    // An open group and the row at work must fit together.
    index.limit = grouper == nil ? limit : max(limit / 4, 1)
    index.groupLimit = limit - index.limit
    if !hasDeliveredHead {
      hasDeliveredHead = true
      index.headLines = head.lines
      index.headBlanks = head.blanks
    }
    return index
  }

  private func readHead() throws -> CSVHead {
    var head = [UInt8](repeating: 0, count: CSVHead.length)
    let count = try StoredInput.fill(&head, from: bytes, atLeast: CSVHead.length)
    head.removeLast(CSVHead.length - count)
    let found = try CSVHead(head, isComplete: count < CSVHead.length, settings)
    bytes = PeekedSource(head: Array(head[found.size...]), rest: bytes)
    position = found.size
    scanner = CSVScanner(settings.dialect, delimiter: found.layout.delimiter)
    grouper?.begin(found.layout)
    self.head = found
    return found
  }

  private func takeTail(into block: Block) -> Stretch {
    let stretch = Stretch(start: block.base - tail.count, end: block.base)
    stretch.start.update(from: tail.base, count: tail.count)
    tail.removeAll()
    tail.shrink(to: 64 * 1024)
    return stretch
  }

  /// Reads until there is no more room, and zeroes the padding. What fills the block already moves to its headroom.
  private func fill(_ stretch: inout Stretch, _ block: Block, _ room: Int) throws {
    if stretch.end - block.base >= room {
      let moved = block.base - stretch.count
      moved.update(from: stretch.start, count: stretch.count)
      stretch = Stretch(start: moved, end: block.base)
    }
    while stretch.end - block.base < room, !hasEnded {
      let space = UnsafeMutableRawBufferPointer(start: stretch.end, count: room - (stretch.end - block.base))
      let count = try bytes.read(into: space)
      if count == 0 { hasEnded = true }
      stretch.end += count
    }
    stretch.end.update(repeating: 0, count: Block.padding)
  }

  /// Fills the block with what is at hand.
  /// - Returns: what `next` does; nil if it must read more first.
  private func take(_ stretch: inout Stretch, _ block: Block, _ index: CSVIndex) -> Bool? {
    let end = hasEnded ? bytes.reportedEnd : .whole
    let isEnd = hasEnded && end.isWhole
    if case .line = skip?.kind, !endLine(block, index, &stretch, isEnd: hasEnded) { return nil }
    var breaksOff = scan(index, stretch, isEnd: isEnd)
    if case .group(let key) = skip?.kind {
      guard endGroup(key, block, index, &stretch, ends: isEnd || breaksOff) else {
        return hasEnded ? finish(block, index, stretch, rows: 0, end) : nil
      }
      breaksOff = scan(index, stretch, isEnd: isEnd)
    }
    let rows = wholeRows(stretch.start, index, isEnd: isEnd, losesRow: breaksOff)
    let first = offset(ofRow: rows, index)
    if breaksOff {
      // What is behind the rows is a line that is too long, perhaps without its end.
      let line = stretch.start + first
      let length = Scan.byte(CSVSource.newline, line, stretch.end) - UnsafePointer(line)
      begin(.line, at: first, UnsafeMutableBufferPointer(start: line, count: length), lines: 0)
      return cut(block, index, &stretch, rows: rows, behind: first + length) ? true : nil
    }
    if hasEnded { return finish(block, index, stretch, rows: rows, end) }
    if rows < index.rowCount, groupLength(index, from: rows) > index.groupLimit {
      // The open group is too long. Its rows go, the row at work stays.
      let open = UnsafeMutableBufferPointer(start: stretch.start + first, count: scanner.rowStart - first)
      let key = grouper?.key(stretch.start, index, from: rows)
      begin(.group(key), at: first, open, lines: scanner.rowLine - Int(index.rows[rows].line))
      return cut(block, index, &stretch, rows: rows, behind: scanner.rowStart) ? true : nil
    }
    guard rows > 0 else { return nil }
    deliver(block, index, stretch, rows: rows)
    return true
  }

  /// Leaves out what lies between the rows and `behind`. True if the rows were delivered; the stretch begins anew
  /// otherwise.
  private func cut(_ block: Block, _ index: CSVIndex, _ stretch: inout Stretch, rows: Int, behind: Int) -> Bool {
    let first = offset(ofRow: rows, index)
    let rest = Stretch(start: stretch.start + behind, end: stretch.end)
    if rows > 0 {
      tail.append(rest.start, rest.count)
      deliver(block, index, Stretch(start: stretch.start, end: stretch.start + first), rows: rows)
      position += behind - first
      return true
    }
    position += behind
    stretch = rest
    restart(index)
    return false
  }

  /// From the first row of a group to the end of its last one.
  private func groupLength(_ index: CSVIndex, from first: Int) -> Int {
    var last = index.rowCount - 1
    while last > first, index.rows[last].kind != .record { last -= 1 }
    return Int(index.rows[last].start) + index.length(ofRow: last) - Int(index.rows[first].start)
  }

  // MARK: - Rows

  /// Scans what is new, and breaks rows that are too long by their quotes. True if the row at work is too long without
  /// any; it reaches to the end of the stretch then.
  private func scan(_ index: CSVIndex, _ stretch: Stretch, isEnd: Bool) -> Bool {
    let start = UnsafePointer(stretch.start)
    var checked = 0
    while true {
      scanner.scan(start, end: stretch.count, isEnd: isEnd, into: index)
      // Only what began before the bytes that were read last can be too long.
      while checked < index.rowCount, Int(index.rows[checked].start) + index.limit < stretch.count {
        if index.length(ofRow: checked) > index.limit { break }
        checked += 1
      }
      if checked < index.rowCount, Int(index.rows[checked].start) + index.limit < stretch.count {
        scanner.reopen(index, row: checked)
      } else if stretch.count - scanner.rowStart <= index.limit {
        return false
      }
      if !scanner.breakRow(start, end: scanner.rowStart + index.limit, index) { return true }
    }
  }

  /// How many rows of the index can be delivered.
  private func wholeRows(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, isEnd: Bool, losesRow: Bool) -> Int {
    guard let grouper else { return index.rowCount }
    return grouper.cut(base, index, isEnd: isEnd, losesRow: losesRow)
  }

  /// Where a row begins, or the row at work.
  private func offset(ofRow row: Int, _ index: CSVIndex) -> Int {
    row < index.rowCount ? Int(index.rows[row].start) : scanner.rowStart
  }

  private func restart(_ index: CSVIndex) {
    index.endCount = 0
    index.rowCount = 0
    scanner.begin(lines: index.headLines)
  }

  private func deliver(_ block: Block, _ index: CSVIndex, _ stretch: Stretch, rows: Int) {
    let stop = min(offset(ofRow: rows, index), stretch.count)
    index.lineCount = rows < index.rowCount ? Int(index.rows[rows].line) : scanner.rowLine
    index.rowCount = min(rows, index.rowCount)
    tail.append(stretch.start + stop, stretch.count - stop)
    block.start = stretch.start
    block.count = stop
    block.offset = position
    position += stop
    block.seal()
  }

  /// The end of the input: what is left is a row without line end; or lost if the bytes were cut off, or none yet if
  /// their end is open.
  private func finish(_ block: Block, _ index: CSVIndex, _ stretch: Stretch, rows: Int, _ end: SourceEnd) -> Bool {
    block.isLast = true
    isFinished = true
    var stretch = stretch
    let stop = min(offset(ofRow: rows, index), stretch.count)
    if skip != nil {
      // What is passed over ends with the input.
      skip?.pass(UnsafeMutableBufferPointer(start: stretch.start, count: stretch.count), lines: 0)
      endSkip(block, index)
      stretch.end = stretch.start
    }
    let lost = min(stretch.start + stop, stretch.end)
    let rest = UnsafeBufferPointer(start: lost, count: stretch.end - lost)
    if block.end(end, rest: rest, at: position + (lost - stretch.start), number: block.rejects.count) {
      stretch.end = lost
    }
    deliver(block, index, stretch, rows: rows)
    tail.removeAll()
    return block.count > 0 || index.headLines > 0
  }

  // MARK: - What is passed over

  /// Passes over what begins with these bytes.
  /// - Parameter offset: of the bytes in the stretch.
  private func begin(_ kind: CSVSkip.Kind, at offset: Int, _ bytes: UnsafeMutableBufferPointer<UInt8>, lines: Int) {
    var skip = CSVSkip(kind, at: position + offset)
    skip.pass(bytes, lines: lines)
    self.skip = skip
  }

  private func endSkip(_ block: Block, _ index: CSVIndex) {
    guard let skip else { return }
    self.skip = nil
    block.rejects.append(
      skip.reject(
        limit: index.limit, groupLimit: index.groupLimit, line: index.headLines + block.skippedLines,
        number: block.rejects.count))
    block.skippedLines += max(1, skip.lines)
  }

  /// Passes over what is left of a line; false if its end is not there yet.
  private func endLine(_ block: Block, _ index: CSVIndex, _ stretch: inout Stretch, isEnd: Bool) -> Bool {
    let newline = Scan.byte(CSVSource.newline, stretch.start, stretch.end)
    let isFound = newline < stretch.end
    let length = newline - UnsafePointer(stretch.start)
    skip?.pass(UnsafeMutableBufferPointer(start: stretch.start, count: length), lines: isFound ? 1 : 0)
    position += length + (isFound ? 1 : 0)
    if isFound {
      endSkip(block, index)
      stretch.start += length + 1
    } else {
      stretch = Stretch(start: block.base, end: block.base)
    }
    restart(index)
    if isEnd, !isFound { endSkip(block, index) }
    return isFound || isEnd
  }

  /// Passes over further rows of a group; false if more of them may come.
  private func endGroup(
    _ key: SeenKey?, _ block: Block, _ index: CSVIndex, _ stretch: inout Stretch, ends: Bool
  ) -> Bool {
    let rows = grouper?.rows(of: key, stretch.start, index) ?? 0
    let length = offset(ofRow: rows, index)
    let isOver = rows < index.rowCount || ends
    let lines = (rows < index.rowCount ? Int(index.rows[rows].line) : scanner.rowLine) - index.headLines
    skip?.pass(UnsafeMutableBufferPointer(start: stretch.start, count: min(length, stretch.count)), lines: lines)
    position += length
    stretch.start += min(length, stretch.count)
    if isOver { endSkip(block, index) }
    restart(index)
    return isOver
  }
}
