internal import Glibc
internal import Pipeline

/// Writes a closed session as payloads:
///
///     {"source":{"id":…},
///      "session":{"id":…,"metadata":{"insert":…,"create":…,"update":…}},
///      "profile":{"id":…,"metadata":{"insert":…,"create":…}},
///      "context":{…},"request":{…},"events":[…],"options":{…}}
///
/// Under the mode `none` without `session`, and with `"saveSession":false` among the options.
///
/// Parts of one session have everything in common but `events`. A part ends before it would exceed the settings' events
/// or bytes; an event that is larger alone stands alone.
final class PayloadAssembler {
  /// Up to the profile, with room for what differs.
  private let begin: [UInt8]
  /// Behind the profile's ids, with room for its times.
  private let metadata: [UInt8]
  /// Where in `begin` the session's id and its times go, and the profile's times in `metadata`.
  private let sessionPlace: Int
  private let sessionTimes: Int
  private let profileTimes: Int
  private let hasSessions: Bool
  private let end: [UInt8]
  private let partEvents: Int
  private let partBytes: Int
  private let payload = ByteBuffer(capacity: 64 * 1024)
  private let ordered = ByteBuffer(capacity: 4096)
  private var timestamps = TimestampWriter()
  private var marks: [(time: Int64, offset: Int)] = []

  /// From the first time of an object to the others: their characters and what stands between.
  private let toCreate = TimestampWriter.length + "\",\"create\":\"".utf8.count
  private let toUpdate = 2 * TimestampWriter.length + "\",\"create\":\"\",\"update\":\"".utf8.count

  init(_ settings: SessionSettings) {
    let text = ByteBuffer()
    let time = String(repeating: "0", count: TimestampWriter.length)
    text.append("{\"source\":{\"id\":")
    text.append(json: settings.source)
    hasSessions = settings.mode != .none
    text.append(hasSessions ? "},\"session\":{\"id\":\"" : "}")
    sessionPlace = text.count
    var times = text.count
    if hasSessions {
      text.append(text: String(repeating: "0", count: 36))
      text.append("\",\"metadata\":{\"insert\":\"")
      times = text.count
      text.append(text: "\(time)\",\"create\":\"\(time)\",\"update\":\"\(time)\"}}")
    }
    sessionTimes = times
    text.append(",\"profile\":{")
    begin = Array(text.bytes)
    text.removeAll()
    text.append(",\"metadata\":{\"insert\":\"")
    profileTimes = text.count
    text.append(text: "\(time)\",\"create\":\"\(time)\"}},")
    metadata = Array(text.bytes)
    text.removeAll()
    text.append("]")
    var options = settings.options ?? "{}"
    if !hasSessions {
      options = "{\"saveSession\":false" + (options.utf8.count > 2 ? "," : "") + options.dropFirst()
    }
    if options.utf8.count > 2 {
      text.append(",\"options\":")
      text.append(text: options)
    }
    text.append("}")
    end = Array(text.bytes)
    partEvents = hasSessions ? max(1, settings.partEvents) : Int.max
    partBytes = hasSessions ? settings.partBytes : Int.max
  }

  /// - Parameter body: the session's marks and events, in order of arrival.
  func emit(
    _ session: SessionRef, id: UUID, profile: UUID?, body: BodyReader, counts: inout SessionCounts,
    to writer: any PayloadWriter
  ) throws {
    payload.removeAll()
    writeHead(session, id, profile)
    let head = payload.count
    var body = body
    guard body.left > 0 else { return }
    var events = 0
    var parts = 0
    while let mark = body.mark() {
      let length = Int(mark.length)
      if events > 0, events == partEvents || payload.count &+ 1 &+ length &+ end.count > partBytes {
        try finish(&counts, part: parts, to: writer)
        parts += 1
        payload.count = head
        events = 0
      }
      payload.reserve(length &+ 1)
      if events > 0 { payload.append(UInt8(ascii: ",")) }
      body.copy(length, to: payload.cursor)
      payload.count &+= length
      count(mark, &counts)
      events &+= 1
    }
    try finish(&counts, part: parts, to: writer)
    payload.removeAll()
    payload.shrink(to: 1 << 20)
    ordered.removeAll()
    ordered.shrink(to: 1 << 20)
  }

  @inline(__always)
  private func count(_ mark: EventMark, _ counts: inout SessionCounts) {
    counts.eventsEmitted &+= 1
    counts.emitted.note(mark.time, rule: Int(mark.rule))
  }

  private func finish(_ counts: inout SessionCounts, part: Int, to writer: any PayloadWriter) throws {
    end.withUnsafeBufferPointer { payload.append($0) }
    counts.payloads += 1
    // Writers end it with a line feed.
    counts.payloadBytes += payload.count + 1
    if part > 0 { counts.furtherParts += 1 }
    try writer.write(payload.bytes)
  }

  private func writeHead(_ session: SessionRef, _ id: UUID, _ profile: UUID?) {
    let start = payload.count
    begin.withUnsafeBufferPointer { payload.append($0) }
    if hasSessions {
      let begin = payload.base + start
      id.write(to: begin + sessionPlace)
      let times = begin + sessionTimes
      timestamps.write(session.pointee.start, to: times)
      timestamps.write(session.pointee.start, to: times + toCreate)
    }
    if let profile {
      payload.reserve(64)
      payload.append("\"id\":\"")
      profile.write(to: payload.cursor)
      payload.count &+= 36
      payload.append(UInt8(ascii: "\""))
    } else {
      payload.append(session.pointee.bytes(session.pointee.profile))
    }
    let behind = payload.count
    metadata.withUnsafeBufferPointer { payload.append($0) }
    let times = payload.base + behind + profileTimes
    timestamps.write(session.pointee.start, to: times)
    timestamps.write(session.pointee.start, to: times + toCreate)
    if hasSessions {
      timestamps.write(session.pointee.last, to: payload.base + start + sessionTimes + toUpdate)
    }
    if session.pointee.context.length > 2 {
      payload.append("\"context\":")
      payload.append(session.pointee.bytes(session.pointee.context))
      payload.append(",")
    }
    if session.pointee.request.length > 2 {
      payload.append("\"request\":")
      payload.append(session.pointee.bytes(session.pointee.request))
      payload.append(",")
    }
    payload.append("\"events\":[")
  }

  /// The events in order of time, those of one time as they came.
  func sorted(_ body: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    guard let start = body.baseAddress else { return body }
    marks.removeAll(keepingCapacity: true)
    var at = 0
    while at < body.count {
      let mark = EventMark(at: start + at)
      marks.append((mark.time, at))
      at += EventMark.size + Int(mark.length)
    }
    marks.sort { $0.time != $1.time ? $0.time < $1.time : $0.offset < $1.offset }
    ordered.removeAll()
    ordered.reserve(body.count)
    for mark in marks {
      let length = Int(EventMark(at: start + mark.offset).length)
      ordered.append(start + mark.offset, EventMark.size + length)
    }
    return ordered.bytes
  }
}
