/// At most so many requests a second, evenly spread.
struct RateCap {
  private let interval: UInt64
  /// Timers are coarse: what they let slip may be made up for, up to this much.
  private static let slack: UInt64 = 20_000_000
  private var next: UInt64 = 0

  /// - Parameter rate: requests a second; nil for no cap.
  init(rate: Double?) {
    interval = rate.map { UInt64(1e9 / max($0, 1e-6)) } ?? 0
  }

  /// When the next request may begin.
  var earliest: UInt64 { next }

  mutating func began(at now: UInt64) {
    guard interval > 0 else { return }
    next = max(next, now > RateCap.slack ? now - RateCap.slack : 0) + interval
  }
}
