import Delivery
import Glibc
import Pipeline
import State
import Synchronization

/// Delivers an outbox on a thread of its own while the conversion appends to it. Only what is committed is sent.
final class OutboxDelivery: @unchecked Sendable {
  let endpoint: Endpoint
  private let options: DeliveryOptions
  private let isConfirmed: Bool
  private var delivery: Delivery?
  private var queue: PayloadFileQueue?
  private var thread: WorkerThread?
  private let isDone = Atomic<Bool>(false)
  private var onRefusal: () -> Void = {}
  private var number = 0
  private var deadLetters = ""

  // What the other thread leaves; read once it is joined.
  private var outcome: DeliveryOutcome?
  private var failure: (any Error)?

  /// - Parameter isConfirmed: whether the user knows what sending history can set off.
  init(endpoint: Endpoint, options: DeliveryOptions, isConfirmed: Bool) {
    self.endpoint = endpoint
    self.options = options
    self.isConfirmed = isConfirmed
  }

  /// Before anything is read: whether the user agrees, and whether the settings can be used.
  func prepare(_ folder: StateFolder, _ frame: RunFrame) throws {
    let transport = try options.makeTransport(to: endpoint)
    let target = endpoint.shown + " " + options.mode
    // Older builds kept user and password.
    let known = try folder.meta("target").map(Address.withoutUser)
    if let former = known, former != target, try folder.output("outbox")?.length ?? 0 > 0 {
      throw Diagnostic(
        "C111", "the state delivered to \(former), not to \(target)",
        remedy: "give each receiver its own --state folder")
    }
    if known == nil, !isConfirmed { try confirm(frame) }
    try folder.commit { try folder.setMeta("target", target) }
    deadLetters = folder.path + "/" + StateFolder.deadLetters
    delivery = Delivery(
      transport: transport, journal: folder, deadLetters: DeadLetterFile(path: deadLetters),
      settings: options.settings(for: endpoint), onNotice: { frame.console.say($0) },
      onFinding: { frame.console.report([$0]) })
  }

  /// Says the dangers; on a terminal somebody has to agree.
  private func confirm(_ frame: RunFrame) throws {
    frame.console.write("trackfill: " + DeliveryOptions.dangers(mode: options.mode, to: endpoint.shown))
    guard isatty(STDIN_FILENO) == 1, frame.console.isTerminal else { return }
    frame.console.write("Go on? [y/N] ")
    let answer = readLine() ?? ""
    guard ["y", "yes"].contains(answer.lowercased()) else {
      throw RunFrame.Stop(status: .usage, message: "not begun: nothing was read or sent. --yes agrees beforehand")
    }
  }

  /// The outbox is there, up to what the state recorded.
  /// - Parameter onRefusal: called when the receiver refuses everything, so that converting on makes no sense.
  func begin(_ folder: StateFolder, onRefusal: @escaping () -> Void) throws {
    guard let recorded = try folder.output("outbox"), delivery != nil else { return }
    number = recorded.number
    self.onRefusal = onRefusal
    queue = try PayloadFileQueue(
      path: OutboxFile.path(in: folder.path, number), name: OutboxFile.name(number), end: recorded.length)
    thread = WorkerThread { [self] in run() }
    if thread == nil { throw Diagnostic("D309", "the system has no thread for the delivery") }
  }

  private func run() {
    defer { isDone.store(true, ordering: .releasing) }
    guard let delivery, let queue else { return }
    do {
      outcome = try delivery.run(queue)
      if case .stopped(let reason, _)? = outcome?.ending, reason != .unavailable { onRefusal() }
    } catch {
      failure = error
      onRefusal()
    }
  }

  /// More is committed. From the thread that converts.
  func extend(to position: OutputPosition) { queue?.extend(to: position.length) }

  /// No new requests. From any thread.
  func cancel() { delivery?.cancel() }

  private func join() {
    thread?.join()
    thread = nil
  }

  /// Waits until all of the outbox is delivered. Throws why it is not.
  func finish(_ frame: RunFrame) throws {
    let signals = frame.signals
    let progress = ProgressLine(frame.console, isQuiet: frame.plan.isQuiet)
    signals.attach(
      SignalWatch.Run(cancel: { [self] in cancel() }, isAtRest: { false }, abandon: { _, _ in progress?.clear() }))
    if signals.status != nil { cancel() }
    queue?.finish()
    while let progress, let delivery, thread != nil, !isDone.load(ordering: .acquiring) {
      progress.update(delivery.counts)
      usleep(100_000)
    }
    join()
    progress?.clear()
    signals.attach(.brief)
    try report(frame)
    if let failure { throw failure }
    guard let outcome else { return }
    guard outcome.isBalanced else {
      throw RunFrame.Stop(status: .internalError, message: "the counts of the outbox do not add up")
    }
    switch outcome.ending {
    case .finished: return
    case .cancelled:
      throw RunFrame.Stop(
        status: signals.status ?? .interrupted,
        message: "interrupted; what is pending is in the outbox, the same command goes on")
    case .doubtful(_, let because), .stopped(_, let because): throw because
    }
  }

  /// The conversion ended before its end. Waits for what is in flight; the reason, if the delivery has one.
  func abandon(_ frame: RunFrame) throws -> (any Error)? {
    cancel()
    join()
    try report(frame)
    if let failure { return failure }
    if case .stopped(_, let because)? = outcome?.ending { return because }
    return nil
  }

  private func report(_ frame: RunFrame) throws {
    guard let delivery else { return }
    var report = DeliveryReport(
      command: "import", host: endpoint.shown, mode: options.mode, deadLetters: deadLetters,
      startedAt: frame.report.startedAt)
    report.counts = delivery.counts
    report.pending = outcome?.pending ?? report.counts.pending
    report.unread = try queue?.countUnread() ?? 0
    frame.report.delivery = report
  }
}
