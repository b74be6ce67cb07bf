internal import Glibc
internal import Pipeline

/// A buffer before a file descriptor that may be a file, a pipe or a terminal, blocking or not.
final class DescriptorOutput {
  private static let bufferSize = 256 * 1024

  private let descriptor: Int32
  private let name: String
  private let buffer = ByteBuffer(capacity: bufferSize)

  /// - Parameter name: as the user knows it, for messages.
  init(_ descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
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
  }
}
