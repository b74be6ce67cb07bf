public import Pipeline

/// Payloads on their way to a receiver, as lines of one file.
public final class Outbox: PayloadWriter, CommittedOutput {
  public let name = "outbox"
  private let file: AppendedFile

  /// - Parameter recorded: what the state says of it; nil for a new one. Throws as `AppendedFile`.
  public init(_ path: String, recorded: OutputPosition?, files: any FileSystem = SystemFiles()) throws {
    file = try AppendedFile(path, name: name, recorded: recorded, files: files)
  }

  public func write(_ payload: UnsafeBufferPointer<UInt8>) throws { try file.write(line: payload) }
  public func prepare() throws -> OutputPosition { try file.prepare() }
  public func settle() {}
  /// Nothing: what counts is committed.
  public func finish() throws {}
  public func abandon() {}
}
