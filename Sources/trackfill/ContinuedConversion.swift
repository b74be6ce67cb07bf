import Glibc
import Mapping
import Pipeline
import Readers
import Sessions
import State
import Writers

/// A run that goes on where the one before stood, and commits as it goes: whatever ends it and whenever, the outputs are
/// those of a run that nothing ended.
final class ContinuedConversion {
  private let plan: ContinuationPlan
  private let frame: RunFrame
  private let clock = CommitClock()
  /// What takes the outbox on; nil where payloads stay in files.
  private let delivery: OutboxDelivery?
  /// The state, once this run has begun to change it.
  private var begun: StateFolder?

  private typealias Stop = RunFrame.Stop

  init(_ plan: ContinuationPlan, frame: RunFrame, delivery: OutboxDelivery? = nil) {
    self.plan = plan
    self.frame = frame
    self.delivery = delivery
  }

  func run() -> ExitStatus {
    let status = frame.run {
      do {
        return try convert()
      } catch let finding as Diagnostic where finding.code == "C101" && plan.skipsIfLocked {
        return .done
      }
    }
    if let begun { StateOwner.end(begun, with: status) }
    return status
  }

  private func convert() throws -> ExitStatus {
    // Also while it waits for another run.
    frame.signals.attach(
      SignalWatch.Run(
        cancel: {}, isAtRest: { true }, patience: 0,
        abandon: { [self] status, _ in frame.end(with: status, isAtRest: false, fate: "the state is as it was") }))
    let found = try frame.inputs()
    let preview = InputPreview { () throws(Diagnostics) in found }
    let mapping = try frame.loadMapping(preview)
    let folder = try StateFolder(path: plan.folder, patience: plan.patience) { frame.signals.attach(.brief) }
    frame.report.state = StateReport(folder: plan.folder)
    try StateOwner.check(folder, mapping, plan, frame)
    try delivery?.prepare(folder, frame)
    let inputs = try ContinuedInputs(plan, frame.plan, folder, mapping.reader)
    let feed = try InputFeed(
      inputs.match.paths, reader: mapping.reader,
      options: inputs.feedOptions(
        limits: ReadLimits(record: frame.plan.maxRecord, temporaryFolder: plan.temporaryFolder),
        disorder: mapping.sessions.inputDisorder, isContinued: plan.leavesOpen), preview: preview)
    if !frame.plan.isQuiet { for note in inputs.match.notes + feed.notes { frame.console.say(note) } }
    inputs.begin(feed)
    try StateOwner.begin(folder)
    begun = folder
    frame.report.state?.newInputs = inputs.match.paths.count - inputs.match.known.count
    frame.report.state?.continuedInputs = inputs.match.known.count
    frame.report.state?.restingInputs = inputs.match.resting.count - inputs.match.absent.count
    frame.report.state?.absentInputs = Set(
      feed.identities.indices.filter { inputs.match.absent.contains(feed.identities[$0].id) })
    do {
      try drive(mapping, feed, inputs, folder)
    } catch {
      // Its own reason, if it is why the conversion stopped, says more.
      if let stop = try delivery?.abandon(frame) { throw stop }
      throw error
    }
    try delivery?.finish(frame)
    let total = frame.report.counts
    if !plan.isFollowUp, total.sum.records == 0, inputs.match.known.isEmpty, inputs.match.resting.isEmpty {
      throw Stop(status: .badInput, message: frame.withoutRecords(inputs.match.paths, mapping.reader))
    }
    // Where something was read before, the format is known, and what comes now is wrong by itself.
    if total.sum.records > 0, total.rejected == total.sum.records, !RunTotals(before: try folder.totals()).haveValid {
      throw frame.noValidRecord()
    }
    try frame.checkDamage(torn: feed.torn)
    return try StateOwner.hasLosses(folder) ? .someRejected : .done
  }

  private func drive(
    _ mapping: MappingPlan, _ feed: InputFeed, _ inputs: ContinuedInputs, _ folder: StateFolder
  ) throws {
    var settings = mapping.sessions
    settings.memory = frame.plan.memory
    settings.temporaryFolder = plan.temporaryFolder
    settings.isContinued = plan.leavesOpen
    frame.report.settings = settings
    let output = try openOutput(folder, mapping.name)
    let rejectFile = try AppendedFile(
      plan.folder + "/rejects.ndjson", name: "rejects", recorded: try folder.output("rejects"))
    let rejects = RejectFileWriter(
      appendingTo: rejectFile, startedAt: frame.report.startedAt, mapping: frame.report.mappingName,
      sha256: frame.report.mappingHash)
    let committer = Committer(folder, outputs: [output, rejectFile])
    let pool = MappedBlockPool()
    let stage = SessionStage(settings: settings, inputs: feed.inputs, writer: output) { pool.recycle($0) }
    try stage.restore(from: folder)
    let sums = RunTotals(before: try folder.totals())

    /// All that has been consumed, together with its outputs.
    func commit(_ counts: RunCounts, isComplete: Bool) throws {
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

    var loopSettings = frame.plan.loopSettings
    loopSettings.isContinued = plan.leavesOpen
    let progress = ProgressLine(frame.console, isQuiet: frame.plan.isQuiet)
    let loop = RunLoop(
      feed: feed, columns: mapping.columns.count, consumer: stage, pool: pool, rejects: rejects, settings: loopSettings,
      makeParser: { mapping.reader.makeParser(fields: mapping.columns) }, makeMapper: { mapping.makeMapper() },
      onProgress: progress.map { line in { line.update($0) } },
      afterBlock: { [clock, plan] counts, block in
        inputs.note(block)
        guard stage.commitsMidway, inputs.areAtRecords, clock.isDue(block.count, every: plan.commitEvery) else {
          return
        }
        try commit(counts, isComplete: false)
      })
    frame.signals.attach(
      SignalWatch.Run(
        cancel: { [delivery] in
          loop.cancel()
          delivery?.cancel()
        }, isAtRest: { [delivery] in loop.isAtRest && delivery == nil },
        abandon: { [self] status, isAtRest in
          progress?.clear()
          frame.end(with: status, isAtRest: isAtRest, fate: "the state is that of the last commit")
        }))
    defer {
      frame.signals.attach(.brief)
      progress?.clear()
      report(loop, stage, folder, committer, output)
    }
    if frame.signals.status != nil { loop.cancel() }
    try delivery?.begin(folder) { loop.cancel() }
    let outcome: RunLoop.Outcome
    do {
      outcome = try loop.run()
    } catch let many as TooManyRejects {
      frame.report.counts = loop.counts
      // They are what one needs to see; the next run cuts them off again.
      _ = try? rejectFile.prepare()
      throw frame.tooMany(many, fate: "nothing since the last commit counts")
    }
    let isInterrupted = outcome == .interrupted
    if !isInterrupted, let idle = plan.closeIdle { try stage.closeIdle(since: frame.report.startedAt - idle) }
    frame.report.counts = loop.counts
    frame.report.sessions = stage.counts
    guard isInterrupted || frame.report.isBalanced else {
      throw frame.unbalanced(fate: "nothing since the last commit counts")
    }
    if !isInterrupted || stage.commitsMidway && inputs.areAtRecords {
      try commit(loop.counts, isComplete: !isInterrupted)
    }
    if isInterrupted {
      throw Stop(
        status: frame.signals.status ?? .interrupted,
        message: "interrupted; the state is clean, the same command goes on")
    }
    frame.report.isOutputComplete = true
  }

  private func openOutput(_ folder: StateFolder, _ mapping: String) throws -> any PayloadWriter & CommittedOutput {
    switch plan.destination {
    case .segments(let path):
      if mkdir(path, 0o777) != 0, errno != EEXIST { throw OutputFailure.creating(path, errno) }
      return try SegmentWriter(folder: path, stem: mapping, recorded: try folder.output("segments"))
    case .outbox:
      let recorded = try OutboxFile.open(folder)
      return try Outbox(OutboxFile.path(in: plan.folder, recorded.number), recorded: recorded)
    }
  }

  private func report(
    _ loop: RunLoop, _ stage: SessionStage, _ folder: StateFolder, _ committer: Committer,
    _ output: any CommittedOutput
  ) {
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

/// When a commit is due: after so much input, though not more often than the disk can follow, and after so much time.
final class CommitClock {
  private static let bytes = 64 << 20
  private static let pause: UInt64 = 2_000_000_000
  private static let longest: UInt64 = 30_000_000_000

  private var last = SystemTime.monotonicNanoseconds
  private var read = 0

  func isDue(_ count: Int, every bytes: Int?) -> Bool {
    read += count
    if let bytes { return read >= bytes }
    let waited = SystemTime.monotonicNanoseconds - last
    return read >= CommitClock.bytes && waited >= CommitClock.pause || read > 0 && waited >= CommitClock.longest
  }

  func hasCommitted() {
    last = SystemTime.monotonicNanoseconds
    read = 0
  }
}
