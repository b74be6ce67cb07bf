internal import Pipeline

/// One way of making payloads of events: `StreamSessions`, `ExactSessions` or `PlainPayloads`.
protocol SessionMode: EventConsumer {
  var counts: SessionCounts { get }
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
