internal import Glibc
public import Pipeline
internal import Synchronization

/// Payloads of a file of lines, which may be one that another thread still appends to: an outbox.
public final class PayloadFileQueue: PayloadQueue, @unchecked Sendable {
  public let name: String
  public let source: String
  private let descriptor: Int32
  private let cutter = LineCutter()
  private var at = 0

  private struct Extent {
    /// Up to where there are whole lines.
    var end: Int
    var isFinished: Bool
    var wake: (@Sendable () -> Void)?
  }
  private let extent: Mutex<Extent>

  /// - Parameters:
  ///   - name: as the journal knows it.
  ///   - end: up to where it may be read, at a line's beginning; the rest comes with `extend`. nil for a file that is
  ///     finished. Throws I101 or I102.
  public init(path: String, name: String, end: Int? = nil) throws(Diagnostic) {
    self.name = name
    source = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PayloadFileQueue.problem(path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Diagnostic("I102", "\(path) is not a regular file", remedy: "name a file of payloads, or - for a pipe")
    }
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    extent = Mutex(Extent(end: end ?? Int(status.st_size), isFinished: end == nil))
  }

  deinit { close(descriptor) }

  /// There are whole lines up to this byte now. From any thread.
  public func extend(to end: Int) {
    let wake = extent.withLock {
      $0.end = max($0.end, end)
      return $0.wake
    }
    wake?()
  }

  /// Nothing comes any more. From any thread.
  public func finish() {
    let wake = extent.withLock {
      $0.isFinished = true
      return $0.wake
    }
    wake?()
  }

  public func whenMore(call wake: @escaping @Sendable () -> Void) { extent.withLock { $0.wake = wake } }

  public func seek(to offset: Int) throws {
    let end = extent.withLock { $0.end }
    guard offset <= end else { throw PayloadFileQueue.shortened(source, end, offset) }
    // Line numbers are for messages; counting them again is cheap beside sending.
    var line = 0
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    var from = 0
    while from < offset {
      let count = try read(&buffer, min(buffer.count, offset - from), at: from)
      guard count > 0 else { throw PayloadFileQueue.shortened(source, from, offset) }
      line += buffer[..<count].reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
      from += count
      if from == offset, count > 0, buffer[count - 1] != UInt8(ascii: "\n"), offset < end {
        throw PayloadFileQueue.changed(source, offset)
      }
    }
    at = offset
    cutter.start(at: offset, line: line)
  }

  public func next(into line: ByteBuffer) throws -> PayloadQueueStep {
    let (end, isFinished) = extent.withLock { ($0.end, $0.isFinished) }
    let step = try cutter.next(into: line) { room in
      if at >= end { return isFinished ? 0 : nil }
      let count = try read(room.baseAddress, min(room.count, end - at), at: at)
      guard count > 0 else { throw PayloadFileQueue.shortened(source, at, end) }
      at += count
      return count
    }
    return step ?? .notYet(askAgainIn: nil)
  }

  public func countUnread() throws -> Int? {
    let end = extent.withLock { $0.end }
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    var from = cutter.position
    var lines = 0
    var isBlank = true
    while from < end {
      let count = try read(&buffer, min(buffer.count, end - from), at: from)
      guard count > 0 else { break }
      for byte in buffer[..<count] {
        if byte == UInt8(ascii: "\n") {
          if !isBlank { lines += 1 }
          isBlank = true
        } else if byte > 0x20 {
          isBlank = false
        }
      }
      from += count
    }
    return lines + (isBlank ? 0 : 1)
  }

  private func read(_ target: UnsafeMutableRawPointer?, _ count: Int, at offset: Int) throws -> Int {
    while true {
      let got = pread(descriptor, target, count, off_t(offset))
      if got >= 0 { return got }
      if errno != EINTR { throw PayloadFileQueue.problem(source, errno) }
    }
  }

  private static func problem(_ path: String, _ number: Int32) -> Diagnostic {
    if number == ENOENT { return Diagnostic("I101", "no such file: \(path)", remedy: "check the path") }
    return Diagnostic("I102", "cannot read \(path): \(SystemError.reason(number))")
  }

  private static func shortened(_ path: String, _ size: Int, _ offset: Int) -> Diagnostic {
    Diagnostic(
      "D103", "\(path) has \(size) bytes, but \(offset) of it were delivered",
      remedy: "it was replaced or cut; deliver the new file with another --state folder")
  }

  private static func changed(_ path: String, _ offset: Int) -> Diagnostic {
    Diagnostic(
      "D103", "\(path) was delivered up to byte \(offset), where no line begins any more",
      remedy: "it was replaced; deliver the new file with another --state folder")
  }
}
