/// How far an output belongs to the state.
public struct OutputPosition: Sendable, Equatable {
  /// Of the file, where there are several one after the other; from 1, 0 before the first.
  public var number: Int
  /// Bytes.
  public var length: Int
  /// Lines.
  public var count: Int

  public init(number: Int = 0, length: Int = 0, count: Int = 0) {
    self.number = number
    self.length = length
    self.count = count
  }
}

/// An output that grows with each commit and whose rest is cut off when a run starts again.
///
/// The order of a commit: `prepare` of every output, the state's transaction with what they gave, `settle` of every
/// output.
public protocol CommittedOutput: AnyObject {
  /// What the state calls it.
  var name: String { get }
  /// Makes durable what was written, and says how far that is. Throws a `Diagnostic`; after that nothing may be committed
  /// any more, since nobody knows what reached the disk.
  func prepare() throws -> OutputPosition
  /// What `prepare` gave is recorded.
  func settle() throws
}
