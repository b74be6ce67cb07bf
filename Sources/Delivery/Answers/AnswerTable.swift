internal import Pipeline

/// What an answer means for the payload that it answers.
enum AnswerAction: Sendable, Equatable {
  /// Taken.
  case acknowledge
  /// Taken, but something in it was not: remembered beside the dead letters.
  case acknowledgePartly
  /// The run's settings or the receiver's are wrong, and every payload would be answered so: stop, give nothing up.
  case stop(DeliveryStop)
  /// The same before anything was taken; afterwards later again.
  case stopAtFirst(DeliveryStop)
  /// This payload is refused for what it is.
  case giveUp
  /// Later again. `isOverload`: the host wants less; otherwise it is perhaps this payload that it cannot take.
  case retry(isOverload: Bool)
  /// Fewer events at once.
  case split
  /// An event in it is at fault: take apart until it stands alone.
  case isolate
  /// Stop if nothing was ever taken or it is one of many in a row; else this payload is refused.
  case doubt(DeliveryStop)
}

/// Which stop a message is about; the text of each stands in `DeliveryStop.diagnostic`.
public enum DeliveryStop: Sendable, Equatable {
  case unavailable, refused, wrongSource, wrongOrigin, staticProfile, noTracker, misconfigured, nothingAccepted
}

/// The table of answers: rows from top to bottom, the first that fits counts. Answers are told apart by their body
/// first, since some are about the configuration and not about this payload, whatever their status.
enum AnswerTable {
  /// How an error's text begins, and what follows in its first bytes; both in small letters. Never more of it: the text
  /// may go on with the whole payload, in which a visitor's words stand.
  struct TextRow {
    var beginning: String
    var containing = ""
    var action: AnswerAction
  }

  static let texts = [
    TextRow(beginning: "invalid event source", action: .stop(.wrongSource)),
    TextRow(beginning: "event source disabled", action: .stop(.wrongSource)),
    TextRow(beginning: "internal event source", action: .stop(.wrongSource)),
    TextRow(beginning: "this endpoint allows only bridges", action: .stop(.wrongSource)),
    TextRow(beginning: "event source `", containing: "is not within allowed bridge types", action: .stop(.wrongSource)),
    TextRow(beginning: "event source `", containing: "requires origin header", action: .stop(.wrongOrigin)),
    TextRow(beginning: "event source `", containing: "disallows url", action: .stop(.wrongOrigin)),
    TextRow(beginning: "can not use static profile id", action: .stop(.staticProfile)),
    TextRow(beginning: "traffic from bot", action: .giveUp),
  ]

  struct StatusRow {
    var statuses: ClosedRange<Int>
    var action: AnswerAction

    init(_ statuses: ClosedRange<Int>, _ action: AnswerAction) {
      self.statuses = statuses
      self.action = action
    }

    init(_ status: Int, _ action: AnswerAction) { self.init(status...status, action) }
  }

  static let statuses = [
    StatusRow(300...399, .doubt(.noTracker)),
    StatusRow(400, .isolate),
    StatusRow(401, .doubt(.refused)),
    StatusRow(403, .doubt(.refused)),
    StatusRow(404...405, .doubt(.noTracker)),
    StatusRow(406, .doubt(.refused)),
    StatusRow(407, .doubt(.refused)),
    StatusRow(408, .retry(isOverload: true)),
    StatusRow(413, .split),
    StatusRow(422, .isolate),
    StatusRow(425, .retry(isOverload: true)),
    StatusRow(429, .retry(isOverload: true)),
    StatusRow(500, .retry(isOverload: false)),
    StatusRow(502, .retry(isOverload: false)),
    StatusRow(503, .retry(isOverload: true)),
    StatusRow(504, .retry(isOverload: false)),
  ]

  /// How much of an error's text is compared.
  private static let compared = 300

  static func action(_ answer: DeliveryAnswer) -> AnswerAction {
    switch answer.outcome {
    case .failure: return .retry(isOverload: false)
    case .misconfigured: return .stopAtFirst(.misconfigured)
    case .status(let status):
      if status >= 400, let row = textRow(answer.body) { return row.action }
      // 201 and 202 are a receiver's that queues what it takes.
      if [200, 201, 202].contains(status) { return success(answer) }
      if status == 226 { return .acknowledgePartly }
      return statuses.first { $0.statuses.contains(status) }?.action ?? .doubt(.noTracker)
    }
  }

  private static func textRow(_ body: UnsafeBufferPointer<UInt8>) -> TextRow? {
    let text = String(decoding: detail(body).prefix(compared), as: UTF8.self).lowercased()
    return texts.first { text.hasPrefix($0.beginning) && ($0.containing.isEmpty || text.contains($0.containing)) }
  }

  /// The error's text: `{"detail": …}`, or the body itself where it is no JSON.
  static func detail(_ body: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var cursor = JSONCursor(body)
    var detail: [UInt8]?
    if cursor.peek() == UInt8(ascii: "{") {
      // A torn body may still have its text.
      _ = cursor.members { cursor, key in
        guard cursor.isEqual(key, "detail"), let text = cursor.string() else { return cursor.skip() }
        detail = cursor.decoded(text)
        return true
      }
    }
    return detail ?? Array(body.prefix(4096))
  }

  /// `null` means that nothing was saved, a list of `errors` that not everything was. What is no object at all does not
  /// come from a tracker.
  private static func success(_ answer: DeliveryAnswer) -> AnswerAction {
    var cursor = JSONCursor(answer.body)
    switch cursor.peek() {
    case nil: return .acknowledgePartly
    case UInt8(ascii: "n"): return cursor.skip() && cursor.isAtEnd() ? .acknowledgePartly : .doubt(.noTracker)
    case UInt8(ascii: "{"):
      var hasErrors = false
      let isSound = cursor.members { cursor, key in
        guard cursor.isEqual(key, "errors"), let first = cursor.peek() else { return cursor.skip() }
        var count = 0
        guard first == UInt8(ascii: "[") else {
          hasErrors = first == UInt8(ascii: "{") || first == UInt8(ascii: "\"")
          return cursor.skip()
        }
        let isSound = cursor.elements {
          count += 1
          return $0.skip()
        }
        hasErrors = count > 0
        return isSound
      }
      guard isSound || answer.isBodyCut else { return .doubt(.noTracker) }
      return hasErrors ? .acknowledgePartly : .acknowledge
    default: return .doubt(.noTracker)
    }
  }
}
