internal import Pipeline

/// Blocks of lines, each with the directives in force at its start (`Preamble`), so that blocks can be parsed in
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
    Preamble.set(directives.text, on: block)
    let start = UnsafePointer(block.start)
    directives.run(start, start + block.count)
    return isFilled
  }
}

/// What the directives before a block said, as lines that bring a parser into the state in which the block begins.
final class Preamble: BlockAnnotation {
  private(set) var text: [UInt8]

  private init(_ text: [UInt8]) { self.text = text }

  static func set(_ text: [UInt8], on block: Block) {
    if let known = block.annotation as? Preamble { known.text = text } else { block.annotation = Preamble(text) }
  }

  static func text(of block: Block) -> [UInt8] { (block.annotation as? Preamble)?.text ?? [] }
}
