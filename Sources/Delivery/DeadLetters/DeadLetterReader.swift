internal import Pipeline

/// One line of a dead-letter file or of a reject file, as far as a replay has to know it.
public struct DeadLetterEntry: Sendable {
  /// `record`, `mapping`, `session`, `partial` or `http`.
  public var kind: String
  public var code: String
  /// Where in the line the payload stands; nil without one.
  public var payload: Range<Int>?
  /// The record, byte by byte; nil without one.
  public var raw: [UInt8]?

  /// nil for a line that is none.
  public init?(_ line: UnsafeBufferPointer<UInt8>) {
    var kind: String?
    var code: String?
    var payload: Range<Int>?
    var raw: [UInt8]?
    var isDamaged = false
    var cursor = JSONCursor(line)
    let isSound = cursor.members { cursor, key in
      func text() -> [UInt8]? { cursor.string().map { cursor.decoded($0) } }
      if cursor.isEqual(key, "class") {
        guard let value = text() else { return false }
        kind = String(decoding: value, as: UTF8.self)
      } else if cursor.isEqual(key, "code") {
        guard let value = text() else { return false }
        code = String(decoding: value, as: UTF8.self)
      } else if cursor.isEqual(key, "raw") {
        guard let value = text() else { return false }
        raw = value
      } else if cursor.isEqual(key, "raw_base64") {
        guard let value = text() else { return false }
        raw = Base64.decode(value)
        isDamaged = raw == nil
      } else if cursor.isEqual(key, "payload") {
        guard cursor.peek() == UInt8(ascii: "{") else { return cursor.skip() }
        let start = cursor.at
        guard cursor.skip() else { return false }
        payload = start..<cursor.at
      } else {
        return cursor.skip()
      }
      return true
    }
    guard isSound, cursor.isAtEnd(), !isDamaged, let kind, let code else { return nil }
    self.kind = kind
    self.code = code
    self.payload = payload
    self.raw = raw
  }
}
