internal import Glibc
internal import Pipeline

/// A buffer before a file descriptor that may be a file, a pipe or a terminal, blocking or not.
final class DescriptorOutput {
  private static let bufferSize = 256 * 1024

  /// How much of a file stays in the system's cache: a short output is usually read at once.
  static let cached = 32 << 20
  /// How much of a file is handed to the disk at a time where it cannot be written directly.
  private static let window = 4 << 20

  private let descriptor: Int32
  private let name: String
  private let buffer = ByteBuffer(capacity: bufferSize)
  private let passesThrough: Bool
  private let cached: Int
  private var written = 0
  private var handedOver = 0
  /// Takes everything behind the first `cached` bytes of a file that passes through.
  private var direct: DirectOutput? { didSet { fast = direct.map(Unmanaged.passUnretained) } }
  /// The same, without a reference being counted for a line.
  private var fast: Unmanaged<DirectOutput>?
  private var isRefused = false

  /// - Parameters:
  ///   - name: as the user knows it, for messages.
  ///   - passesThrough: it is a new regular file of which a large output should not fill the system's cache. That would
  ///     evict what the machine's other programs need, and costs more than making the output. Whoever says so calls
  ///     `stop` before the descriptor is closed.
  init(
    _ descriptor: Int32, name: String, passesThrough: Bool = false, cached: Int = DescriptorOutput.cached
  ) {
    self.descriptor = descriptor
    self.name = name
    self.passesThrough = passesThrough
    self.cached = cached
  }

  deinit { stop() }

  /// Takes a line and adds its end.
  func write(line: UnsafeBufferPointer<UInt8>) throws {
    if fast == nil, buffer.count + line.count + 1 > DescriptorOutput.bufferSize { try flush() }
    // From some flush on everything goes directly.
    if let fast { return try fast._withUnsafeGuaranteedRef { try $0.append(line: line) } }
    let newline = UInt8(ascii: "\n")
    if line.count < DescriptorOutput.bufferSize {
      buffer.append(line)
      buffer.append(newline)
      return
    }
    try put(line)
    if let direct { try direct.append(newline) } else { buffer.append(newline) }
  }

  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    try flush()
    try put(bytes)
  }

  func flush() throws {
    if buffer.count > 0 {
      // What cannot be written now will not be written later: the caller is told, and must not get it twice.
      defer { buffer.removeAll() }
      try put(buffer.bytes)
    }
    try direct?.flush()
  }

  /// Ends what writes in the background; what was not flushed is lost.
  func stop() { direct?.stop() }

  private func put(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    if let direct { return try direct.append(bytes) }
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
    if passesThrough, self.written >= cached { passOn() }
  }

  /// Begins to write past the cache. Where that cannot be, what has been written is handed to the disk, a window after the
  /// other, and the window before, which has arrived there, is let go of: advice, without which nothing is lost but cache.
  private func passOn() {
    if !isRefused {
      direct = DirectOutput(descriptor, name: name, at: written)
      if direct != nil { return }
      isRefused = true
    }
    guard written - handedOver >= DescriptorOutput.window else { return }
    posix_fadvise(descriptor, off_t(handedOver), off_t(written - handedOver), POSIX_FADV_DONTNEED)
    handedOver = max(0, written - DescriptorOutput.window)
  }
}
