/// Which sign is the decimal point in an export, as far as those of its columns tell that can be read in one way only:
/// `1.250` beside `2,25` is a thousand and more.
struct NumberHabit {
  private var points: Set<UInt8> = []

  /// Nil if nothing tells, or columns contradict each other.
  var point: UInt8? { points.count == 1 ? points.first : nil }

  mutating func take(_ guess: ValueGuess) {
    if let point = guess.certainPoint { points.insert(point) }
  }
}
