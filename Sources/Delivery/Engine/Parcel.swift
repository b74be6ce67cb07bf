internal import Pipeline

/// A payload on its way, whole or in parts. Its parts go one after the other.
final class Parcel {
  /// Consecutive events of the payload, and what has happened to them so far.
  struct Part {
    var events: Range<Int>
    var attempts = 0
    /// Failures that were not the host's: others that began later were acknowledged.
    var strikes = 0
    /// Whether failures so far may be this part's own.
    var isSuspect = false
    var isNoAnswer = false
    /// When the last attempt began.
    var began: UInt64 = 0
    /// Of the last answer; 0 where none came.
    var lastStatus = 0
    /// What the last answer that was more than an acknowledgement said, or why none came.
    var lastText: [UInt8] = []

    /// Keeps what an answer says, for messages and dead letters.
    mutating func note(_ answer: DeliveryAnswer, keepingBody: Bool) {
      switch answer.outcome {
      case .status(let status):
        lastStatus = status
        if keepingBody { lastText = Array(answer.body.prefix(DeadLetter.answerLimit)) }
      case .failure(let text), .misconfigured(let text):
        lastStatus = 0
        lastText = Array(text.utf8)
      }
    }

    /// What was said to the last attempt.
    var reply: Reply {
      let text = lastText.withUnsafeBufferPointer { lastStatus == 0 ? Array($0) : AnswerTable.detail($0) }
      return Reply(status: lastStatus, text: String(decoding: text.prefix(200), as: UTF8.self))
    }
  }

  let place: PayloadPlace
  /// The ledger's.
  let number: Int
  let outline: PayloadOutline
  private let storage: UnsafeMutableBufferPointer<UInt8>
  let lane: Lane
  /// What is left to send; the last one is next.
  var parts: [Part]
  var isTakenApart = false
  private var ranges: [(range: Range<Int>, id: [UInt8]?)] = []
  private var composed: ByteBuffer?
  /// What was given up of it, written when all of it is settled, so that a payload which is sent again has none yet.
  var letters: [DeadLetterLine] = []
  /// How many acknowledgements there had been at its last refusal; -1 if there was none.
  var verdictAt = -1
  var isPartial = false
  /// It has failed in a way that may be its own fault.
  var isTroubled = false
  var acknowledgedEvents = 0
  var deadEvents = 0
  var isAnyAcknowledged = false

  init(
    _ bytes: UnsafeBufferPointer<UInt8>, outline: PayloadOutline, place: PayloadPlace, number: Int, lane: Lane
  ) {
    storage = .allocate(capacity: bytes.count)
    _ = storage.initialize(from: bytes)
    self.outline = outline
    self.place = place
    self.number = number
    self.lane = lane
    parts = [Part(events: 0..<outline.eventCount)]
  }

  deinit { storage.deallocate() }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(storage) }

  /// The text of a part, which stays until the next call.
  func body(_ part: Part) -> UnsafeBufferPointer<UInt8> {
    guard isTakenApart, part.events.count < outline.eventCount, let events = outline.events else { return bytes }
    let text = composed ?? ByteBuffer(capacity: 4096)
    composed = text
    text.removeAll()
    text.append(UnsafeBufferPointer(rebasing: bytes[..<events.lowerBound]))
    if let first = part.events.first, let last = part.events.last {
      text.append(UnsafeBufferPointer(rebasing: bytes[ranges[first].range.lowerBound..<ranges[last].range.upperBound]))
    }
    text.append(UnsafeBufferPointer(rebasing: bytes[events.upperBound...]))
    return text.bytes
  }

  /// Ids of a part's events, as far as they have any.
  func ids(of part: Part) -> [[UInt8]] {
    if ranges.isEmpty { ranges = PayloadOutline.events(of: bytes) }
    return part.events.compactMap { $0 < ranges.count ? ranges[$0].id : nil }
  }

  /// Puts two halves in the place of the part that is next, which has two events or more.
  func halve() {
    guard let part = parts.popLast(), part.events.count > 1 else { return }
    if ranges.isEmpty { ranges = PayloadOutline.events(of: bytes) }
    isTakenApart = true
    let middle = part.events.lowerBound + part.events.count / 2
    parts.append(Part(events: middle..<part.events.upperBound))
    parts.append(Part(events: part.events.lowerBound..<middle))
  }
}
