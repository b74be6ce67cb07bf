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
  private var nodeCount = 0

  init(zone: Zone) {
    self.zone = zone
    root = Node("", zone)
  }

  /// Takes one line; false if it is no JSON object.
  ///
  /// Needs `Block.padding` readable bytes behind the line.
  func take(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    // Nothing is counted of a line that a reader would reject.
    guard let start = line.baseAddress, scanner.scan(start, start + line.count) == nil else { return false }
    var cursor = JSONCursor(line)
    return cursor.peek() == UInt8(ascii: "{") && value(&cursor, line, root)
  }

  /// Counts one value and what is in it; false if there is none.
  private func value(_ cursor: inout JSONCursor, _ line: UnsafeBufferPointer<UInt8>, _ node: Node?) -> Bool {
    guard let node, let first = cursor.peek() else { return cursor.skip() }
    switch first {
    case UInt8(ascii: "{"):
      node.count += 1
      node.objects += 1
      return cursor.members { cursor, key in
        value(&cursor, line, child(of: node, String(decoding: cursor.decoded(key), as: UTF8.self)))
      }
    case UInt8(ascii: "["):
      node.count += 1
      node.arrays += 1
      return cursor.elements { cursor in
        let element = node.element ?? Node(node.key, zone)
        node.element = element
        return value(&cursor, line, element)
      }
    case UInt8(ascii: "\""):
      guard let text = cursor.string() else { return false }
      node.count += 1
      node.scalars += 1
      // An empty text stands for no value.
      if !text.range.isEmpty {
        node.guess.take(String(decoding: cursor.decoded(text), as: UTF8.self), as: .text)
      }
      return true
    default:
      let start = cursor.at
      guard cursor.skip() else { return false }
      if first == UInt8(ascii: "n") { return true }
      node.count += 1
      node.scalars += 1
      let isWord = first == UInt8(ascii: "t") || first == UInt8(ascii: "f")
      node.guess.take(String(decoding: line[start..<cursor.at], as: UTF8.self), as: isWord ? .bool : .number)
      return true
    }
  }

  private func child(of node: Node, _ key: String) -> Node? {
    if let place = node.places[key] { return node.children[place] }
    guard nodeCount < JSONOutline.mostNodes, key.utf8.count <= 256 else { return nil }
    nodeCount += 1
    node.places[key] = node.children.count
    node.children.append(Node(key, zone))
    return node.children.last
  }
}
