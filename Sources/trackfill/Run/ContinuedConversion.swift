import Mapping
import Pipeline
import Readers
import State

/// A run that goes on where the one before stood, and commits as it goes: whatever ends it and whenever, the outputs are
/// those of a run that nothing ended.
final class ContinuedConversion {
  private let plan: ContinuationPlan
  private let frame: RunFrame
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
    let feed = try open(inputs, mapping, preview)
    inputs.begin(feed)
    try StateOwner.begin(folder)
    begun = folder
    report(inputs.match, feed)
    do {
      try CommittedRun(plan, frame, delivery, mapping, feed, inputs, folder).run()
    } catch {
      // Its own reason, if it is why the conversion stopped, says more.
      if let stop = try delivery?.abandon(frame) { throw stop }
      throw error
    }
    try delivery?.finish(frame)
    try checkRecords(inputs.match, mapping.reader, folder)
    try frame.checkDamage(torn: feed.torn)
    return try StateOwner.hasLosses(folder) ? .someRejected : .done
  }

  /// The inputs from where each is resumed; what is odd about them is said.
  private func open(
    _ inputs: ContinuedInputs, _ mapping: MappingPlan, _ preview: InputPreview
  ) throws -> InputFeed {
    let feed = try InputFeed(
      inputs.match.paths, reader: mapping.reader,
      options: inputs.feedOptions(
        limits: ReadLimits(record: frame.plan.maxRecord, temporaryFolder: plan.temporaryFolder),
        disorder: mapping.sessions.inputDisorder, isContinued: plan.leavesOpen), preview: preview)
    if !frame.plan.isQuiet { for note in inputs.match.notes + feed.notes { frame.console.say(note) } }
    return feed
  }

  private func report(_ match: InputMatch, _ feed: InputFeed) {
    frame.report.state?.newInputs = match.paths.count - match.known.count
    frame.report.state?.continuedInputs = match.known.count
    frame.report.state?.restingInputs = match.resting.count - match.absent.count
    frame.report.state?.absentInputs = Set(
      feed.identities.indices.filter { match.absent.contains(feed.identities[$0].id) })
  }

  /// That there were records, and valid ones among them; but of what was known before nothing need be new.
  private func checkRecords(_ match: InputMatch, _ reader: any Reader, _ folder: StateFolder) throws {
    let total = frame.report.counts
    if !plan.isFollowUp, total.sum.records == 0, match.known.isEmpty, match.resting.isEmpty {
      throw Stop(status: .badInput, message: NoRecords(in: match.paths, reader).message)
    }
    // Where something was read before, the format is known, and what comes now is wrong by itself.
    if total.sum.records > 0, total.rejected == total.sum.records, !RunTotals(before: try folder.totals()).haveValid {
      throw frame.noValidRecord()
    }
  }
}
