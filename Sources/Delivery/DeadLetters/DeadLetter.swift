internal import Pipeline

/// One entry of the dead-letter file:
///
///     {"v":1,"at":"…Z","class":"http|partial","code":"D201","message":"…","hint":"…",
///      "where":{"input":"…","line":…,"offset":…},"payload":{…},
///      "http":{"status":…,"body":"…","attempts":…},"event_ids":["…"]}
///
/// A line that is no payload has `raw` (or `raw_base64`) in the place of `payload`.
struct DeadLetter {
  enum Kind: String { case http, partial }

  var kind: Kind
  var code: String
  var message: String
  var hint = ""
  var input: String
  var line: Int
  var offset: Int
  var status: Int?
  var attempts = 0
  var answer: [UInt8] = []
  var ids: [[UInt8]] = []

  /// How much of an answer is kept.
  static let answerLimit = 4096

  /// - Parameters:
  ///   - at: milliseconds since 1970-01-01 UTC.
  ///   - isPayload: the bytes are a payload, and not what should have been one.
  func write(_ bytes: UnsafeBufferPointer<UInt8>, isPayload: Bool, at: Int64, to text: ByteBuffer) {
    text.append("{\"v\":1,\"at\":")
    text.append(json: TimestampWriter.text(at))
    text.append(",\"class\":")
    text.append(json: kind.rawValue)
    text.append(",\"code\":")
    text.append(json: code)
    text.append(",\"message\":")
    text.append(json: message)
    if !hint.isEmpty {
      text.append(",\"hint\":")
      text.append(json: hint)
    }
    text.append(",\"where\":{\"input\":")
    text.append(json: input)
    if line > 0 {
      text.append(",\"line\":")
      text.append(decimal: Int64(line))
    }
    text.append(",\"offset\":")
    text.append(decimal: Int64(offset))
    text.append("}")
    if isPayload {
      text.append(",\"payload\":")
      text.append(bytes)
    } else {
      text.append(",")
      text.append(rawMember: bytes)
    }
    if attempts > 0 { writeAnswer(to: text) }
    if !ids.isEmpty {
      text.append(",\"event_ids\":[")
      for (index, id) in ids.enumerated() {
        if index > 0 { text.append(",") }
        id.withUnsafeBufferPointer { text.append(json: $0) }
      }
      text.append("]")
    }
    text.append("}")
  }

  private func writeAnswer(to text: ByteBuffer) {
    text.append(",\"http\":{")
    if let status {
      text.append("\"status\":")
      text.append(decimal: Int64(status))
      text.append(",")
    }
    text.append("\"body\":\"")
    answer.withUnsafeBufferPointer { text.appendEscaped($0, limit: DeadLetter.answerLimit) }
    text.append("\",\"attempts\":")
    text.append(decimal: Int64(attempts))
    text.append("}")
  }
}
