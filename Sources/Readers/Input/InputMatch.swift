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

  private let resumption: Resumption
  private let again: Bool
  private let index: KnownInputIndex
  /// The files that known inputs were found to be, by the inputs' ids.
  private var claimed: [Int64: InputPath] = [:]

  /// - Parameters:
  ///   - again: whether inputs that are finished are read once more.
  /// - Throws: I101, I102 for inputs that cannot be looked at; all of them at once.
  public init(
    _ paths: [InputPath], known: [KnownInput], resumption: Resumption, again: Bool = false
  ) throws(Diagnostics) {
    self.resumption = resumption
    self.again = again
    index = KnownInputIndex(known)
    let candidates = try InputMatch.candidates(paths)
    for candidate in candidates { files[candidate.path.name] = candidate.file }
    var open = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let changed = settleUnchanged(candidates, &open)
    let others = try continueByNumber(changed)
    for candidate in others { try place(candidate) }
    let read = Set(self.known.values.map(\.id))
    resting = open.values.filter { !read.contains($0.id) }.sorted { $0.id < $1.id }
    absent = Set(resting.map(\.id)).subtracting(claimed.keys)
  }

  private static func candidates(_ paths: [InputPath]) throws(Diagnostics) -> [InputCandidate] {
    var findings: [Diagnostic] = []
    var candidates: [InputCandidate] = []
    for path in paths {
      do throws(Diagnostic) {
        candidates.append(try InputCandidate(path))
      } catch {
        findings.append(error)
      }
    }
    if !findings.isEmpty { throw Diagnostics(findings) }
    return candidates
  }

  /// Files that are as they were; they rest under the names that they have now. Gives the others.
  private mutating func settleUnchanged(
    _ candidates: [InputCandidate], _ open: inout [Int64: KnownInput]
  ) -> [InputCandidate] {
    candidates.filter { candidate in
      let same = index.unchanged(candidate.file).first { claimed[$0.id] == nil }
      guard let same, !(again && same.isFinished) else { return true }
      claimed[same.id] = candidate.path
      open[same.id]?.name = candidate.path.name
      if same.isFinished { finished.append((candidate.path, same)) }
      return false
    }
  }

  /// Who kept its file's number comes first: a copy must not take the place of its original. Gives the others.
  private mutating func continueByNumber(_ candidates: [InputCandidate]) throws(Diagnostics) -> [InputCandidate] {
    var others: [InputCandidate] = []
    for candidate in candidates {
      if let former = index.former(candidate.file), claimed[former.id] == nil,
        try InputMatch.begins(candidate, as: former), try InputMatch.goesOn(candidate, from: former)
      {
        take(candidate, former)
      } else {
        others.append(candidate)
      }
    }
    return others
  }

  /// What neither rests nor kept its number: a known input under another name, a copy of one, or new. What begins as a
  /// file that is still there, but goes on in its own way, is new: another day's export below the same header, or one
  /// that holds all the days before it.
  private mutating func place(_ candidate: InputCandidate) throws(Diagnostics) {
    let name = candidate.path.name
    var original: String?
    var beginning: String?
    for former in try InputMatch.found({ () throws(Diagnostic) in try index.beginning(as: candidate) }) {
      guard try InputMatch.goesOn(candidate, from: former) else { continue }
      guard let claimant = claimed[former.id] else { return take(candidate, former) }
      if try InputMatch.found({ () throws(Diagnostic) in
        try candidate.isHeld(by: InputCandidate(claimant), from: former.offset)
      }) {
        original = original ?? claimant.name
      } else if former.records > 0 {
        beginning = beginning ?? claimant.name
      }
    }
    if let original {
      notes.append("\(name) is a copy of \(original), and is passed over")
      return
    }
    if let beginning {
      notes.append(
        "\(name) begins as \(beginning) does and goes on in its own way: it is read whole, and what both have comes again "
          + "under the same ids")
    } else if index.former(candidate.file)?.name == name {
      // Under another name it is a new file that was given the number of one that is gone.
      notes.append("\(name) was truncated or replaced since it was last read, and is read from its beginning")
    }
    paths.append(candidate.path)
  }

  private mutating func take(_ candidate: InputCandidate, _ former: KnownInput) {
    let name = candidate.path.name
    claimed[former.id] = candidate.path
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

  private static func begins(_ candidate: InputCandidate, as former: KnownInput) throws(Diagnostics) -> Bool {
    guard former.headCount > 0 else { return false }
    return try found { () throws(Diagnostic) in try candidate.headHashes([former.headCount]) == [former.headHash] }
  }

  /// Whether a file that begins as a known input did has the same bytes before the position as well.
  private static func goesOn(_ candidate: InputCandidate, from former: KnownInput) throws(Diagnostics) -> Bool {
    if former.tail.isEmpty { return true }
    return try found { () throws(Diagnostic) in
      try candidate.bytes(before: former.offset, former.tail.count) == former.tail
    }
  }

  private static func found<Result>(_ look: () throws(Diagnostic) -> Result) throws(Diagnostics) -> Result {
    do throws(Diagnostic) {
      return try look()
    } catch {
      throw Diagnostics([error])
    }
  }
}
