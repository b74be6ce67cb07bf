internal import CProcessor
public import Pipeline

/// Takes a preview's payloads in the place of a writer: counts what they are, keeps the visits of a few visitors, and the
/// payloads of the events that are shown. Nothing is written anywhere.
public final class PayloadTally: PayloadWriter {
  private let isProgram: (UnsafeBufferPointer<UInt8>) -> Bool
  private(set) var sessions = SessionLengths()
  private(set) var programs = ProgramPayloads()
  /// Payloads of profiles whose id the receiver does not search by.
  private(set) var longProfileIDs = 0
  private var known: [UInt64: Bool] = [:]
  private var sample = VisitorSample()
  private var expected: [Expected] = []
  /// In the order in which they left.
  private(set) var shown: [ShownPayload] = []
  /// Where `"session":{"id":"` stands: behind a source that is the same in all payloads.
  private var sessionAt = -1
  private var hasSession = true
  /// The session at work; parts of one follow each other.
  private var current: (id: (UInt64, UInt64), events: Int, length: Int64)?

  /// An event whose payload is wanted.
  private struct Expected {
    var id: [UInt8]
    var time: Int64
  }

  private static let longestShown = 64 << 10
  /// Characters of an id that the receiver's index can be searched by.
  private static let longestID = 64

  /// - Parameter isProgram: whether a user agent is one of a program.
  public init(isProgram: @escaping (UnsafeBufferPointer<UInt8>) -> Bool) { self.isProgram = isProgram }

  /// The payloads of this record's events will be kept.
  func expect(_ record: ShownRecord) {
    for event in record.trace?.events ?? [] { expected.append(Expected(id: Array(event.id.utf8), time: event.time)) }
  }

  public func finish() throws { endSession() }
  public func abandon() {}

  public func write(_ payload: UnsafeBufferPointer<UInt8>) throws {
    guard let base = payload.baseAddress, let (events, count) = PayloadTally.events(payload) else { return }
    if sessionAt < 0 { locate(payload) }
    var start = Int64.min
    var end = Int64.max
    var id: (UInt64, UInt64) = (0, 0)
    var profile = 0..<0
    if hasSession {
      // …"session":{"id":"<36>","metadata":{"insert":"<24>","create":"<24>","update":"<24>"}},"profile":{"id":"…
      let at = sessionAt + 17
      guard at + 177 < payload.count else { return }
      id = PayloadTally.identity(base + at)
      start = PayloadTally.time(base + at + 60)
      end = PayloadTally.time(base + at + 132)
      profile = PayloadTally.text(payload, from: at + 177)
    } else {
      profile = PayloadTally.text(payload, from: sessionAt + 17)
    }
    if hasSession {
      if let open = current, open.id == id {
        current = (id, open.events + count, open.length)
      } else {
        endSession()
        current = (id, count, end - start)
      }
    }
    if profile.count > PayloadTally.longestID,
      payload[profile].count(where: { $0 & 0xC0 != 0x80 }) > PayloadTally.longestID
    {
      longProfileIDs += 1
    }
    lookForProgram(payload, upTo: events, count)
    sample.look(payload, profile: UnsafeBufferPointer(rebasing: payload[profile]))
    if !expected.isEmpty { lookForShown(payload, start, end, count) }
  }

  private func endSession() {
    if let open = current { sessions.add(events: open.events, length: open.length) }
    current = nil
  }

  /// The visitors that were sampled, those with most events first.
  var visitors: [SampleVisitor] { sample.visitors }

  private func locate(_ payload: UnsafeBufferPointer<UInt8>) {
    sessionAt = PayloadTally.find("},\"session\":{\"id\":\"", payload, from: 0)
    hasSession = sessionAt >= 0
    if !hasSession { sessionAt = PayloadTally.find("},\"profile\":{\"id\":\"", payload, from: 0) }
    sessionAt = max(0, sessionAt + 2)
  }

  private func lookForProgram(_ payload: UnsafeBufferPointer<UInt8>, upTo end: Int, _ events: Int) {
    let head = UnsafeBufferPointer(rebasing: payload[..<end])
    let at = PayloadTally.find("\"user-agent\":\"", head, from: sessionAt)
    guard at >= 0 else { return }
    let range = PayloadTally.text(head, from: at + 14)
    guard range.count > 1 else { return }
    let agent = UnsafeBufferPointer(rebasing: head[range])
    let hash = ByteHash.hash(agent)
    let isOne: Bool
    if let remembered = known[hash] {
      isOne = remembered
    } else {
      isOne = isProgram(agent)
      if known.count < 100_000 { known[hash] = isOne }
    }
    if isOne { programs.add(agent, events: events) }
  }

  private func lookForShown(_ payload: UnsafeBufferPointer<UInt8>, _ start: Int64, _ end: Int64, _ events: Int) {
    var isWanted = false
    expected.removeAll { one in
      guard one.time >= start, one.time <= end else { return false }
      let isHere = one.id.withUnsafeBufferPointer { id in
        find_bytes(payload.baseAddress, payload.count, id.baseAddress, id.count) != nil
      }
      if isHere { isWanted = true }
      return isHere
    }
    guard isWanted else { return }
    let isWhole = payload.count <= PayloadTally.longestShown
    if let value = JSONValue(payload) {
      shown.append(ShownPayload(value, bytes: payload.count, events: events, isWhole: isWhole))
    }
  }

  // MARK: Bytes

  /// Where a text stands at or behind `from`, -1 if nowhere.
  static func find(_ text: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, from: Int) -> Int {
    guard let base = bytes.baseAddress, from < bytes.count,
      let found = find_bytes(base + from, bytes.count - from, text.utf8Start, text.utf8CodeUnitCount)
    else { return -1 }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  /// Where a payload's events begin, and how many they are. It is walked through, since what a property or a context
  /// holds may look like an event or a list of them.
  private static func events(_ payload: UnsafeBufferPointer<UInt8>) -> (at: Int, count: Int)? {
    var cursor = JSONCursor(payload)
    var found: (at: Int, count: Int)?
    let isWhole = cursor.members { cursor, key in
      guard cursor.isEqual(key, "events") else { return cursor.skip() }
      let at = cursor.at
      var count = 0
      defer { found = (at, count) }
      return cursor.elements { element in
        count += 1
        return element.skip()
      }
    }
    return isWhole ? found : nil
  }

  /// The JSON string that begins behind `from`, escapes and all.
  private static func text(_ bytes: UnsafeBufferPointer<UInt8>, from: Int) -> Range<Int> {
    var at = min(from, bytes.count)
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
    return start..<min(at, bytes.count)
  }

  private static func identity(_ at: UnsafePointer<UInt8>) -> (UInt64, UInt64) {
    let raw = UnsafeRawPointer(at)
    return (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 28, as: UInt64.self))
  }

  /// Milliseconds of 24 characters that we wrote.
  static func time(_ at: UnsafePointer<UInt8>) -> Int64 {
    func number(_ from: Int, _ count: Int) -> Int64 {
      var value: Int64 = 0
      for index in from..<from + count { value = value * 10 + Int64(at[index] &- 48) }
      return value
    }
    let days = CalendarTime.days(year: number(0, 4), month: number(5, 2), day: number(8, 2))
    return ((days * 24 + number(11, 2)) * 60 + number(14, 2)) * 60_000 + number(17, 2) * 1000 + number(20, 3)
  }
}

/// How long sessions are, in time and in events.
public struct SessionLengths: Sendable {
  /// Upper ends in milliseconds, but for the last: nothing (one moment), 1, 5, 15, 30, 60 minutes, more.
  static let lengths: [Int64] = [0, 60_000, 5 * 60_000, 15 * 60_000, 30 * 60_000, 60 * 60_000]
  /// Upper ends, but for the last.
  static let sizes = [1, 2, 5, 10, 20, 50]

  var byLength = [Int](repeating: 0, count: 7)
  var bySize = [Int](repeating: 0, count: 7)
  var count = 0
  var events = 0
  var largest = 0

  mutating func add(events: Int, length: Int64) {
    count += 1
    self.events += events
    largest = max(largest, events)
    byLength[SessionLengths.lengths.firstIndex { length <= $0 } ?? 6] += 1
    bySize[SessionLengths.sizes.firstIndex { events <= $0 } ?? 6] += 1
  }
}

/// Payloads whose user agent is one of a program, which the receiver refuses whole.
struct ProgramPayloads: Sendable {
  var payloads = 0
  var events = 0
  private var agents = TextCounts()

  mutating func add(_ agent: UnsafeBufferPointer<UInt8>, events: Int) {
    payloads += 1
    self.events += events
    agents.add(agent)
  }

  /// The most frequent ones, by payloads.
  var top: [(text: String, count: Int)] { agents.top(5) }
}

/// A payload in which an event of a shown record stands.
public struct ShownPayload: Sendable {
  var session: String?
  var profile: String
  var start: Int64?
  var end: Int64?
  var events: Int
  var bytes: Int
  /// Types and ids of its events, in their order.
  var list: [(id: String, type: String, time: String)]
  /// Nil if it is too long to show.
  var value: JSONValue?

  init(_ value: JSONValue, bytes: Int, events: Int, isWhole: Bool) {
    session = value["session"]?["id"]?.text
    profile = value["profile"]?["id"]?.text ?? ""
    func time(_ key: String) -> Int64? {
      guard var text = value["session"]?["metadata"]?[key]?.text, text.utf8.count == TimestampWriter.length else {
        return nil
      }
      return text.withUTF8 { $0.baseAddress.map(PayloadTally.time) }
    }
    start = time("insert")
    end = time("update")
    self.events = events
    self.bytes = bytes
    list = (value["events"]?.elements ?? []).map {
      ($0["id"]?.text ?? "", $0["type"]?.text ?? "", $0["time"]?["insert"]?.text ?? "")
    }
    self.value = isWhole ? value : nil
  }
}
