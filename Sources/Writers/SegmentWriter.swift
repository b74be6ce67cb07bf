public import Pipeline

/// Payloads as a series of files, one for each commit that has any: `FOLDER/NAME-000042.ndjson`. A file stands under its
/// name when it is complete; until then it is called `.part` behind it. Whoever takes the files may remove them.
public final class SegmentWriter: PayloadWriter, CommittedOutput {
  private static let ending = ".ndjson"
  private static let part = ".part"

  public let name = "segments"
  private let folder: String
  private let stem: String
  private let files: any FileSystem
  /// The last segment that is recorded, or about to be.
  private var position: OutputPosition
  /// The segment at work, which has at least one payload.
  private var file: AppendedFile?

  /// Completes what a run before committed, and removes what it could not commit.
  /// - Parameter recorded: what the state says of the last segment; nil before the first.
  /// - Throws: C107 if the last segment is shorter than recorded, O201, O202; O206 if there are segments of another
  ///   state, before anything is changed.
  public init(
    folder: String, stem: String, recorded: OutputPosition?, files: any FileSystem = SystemFiles()
  ) throws {
    self.folder = folder
    self.stem = SegmentWriter.fileName(stem)
    self.files = files
    position = recorded ?? OutputPosition()
    var isChanged = false
    // Other mappings may write into the same folder.
    let names = try files.names(in: folder)
    if let other = names.first(where: isOfAnotherState) { throw SegmentWriter.taken(folder + "/" + other) }
    for entry in names {
      guard let number = number(ofPart: entry) else { continue }
      let part = folder + "/" + entry
      if number == position.number {
        // Opening it cuts it to what is recorded.
        _ = try AppendedFile(part, name: name, recorded: position, files: files)
        try complete()
      } else {
        // Opening it tells whether another run is at work in it.
        _ = try files.open(part)
        try files.remove(part)
      }
      isChanged = true
    }
    if isChanged { try files.sync(folder: folder) }
  }

  private func path(_ number: Int) -> String {
    folder + "/" + NumberedName.text(stem, number) + SegmentWriter.ending
  }

  private func number(ofPart entry: String) -> Int? {
    NumberedName.number(in: entry, stem, ending: SegmentWriter.ending + SegmentWriter.part)
  }

  /// Segments of this state are numbered up to what is recorded, and at work is none but that one and the next.
  private func isOfAnotherState(_ entry: String) -> Bool {
    if let number = NumberedName.number(in: entry, stem, ending: SegmentWriter.ending) {
      return number > position.number
    }
    return number(ofPart: entry).map { $0 == 0 || $0 != position.number && $0 != position.number + 1 } ?? false
  }

  private static func taken(_ path: String) -> Diagnostic {
    Diagnostic(
      "O206", "another state wrote it, and it is not to be replaced",
      remedy: "give each state a folder of its own for -o, or take the files away first; nothing is lost", file: path)
  }

  /// The recorded segment gets its name. A file that has it can only be another state's: what is renamed stands under one
  /// name.
  private func complete() throws {
    let path = path(position.number)
    guard try files.length(of: path) == nil else { throw SegmentWriter.taken(path) }
    try files.rename(path + SegmentWriter.part, to: path)
  }

  /// A mapping's name as part of a file's.
  private static func fileName(_ stem: String) -> String {
    let kept = stem.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" }
    let name = String(String(kept).drop { $0 == "." }.prefix(100))
    return name.isEmpty ? "payloads" : name
  }

  public func write(_ payload: UnsafeBufferPointer<UInt8>) throws {
    if let file { return try file.write(line: payload) }
    let next = OutputPosition(number: position.number + 1)
    let file = try AppendedFile(path(next.number) + SegmentWriter.part, name: name, recorded: next, files: files)
    self.file = file
    try file.write(line: payload)
  }

  public func prepare() throws -> OutputPosition {
    if let file { position = try file.prepare() }
    return position
  }

  public func settle() throws {
    guard let file else { return }
    self.file = nil
    // It stays open, and with that locked, until it has its name.
    try withExtendedLifetime(file) { try complete() }
    try files.sync(folder: folder)
  }

  /// Nothing: what counts is committed, and the next run removes what is not.
  public func finish() throws {}
  public func abandon() {}
}
