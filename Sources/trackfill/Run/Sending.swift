import Delivery
import Glibc
import Pipeline
import State
import Writers

/// One run of a command that delivers files, to its exit status.
final class Sending: @unchecked Sendable {
  private let endpoint: Endpoint
  private let options: DeliveryOptions
  private let results: DeliveryResultOptions
  private let isWarning: Bool
  private let console: Console
  private let signals: SignalWatch
  private let open: (_ isRemembered: Bool) throws -> [any PayloadQueue]
  private let began = SystemTime.monotonicNanoseconds
  private var report: DeliveryReport
  /// The state, once this run has begun to change it.
  private var begun: StateFolder?

  /// - Throws: U101 to U108 if something would be written over an input, or twice.
  init(
    command: String, inputs: [String], endpoint: Endpoint, options: DeliveryOptions, results: DeliveryResultOptions,
    isWarning: Bool, deadLetters: String = StateFolder.deadLetters, console: Console, signals: SignalWatch,
    open: @escaping (_ isRemembered: Bool) throws -> [any PayloadQueue]
  ) throws(Diagnostics) {
    try results.check(inputs: inputs, standard: deadLetters)
    self.endpoint = endpoint
    self.options = options
    self.results = results
    self.isWarning = isWarning
    self.console = console
    self.signals = signals
    self.open = open
    report = DeliveryReport(
      command: command, host: endpoint.shown, mode: options.mode,
      deadLetters: results.deadLetters(standard: deadLetters), startedAt: SystemTime.milliseconds)
  }

  func run() -> ExitStatus {
    do {
      report.status = try send()
    } catch {
      let failure = Failure(error)
      report.status = failure.report(on: console)
      report.message = failure.message
    }
    report.elapsedNanoseconds = SystemTime.monotonicNanoseconds - began
    if !results.quiet, report.counts.read > 0 || !report.inputs.isEmpty {
      console.write(DeliverySummaryText.render(report))
    }
    writeAccounts()
    if let begun { StateOwner.end(begun, with: report.status) }
    signals.detach()
    return report.status
  }

  private func writeAccounts() {
    let report = report
    AccountFiles.write(
      [
        (results.summary, { DeliverySummaryJSON.render(report) }),
        (results.metrics, { DeliveryMetrics.render(report) }),
      ], &self.report.status, console)
  }

  private func send() throws -> ExitStatus {
    // The state first: the folder must not change under another run.
    let journal = try results.state.map { try StateFolder(path: $0) }
    if let journal { try StateOwner.claim(journal, for: "send") }
    let queues = try open(journal != nil)
    let transport = try options.makeTransport(to: endpoint)
    if let journal { try StateOwner.begin(journal) }
    begun = journal
    if isWarning, !results.quiet {
      console.write("trackfill: " + DeliveryOptions.dangers(mode: options.mode, to: report.host))
    }
    let progress = ProgressLine(console, isQuiet: results.quiet)
    let console = self.console
    let delivery = Delivery(
      transport: transport, journal: journal, deadLetters: DeadLetterFile(path: report.deadLetters),
      settings: options.settings(for: endpoint),
      onNotice: {
        progress?.clear()
        console.say($0)
      },
      onFinding: {
        progress?.clear()
        console.report([$0])
      }, onProgress: { progress?.update($0) })
    signals.attach(
      SignalWatch.Run(
        cancel: { delivery.cancel() }, isAtRest: { false },
        abandon: { [self] status, _ in
          progress?.clear()
          report.status = status
          report.counts = delivery.counts
          say("interrupted; what was not recorded yet is sent again by the next run")
          writeAccounts()
        }))
    defer {
      signals.attach(.brief)
      progress?.clear()
      report.counts = delivery.counts
    }
    if signals.status != nil { delivery.cancel() }
    return try deliver(queues, delivery, journal, progress) ?? conclusion()
  }

  /// Delivers one file after the other. The status of a run that is not at their end, or of which a file is damaged or
  /// ends with payloads that stay; nil otherwise.
  private func deliver(
    _ queues: [any PayloadQueue], _ delivery: Delivery, _ journal: StateFolder?, _ progress: ProgressLine?
  ) throws -> ExitStatus? {
    var isDamaged = false
    var doubt: Diagnostic?
    for (index, queue) in queues.enumerated() {
      let before = try journal?.progress(of: queue.name)
      let outcome: DeliveryOutcome
      do {
        outcome = try delivery.run(queue)
      } catch {
        report.pending += delivery.counts.pending
        report.unread = nil
        throw error
      }
      report.counts = delivery.counts
      report.passedOver.merge(queue.passedOver, uniquingKeysWith: +)
      report.inputs.append(DeliveryReport.Input(name: queue.source, before: before, outcome: outcome))
      guard outcome.isBalanced else {
        say("the counts of \(queue.source) do not add up")
        return .internalError
      }
      if case .finished = outcome.ending {
        guard let damage = queue.damage else { continue }
        progress?.clear()
        console.report([damage])
        report.message = report.message ?? damage.message
        isDamaged = true
        continue
      }
      report.pending += outcome.pending
      if case .doubtful(_, let because) = outcome.ending {
        // Payloads of the next file may be taken; those that are refused are counted on.
        doubt = doubt ?? because
        continue
      }
      // What follows was not begun.
      report.unread = try Sending.unread(queue, outcome, later: queues[(index + 1)...], journal)
      progress?.clear()
      if case .stopped(_, let because) = outcome.ending {
        report.message = because.message
        console.report([because])
        return ExitStatus(because)
      }
      say("interrupted; what is pending is still in the files")
      return signals.status ?? .interrupted
    }
    if let doubt {
      progress?.clear()
      report.message = doubt.message
      console.report([doubt])
      return ExitStatus(doubt)
    }
    return isDamaged ? .badInput : nil
  }

  /// What there is to say of files that were read to their end.
  private func conclusion() -> ExitStatus {
    if report.counts.read == 0, !report.passedOver.isEmpty, report.settledBefore == 0 {
      say("no payloads in \(report.inputs.map(\.name).joined(separator: ", "))")
      return .badInput
    }
    if let reason = report.unfit.keys.min() {
      let count = report.unfit.values.reduce(0, +)
      let others = report.unfit.count > 1 ? " and others" : ""
      say(
        "passed over \(DisplayNumber.plural(count, "line")) that cannot be sent, \(reason)\(others); "
          + "-m maps rejected records, --only leaves lines out")
      return .badInput
    }
    return report.counts.dead > 0 || report.counts.partial > 0 ? .someRejected : .done
  }

  /// Says how the run ended, also in its accounts.
  private func say(_ message: String) {
    report.message = message
    console.say(message)
  }

  /// Payloads that were not even read; nil where that cannot be known.
  private static func unread(
    _ queue: any PayloadQueue, _ outcome: DeliveryOutcome, later: ArraySlice<any PayloadQueue>,
    _ journal: (any DeliveryJournal)?
  ) throws -> Int? {
    guard let rest = try queue.countUnread() else { return nil }
    var sum = rest
    for queue in later {
      // Going to its place would read a pipe.
      if let progress = try journal?.progress(of: queue.name) { try queue.seek(to: progress.prefix) }
      guard let lines = try queue.countUnread() else { return nil }
      sum += lines
    }
    return sum
  }
}
