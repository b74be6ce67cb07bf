internal import CLibXML2

/// All paths of a layout as one automaton over elements: one step down serves the record's path and every field's.
///
/// Its states are sets of places in the paths, made when a document first needs them, so `//` costs nothing until it
/// is met. Names are the parser's interned ones and compared as pointers.
final class PathTrie {
  typealias Name = UnsafePointer<UInt8>

  /// A wanted attribute. `local` nil means any.
  struct Want {
    var local: Name?
    var uri: Name?
    var slot: Int32
    /// Where among an element's attributes it stood the last time; elsewhere if any name will do, or it was never found.
    var place = Int32(XMLLimits.attributes)

    /// - Parameter parts: of an attribute as SAX2 has it: name, prefix, namespace, value, its end.
    @inline(__always)
    func isNamed(by parts: UnsafePointer<UnsafePointer<UInt8>?>) -> Bool {
      // A prefix without a namespace is not a name at all.
      (local == nil || parts[0] == local && parts[2] == uri) && (parts[1] == nil || parts[2] != nil)
    }
  }

  struct Capture {
    var slot: Int32
    /// Only the element's own text.
    var isOwn: Bool
  }

  /// What an element means whose state this is.
  struct State {
    /// No path goes on below, and nothing is to be done here.
    var isDead: Bool
    var isRecord: Bool
    /// Predicates to be judged for the elements in it, one bit each.
    var predicates: UInt64
    var wants: UnsafeMutablePointer<Want>
    var wantCount: Int
    var captures: UnsafeMutablePointer<Capture>
    var captureCount: Int
    var rows: UnsafeMutablePointer<Int32>
    var rowCount: Int
  }

  private struct Step {
    var local: Name?
    var uri: Name?
    var isAny: Bool
    var isDescendant: Bool
    /// Index of the predicate, -1 for none.
    var predicate: Int
    /// The next step; -1 behind the last.
    var next: Int
    var action: Int
  }

  private struct Predicate {
    var local: Name?
    var uri: Name?
    /// As libxml2 gives attributes: with `&#38;` for an ampersand.
    var value: [UInt8]
  }

  private enum Action: Hashable {
    case record
    case row(Int)
    case attribute(slot: Int)
    case text(slot: Int, isOwn: Bool)
  }

  private struct Key: Hashable {
    var places: [Int]
    var actions: [Action]
  }

  private struct Entry {
    var local: Name?
    var uri: Name?
    var mask: UInt64
    var state: Int32
    var target: Int32
  }

  /// The state in which no path is followed.
  static let dead: Int32 = 0
  /// States and transitions that are kept; a document that needs more has them made anew.
  private static let mostStates = 2048
  private static let mostEntries = 1 << 15

  private(set) var states: UnsafeMutablePointer<State>
  private var keys: [Key] = []
  private var known: [Key: Int32] = [:]
  private var steps: [Step] = []
  private var predicates: [Predicate] = []
  private var attributes: [Int: Want] = [:]
  /// Where the paths of a record and of each list's rows begin, and what they take of the element itself.
  private var inRecord = Key(places: [], actions: [])
  private var inRow: [Key]
  private var inDocument = Key(places: [], actions: [])
  private var table: UnsafeMutablePointer<Entry>
  private var tableSize = 256
  private var tableCount = 0

  /// - Parameter dictionary: the parser's, which outlives the trie.
  init(_ layout: XMLLayout, dictionary: xmlDictPtr) throws(XMLFailure) {
    states = .allocate(capacity: PathTrie.mostStates)
    table = .allocate(capacity: tableSize)
    table.initialize(repeating: Entry(local: nil, uri: nil, mask: 0, state: -1, target: 0), count: tableSize)
    inRow = layout.lists.map { _ in Key(places: [], actions: []) }
    try add(layout.record, .record, to: &inDocument, dictionary)
    for (index, list) in layout.lists.enumerated() { try add(list.path, .row(index), to: &inRecord, dictionary) }
    for (index, slot) in layout.slots.enumerated() {
      let action: Action
      switch slot.path.target {
      case .element: action = .text(slot: index, isOwn: false)
      case .ownText: action = .text(slot: index, isOwn: true)
      case .attribute(let name):
        action = .attribute(slot: index)
        attributes[index] = Want(
          local: try name.local.map { text throws(XMLFailure) in try PathTrie.intern(text, dictionary) },
          uri: try name.uri.map { text throws(XMLFailure) in try PathTrie.intern(text, dictionary) },
          slot: Int32(index))
      }
      switch slot.scope {
      case .header: try add(slot.path, action, to: &inDocument, dictionary)
      case .record: try add(slot.path, action, to: &inRecord, dictionary)
      case .row(let list): try add(slot.path, action, to: &inRow[list], dictionary)
      }
    }
    _ = state(Key(places: [], actions: []))
    _ = state(inDocument)
  }

  /// The state of the document, above its root element.
  var document: Int32 { 1 }

  deinit {
    clear()
    states.deallocate()
    table.deallocate()
  }

  private static func intern(_ text: String, _ dictionary: xmlDictPtr) throws(XMLFailure) -> Name {
    var text = text
    guard let name = text.withUTF8({ xmlDictLookup(dictionary, $0.baseAddress, Int32($0.count)) }) else {
      throw .noMemory
    }
    return name
  }

  private func add(_ path: XMLPath, _ action: Action, to scope: inout Key, _ dictionary: xmlDictPtr) throws(XMLFailure)
  {
    guard !path.steps.isEmpty else {
      scope.actions.append(action)
      return
    }
    scope.places.append(steps.count)
    for (index, step) in path.steps.enumerated() {
      var predicate = -1
      if let wanted = step.predicate {
        predicate = predicates.count
        predicates.append(
          Predicate(
            local: try wanted.attribute.local.map { text throws(XMLFailure) in try PathTrie.intern(text, dictionary) },
            uri: try wanted.attribute.uri.map { text throws(XMLFailure) in try PathTrie.intern(text, dictionary) },
            value: Array(wanted.value.replacing("&", with: "&#38;").utf8)))
      }
      let isLast = index + 1 == path.steps.count
      steps.append(
        Step(
          local: try step.name.local.map { text throws(XMLFailure) in try PathTrie.intern(text, dictionary) },
          uri: try step.name.uri.map { text throws(XMLFailure) in try PathTrie.intern(text, dictionary) },
          isAny: step.name.local == nil, isDescendant: step.isDescendant, predicate: predicate,
          next: isLast ? -1 : steps.count + 1, action: isLast ? actions.count : -1))
      if isLast { actions.append(action) }
    }
  }

  private var actions: [Action] = []

  // MARK: - Walking

  /// The state of a child element. `attributes` are five pointers each, as SAX2 has them.
  @inline(__always)
  func step(
    _ state: Int32, _ local: Name, _ uri: Name?, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ count: Int
  ) -> Int32? {
    let wanted = states[Int(state)].predicates
    let mask = wanted == 0 ? 0 : judge(wanted, attributes, count)
    var at = PathTrie.hash(state, local, uri, mask) & (tableSize &- 1)
    while table[at].state >= 0 {
      let entry = table[at]
      if entry.local == local, entry.state == state, entry.uri == uri, entry.mask == mask { return entry.target }
      at = (at &+ 1) & (tableSize &- 1)
    }
    return learn(state, local, uri, mask)
  }

  @inline(__always)
  private static func hash(_ state: Int32, _ local: Name, _ uri: Name?, _ mask: UInt64) -> Int {
    var hash = UInt64(UInt(bitPattern: local)) ^ UInt64(UInt(bitPattern: uri)) &* 31
    hash = (hash ^ UInt64(UInt32(bitPattern: state)) << 40 ^ mask) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash >> 40)
  }

  /// Nil if there is no more room: the caller calls `restart`.
  @inline(never)
  private func learn(_ from: Int32, _ local: Name, _ uri: Name?, _ mask: UInt64) -> Int32? {
    guard keys.count < PathTrie.mostStates - 1, tableCount < PathTrie.mostEntries else { return nil }
    let target = state(below(keys[Int(from)], local, uri, mask))
    if tableCount * 2 >= tableSize { growTable() }
    insert(Entry(local: local, uri: uri, mask: mask, state: from, target: target))
    tableCount += 1
    return target
  }

  private func insert(_ entry: Entry) {
    guard let local = entry.local else { return }
    var at = PathTrie.hash(entry.state, local, entry.uri, entry.mask) & (tableSize - 1)
    while table[at].state >= 0 { at = (at + 1) & (tableSize - 1) }
    table[at] = entry
  }

  private func growTable() {
    let old = table
    let oldSize = tableSize
    tableSize *= 2
    table = .allocate(capacity: tableSize)
    table.initialize(repeating: Entry(local: nil, uri: nil, mask: 0, state: -1, target: 0), count: tableSize)
    for index in 0..<oldSize where old[index].state >= 0 { insert(old[index]) }
    old.deallocate()
  }

  /// What holds for a child element by that name.
  private func below(_ parent: Key, _ local: Name, _ uri: Name?, _ mask: UInt64) -> Key {
    var places: Set<Int> = []
    var found: Set<Action> = []
    for place in parent.places {
      let step = steps[place]
      if step.isDescendant { places.insert(place) }
      guard step.isAny || step.local == local && step.uri == uri,
        step.predicate < 0 || mask & 1 << UInt64(step.predicate & 63) != 0
      else { continue }
      if step.next >= 0 { places.insert(step.next) } else { found.insert(actions[step.action]) }
    }
    if found.contains(.record) {
      places.formUnion(inRecord.places)
      found.formUnion(inRecord.actions)
    }
    for list in inRow.indices where found.contains(.row(list)) {
      places.formUnion(inRow[list].places)
      found.formUnion(inRow[list].actions)
    }
    return Key(places: places.sorted(), actions: found.sorted { order($0) < order($1) })
  }

  private func order(_ action: Action) -> (Int, Int) {
    switch action {
    case .record: (0, 0)
    case .row(let list): (1, list)
    case .attribute(let slot): (2, slot)
    case .text(let slot, _): (3, slot)
    }
  }

  private func judge(
    _ wanted: UInt64, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int
  ) -> UInt64 {
    guard let attributes else { return 0 }
    var mask: UInt64 = 0
    for (index, predicate) in predicates.enumerated() where wanted & 1 << UInt64(index & 63) != 0 {
      for attribute in 0..<count {
        let parts = attributes + attribute * 5
        guard parts[0] == predicate.local, parts[2] == predicate.uri, let start = parts[3], let end = parts[4],
          UnsafeBufferPointer(start: start, count: end - start).elementsEqual(predicate.value)
        else { continue }
        mask |= 1 << UInt64(index & 63)
        break
      }
    }
    return mask
  }

  // MARK: - States

  /// Predicates that a layout may have in all.
  static let mostPredicates = 64

  private func state(_ key: Key) -> Int32 {
    if let index = known[key] { return index }
    var wants: [Want] = []
    var captures: [Capture] = []
    var rows: [Int32] = []
    var isRecord = false
    for action in key.actions {
      switch action {
      case .record: isRecord = true
      case .row(let list): rows.append(Int32(list))
      case .attribute(let slot): if let want = attributes[slot] { wants.append(want) }
      case .text(let slot, let isOwn): captures.append(Capture(slot: Int32(slot), isOwn: isOwn))
      }
    }
    var predicates: UInt64 = 0
    for place in key.places where steps[place].predicate >= 0 { predicates |= 1 << UInt64(steps[place].predicate & 63) }
    let index = keys.count
    (states + index).initialize(
      to: State(
        isDead: key.places.isEmpty && key.actions.isEmpty, isRecord: isRecord, predicates: predicates,
        wants: PathTrie.copy(wants), wantCount: wants.count, captures: PathTrie.copy(captures),
        captureCount: captures.count, rows: PathTrie.copy(rows), rowCount: rows.count))
    keys.append(key)
    known[key] = Int32(index)
    return Int32(index)
  }

  private static func copy<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    for (index, element) in elements.enumerated() { (copy + index).initialize(to: element) }
    return copy
  }

  private func clear() {
    for index in keys.indices {
      states[index].wants.deallocate()
      states[index].captures.deallocate()
      states[index].rows.deallocate()
    }
    keys.removeAll()
    known.removeAll()
  }

  /// Forgets what was learnt but for the states of the open elements, which get new numbers.
  func restart(_ open: UnsafeMutablePointer<Int32>, _ count: Int) {
    let kept = (0..<count).map { keys[Int(open[$0])] }
    clear()
    table.update(repeating: Entry(local: nil, uri: nil, mask: 0, state: -1, target: 0), count: tableSize)
    tableCount = 0
    _ = state(Key(places: [], actions: []))
    _ = state(inDocument)
    for (index, key) in kept.enumerated() { open[index] = state(key) }
  }
}
