internal import CFieldEnds
internal import Pipeline

/// Where lines end, and where quotes and backslashes stand in them: found for a stretch of a block at once, 64 bytes at a
/// time, which costs less than a search for each, whose length nobody can predict.
struct LineMarks {
  /// What is marked in one line. Offsets from the first byte of its block, ascending.
  struct Line {
    var base: UnsafePointer<UInt8>
    var marks: UnsafePointer<UInt32>
    var count: Int

    /// Where the `index`-th mark stands.
    @inline(__always)
    func place(_ index: Int) -> UnsafePointer<UInt8> { base + Int(marks[index]) }

    @inline(__always)
    mutating func dropFirst() {
      marks += 1
      count &-= 1
    }
  }

  /// Bytes that are looked at at once: what is found of them stays in the nearest cache until it is used.
  private static let stretch = 8192
  private static let room = stretch + Int(FIELD_ENDS_SLACK)
  private static let ability = field_ends_ability_here()

  private let base: UnsafePointer<UInt8>
  private let end: Int
  private let marks: UnsafeMutablePointer<UInt32>
  /// Which of `marks` are line ends.
  private let lines: UnsafeMutablePointer<UInt32>
  private var lineCount = 0
  private var line = 0
  /// The first mark of the next line.
  private var mark = 0

  /// Room for what a `LineMarks` finds.
  static func allocate() -> UnsafeMutablePointer<UInt32> { .allocate(capacity: 2 * room) }

  /// - Parameters:
  ///   - count: bytes of the block, behind which 63 are readable.
  ///   - lists: of `allocate`.
  init(_ base: UnsafePointer<UInt8>, count: Int, lists: UnsafeMutablePointer<UInt32>) {
    self.base = base
    end = count
    marks = lists
    lines = lists + LineMarks.room
  }

  /// The end of the line that begins at `at`, which is where the one before ended, or any line's start at first: its line
  /// feed, or the end of the block.
  @inline(__always)
  mutating func next(_ at: UnsafePointer<UInt8>) -> (end: UnsafePointer<UInt8>, line: Line) {
    if line == lineCount { find(at) }
    guard line < lineCount else { return (unmarkedEnd(at), Line(base: base, marks: marks, count: 0)) }
    let end = Int(lines[line])
    let found = Line(base: base, marks: marks + mark, count: end &- mark)
    line &+= 1
    mark = end &+ 1
    return (base + Int(marks[end]), found)
  }

  /// Bounds: each list has room for a stretch.
  @inline(never)
  private mutating func find(_ at: UnsafePointer<UInt8>) {
    let from = at - base
    var found = field_ends(
      ends: marks, rows: lines, inner: marks, end_count: 0, row_count: 0, inner_count: 0)
    find_marks(
      base, from, min(from + LineMarks.stretch, end), UInt8(ascii: "\""), UInt8(ascii: "\\"), &found, LineMarks.ability)
    line = 0
    mark = 0
    lineCount = found.row_count
  }

  /// Of a line longer than a stretch, or without an end.
  @inline(never)
  private func unmarkedEnd(_ at: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    Scan.byte(UInt8(ascii: "\n"), at, base + end)
  }
}
