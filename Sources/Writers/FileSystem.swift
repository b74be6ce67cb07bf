internal import Glibc
internal import Pipeline

/// The file operations that the promises of a commit rest on. Tests put a double in its place that loses what was not
/// synced.
public protocol FileSystem: AnyObject, Sendable {
  /// Opens a file for appending, and creates it if it is not there. Nobody else can until it is closed. Throws O202, and O206
  /// if another run has it open.
  func open(_ path: String) throws -> any AppendableFile
  /// Bytes of a file; nil if there is none.
  func length(of path: String) throws -> Int?
  /// Cuts a file. Throws O201.
  func truncate(_ path: String, to length: Int) throws
  /// Puts a file under another name in the same folder. Durable after `sync(folder:)`. Throws O202.
  func rename(_ path: String, to other: String) throws
  /// Removes a file if there is one.
  func remove(_ path: String) throws
  /// The names in a folder.
  func names(in folder: String) throws -> [String]
  /// Makes names durable.
  func sync(folder: String) throws
}

/// A file that is open for appending, and closed when nobody holds it any more.
public protocol AppendableFile: AnyObject {
  /// Appends all of it. Throws O201.
  func append(_ bytes: UnsafeBufferPointer<UInt8>) throws
  /// Makes durable what was appended. Not tried again when it failed: the system may have forgotten what it could not
  /// write. Throws O201.
  func sync() throws
}

/// The system's own.
public final class SystemFiles: FileSystem {
  public init() {}

  public func open(_ path: String) throws -> any AppendableFile {
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw OutputFailure.creating(path, errno) }
    let file = SystemFile(descriptor, path)
    // Some file systems know no locks: there it stays as it was.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw Diagnostic(
        "O206", "another run is writing it",
        remedy: "give each state a file and a folder of its own, or wait until that run is over; nothing is lost",
        file: path)
    }
    return file
  }

  public func length(of path: String) throws -> Int? {
    var status = stat()
    if stat(path, &status) == 0 { return Int(status.st_size) }
    if errno == ENOENT { return nil }
    throw OutputFailure.creating(path, errno)
  }

  public func truncate(_ path: String, to length: Int) throws {
    let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputFailure.creating(path, errno) }
    defer { close(descriptor) }
    guard ftruncate(descriptor, off_t(length)) == 0, fsync(descriptor) == 0 else {
      throw OutputFailure.writing(path, errno)
    }
  }

  public func rename(_ path: String, to other: String) throws {
    guard Glibc.rename(path, other) == 0 else { throw OutputFailure.creating(other, errno) }
  }

  public func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw OutputFailure.creating(path, errno) }
  }

  public func names(in folder: String) throws -> [String] {
    guard let names = Folder.names(in: folder) else { throw OutputFailure.creating(folder, errno) }
    return names.sorted()
  }

  public func sync(folder: String) throws { try Folder.sync(folder) }
}

private final class SystemFile: AppendableFile {
  private let descriptor: Int32
  private let path: String

  init(_ descriptor: Int32, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    guard var from = UnsafeRawPointer(bytes.baseAddress) else { return }
    var left = bytes.count
    while left > 0 {
      let count = write(descriptor, from, left)
      if count < 0 {
        if errno == EINTR { continue }
        throw OutputFailure.writing(path, errno)
      }
      from += count
      left -= count
    }
  }

  func sync() throws {
    guard fdatasync(descriptor) == 0 else { throw OutputFailure.writing(path, errno) }
  }
}
