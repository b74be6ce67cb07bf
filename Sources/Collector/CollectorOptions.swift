/// How a collector behaves. As it stands, it takes everything at once.
public struct CollectorOptions: Sendable {
  /// What happens to a request.
  public enum Reaction: Sendable, Equatable {
    /// As the payload deserves.
    case normal
    /// This status, for no reason that lies in the payload.
    case status(Int, retryAfter: String?)
    /// A body of one's own.
    case body(Int, String)
    /// The connection is reset; nothing is taken.
    case reset
    /// The payload is taken, and the connection closed without an answer.
    case lostAnswer
  }

  /// The port, 0 for a free one.
  public var port: UInt16 = 0
  /// Before each answer, in milliseconds.
  public var delay = 0
  /// Every n-th request gets `everyStatus`, is reset, loses its answer, or is told to wait; 0 for none.
  public var statusEvery = 0
  public var everyStatus = 503
  public var resetEvery = 0
  public var loseEvery = 0
  public var throttleEvery = 0
  /// What `Retry-After` says then: seconds or a date.
  public var retryAfter = "1"
  /// All requests get this status, with this text.
  public var status: Int?
  public var detail = "scripted"
  /// For this many seconds from the start on, all requests get `everyStatus`.
  public var downFor = 0.0
  /// Payloads with an event of this type are refused with `poisonStatus`.
  public var poisonType: String?
  public var poisonStatus = 422
  /// Larger bodies get 413.
  public var maximumBody = Int.max
  /// The only source that exists, in this mode only; nil: every source does.
  public var source: String?
  public var isProduction = false
  public var isDisabled = false
  /// Where what was taken is appended, a payload a line.
  public var accepted: String?
  /// Asked first, with the number of the request from 1 and its body; for tests in one process.
  public var script: (@Sendable (Int, [UInt8]) -> Reaction)?

  public init() {}
}
