internal import Pipeline

/// What delivery has to know of a payload's text: whose it is, the headers that go with it, and where its events stand.
struct PayloadOutline {
  /// The same for all payloads of one profile, or of one session if there is no profile; nil where neither is named.
  /// Equal keys of different profiles only make them wait for each other.
  var lane: UInt64?
  var eventCount = 0
  /// What stands between the brackets of `events`; nil without events.
  var events: Range<Int>?
  var forwardedFor: [UInt8]?
  var acceptLanguage: [UInt8]?

  /// Why a line is no payload.
  enum Fault: Error {
    /// No JSON, from this byte on.
    case notJSON(at: Int)
    case notUTF8, notObject, noSource, eventsNoList
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(Fault) {
    var cursor = JSONCursor(bytes)
    guard cursor.peek() == UInt8(ascii: "{") else {
      let isSound = cursor.skip() && cursor.isAtEnd()
      throw isSound ? Fault.notObject : Fault.notJSON(at: cursor.at)
    }
    var hasSource = false
    var isListed = true
    var profile: UInt64?
    var session: UInt64?
    var outline = PayloadOutline()
    let isSound = cursor.members { cursor, key in
      if cursor.isEqual(key, "source") {
        hasSource = cursor.peek() == UInt8(ascii: "{")
        return cursor.skip()
      }
      if cursor.isEqual(key, "profile") { return PayloadOutline.identity(&cursor, bytes, &profile) }
      if cursor.isEqual(key, "session") { return PayloadOutline.identity(&cursor, bytes, &session) }
      if cursor.isEqual(key, "request") { return outline.request(&cursor) }
      guard cursor.isEqual(key, "events"), let first = cursor.peek() else { return cursor.skip() }
      guard first == UInt8(ascii: "[") else {
        isListed = false
        return cursor.skip()
      }
      isListed = true
      var count = 0
      let start = cursor.at + 1
      guard
        cursor.elements({
          count += 1
          return $0.skip()
        })
      else { return false }
      outline.eventCount = count
      outline.events = start..<(cursor.at - 1)
      return true
    }
    guard isSound, cursor.isAtEnd() else { throw .notJSON(at: cursor.at) }
    guard UTF8Scan.isValid(bytes) else { throw .notUTF8 }
    guard hasSource else { throw .noSource }
    guard isListed else { throw .eventsNoList }
    self = outline
    lane = profile ?? session
  }

  private init() {}

  /// The `id` of an object, which may be null.
  private static func identity(
    _ cursor: inout JSONCursor, _ bytes: UnsafeBufferPointer<UInt8>, _ result: inout UInt64?
  ) -> Bool {
    result = nil
    guard cursor.peek() == UInt8(ascii: "{") else { return cursor.skip() }
    var found: UInt64?
    let isSound = cursor.members { cursor, key in
      guard cursor.isEqual(key, "id"), let text = cursor.string() else { return cursor.skip() }
      found = hash(text, cursor, bytes)
      return true
    }
    result = found
    return isSound
  }

  /// Blanks around an id do not count: the receiver trims them.
  private static func hash(
    _ text: JSONCursor.Text, _ cursor: JSONCursor, _ bytes: UnsafeBufferPointer<UInt8>
  ) -> UInt64? {
    func trimmed(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64? {
      var (from, to) = (0, bytes.count)
      while from < to, bytes[from] <= 0x20 { from += 1 }
      while to > from, bytes[to - 1] <= 0x20 { to -= 1 }
      return from == to ? nil : ByteHash.hash(UnsafeBufferPointer(rebasing: bytes[from..<to]))
    }
    if text.isEscaped { return cursor.decoded(text).withUnsafeBufferPointer(trimmed) }
    return trimmed(UnsafeBufferPointer(rebasing: bytes[text.range]))
  }

  /// The receiver takes two of a payload's headers from HTTP only.
  private mutating func request(_ cursor: inout JSONCursor) -> Bool {
    guard cursor.peek() == UInt8(ascii: "{") else { return cursor.skip() }
    var outline = self
    let isSound = cursor.members { cursor, key in
      guard cursor.isEqual(key, "headers"), cursor.peek() == UInt8(ascii: "{") else { return cursor.skip() }
      return cursor.members { cursor, key in
        let isAddress = PayloadOutline.names(cursor, key, "x-forwarded-for")
        let isLanguage = !isAddress && PayloadOutline.names(cursor, key, "accept-language")
        guard isAddress || isLanguage, let text = cursor.string() else { return cursor.skip() }
        let value = PayloadOutline.headerValue(cursor.decoded(text))
        if isAddress { outline.forwardedFor = value } else { outline.acceptLanguage = value }
        return true
      }
    }
    self = outline
    return isSound
  }

  private static func names(_ cursor: JSONCursor, _ key: JSONCursor.Text, _ name: StaticString) -> Bool {
    guard key.isEscaped || key.range.count == name.utf8CodeUnitCount else { return false }
    let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    return cursor.decoded(key).elementsEqual(name) { one, other in
      one == other || one | 0x20 == other && one >= 0x41 && one <= 0x5A
    }
  }

  /// A value that may go into a request: printable ASCII without blanks around it, so that no log line can add a header
  /// or a request; nil otherwise.
  private static func headerValue(_ bytes: [UInt8]) -> [UInt8]? {
    var value = bytes[...]
    while value.first == 0x20 { value.removeFirst() }
    while value.last == 0x20 { value.removeLast() }
    guard !value.isEmpty, value.count <= 1024, value.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return nil }
    return Array(value)
  }

  /// Where each event of a payload stands, and its id if it has one. For the few payloads that are taken apart.
  static func events(of bytes: UnsafeBufferPointer<UInt8>) -> [(range: Range<Int>, id: [UInt8]?)] {
    var events: [(Range<Int>, [UInt8]?)] = []
    var cursor = JSONCursor(bytes)
    _ = cursor.members { cursor, key in
      guard cursor.isEqual(key, "events"), cursor.peek() == UInt8(ascii: "[") else { return cursor.skip() }
      events.removeAll()
      return cursor.elements { cursor in
        guard let first = cursor.peek() else { return false }
        let start = cursor.at
        var id: [UInt8]?
        if first == UInt8(ascii: "{") {
          guard
            cursor.members({ cursor, key in
              guard cursor.isEqual(key, "id"), let text = cursor.string() else { return cursor.skip() }
              id = cursor.decoded(text)
              return true
            })
          else { return false }
        } else if !cursor.skip() {
          return false
        }
        events.append((start..<cursor.at, id))
        return true
      }
    }
    return events
  }
}
