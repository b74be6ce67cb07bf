public import Pipeline
internal import Synchronization

/// Delivers the payloads of a queue: one request a payload, never two of one profile at once, those of one profile in
/// their order, different ones side by side. What fails is tried again, what is refused is taken apart until the event
/// at fault stands alone and is written to the dead letters. Nothing is forgotten: a payload is acknowledged, given up,
/// or still there for the next run.
///
/// `run` blocks the calling thread; `cancel`, `wake` and `counts` may be used from others. One delivery runs several
/// queues, one after the other.
public final class Delivery: @unchecked Sendable {
  private let transport: any Transport
  private let clock: any DeliveryClock
  private let journal: (any DeliveryJournal)?
  private let settings: DeliverySettings
  private let letters: LetterWriter
  private let onNotice: (String) -> Void
  private let onFinding: (Diagnostic) -> Void
  private let onProgress: (DeliveryCounts) -> Void

  private let isCancelled = Atomic<Bool>(false)
  private let published = Mutex(DeliveryCounts())

  // Over all queues.
  private var receiver: Receiver
  private var evidence = Evidence()
  private var refusals = Refusals()
  private var account: DeliveryAccount
  private var hasBegun = false
  private var lastPublished: UInt64 = 0

  // Of the queue at work.
  private var intake: Intake?
  private var backlog = Backlog()
  private var inFlight: [Int: Parcel] = [:]
  private var ending: DeliveryOutcome.Ending?
  private var drainUntil: UInt64 = 0

  /// Ready payloads that are kept, when no more can be read, to find out whether a failure was the host's.
  private static let reserve = 64
  private static let noticesOfMalformed = 10
  /// Lines that are read between two looks at the clock.
  private static let linesAtOnce = 512

  /// - Parameters:
  ///   - journal: remembers over the life of the process; nil for none.
  ///   - random: of the backoff.
  ///   - onNotice: told, on the running thread, that the host is down or back.
  ///   - onFinding: told of the first lines that are no payloads.
  ///   - onProgress: told what `counts` are, about ten times a second while something happens.
  public init(
    transport: any Transport, clock: any DeliveryClock = SystemClock(), journal: (any DeliveryJournal)?,
    deadLetters: DeadLetterFile, settings: DeliverySettings,
    random: any RandomNumberGenerator = SystemRandomNumberGenerator(), onNotice: @escaping (String) -> Void = { _ in },
    onFinding: @escaping (Diagnostic) -> Void = { _ in }, onProgress: @escaping (DeliveryCounts) -> Void = { _ in }
  ) {
    self.transport = transport
    self.clock = clock
    self.journal = journal
    self.settings = settings
    self.onNotice = onNotice
    self.onFinding = onFinding
    self.onProgress = onProgress
    letters = LetterWriter(clock: clock)
    receiver = Receiver(settings, random: random)
    account = DeliveryAccount(deadLetters, journal, clock)
  }

  /// No new requests; `run` returns when those in flight are answered, or after `settings.drain`. From any thread, also
  /// before `run`.
  public func cancel() {
    isCancelled.store(true, ordering: .sequentiallyConsistent)
    transport.wake()
  }

  /// The queue has more, or has ended. From any thread.
  public func wake() { transport.wake() }

  /// At most a tenth of a second old while it runs.
  public var counts: DeliveryCounts { published.withLock { $0 } }

  /// Delivers a queue from where the journal says that it stands. Throws a `Diagnostic` of the queue, the journal or the
  /// dead letters; what was recorded then holds, and `counts.pending` says what else was read.
  public func run(_ queue: any PayloadQueue) throws -> DeliveryOutcome {
    defer { leave() }
    do {
      try begin(queue)
      try loop()
      try record()
    } catch {
      transport.abandon()
      throw error
    }
    return DeliveryOutcome(
      ending: ending ?? .finished, progress: account.progress, pending: account.pending,
      isBalanced: account.isBalanced && (ending != nil || account.pending == 0))
  }

  // MARK: Beginning and end

  private func begin(_ queue: any PayloadQueue) throws {
    try account.open(queue)
    if !hasBegun {
      refusals.unconfirmed = try journal?.unconfirmed()
      hasBegun = true
    }
    queue.whenMore { [transport] in transport.wake() }
    intake = try Intake(queue, from: account.progress, letters: letters)
  }

  private func leave() {
    intake = nil
    backlog = Backlog()
    inFlight = [:]
    ending = nil
    refusals.leaveQueue()
    account.close()
    publish()
  }

  private func loop() throws {
    while true {
      let now = clock.now
      if ending == nil {
        if isCancelled.load(ordering: .sequentiallyConsistent) { end(.cancelled) }
        if let since = receiver.failingSince, now >= since + settings.retryFor {
          stop(.unavailable, because: receiver.lastFailure)
        }
      }
      if ending == nil {
        try fill(now)
        try send(now)
      }
      if let due = account.recordDue(every: settings.recordEvery), now >= due { try record() }
      if now >= lastPublished + 100_000_000 { publish() }
      if inFlight.isEmpty {
        if ending != nil { return }
        if intake?.hasEnded == true, backlog.isEmpty { return try judgeLast() }
      }
      if ending != nil, now >= drainUntil {
        transport.abandon()
        return
      }
      try transport.wait(until: deadline(now)) { try take($0) }
    }
  }

  /// Nobody is left in the queue whose acknowledgement could confirm the last refusals.
  private func judgeLast() throws {
    guard let refusal = refusals.last, !refusals.heldBack.isEmpty else { return }
    guard refusals.areBelievable else {
      ending = .doubtful(refusal.doubt, because: diagnostic(refusal.doubt, refusal.reply))
      return
    }
    for parcel in refusals.heldBack { try account.settle(parcel) }
    refusals.believe()
  }

  private func end(_ ending: DeliveryOutcome.Ending) {
    guard self.ending == nil else { return }
    self.ending = ending
    drainUntil = clock.now + settings.drain
  }

  private func stop(_ reason: DeliveryStop, because reply: Reply) {
    guard ending == nil else { return }
    end(.stopped(reason, because: diagnostic(reason, reply)))
  }

  /// Because of what was said to this payload, which stays as it is.
  private func stop(_ reason: DeliveryStop, at parcel: Parcel) {
    backlog.retry(parcel, at: .max)
    if let part = parcel.parts.last { stop(reason, because: part.reply) }
  }

  private func diagnostic(_ reason: DeliveryStop, _ reply: Reply) -> Diagnostic {
    let minutes = settings.retryFor / 60_000_000_000
    let window = minutes > 0 ? "\(minutes) min" : "\(settings.retryFor / 1_000_000_000) s"
    return reason.diagnostic(host: settings.host, answer: reply, window: window, refused: refusals.inRow)
  }

  /// When something has to be done though no answer comes.
  private func deadline(_ now: UInt64) -> UInt64 {
    var deadline = now + 3600 * 1_000_000_000
    func consider(_ time: UInt64) { deadline = min(deadline, max(time, now)) }
    if let due = account.recordDue(every: settings.recordEvery) { consider(due) }
    if ending != nil {
      consider(drainUntil)
      return deadline
    }
    if let since = receiver.failingSince { consider(since + settings.retryFor) }
    if let time = intake?.askAgainAt { consider(time) }
    guard inFlight.count < receiver.allowed else { return deadline }
    let gate = receiver.opensAt
    if receiver.isDown {
      if backlog.hasWaiting { consider(gate) }
    } else {
      if let due = backlog.nextRetry { consider(max(due, gate)) }
      if backlog.fresh > 0, mayBeginFresh { consider(gate) }
    }
    return deadline
  }

  // MARK: Reading ahead

  private var hasRoom: Bool {
    !account.isFull && backlog.count < settings.lookAhead
      && (backlog.bytes < settings.lookAheadBytes || backlog.isEmpty)
  }

  private func fill(_ now: UInt64) throws {
    guard let intake, intake.mayHaveMore(at: now) else { return }
    var most = Delivery.linesAtOnce
    while most > 0, hasRoom {
      most -= 1
      switch try intake.next(at: now) {
      case .payload(let outline, let place, let behind):
        for malformed in behind { try settle(malformed) }
        backlog.append(intake.line, outline: outline, place: place, number: account.take(place))
      case .settled(let place): account.skip(place)
      case .malformed(let malformed): try settle(malformed)
      case .nothing: return
      }
    }
    intake.shrink()
  }

  private func settle(_ malformed: MalformedLine) throws {
    if account.counts.malformed < Delivery.noticesOfMalformed { onFinding(malformed.finding) }
    try account.settle(malformed)
  }

  // MARK: Sending

  private func send(_ now: UInt64) throws {
    while ending == nil, inFlight.count < receiver.allowed, now >= receiver.opensAt {
      guard let parcel = try next(now), let at = parcel.parts.indices.last else { return }
      parcel.parts[at].began = now
      if parcel.isTroubled { evidence.suspect(began: now) }
      account.counts.requests += 1
      if parcel.parts[at].attempts > 0 { account.counts.retries += 1 }
      let id = account.counts.requests
      inFlight[id] = parcel
      receiver.began(at: now)
      transport.begin(
        DeliveryRequest(
          id: id, body: parcel.body(parcel.parts[at]), forwardedFor: parcel.outline.forwardedFor,
          acceptLanguage: parcel.outline.acceptLanguage))
    }
  }

  /// What to send next: a retry that is due, else the first payload of the queue whose lane is free. A host that is down
  /// is asked with one payload after the other, so that no single one keeps it down.
  private func next(_ now: UInt64) throws -> Parcel? {
    if receiver.isDown { return backlog.removeFresh() ?? backlog.removeRetry() }
    while let parcel = backlog.removeRetry(dueAt: now) {
      switch evidence.judge(parcel) {
      case .sendAgain: return parcel
      case .halve:
        parcel.halve()
        return parcel
      case .giveUp: try giveUp(parcel, code: "D201", doubt: .nothingAccepted)
      }
    }
    return mayBeginFresh ? backlog.removeFresh() : nil
  }

  /// Whether a payload that has not failed may be sent: the last ones are kept while a failure has to be explained.
  private var mayBeginFresh: Bool {
    guard backlog.troubled > 0, !receiver.isDown, backlog.fresh <= Delivery.reserve else { return true }
    guard intake?.isDry == true || !hasRoom else { return true }
    return evidence.isMissing && inFlight.values.allSatisfy(\.isTroubled)
  }

  // MARK: Answers

  private func take(_ answer: DeliveryAnswer) throws {
    guard let parcel = inFlight.removeValue(forKey: answer.id), let at = parcel.parts.indices.last else { return }
    let now = clock.now
    parcel.parts[at].attempts += 1
    let action = AnswerTable.action(answer)
    account.counts.answers[answer.status, default: 0] += 1
    parcel.parts[at].note(answer, keepingBody: action != .acknowledge)
    let part = parcel.parts[at]
    if let header = answer.retryAfter, let delay = RetryAfter.delay(header, now: clock.wallMilliseconds) {
      receiver.wait(until: now + delay)
    }
    switch action {
    case .acknowledge: try acknowledge(parcel, part, now)
    case .acknowledgePartly:
      parcel.letters.append(letters.remark(on: part, in: parcel, answer: answer))
      parcel.isPartial = true
      try acknowledge(parcel, part, now)
    case .stop(let reason): stop(reason, at: parcel)
    case .stopAtFirst(let reason):
      if refusals.isAnyAcknowledged {
        retry(parcel, at, isOverload: false, now)
      } else {
        stop(reason, at: parcel)
      }
    case .giveUp:
      receiver.refused()
      try giveUp(parcel, code: "D203", doubt: nil)
    case .doubt(let reason):
      receiver.refused()
      if refusals.unconfirmed == nil {
        stop(reason, at: parcel)
      } else {
        try giveUp(parcel, code: "D204", doubt: reason)
      }
    case .split, .isolate:
      receiver.refused()
      if part.events.count > 1 {
        parcel.halve()
        backlog.goOn(with: parcel)
      } else {
        try giveUp(parcel, code: action == .split ? "D202" : "D201", doubt: .nothingAccepted)
      }
    case .retry(let isOverload): retry(parcel, at, isOverload: isOverload, now)
    }
  }

  private func acknowledge(_ parcel: Parcel, _ part: Parcel.Part, _ now: UInt64) throws {
    let wasDown = receiver.isDown
    receiver.acknowledged(part, at: now, inFlight: inFlight.count + 1)
    evidence.acknowledged(began: part.began, lane: parcel.lane.key)
    if wasDown {
      onNotice("\(settings.host) takes payloads again")
      backlog.hurry(now, using: &receiver.random)
    }
    for refused in refusals.confirm() { try account.settle(refused) }
    parcel.isAnyAcknowledged = true
    parcel.acknowledgedEvents += part.events.count
    try finishPart(parcel)
  }

  private func retry(_ parcel: Parcel, _ at: Int, isOverload: Bool, _ now: UInt64) {
    parcel.parts[at].isNoAnswer = parcel.parts[at].lastStatus != 500
    parcel.parts[at].isSuspect = !isOverload
    if !isOverload { backlog.suspect(parcel) }
    evidence.suspect(began: parcel.parts[at].began)
    let wasDown = receiver.isDown
    let time = receiver.failed(parcel.parts[at], isOverload: isOverload, at: now)
    if receiver.isDown, !wasDown, ending == nil {
      onNotice("\(settings.host) takes nothing: \(receiver.lastFailure); trying again")
    }
    backlog.retry(parcel, at: time)
  }

  /// The part that is next cannot be delivered.
  /// - Parameter doubt: why to stop if the same befalls many in a row; nil if it is certainly about this payload.
  private func giveUp(_ parcel: Parcel, code: String, doubt: DeliveryStop?) throws {
    guard let part = parcel.parts.last else { return }
    if let doubt, refusals.add(Refusals.Refusal(doubt: doubt, reply: part.reply), of: parcel) {
      return stop(doubt, at: parcel)
    }
    parcel.letters.append(letters.refusal(code, of: part, in: parcel))
    parcel.deadEvents += part.events.count
    try finishPart(parcel)
  }

  private func finishPart(_ parcel: Parcel) throws {
    parcel.parts.removeLast()
    guard parcel.parts.isEmpty else { return backlog.goOn(with: parcel) }
    backlog.finish(parcel)
    if refusals.isPending(parcel) {
      refusals.holdBack(parcel)
    } else {
      try account.settle(parcel)
    }
  }

  // MARK: Remembering

  private func record() throws {
    guard let intake else { return }
    try account.record(
      of: intake.queue.name, settledBefore: intake.settledBefore, unconfirmed: refusals.unconfirmed)
  }

  private func publish() {
    if intake != nil { account.countQueue() }
    account.counts.inFlight = inFlight.count
    account.counts.limit = receiver.allowed
    account.counts.isHostDown = receiver.isDown
    lastPublished = clock.now
    let counts = account.counts
    published.withLock { $0 = counts }
    onProgress(counts)
  }
}
