internal import Pipeline

/// Blocks of lines, each with the directives in force at its start (`Preamble`), so that blocks can be parsed in
/// any order and by any thread.
final class DirectiveSource: PacedBlockSource {
  private let lines: LineSource
  private var directives: Directives
  private var preamble = Preamble([])

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
    let text = directives.text
    if preamble.text != text { preamble = Preamble(text) }
    block.annotation = preamble
    let start = UnsafePointer(block.start)
    directives.run(start, start + block.count)
    return isFilled
  }
}

/// What was said before a block, as lines that bring a parser into the state in which the block begins.
final class Preamble: BlockAnnotation, Sendable {
  let text: [UInt8]

  init(_ text: [UInt8]) { self.text = text }
}
