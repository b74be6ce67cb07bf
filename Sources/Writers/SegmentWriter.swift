public import Pipeline

/// Payloads as a series of files, one for each commit that has any: `FOLDER/NAME-000042.ndjson`. A file stands under its
/// name when it is complete; until then it is called `.part` behind it. Whoever takes the files may remove them.
public final class SegmentWriter: PayloadWriter, CommittedOutput {
  private static let bufferSize = 256 << 10

  public let name = "segments"
  private let folder: String
  private let stem: String
  private let files: any FileSystem
  private let buffer = ByteBuffer(capacity: bufferSize)
  /// The last segment that is recorded, or about to be.
  private var position: OutputPosition
  private var file: (any AppendableFile)?
  private var open = OutputPosition()
  private var isPending = false

  /// Completes what a run before committed, and removes what it could not commit.
  /// - Parameter recorded: what the state says of the last segment; nil before the first.
  /// - Throws: C107 if the last segment is shorter than recorded, O201, O202.
  public init(
    folder: String, stem: String, recorded: OutputPosition?, files: any FileSystem = SystemFiles()
  ) throws {
    self.folder = folder
    self.stem = SegmentWriter.fileName(stem)
    self.files = files
    position = recorded ?? OutputPosition()
    var isChanged = false
    for entry in try files.names(in: folder) where entry.hasPrefix(self.stem + "-") && entry.hasSuffix(".part") {
      let part = folder + "/" + entry
      if position.number > 0, part == path(position.number) + ".part" {
        let length = try files.length(of: part) ?? 0
        guard length >= position.length else {
          throw Diagnostic(
            "C107", "\(part) has \(length) bytes, and \(position.length) are recorded",
            remedy: "put the file back as it was; without it begin anew with another --state folder")
        }
        if length > position.length { try files.truncate(part, to: position.length) }
        try files.rename(part, to: path(position.number))
      } else {
        try files.remove(part)
      }
      isChanged = true
    }
    if isChanged { try files.sync(folder: folder) }
  }

  private func path(_ number: Int) -> String {
    let digits = String(number)
    return folder + "/" + stem + "-" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits + ".ndjson"
  }

  /// A mapping's name as part of a file's.
  private static func fileName(_ stem: String) -> String {
    let kept = stem.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" }
    let name = String(String(kept).drop { $0 == "." }.prefix(100))
    return name.isEmpty ? "payloads" : name
  }

  public func write(_ payload: UnsafeBufferPointer<UInt8>) throws {
    if file == nil {
      open = OutputPosition(number: position.number + 1)
      file = try files.open(path(open.number) + ".part")
    }
    if buffer.count + payload.count + 1 > SegmentWriter.bufferSize { try flush() }
    buffer.append(payload)
    buffer.append(UInt8(ascii: "\n"))
    open.length += payload.count + 1
    open.count += 1
  }

  public func prepare() throws -> OutputPosition {
    guard let file else { return position }
    try flush()
    try file.sync()
    try files.sync(folder: folder)
    position = open
    isPending = true
    return position
  }

  public func settle() throws {
    guard isPending else { return }
    file = nil
    isPending = false
    try files.rename(path(position.number) + ".part", to: path(position.number))
    try files.sync(folder: folder)
  }

  /// Nothing: what counts is committed.
  public func finish() throws {}

  /// Leaves no unfinished segment behind.
  public func abandon() {
    guard file != nil, !isPending else { return }
    file = nil
    try? files.remove(path(open.number) + ".part")
  }

  private func flush() throws {
    guard buffer.count > 0, let file else { return }
    try file.append(buffer.bytes)
    buffer.removeAll()
    buffer.shrink(to: SegmentWriter.bufferSize)
  }
}
