internal import CLibXML2
internal import Pipeline

/// The tree of paths in an XML document: which elements stand where, how often, with which attributes and values.
///
/// Reads as safely as `XMLDocument` does, and keeps one node for each path, whatever the document's size.
final class XMLOutline {
  struct Name: Hashable {
    var local: String
    var uri: String?
  }

  final class Attribute {
    let name: Name
    var guess: ValueGuess
    var longest = 0

    init(_ name: Name, _ zone: Zone) {
      self.name = name
      guess = ValueGuess(name: name.local, zone: zone)
    }
  }

  final class Node {
    let name: Name
    unowned let parent: Node?
    /// Elements before the first one of this path.
    let serial: Int
    /// Elements that are complete, and parents that have one or more.
    var count = 0
    var parents = 0
    var mostInParent = 0
    var children: [Node] = []
    var attributes: [Attribute] = []
    /// Values of elements without children, or of own text between children.
    var guess: ValueGuess
    var longest = 0
    fileprivate var inParent = 0
    /// The number of the element at work, and of its parent.
    fileprivate var element = 0
    fileprivate var ofElement = -1
    fileprivate var childPlaces: [Name: Int] = [:]
    fileprivate var attributePlaces: [Name: Int] = [:]

    init(_ name: Name, parent: Node?, serial: Int, _ zone: Zone) {
      self.name = name
      self.parent = parent
      self.serial = serial
      guess = ValueGuess(name: name.local, zone: zone)
    }

    var isList: Bool { mostInParent > 1 }
    /// Elements and attributes at and below this path.
    var weight: Int {
      attributes.reduce(count) { $0 + $1.guess.count } + children.reduce(0) { $0 + $1.weight }
    }
  }

  /// Paths and attributes that are told apart; what a document has beyond is left out.
  private static let mostNodes = 2000
  private static let longestValue = 4096

  let root: Node
  /// URIs by the order in which they came, with the prefix that the document has for them.
  private(set) var namespaces: [(uri: String, prefix: String)] = []
  private(set) var hasDoctype = false
  private(set) var isWellFormed = true
  /// What is wrong where it is not.
  private(set) var fault: (line: Int, reason: String)?
  private let zone: Zone
  private var nodeCount = 0
  private var serial = 0
  /// Open elements; nil where a path is not followed.
  private var open: [Node?]
  private var text: [[UInt8]] = [[]]
  /// While the document is parsed.
  private var context: xmlParserCtxtPtr?

  /// - Parameter isComplete: whether the bytes are all of the document.
  init?(_ bytes: [UInt8], isComplete: Bool, zone: Zone) {
    XMLDocument.neverLoad()
    self.zone = zone
    root = Node(Name(local: "", uri: nil), parent: nil, serial: 0, zone)
    open = [root]
    var handler = XMLOutline.makeHandler()
    guard let context = xmlCreatePushParserCtxt(&handler, nil, nil, 0, nil) else { return nil }
    self.context = context
    defer {
      self.context = nil
      if let document = context.pointee.myDoc {
        context.pointee.myDoc = nil
        xmlFreeDoc(document)
      }
      xmlFreeParserCtxt(context)
    }
    xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_BIG_LINES.rawValue))
    context.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
    bytes.withUnsafeBytes { bytes in
      var at = 0
      while at < bytes.count, context.pointee.wellFormed != 0 {
        let count = min(32 * 1024, bytes.count - at)
        let chunk = UnsafeRawBufferPointer(rebasing: bytes[at..<at + count])
        xmlParseChunk(context, chunk.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(count), 0)
        at += count
      }
    }
    if isComplete, context.pointee.wellFormed != 0 { xmlParseChunk(context, nil, 0, 1) }
    isWellFormed = context.pointee.wellFormed != 0
  }

  // MARK: - Events

  private func start(
    _ local: UnsafePointer<UInt8>, _ prefix: UnsafePointer<UInt8>?, _ uri: UnsafePointer<UInt8>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int
  ) {
    serial += 1
    guard open.count <= XMLLimits.depth, let parent = open.last ?? nil, prefix == nil || uri != nil,
      let name = name(local, prefix, uri), let node = child(of: parent, name)
    else {
      open.append(nil)
      text.append([])
      return
    }
    open.append(node)
    text.append([])
    if node.ofElement != parent.element {
      node.ofElement = parent.element
      node.inParent = 0
    }
    node.element = serial
    node.inParent += 1
    if node.inParent == 1 { node.parents += 1 }
    node.mostInParent = max(node.mostInParent, node.inParent)
    guard let attributes else { return }
    for index in 0..<min(count, XMLLimits.attributes) {
      let parts = attributes + index * 5
      guard let local = parts[0], parts[1] == nil || parts[2] != nil, let start = parts[3], let end = parts[4],
        let name = self.name(local, parts[1], parts[2]), let attribute = attribute(of: node, name)
      else { continue }
      attribute.longest = max(attribute.longest, end - start)
      if end > start { attribute.guess.take(start, end) }
    }
  }

  private func end() {
    guard open.count > 1 else { return }
    let bytes = text.removeLast()
    guard let node = open.removeLast() else { return }
    node.count += 1
    let isBlank = bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    // A value of blanks is one for the reader, unless it only sets the children apart.
    guard !bytes.isEmpty, !isBlank else { return }
    node.longest = max(node.longest, bytes.count)
    bytes.withUnsafeBufferPointer { bytes in
      if let start = bytes.baseAddress { node.guess.take(start, start + bytes.count) }
    }
  }

  private func doctypeBegins() {
    hasDoctype = true
    if let context { XMLDocument.ignoreSubset(context) }
  }

  private func characters(_ start: UnsafePointer<UInt8>, _ count: Int) {
    guard let last = text.indices.last, open[last] != nil, text[last].count < XMLOutline.longestValue else { return }
    text[last] += UnsafeBufferPointer(start: start, count: min(count, XMLOutline.longestValue))
  }

  private func child(of parent: Node, _ name: Name) -> Node? {
    if let place = parent.childPlaces[name] { return parent.children[place] }
    guard nodeCount < XMLOutline.mostNodes else { return nil }
    nodeCount += 1
    let node = Node(name, parent: parent, serial: serial, zone)
    parent.childPlaces[name] = parent.children.count
    parent.children.append(node)
    return node
  }

  private func attribute(of node: Node, _ name: Name) -> Attribute? {
    if let place = node.attributePlaces[name] { return node.attributes[place] }
    guard nodeCount < XMLOutline.mostNodes else { return nil }
    nodeCount += 1
    let attribute = Attribute(name, zone)
    node.attributePlaces[name] = node.attributes.count
    node.attributes.append(attribute)
    return attribute
  }

  /// Nil for names that are too long.
  private func name(
    _ local: UnsafePointer<UInt8>, _ prefix: UnsafePointer<UInt8>?, _ uri: UnsafePointer<UInt8>?
  ) -> Name? {
    guard let text = XMLOutline.text(local) else { return nil }
    guard let uri else { return Name(local: text, uri: nil) }
    guard let space = XMLOutline.text(uri) else { return nil }
    if space != XMLOutline.xml, !namespaces.contains(where: { $0.uri == space }) {
      let wanted = prefix.flatMap { XMLOutline.text($0) } ?? "ns"
      var unique = wanted
      var number = 2
      while namespaces.contains(where: { $0.prefix == unique }) {
        unique = "\(wanted)\(number)"
        number += 1
      }
      namespaces.append((space, unique))
    }
    return Name(local: text, uri: space)
  }

  /// What prefix `xml` always stands for.
  private static let xml = "http://www.w3.org/XML/1998/namespace"

  private static func text(_ name: UnsafePointer<UInt8>) -> String? {
    var count = 0
    while name[count] != 0 {
      count += 1
      if count > XMLLimits.name { return nil }
    }
    return String(decoding: UnsafeBufferPointer(start: name, count: count), as: UTF8.self)
  }

  /// As a path of the mapping writes it.
  func written(_ name: Name) -> String {
    guard let uri = name.uri else { return name.local }
    if uri == XMLOutline.xml { return "xml:\(name.local)" }
    let prefix = namespaces.first { $0.uri == uri }?.prefix ?? "ns"
    return "\(prefix):\(name.local)"
  }

  // MARK: - libxml2

  private static func with(_ data: UnsafeMutableRawPointer?, _ body: (XMLOutline) -> Void) {
    guard let data else { return }
    body(Unmanaged<XMLOutline>.fromOpaque(data).takeUnretainedValue())
  }

  private static func makeHandler() -> xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElementNs = { data, local, prefix, uri, _, _, count, defaulted, attributes in
      guard let local else { return }
      XMLOutline.with(data) { $0.start(local, prefix, uri, attributes, Int(count - defaulted)) }
    }
    handler.endElementNs = { data, _, _, _ in XMLOutline.with(data) { $0.end() } }
    let characters: charactersSAXFunc = { data, start, count in
      guard let start else { return }
      XMLOutline.with(data) { $0.characters(start, Int(count)) }
    }
    handler.characters = characters
    handler.ignorableWhitespace = characters
    handler.cdataBlock = characters
    handler.internalSubset = { data, _, _, _ in XMLOutline.with(data) { $0.doctypeBegins() } }
    XMLDocument.refuseEntities(&handler)
    // Without one, libxml2 writes what it finds to standard error.
    handler.serror = { data, error in
      guard let error, error.pointee.level == XML_ERR_FATAL else { return }
      XMLOutline.with(data) { outline in
        let words = error.pointee.message.map { String(cString: $0) } ?? "error \(error.pointee.code)"
        let line = words.prefix(200).prefix { !$0.isNewline }
        if outline.fault == nil { outline.fault = (Int(error.pointee.line), DisplayText.escaped(String(line))) }
      }
    }
    return handler
  }
}
