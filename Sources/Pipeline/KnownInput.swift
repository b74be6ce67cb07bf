/// An input that earlier runs have read, wholly or in part: how to know it again, and where to go on.
public struct KnownInput: Sendable, Equatable {
  /// A file as the system knows it.
  public struct File: Sendable, Hashable {
    /// The file system's number.
    public var device: Int64
    /// The file's number there (inode), which it keeps when it is renamed.
    public var number: Int64
    /// Bytes as stored.
    public var size: Int64
    /// Nanoseconds since 1970-01-01 UTC of its last change.
    public var modified: Int64

    public init(device: Int64, number: Int64, size: Int64, modified: Int64) {
      self.device = device
      self.number = number
      self.size = size
      self.modified = modified
    }
  }

  /// In the state; 0 for one that is not in it yet.
  public var id: Int64
  /// The name under which it was last read.
  public var name: String
  /// As it was when it was last read.
  public var file: File
  /// Count and SHA-256 of its first decompressed bytes, of which `headLength` are looked at.
  public var headCount: Int
  public var headHash: String
  /// Its place among inputs: the time of its first record in milliseconds, and a hash of its beginning.
  public var firstTime: Int64?
  public var rank: UInt64
  /// What was read of it: decompressed bytes, lines, records.
  public var offset: Int
  public var lines: Int
  public var records: Int
  /// The up to `tailLength` decompressed bytes before `offset`; none where positions are not of the stored text, as in
  /// UTF-16.
  public var tail: [UInt8]
  /// Whether a run has read it to its end and closed what it had opened.
  public var isFinished: Bool
  /// When it was last read, in milliseconds.
  public var readAt: Int64

  /// Decompressed bytes by which an input is known again.
  public static let headLength = 4096
  /// Decompressed bytes that must still stand before the position.
  public static let tailLength = 256

  public init(
    id: Int64 = 0, name: String, file: File, headCount: Int, headHash: String, firstTime: Int64?, rank: UInt64,
    offset: Int = 0, lines: Int = 0, records: Int = 0, tail: [UInt8] = [], isFinished: Bool = false, readAt: Int64 = 0
  ) {
    self.id = id
    self.name = name
    self.file = file
    self.headCount = headCount
    self.headHash = headHash
    self.firstTime = firstTime
    self.rank = rank
    self.offset = offset
    self.lines = lines
    self.records = records
    self.tail = tail
    self.isFinished = isFinished
    self.readAt = readAt
  }
}
