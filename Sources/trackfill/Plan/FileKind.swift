import Glibc

/// What stands under a name, behind links.
enum FileKind {
  case missing, regular, folder
  /// A pipe, a device, a socket.
  case other

  init(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .missing
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}
