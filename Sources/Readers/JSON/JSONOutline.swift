internal import Pipeline

/// The tree of values in JSON lines: which keys stand where, how often, with values of which kinds.
final class JSONOutline {
  final class Node {
    let key: String
    /// Values that are not null.
    fileprivate(set) var count = 0
    fileprivate(set) var objects = 0
    fileprivate(set) var arrays = 0
    fileprivate(set) var scalars = 0
    fileprivate(set) var children: [Node] = []
    /// What the elements of arrays have in common.
    fileprivate(set) var element: Node?
    fileprivate(set) var guess: ValueGuess
    fileprivate var places: [String: Int] = [:]

    init(_ key: String, _ zone: Zone) {
      self.key = key
      guess = ValueGuess(name: key, zone: zone)
    }
  }

  /// Keys that are told apart; what the lines have beyond is left out.
  private static let mostNodes = 2000

  let root: Node
  private let zone: Zone
  private let scanner = JSONScanner(paths: [])
  private let arena = Arena()
  private var nodeCount = 0

  init(zone: Zone) {
    self.zone = zone
    root = Node("", zone)
  }

  /// Takes one line; false if it is no JSON object.
  ///
  /// Needs `Block.padding` readable bytes behind `stop`.
  func take(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    var at = start
    JSONOutline.skipBlanks(&at, stop)
    guard at < stop, at.pointee == UInt8(ascii: "{"), scanner.scan(start, stop) == nil else { return false }
    arena.reset()
    value(&at, stop, root)
    return true
  }

  // MARK: - Walking

  // The scanner has checked the text: every walk below ends at a bracket or quote that is there, and `stop` bounds it.

  private func value(_ at: inout UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ node: Node?) {
    guard at < stop else { return }
    switch at.pointee {
    case UInt8(ascii: "{"):
      node?.count += 1
      node?.objects += 1
      members(&at, stop, node)
    case UInt8(ascii: "["):
      node?.count += 1
      node?.arrays += 1
      elements(&at, stop, node)
    case UInt8(ascii: "\""):
      let text = string(&at, stop)
      node?.count += 1
      node?.scalars += 1
      // An empty text stands for no value.
      if text.start < text.stop { node?.guess.take(text.start, text.stop, as: .text) }
    default:
      let start = at
      while at < stop, !JSONOutline.ends(at.pointee) { at += 1 }
      guard start < at, start.pointee != UInt8(ascii: "n") else { return }
      node?.count += 1
      node?.scalars += 1
      let isWord = start.pointee == UInt8(ascii: "t") || start.pointee == UInt8(ascii: "f")
      node?.guess.take(start, at, as: isWord ? .bool : .number)
    }
  }

  private func members(_ at: inout UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ node: Node?) {
    at += 1
    while true {
      JSONOutline.skipBlanks(&at, stop)
      guard at < stop else { return }
      if at.pointee == UInt8(ascii: ",") {
        at += 1
        continue
      }
      guard at.pointee == UInt8(ascii: "\"") else {
        at += 1
        return
      }
      let key = string(&at, stop)
      JSONOutline.skipBlanks(&at, stop)
      at += 1
      JSONOutline.skipBlanks(&at, stop)
      let name = String(decoding: UnsafeBufferPointer(start: key.start, count: key.stop - key.start), as: UTF8.self)
      value(&at, stop, node.flatMap { child(of: $0, name) })
    }
  }

  private func elements(_ at: inout UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ node: Node?) {
    at += 1
    while true {
      JSONOutline.skipBlanks(&at, stop)
      guard at < stop else { return }
      if at.pointee == UInt8(ascii: ",") {
        at += 1
        continue
      }
      guard at.pointee != UInt8(ascii: "]") else {
        at += 1
        return
      }
      if let node, node.element == nil { node.element = Node(node.key, zone) }
      value(&at, stop, node?.element)
    }
  }

  private func string(
    _ at: inout UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    at += 1
    let start = at
    var isEscaped = false
    while at < stop, at.pointee != UInt8(ascii: "\"") {
      if at.pointee == UInt8(ascii: "\\") {
        isEscaped = true
        at += 1
      }
      at += 1
    }
    let end = min(at, stop)
    at = min(at + 1, stop)
    return isEscaped ? JSONString.decode(start, end, allowsHex: false, arena) : (start, end)
  }

  private func child(of node: Node, _ key: String) -> Node? {
    if let place = node.places[key] { return node.children[place] }
    guard nodeCount < JSONOutline.mostNodes, key.utf8.count <= 256 else { return nil }
    nodeCount += 1
    node.places[key] = node.children.count
    node.children.append(Node(key, zone))
    return node.children.last
  }

  private static func skipBlanks(_ at: inout UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) {
    while at < stop, at.pointee <= 0x20 { at += 1 }
  }

  private static func ends(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
  }
}
