internal import Glibc

/// What went wrong at an output, as a diagnostic: O201 it cannot be written (disk full, I/O error), O202 it cannot be
/// created, O203 the reader of a pipe has gone.
public enum OutputFailure {
  /// - Parameters:
  ///   - name: as the user has it.
  ///   - error: as in `errno`.
  public static func writing(_ name: String, _ error: Int32) -> Diagnostic {
    switch error {
    case EPIPE: Diagnostic("O203", "closed pipe", file: name)
    case ENOSPC, EDQUOT:
      Diagnostic(
        "O201", "disk full: \(SystemError.reason(error))", remedy: "make room, or write to another file system",
        file: name)
    default: Diagnostic("O201", "cannot be written: \(SystemError.reason(error))", file: name)
    }
  }

  /// The same of what does not exist yet, a file or a folder.
  public static func creating(_ name: String, _ error: Int32) -> Diagnostic {
    let remedy =
      switch error {
      case EACCES, EPERM, EROFS: "choose a folder that you may write to"
      case ENOENT, ENOTDIR: "create its folder first"
      case EISDIR: "name a file, not a folder"
      case ENAMETOOLONG: "choose a shorter name"
      default: ""
      }
    return Diagnostic("O202", "cannot be created: \(SystemError.reason(error))", remedy: remedy, file: name)
  }
}
