internal import Pipeline

/// Opening an input: its bytes as they are stored, behind them whatever undoes its compression.
struct StoredInput {
  let bytes: any ByteSource
  /// Size as stored, nil where unknown.
  let size: Int?

  /// Whether the bytes are those of the file, so that one can begin in their middle.
  let isPlain: Bool

  /// - Parameter isThreaded: whether compressed bytes are inflated on a thread of their own.
  /// - Throws: I101 or I102 if it cannot be opened, I108 if it is packed in another way.
  init(_ input: InputPath, isThreaded: Bool) throws {
    let stored: any ByteSource
    if let path = input.path {
      let file = try FileSource(path: path)
      stored = file
      size = file.size
    } else {
      stored = StandardInputSource()
      size = nil
    }
    let head = try StoredInput.head(of: stored, 4096)
    if let finding = Packing.finding(head, of: input) { throw finding }
    let whole = PeekedSource(head: head, rest: stored)
    isPlain = !InflatingSource.recognises(head)
    if isPlain {
      bytes = whole
      return
    }
    let inflating = InflatingSource(whole)
    let text = try StoredInput.head(of: inflating, InputHead.length)
    if let finding = Packing.finding(text, of: input, isInflated: true) { throw finding }
    let peeked = PeekedSource(head: text, rest: inflating)
    bytes = isThreaded ? ReadAheadSource(peeked) : peeked
  }

  /// The first bytes of a source, as many as tell what it is and at most so many.
  private static func head(of source: any ByteSource, _ most: Int) throws -> [UInt8] {
    var head = [UInt8](repeating: 0, count: most)
    let count = try fill(&head, from: source, atLeast: Packing.reach)
    return Array(head[..<count])
  }

  /// Reads until the buffer has so many bytes or the source ends.
  static func fill(_ buffer: inout [UInt8], from source: any ByteSource, atLeast least: Int) throws -> Int {
    var count = 0
    while count < least {
      let more = try buffer.withUnsafeMutableBytes { bytes in
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
      }
      if more == 0 { break }
      count += more
    }
    return count
  }
}
