public import Pipeline

/// Payloads as lines of a file (NDJSON), which stands under its name only when it is complete.
public final class NDJSONFileWriter: PayloadWriter {
  private let file: FinalFile

  /// - Parameter path: an existing file is replaced at the end; a device or pipe is written to directly. Throws O202 if
  ///   it cannot be created.
  public init(path: String) throws { file = try FinalFile(path) }

  public func write(_ payload: UnsafeBufferPointer<UInt8>) throws { try file.output.write(line: payload) }
  public func finish() throws { try file.finish() }
  public func abandon() { file.abandon() }
}
