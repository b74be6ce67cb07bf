import Pipeline
import Readers
import State

/// The inputs of a run with a state: where each is resumed, how far it was read, and how it will be recognised.
final class ContinuedInputs {
  let match: InputMatch
  /// An export that was not written to for this many milliseconds is complete.
  private static let settling: Int64 = 5 * 60_000
  private let nextID: Int64
  private var identities: [KnownInput] = []
  private var resumptions: [Resumption] = []
  /// The last bytes that were consumed of each input.
  private var tails: [[UInt8]] = []
  /// Where the next block of each begins, unless bytes were passed over.
  private var ends: [Int] = []
  private var isEnded: [Bool] = []
  private var isTouched: [Bool] = []
  private var midway: Set<Int> = []
  private let startedAt = SystemTime.milliseconds

  /// - Throws: C106 for inputs that were imported already, and what looking at inputs throws.
  init(
    _ plan: ContinuationPlan, _ run: ConvertPlan, _ folder: StateFolder, _ reader: any Reader
  ) throws {
    // Once more: while another run had the state, logs may have been rotated.
    let paths = try InputList.expand(run.inputs)
    let known = try folder.inputs()
    nextID = (known.map(\.id).max() ?? 0) + 1
    match = try InputMatch(paths, known: known, resumption: reader.resumption, again: plan.again)
    // A run that did not come to its end is gone on with; so is one of which not all was delivered.
    if try StateOwner.isDone(folder), !plan.isFollowUp, !plan.again, !plan.finishes, !match.finished.isEmpty {
      throw Diagnostics(
        match.finished.map { path, known in
          let name = known.name == path.name ? "" : " as \(known.name)"
          return Diagnostic(
            "C106", "\(path.name) was already imported\(name), on \(TimestampWriter.text(known.readAt))",
            remedy: "leave it out, or give --again to repeat it under the same ids")
        })
    }
  }

  func feedOptions(limits: ReadLimits, disorder: Int64?, isContinued: Bool) -> InputFeed.Options {
    var options = InputFeed.Options(limits: limits, disorder: disorder)
    options.isContinued = isContinued
    options.known = match.known
    options.resting = match.resting
    options.files = match.files
    options.nextID = nextID
    options.settledBefore = (startedAt - ContinuedInputs.settling) * 1_000_000
    return options
  }

  func begin(_ feed: InputFeed) {
    identities = feed.identities
    resumptions = feed.resumptions
    tails = identities.map(\.tail)
    ends = identities.map(\.offset)
    isEnded = Array(repeating: false, count: identities.count)
    isTouched = isEnded
  }

  /// Takes account of a block that was consumed.
  func note(_ block: Block) {
    let input = block.input
    guard identities.indices.contains(input) else { return }
    isTouched[input] = true
    // What was left behind is looked at again, whether or not the file changes.
    if block.isLast { isEnded[input] = !block.leavesRest }
    guard resumptions[input] != .whole else {
      if block.isLast { midway.remove(input) } else { midway.insert(input) }
      return
    }
    let begin = min(block.begin, block.count)
    if block.offset + begin != ends[input] { tails[input] = [] }
    ends[input] = block.offset + block.count
    let new = block.bytes[begin...].suffix(KnownInput.tailLength)
    if new.count == KnownInput.tailLength {
      tails[input] = Array(new)
    } else if !new.isEmpty {
      tails[input] = Array((tails[input] + new).suffix(KnownInput.tailLength))
    }
  }

  /// Whether every input stands where a later run can go on.
  var areAtRecords: Bool { midway.isEmpty }

  /// - Parameter isFinal: whether inputs that have ended are done with.
  func save(_ counts: RunCounts, to store: any CommitStore, isFinal: Bool) throws {
    for (index, state) in counts.inputs.enumerated() where isTouched[index] {
      var input = identities[index]
      input.offset = state.bytesBefore + state.bytes
      input.lines = state.linesBefore + state.lines
      input.records = state.recordsBefore + state.records
      input.readAt = startedAt
      input.tail = [.seek, .reread].contains(resumptions[index]) ? Array(tails[index].suffix(input.offset)) : []
      input.isFinished = isFinal && isEnded[index]
      // What was not read to its end has something new for the next run, whatever its size and date.
      if !isEnded[index] { input.file.modified = -1 }
      if input.headCount > 0 { try store.put(input) }
    }
  }
}
