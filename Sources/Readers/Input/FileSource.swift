internal import Glibc
public import Pipeline

/// The bytes of a file as they are stored. Opens on creation, closes when it goes.
public final class FileSource: ByteSource {
  private let descriptor: Int32
  private let name: String
  /// Size when it was opened; nil for what is not a regular file.
  public let size: Int?
  public private(set) var consumed = 0

  /// - Parameter offset: where reading begins in a regular file; what stands before counts as consumed.
  /// - Throws: I101 if there is no such file, I102 if it cannot be read.
  public init(path: String, from offset: Int = 0) throws(Diagnostic) {
    name = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError.diagnostic(errno, path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let number = errno
      close(descriptor)
      throw SystemError.diagnostic(number, path)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw SystemError.diagnostic(EISDIR, path)
    }
    size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    if size != nil { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
    if offset > 0 {
      guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
        let number = errno
        close(descriptor)
        throw SystemError.diagnostic(number, path)
      }
      consumed = offset
    }
  }

  deinit { close(descriptor) }

  /// - Throws: I102 if it cannot be read on, I107 if it ends before the end that it had: somebody has emptied it.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try Descriptor.read(descriptor, buffer, name)
    if count == 0, buffer.count > 0, let size, consumed < size {
      throw Diagnostic(
        "I107", "\(name) was cut off while it was read, at byte \(consumed) of \(size)",
        remedy: "read logs after their rotation, or a copy of them")
    }
    consumed += count
    return count
  }
}

/// Reading from file descriptors.
enum Descriptor {
  /// One read(2), taken up again after signals.
  static func read(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ name: String
  ) throws(Diagnostic) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw SystemError.diagnostic(errno, name) }
    }
  }
}
