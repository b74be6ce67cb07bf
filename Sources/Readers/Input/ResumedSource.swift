internal import Pipeline

/// Goes on in the middle of an input: leaves out what stands before a position, which an earlier run has read.
final class ResumedSource: PacedBlockSource {
  private let source: any BlockSource
  /// Where the source's first byte stands in the input.
  private let shift: Int
  private let position: Int
  private let countsLines: Bool
  private var hasArrived = false

  /// - Parameters:
  ///   - shift: where the source's first byte stands in the input, at most `position`.
  ///   - position: of a record's first byte.
  ///   - countsLines: whether the parser counts the lines of a block from its start, wherever it begins.
  init(_ source: any BlockSource, shift: Int, position: Int, countsLines: Bool) {
    self.source = source
    self.shift = shift
    self.position = position
    self.countsLines = countsLines
  }

  var pace: Int {
    get { (source as? any PacedBlockSource)?.pace ?? .max }
    set { (source as? any PacedBlockSource)?.pace = newValue }
  }

  func next(into block: Block) throws -> Bool {
    while true {
      let isFilled = try source.next(into: block)
      block.offset += shift
      if hasArrived { return isFilled }
      if block.offset + block.count <= position {
        // Rejects of over-long records stand before the block's bytes; damage is at the end of the input.
        block.rejects.removeAll { !$0.isDamage }
        guard block.isLast || !isFilled else {
          block.reset()
          continue
        }
        block.skippedLines = 0
        block.offset += block.count
        block.count = 0
        block.isLast = true
        return false
      }
      hasArrived = true
      if block.offset < position {
        block.rejects.removeAll { !$0.isDamage }
        block.skippedLines = 0
        block.begin = position - block.offset
        if countsLines {
          for at in 0..<block.begin where block.start[at] == UInt8(ascii: "\n") { block.repeatedLines += 1 }
        }
      }
      return isFilled
    }
  }
}
