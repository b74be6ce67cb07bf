internal import Pipeline

/// One way of making payloads of events: `StreamSessions`, `ExactSessions` or `PlainPayloads`.
protocol SessionMode: EventConsumer {
  var counts: SessionCounts { get }
  /// Whether what has been consumed can be saved before the end, so that a run may commit.
  var commitsMidway: Bool { get }
  func save(to store: any StateStore) throws
  func restore(from store: any StateStore) throws
  func closeIdle(since time: Int64) throws
}

/// Modes that sort have nothing to save: they commit only at the end of a run.
extension SessionMode {
  var commitsMidway: Bool { false }
  func save(to store: any StateStore) throws {}
  func restore(from store: any StateStore) throws {}
  func closeIdle(since time: Int64) throws {}
}

extension Reject {
  /// S103: payloads cannot write the event's time.
  static func unwritableTime(of event: UnsafePointer<Event>) -> Reject {
    Reject(
      stage: .session, code: "S103", message: "the time is not within the years 1 to 9999",
      hint: "correct the record's time", offset: Int(event.pointee.recordOffset),
      length: Int(event.pointee.recordLength), line: Int(event.pointee.line), number: Int(event.pointee.number))
  }
}
