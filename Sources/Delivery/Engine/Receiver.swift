/// The receiver as far as its answers have shown it, over all queues: whether it is there, and how many requests it
/// takes at once.
struct Receiver {
  private var limit: AdaptiveLimit
  private var rate: RateCap
  private var host = HostHealth()
  /// Of all waiting times.
  var random: any RandomNumberGenerator
  private(set) var lastFailure = Reply(status: 0, text: "no answer")

  init(_ settings: DeliverySettings, random: any RandomNumberGenerator) {
    limit = AdaptiveLimit(pinned: settings.concurrency)
    rate = RateCap(rate: settings.rate)
    self.random = random
  }

  var isDown: Bool { host.isDown }
  /// Since when nothing has succeeded, if something has failed since.
  var failingSince: UInt64? { host.failingSince }
  /// Requests that may be in flight at once.
  var allowed: Int { host.isDown ? 1 : limit.value }
  /// When the next request may begin.
  var opensAt: UInt64 { max(host.notBefore, rate.earliest) }

  mutating func began(at now: UInt64) { rate.began(at: now) }

  /// It wants nothing before.
  mutating func wait(until time: UInt64) { host.wait(until: time) }

  /// - Parameter inFlight: requests at the time of the answer, itself included.
  mutating func acknowledged(_ part: Parcel.Part, at now: UInt64, inFlight: Int) {
    limit.answered(began: part.began, ended: now, events: part.events.count, inFlight: inFlight)
    host.succeeded()
  }

  /// It is there, but took nothing.
  mutating func refused() { host.answered() }

  /// - Parameter isOverload: it wants less.
  /// - Returns: when the part is to be sent again.
  mutating func failed(_ part: Parcel.Part, isOverload: Bool, at now: UInt64) -> UInt64 {
    if isOverload { limit.overloaded(began: part.began, at: now) }
    host.failed(at: now, limit: limit.value, using: &random)
    lastFailure = part.reply
    let delay = Backoff.delay(failures: part.attempts, using: &random)
    return max(now + delay, host.isDown ? 0 : host.notBefore)
  }
}
