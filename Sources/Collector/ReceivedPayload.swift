internal import Pipeline

/// What a collector looks at in a body.
struct ReceivedPayload {
  var source: String?
  var profile: String?
  var session: String?
  var userAgent = ""
  var firstTime = ""
  var events: [(id: String?, type: String?)] = []
  /// Whether the body is an object with the required shape; otherwise it gets 422.
  var isWellFormed = false

  init(_ body: [UInt8]) {
    var payload = self
    let isSound = body.withUnsafeBufferPointer { bytes in
      var cursor = JSONCursor(bytes)
      let isSound = cursor.members { cursor, key in
        if cursor.isEqual(key, "source") { return ReceivedPayload.id(&cursor, &payload.source) }
        if cursor.isEqual(key, "profile") { return ReceivedPayload.id(&cursor, &payload.profile) }
        if cursor.isEqual(key, "session") { return ReceivedPayload.id(&cursor, &payload.session) }
        if cursor.isEqual(key, "request") { return payload.request(&cursor) }
        guard cursor.isEqual(key, "events"), cursor.peek() == UInt8(ascii: "[") else { return cursor.skip() }
        return cursor.elements { payload.event(&$0) }
      }
      return isSound && cursor.isAtEnd()
    }
    self = payload
    isWellFormed = isSound && source != nil && events.allSatisfy { $0.type != nil }
  }

  private init() {}

  private static func text(_ cursor: inout JSONCursor, _ result: inout String?) -> Bool {
    guard let text = cursor.string() else { return cursor.skip() }
    result = String(decoding: cursor.decoded(text), as: UTF8.self)
    return true
  }

  private static func id(_ cursor: inout JSONCursor, _ result: inout String?) -> Bool {
    guard cursor.peek() == UInt8(ascii: "{") else { return cursor.skip() }
    var found: String?
    let isSound = cursor.members { cursor, key in
      cursor.isEqual(key, "id") ? text(&cursor, &found) : cursor.skip()
    }
    result = found
    return isSound
  }

  private mutating func request(_ cursor: inout JSONCursor) -> Bool {
    guard cursor.peek() == UInt8(ascii: "{") else { return cursor.skip() }
    var agent: String?
    let isSound = cursor.members { cursor, key in
      guard cursor.isEqual(key, "headers"), cursor.peek() == UInt8(ascii: "{") else { return cursor.skip() }
      return cursor.members { cursor, key in
        cursor.isEqual(key, "user-agent") ? ReceivedPayload.text(&cursor, &agent) : cursor.skip()
      }
    }
    userAgent = agent ?? ""
    return isSound
  }

  private mutating func event(_ cursor: inout JSONCursor) -> Bool {
    guard cursor.peek() == UInt8(ascii: "{") else { return false }
    var id: String?
    var type: String?
    var time: String?
    let isSound = cursor.members { cursor, key in
      if cursor.isEqual(key, "id") { return ReceivedPayload.text(&cursor, &id) }
      if cursor.isEqual(key, "type") { return ReceivedPayload.text(&cursor, &type) }
      guard cursor.isEqual(key, "time"), cursor.peek() == UInt8(ascii: "{") else { return cursor.skip() }
      return cursor.members { cursor, key in
        cursor.isEqual(key, "insert") ? ReceivedPayload.text(&cursor, &time) : cursor.skip()
      }
    }
    if events.isEmpty { firstTime = time ?? "" }
    events.append((id, type))
    return isSound
  }
}
