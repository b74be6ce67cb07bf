internal import Glibc
internal import Pipeline

/// What to do when another run has the state.
public enum LockPatience: Sendable, Equatable {
  /// C101, almost at once.
  case none
  /// So many milliseconds, then C101.
  case wait(Int64)
}

/// The right to use a state folder, held as long as this lives: `flock(2)` on a file in it, so that it goes with the
/// process however that ends.
final class StateLock {
  private let descriptor: Int32

  /// - Throws: C101 if another process has it, C103 if there can be none.
  init(folder: String, patience: LockPatience) throws(Diagnostic) {
    let path = folder + "/lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Diagnostic(
        "C103", "cannot open \(path): \(SystemError.reason(errno))",
        remedy: "check the folder after --state and its permissions")
    }
    // Who only looks has it for a moment.
    var left: Int64 = if case .wait(let milliseconds) = patience { milliseconds } else { 100 }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let number = errno
      guard number == EWOULDBLOCK || number == EINTR else {
        close(descriptor)
        throw Diagnostic(
          "C103", "cannot lock \(path): \(SystemError.reason(number))",
          remedy: "keep the state on a file system that knows locks")
      }
      guard left > 0 else {
        close(descriptor)
        throw Diagnostic(
          "C101", "another run has the state \(folder)",
          remedy: "wait until it ends, or give --wait 10m, or --if-locked skip in cron")
      }
      usleep(50_000)
      left -= 50
    }
  }

  /// Keeps runs from beginning while somebody looks. Nil if a run has the folder, or that cannot be known.
  init?(looking folder: String) {
    let descriptor = open(folder + "/lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Whether a run has the folder; false where that cannot be known.
  static func isHeld(folder: String) -> Bool {
    let descriptor = open(folder + "/lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
