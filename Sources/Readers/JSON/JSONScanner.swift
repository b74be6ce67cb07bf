internal import Pipeline

/// A value that was asked for, as it stands in the text.
struct JSONSpan: BitwiseCopyable {
  enum Kind: UInt8 {
    case absent, null
    /// Between its quotes, without and with escapes.
    case text, escapedText
    case number, yes, no
    /// An object or an array, whole.
    case container
  }

  var kind: Kind
  var start: UnsafePointer<UInt8>
  var stop: UnsafePointer<UInt8>
}

/// Why a text is no JSON.
struct JSONFailure {
  enum Reason {
    case unexpected, unterminated, control, escape, number, depth, trailing, rejected
    /// A list's number: what was to be an array is none, and an element whose fields have keys is no object.
    case list(Int)
    case element(Int)
  }

  var reason: Reason
  var at: UnsafePointer<UInt8>
}

/// Walks a JSON text once (RFC 8259), checks all of it, and notes the values at the wanted paths. Paths are a trie, so a
/// step costs one look at the children of the node at work. Of equal keys the last one counts, as in JavaScript and
/// Python, with everything below it.
///
/// Bounds: nothing at or behind `end` is looked at, except by vectors, which may reach 16 bytes past it.
final class JSONScanner {
  static let maximumDepth = 64

  private struct Node {
    var firstChild = 0
    var childCount = 0
    /// Where its value goes; -1 if nobody wants it.
    var slot = -1
    /// The list that its elements make; -1 if none.
    var list = -1
    var hasIndices = false
    /// The generation in which it was met.
    var met: UInt64 = 0
    /// A bit for each key's hash: most keys that nobody asked for are told by it.
    var filter: UInt64 = 0
    /// The child that came first in the text before.
    var opening = 0
  }

  private struct Child {
    var key: UnsafeMutablePointer<UInt8>
    var count: Int
    /// The first bytes of the key, up to eight.
    var word: UInt64
    /// -1 for keys.
    var index: Int
    var node: Int
    /// The child that came behind it in the text before: keys mostly keep their order.
    var follower: Int
  }

  private struct List {
    var root: Int
    var slots: Range<Int>
  }

  private var nodes: UnsafeMutablePointer<Node>
  private var children: UnsafeMutablePointer<Child>
  private let childTotal: Int
  private let lists: [List]
  private let slotCount: Int
  /// By slot; those of records come first, then those of each list's rows.
  let values: UnsafeMutablePointer<JSONSpan>
  /// The slots below each node.
  private let below: [[Int]]
  /// Whether `\xHH` is an escape, `000` a number and a dash none, as nginx writes them.
  private let allowsNginx: Bool
  /// Texts and elements of lists scanned, and the number of the one at work.
  private var scans: UInt64 = 0
  private var generation: UInt64 = 0
  private var failure: JSONFailure?
  private var end: UnsafePointer<UInt8>

  /// Takes the rows of lists: called behind each element with the list's number; false stops the scan.
  var onRow: ((Int) -> Bool)?
  /// Called where a list begins.
  var onList: ((Int) -> Void)?

  private static let nothing = StaticString("")

  /// - Parameters:
  ///   - paths: of slot 0, 1 and so on.
  ///   - lists: of arrays, and of the fields of their elements; their slots follow those of `paths`.
  init(paths: [JSONPath], lists wanted: [(path: JSONPath, fields: [JSONPath])] = [], allowsNginx: Bool = false) {
    self.allowsNginx = allowsNginx
    var builder = Builder()
    let root = builder.add()
    for (slot, path) in paths.enumerated() { builder.nodes[builder.node(path, from: root)].slots.append(slot) }
    var lists: [List] = []
    var next = paths.count
    for (number, list) in wanted.enumerated() {
      builder.nodes[builder.node(list.path, from: root)].list = number
      let item = builder.add()
      for path in list.fields {
        builder.nodes[builder.node(path, from: item)].slots.append(next)
        next += 1
      }
      lists.append(List(root: item, slots: (next - list.fields.count)..<next))
    }
    self.lists = lists
    slotCount = next
    let nowhere = UnsafePointer(JSONScanner.nothing.utf8Start)
    end = nowhere
    values = .allocate(capacity: max(next, 1))
    values.initialize(repeating: JSONSpan(kind: .absent, start: nowhere, stop: nowhere), count: max(next, 1))
    nodes = .allocate(capacity: builder.nodes.count)
    childTotal = builder.nodes.reduce(0) { $0 + $1.children.count }
    children = .allocate(capacity: max(childTotal, 1))
    var first = 0
    for (index, draft) in builder.nodes.enumerated() {
      var node = Node()
      node.firstChild = first
      node.childCount = draft.children.count
      node.slot = draft.slots.first ?? -1
      node.list = draft.list
      for child in draft.children {
        var key: [UInt8] = []
        var place = -1
        switch child.step {
        case .key(let bytes): key = bytes
        case .index(let number):
          place = number
          node.hasIndices = true
        }
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: key.count + 16)
        copy.initialize(repeating: 0, count: key.count + 16)
        for (offset, byte) in key.enumerated() { copy[offset] = byte }
        let word = UnsafeRawPointer(copy).loadUnaligned(as: UInt64.self)
        if place < 0 { node.filter |= JSONScanner.bit(word, key.count) }
        let follower = (first - node.firstChild + 1) % draft.children.count
        (children + first).initialize(
          to: Child(key: copy, count: key.count, word: word, index: place, node: child.node, follower: follower))
        first += 1
      }
      (nodes + index).initialize(to: node)
    }
    below = builder.slotsBelow()
    duplicates = builder.nodes.flatMap { draft in draft.slots.dropFirst().map { ($0, draft.slots[0]) } }
  }

  /// Slots of one and the same path: (slot, the one that is filled).
  private let duplicates: [(Int, Int)]

  deinit {
    for index in 0..<childTotal { children[index].key.deallocate() }
    children.deallocate()
    nodes.deallocate()
    values.deallocate()
  }

  private struct Builder {
    struct Draft {
      var children: [(step: JSONPath.Step, node: Int)] = []
      var slots: [Int] = []
      var list = -1
    }
    var nodes: [Draft] = []

    mutating func add() -> Int {
      nodes.append(Draft())
      return nodes.count - 1
    }

    mutating func node(_ path: JSONPath, from root: Int) -> Int {
      var at = root
      for step in path.steps {
        if let known = nodes[at].children.first(where: { $0.step == step }) {
          at = known.node
        } else {
          let new = add()
          nodes[at].children.append((step, new))
          at = new
        }
      }
      return at
    }

    func slotsBelow() -> [[Int]] {
      var below = nodes.map(\.slots)
      // Children come after their parents.
      for index in nodes.indices.reversed() {
        for child in nodes[index].children { below[index] += below[child.node] }
      }
      return below
    }
  }

  // MARK: - Scanning

  /// Scans one text; blanks around it are passed over. nil if it is sound.
  func scan(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> JSONFailure? {
    scans &+= 1
    generation = scans
    self.end = end
    failure = nil
    for slot in 0..<slotCount { values[slot].kind = .absent }
    var at = start
    skipBlanks(&at)
    guard value(&at, node: 0, depth: 0) else { return failure ?? JSONFailure(reason: .unexpected, at: at) }
    skipBlanks(&at)
    for (slot, from) in duplicates { values[slot] = values[from] }
    return at == end ? nil : JSONFailure(reason: .trailing, at: at)
  }

  @inline(never)
  private func fail(_ reason: JSONFailure.Reason, _ at: UnsafePointer<UInt8>) -> Bool {
    if failure == nil { failure = JSONFailure(reason: at >= end ? .unterminated : reason, at: min(at, end)) }
    return false
  }

  @inline(__always)
  private func skipBlanks(_ at: inout UnsafePointer<UInt8>) {
    while at < end, at.pointee <= 0x20,
      at.pointee == 0x20 || at.pointee == 0x09 || at.pointee == 0x0D || at.pointee == 0x0A
    {
      at += 1
    }
  }

  /// One value; `node` is -1 where nothing in it is wanted.
  private func value(_ at: inout UnsafePointer<UInt8>, node: Int, depth: Int) -> Bool {
    guard at < end else { return fail(.unterminated, at) }
    let start = at
    let list = node >= 0 ? nodes[node].list : -1
    if list >= 0, at.pointee != UInt8(ascii: "["), at.pointee != UInt8(ascii: "n") { return fail(.list(list), at) }
    let kind: JSONSpan.Kind
    var stop = at
    switch at.pointee {
    case UInt8(ascii: "\""):
      at += 1
      var isEscaped = false
      guard string(&at, &isEscaped) else { return false }
      if node >= 0, nodes[node].slot >= 0 {
        values[nodes[node].slot] = JSONSpan(kind: isEscaped ? .escapedText : .text, start: start + 1, stop: at - 1)
      }
      return true
    case UInt8(ascii: "{"):
      guard depth < JSONScanner.maximumDepth else { return fail(.depth, at) }
      guard object(&at, node: node, depth: depth + 1) else { return false }
      kind = .container
    case UInt8(ascii: "["):
      guard depth < JSONScanner.maximumDepth else { return fail(.depth, at) }
      guard list >= 0 ? rows(&at, list: list, depth: depth + 1) : array(&at, node: node, depth: depth + 1) else {
        return false
      }
      kind = .container
    case UInt8(ascii: "t"):
      guard word("true", &at) else { return false }
      kind = .yes
    case UInt8(ascii: "f"):
      guard word("false", &at) else { return false }
      kind = .no
    case UInt8(ascii: "n"):
      guard word("null", &at) else { return false }
      kind = .null
    default:
      guard number(&at) else { return false }
      kind = .number
    }
    stop = at
    if node >= 0, nodes[node].slot >= 0 {
      values[nodes[node].slot] = JSONSpan(kind: kind, start: start, stop: stop)
    }
    return true
  }

  private func word(_ word: StaticString, _ at: inout UnsafePointer<UInt8>) -> Bool {
    for index in 0..<word.utf8CodeUnitCount {
      guard at < end, at.pointee == word.utf8Start[index] else { return fail(.unexpected, at) }
      at += 1
    }
    return true
  }

  private func number(_ at: inout UnsafePointer<UInt8>) -> Bool {
    let start = at
    if at < end, at.pointee == UInt8(ascii: "-") { at += 1 }
    guard at < end, at.pointee &- 48 < 10 else {
      return at == start ? fail(.unexpected, at) : allowsNginx ? true : fail(.number, at)
    }
    let isZero = at.pointee == 48 && !allowsNginx
    at += 1
    while at < end, at.pointee &- 48 < 10 {
      if isZero { return fail(.number, at) }
      at += 1
    }
    if at < end, at.pointee == UInt8(ascii: ".") {
      at += 1
      guard at < end, at.pointee &- 48 < 10 else { return fail(.number, at) }
      while at < end, at.pointee &- 48 < 10 { at += 1 }
    }
    if at < end, at.pointee | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < end, at.pointee == UInt8(ascii: "-") || at.pointee == UInt8(ascii: "+") { at += 1 }
      guard at < end, at.pointee &- 48 < 10 else { return fail(.number, at) }
      while at < end, at.pointee &- 48 < 10 { at += 1 }
    }
    return true
  }

  /// Behind the opening quote; leaves `at` behind the closing one.
  @inline(__always)
  private func string(_ at: inout UnsafePointer<UInt8>, _ isEscaped: inout Bool) -> Bool {
    let quote = SIMD16<UInt8>(repeating: UInt8(ascii: "\""))
    let backslash = SIMD16<UInt8>(repeating: UInt8(ascii: "\\"))
    let space = SIMD16<UInt8>(repeating: 0x20)
    while at < end {
      let chunk = UnsafeRawPointer(at).loadUnaligned(as: SIMD16<UInt8>.self)
      let hits = unsafeBitCast((chunk .== quote) .| (chunk .== backslash) .| (chunk .< space), to: SIMD2<UInt64>.self)
      if hits.x != 0 {
        at += hits.x.trailingZeroBitCount / 8
      } else if hits.y != 0 {
        at += 8 + hits.y.trailingZeroBitCount / 8
      } else {
        at += 16
        continue
      }
      guard at < end else { break }
      if at.pointee == UInt8(ascii: "\"") {
        at += 1
        return true
      }
      guard at.pointee == UInt8(ascii: "\\") else { return fail(.control, at) }
      isEscaped = true
      guard escape(&at) else { return false }
    }
    return fail(.unterminated, end)
  }

  @inline(never)
  private func escape(_ at: inout UnsafePointer<UInt8>) -> Bool {
    guard at + 1 < end else { return fail(.unterminated, end) }
    let digits: Int
    switch at[1] {
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "x") where allowsNginx: digits = 2
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      digits = 0
    default: return fail(.escape, at)
    }
    guard end - at > digits + 1 else { return fail(.unterminated, end) }
    for index in 0..<digits where HexDigit.value(at[2 + index]) == nil { return fail(.escape, at) }
    at += 2 + digits
    return true
  }

  private func object(_ at: inout UnsafePointer<UInt8>, node: Int, depth: Int) -> Bool {
    at += 1
    skipBlanks(&at)
    if at < end, at.pointee == UInt8(ascii: "}") {
      at += 1
      return true
    }
    // The key before, among the children.
    var previous = -1
    while true {
      guard at < end, at.pointee == UInt8(ascii: "\"") else { return fail(.unexpected, at) }
      at += 1
      let key = at
      var isEscaped = false
      guard string(&at, &isEscaped) else { return false }
      var child = -1
      if node >= 0, nodes[node].childCount > 0 {
        child = isEscaped ? escapedChild(node, key, at - 1) : self.child(node, key, at - 1 - key, &previous)
      }
      skipBlanks(&at)
      guard at < end, at.pointee == UInt8(ascii: ":") else { return fail(.unexpected, at) }
      at += 1
      skipBlanks(&at)
      if child >= 0 {
        if nodes[child].met == generation { forget(child) }
        nodes[child].met = generation
      }
      guard value(&at, node: child, depth: depth) else { return false }
      skipBlanks(&at)
      guard at < end else { return fail(.unterminated, at) }
      if at.pointee == UInt8(ascii: ",") {
        at += 1
        skipBlanks(&at)
        continue
      }
      guard at.pointee == UInt8(ascii: "}") else { return fail(.unexpected, at) }
      at += 1
      return true
    }
  }

  /// The node of a key, or -1.
  @inline(__always)
  private func child(_ node: Int, _ key: UnsafePointer<UInt8>, _ count: Int, _ previous: inout Int) -> Int {
    let first = nodes[node].firstChild
    let total = nodes[node].childCount
    // Reading eight bytes is within the padding; what is behind the key is masked.
    var word = UnsafeRawPointer(key).loadUnaligned(as: UInt64.self)
    if count < 8 { word &= (1 &<< UInt64(count &* 8)) &- 1 }
    guard nodes[node].filter & JSONScanner.bit(word, count) != 0 else { return -1 }
    var next = previous < 0 ? nodes[node].opening : children[first &+ previous].follower
    for _ in 0..<total {
      let at = next
      let candidate = children + (first &+ at)
      next = at &+ 1 == total ? 0 : at &+ 1
      guard candidate.pointee.word == word, candidate.pointee.count == count, candidate.pointee.index < 0 else {
        continue
      }
      var isEqual = true
      var rest = 8
      while rest < count {
        if candidate.pointee.key[rest] != key[rest] {
          isEqual = false
          break
        }
        rest &+= 1
      }
      if isEqual {
        if previous < 0 { nodes[node].opening = at } else { children[first &+ previous].follower = at }
        previous = at
        return candidate.pointee.node
      }
    }
    return -1
  }

  @inline(__always)
  private static func bit(_ word: UInt64, _ count: Int) -> UInt64 {
    1 &<< ((word ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15 &>> 58)
  }

  @inline(never)
  private func escapedChild(_ node: Int, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Int {
    let arena = Arena()
    let text = JSONString.decode(start, stop, allowsHex: allowsNginx, arena)
    let count = text.stop - text.start
    for index in 0..<nodes[node].childCount {
      let child = children[nodes[node].firstChild + index]
      guard child.index < 0, child.count == count else { continue }
      var isEqual = true
      for offset in 0..<count where child.key[offset] != text.start[offset] { isEqual = false }
      if isEqual { return child.node }
    }
    return -1
  }

  /// A key stands twice: the first one and all below it never were.
  @inline(never)
  private func forget(_ node: Int) {
    for slot in below[node] { values[slot].kind = .absent }
    forgetKeys(from: node)
  }

  private func forgetKeys(from node: Int) {
    if nodes[node].list >= 0 { onList?(nodes[node].list) }
    for index in 0..<nodes[node].childCount {
      let child = children[nodes[node].firstChild + index].node
      nodes[child].met = 0
      forgetKeys(from: child)
    }
  }

  private func array(_ at: inout UnsafePointer<UInt8>, node: Int, depth: Int) -> Bool {
    let hasIndices = node >= 0 && nodes[node].hasIndices
    return elements(&at) { at, index in
      var child = -1
      if hasIndices {
        for candidate in 0..<nodes[node].childCount
        where children[nodes[node].firstChild + candidate].index == index {
          child = children[nodes[node].firstChild + candidate].node
        }
      }
      return value(&at, node: child, depth: depth)
    }
  }

  private func rows(_ at: inout UnsafePointer<UInt8>, list: Int, depth: Int) -> Bool {
    onList?(list)
    let outer = generation
    defer { generation = outer }
    return elements(&at) { at, _ in
      let root = nodes + lists[list].root
      if root.pointee.childCount > 0, root.pointee.slot < 0, at < end, at.pointee != UInt8(ascii: "{"),
        at.pointee != UInt8(ascii: "[") || !root.pointee.hasIndices
      {
        return fail(.element(list), at)
      }
      for slot in lists[list].slots { values[slot].kind = .absent }
      // Each element is a text of its own, as far as keys go that stand twice.
      scans &+= 1
      generation = scans
      guard value(&at, node: lists[list].root, depth: depth) else { return false }
      for (slot, from) in duplicates where lists[list].slots.contains(slot) { values[slot] = values[from] }
      return onRow?(list) ?? true ? true : fail(.rejected, at)
    }
  }

  @inline(__always)
  private func elements(
    _ at: inout UnsafePointer<UInt8>, _ element: (inout UnsafePointer<UInt8>, Int) -> Bool
  ) -> Bool {
    at += 1
    skipBlanks(&at)
    if at < end, at.pointee == UInt8(ascii: "]") {
      at += 1
      return true
    }
    var index = 0
    while true {
      guard element(&at, index) else { return false }
      index += 1
      skipBlanks(&at)
      guard at < end else { return fail(.unterminated, at) }
      if at.pointee == UInt8(ascii: ",") {
        at += 1
        skipBlanks(&at)
        continue
      }
      guard at.pointee == UInt8(ascii: "]") else { return fail(.unexpected, at) }
      at += 1
      return true
    }
  }
}
