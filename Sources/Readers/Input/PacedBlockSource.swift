internal import Pipeline

/// A block source that can be told to read less at a time, so that many open inputs share the memory.
protocol PacedBlockSource: BlockSource {
  /// The most bytes read for one block; a block never takes more than its capacity.
  var pace: Int { get set }
}
