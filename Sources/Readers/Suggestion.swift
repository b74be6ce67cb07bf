/// "Did you mean": the nearest of the known words.
enum Suggestion {
  static func remedy(for word: String, among known: [String]) -> String {
    let list = "use one of: " + known.joined(separator: ", ")
    guard let nearest = nearest(to: word, among: known) else { return list }
    return "did you mean '\(nearest)'? \(list)"
  }

  static func nearest(to word: String, among known: [String]) -> String? {
    let scored = known.map { ($0, distance(Array(word.lowercased().utf8), Array($0.utf8))) }
    guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, word.utf8.count / 3) else { return nil }
    return best.0
  }

  /// Edits from one to the other; two neighbours in the wrong order are one.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for (row, byte) in one.enumerated() {
      var current = [row + 1]
      for (column, candidate) in other.enumerated() {
        var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (byte == candidate ? 0 : 1))
        if row > 0, column > 0, byte == other[column - 1], one[row - 1] == candidate {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[other.count]
  }
}
