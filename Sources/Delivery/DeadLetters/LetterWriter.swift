internal import Pipeline

/// A dead letter as it will be written, and what is counted of it.
struct DeadLetterLine {
  var text: [UInt8]
  var code: String
  var message: String
}

/// Puts into words why something was not delivered.
struct LetterWriter {
  private let clock: any DeliveryClock
  private let text = ByteBuffer()

  init(clock: any DeliveryClock) { self.clock = clock }

  /// A part that cannot be delivered: D201 to D204.
  func refusal(_ code: String, of part: Parcel.Part, in parcel: Parcel) -> DeadLetterLine {
    let (message, hint) = LetterWriter.words(code, part.reply)
    return letter(.http, code, message, hint, of: part, in: parcel, answer: part.lastText)
  }

  private static func words(_ code: String, _ reply: Reply) -> (message: String, hint: String) {
    switch code {
    case "D202": ("too large for the receiver, though it is a single event", "raise the limit of what stands before it")
    case "D203": ("the receiver takes it for a bot", "drop bots in the mapping, or set DISALLOW_BOT_TRAFFIC=no there")
    case "D204": ("answered \(reply.status): \(reply.text)", "")
    default: ("refused: \(reply)", "mend the mapping, and replay the letter")
    }
  }

  /// A part that was taken, though something in it was not: D205.
  func remark(on part: Parcel.Part, in parcel: Parcel, answer: DeliveryAnswer) -> DeadLetterLine {
    let body = Array(answer.body.prefix(DeadLetter.answerLimit))
    return part.events.isEmpty
      ? letter(
        .partial, "D205", "taken, but it has no events and nothing was saved", "", of: part, in: parcel, answer: body)
      : letter(
        .partial, "D205", "taken, but not everything was saved",
        "the answer says what; count in the receiver's index", of: part, in: parcel, answer: body)
  }

  private func letter(
    _ kind: DeadLetter.Kind, _ code: String, _ message: String, _ hint: String, of part: Parcel.Part,
    in parcel: Parcel, answer: [UInt8]
  ) -> DeadLetterLine {
    line(
      of: DeadLetter(
        kind: kind, code: code, message: message, hint: hint, input: parcel.place.input, line: parcel.place.line,
        offset: parcel.place.offset, status: part.lastStatus > 0 ? part.lastStatus : nil, attempts: part.attempts,
        answer: answer, ids: parcel.ids(of: part)),
      about: parcel.body(part), isPayload: true)
  }

  /// A line that is no payload: D101, D102.
  func malformed(
    _ code: String, _ message: String, at place: PayloadPlace, bytes: UnsafeBufferPointer<UInt8>
  ) -> DeadLetterLine {
    line(
      of: DeadLetter(
        kind: .http, code: code, message: message, input: place.input, line: place.line, offset: place.offset),
      about: bytes, isPayload: false)
  }

  private func line(
    of letter: DeadLetter, about bytes: UnsafeBufferPointer<UInt8>, isPayload: Bool
  ) -> DeadLetterLine {
    text.removeAll()
    letter.write(bytes, isPayload: isPayload, at: clock.wallMilliseconds, to: text)
    defer { text.shrink(to: 1 << 20) }
    return DeadLetterLine(text: Array(text.bytes), code: letter.code, message: letter.message)
  }
}
