public import Pipeline

/// Bytes that are already in memory.
public final class MemorySource: FragileSource {
  private let bytes: [UInt8]
  private let step: Int
  private let last: SourceEnd
  public private(set) var consumed = 0

  /// - Parameters:
  ///   - step: the most bytes that one `read` returns.
  ///   - ending: what to report at the end.
  public init(_ bytes: [UInt8], step: Int = .max, ending: SourceEnd = .whole) {
    self.bytes = bytes
    self.step = max(step, 1)
    last = ending
  }

  public var ending: SourceEnd { consumed == bytes.count ? last : .whole }

  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, bytes.count - consumed, step)
    guard count > 0 else { return 0 }
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[consumed..<consumed + count])) }
    consumed += count
    return count
  }
}
