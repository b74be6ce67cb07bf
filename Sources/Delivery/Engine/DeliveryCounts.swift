public import Pipeline

/// What a delivery has done since it began, over all its queues.
public struct DeliveryCounts: Sendable {
  /// A reason why payloads or events were given up or taken partly.
  public struct Reason: Sendable {
    public var code: String
    public var count: Int
    /// Of the first one, and where that stands.
    public var message: String
    public var input: String
    public var line: Int
  }

  /// Payloads read from queues, those of an earlier run left out.
  public var read = 0
  /// Payloads that the receiver took, at least in part; the events that it took, and the bytes of those payloads.
  public var acknowledged = 0
  public var acknowledgedEvents = 0
  public var acknowledgedBytes = 0
  /// Payloads given up as a whole; events given up, those of payloads taken in part included.
  public var dead = 0
  public var deadEvents = 0
  /// Acknowledged, but not wholly saved; among `acknowledged`.
  public var partial = 0
  /// Lines that are no payloads; among `dead`.
  public var malformed = 0
  /// Payloads of which only some events were delivered; among `acknowledged`.
  public var takenApart = 0
  /// Requests that were begun; those among them that repeat one.
  public var requests = 0
  public var retries = 0
  /// Answers by HTTP status; 0 where none came.
  public var answers: [Int: Int] = [:]
  /// In the order in which each came first.
  public var reasons: [Reason] = []
  /// Of the queue at work: read and not settled.
  public var pending = 0
  /// Requests that wait for their answer.
  public var inFlight = 0
  /// Requests that may be in flight at once.
  public var limit = 0
  /// Whether the receiver is away, and one request at a time asks for it.
  public var isHostDown = false
  /// Of the queue at work: up to which byte everything is settled.
  public var position = 0

  public init() {}
}

/// How a delivery of a queue ended.
public struct DeliveryOutcome: Sendable {
  /// In which way, and for which reason.
  public enum Ending: Sendable {
    /// The queue has ended, and every payload of it is acknowledged or given up.
    case finished
    /// `cancel` was called.
    case cancelled
    /// The queue has ended, but its last payloads were refused in a way that may be the settings'; they are still there.
    case doubtful(DeliveryStop, because: Diagnostic)
    /// For a reason that lies with the receiver or the settings; nothing was given up for it.
    case stopped(DeliveryStop, because: Diagnostic)
  }

  public var ending: Ending
  /// As it was recorded.
  public var progress: DeliveryProgress
  /// Payloads that were read and are neither acknowledged nor given up.
  public var pending: Int
  /// Whether what was read is what was acknowledged, given up, or is pending.
  public var isBalanced: Bool
}
