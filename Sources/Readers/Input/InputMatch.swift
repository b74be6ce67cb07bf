internal import Glibc
public import Pipeline

/// Which inputs of a run earlier runs know, whatever has happened to them since: they have grown, been renamed,
/// compressed, truncated, replaced, copied.
///
/// 1. A file that has not changed since it was read to its end rests.
/// 2. A known file that begins as it began, and has before the position what it had, goes on there.
/// 3. Another file of which the same holds is a known input under another name, or compressed: it goes on.
/// 4. A known file of which it does not hold was truncated, or its number used again: it is new.
/// 5. Everything else is new.
public struct InputMatch: Sendable {
  /// What is to be read.
  public var paths: [InputPath] = []
  /// The known inputs among them, by the name that they have now.
  public var known: [String: KnownInput] = [:]
  /// Known inputs of which nothing is to be read.
  public var resting: [KnownInput] = []
  /// The ids of those of them that none of the files is: taken away, truncated, or not named this time.
  public var absent: Set<Int64> = []
  public var files: [String: KnownInput.File] = [:]
  /// Files that are a known input, read to its end and closed, with that.
  public var finished: [(path: InputPath, known: KnownInput)] = []
  /// What a user should know, as sentences.
  public var notes: [String] = []

  /// - Parameters:
  ///   - again: whether inputs that are finished are read once more.
  /// - Throws: I101, I102 for inputs that cannot be looked at; all of them at once.
  public init(
    _ paths: [InputPath], known: [KnownInput], resumption: Resumption, again: Bool = false
  ) throws(Diagnostics) {
    var findings: [Diagnostic] = []
    var candidates: [Candidate] = []
    for path in paths {
      do throws(Diagnostic) {
        candidates.append(try Candidate(path))
      } catch {
        findings.append(error)
      }
    }
    if !findings.isEmpty { throw Diagnostics(findings) }
    for candidate in candidates { files[candidate.path.name] = candidate.file }

    var open = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    var claimed: [Int64: String] = [:]
    var left: [Candidate] = []
    for candidate in candidates {
      let same = known.first { $0.file == candidate.file && claimed[$0.id] == nil }
      if let same, !(again && same.isFinished) {
        claimed[same.id] = candidate.path.name
        open[same.id]?.name = candidate.path.name
        if same.isFinished { finished.append((candidate.path, same)) }
      } else {
        left.append(candidate)
      }
    }
    // Who kept its file's number comes first: a copy must not take the place of its original.
    let byNumber = left.map { candidate in
      known.first { $0.file.device == candidate.file.device && $0.file.number == candidate.file.number }
    }
    var others: [Candidate] = []
    for (candidate, former) in zip(left, byNumber) {
      guard let former, claimed[former.id] == nil else {
        others.append(candidate)
        continue
      }
      if try InputMatch.continues(candidate, former, resumption) {
        claimed[former.id] = candidate.path.name
        take(candidate, former, resumption, again)
      } else {
        others.append(candidate)
      }
    }
    // The one of which most was read comes first.
    let byOffset = known.sorted { $0.offset > $1.offset }
    for candidate in others {
      let name = candidate.path.name
      var match: KnownInput?
      var original: String?
      for former in byOffset where former.headCount > 0 {
        guard try InputMatch.continues(candidate, former, resumption) else { continue }
        if let claimant = claimed[former.id] {
          original = original ?? claimant
        } else {
          match = former
          break
        }
      }
      if let match {
        claimed[match.id] = name
        take(candidate, match, resumption, again)
      } else if let original {
        notes.append("\(name) is a copy of \(original), and is passed over")
      } else {
        if known.contains(where: { $0.file.device == candidate.file.device && $0.file.number == candidate.file.number })
        {
          notes.append("\(name) was truncated or replaced since it was last read, and is read from its beginning")
        }
        self.paths.append(candidate.path)
      }
    }
    let read = Set(self.known.values.map(\.id))
    resting = open.values.filter { !read.contains($0.id) }.sorted { $0.id < $1.id }
    absent = Set(resting.map(\.id)).subtracting(claimed.keys)
  }

  private mutating func take(
    _ candidate: Candidate, _ former: KnownInput, _ resumption: Resumption, _ again: Bool
  ) {
    let name = candidate.path.name
    let resumption = candidate.isUTF16 ? resumption.converted : resumption
    var former = former
    former.name = name
    if resumption == .whole || again && former.isFinished {
      // Nothing can be continued in it: its records come again, under the ids that they had.
      if resumption == .whole {
        notes.append("\(name) has changed since it was last read, and is read from its beginning")
      }
      former.offset = 0
      former.lines = 0
      former.records = 0
      former.tail = []
    } else if former.isFinished, resumption != .converted, candidate.isComplete(at: former.offset) {
      finished.append((candidate.path, former))
      return
    }
    former.isFinished = false
    known[name] = former
    paths.append(candidate.path)
  }

  /// Whether a file begins as a known input did, and has the same bytes before the position.
  private static func continues(
    _ candidate: Candidate, _ former: KnownInput, _ resumption: Resumption
  ) throws(Diagnostics) -> Bool {
    do throws(Diagnostic) {
      guard former.headCount > 0, try candidate.headHash(former.headCount) == former.headHash else { return false }
      if former.tail.isEmpty { return true }
      return try candidate.bytes(before: former.offset, former.tail.count) == former.tail
    } catch {
      throw Diagnostics([error])
    }
  }
}

/// A file that may be known, looked at only as far as is needed.
private final class Candidate {
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

  /// SHA-256 of the first decompressed bytes; nil if there are not so many.
  func headHash(_ count: Int) throws(Diagnostic) -> String? {
    if head == nil { head = try read(0..<KnownInput.headLength) }
    guard let head, head.count >= count else { return nil }
    return Fingerprint.sha256(Array(head[..<count]))
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
