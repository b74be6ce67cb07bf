internal import Glibc
internal import Pipeline

/// A file that a mapping names: a table or a list. Its path is relative to the mapping's folder.
struct SideFile {
  /// As the user can open it from where the program runs.
  let path: String

  /// Bytes; more is an error.
  static let largest = 64 << 20

  /// What to do where a file that the user named cannot be read.
  static let remedy = "check the name; it is relative to the mapping's folder"

  init(_ name: String, besideMapping mapping: String) {
    path = FilePath.path(name, beside: mapping)
  }

  /// The whole content; nil, and M119 at the scalar that names it, if it cannot be read.
  func read(
    for scalar: ConfigScalar, _ findings: Findings, remedy: String = SideFile.remedy
  ) -> [UInt8]? {
    switch read() {
    case .success(let bytes): return bytes
    case .failure(let failure):
      findings.error("M119", "cannot read \(path): \(failure.reason)", at: scalar.span, remedy: remedy)
      return nil
    }
  }

  private func read() -> Result<[UInt8], Failure> {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .failure(Failure(reason: SystemError.reason(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(Failure(reason: SystemError.reason(errno))) }
    guard status.st_mode & S_IFMT == S_IFREG else { return .failure(Failure(reason: "not a regular file")) }
    guard status.st_size <= Self.largest else { return .failure(Failure(reason: "larger than 64 MiB")) }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + filled }, $0.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return .failure(Failure(reason: SystemError.reason(errno))) }
      if count == 0 { break }
      filled += count
    }
    bytes.removeLast(bytes.count - filled)
    return .success(bytes)
  }

  private struct Failure: Error {
    let reason: String
  }
}
