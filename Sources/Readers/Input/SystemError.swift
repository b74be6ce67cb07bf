internal import Glibc
internal import Pipeline

extension SystemError {
  /// I101 for what does not exist, I102 for what cannot be read.
  static func diagnostic(_ number: Int32, _ name: String) -> Diagnostic {
    switch number {
    case ENOENT, ENOTDIR:
      Diagnostic("I101", "no such file: \(name)", remedy: "check the path; quote a pattern to have it expanded here")
    case EACCES, EPERM:
      Diagnostic(
        "I102", "cannot read \(name): \(reason(number))", remedy: "run as a user who may read it, or change its mode")
    case EMFILE, ENFILE:
      Diagnostic(
        "I102", "cannot read \(name): \(reason(number))",
        remedy: "allow more of them, as with ulimit -n 4096 (LimitNOFILE= of a service), or give fewer inputs at once")
    default:
      Diagnostic("I102", "cannot read \(name): \(reason(number))", remedy: "check the file system and run again")
    }
  }
}
