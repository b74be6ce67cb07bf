internal import Glibc

/// What the system knows of a folder.
public enum Folder {
  /// The names in it, in no order; nil if it cannot be read, and `errno` says why.
  public static func names(in path: String) -> [String]? {
    guard let directory = opendir(path) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Makes the names in it durable. Throws O201 or O202.
  public static func sync(_ path: String) throws(Diagnostic) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputFailure.creating(path, errno) }
    defer { close(descriptor) }
    // Some file systems cannot sync a folder.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw OutputFailure.writing(path, errno) }
  }
}
