public import Pipeline

/// Lines at the end of a file that grows with each commit. What lies behind the recorded length when a run starts is
/// what a run before wrote and could not commit: it is cut off.
public final class AppendedFile: CommittedOutput {
  private static let bufferSize = 256 << 10

  public let name: String
  private let path: String
  private let file: any AppendableFile
  private let buffer = ByteBuffer(capacity: bufferSize)
  private var position: OutputPosition
  private var isSynced = true

  /// - Parameters:
  ///   - name: what the state calls it.
  ///   - recorded: what the state says; nil for a new file.
  /// - Throws: C107 if the file is shorter than recorded, O201, O202; O206 if another run has it open.
  public init(_ path: String, name: String, recorded: OutputPosition?, files: any FileSystem = SystemFiles()) throws {
    self.name = name
    self.path = path
    position = recorded ?? OutputPosition()
    let length = try files.length(of: path)
    guard length ?? 0 >= position.length else {
      throw Diagnostic(
        "C107", "\(path) has \(length ?? 0) bytes, and \(position.length) are recorded",
        remedy: "put the file back as it was; without it begin anew with another --state folder")
    }
    file = try files.open(path)
    // Asked again, now that nobody else can write to it.
    if let length = try files.length(of: path), length > position.length {
      try files.truncate(path, to: position.length)
    }
    if length == nil { try files.sync(folder: FilePath.folder(of: path)) }
  }

  /// Bytes written, those included that are not yet durable.
  public var length: Int { position.length }

  /// Takes a line and adds its end.
  public func write(line: UnsafeBufferPointer<UInt8>) throws {
    if buffer.count + line.count + 1 > AppendedFile.bufferSize { try flush() }
    buffer.append(line)
    buffer.append(UInt8(ascii: "\n"))
    position.length += line.count + 1
    position.count += 1
    isSynced = false
  }

  public func prepare() throws -> OutputPosition {
    if !isSynced {
      try flush()
      try file.sync()
      isSynced = true
    }
    return position
  }

  public func settle() {}

  private func flush() throws {
    guard buffer.count > 0 else { return }
    try file.append(buffer.bytes)
    buffer.removeAll()
    buffer.shrink(to: AppendedFile.bufferSize)
  }
}
