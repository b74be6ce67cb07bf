internal import Glibc
internal import Pipeline

/// An unlinked temporary file for the bodies of sessions that have been quiet, when memory is short. Opened on first
/// use; emptied whenever nothing in it is needed any more.
///
/// An extent is `previous extent (8 bytes) | length (8 bytes) | bytes`, so that a session needs to know its last only.
final class SpillFile {
  private static let head = 16
  private static let bufferSize = 256 * 1024

  private var descriptor: Int32 = -1
  /// Where the next byte goes, `buffered` bytes of it not yet written.
  private var end: Int64 = 0
  private let buffer = ByteBuffer(capacity: 4096)
  private var needed = 0
  /// All bytes ever spilled.
  private(set) var total = 0

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds bytes to the session whose last extent is `previous` (-1 for none). Returns the new last extent.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, after previous: Int64) throws -> Int64 {
    if descriptor < 0 { try open() }
    let extent = end
    append(previous)
    append(Int64(bytes.count))
    buffer.append(bytes)
    end += Int64(SpillFile.head + bytes.count)
    needed += bytes.count
    total += bytes.count
    if buffer.count >= SpillFile.bufferSize { try flush() }
    return extent
  }

  /// Reads the chain of extents that ends with `extent`; `to` has room for its `count` bytes.
  func read(_ extent: Int64, count: Int, to: UnsafeMutablePointer<UInt8>) throws {
    try flush()
    var extent = extent
    var left = count
    while left > 0 {
      let (previous, length) = try mark(at: extent)
      guard extent >= 0, length > 0, length <= left else { throw SpillFile.failure("is damaged") }
      left -= length
      try read(to + left, length, at: extent + Int64(SpillFile.head))
      extent = previous
    }
  }

  /// Says that bytes are no longer needed.
  func forget(_ bytes: Int) {
    needed -= bytes
    guard needed == 0, descriptor >= 0 else { return }
    buffer.removeAll()
    end = 0
    // Only gives space back early: a failure costs nothing.
    _ = ftruncate(descriptor, 0)
  }

  private func mark(at extent: Int64) throws -> (previous: Int64, length: Int) {
    try withUnsafeTemporaryAllocation(byteCount: SpillFile.head, alignment: 8) { bytes in
      guard let start = bytes.baseAddress else { return (-1, 0) }
      try read(start.assumingMemoryBound(to: UInt8.self), SpillFile.head, at: extent)
      return (start.load(as: Int64.self), Int(start.load(fromByteOffset: 8, as: Int64.self)))
    }
  }

  private func append(_ value: Int64) {
    buffer.reserve(8)
    UnsafeMutableRawPointer(buffer.cursor).storeBytes(of: value, as: Int64.self)
    buffer.count += 8
  }

  private func open() throws {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    var template = Array(((folder.isEmpty ? "/tmp" : folder) + "/trackfill-sessions-XXXXXX").utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw Diagnostic(
        "O204", "cannot create a temporary file for open sessions: \(SpillFile.reason())",
        remedy: "set TMPDIR to a folder with space, or raise --memory")
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  private func flush() throws {
    var from = UnsafeRawPointer(buffer.base)
    var left = buffer.count
    var at = end - Int64(left)
    while left > 0 {
      let written = pwrite(descriptor, from, left, off_t(at))
      if written < 0 {
        if errno == EINTR { continue }
        throw SpillFile.failure(SpillFile.reason())
      }
      from += written
      at += Int64(written)
      left -= written
    }
    buffer.removeAll()
  }

  private func read(_ to: UnsafeMutablePointer<UInt8>, _ count: Int, at: Int64) throws {
    var done = 0
    while done < count {
      let got = pread(descriptor, to + done, count - done, off_t(at) + done)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw SpillFile.failure(got < 0 ? SpillFile.reason() : "ends early") }
      done += got
    }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }

  private static func failure(_ reason: String) -> Diagnostic {
    Diagnostic(
      "O205", "the temporary file for open sessions: \(reason)",
      remedy: "set TMPDIR to a folder with space, or raise --memory")
  }
}
