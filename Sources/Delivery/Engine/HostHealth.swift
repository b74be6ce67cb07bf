/// Whether the host answers at all. When several requests in a row have failed it is taken for down: then one request at
/// a time asks whether it is back, less and less often.
struct HostHealth {
  /// The host wants nothing before.
  private(set) var notBefore: UInt64 = 0
  /// Since when nothing has succeeded, if something has failed since.
  private(set) var failingSince: UInt64?
  private var failures = 0
  private var probes = 0
  private(set) var isDown = false

  mutating func succeeded() {
    failures = 0
    probes = 0
    failingSince = nil
    if isDown { notBefore = 0 }
    isDown = false
  }

  /// It is there, but took nothing.
  mutating func answered() {
    failures = 0
    isDown = false
  }

  /// - Parameter limit: requests that may be in flight.
  mutating func failed(at now: UInt64, limit: Int, using random: inout any RandomNumberGenerator) {
    failures += 1
    if failingSince == nil { failingSince = now }
    if !isDown, failures >= max(4, limit) { isDown = true }
    guard isDown else { return }
    probes += 1
    notBefore = max(notBefore, now + Backoff.delay(failures: probes, using: &random))
  }

  mutating func wait(until time: UInt64) { notBefore = max(notBefore, time) }
}
