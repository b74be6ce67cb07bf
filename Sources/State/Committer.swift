public import Pipeline

/// Where a commit becomes durable as a whole.
public protocol CommitStore: StateStore {
  /// All of what `body` writes, or nothing; durable when this returns. Throws C105 if it cannot be written.
  func commit(_ body: () throws -> Void) throws
  /// How far an output has been written. Part of a commit.
  func setOutput(_ name: String, _ position: OutputPosition) throws
  /// How far an input has been read. Part of a commit.
  func put(_ input: KnownInput) throws
  /// A sum over all runs, by its name. Part of a commit.
  func setTotal(_ name: String, _ value: Int) throws
}

/// Commits: outputs are synced, then the state says how long they are, together with everything that led to them, then
/// they get their names. Whatever happens between, a run that starts again finds outputs up to the recorded lengths and
/// the state that belongs to them.
public final class Committer {
  private let store: any CommitStore
  private let outputs: [any CommittedOutput]
  /// The outputs as the last commit recorded them, by name.
  public private(set) var recorded: [String: OutputPosition] = [:]
  private var hasFailed = false

  public init(_ store: any CommitStore, outputs: [any CommittedOutput]) {
    self.store = store
    self.outputs = outputs
  }

  /// - Parameter body: writes what the outputs' lengths stand for: positions of inputs, sessions, sums.
  /// - Throws: what failed; nothing was committed then, and nothing can be any more.
  public func commit(_ body: (any CommitStore) throws -> Void) throws {
    guard !hasFailed else {
      throw Diagnostic("C105", "an earlier commit failed", remedy: "run the same command again; nothing is lost")
    }
    hasFailed = true
    var positions: [(String, OutputPosition)] = []
    for output in outputs { positions.append((output.name, try output.prepare())) }
    try store.commit {
      for (name, position) in positions { try store.setOutput(name, position) }
      try body(store)
    }
    for (name, position) in positions { recorded[name] = position }
    for output in outputs { try output.settle() }
    hasFailed = false
  }
}
