/// The text patterns of all conditions on one value, matched in one pass: a walk from the front through the exact texts,
/// folders and beginnings of globs, and one from the back through the ends. What a record costs follows from how far its
/// value agrees with any pattern, not from how many there are.
///
/// Patterns are exact texts, `/folder/**`, `*.suffix` and other globs. Without `/` a glob looks at the last segment; with
/// `/`, `*` stays in its segment and `**` crosses.
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
  convenience init(_ patterns: [String]) {
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
  func add(_ patterns: [String]) -> Int {
    let set = sets
    sets += 1
    for pattern in patterns { add(Array(pattern.utf8), to: set) }
    return set
  }

  private func add(_ pattern: [UInt8], to set: Int) {
    let star = UInt8(ascii: "*")
    let slash = UInt8(ascii: "/")
    guard let first = pattern.firstIndex(of: star), let last = pattern.lastIndex(of: star) else {
      forward[Key(text: pattern, isWhole: true), default: []].append(.set(set))
      return
    }
    let isPath = pattern.contains(slash)
    let head = Array(pattern[..<first])
    let tail = Array(pattern[(last + 1)...])
    if isPath, tail.isEmpty, last == first + 1, head.last == slash {
      // `/folder/**`
      forward[Key(text: head, isWhole: false), default: []].append(.set(set))
    } else if !isPath, first == 0, last == 0, !tail.isEmpty {
      // `*.css`
      backward[Key(text: tail.reversed(), isWhole: false), default: []].append(.set(set))
    } else {
      let number = globs.count
      globs.append((Glob(pattern), set))
      if isPath, !head.isEmpty {
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
    matchNothing(answer)
    front?.go(text, isBackward: false) { take($0, text, answer) }
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
  func matchNothing(_ answer: UnsafeMutablePointer<UInt64>) { for word in 0..<words { answer[word] = 0 } }

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
      /// In `bytes`: what must stand here, its first byte once more for itself.
      var label = 0
      var length = 0
      var first: UInt8 = 0
      /// In `entries`: up to `begun` what holds when the walk has come here, then up to `whole` what holds if the value
      /// ends here.
      var entry = 0
      var begun = 0
      var whole = 0
      /// In `nodes`.
      var child = 0
      var children = 0
    }

    private let nodes: UnsafeMutablePointer<Node>
    private let bytes: UnsafeMutablePointer<UInt8>
    private let entries: UnsafeMutablePointer<Entry>
    /// The root's child by its first byte, 0 if there is none: most walks end here.
    private let roots: UnsafeMutablePointer<Int32>

    init?(_ keys: [Key: [Entry]]) {
      guard !keys.isEmpty else { return nil }
      var nodes = [Node()]
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
        // The root has no label, so that every walk begins with a choice.
        var end = depth
        if node > 0 { while end < first.count, end < last.count, first[end] == last[end] { end += 1 } }
        nodes[node].label = bytes.count
        nodes[node].length = end - depth
        bytes += first[depth..<end]
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
          nodes.append(Node(first: byte))
          rest = rest.dropFirst(branch.count)
        }
        nodes[node].children = nodes.count - nodes[node].child
      }
      roots = .allocate(capacity: 256)
      roots.initialize(repeating: 0, count: 256)
      for child in nodes[0].child..<(nodes[0].child + nodes[0].children) {
        roots[Int(nodes[child].first)] = Int32(truncatingIfNeeded: child)
      }
      self.nodes = Walk.copy(nodes)
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
      bytes.deallocate()
      entries.deallocate()
      roots.deallocate()
    }

    /// Bounds: numbers of nodes, bytes and entries are the tree's own; `at` stays below the text's length.
    @inline(__always)
    func go(_ text: UnsafeBufferPointer<UInt8>, isBackward: Bool, _ take: (Entry) -> Void) {
      let count = text.count
      var node = nodes
      var at = 0
      while true {
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
        guard let start = text.baseAddress else { return }
        let byte = start[isBackward ? count &- 1 &- at : at]
        if at == 0 {
          guard roots[Int(byte)] > 0 else { return }
          node = nodes + Int(roots[Int(byte)])
        } else {
          let end = nodes + (node.pointee.child &+ node.pointee.children)
          var child = nodes + node.pointee.child
          while child < end, child.pointee.first != byte { child += 1 }
          guard child < end else { return }
          node = child
        }
        let length = node.pointee.length
        guard count &- at >= length else { return }
        let label = bytes + node.pointee.label
        var offset = 1
        while offset < length {
          let there = at &+ offset
          if start[isBackward ? count &- 1 &- there : there] != label[offset] { return }
          offset &+= 1
        }
        at &+= length
      }
    }
  }
}
