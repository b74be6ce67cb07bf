internal import Glibc

/// Files that are held as a whole: regular ones, and pipes and devices that come to an end.
public enum WholeFile {
  /// Why a file cannot be read.
  public struct Failure: Error {
    /// As in `errno`; `EFBIG` if the file is larger than it may be.
    public let number: Int32
  }

  /// - Parameter limit: bytes; what is larger is not read to its end.
  public static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(number: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(number: errno)
      }
      bytes += chunk[..<count]
      if bytes.count > limit { throw Failure(number: EFBIG) }
    }
  }
}
