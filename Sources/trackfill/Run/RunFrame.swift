import Glibc
import Mapping
import Pipeline
import Readers
import Sessions
import Writers

/// What surrounds every run that converts: it is reported, whatever ends it, and the summary says what happened.
final class RunFrame {
  let plan: ConvertPlan
  /// Records that were taken out of the plan's inputs and are read instead, under the names of these.
  let extracts: [InputPath]?
  let console: Console
  let signals: SignalWatch
  private var hasAccounts = true
  private let began = SystemTime.monotonicNanoseconds
  var report: RunReport

  /// Why a run stopped before its end.
  struct Stop: Error {
    var status: ExitStatus
    var message: String
  }

  init(
    plan: ConvertPlan, extracts: [InputPath]? = nil, console: Console, signals: SignalWatch, command: String
  ) {
    self.plan = plan
    self.extracts = extracts
    self.console = console
    self.signals = signals
    report = RunReport(startedAt: SystemTime.milliseconds, mappingFile: plan.mapping, command: command)
  }

  func run(_ body: () throws -> ExitStatus) -> ExitStatus {
    var isSilent = plan.isQuiet
    do {
      report.status = try body()
    } catch let stop as Stop {
      report.status = stop.status
      report.message = stop.message
      console.say(stop.message)
    } catch let diagnostic as Diagnostic where diagnostic.code == "O203" {
      // Whoever read our output has seen enough.
      report.status = .done
      report.message = diagnostic.message
      isSilent = true
    } catch {
      let failure = Failure(error)
      report.status = failure.report(on: console)
      report.message = failure.message
    }
    report.elapsedNanoseconds = SystemTime.monotonicNanoseconds - began
    let isInterrupted = report.status == .interrupted || report.status == .terminated
    let hasHappened =
      report.counts.sum.lines > 0 || report.delivery != nil || report.state.map { $0.commits > 0 } ?? false
    if !isSilent, hasHappened, !isInterrupted {
      console.write(SummaryText.render(report))
    }
    writeAccounts()
    signals.detach()
    return report.status
  }

  /// The inputs as they are now, found before anything else can fail, so that no account overwrites one of them.
  /// - Throws: U107 if an output is among them, an account for instance, of which none is written then.
  func inputs() throws(Diagnostics) -> [InputPath] {
    if let extracts { return extracts }
    let all = Result { () throws(Diagnostics) in try plan.inputPaths() }
    do throws(Diagnostics) {
      try plan.check(expanded: ((try? all.get()) ?? InputList.found(plan.inputs)).compactMap(\.path))
    } catch {
      hasAccounts = false
      throw error
    }
    return try all.get()
  }

  private func writeAccounts() {
    guard hasAccounts else { return }
    let report = report
    AccountFiles.write(
      [(plan.summary, { SummaryJSON.render(report) }), (plan.metrics, { RunMetrics.render(report) })],
      &self.report.status,
      console)
  }

  /// The last words of a run that a signal ends while it hangs.
  func end(with status: ExitStatus, isAtRest: Bool, fate: String) {
    report.status = status
    report.message = "interrupted" + (isAtRest ? " while waiting for input" : "") + "; \(fate)"
    report.elapsedNanoseconds = SystemTime.monotonicNanoseconds - began
    console.say(report.message ?? "")
    writeAccounts()
  }

  /// The mapping, checked; what it warns of is said.
  func loadMapping(_ preview: InputPreview) throws -> MappingPlan {
    let file = try MappingSource(plan.mapping)
    report.mappingHash = Fingerprint.sha256(file.bytes)
    let mapping: MappingPlan
    do {
      mapping = try file.load(preview, for: .run)
    } catch {
      console.report(error.all, sources: file.sources)
      let errors = error.all.count { $0.severity == .error }
      throw Stop(
        status: .badMapping, message: "\(DisplayNumber.plural(errors, "error")) in the mapping; nothing was read")
    }
    if !plan.isQuiet {
      console.report(mapping.warnings, sources: file.sources)
      for note in preview.notes { console.say(note) }
    }
    report.mappingName = mapping.name
    report.drops = mapping.drops
    report.rules = mapping.rules
    return mapping
  }

  // MARK: Words

  func firstReject() -> String {
    guard let tally = report.counts.rejects.first else { return "" }
    return "first \(tally.input):\(tally.line): \(tally.code) \(tally.message)"
  }

  /// Every record was rejected.
  func noValidRecord() -> Stop { Stop(status: .badInput, message: "no valid record: \(firstReject())\(nextStep)") }

  /// What to do where nothing was valid: if the reader rejected it, the input is probably something else.
  private var nextStep: String {
    guard extracts == nil, let tally = report.counts.rejects.first, tally.stage == .record else { return "" }
    return "; `trackfill sniff \(tally.input == "-" ? "FILE" : tally.input)` says how it is to be read"
  }

  /// - Parameter fate: what became of the output.
  func tooMany(_ many: TooManyRejects, fate: String) -> Stop {
    Stop(
      status: .tooManyRejects,
      message: "too many rejects: \(DisplayNumber.grouped(many.rejected)) of the first "
        + "\(DisplayNumber.grouped(many.records)) records, more than --max-rejects \(RejectLimit.text(many.tolerance)); "
        + "\(fate); \(firstReject())\(many.rejected == many.records ? nextStep : "")")
  }

  func unbalanced(fate: String) -> Stop {
    let counts = report.counts
    return Stop(
      status: .internalError,
      message: "the counts do not add up: \(counts.sum.records) records, \(counts.rejected) rejected, "
        + "\(counts.dropped) dropped, \(counts.sum.unmatched) unmatched, \(counts.sum.mapped) mapped; "
        + "\(counts.events) events, \(report.sessions.events) in sessions; \(fate)")
  }

  /// Says that inputs are damaged, if some are.
  /// - Parameter torn: of which nothing is rejected, since they may still be mended.
  func checkDamage(torn: [(name: String, reason: String)] = []) throws {
    let damaged = report.counts.inputs.filter(\.isDamaged).map(\.name) + torn.map(\.name)
    guard let first = damaged.first else { return }
    let others = damaged.count > 1 ? " and \(damaged.count - 1) more" : ""
    let reason = damageReason() ?? torn.first?.reason ?? "unknown"
    throw Stop(
      status: .badInput,
      message: "\(first)\(others) is damaged; what came before the damage was converted: \(reason)")
  }

  private func damageReason() -> String? {
    report.counts.rejects.first { Reject.isDamage($0.code) }.map { "\($0.message) (in line \($0.line))" }
  }
}
