internal import Pipeline

/// A queue by rank: the least first, and of equal ones who came first.
struct Heap<Element> {
  private struct Entry: HeapOrdered {
    var rank: UInt64
    var arrival: UInt64
    var element: Element

    static func precedes(_ a: Entry, _ b: Entry) -> Bool { (a.rank, a.arrival) < (b.rank, b.arrival) }
  }

  private var entries = BinaryHeap<Entry>()
  private var arrivals: UInt64 = 0

  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }
  var leastRank: UInt64? { entries.first?.rank }

  mutating func insert(_ element: Element, rank: UInt64) {
    entries.insert(Entry(rank: rank, arrival: arrivals, element: element))
    arrivals += 1
  }

  mutating func removeLeast() -> Element? { entries.removeFirst()?.element }
}
