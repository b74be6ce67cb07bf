internal import Pipeline

/// How often texts occur, the frequent ones exactly. Beyond its size it forgets the rarest, and says so.
struct TextCounts: Sendable {
  private var places: [UInt64: Int] = [:]
  private var texts: [[UInt8]] = []
  private var counts: [Int] = []
  private(set) var isApproximate = false
  private static let most = 40_000
  private static let longest = 300

  mutating func add(_ text: UnsafeBufferPointer<UInt8>) { add(text, 1) }

  private mutating func add(_ text: UnsafeBufferPointer<UInt8>, _ count: Int) {
    let text = UnsafeBufferPointer(rebasing: text.prefix(TextCounts.longest))
    let hash = ByteHash.hash(text)
    if let place = places[hash] {
      counts[place] += count
      return
    }
    if texts.count >= TextCounts.most { forget() }
    places[hash] = texts.count
    texts.append(Array(text))
    counts.append(count)
  }

  mutating func merge(_ other: TextCounts) {
    if other.isApproximate { isApproximate = true }
    for (text, count) in zip(other.texts, other.counts) { text.withUnsafeBufferPointer { add($0, count) } }
  }

  private mutating func forget() {
    isApproximate = true
    let limit = counts.sorted()[counts.count / 2]
    let kept = zip(texts, counts).filter { $0.1 > limit }
    places = [:]
    texts = []
    counts = []
    for (text, count) in kept { text.withUnsafeBufferPointer { add($0, count) } }
  }

  /// The most frequent ones; equal ones in the order of their bytes.
  func top(_ most: Int) -> [(text: String, count: Int)] {
    zip(texts, counts).sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0.lexicographicallyPrecedes($1.0) }.prefix(most)
      .map { (String(decoding: $0.0, as: UTF8.self), $0.1) }
  }
}
