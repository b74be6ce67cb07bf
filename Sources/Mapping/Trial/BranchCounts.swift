internal import Pipeline
internal import Synchronization

/// How often each branch of each `case` was taken. Only while a mapping is tested: the program of a run does not count.
final class BranchCounts: Sendable {
  /// A branch, by what it gives.
  struct Branch: Sendable {
    let name: String
    let span: SourceSpan
  }

  private final class Counter: Sendable {
    let branch: Branch
    let hits = Atomic<Int>(0)

    init(_ branch: Branch) { self.branch = branch }
  }

  private let counters = Mutex<[Counter]>([])

  /// The emitter of a branch's value, counted.
  func counted(_ emit: Emitter, _ value: ConfigNode, at span: SourceSpan) -> Emitter {
    let counter = Counter(Branch(name: value.text ?? JSONValue(value).flow, span: span))
    counters.withLock { $0.append(counter) }
    return Emitter { activation, buffer in
      counter.hits.wrappingAdd(1, ordering: .relaxed)
      return emit(activation, buffer)
    }
  }

  /// In the order of compilation.
  var branches: [Branch] { counters.withLock { $0.map(\.branch) } }
  var hits: [Int] { counters.withLock { $0.map { $0.hits.load(ordering: .relaxed) } } }
}
