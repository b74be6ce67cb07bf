internal import Glibc
internal import Pipeline

/// A temporary file without a name: nobody else sees it, and however the program ends, nothing of it is left. Written at
/// its end, read anywhere. Created with the first byte.
///
/// Stands in the folder given, else in the one that `TMPDIR` names, else in /tmp.
final class TemporaryFile {
  private let purpose: String
  private let folder: String
  private let bufferSize: Int
  private var descriptor: Int32 = -1
  private let buffer: ByteBuffer
  /// Where the next byte goes; the buffered ones, not yet written, lie before it.
  private(set) var end: Int64 = 0

  /// - Parameter purpose: what messages say it is for.
  init(for purpose: String, in folder: String?, bufferSize: Int = 256 << 10) {
    self.purpose = purpose
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    self.folder = folder ?? (named.isEmpty ? "/tmp" : named)
    self.bufferSize = bufferSize
    buffer = ByteBuffer(capacity: min(bufferSize, 4096))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Throws O204 or O205.
  func append(_ bytes: UnsafeRawPointer, _ count: Int) throws {
    if descriptor < 0 { try open() }
    if buffer.count + count > bufferSize { try flush() }
    end += Int64(count)
    if count > bufferSize {
      try write(bytes, count, at: end - Int64(count))
    } else {
      buffer.append(bytes.assumingMemoryBound(to: UInt8.self), count)
    }
  }

  /// Throws O205.
  func flush() throws {
    if buffer.count == 0 { return }
    try write(buffer.base, buffer.count, at: end - Int64(buffer.count))
    buffer.removeAll()
  }

  /// Reads `count` bytes, all of which must have been flushed. Throws O205.
  func read(_ count: Int, at offset: Int64, to target: UnsafeMutableRawPointer) throws {
    var done = 0
    while done < count {
      let got = pread(descriptor, target + done, count - done, off_t(offset) + done)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw failure(got < 0 ? TemporaryFile.reason() : "ends early") }
      done += got
    }
  }

  /// Forgets everything.
  func removeAll() {
    guard descriptor >= 0 else { return }
    buffer.removeAll()
    end = 0
    // Only gives space back early: a failure costs nothing.
    _ = ftruncate(descriptor, 0)
  }

  /// O205: a temporary file cannot be written or read.
  func failure(_ reason: String) -> Diagnostic {
    Diagnostic(
      "O205", "the temporary file for \(purpose) in \(folder): \(reason)",
      remedy: "set TMPDIR to a folder with space, or raise --memory")
  }

  private func open() throws {
    var template = Array((folder + "/trackfill-XXXXXX").utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw Diagnostic(
        "O204", "cannot create a temporary file for \(purpose) in \(folder): \(TemporaryFile.reason())",
        remedy: "set TMPDIR to a folder with space, or raise --memory")
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  private func write(_ bytes: UnsafeRawPointer, _ count: Int, at offset: Int64) throws {
    var done = 0
    while done < count {
      let written = pwrite(descriptor, bytes + done, count - done, off_t(offset) + done)
      if written < 0 {
        if errno == EINTR { continue }
        throw failure(TemporaryFile.reason())
      }
      done += written
    }
  }

  private static func reason() -> String { String(cString: strerror(errno)).lowercased() }
}
