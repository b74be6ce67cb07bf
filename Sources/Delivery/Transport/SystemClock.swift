internal import Pipeline

/// The machine's clocks.
public final class SystemClock: DeliveryClock {
  public init() {}

  public var now: UInt64 { SystemTime.monotonicNanoseconds }
  public var wallMilliseconds: Int64 { SystemTime.milliseconds }
}
