internal import Pipeline

/// Known inputs by what a file may have in common with them. There may be thousands, and thousands of files: nothing is
/// compared with each of them.
struct KnownInputIndex {
  private struct Number: Hashable {
    var device: Int64
    var number: Int64

    init(_ file: KnownInput.File) {
      device = file.device
      number = file.number
    }
  }

  private struct Head: Hashable {
    var count: Int
    var hash: String
  }

  private let inputs: [KnownInput]
  // Places in `inputs`, in its order.
  private let byFile: [KnownInput.File: [Int]]
  private let byNumber: [Number: Int]
  private let byHead: [Head: [Int]]
  /// How long the inputs' heads are, in ascending order.
  private let headCounts: [Int]

  init(_ inputs: [KnownInput]) {
    self.inputs = inputs
    byFile = Dictionary(grouping: inputs.indices) { inputs[$0].file }
    // A number that was given again is the last one's.
    byNumber = Dictionary(inputs.indices.map { (Number(inputs[$0].file), $0) }, uniquingKeysWith: { _, last in last })
    byHead = Dictionary(grouping: inputs.indices.filter { inputs[$0].headCount > 0 }) {
      Head(count: inputs[$0].headCount, hash: inputs[$0].headHash)
    }
    headCounts = Set(byHead.keys.map(\.count)).sorted()
  }

  /// Those whose file was just like this one when it was last read.
  func unchanged(_ file: KnownInput.File) -> some Sequence<KnownInput> {
    (byFile[file] ?? []).lazy.map { inputs[$0] }
  }

  /// The one whose file had this one's number.
  func former(_ file: KnownInput.File) -> KnownInput? { byNumber[Number(file)].map { inputs[$0] } }

  /// Those that begin as the file does; the one of which most was read comes first.
  func beginning(as file: InputCandidate) throws(Diagnostic) -> [KnownInput] {
    // What can be read only once is not looked at without need.
    if headCounts.isEmpty { return [] }
    var found: [Int] = []
    for (count, hash) in zip(headCounts, try file.headHashes(headCounts)) {
      found += byHead[Head(count: count, hash: hash)] ?? []
    }
    return found.sorted { (inputs[$1].offset, $0) < (inputs[$0].offset, $1) }.map { inputs[$0] }
  }
}
