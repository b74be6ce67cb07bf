/// The text patterns of all conditions on one value, matched in one pass: a walk from the front through the exact texts,
/// folders and beginnings of globs, and one from the back through the ends. What a record costs follows from how far its
/// value agrees with any pattern, not from how many there are.
///
/// Patterns are exact texts, `/folder/**`, `*.suffix` and other globs. Of a path, a glob without `/` looks at the last segment,
/// and with `/`, `*` stays in its segment and `**` crosses. Of other text it is of the whole, and `*` is anything.
///
/// Filled while a mapping is compiled, then sealed; from there on any number of threads may match.
final class PatternIndex: @unchecked Sendable {
  /// What holds at a place of a walk: a set matches, or a glob may.
  private enum Entry {
    case set(Int)
    case glob(Int)
  }

  private struct Key: Hashable {
    var text: [UInt8]
    /// Only where the value ends with the text, or wherever it begins with it.
    var isWhole: Bool
  }

  private(set) var sets = 0
  private var forward: [Key: [Entry]] = [:]
  private var backward: [Key: [Entry]] = [:]
  private var globs: [(glob: Glob, set: Int)] = []
  /// Globs of which neither end is fixed.
  private var loose: [Int] = []
  private var front: Walk?
  private var back: Walk?

  init() {}

  /// The patterns of one condition that shares its value with no other, sealed.
  convenience init(_ patterns: [TextPattern]) {
    self.init()
    _ = add(patterns)
    var place = 0
    seal(at: &place)
  }

  deinit {
    front?.free()
    back?.free()
  }

  /// Words that hold an answer: bit n of them is the n-th set's.
  private(set) var words = 0
  /// Where a record's answer lies in `RecordFrame.answers`: first the record's mark, then the words.
  private(set) var place = 0

  /// Adds the patterns of one condition, of which one must match.
  /// - Returns: its number.
  func add(_ patterns: [TextPattern]) -> Int {
    let set = sets
    sets += 1
    for pattern in patterns { add(Array(pattern.text.utf8), isPath: pattern.isPath, to: set) }
    return set
  }

  private func add(_ pattern: [UInt8], isPath: Bool, to set: Int) {
    let star = UInt8(ascii: "*")
    let slash = UInt8(ascii: "/")
    guard let first = pattern.firstIndex(of: star), let last = pattern.lastIndex(of: star) else {
      forward[Key(text: pattern, isWhole: true), default: []].append(.set(set))
      return
    }
    let isOfWhole = !isPath || pattern.contains(slash)
    let isOneStar = pattern[first...last].allSatisfy { $0 == star }
    let head = Array(pattern[..<first])
    let tail = Array(pattern[(last + 1)...])
    if tail.isEmpty, isPath ? last == first + 1 && head.last == slash : isOneStar {
      // `/folder/**`, or `Mozilla*` of other text
      forward[Key(text: head, isWhole: false), default: []].append(.set(set))
    } else if isPath ? !isOfWhole && first == 0 && last == 0 : first == 0 && isOneStar, !tail.isEmpty {
      // `*.css`
      backward[Key(text: tail.reversed(), isWhole: false), default: []].append(.set(set))
    } else {
      let number = globs.count
      globs.append((Glob(pattern, isPath: isPath), set))
      if isOfWhole, !head.isEmpty {
        forward[Key(text: head, isWhole: false), default: []].append(.glob(number))
      } else if !tail.isEmpty {
        backward[Key(text: tail.reversed(), isWhole: false), default: []].append(.glob(number))
      } else {
        loose.append(number)
      }
    }
  }

  /// Ends the filling.
  /// - Parameter place: of the answer; moves behind it.
  func seal(at place: inout Int) {
    words = (sets + 63) / 64
    self.place = place
    place += 1 + words
    front = Walk(forward)
    back = Walk(backward)
    forward = [:]
    backward = [:]
  }

  /// Sets the bits of all sets that match, in `words` words.
  func match(_ text: UnsafeBufferPointer<UInt8>, _ answer: UnsafeMutablePointer<UInt64>) {
    matchFront(text, answer)
    matchRest(text, answer)
  }

  /// Sets the bits of sets that match by how the text begins; if the one that is asked for is among them, the rest need not
  /// be looked for.
  @inline(__always)
  func matchFront(_ text: UnsafeBufferPointer<UInt8>, _ answer: UnsafeMutablePointer<UInt64>) {
    matchNothing(answer)
    front?.go(text, isBackward: false) { take($0, text, answer) }
  }

  /// Adds the bits of all others.
  @inline(__always)
  func matchRest(_ text: UnsafeBufferPointer<UInt8>, _ answer: UnsafeMutablePointer<UInt64>) {
    back?.go(text, isBackward: true) { take($0, text, answer) }
    for glob in loose { take(.glob(glob), text, answer) }
  }

  /// Whether the one set matches.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var answer: UInt64 = 0
    match(text, &answer)
    return answer != 0
  }

  /// The answer where there is no text.
  @inline(__always)
  func matchNothing(_ answer: UnsafeMutablePointer<UInt64>) {
    // Nearly always one: a call that clears memory would cost more than the rest of many a walk.
    if words == 1 { answer[0] = 0 } else { answer.update(repeating: 0, count: words) }
  }

  @inline(__always)
  private func take(_ entry: Entry, _ text: UnsafeBufferPointer<UInt8>, _ answer: UnsafeMutablePointer<UInt64>) {
    switch entry {
    case .set(let set): answer[set >> 6] |= 1 << UInt64(set & 63)
    case .glob(let number):
      let set = globs[number].set
      if answer[set >> 6] & 1 << UInt64(set & 63) == 0, globs[number].glob.matches(text) {
        answer[set >> 6] |= 1 << UInt64(set & 63)
      }
    }
  }

  /// A radix tree over keys, in flat memory.
  private struct Walk {
    private struct Node {
      /// The first eight bytes of what must stand here, as the walk reads them, under a mask where there are fewer.
      var word: UInt64 = 0
      var mask: UInt64 = 0
      /// All of it, in `bytes`.
      var label = 0
      var length = 0
      /// In `entries`: up to `begun` what holds when the walk has come here, then up to `whole` what holds if the value
      /// ends here.
      var entry = 0
      var begun = 0
      var whole = 0
      /// In `nodes`, and their first bytes in `firsts`.
      var child = 0
      var children = 0
    }

    private let nodes: UnsafeMutablePointer<Node>
    /// What each node's label begins with, and eight bytes more, so that eight can be looked at wherever one is.
    private let firsts: UnsafeMutablePointer<UInt8>
    private let bytes: UnsafeMutablePointer<UInt8>
    private let entries: UnsafeMutablePointer<Entry>
    /// The root's child by its first byte, 0 if there is none: most walks end here. What all keys begin with, as paths do with a
    /// slash, is the root's label.
    private let roots: UnsafeMutablePointer<Int32>

    init?(_ keys: [Key: [Entry]]) {
      guard !keys.isEmpty else { return nil }
      var nodes = [Node()]
      var firsts: [UInt8] = [0]
      var bytes: [UInt8] = []
      var entries: [Entry] = []
      let sorted = keys.sorted { $0.key.text.lexicographicallyPrecedes($1.key.text) }
      // Breadth first, so that children lie side by side: node, its keys, and how much of them lies before it.
      var open = [(node: 0, keys: sorted[...], depth: 0)]
      var next = 0
      while next < open.count {
        let (node, keys, depth) = open[next]
        next += 1
        guard let first = keys.first?.key.text, let last = keys.last?.key.text else { continue }
        var end = depth
        while end < first.count, end < last.count, first[end] == last[end] { end += 1 }
        nodes[node].label = bytes.count
        nodes[node].length = end - depth
        bytes += first[depth..<end]
        for (place, byte) in first[depth..<end].prefix(8).enumerated() {
          nodes[node].word |= UInt64(byte) << UInt64(place * 8)
          nodes[node].mask |= 0xFF << UInt64(place * 8)
        }
        let here = keys.prefix { $0.key.text.count == end }
        nodes[node].entry = entries.count
        for key in here where !key.key.isWhole { entries += key.value }
        nodes[node].begun = entries.count
        for key in here where key.key.isWhole { entries += key.value }
        nodes[node].whole = entries.count
        var rest = keys.dropFirst(here.count)
        nodes[node].child = nodes.count
        while let byte = rest.first?.key.text[end] {
          let branch = rest.prefix { $0.key.text[end] == byte }
          open.append((nodes.count, branch, end))
          nodes.append(Node())
          firsts.append(byte)
          rest = rest.dropFirst(branch.count)
        }
        nodes[node].children = nodes.count - nodes[node].child
      }
      roots = .allocate(capacity: 256)
      roots.initialize(repeating: 0, count: 256)
      for child in nodes[0].child..<(nodes[0].child + nodes[0].children) {
        roots[Int(firsts[child])] = Int32(truncatingIfNeeded: child)
      }
      self.nodes = Walk.copy(nodes)
      self.firsts = Walk.copy(firsts + [UInt8](repeating: 0, count: 8))
      self.bytes = Walk.copy(bytes)
      self.entries = Walk.copy(entries)
    }

    private static func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
      let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
      copy.initialize(from: elements, count: elements.count)
      return copy
    }

    func free() {
      nodes.deallocate()
      firsts.deallocate()
      bytes.deallocate()
      entries.deallocate()
      roots.deallocate()
    }

    /// Bounds: numbers of nodes, bytes and entries are the tree's own; `at` stays below the text's length, and eight bytes
    /// of it are read only where there are as many.
    @inline(__always)
    func go(_ text: UnsafeBufferPointer<UInt8>, isBackward: Bool, _ take: (Entry) -> Void) {
      guard let start = text.baseAddress else { return }
      let count = text.count
      var node = nodes
      var at = 0
      while true {
        let length = node.pointee.length
        guard count &- at >= length else { return }
        var offset = 0
        if count &- at >= 8 {
          let from = isBackward ? count &- at &- 8 : at
          let word = UnsafeRawPointer(start).loadUnaligned(fromByteOffset: from, as: UInt64.self)
          if ((isBackward ? word.byteSwapped : word) ^ node.pointee.word) & node.pointee.mask != 0 { return }
          offset = 8
        }
        let label = bytes + node.pointee.label
        while offset < length {
          let there = at &+ offset
          if start[isBackward ? count &- 1 &- there : there] != label[offset] { return }
          offset &+= 1
        }
        at &+= length
        var entry = node.pointee.entry
        while entry < node.pointee.begun {
          take(entries[entry])
          entry &+= 1
        }
        if at == count {
          while entry < node.pointee.whole {
            take(entries[entry])
            entry &+= 1
          }
          return
        }
        let byte = start[isBackward ? count &- 1 &- at : at]
        if node == nodes {
          guard roots[Int(byte)] > 0 else { return }
          node = nodes + Int(roots[Int(byte)])
        } else {
          guard let child = child(of: node, byte) else { return }
          node = nodes + child
        }
      }
    }

    /// The child that begins with a byte, eight of them looked at in one step.
    @inline(__always)
    private func child(of node: UnsafeMutablePointer<Node>, _ byte: UInt8) -> Int? {
      let children = node.pointee.children
      let low: UInt64 = 0x0101_0101_0101_0101
      var at = 0
      while at < children {
        let word = UnsafeRawPointer(firsts + (node.pointee.child &+ at)).loadUnaligned(as: UInt64.self)
        // A byte is zero where subtracting 1 borrows; the lowest such bit is exact.
        let equal = word ^ low &* UInt64(byte)
        let hits = (equal &- low) & ~equal & (low &* 0x80)
        if hits != 0 {
          let place = at &+ hits.trailingZeroBitCount &>> 3
          return place < children ? node.pointee.child &+ place : nil
        }
        at &+= 8
      }
      return nil
    }
  }
}

/// A pattern of `when`: an exact text, or a glob.
struct TextPattern {
  let text: String
  /// Whether slashes part it, and what it is compared with, into segments.
  let isPath: Bool
}
