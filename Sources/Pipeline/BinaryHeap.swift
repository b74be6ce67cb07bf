/// What a `BinaryHeap` puts in order.
public protocol HeapOrdered {
  /// A total order, so that what comes out first never depends on what went in when.
  static func precedes(_ a: Self, _ b: Self) -> Bool
}

/// A queue of which the element that precedes all others comes first. To look at it costs O(1), to add, replace or
/// remove one O(log count). Inlinable: each stage has it compiled for its own elements.
@frozen
public struct BinaryHeap<Element: HeapOrdered> {
  @usableFromInline var items: [Element] = []

  @inlinable
  public init() {}

  @inlinable @inline(__always)
  public var count: Int { items.count }

  @inlinable @inline(__always)
  public var isEmpty: Bool { items.isEmpty }

  @inlinable @inline(__always)
  public var first: Element? { items.first }

  /// What would be first if the first were not there.
  @inlinable
  public var second: Element? {
    if items.count < 2 { return nil }
    return items.count == 2 || Element.precedes(items[1], items[2]) ? items[1] : items[2]
  }

  /// All of them, in no order that means anything.
  @inlinable
  public var all: [Element] { items }

  /// In logarithmic time.
  @inlinable
  public mutating func insert(_ element: Element) {
    items.append(element)
    var at = items.count - 1
    while at > 0 {
      let parent = (at - 1) / 2
      guard Element.precedes(element, items[parent]) else { break }
      items[at] = items[parent]
      at = parent
    }
    items[at] = element
  }

  /// Puts an element in the first's place, which must exist.
  @inlinable
  public mutating func replaceFirst(with element: Element) {
    var at = 0
    while true {
      var child = 2 * at + 1
      guard child < items.count else { break }
      if child + 1 < items.count, Element.precedes(items[child + 1], items[child]) { child += 1 }
      guard Element.precedes(items[child], element) else { break }
      items[at] = items[child]
      at = child
    }
    items[at] = element
  }

  /// In logarithmic time; nil if it is empty.
  @inlinable @discardableResult
  public mutating func removeFirst() -> Element? {
    guard let last = items.popLast() else { return nil }
    guard let first = items.first else { return last }
    replaceFirst(with: last)
    return first
  }

  /// - Parameter keepingCapacity: whether memory is kept.
  @inlinable
  public mutating func removeAll(keepingCapacity: Bool = false) { items.removeAll(keepingCapacity: keepingCapacity) }
}
