internal import Glibc
internal import Pipeline

/// What could not be delivered, as lines of JSON in the shape of rejects, appended to a file that is made with the first
/// of them. `trackfill replay` reads it.
public final class DeadLetterFile {
  /// As the user named it.
  public let path: String
  private var descriptor: Int32 = -1
  private let buffer = ByteBuffer()
  private var written = 0
  private var isSynced = true
  /// Whether its folder may not have it on disk yet.
  private var isNew = false

  public init(path: String) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Bytes of the file, what is not written yet included.
  public var length: Int { written + buffer.count }

  /// Goes on behind what is there. Throws O202 if no letter could be written.
  func resume() throws(Diagnostic) {
    guard descriptor < 0 else { return }
    try check()
    var status = stat()
    guard stat(path, &status) == 0, status.st_size > 0 else { return }
    try open()
    // A line that a crash has torn is ended, so that it spoils none of ours.
    var last: UInt8 = 0
    if status.st_mode & S_IFMT == S_IFREG, pread(descriptor, &last, 1, off_t(written - 1)) == 1,
      last != UInt8(ascii: "\n")
    {
      buffer.append("\n")
      isSynced = false
    }
  }

  /// Goes on at the length that was recorded: what lies behind it belongs to payloads that are sent again. Throws D401
  /// if the file is shorter, O202 if no letter could be written.
  func resume(at length: Int) throws(Diagnostic) {
    try check()
    var status = stat()
    let size = stat(path, &status) == 0 ? Int(status.st_size) : 0
    guard size >= length else {
      throw Diagnostic(
        "D401", "\(path) has \(size) bytes where \(length) were recorded: dead letters are missing",
        remedy: "put the file back; or move the state folder away and begin anew", file: nil)
    }
    guard size > 0 else { return }
    try open()
    guard size > length else { return }
    guard ftruncate(descriptor, off_t(length)) == 0, fsync(descriptor) == 0 else {
      throw OutputFailure.writing(path, errno)
    }
    written = length
  }

  /// That the file can be written to, or made: better known before the first request than at the first letter.
  private func check() throws(Diagnostic) {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw OutputFailure.creating(path, EISDIR) }
      if access(path, W_OK) != 0 { throw OutputFailure.creating(path, errno) }
    } else if errno != ENOENT || access(FilePath.folder(of: path), W_OK | X_OK) != 0 {
      throw OutputFailure.creating(path, errno)
    }
  }

  /// A line, without its end. It is in the file when this returns, though perhaps not yet on disk: a payload is only
  /// given up if its letter could be written.
  func append(line: UnsafeBufferPointer<UInt8>) throws(Diagnostic) {
    buffer.append(line)
    buffer.append("\n")
    isSynced = false
    try flush()
  }

  /// Everything is on disk when it returns.
  func sync() throws(Diagnostic) {
    guard !isSynced else { return }
    try flush()
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw OutputFailure.writing(path, errno) }
    // A folder that cannot be synced is no reason to send again what is settled.
    if isNew { try? Folder.sync(FilePath.folder(of: path)) }
    isNew = false
    isSynced = true
  }

  private func flush() throws(Diagnostic) {
    try open()
    var done = 0
    while done < buffer.count {
      let count = write(descriptor, buffer.base + done, buffer.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw OutputFailure.writing(path, errno)
      }
      done += count
    }
    written += buffer.count
    buffer.removeAll()
    buffer.shrink(to: 1 << 20)
  }

  private func open() throws(Diagnostic) {
    guard descriptor < 0 else { return }
    descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    if descriptor < 0 { descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC) }
    guard descriptor >= 0 else { throw OutputFailure.creating(path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw OutputFailure.writing(path, errno) }
    written = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    isNew = written == 0
  }
}
