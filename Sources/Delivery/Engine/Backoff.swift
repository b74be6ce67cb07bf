/// Full jitter: a random part of a time that doubles with each failure, so that many waiters do not come back at once.
struct Backoff {
  static let first: UInt64 = 500_000_000
  static let most: UInt64 = 60_000_000_000

  /// - Parameter failures: so far, from 1.
  static func delay(failures: Int, using random: inout any RandomNumberGenerator) -> UInt64 {
    let doublings = min(max(failures - 1, 0), 7)
    return UInt64.random(in: 0...min(most, first << doublings), using: &random)
  }
}
