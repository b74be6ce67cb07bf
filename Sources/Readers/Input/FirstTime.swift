/// Finds the time at which an input begins, though its first records may be wrong: a clock before it was set, a line of
/// another day.
struct FirstTime {
  /// How far a later record may go back before the one held is taken for wrong.
  private static let tolerance: Int64 = 5 * 60_000
  private static let confirmations = 3

  private var held: Int64?
  private var confirmed = 0

  /// Takes the next record's time in milliseconds; true once the first time is certain.
  mutating func take(_ time: Int64) -> Bool {
    guard let candidate = held, time >= candidate - FirstTime.tolerance else {
      held = time
      confirmed = 0
      return false
    }
    if time >= candidate { confirmed += 1 }
    return confirmed >= FirstTime.confirmations
  }

  /// The first time as far as the input was read; its end accepts what is held.
  var value: Int64? { held }
}
