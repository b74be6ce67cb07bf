import Glibc

/// Signals that a failed write sends beside its error.
enum WriteSignals {
  /// A closed pipe and a limit on the size of files are errors of a write, and no reason to die.
  static func ignore() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }
}
