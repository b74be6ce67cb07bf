internal import Pipeline

/// One row in a block: offsets from the block's first byte.
struct CSVRow: BitwiseCopyable {
  enum Kind: UInt8 { case record, blank, comment }
  enum Problem: UInt8 {
    case none
    /// Text stands behind a closing quote.
    case textBehindQuote
    /// A quote is never closed.
    case unclosedQuote
  }

  var start: UInt32
  /// The end of its first field in `CSVIndex.ends`.
  var firstEnd: UInt32
  var fieldCount: UInt32
  /// Line ends before it in the block.
  var line: UInt32
  /// Where the problem is.
  var problemOffset: UInt32
  var kind: Kind
  var problem: Problem
}

/// Rows that make one record, and blank lines and comments between them.
struct CSVRowGroup: BitwiseCopyable {
  var firstRow: UInt32
  var endRow: UInt32
  /// Its key, if it has one.
  var key: SeenKey
  var hasKey: Bool
  /// A group of the same key was closed before.
  var isReturned: Bool
  /// A row beside it, whose key cannot be read, may be one of its rows.
  var mayLackRow = false
  /// A row in it has no key that can be read.
  var hasRowWithoutKey = false
}

/// Where the fields and rows of a block lie. Made by the source, which has to find the rows anyway to cut blocks, and
/// used by the parser, which so need not look for them again.
final class CSVIndex: BlockAnnotation {
  var layout: CSVLayout
  /// The end of each field: its delimiter or line end.
  private(set) var ends: UnsafeMutablePointer<UInt32>
  private(set) var endCapacity: Int
  var endCount = 0
  private(set) var rows: UnsafeMutablePointer<CSVRow>
  private(set) var rowCapacity: Int
  var rowCount = 0
  private(set) var groups: UnsafeMutablePointer<CSVRowGroup>
  private var groupCapacity: Int
  /// What the scanner finds in a stretch, before it makes rows of it: see `field_ends`.
  let rowEnds: UnsafeMutablePointer<UInt32>
  let innerLineEnds: UnsafeMutablePointer<UInt32>
  private(set) var groupCount = 0
  /// Lines of the head (header, `sep=`), which are accounted for with the first block.
  var headLines = 0
  var headBlanks = 0
  /// The longest row and the longest group.
  var limit = Int.max
  var groupLimit = Int.max
  /// Whether rows stand in another order than in the input: their lines count from its start then, and the accounts of
  /// lines come with its last block.
  var isRegrouped = false
  var totals = (lines: 0, blanks: 0, comments: 0)
  /// Line ends in the rows.
  var lineCount = 0

  init(_ layout: CSVLayout) {
    self.layout = layout
    endCapacity = 16 * 1024
    ends = .allocate(capacity: endCapacity)
    rowCapacity = 1024
    rows = .allocate(capacity: rowCapacity)
    groupCapacity = 512
    groups = .allocate(capacity: groupCapacity)
    rowEnds = .allocate(capacity: CSVScanner.room)
    innerLineEnds = .allocate(capacity: CSVScanner.room)
  }

  deinit {
    ends.deallocate()
    rows.deallocate()
    groups.deallocate()
    rowEnds.deallocate()
    innerLineEnds.deallocate()
  }

  /// The block's index, emptied; blocks are used again and again, and so are their indices.
  static func attached(to block: Block, _ layout: CSVLayout) -> CSVIndex {
    let index: CSVIndex
    if let known = block.annotation as? CSVIndex {
      index = known
      index.layout = layout
    } else {
      index = CSVIndex(layout)
      block.annotation = index
    }
    index.endCount = 0
    index.rowCount = 0
    index.groupCount = 0
    index.headLines = 0
    index.headBlanks = 0
    index.isRegrouped = false
    index.totals = (0, 0, 0)
    index.lineCount = 0
    return index
  }

  @inline(__always)
  func reserveEnds(_ extra: Int) { if endCount + extra > endCapacity { growEnds(extra) } }

  @inline(never)
  private func growEnds(_ extra: Int) {
    endCapacity = max(endCapacity * 2, endCount + extra)
    let grown = UnsafeMutablePointer<UInt32>.allocate(capacity: endCapacity)
    grown.moveInitialize(from: ends, count: endCount)
    ends.deallocate()
    ends = grown
  }

  @inline(__always)
  func reserveRows(_ extra: Int) { if rowCount + extra > rowCapacity { growRows(extra) } }

  @inline(never)
  private func growRows(_ extra: Int) {
    rowCapacity = max(rowCapacity * 2, rowCount + extra)
    let grown = UnsafeMutablePointer<CSVRow>.allocate(capacity: rowCapacity)
    grown.moveInitialize(from: rows, count: rowCount)
    rows.deallocate()
    rows = grown
  }

  func append(_ group: CSVRowGroup) {
    if groupCount == groupCapacity {
      groupCapacity *= 2
      let grown = UnsafeMutablePointer<CSVRowGroup>.allocate(capacity: groupCapacity)
      grown.moveInitialize(from: groups, count: groupCount)
      groups.deallocate()
      groups = grown
    }
    groups[groupCount] = group
    groupCount += 1
  }

  func removeGroups() { groupCount = 0 }

  /// Bytes of a row without its line end.
  @inline(__always)
  func length(ofRow row: Int) -> Int {
    let row = rows[row]
    return Int(ends[Int(row.firstEnd) &+ Int(row.fieldCount) &- 1]) &- Int(row.start)
  }

  /// The first row that does not begin before `offset`.
  func row(at offset: Int) -> Int {
    var low = 0
    var high = rowCount
    while low < high {
      let middle = (low + high) / 2
      if Int(rows[middle].start) < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The first group that does not begin before `offset`.
  func group(at offset: Int) -> Int {
    var low = 0
    var high = groupCount
    while low < high {
      let middle = (low + high) / 2
      if Int(rows[Int(groups[middle].firstRow)].start) < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
