/// One `POST`, whose bytes stay where they are until its answer has come.
public struct DeliveryRequest {
  /// Comes back with the answer.
  public var id: Int
  public var body: UnsafeBufferPointer<UInt8>
  /// Headers that this payload brings along: printable ASCII.
  public var forwardedFor: [UInt8]?
  public var acceptLanguage: [UInt8]?

  public init(
    id: Int, body: UnsafeBufferPointer<UInt8>, forwardedFor: [UInt8]? = nil, acceptLanguage: [UInt8]? = nil
  ) {
    self.id = id
    self.body = body
    self.forwardedFor = forwardedFor
    self.acceptLanguage = acceptLanguage
  }
}

/// What came of a request.
public struct DeliveryAnswer {
  /// An answer, or why there is none.
  public enum Outcome: Sendable, Equatable {
    /// Of HTTP.
    case status(Int)
    /// No answer: refused, reset, too slow, a name that cannot be looked up now.
    case failure(String)
    /// None can come as things are set: the certificate is not trusted, no host has the name. What has taken something
    /// before may only be away.
    case misconfigured(String)
  }

  public var id: Int
  public var outcome: Outcome
  /// What `Retry-After` said.
  public var retryAfter: String?
  /// The answer's body, or as much of it as is looked at; valid during the call.
  public var body: UnsafeBufferPointer<UInt8>
  public var isBodyCut: Bool

  /// 0 where none came.
  var status: Int { if case .status(let status) = outcome { status } else { 0 } }

  public init(
    id: Int, outcome: Outcome, retryAfter: String? = nil,
    body: UnsafeBufferPointer<UInt8> = .init(start: nil, count: 0),
    isBodyCut: Bool = false
  ) {
    self.id = id
    self.outcome = outcome
    self.retryAfter = retryAfter
    self.body = body
    self.isBodyCut = isBodyCut
  }
}

/// Carries requests to the receiver. One thread uses it, but for `wake`.
public protocol Transport: AnyObject, Sendable {
  func begin(_ request: DeliveryRequest)
  /// Hands over answers that have come, after waiting for the first one until `deadline` (of the clock) or `wake`.
  func wait(until deadline: UInt64, _ take: (DeliveryAnswer) throws -> Void) throws
  /// Ends a wait, or the next one at once. From any thread.
  func wake()
  /// Forgets requests without an answer; their bytes are not looked at any more.
  func abandon()
}

/// What time it is. Tests have a clock of their own.
public protocol DeliveryClock: AnyObject {
  /// Nanoseconds that only go forward.
  var now: UInt64 { get }
  /// Milliseconds since 1970-01-01 UTC.
  var wallMilliseconds: Int64 { get }
}
