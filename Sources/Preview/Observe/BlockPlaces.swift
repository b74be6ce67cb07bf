internal import Pipeline

/// Counts the lines and records of inputs while their blocks pass by, each input's in order.
struct BlockPlaces {
  /// What an input has before the records that a block's reader makes.
  struct Place {
    var lines = 0
    /// Those included that the feed refused with this block.
    var records = 0
  }

  /// By input: where its next block begins.
  private var next: [Int: Place] = [:]

  /// - Parameter counts: of what was made of the block.
  mutating func pass(_ block: Block, _ counts: BlockCounts) -> Place {
    var place = next[block.input] ?? Place()
    let damage = block.rejects.count(where: \.isDamage)
    place.lines += block.skippedLines
    place.records += block.rejects.count - damage
    next[block.input] = Place(
      lines: place.lines + counts.lines + damage, records: place.records + damage + counts.records)
    return place
  }
}
