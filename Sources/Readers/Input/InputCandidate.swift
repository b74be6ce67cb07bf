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

  /// False also as long as nobody has looked at its head.
  var isUTF16: Bool { head.map(TextSource.isUTF16) ?? false }

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

  /// Whether another file has everything that this one has behind a position.
  func isHeld(by other: InputCandidate, from offset: Int) throws(Diagnostic) -> Bool {
    let own = try source(from: offset)
    guard let own else { return true }
    let theirs = try other.source(from: offset)
    var bytes = [UInt8](repeating: 0, count: InputCandidate.step)
    var others = bytes
    while true {
      let count = try fill(&bytes, from: own)
      if count == 0 { return true }
      guard let theirs, try other.fill(&others, from: theirs) >= count, bytes[..<count] == others[..<count] else {
        return false
      }
    }
  }

  /// Whether nothing stands behind a position.
  func isComplete(at offset: Int) -> Bool {
    guard let bytes = try? read(offset..<offset + 1) else { return false }
    return bytes.isEmpty
  }

  /// Decompressed bytes, fewer at the end.
  private func read(_ range: Range<Int>) throws(Diagnostic) -> [UInt8] {
    guard let source = try source(from: range.lowerBound) else { return [] }
    var bytes = [UInt8](repeating: 0, count: range.count)
    let count = try fill(&bytes, from: source)
    return Array(bytes[..<count])
  }

  /// Bytes that are read at once where many are.
  private static let step = 256 << 10

  /// The decompressed bytes behind a position; nil if the file ends before it.
  private func source(from offset: Int) throws(Diagnostic) -> (any ByteSource)? {
    try asFinding { () throws in
      let input = try StoredInput(path, isThreaded: false)
      guard offset > 0 else { return input.bytes }
      if let name = path.path, input.isPlain { return try FileSource(path: name, from: offset) }
      var skip = offset
      var buffer = [UInt8](repeating: 0, count: min(skip, InputCandidate.step))
      while skip > 0 {
        let count = try buffer.withUnsafeMutableBytes { bytes in
          try input.bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<min(skip, bytes.count)]))
        }
        if count == 0 { return nil }
        skip -= count
      }
      return input.bytes
    }
  }

  private func fill(_ bytes: inout [UInt8], from source: any ByteSource) throws(Diagnostic) -> Int {
    let count = bytes.count
    return try asFinding { () throws in try StoredInput.fill(&bytes, from: source, atLeast: count) }
  }

  /// Errors of any kind as findings.
  private func asFinding<Result>(_ work: () throws -> Result) throws(Diagnostic) -> Result {
    do {
      return try work()
    } catch let finding as Diagnostic {
      throw finding
    } catch {
      throw Diagnostic("I102", "cannot read \(path.name): \(error)")
    }
  }
}
