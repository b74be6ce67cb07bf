internal import Pipeline

/// Blocks of whole groups for `order: any`: reads the whole input first, brings rows of one key together, and gives the
/// groups in the order of their first rows. Lines are those of the input; bytes are counted in the order of the groups.
final class CSVRegroupSource: PacedBlockSource {
  private let source: CSVSource
  private let settings: CSVSettings
  private let group: CSVGroup
  private let limit: Int
  private let temporaryFolder: String?
  private var shuffle: RowShuffle?
  private let grouper: CSVGrouper
  private var layout: CSVLayout?
  /// The group that did not fit into the block before.
  private var held: [LooseRow]?
  private var rejects: [Reject] = []
  private var damage: [Reject] = []
  private var totals = (lines: 0, blanks: 0, comments: 0)
  private var position = 0
  private var consumed = 0
  var pace = Int.max

  init(_ bytes: any ByteSource, _ settings: CSVSettings, _ group: CSVGroup, limits: ReadLimits) {
    var plain = settings
    plain.group = nil
    // The same limits as for neighbouring rows.
    limit = max(limits.record, 64)
    temporaryFolder = limits.temporaryFolder
    source = CSVSource(bytes, plain, limits: ReadLimits(record: max(limit / 4, 64)))
    self.settings = settings
    self.group = group
    grouper = CSVGrouper(group, settings)
  }

  func next(into block: Block) throws -> Bool {
    if shuffle == nil { try readAll(headroom: block.headroom) }
    guard let shuffle, let layout else {
      block.isLast = true
      return false
    }
    block.consumed = consumed
    block.rejects = rejects
    rejects = []
    let index = CSVIndex.attached(to: block, layout)
    index.limit = limit / 4
    index.groupLimit = limit - limit / 4
    index.isRegrouped = true
    var scanner = CSVScanner(settings.dialect, delimiter: layout.delimiter)
    block.start = block.base
    block.offset = position
    var count = 0
    while let group = try held ?? shuffle.nextGroup() {
      let size = group.reduce(0) { $0 + $1.bytes.count + 1 }
      if count > 0, count + size > min(block.capacity, pace) {
        held = group
        break
      }
      held = nil
      // A group that is larger than a block lies in the headroom, too.
      if size > block.capacity { block.start = block.base - min(block.headroom, size) }
      let first = index.rowCount
      for row in group {
        guard count + row.bytes.count + 1 <= block.capacity + (block.base - block.start) else { break }
        (block.start + count).update(from: row.bytes, count: row.bytes.count)
        let end = count + row.bytes.count
        block.start[end] = UInt8(ascii: "\n")
        (block.start + end + 1).update(
          repeating: 0, count: min(Block.padding, block.capacity + Block.padding - (block.start + end + 1 - block.base))
        )
        scanner.begin(at: count, line: row.line, index)
        scanner.scan(block.start, end: end + 1, isEnd: true, into: index)
        count = end + 1
      }
      index.append(
        CSVRowGroup(
          firstRow: UInt32(truncatingIfNeeded: first), endRow: UInt32(truncatingIfNeeded: index.rowCount),
          key: SeenKey(bits: 0),
          hasKey: false, isReturned: false))
    }
    block.count = count
    position += count
    block.seal()
    if held == nil {
      block.isLast = true
      block.rejects += damage
      damage = []
      index.totals = totals
      totals = (0, 0, 0)
    }
    index.lineCount = 0
    return count > 0
  }

  private func readAll(headroom: Int) throws {
    let shuffle = RowShuffle(groupLimit: limit - limit / 4, folder: temporaryFolder)
    self.shuffle = shuffle
    let block = Block(capacity: 256 << 10, headroom: min(limit, headroom))
    var records = 0
    var isMore = true
    while isMore {
      block.reset()
      isMore = try source.next(into: block)
      consumed = block.consumed
      for var reject in block.rejects {
        if reject.isDamage {
          damage.append(reject)
        } else {
          reject.line += totals.lines
          rejects.append(reject)
        }
      }
      totals.lines += block.skippedLines
      guard isMore, let index = block.annotation as? CSVIndex else { break }
      layout = index.layout
      grouper.begin(index.layout)
      let view = CSVRowView(UnsafePointer(block.start), index)
      for number in 0..<index.rowCount {
        let row = view.row(number)
        switch row.pointee.kind {
        case .blank: totals.blanks += 1
        case .comment: totals.comments += 1
        case .record:
          let start = view.start(row)
          let bytes = Array(UnsafeBufferPointer(start: start, count: view.stop(row) - start))
          try shuffle.add(
            LooseRow(
              sequence: records, line: totals.lines + Int(row.pointee.line), key: grouper.keyText(view, row),
              bytes: bytes))
          records += 1
        }
      }
      totals.lines += index.lineCount
      totals.blanks += index.headBlanks
      totals.comments += index.headLines - index.headBlanks
      if block.isLast { break }
    }
    try shuffle.finish()
  }
}
