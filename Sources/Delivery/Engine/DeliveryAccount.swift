internal import Pipeline

/// What was read of a queue and what became of it: written to the dead letters, counted for the user, and recorded in
/// the journal.
struct DeliveryAccount {
  private let letters: DeadLetterFile
  private let journal: (any DeliveryJournal)?
  private let clock: any DeliveryClock
  private var areLettersOpen = false

  /// Over all queues.
  var counts = DeliveryCounts()

  // Of the queue at work.
  private(set) var progress = DeliveryProgress()
  private var ledger = Ledger(from: 0)
  private var read = 0
  private var settled = 0
  private var skipped = 0
  private var isDirty = false
  private var lastRecord: UInt64 = 0

  init(_ letters: DeadLetterFile, _ journal: (any DeliveryJournal)?, _ clock: any DeliveryClock) {
    self.letters = letters
    self.journal = journal
    self.clock = clock
  }

  /// Goes on where the journal says that the queue stands. Throws a `Diagnostic` of the journal or the dead letters.
  mutating func open(_ queue: any PayloadQueue) throws {
    progress = try journal?.progress(of: queue.name) ?? DeliveryProgress()
    if !areLettersOpen {
      if let journal {
        try letters.resume(at: max(progress.deadLetterLength, try journal.deadLetterLength() ?? 0))
      } else {
        try letters.resume()
      }
      areLettersOpen = true
    }
    ledger = Ledger(from: progress.prefix)
    lastRecord = clock.now
  }

  mutating func close() {
    counts.pending = ledger.unsettled
    ledger = Ledger(from: 0)
    read = 0
    settled = 0
    skipped = 0
    isDirty = false
  }

  /// Whether too much would have to be remembered if more were read.
  var isFull: Bool { ledger.isFull }
  var pending: Int { ledger.unsettled }
  var isBalanced: Bool { read == settled + skipped + ledger.unsettled }

  /// - Returns: the payload's number.
  mutating func take(_ place: PayloadPlace) -> Int {
    read += 1
    counts.read += 1
    return ledger.append(offset: place.offset, end: place.end)
  }

  /// An earlier run has settled it.
  mutating func skip(_ place: PayloadPlace) {
    ledger.settle(ledger.append(offset: place.offset, end: place.end))
    read += 1
    skipped += 1
  }

  mutating func settle(_ malformed: MalformedLine) throws {
    let number = take(malformed.place)
    try write(malformed.letter, malformed.place)
    settle(number)
    counts.malformed += 1
    counts.dead += 1
    progress.dead += 1
  }

  /// Nothing of it is to be sent any more, and what was given up may be written.
  mutating func settle(_ parcel: Parcel) throws {
    for letter in parcel.letters { try write(letter, parcel.place) }
    settle(parcel.number)
    counts.acknowledgedEvents += parcel.acknowledgedEvents
    counts.deadEvents += parcel.deadEvents
    progress.acknowledgedEvents += parcel.acknowledgedEvents
    progress.deadEvents += parcel.deadEvents
    if parcel.isAnyAcknowledged {
      counts.acknowledged += 1
      counts.acknowledgedBytes += parcel.bytes.count
      progress.acknowledged += 1
      if parcel.isPartial { counts.partial += 1 }
      if parcel.deadEvents > 0 { counts.takenApart += 1 }
    } else {
      counts.dead += 1
      progress.dead += 1
    }
  }

  private mutating func settle(_ number: Int) {
    ledger.settle(number)
    settled += 1
    isDirty = true
  }

  private mutating func write(_ letter: DeadLetterLine, _ place: PayloadPlace) throws {
    try letter.text.withUnsafeBufferPointer { try letters.append(line: $0) }
    if let at = counts.reasons.firstIndex(where: { $0.code == letter.code }) {
      counts.reasons[at].count += 1
    } else {
      counts.reasons.append(
        DeliveryCounts.Reason(
          code: letter.code, count: 1, message: letter.message, input: place.input, line: place.line))
    }
  }

  /// When what was settled is to be recorded; nil if nothing was since the last time.
  func recordDue(every interval: UInt64) -> UInt64? { isDirty ? lastRecord + interval : nil }

  /// Dead letters first: what is recorded as given up must be readable.
  /// - Parameters:
  ///   - settledBefore: what an earlier run settled and this one has not come to yet, which is still settled.
  ///   - unconfirmed: what the journal is to say of refusals.
  mutating func record(of queue: String, settledBefore: Set<Int>, unconfirmed: Int?) throws {
    try letters.sync()
    progress.prefix = ledger.prefix
    progress.beyond = (ledger.beyond + settledBefore).sorted()
    progress.deadLetterLength = letters.length
    try journal?.record(progress, of: queue, unconfirmed: unconfirmed)
    isDirty = false
    lastRecord = clock.now
  }

  /// Brings up to date what `counts` say of the queue at work.
  mutating func countQueue() {
    counts.pending = ledger.unsettled
    counts.position = ledger.prefix
  }
}
