internal import Glibc

/// A temporary file without a name: nobody else sees it, and however the program ends, nothing of it is left. Written at
/// its end, read anywhere. Created with the first byte.
///
/// Stands in the folder given, else in the one that `TMPDIR` names, else in /tmp.
public final class TemporaryFile {
  private let purpose: String
  private let remedy: String
  private let folder: String
  private let bufferSize: Int
  private var descriptor: Int32 = -1
  private let buffer: ByteBuffer
  /// Where the next byte goes; the buffered ones, not yet written, lie before it.
  public private(set) var end: Int64 = 0

  /// - Parameters:
  ///   - purpose: what messages say it is for.
  ///   - remedy: what to do when it fails.
  public init(
    for purpose: String, in folder: String?, bufferSize: Int = 256 << 10,
    remedy: String = "set TMPDIR to a folder with space"
  ) {
    self.purpose = purpose
    self.remedy = remedy
    self.folder = folder ?? TemporaryFile.standardFolder
    self.bufferSize = bufferSize
    buffer = ByteBuffer(capacity: min(bufferSize, 4096))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Throws O204 or O205.
  public func append(_ bytes: UnsafeRawPointer, _ count: Int) throws(Diagnostic) {
    if descriptor < 0 { descriptor = try TemporaryFile.open(for: purpose, in: folder, remedy: remedy) }
    if buffer.count + count > bufferSize { try flush() }
    end += Int64(count)
    if count > bufferSize {
      try write(bytes, count, at: end - Int64(count))
    } else {
      buffer.append(bytes.assumingMemoryBound(to: UInt8.self), count)
    }
  }

  /// Throws O205.
  public func flush() throws(Diagnostic) {
    if buffer.count == 0 { return }
    try write(buffer.base, buffer.count, at: end - Int64(buffer.count))
    buffer.removeAll()
  }

  /// Reads `count` bytes, all of which must have been flushed. Throws O205.
  public func read(_ count: Int, at offset: Int64, to target: UnsafeMutableRawPointer) throws(Diagnostic) {
    var done = 0
    while done < count {
      let got = pread(descriptor, target + done, count - done, off_t(offset) + done)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw failure(got < 0 ? SystemError.reason(errno) : "ends early") }
      done += got
    }
  }

  /// Forgets everything.
  public func removeAll() {
    guard descriptor >= 0 else { return }
    buffer.removeAll()
    end = 0
    // Only gives space back early: a failure costs nothing.
    _ = ftruncate(descriptor, 0)
  }

  /// O205: a temporary file cannot be written or read.
  public func failure(_ reason: String) -> Diagnostic {
    Diagnostic(
      "O205", "the temporary file for \(purpose) in \(folder): \(reason)",
      remedy: remedy)
  }

  private static var standardFolder: String {
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return named.isEmpty ? "/tmp" : named
  }

  /// A file of this kind for whoever writes and reads it by its descriptor, and closes that. Throws O204.
  /// - Parameters: as for the initializer.
  public static func open(
    for purpose: String, in folder: String? = nil, remedy: String = "set TMPDIR to a folder with space"
  ) throws(Diagnostic) -> Int32 {
    let folder = folder ?? standardFolder
    var template = Array((folder + "/trackfill-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw Diagnostic(
        "O204", "cannot create a temporary file for \(purpose) in \(folder): \(SystemError.reason(errno))",
        remedy: remedy)
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  private func write(_ bytes: UnsafeRawPointer, _ count: Int, at offset: Int64) throws(Diagnostic) {
    var done = 0
    while done < count {
      let written = pwrite(descriptor, bytes + done, count - done, off_t(offset) + done)
      if written < 0 {
        if errno == EINTR { continue }
        throw failure(SystemError.reason(errno))
      }
      done += written
    }
  }
}
