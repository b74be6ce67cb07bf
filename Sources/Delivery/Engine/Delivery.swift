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
  private let letters: DeadLetterFile
  private let settings: DeliverySettings
  private var random: any RandomNumberGenerator
  private let onNotice: (String) -> Void
  private let onFinding: (Diagnostic) -> Void
  private let onProgress: (DeliveryCounts) -> Void

  private let isCancelled = Atomic<Bool>(false)
  private let published = Mutex(DeliveryCounts())

  // Over all queues.
  private var limit: AdaptiveLimit
  private var rate: RateCap
  private var host = HostHealth()
  private var tally = DeliveryCounts()
  private var acknowledgements = 0
  /// Payloads refused since the last that was taken.
  private var refusedInRow = 0
  /// Those of them, and of the runs before, that were given up; nil as long as nothing was ever taken.
  private var unconfirmed: Int?
  private var evidence = Evidence()
  private var requests = 0
  private var areLettersOpen = false
  private var lastPublished: UInt64 = 0

  // Of the queue at work.
  private var queue: (any PayloadQueue)?
  private var progress = DeliveryProgress()
  private var ledger = Ledger(from: 0)
  private var settledBefore: Set<Int> = []
  private var lanes: [UInt64: Lane] = [:]
  private var ready = Heap<Lane>()
  private var retries = Heap<Parcel>()
  private var inFlight: [Int: Parcel] = [:]
  private var freshInFlight = 0
  /// Payloads that have failed in a way that may be their own fault, and are not finished.
  private var troubled = 0
  private var latestSuspicion: UInt64 = 0
  /// Refused, and nothing has been taken since.
  private var heldBack: [Parcel] = []
  private var lastRefusal: (doubt: DeliveryStop, status: Int, text: String)?
  private var bytesAhead = 0
  private var parcelsAhead = 0
  private var hasEnded = false
  private var askAgainAt: UInt64?
  private var isWaitingForMore = false
  private var ending: DeliveryOutcome.Ending?
  private var drainUntil: UInt64 = 0
  private var isDirty = false
  private var lastRecord: UInt64 = 0
  private var balance = Balance()
  /// Whether a payload was seen, in this run or an earlier one: that the queue is of payloads at all.
  private var hasPayload = false
  /// Lines before the first payload that are none, and do not count until there is one.
  private var unproven: [Malformed] = []
  private var unprovenBytes = 0
  private let line = ByteBuffer(capacity: 64 << 10)
  private let letter = ByteBuffer()

  /// What was read in this run of a queue, beside what became of it.
  private struct Balance {
    var read = 0
    var settled = 0
    var skipped = 0
  }

  /// A line that is no payload, and its dead letter.
  private struct Malformed {
    var offset: Int
    var end: Int
    var line: Int
    var finding: Diagnostic
    var letter: [UInt8]
  }

  /// When the youngest acknowledged request began, and the youngest of another lane: proof that the host was well after
  /// a failure.
  private struct Evidence {
    var latest: (began: UInt64, lane: UInt64) = (0, 0)
    var other: UInt64 = 0

    mutating func add(began: UInt64, lane: UInt64) {
      if lane == latest.lane {
        latest.began = max(latest.began, began)
      } else if began >= latest.began {
        other = latest.began
        latest = (began, lane)
      } else {
        other = max(other, began)
      }
    }

    func began(besides lane: UInt64) -> UInt64 { lane == latest.lane ? other : latest.began }
  }

  /// Ready payloads that are kept, when no more can be read, to find out whether a failure was the host's.
  private static let reserve = 64
  private static let noticesOfMalformed = 10
  /// So many lines that are no payloads, or so many bytes of them, before the first that is one: it is another file.
  private static let mostUnproven = 100
  private static let mostUnprovenBytes = 64 << 20

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
    letters = deadLetters
    self.settings = settings
    self.random = random
    self.onNotice = onNotice
    self.onFinding = onFinding
    self.onProgress = onProgress
    limit = AdaptiveLimit(pinned: settings.concurrency)
    rate = RateCap(rate: settings.rate)
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
    do {
      try begin(queue)
      try loop()
      try record()
    } catch {
      transport.abandon()
      tally.pending = ledger.unsettled
      reset()
      publish()
      throw error
    }
    let unsettled = ledger.unsettled
    let outcome = DeliveryOutcome(
      ending: ending ?? .finished, progress: progress, pending: unsettled,
      isBalanced: balance.read == balance.settled + balance.skipped + unsettled
        && (ending != nil || unsettled == 0))
    tally.pending = unsettled
    reset()
    publish()
    return outcome
  }

  // MARK: - Beginning and end

  private func begin(_ queue: any PayloadQueue) throws {
    self.queue = queue
    let recorded = try journal?.progress(of: queue.name)
    progress = recorded ?? DeliveryProgress()
    if !areLettersOpen {
      if let journal {
        try letters.resume(at: max(progress.deadLetterLength, try journal.deadLetterLength() ?? 0))
      } else {
        try letters.resume()
      }
      areLettersOpen = true
      unconfirmed = try journal?.unconfirmed()
    }
    queue.whenMore { [transport] in transport.wake() }
    try queue.seek(to: progress.prefix)
    ledger = Ledger(from: progress.prefix)
    settledBefore = Set(progress.beyond)
    hasPayload = progress.prefix > 0 || !settledBefore.isEmpty
    lastRecord = clock.now
  }

  private func reset() {
    queue = nil
    lanes = [:]
    ready = Heap()
    retries = Heap()
    inFlight = [:]
    freshInFlight = 0
    troubled = 0
    heldBack = []
    lastRefusal = nil
    bytesAhead = 0
    parcelsAhead = 0
    hasEnded = false
    askAgainAt = nil
    isWaitingForMore = false
    ending = nil
    isDirty = false
    balance = Balance()
    hasPayload = false
    unproven = []
    unprovenBytes = 0
    ledger = Ledger(from: 0)
    settledBefore = []
  }

  private func loop() throws {
    while true {
      let now = clock.now
      if ending == nil {
        if isCancelled.load(ordering: .sequentiallyConsistent) { end(.cancelled) }
        if let since = host.failingSince, now >= since + settings.retryFor { stop(.unavailable) }
      }
      if ending == nil {
        try fill(now)
        try begin(now)
      }
      if isDirty, now >= lastRecord + settings.recordEvery { try record() }
      if now >= lastPublished + 100_000_000 { publish() }
      if inFlight.isEmpty {
        if ending != nil { return }
        if hasEnded, ready.isEmpty, retries.isEmpty {
          return try judgeLast()
        }
      }
      if ending != nil, now >= drainUntil {
        transport.abandon()
        return
      }
      try transport.wait(until: deadline(now)) { try take($0) }
    }
  }

  /// Nobody is left in the queue whose acknowledgement could confirm the last refusals. A few are believed after others
  /// were taken, be it in an earlier run; but not many, or run after run a wrong setting would give everything up, and not
  /// such as speak of the settings.
  private func judgeLast() throws {
    guard let refusal = lastRefusal, !heldBack.isEmpty else { return }
    if let unconfirmed, refusal.doubt == .nothingAccepted, unconfirmed + heldBack.count < Verdicts.mostInRow {
      for parcel in heldBack { try settle(parcel) }
      self.unconfirmed = unconfirmed + heldBack.count
      heldBack = []
      return
    }
    ending = .doubtful(refusal.doubt, because: diagnostic(refusal.doubt, refusal.status, refusal.text))
  }

  private func end(_ ending: DeliveryOutcome.Ending) {
    guard self.ending == nil else { return }
    self.ending = ending
    drainUntil = clock.now + settings.drain
  }

  private func stop(_ reason: DeliveryStop, status: Int = 0, text: String = "") {
    guard ending == nil else { return }
    var (status, text) = (status, text)
    if status == 0, text.isEmpty { (status, text) = lastFailure }
    end(.stopped(reason, because: diagnostic(reason, status, text)))
  }

  private func diagnostic(_ reason: DeliveryStop, _ status: Int, _ text: String) -> Diagnostic {
    let minutes = settings.retryFor / 60_000_000_000
    let window = minutes > 0 ? "\(minutes) min" : "\(settings.retryFor / 1_000_000_000) s"
    return reason.diagnostic(
      host: settings.host, status: status, text: text, window: window, refused: refusedInRow)
  }

  private var lastFailure: (status: Int, text: String) = (0, "no answer")

  /// When something has to be done though no answer comes.
  private func deadline(_ now: UInt64) -> UInt64 {
    var deadline = now + 3600 * 1_000_000_000
    func consider(_ time: UInt64) { deadline = min(deadline, max(time, now)) }
    if isDirty { consider(lastRecord + settings.recordEvery) }
    if ending != nil {
      consider(drainUntil)
      return deadline
    }
    if let since = host.failingSince { consider(since + settings.retryFor) }
    if let time = askAgainAt { consider(time) }
    guard inFlight.count < allowed else { return deadline }
    let gate = max(host.notBefore, rate.earliest)
    if host.isDown {
      if !ready.isEmpty || !retries.isEmpty { consider(gate) }
    } else {
      if let due = retries.leastRank { consider(max(due, gate)) }
      if !ready.isEmpty, mayBeginFresh { consider(gate) }
    }
    return deadline
  }

  // MARK: - Reading ahead

  private var hasRoom: Bool {
    !ledger.isFull && parcelsAhead < settings.lookAhead
      && (bytesAhead < settings.lookAheadBytes || parcelsAhead == 0)
  }

  private func fill(_ now: UInt64) throws {
    guard let queue, !hasEnded else { return }
    if let time = askAgainAt, now < time { return }
    askAgainAt = nil
    isWaitingForMore = false
    var most = 512
    while most > 0, hasRoom {
      most -= 1
      line.removeAll()
      switch try queue.next(into: line) {
      case .payload(let offset, let end, let number): try accept(offset: offset, end: end, line: number)
      case .tooLong(let offset, let end, let number):
        guard !skip(offset, end) else { continue }
        try giveUpLine(
          offset: offset, end: end, line: number, code: "D102",
          message: "the line is longer than \(LineCutter.longest >> 20) MiB, the most that a payload may have",
          isKept: false)
      case .notYet(let interval):
        isWaitingForMore = true
        askAgainAt = interval.map { now + $0 }
        return
      case .ended:
        if !unproven.isEmpty { throw noPayloads("none of its \(unproven.count) lines is a payload") }
        hasEnded = true
        return
      }
    }
    line.shrink(to: 1 << 20)
  }

  /// Whether an earlier run has settled it.
  private func skip(_ offset: Int, _ end: Int) -> Bool {
    guard !settledBefore.isEmpty, settledBefore.remove(offset) != nil else { return false }
    ledger.settle(ledger.append(offset: offset, end: end))
    balance.read += 1
    balance.skipped += 1
    return true
  }

  private func accept(offset: Int, end: Int, line number: Int) throws {
    guard !skip(offset, end) else { return }
    let outline: PayloadOutline
    do throws(PayloadOutline.Fault) {
      outline = try PayloadOutline(line.bytes)
    } catch {
      let message =
        switch error {
        case .notJSON(let at): "it is not valid JSON from its byte \(at + 1) on"
        case .notUTF8: "it is not valid UTF-8"
        case .notObject: "it is JSON, but no object"
        case .noSource: "it has no `source`"
        case .eventsNoList: "its `events` are not a list"
        }
      return try giveUpLine(
        offset: offset, end: end, line: number, code: "D101", message: "the line is not a payload: \(message)",
        isKept: true)
    }
    if !hasPayload { try prove() }
    balance.read += 1
    tally.read += 1
    let key = outline.lane ?? ByteHash.hash(line.bytes, seed: UInt64(truncatingIfNeeded: offset) | 1)
    let lane: Lane
    if let known = lanes[key] {
      lane = known
    } else {
      lane = Lane(key: key)
      lanes[key] = lane
    }
    let parcel = Parcel(
      line.bytes, outline: outline, offset: offset, line: number, number: ledger.append(offset: offset, end: end),
      lane: lane)
    bytesAhead += parcel.bytes.count
    parcelsAhead += 1
    let isFirst = lane.isEmpty
    lane.append(parcel)
    if isFirst { ready.insert(lane, rank: UInt64(parcel.number)) }
  }

  /// A line that is no payload goes to the dead letters at once: nothing that the receiver says can change it. Only
  /// before the first payload it waits, since the whole may be something else, such as the log itself.
  private func giveUpLine(offset: Int, end: Int, line number: Int, code: String, message: String, isKept: Bool) throws {
    let source = queue?.source ?? ""
    let finding = Diagnostic(
      code, message,
      remedy: isKept
        ? "it was not sent, and is kept in the dead-letter file; mend the line, and send it from a file of its own"
        : "it was not sent, and only its place is kept; split it into payloads of fewer events, and send those",
      file: source,
      span: number > 0 ? SourceSpan(line: number, column: 1) : nil)
    let entry = DeadLetter(
      kind: .http, code: code, message: message, input: source, line: number, offset: offset)
    letter.removeAll()
    entry.write(
      isKept ? line.bytes : .init(start: nil, count: 0), isPayload: false, at: clock.wallMilliseconds, to: letter)
    let malformed = Malformed(offset: offset, end: end, line: number, finding: finding, letter: Array(letter.bytes))
    letter.shrink(to: 1 << 20)
    guard !hasPayload else { return try settle(malformed) }
    unproven.append(malformed)
    unprovenBytes += malformed.letter.count
    if unproven.count >= Delivery.mostUnproven || unprovenBytes > Delivery.mostUnprovenBytes {
      throw noPayloads("the first \(unproven.count) lines are not payloads")
    }
  }

  /// The queue is of payloads: what stood before the first one is given up.
  private func prove() throws {
    hasPayload = true
    for malformed in unproven { try settle(malformed) }
    unproven = []
    unprovenBytes = 0
  }

  private func settle(_ malformed: Malformed) throws {
    let place = ledger.append(offset: malformed.offset, end: malformed.end)
    balance.read += 1
    tally.read += 1
    if tally.malformed < Delivery.noticesOfMalformed { onFinding(malformed.finding) }
    try malformed.letter.withUnsafeBufferPointer { try letters.append(line: $0) }
    count(malformed.finding.code, malformed.finding.message, malformed.line)
    ledger.settle(place)
    balance.settled += 1
    tally.malformed += 1
    tally.dead += 1
    progress.dead += 1
    isDirty = true
  }

  /// What was given is something else: nothing of it was sent, and nothing is given up.
  private func noPayloads(_ what: String) -> Diagnostic {
    guard var finding = unproven.first?.finding else { return Diagnostic("D101", what) }
    if unproven.count > 1 { finding.message = "\(what); of this one: \(finding.message)" }
    finding.remedy = "name a file that convert wrote, with a payload of JSON on each line"
    return finding
  }

  // MARK: - Sending

  private var allowed: Int { host.isDown ? 1 : limit.value }

  /// Whether a payload that has not failed may be sent: the last ones are kept while a failure has to be explained.
  private var mayBeginFresh: Bool {
    guard troubled > 0, !host.isDown, ready.count <= Delivery.reserve else { return true }
    guard hasEnded || isWaitingForMore || !hasRoom else { return true }
    return freshInFlight == 0 && evidence.latest.began < latestSuspicion
  }

  private func begin(_ now: UInt64) throws {
    while ending == nil, inFlight.count < allowed, now >= host.notBefore, now >= rate.earliest {
      guard let parcel = try next(now), let part = parcel.parts.indices.last else { return }
      parcel.parts[part].began = now
      if parcel.isTroubled { latestSuspicion = max(latestSuspicion, now) } else { freshInFlight += 1 }
      requests += 1
      tally.requests += 1
      if parcel.parts[part].attempts > 0 { tally.retries += 1 }
      inFlight[requests] = parcel
      rate.began(at: now)
      transport.begin(
        DeliveryRequest(
          id: requests, body: parcel.body(parcel.parts[part]), forwardedFor: parcel.outline.forwardedFor,
          acceptLanguage: parcel.outline.acceptLanguage))
    }
  }

  /// What to send next: a retry that is due, else the first payload of the queue whose lane is free. A host that is down
  /// is asked with one payload after the other, so that no single one keeps it down.
  private func next(_ now: UInt64) throws -> Parcel? {
    if host.isDown {
      if let lane = ready.removeLeast() { return lane.first }
      return retries.removeLeast()
    }
    while let due = retries.leastRank, due <= now, let parcel = retries.removeLeast() {
      if try isStillWhole(parcel) { return parcel }
    }
    guard mayBeginFresh else { return nil }
    return ready.removeLeast()?.first
  }

  /// Counts a failure as the payload's own if others were taken that began later, and draws the consequence when there
  /// are enough. Returns whether the part is to be sent again as it is.
  private func isStillWhole(_ parcel: Parcel) throws -> Bool {
    guard let at = parcel.parts.indices.last, parcel.parts[at].isSuspect else { return true }
    guard evidence.began(besides: parcel.lane.key) >= parcel.parts[at].began else { return true }
    parcel.parts[at].strikes += 1
    let part = parcel.parts[at]
    let isDivisible = part.events.count > 1
    let most =
      part.isNoAnswer
      ? isDivisible ? Verdicts.silencesToHalve : Verdicts.silencesToGiveUp
      : isDivisible ? Verdicts.strikesToHalve : Verdicts.strikesToGiveUp
    guard part.strikes >= most else { return true }
    clearSuspicion(parcel)
    if isDivisible {
      parcel.halve()
      return true
    }
    try giveUp(parcel, code: "D201", doubt: .nothingAccepted)
    return false
  }

  private func clearSuspicion(_ parcel: Parcel) {
    guard let at = parcel.parts.indices.last, parcel.parts[at].isSuspect else { return }
    parcel.parts[at].isSuspect = false
  }

  // MARK: - Answers

  private func take(_ answer: DeliveryAnswer) throws {
    guard let parcel = inFlight.removeValue(forKey: answer.id), let at = parcel.parts.indices.last else { return }
    let now = clock.now
    parcel.parts[at].attempts += 1
    if !parcel.isTroubled { freshInFlight -= 1 }
    let part = parcel.parts[at]
    let action = AnswerTable.action(answer)
    note(answer, parcel, at, keepingBody: action != .acknowledge)
    if let header = answer.retryAfter, let delay = RetryAfter.delay(header, now: clock.wallMilliseconds) {
      host.wait(until: now + delay)
    }
    switch action {
    case .acknowledge, .acknowledgePartly:
      limit.answered(began: part.began, ended: now, events: part.events.count, inFlight: inFlight.count + 1)
      if action == .acknowledgePartly { remember(parcel, part, answer) }
      try acknowledge(parcel, part, now)
    case .stop(let reason):
      putBack(parcel)
      stop(reason, status: parcel.parts[at].lastStatus, text: text(of: parcel.parts[at]))
    case .stopAtFirst(let reason):
      guard acknowledgements == 0 else { return fail(parcel, at, answer, false, now) }
      putBack(parcel)
      stop(reason, status: parcel.parts[at].lastStatus, text: text(of: parcel.parts[at]))
    case .giveUp:
      host.answered()
      try giveUp(parcel, code: "D203", doubt: nil)
    case .doubt(let reason):
      host.answered()
      if unconfirmed == nil {
        putBack(parcel)
        stop(reason, status: parcel.parts[at].lastStatus, text: text(of: parcel.parts[at]))
      } else {
        try giveUp(parcel, code: "D204", doubt: reason)
      }
    case .split, .isolate:
      host.answered()
      if part.events.count > 1 {
        parcel.halve()
        goOn(with: parcel)
      } else {
        try giveUp(parcel, code: action == .split ? "D202" : "D201", doubt: .nothingAccepted)
      }
    case .retry(let isOverload): fail(parcel, at, answer, isOverload, now)
    }
  }

  /// Keeps what the answer says, for messages and dead letters.
  private func note(_ answer: DeliveryAnswer, _ parcel: Parcel, _ at: Int, keepingBody: Bool) {
    switch answer.outcome {
    case .status(let status):
      tally.answers[status, default: 0] += 1
      parcel.parts[at].lastStatus = status
      if keepingBody { parcel.parts[at].lastText = Array(answer.body.prefix(DeadLetter.answerLimit)) }
    case .failure(let text), .misconfigured(let text):
      tally.answers[0, default: 0] += 1
      parcel.parts[at].lastStatus = 0
      parcel.parts[at].lastText = Array(text.utf8)
    }
  }

  private func text(of part: Parcel.Part) -> String {
    let text = part.lastText.withUnsafeBufferPointer { part.lastStatus == 0 ? Array($0) : AnswerTable.detail($0) }
    return String(decoding: text.prefix(200), as: UTF8.self)
  }

  private func acknowledge(_ parcel: Parcel, _ part: Parcel.Part, _ now: UInt64) throws {
    acknowledgements += 1
    refusedInRow = 0
    unconfirmed = 0
    lastRefusal = nil
    evidence.add(began: part.began, lane: parcel.lane.key)
    if host.isDown {
      onNotice("\(settings.host) takes payloads again")
      hurry(now)
    }
    host.succeeded()
    for parcel in heldBack { try settle(parcel) }
    heldBack.removeAll()
    clearSuspicion(parcel)
    parcel.isAnyAcknowledged = true
    parcel.acknowledgedEvents += part.events.count
    try finishPart(parcel)
  }

  /// Those that wait for a host that is back need not wait any longer.
  private func hurry(_ now: UInt64) {
    var waiting = Heap<Parcel>()
    while let rank = retries.leastRank, let parcel = retries.removeLeast() {
      waiting.insert(parcel, rank: min(rank, now + UInt64.random(in: 0...2_000_000_000, using: &random)))
    }
    retries = waiting
  }

  private func fail(_ parcel: Parcel, _ at: Int, _ answer: DeliveryAnswer, _ isOverload: Bool, _ now: UInt64) {
    if isOverload { limit.overloaded(began: parcel.parts[at].began, at: now) }
    if case .failure = answer.outcome {
      parcel.parts[at].isNoAnswer = true
    } else {
      parcel.parts[at].isNoAnswer = parcel.parts[at].lastStatus != 500
    }
    if isOverload {
      clearSuspicion(parcel)
    } else {
      parcel.parts[at].isSuspect = true
      if !parcel.isTroubled { troubled += 1 }
      parcel.isTroubled = true
    }
    latestSuspicion = max(latestSuspicion, parcel.parts[at].began)
    let wasDown = host.isDown
    host.failed(at: now, limit: limit.value, using: &random)
    lastFailure = (parcel.parts[at].lastStatus, text(of: parcel.parts[at]))
    if host.isDown, !wasDown, ending == nil {
      let answer = lastFailure.status > 0 ? "\(lastFailure.status) \(lastFailure.text)" : lastFailure.text
      onNotice("\(settings.host) takes nothing: \(answer); trying again")
    }
    let delay = Backoff.delay(failures: parcel.parts[at].attempts, using: &random)
    retries.insert(parcel, rank: max(now + delay, host.isDown ? 0 : host.notBefore))
  }

  /// A payload that stays as it is because the run stops.
  private func putBack(_ parcel: Parcel) { retries.insert(parcel, rank: UInt64.max) }

  // MARK: - Verdicts

  /// The part that is next cannot be delivered.
  /// - Parameter doubt: why to stop if the same befalls many in a row; nil if it is certainly about this payload.
  private func giveUp(_ parcel: Parcel, code: String, doubt: DeliveryStop?) throws {
    guard let part = parcel.parts.last else { return }
    clearSuspicion(parcel)
    let text = text(of: part)
    if let doubt {
      if parcel.verdictAt != acknowledgements { refusedInRow += 1 }
      parcel.verdictAt = acknowledgements
      // One that speaks of the settings counts for all since the last that was taken.
      if lastRefusal == nil || doubt != .nothingAccepted { lastRefusal = (doubt, part.lastStatus, text) }
      if refusedInRow >= Verdicts.mostInRow {
        putBack(parcel)
        return stop(doubt, status: part.lastStatus, text: text)
      }
    }
    let (message, hint) = Delivery.words(code, part.lastStatus, text)
    add(letterOf: .http, code: code, message: message, hint: hint, parcel, part, part.lastText)
    parcel.deadEvents += part.events.count
    try finishPart(parcel)
  }

  /// It was taken, and something in it was not.
  private func remember(_ parcel: Parcel, _ part: Parcel.Part, _ answer: DeliveryAnswer) {
    let body = Array(answer.body.prefix(DeadLetter.answerLimit))
    let isEmpty = part.events.isEmpty
    add(
      letterOf: .partial, code: "D205",
      message: isEmpty ? "taken, but it has no events and nothing was saved" : "taken, but not everything was saved",
      hint: isEmpty ? "" : "the answer says what; count in the receiver's index", parcel, part, body)
    parcel.isPartial = true
  }

  private static func words(_ code: String, _ status: Int, _ text: String) -> (message: String, hint: String) {
    switch code {
    case "D202": ("too large for the receiver, though it is a single event", "raise the limit of what stands before it")
    case "D203": ("the receiver takes it for a bot", "drop bots in the mapping, or set DISALLOW_BOT_TRAFFIC=no there")
    case "D204": ("answered \(status): \(text)", "")
    default: ("refused: \(status > 0 ? "\(status) " : "")\(text)", "mend the mapping, and replay the letter")
    }
  }

  private func add(
    letterOf kind: DeadLetter.Kind, code: String, message: String, hint: String, _ parcel: Parcel, _ part: Parcel.Part,
    _ answer: [UInt8]
  ) {
    let entry = DeadLetter(
      kind: kind, code: code, message: message, hint: hint, input: queue?.source ?? "", line: parcel.line,
      offset: parcel.offset, status: part.lastStatus > 0 ? part.lastStatus : nil, attempts: part.attempts,
      answer: answer, ids: parcel.ids(of: part))
    letter.removeAll()
    entry.write(parcel.body(part), isPayload: true, at: clock.wallMilliseconds, to: letter)
    parcel.letters.append(Parcel.Letter(line: Array(letter.bytes), code: code, message: message))
    letter.shrink(to: 1 << 20)
  }

  private func finishPart(_ parcel: Parcel) throws {
    parcel.parts.removeLast()
    let lane = parcel.lane
    guard parcel.parts.isEmpty else { return goOn(with: parcel) }
    if parcel.isTroubled { troubled -= 1 }
    lane.removeFirst()
    if let next = lane.first {
      ready.insert(lane, rank: UInt64(next.number))
    } else {
      lanes[lane.key] = nil
    }
    bytesAhead -= parcel.bytes.count
    parcelsAhead -= 1
    if parcel.verdictAt == acknowledgements {
      heldBack.append(parcel)
    } else {
      try settle(parcel)
    }
  }

  /// Its next part may be sent. What has failed before is not among those that are kept for explaining failures.
  private func goOn(with parcel: Parcel) {
    if parcel.isTroubled {
      retries.insert(parcel, rank: 0)
    } else {
      ready.insert(parcel.lane, rank: UInt64(parcel.number))
    }
  }

  /// Nothing of it is to be sent any more, and what was given up may be written.
  private func settle(_ parcel: Parcel) throws {
    for letter in parcel.letters {
      try letter.line.withUnsafeBufferPointer { try letters.append(line: $0) }
      count(letter.code, letter.message, parcel.line)
    }
    ledger.settle(parcel.number)
    balance.settled += 1
    isDirty = true
    tally.acknowledgedEvents += parcel.acknowledgedEvents
    tally.deadEvents += parcel.deadEvents
    progress.acknowledgedEvents += parcel.acknowledgedEvents
    progress.deadEvents += parcel.deadEvents
    if parcel.isAnyAcknowledged {
      tally.acknowledged += 1
      tally.acknowledgedBytes += parcel.bytes.count
      progress.acknowledged += 1
      if parcel.isPartial { tally.partial += 1 }
      if parcel.deadEvents > 0 { tally.takenApart += 1 }
    } else {
      tally.dead += 1
      progress.dead += 1
    }
  }

  private func count(_ code: String, _ message: String, _ line: Int) {
    if let at = tally.reasons.firstIndex(where: { $0.code == code }) {
      tally.reasons[at].count += 1
    } else {
      tally.reasons.append(
        DeliveryCounts.Reason(code: code, count: 1, message: message, input: queue?.source ?? "", line: line))
    }
  }

  // MARK: - Remembering

  /// Dead letters first: what is recorded as given up must be readable.
  private func record() throws {
    try letters.sync()
    progress.prefix = ledger.prefix
    // What an earlier run settled and this one has not come to yet is still settled.
    progress.beyond = (ledger.beyond + settledBefore).sorted()
    progress.deadLetterLength = letters.length
    if let queue { try journal?.record(progress, of: queue.name, unconfirmed: unconfirmed) }
    isDirty = false
    lastRecord = clock.now
  }

  private func publish() {
    tally.inFlight = inFlight.count
    tally.limit = allowed
    tally.isHostDown = host.isDown
    if queue != nil {
      tally.pending = ledger.unsettled
      tally.position = ledger.prefix
    }
    lastPublished = clock.now
    let tally = tally
    published.withLock { $0 = tally }
    onProgress(tally)
  }
}
