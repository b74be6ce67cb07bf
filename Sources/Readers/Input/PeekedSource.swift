internal import Pipeline

/// A source of which the first bytes were already read: gives them again, then goes on behind them.
final class PeekedSource: FragileSource {
  private var head: [UInt8]
  private var given = 0
  private let rest: any ByteSource

  init(head: [UInt8], rest: any ByteSource) {
    self.head = head
    self.rest = rest
  }

  /// Counts the head as consumed.
  var consumed: Int { rest.consumed }
  var ending: SourceEnd { rest.reportedEnd }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard given < head.count else { return try rest.read(into: buffer) }
    let count = min(buffer.count, head.count - given)
    head.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[given..<given + count])) }
    given += count
    if given == head.count {
      head = []
      given = 0
    }
    return count
  }
}
