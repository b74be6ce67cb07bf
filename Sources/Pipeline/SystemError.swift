internal import Glibc

/// The errors of system calls.
public enum SystemError {
  /// What the system says of one, to stand in the middle of a sentence.
  /// - Parameter number: as in `errno`.
  public static func reason(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }
}
