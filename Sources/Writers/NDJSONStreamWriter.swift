public import Pipeline

/// Payloads as lines (NDJSON) to an open descriptor, usually standard output. Throws O203 when nobody reads the pipe any
/// more; SIGPIPE must be ignored.
public final class NDJSONStreamWriter: PayloadWriter {
  private let output: DescriptorOutput

  /// - Parameter descriptor: stays open and the caller's.
  public init(descriptor: Int32, name: String = "standard output") {
    output = DescriptorOutput(descriptor, name: name)
  }

  public func write(_ payload: UnsafeBufferPointer<UInt8>) throws { try output.write(line: payload) }
  public func finish() throws { try output.flush() }
  /// What was written has gone; what was not yet, never will.
  public func abandon() {}
}
