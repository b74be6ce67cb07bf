import Glibc
import Pipeline

/// Reading a configuration file whole.
enum ConfigFile {
  /// No mapping comes near it; a device that never ends does.
  private static let limit = 16 << 20

  /// - Throws: I101 if it is not there, I102 if it cannot be read.
  static func read(_ path: String) throws(Diagnostics) -> [UInt8] {
    let descriptor = open(path == "-" ? "/dev/stdin" : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw problem(path, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw problem(path, errno)
      }
      bytes += chunk[..<count]
      if bytes.count > limit { throw problem(path, EFBIG) }
    }
  }

  private static func problem(_ path: String, _ number: Int32) -> Diagnostics {
    if number == ENOENT {
      return Diagnostics([Diagnostic("I101", "no such mapping: \(path)", remedy: "check the path after -m")])
    }
    return Diagnostics([
      Diagnostic("I102", "cannot read the mapping \(path): \(SystemError.reason(number))")
    ])
  }
}
