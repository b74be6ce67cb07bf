/// A queue by rank: the least first.
struct Heap<Element> {
  private var items: [(rank: UInt64, element: Element)] = []

  var count: Int { items.count }
  var isEmpty: Bool { items.isEmpty }
  var leastRank: UInt64? { items.first?.rank }

  mutating func insert(_ element: Element, rank: UInt64) {
    items.append((rank, element))
    var at = items.count - 1
    while at > 0, items[(at - 1) / 2].rank > items[at].rank {
      items.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  mutating func removeLeast() -> Element? {
    guard let last = items.popLast() else { return nil }
    guard let least = items.first else { return last.element }
    items[0] = last
    var at = 0
    while true {
      var child = 2 * at + 1
      guard child < items.count else { break }
      if child + 1 < items.count, items[child + 1].rank < items[child].rank { child += 1 }
      guard items[child].rank < items[at].rank else { break }
      items.swapAt(at, child)
      at = child
    }
    return least.element
  }
}
