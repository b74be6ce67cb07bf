internal import Glibc
internal import Pipeline

/// A file that may be known, looked at only as far as is needed.
final class InputCandidate {
  let path: InputPath
  let file: KnownInput.File
  private var head: [UInt8]?

  init(_ path: InputPath) throws(Diagnostic) {
    self.path = path
    var status = stat()
    guard let name = path.path, stat(name, &status) == 0 else {
      throw SystemError.diagnostic(path.path == nil ? EINVAL : errno, path.name)
    }
    file = KnownInput.File(
      device: Int64(truncatingIfNeeded: status.st_dev), number: Int64(truncatingIfNeeded: status.st_ino),
      size: Int64(status.st_size),
      modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
  }

  var isUTF16: Bool {
    guard let head else { return false }
    return head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
  }

  /// SHA-256 of so many first decompressed bytes, for each of the counts up to the first of which there are not so many.
  /// - Parameter counts: in ascending order.
  func headHashes(_ counts: [Int]) throws(Diagnostic) -> [String] {
    let head = try loadedHead()
    return Fingerprint.sha256(beginningsOf: head, Array(counts.prefix { $0 <= head.count }))
  }

  private func loadedHead() throws(Diagnostic) -> [UInt8] {
    if let head { return head }
    let read = try read(0..<KnownInput.headLength)
    head = read
    return read
  }

  /// The bytes before a position, fewer if it has not so many.
  func bytes(before offset: Int, _ count: Int) throws(Diagnostic) -> [UInt8] {
    try read(max(0, offset - count)..<offset)
  }

  /// Whether nothing stands behind a position.
  func isComplete(at offset: Int) -> Bool {
    guard let bytes = try? read(offset..<offset + 1) else { return false }
    return bytes.isEmpty
  }

  /// Decompressed bytes, fewer at the end.
  private func read(_ range: Range<Int>) throws(Diagnostic) -> [UInt8] {
    do {
      var skip = range.lowerBound
      let input = try StoredInput(path, isThreaded: false)
      var stored = input.bytes
      if skip > 0, let name = path.path, input.isPlain {
        stored = try FileSource(path: name, from: skip)
        skip = 0
      }
      var buffer = [UInt8](repeating: 0, count: min(max(skip, range.count), 256 << 10))
      while skip > 0 {
        let count = try buffer.withUnsafeMutableBytes { bytes in
          try stored.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<min(skip, bytes.count)]))
        }
        if count == 0 { return [] }
        skip -= count
      }
      var result = [UInt8](repeating: 0, count: range.count)
      let count = try StoredInput.fill(&result, from: stored, atLeast: range.count)
      return Array(result[..<count])
    } catch let finding as Diagnostic {
      throw finding
    } catch {
      throw Diagnostic("I102", "cannot read \(path.name): \(error)")
    }
  }
}
