internal import Pipeline

/// Blocks of lines, each with the directives in force at its start (`Block.preamble`), so that blocks can be parsed in
/// any order and by any thread.
final class DirectiveSource: PacedBlockSource {
  private let lines: LineSource
  private var directives: Directives

  /// - Parameter fields: the columns until the log names its own.
  init(_ lines: LineSource, fields: [UInt8]?) {
    self.lines = lines
    directives = Directives(fields: fields)
  }

  var pace: Int {
    get { lines.pace }
    set { lines.pace = newValue }
  }

  func next(into block: Block) throws -> Bool {
    let isFilled = try lines.next(into: block)
    block.preamble = directives.text
    let start = UnsafePointer(block.start)
    directives.run(start, start + block.count)
    return isFilled
  }
}
