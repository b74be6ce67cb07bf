internal import Pipeline

/// Opening an input: its bytes as they are stored, behind them whatever undoes its compression.
struct StoredInput {
  let bytes: any ByteSource
  /// Size as stored, nil where unknown.
  let size: Int?

  /// Whether the bytes are those of the file, so that one can begin in their middle.
  let isPlain: Bool

  /// - Parameter isThreaded: whether compressed bytes are inflated on a thread of their own.
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
    var head = [UInt8](repeating: 0, count: 4096)
    let count = try StoredInput.fill(&head, from: stored, atLeast: 3)
    head.removeLast(head.count - count)
    let whole = PeekedSource(head: head, rest: stored)
    isPlain = !InflatingSource.recognises(head)
    if isPlain {
      bytes = whole
      return
    }
    let inflating = InflatingSource(whole)
    bytes = isThreaded ? ReadAheadSource(inflating) : inflating
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
