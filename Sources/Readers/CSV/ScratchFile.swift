internal import Glibc
internal import Pipeline

/// An unlinked temporary file that is written once and then read at any place. It goes when the object does, or the
/// process.
final class ScratchFile {
  private static let bufferSize = 64 * 1024

  private let descriptor: Int32
  private let buffer = ByteBuffer(capacity: ScratchFile.bufferSize)
  /// Bytes appended.
  private(set) var count = 0

  /// - Throws: O204.
  init() throws(Diagnostic) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((folder + "/trackfill.XXXXXX").utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw Diagnostic(
        "O204", "cannot create a temporary file in \(folder): \(String(cString: strerror(errno)))",
        remedy: "set TMPDIR to a folder with space")
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) throws(Diagnostic) {
    buffer.append(bytes)
    count += bytes.count
    if buffer.count >= ScratchFile.bufferSize { try flush() }
  }

  func flush() throws(Diagnostic) {
    var done = 0
    while done < buffer.count {
      let written = write(descriptor, buffer.base + done, buffer.count - done)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw ScratchFile.failure() }
      done += written
    }
    buffer.removeAll()
    buffer.shrink(to: 2 * ScratchFile.bufferSize)
  }

  /// Reads `target.count` bytes, or up to the end.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(Diagnostic) -> Int {
    var done = 0
    while done < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[done...])
      let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw ScratchFile.failure() }
      if got == 0 { break }
      done += got
    }
    return done
  }

  private static func failure() -> Diagnostic {
    Diagnostic(
      "O205", "a temporary file fails: \(String(cString: strerror(errno)))",
      remedy: "free disk space, or set TMPDIR to a folder with space")
  }
}
