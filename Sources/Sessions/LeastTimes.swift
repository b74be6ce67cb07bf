/// A time for each of a fixed number of inputs, and which of them are the least. To change one costs O(log inputs).
///
/// A tournament: the leaves are the times, and each node above has the lesser of its two.
struct LeastTimes {
  static let none = Int64.max

  private let count: Int
  private var nodes: [Int64]

  init(count: Int) {
    self.count = count
    nodes = [Int64](repeating: LeastTimes.none, count: 2 * max(1, count))
  }

  /// The least of all; `none` if there is none.
  var least: Int64 { nodes[1] }

  /// An input that has it.
  var leastIndex: Int {
    var at = 1
    while at < count { at = 2 * at + (nodes[2 * at] == nodes[1] ? 0 : 1) }
    return at - count
  }

  func time(at index: Int) -> Int64 { nodes[index + count] }

  mutating func set(_ time: Int64, at index: Int) {
    var at = index + count
    if nodes[at] == time { return }
    nodes[at] = time
    while at > 1 {
      at /= 2
      let least = min(nodes[2 * at], nodes[2 * at + 1])
      if nodes[at] == least { return }
      nodes[at] = least
    }
  }

  /// Appends the inputs whose times are less than `end` to `indices`. O(found · log inputs).
  func collect(before end: Int64, into indices: inout [Int]) { collect(1, before: end, into: &indices) }

  private func collect(_ node: Int, before end: Int64, into indices: inout [Int]) {
    guard nodes[node] < end else { return }
    if node >= count {
      indices.append(node - count)
    } else {
      collect(2 * node, before: end, into: &indices)
      collect(2 * node + 1, before: end, into: &indices)
    }
  }
}
