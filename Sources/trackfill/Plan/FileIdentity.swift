import Glibc
import Pipeline

/// Whether two names mean one file, through links and `..`.
enum FileIdentity {
  static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  static func isSame(_ a: String, _ b: String) -> Bool {
    var one = stat()
    var other = stat()
    if stat(a, &one) == 0, stat(b, &other) == 0 { return one.st_dev == other.st_dev && one.st_ino == other.st_ino }
    return canonical(a) == canonical(b)
  }

  /// Whether writing there puts a regular file under the name.
  static func isReplaceable(_ path: String) -> Bool { [.missing, .regular].contains(FileKind(path)) }

  static func isInside(_ path: String, folder: String) -> Bool {
    guard FileKind(folder) == .folder, let folder = resolved(folder) else { return false }
    return canonical(path).hasPrefix(folder == "/" ? "/" : folder + "/")
  }

  /// The absolute name of a file that need not exist.
  private static func canonical(_ path: String) -> String {
    if let real = resolved(path) { return real }
    guard let real = resolved(FilePath.folder(of: path)) else { return path }
    return (real == "/" ? "" : real) + "/" + FilePath.name(of: path)
  }
}
