internal import Pipeline

/// The inputs as the old mapping reads them, a little ahead of the new one.
final class SecondReading {
  private let feed: any BlockFeed
  let block = Block(capacity: 256 << 10, headroom: 4 << 20)
  private var waiting: [String: [KeptEvent]] = [:]
  private var reached: [String: Int] = [:]
  private var places = BlockPlaces()
  private var hasEnded = false

  init(_ feed: any BlockFeed) { self.feed = feed }

  /// False at the end.
  func next() throws -> Bool {
    guard !hasEnded else { return false }
    block.reset()
    if try !feed.next(into: block) {
      hasEnded = true
      return false
    }
    return true
  }

  func isRead(_ input: String, upTo position: Int) -> Bool { hasEnded || reached[input] ?? 0 >= position }

  /// Keeps the events of the current block.
  func keep(_ mapped: MappedBlock) {
    let name = feed.inputs[block.input].name
    let place = places.pass(block, mapped.counts)
    waiting[name, default: []] += (0..<mapped.count).map {
      KeptEvent(SideEvent(mapped.events[$0], mapped, block, place))
    }
    reached[name] = block.isLast ? Int.max : block.position(of: block.count)
  }

  func take(_ input: String, before position: Int) -> [KeptEvent] {
    guard let kept = waiting[input] else { return [] }
    let count = kept.firstIndex { $0.position >= position } ?? kept.count
    waiting[input] = Array(kept[count...])
    return Array(kept[..<count])
  }

  func takeAll(_ input: String) -> [KeptEvent] { waiting.removeValue(forKey: input) ?? [] }
}
