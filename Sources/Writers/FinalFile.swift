internal import Glibc
internal import Pipeline

/// A file that stands under its name only when it is complete: written beside it in the same folder, synced, renamed,
/// and the folder synced. What is not a regular file (a device, a pipe) is written to directly; a symbolic link is followed
/// and stays.
final class FinalFile {
  /// As the user named it.
  let name: String
  private let target: String
  /// Where it is written; nil if directly.
  private var part: String?
  private var descriptor: Int32
  let output: DescriptorOutput

  /// - Parameter cached: bytes of it that stay in the system's cache; `DescriptorOutput` has more on that. Throws O202.
  init(_ name: String, cached: Int = DescriptorOutput.cached) throws {
    self.name = name
    var status = stat()
    let exists = stat(name, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw OutputFailure.creating(name, EISDIR) }
    // `/dev/stdout` is a link as well, but to something that need not have a name.
    let isDevice = name.hasPrefix("/dev/") || name.hasPrefix("/proc/")
    let isDirect = exists && (isDevice || status.st_mode & S_IFMT != S_IFREG)
    target = isDirect ? name : FinalFile.followLinks(name)
    if isDirect {
      descriptor = open(target, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw OutputFailure.creating(name, errno) }
    } else {
      (descriptor, part) = try FinalFile.createPart(target, name, mode: exists ? status.st_mode & 0o777 : nil)
    }
    output = DescriptorOutput(descriptor, name: name, passesThrough: part != nil, cached: cached)
  }

  deinit { abandon() }

  /// Makes it final; nothing happens a second time. Throws O201 or O202, and leaves nothing behind then.
  func finish() throws {
    guard descriptor >= 0 else { return }
    do {
      try output.flush()
      if let part {
        output.stop()
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw OutputFailure.writing(name, errno) }
        guard rename(part, target) == 0 else { throw OutputFailure.creating(name, errno) }
        self.part = nil
        // The file itself is safe where its folder cannot be synced.
        try? Folder.sync(FilePath.folder(of: target))
      }
      let closed = close(descriptor)
      descriptor = -1
      // After EINTR the descriptor is closed nevertheless.
      if closed != 0, errno != EINTR { throw OutputFailure.writing(name, errno) }
    } catch {
      abandon()
      throw error
    }
  }

  /// Leaves nothing behind; what is final already stays.
  func abandon() {
    output.stop()
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    if let part { unlink(part) }
    part = nil
  }

  /// A new file beside the target: `.NAME.part-PID-N`.
  private static func createPart(_ target: String, _ name: String, mode: mode_t?) throws -> (Int32, String) {
    // With the additions a long name could become too long.
    let short = String(decoding: FilePath.name(of: target).utf8.prefix(200), as: UTF8.self)
    for attempt in 0..<100 {
      let part = FilePath.path(".\(short).part-\(getpid())-\(attempt)", beside: target)
      let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        // A replaced file keeps its permissions, as far as one may set them.
        if let mode { _ = fchmod(descriptor, mode) }
        return (descriptor, part)
      }
      guard errno == EEXIST else { break }
    }
    throw OutputFailure.creating(name, errno)
  }

  /// The path behind symbolic links, whether or not it exists.
  private static func followLinks(_ path: String) -> String {
    var path = path
    for _ in 0..<40 {
      var target = [CChar](repeating: 0, count: 4096)
      let count = readlink(path, &target, target.count)
      guard count > 0 else { break }
      let next = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      path = FilePath.path(next, beside: path)
    }
    return path
  }
}
