/// How to deliver. Times in nanoseconds.
public struct DeliverySettings: Sendable {
  /// Requests in flight; nil: as many as the receiver takes without becoming slower.
  public var concurrency: Int?
  /// Requests a second at most.
  public var rate: Double?
  /// How long nothing may succeed before the run stops.
  public var retryFor: UInt64 = 3600 * 1_000_000_000
  /// How long a run that is to end waits for answers.
  public var drain: UInt64 = 30 * 1_000_000_000
  /// How often progress is recorded at most.
  public var recordEvery: UInt64 = 1_000_000_000
  /// Payloads, and their bytes, that are read ahead.
  public var lookAhead = 8192
  var lookAheadBytes = 12 << 20
  /// The receiver's name in messages.
  public var host = "the receiver"

  public init() {}
}
