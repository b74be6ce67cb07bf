/// What happened in the sessions of a run, for the summary. Times are milliseconds.
public struct SessionCounts: Sendable, Equatable {
  /// Sessions that this run began, and those that ended in it, whoever had begun them.
  public var sessionsOpened = 0
  public var sessionsClosed = 0
  /// Sessions that an earlier run had left open, and events that it had left waiting for their order.
  public var sessionsResumed = 0
  public var eventsResumed = 0
  /// Events that wait for their order when the run pauses.
  public var eventsWaiting = 0
  /// Sessions that left.
  public var sessionsEmitted = 0
  /// Sessions that were opened outside `from` and `to`.
  public var sessionsOutside = 0
  /// Most sessions open at one moment.
  public var peakOpenSessions = 0
  /// From first to last event.
  public var longestSession: Int64 = 0

  /// Payloads that left, each part of a session counted.
  public var payloads = 0
  /// Payloads that are a second or later part of their session.
  public var furtherParts = 0
  /// As they stand in a file, line ends included.
  public var payloadBytes = 0

  /// Events that came to sessions.
  public var events = 0
  /// Events that left in payloads.
  public var eventsEmitted = 0
  /// Events that left.
  public internal(set) var emitted = MonthlyCounts()
  /// Times of the events, late ones included.
  public var firstEvent: Int64?
  public var lastEvent: Int64?
  /// Repetitions of a byte-identical record of equal time.
  public var duplicates = 0

  /// Late records that joined an open session.
  public var lateAttached = 0
  /// Late records that opened one.
  public var lateNew = 0
  /// Late records that were refused.
  public var lateRejected = 0
  /// How far behind its input's clock an event came, late or not late.
  public var largestLateness: Int64 = 0
  /// Records rejected as far ahead of their input.
  public var outliers = 0

  /// Bytes that went to temporary files.
  public var spilledBytes = 0

  /// Sessions that are open now.
  public var openSessions: Int { sessionsResumed + sessionsOpened - sessionsClosed }
  /// Records that came later than `disorder`, whatever became of them.
  public var late: Int { lateAttached + lateNew + lateRejected }

  public init() {}
}
