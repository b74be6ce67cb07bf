/// How an export writes what could be read in two ways, as far as those of its columns tell that can be read in one way
/// only: `1.250` beside `2,25` is a thousand and more, `03/04/2026` beside `05/13/2026` a day of March.
struct ExportHabit {
  private var points: Set<UInt8> = []
  private var orders: Set<String> = []
  /// The order that times of 12 hours are read in, where nothing is certain.
  private var likelyOrder: String?

  /// The decimal point; nil if nothing tells, or columns contradict each other.
  var point: UInt8? { points.count == 1 ? points.first : nil }

  /// The order of day and month; where no column is certain of it, that of those with 12 hours.
  var order: String? { orders.isEmpty ? likelyOrder : certainOrder }

  /// The order of day and month, if columns are certain of it and do not contradict each other.
  var certainOrder: String? { orders.count == 1 ? orders.first : nil }

  mutating func take(_ guess: ValueGuess) {
    if let point = guess.certainPoint { points.insert(point) }
    if let order = guess.certainOrder { orders.insert(order) }
    if let order = guess.likelyOrder { likelyOrder = order }
  }
}
