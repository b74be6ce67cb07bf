internal import Pipeline

/// A line that is no payload: what is said of it, and its dead letter.
struct MalformedLine {
  var place: PayloadPlace
  var finding: Diagnostic
  var letter: DeadLetterLine
}

/// Takes the lines of a queue in and tells which of them are payloads. Those that are none go to the dead letters at
/// once, since nothing that the receiver says can change them; only before the first payload they wait, for the whole
/// may be something else, such as the log itself.
final class Intake {
  enum Step {
    /// Its text is `line` until the next step. `behind`: what waited until there was a payload.
    case payload(PayloadOutline, PayloadPlace, behind: [MalformedLine])
    /// An earlier run has settled it.
    case settled(PayloadPlace)
    case malformed(MalformedLine)
    /// There is nothing more, now or for good.
    case nothing
  }

  /// So many lines that are no payloads, or so many bytes of them, before the first that is one: it is another file.
  private static let mostUnproven = 100
  private static let mostUnprovenBytes = 64 << 20

  let queue: any PayloadQueue
  private let letters: LetterWriter
  private let buffer = ByteBuffer(capacity: 64 << 10)
  /// Where payloads begin that an earlier run has settled, and that were not met again yet.
  private(set) var settledBefore: Set<Int>
  private(set) var hasEnded = false
  private(set) var askAgainAt: UInt64?
  private var isWaitingForMore = false
  /// Whether a payload was seen, in this run or an earlier one: that the queue is of payloads at all.
  private var hasPayload: Bool
  /// Lines before the first payload that are none, and do not count until there is one.
  private var unproven: [MalformedLine] = []
  private var unprovenBytes = 0

  /// Goes on in a queue where an earlier run stood. Throws a `Diagnostic` of the queue.
  init(_ queue: any PayloadQueue, from progress: DeliveryProgress, letters: LetterWriter) throws {
    self.queue = queue
    self.letters = letters
    settledBefore = Set(progress.beyond)
    hasPayload = progress.prefix > 0 || !settledBefore.isEmpty
    try queue.seek(to: progress.prefix)
  }

  /// The text of the payload that came last.
  var line: UnsafeBufferPointer<UInt8> { buffer.bytes }

  /// Whether all that can be had for now was read.
  var isDry: Bool { hasEnded || isWaitingForMore }

  /// Whether the queue may have more at this time. To be asked before the first of several steps.
  func mayHaveMore(at now: UInt64) -> Bool {
    if hasEnded { return false }
    if let time = askAgainAt, now < time { return false }
    askAgainAt = nil
    isWaitingForMore = false
    return true
  }

  /// The next line that counts. Throws a `Diagnostic` of the queue, or that it has no payloads.
  func next(at now: UInt64) throws -> Step {
    while true {
      buffer.removeAll()
      switch try queue.next(into: buffer) {
      case .payload(let offset, let end, let number):
        let place = PayloadPlace(input: queue.source, line: number, offset: offset, end: end)
        if meetsAgain(place) { return .settled(place) }
        do throws(PayloadOutline.Fault) {
          return .payload(try PayloadOutline(line), place, behind: proven())
        } catch {
          let why = Intake.words(error)
          if let malformed = try refuse(place, "D101", "the line is not a payload: \(why)", isKept: true) {
            return .malformed(malformed)
          }
        }
      case .tooLong(let offset, let end, let number):
        let place = PayloadPlace(input: queue.source, line: number, offset: offset, end: end)
        if meetsAgain(place) { return .settled(place) }
        let what = "the line is longer than \(LineCutter.longest >> 20) MiB, the most that a payload may have"
        if let malformed = try refuse(place, "D102", what, isKept: false) { return .malformed(malformed) }
      case .notYet(let interval):
        isWaitingForMore = true
        askAgainAt = interval.map { now + $0 }
        return .nothing
      case .ended:
        if !unproven.isEmpty { throw noPayloads("none of its \(unproven.count) lines is a payload") }
        hasEnded = true
        return .nothing
      }
    }
  }

  /// Gives back what a single long line took.
  func shrink() { buffer.shrink(to: 1 << 20) }

  private func meetsAgain(_ place: PayloadPlace) -> Bool {
    !settledBefore.isEmpty && settledBefore.remove(place.offset) != nil
  }

  private static func words(_ fault: PayloadOutline.Fault) -> String {
    switch fault {
    case .notJSON(let at): "it is not valid JSON from its byte \(at + 1) on"
    case .notUTF8: "it is not valid UTF-8"
    case .notObject: "it is JSON, but no object"
    case .noSource: "it has no `source`"
    case .eventsNoList: "its `events` are not a list"
    }
  }

  /// - Returns: nil if it waits for the first payload.
  private func refuse(
    _ place: PayloadPlace, _ code: String, _ message: String, isKept: Bool
  ) throws -> MalformedLine? {
    let finding = Diagnostic(
      code, message,
      remedy: isKept
        ? "it was not sent, and is kept in the dead-letter file; mend the line, and send it from a file of its own"
        : "it was not sent, and only its place is kept; split it into payloads of fewer events, and send those",
      file: place.input,
      span: place.line > 0 ? SourceSpan(line: place.line, column: 1) : nil)
    let letter = letters.malformed(
      code, message, at: place, bytes: isKept ? line : UnsafeBufferPointer(start: nil, count: 0))
    let malformed = MalformedLine(place: place, finding: finding, letter: letter)
    guard !hasPayload else { return malformed }
    unproven.append(malformed)
    unprovenBytes += letter.text.count
    if unproven.count >= Intake.mostUnproven || unprovenBytes > Intake.mostUnprovenBytes {
      throw noPayloads("the first \(unproven.count) lines are not payloads")
    }
    return nil
  }

  /// The queue is of payloads.
  /// - Returns: what stood before the first one.
  private func proven() -> [MalformedLine] {
    hasPayload = true
    defer {
      unproven = []
      unprovenBytes = 0
    }
    return unproven
  }

  /// What was given is something else: nothing of it was sent, and nothing is given up.
  private func noPayloads(_ what: String) -> Diagnostic {
    guard var finding = unproven.first?.finding else { return Diagnostic("D101", what) }
    if unproven.count > 1 { finding.message = "\(what); of this one: \(finding.message)" }
    finding.remedy = "name a file that convert wrote, with a payload of JSON on each line"
    return finding
  }
}
