import Glibc

/// How many threads a run has.
enum ThreadCount {
  /// Where it names none: the processors that are there, at most four.
  static var standard: Int { min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), 4) }
}
