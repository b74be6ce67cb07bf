import Glibc
import Mapping
import Pipeline
import Readers
import Sessions
import State
import Writers

/// The stages of a run with a state, from the first block to the last commit: they are put back to where the state says
/// that they stood, and what they have done since is made durable together.
final class CommittedRun {
  private let plan: ContinuationPlan
  private let frame: RunFrame
  private let delivery: OutboxDelivery?
  private let mapping: MappingPlan
  private let feed: InputFeed
  private let inputs: ContinuedInputs
  private let folder: StateFolder
  private let output: any PayloadWriter & CommittedOutput
  private let rejectFile: AppendedFile
  private let rejects: RejectFileWriter
  private let committer: Committer
  private let pool = MappedBlockPool()
  private let stage: SessionStage
  private let sums: RunTotals
  private let clock = CommitClock()

  private typealias Stop = RunFrame.Stop

  /// Opens the outputs and restores the sessions. Throws what the state, the outputs or the sessions say of it.
  init(
    _ plan: ContinuationPlan, _ frame: RunFrame, _ delivery: OutboxDelivery?, _ mapping: MappingPlan,
    _ feed: InputFeed, _ inputs: ContinuedInputs, _ folder: StateFolder
  ) throws {
    self.plan = plan
    self.frame = frame
    self.delivery = delivery
    self.mapping = mapping
    self.feed = feed
    self.inputs = inputs
    self.folder = folder
    var settings = mapping.sessions
    settings.memory = frame.plan.memory
    settings.temporaryFolder = plan.temporaryFolder
    settings.isContinued = plan.leavesOpen
    frame.report.settings = settings
    output = try CommittedRun.openOutput(plan, folder, mapping.name)
    rejectFile = try AppendedFile(
      plan.folder + "/rejects.ndjson", name: "rejects", recorded: try folder.output("rejects"))
    rejects = RejectFileWriter(
      appendingTo: rejectFile, startedAt: frame.report.startedAt, mapping: frame.report.mappingName,
      sha256: frame.report.mappingHash)
    committer = Committer(folder, outputs: [output, rejectFile])
    stage = SessionStage(settings: settings, inputs: feed.inputs, writer: output) { [pool] in pool.recycle($0) }
    try stage.restore(from: folder)
    sums = RunTotals(before: try folder.totals())
  }

  private static func openOutput(
    _ plan: ContinuationPlan, _ folder: StateFolder, _ mapping: String
  ) throws -> any PayloadWriter & CommittedOutput {
    switch plan.destination {
    case .segments(let path):
      if mkdir(path, 0o777) != 0, errno != EEXIST { throw OutputFailure.creating(path, errno) }
      return try SegmentWriter(folder: path, stem: mapping, recorded: try folder.output("segments"))
    case .outbox:
      let recorded = try OutboxFile.open(folder)
      return try Outbox(OutboxFile.path(in: plan.folder, recorded.number), recorded: recorded)
    }
  }

  /// Reads, maps and commits until the inputs have no more, or the run is interrupted. Throws a `Stop` if it was, or if
  /// what was read cannot stand.
  func run() throws {
    let progress = ProgressLine(frame.console, isQuiet: frame.plan.isQuiet)
    let loop = makeLoop(progress)
    attachSignals(loop, progress)
    defer {
      frame.signals.attach(.brief)
      progress?.clear()
      report(loop)
    }
    if frame.signals.status != nil { loop.cancel() }
    try delivery?.begin(folder) { loop.cancel() }
    let isInterrupted = try consume(loop) == .interrupted
    if !isInterrupted, let idle = plan.closeIdle { try stage.closeIdle(since: frame.report.startedAt - idle) }
    frame.report.counts = loop.counts
    frame.report.sessions = stage.counts
    guard isInterrupted || frame.report.isBalanced else {
      throw frame.unbalanced(fate: "nothing since the last commit counts")
    }
    if !isInterrupted || canCommitMidway { try commit(loop.counts, isComplete: !isInterrupted) }
    if isInterrupted {
      throw Stop(
        status: frame.signals.status ?? .interrupted,
        message: "interrupted; the state is clean, the same command goes on")
    }
    frame.report.isOutputComplete = true
  }

  private func makeLoop(_ progress: ProgressLine?) -> RunLoop {
    var settings = frame.plan.loopSettings
    settings.isContinued = plan.leavesOpen
    return RunLoop(
      feed: feed, columns: mapping.columns.count, consumer: stage, pool: pool, rejects: rejects, settings: settings,
      makeParser: { [mapping] in mapping.reader.makeParser(fields: mapping.columns) },
      makeMapper: { [mapping] in mapping.makeMapper() },
      onProgress: progress.map { line in { line.update($0) } },
      afterBlock: { [self] counts, block in
        inputs.note(block)
        guard canCommitMidway, clock.isDue(block.count, every: plan.commitEvery) else { return }
        try commit(counts, isComplete: false)
      })
  }

  private func attachSignals(_ loop: RunLoop, _ progress: ProgressLine?) {
    frame.signals.attach(
      SignalWatch.Run(
        cancel: { [delivery] in
          loop.cancel()
          delivery?.cancel()
        }, isAtRest: { [delivery] in loop.isAtRest && delivery == nil },
        abandon: { [frame] status, isAtRest in
          progress?.clear()
          frame.end(with: status, isAtRest: isAtRest, fate: "the state is that of the last commit")
        }))
  }

  private func consume(_ loop: RunLoop) throws -> RunLoop.Outcome {
    do {
      return try loop.run()
    } catch let many as TooManyRejects {
      frame.report.counts = loop.counts
      // They are what one needs to see; the next run cuts them off again.
      _ = try? rejectFile.prepare()
      throw frame.tooMany(many, fate: "nothing since the last commit counts")
    }
  }

  /// Whether a later run could go on here.
  private var canCommitMidway: Bool { stage.commitsMidway && inputs.areAtRecords }

  /// All that has been consumed, together with its outputs.
  private func commit(_ counts: RunCounts, isComplete: Bool) throws {
    try committer.commit { store in
      try StateOwner.note(isComplete: isComplete, in: folder)
      try inputs.save(counts, to: store, isFinal: !plan.leavesOpen)
      if isComplete, !plan.leavesOpen { try stage.clear(store) } else { try stage.save(to: store) }
      frame.report.counts = counts
      frame.report.sessions = stage.counts
      try sums.save(frame.report, to: store)
    }
    clock.hasCommitted()
    frame.report.state?.commits += 1
    if let recorded = committer.recorded[output.name] { delivery?.extend(to: recorded) }
  }

  private func report(_ loop: RunLoop) {
    frame.report.counts = loop.counts
    frame.report.sessions = stage.counts
    frame.report.state?.inputs = (try? folder.inputs()) ?? []
    frame.report.state?.totals = (try? folder.totals()) ?? [:]
    frame.report.state?.openSessions = stage.counts.openSessions
    frame.report.state?.waitingEvents = stage.counts.eventsWaiting
    frame.report.state?.outputName = output.name
    let recorded = try? folder.output(output.name)
    frame.report.state?.output = committer.recorded[output.name] ?? recorded ?? OutputPosition()
  }
}
