internal import Glibc
internal import Pipeline

/// A buffer before a file descriptor that may be a file, a pipe or a terminal, blocking or not.
final class DescriptorOutput {
  private static let bufferSize = 256 * 1024

  /// How much of a file is handed to the disk at a time.
  private static let window = 4 << 20
  /// The end of a file that stays in the system's cache: a short output is usually read at once.
  private static let kept = 64 << 20

  private let descriptor: Int32
  private let name: String
  private let buffer = ByteBuffer(capacity: bufferSize)
  private let passesThrough: Bool
  private var written = 0
  private var handedOver = 0

  /// - Parameters:
  ///   - name: as the user knows it, for messages.
  ///   - passesThrough: it is a regular file of which a large output should not fill the system's cache. That would
  ///     evict what the machine's other programs need, and taking fresh pages costs more than writing.
  init(_ descriptor: Int32, name: String, passesThrough: Bool = false) {
    self.descriptor = descriptor
    self.name = name
    self.passesThrough = passesThrough
  }

  /// Takes a line and adds its end.
  func write(line: UnsafeBufferPointer<UInt8>) throws {
    if buffer.count + line.count + 1 > DescriptorOutput.bufferSize { try flush() }
    if line.count >= DescriptorOutput.bufferSize {
      try put(line)
    } else {
      buffer.append(line)
    }
    buffer.append(UInt8(ascii: "\n"))
  }

  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    try flush()
    try put(bytes)
  }

  func flush() throws {
    guard buffer.count > 0 else { return }
    // What cannot be written now will not be written later: the caller is told, and must not get it twice.
    defer { buffer.removeAll() }
    try put(buffer.bytes)
  }

  private func put(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    guard var from = UnsafeRawPointer(bytes.baseAddress) else { return }
    var left = bytes.count
    while left > 0 {
      let written = Glibc.write(descriptor, from, left)
      if written >= 0 {
        from += written
        left -= written
        self.written += written
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wanted, 1, -1)
      case let error: throw OutputFailure.writing(name, error)
      }
    }
    if passesThrough, self.written - handedOver >= DescriptorOutput.window { handOver() }
  }

  /// Begins to write to disk what has come, and lets go of what has arrived there: the window before the last, since the
  /// last is on its way. Advice: where it is not taken, nothing is lost but cache.
  private func handOver() {
    posix_fadvise(descriptor, off_t(handedOver), off_t(written - handedOver), POSIX_FADV_DONTNEED)
    handedOver = max(0, written - DescriptorOutput.window)
  }
}
