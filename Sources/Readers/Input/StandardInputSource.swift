public import Pipeline

/// Standard input, read once from front to back.
public final class StandardInputSource: ByteSource {
  public private(set) var consumed = 0

  public init() {}

  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try Descriptor.read(0, buffer, "standard input")
    consumed += count
    return count
  }
}
