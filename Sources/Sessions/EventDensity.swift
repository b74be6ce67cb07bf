internal import Pipeline

/// How many events fall into any stretch of time of a given length, at most: counted by pieces of that length, of which
/// no stretch touches more than two.
struct EventDensity {
  /// Counts kept at most; where events lie in more pieces, pieces become longer.
  private static let pieces = 1 << 16

  private var length: Int64
  private var counts: [Int64: Int] = [:]
  /// The piece at hand, not yet among the counts: neighbouring records mostly are of one.
  private var piece = Int64.min
  private var count = 0

  /// - Parameter length: in milliseconds, from 1.
  init(length: Int64) { self.length = max(length, 1) }

  @inline(__always)
  mutating func add(_ time: Int64) {
    let piece = time.dividedDown(by: length)
    if piece != self.piece { leave(for: piece) }
    count &+= 1
  }

  /// No stretch of the length has more events.
  var most: Int {
    var counts = counts
    if count > 0 { counts[piece, default: 0] += count }
    return counts.reduce(0) { max($0, $1.value + (counts[$1.key + 1] ?? 0)) }
  }

  @inline(never)
  private mutating func leave(for next: Int64) {
    if count > 0 { counts[piece, default: 0] += count }
    count = 0
    piece = next
    guard counts.count > EventDensity.pieces else { return }
    var joined: [Int64: Int] = [:]
    for (piece, count) in counts { joined[piece.dividedDown(by: 2), default: 0] += count }
    counts = joined
    length *= 2
    piece = next.dividedDown(by: 2)
  }
}
