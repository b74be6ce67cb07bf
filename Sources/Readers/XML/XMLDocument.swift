internal import CLibXML2
internal import Glibc
internal import Pipeline

/// One XML document on its way through libxml2's push parser: SAX2 events step through the trie, and what it wants
/// goes to the builder.
///
/// libxml2 2.9 is unsafe by default: it expands entities, loads what they name, and has few limits. So nothing is
/// built, no entity but the five predefined ones exists, no option beyond NONET and BIG_LINES is set, and the limits are
/// our own.
final class XMLDocument {
  private let context: xmlParserCtxtPtr
  private let trie: PathTrie
  private let doctype: XMLLayout.DoctypePolicy
  let builder: XMLRecordBuilder
  /// The states of the open elements; the document's own is first.
  private let open: UnsafeMutablePointer<Int32>
  /// Names that were seen to be short, by their addresses.
  private let measured: UnsafeMutablePointer<UnsafePointer<UInt8>?>
  private static let measuredCount = 256
  private var depth: Int32 = 0
  private var recordDepth: Int32 = -1
  private var isFinishing = false
  /// Whether a piece of CDATA ended in CR, whose LF may begin the next piece.
  private var endedInReturn = false
  /// An unknown entity in an attribute, of whose element nothing is known yet.
  private var entityInTag: String?
  private(set) var failure: XMLFailure?
  /// Where it failed: lines before, 1-based column, bytes before, and the bytes there.
  private(set) var failureLine = 0
  private(set) var failureColumn = 0
  private(set) var failurePosition = 0
  private(set) var failureBytes: [UInt8] = []
  /// Markup may stay unfinished for so many bytes.
  private let longestMarkup: Int

  init(_ layout: XMLLayout, longestMarkup: Int) throws(XMLFailure) {
    XMLDocument.neverLoad()
    self.longestMarkup = longestMarkup
    doctype = layout.doctype
    var handler = XMLDocument.makeHandler()
    guard let context = xmlCreatePushParserCtxt(&handler, nil, nil, 0, nil) else { throw .noMemory }
    // The context takes `userData` for itself when there is none.
    xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_BIG_LINES.rawValue))
    guard let dictionary = context.pointee.dict else {
      xmlFreeParserCtxt(context)
      throw .noMemory
    }
    do {
      trie = try PathTrie(layout, dictionary: dictionary)
    } catch {
      xmlFreeParserCtxt(context)
      throw error
    }
    self.context = context
    builder = XMLRecordBuilder(layout)
    open = .allocate(capacity: XMLLimits.depth + 1)
    open.initialize(repeating: PathTrie.dead, count: XMLLimits.depth + 1)
    open[0] = trie.document
    measured = .allocate(capacity: XMLDocument.measuredCount)
    measured.initialize(repeating: nil, count: XMLDocument.measuredCount)
    context.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    if let document = context.pointee.myDoc {
      context.pointee.myDoc = nil
      xmlFreeDoc(document)
    }
    xmlFreeParserCtxt(context)
    open.deallocate()
    measured.deallocate()
  }

  /// Parses on. Nothing more may come after a failure.
  func parse(_ bytes: UnsafeMutableRawBufferPointer) {
    guard failure == nil, let base = bytes.baseAddress else { return }
    xmlParseChunk(context, base.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 0)
    settle()
    if failure == nil, let input = context.pointee.input {
      let rest = input.pointee.end - input.pointee.cur
      if rest > longestMarkup { fail(.markup(limit: longestMarkup)) }
    }
    if failure == nil, Int(xmlDictSize(context.pointee.dict)) > XMLLimits.names { fail(.names) }
  }

  func finish() {
    guard failure == nil else { return }
    isFinishing = true
    xmlParseChunk(context, nil, 0, 1)
    settle()
  }

  private func settle() {
    if let failure = builder.failure { fail(failure) }
    guard failure == nil, context.pointee.wellFormed == 0 || context.pointee.disableSAX != 0 else { return }
    fail(.notWellFormed("error \(context.pointee.errNo)"))
  }

  /// Lines that ended before the place that is reached.
  var line: Int { max(0, Int(context.pointee.input?.pointee.line ?? 1) - 1) }

  /// Bytes of the document that were parsed, in UTF-8.
  var position: Int {
    guard failure == nil, let input = context.pointee.input else { return failurePosition }
    return Int(input.pointee.consumed) + (input.pointee.cur - input.pointee.base)
  }

  private func fail(_ reason: XMLFailure, column: Int = 0) {
    guard failure == nil else { return }
    failureLine = line
    failureColumn = column
    failurePosition = position
    failure = reason
    if let input = context.pointee.input, let start = input.pointee.cur {
      failureBytes = Array(UnsafeBufferPointer(start: start, count: max(0, min(256, input.pointee.end - start))))
    }
  }

  @inline(never)
  private func failAtTag(_ reason: XMLFailure) { fail(reason, column: tagPlace().column) }

  // MARK: - Events

  /// Where the start tag that was just read begins: lines before it, 1-based column, bytes before it. A tag has no `<`
  /// but its own, and libxml2 keeps its bytes while its attributes are in use.
  private func tagPlace() -> (line: Int, column: Int, origin: Int) {
    guard let input = context.pointee.input, let base = input.pointee.base, let current = input.pointee.cur else {
      return (0, 0, 0)
    }
    let at = Scan.lastByte(UInt8(ascii: "<"), base, current) ?? base
    var lines = 0
    var probe = Scan.byte(0x0A, at, current)
    while probe < current {
      lines += 1
      probe = Scan.byte(0x0A, probe + 1, current)
    }
    // Longer lines are left to libxml2's own count.
    var column = max(0, Int(input.pointee.col) - (current - at))
    let isWhole = at - base <= 4096
    if let newline = Scan.lastByte(0x0A, isWhole ? base : at - 4096, at) {
      column = at - newline
    } else if isWhole, input.pointee.consumed == 0 {
      column = at - base + 1
    }
    return (max(0, line - lines), column, Int(input.pointee.consumed) + (at - base))
  }

  @inline(__always)
  fileprivate func start(
    _ local: UnsafePointer<UInt8>, _ prefix: UnsafePointer<UInt8>?, _ uri: UnsafePointer<UInt8>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int
  ) {
    guard failure == nil else { return }
    guard depth < XMLLimits.depth else { return failAtTag(.depth) }
    guard count <= XMLLimits.attributes else { return failAtTag(.attributes) }
    let parent = open[Int(depth)]
    depth &+= 1
    guard parent != PathTrie.dead, prefix == nil || uri != nil else {
      if !areShort(local, attributes, count) { return failAtTag(.name) }
      open[Int(depth)] = PathTrie.dead
      return
    }
    var next = trie.step(parent, local, uri, attributes, count)
    if next == nil {
      trie.restart(open, Int(depth))
      next = trie.step(open[Int(depth) - 1], local, uri, attributes, count)
    }
    let state = next ?? PathTrie.dead
    open[Int(depth)] = state
    if !areShort(local, attributes, count) { return failAtTag(.name) }
    if state != PathTrie.dead { act(state, attributes, count) }
    if let entity = entityInTag {
      if builder.isOpen { builder.noteUnknownEntity(entity) }
      entityInTag = nil
    }
  }

  @inline(__always)
  private func areShort(
    _ local: UnsafePointer<UInt8>, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int
  ) -> Bool {
    guard isShort(local) else { return false }
    guard let attributes else { return true }
    for index in 0..<count {
      if let name = attributes[index &* 5], !isShort(name) { return false }
    }
    return true
  }

  /// Names are interned for the parser's life, so each is measured but once, or as often as others push it out.
  @inline(__always)
  private func isShort(_ name: UnsafePointer<UInt8>) -> Bool {
    let place = Int(bitPattern: name) >> 2 & (XMLDocument.measuredCount - 1)
    if measured[place] == name { return true }
    guard strnlen(name, XMLLimits.name + 1) <= XMLLimits.name else { return false }
    measured[place] = name
    return true
  }

  private func act(
    _ index: Int32, _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int
  ) {
    // A pointer, since a copy of the state would cost more than what is done with it.
    let state = trie.states + Int(index)
    let isRecord = state.pointee.isRecord
    let (wantCount, captureCount) = (state.pointee.wantCount, state.pointee.captureCount)
    guard isRecord || wantCount > 0 || captureCount > 0 || state.pointee.rowCount > 0 else { return }
    if isRecord {
      let place = tagPlace()
      if !builder.isOpen { recordDepth = depth }
      builder.beginRecord(line: place.line, column: place.column, origin: place.origin)
    } else if !builder.isOpen {
      let place = tagPlace()
      builder.beginHeader(line: place.line, column: place.column, origin: place.origin)
    }
    for row in 0..<state.pointee.rowCount { builder.beginRow(Int(state.pointee.rows[row]), depth: depth) }
    if let attributes, wantCount > 0 {
      let wants = state.pointee.wants
      for wanted in 0..<wantCount {
        let want = wants + wanted
        let last = Int(want.pointee.place)
        if last < count, want.pointee.isNamed(by: attributes + last &* 5) {
          take(want, attributes + last &* 5)
          continue
        }
        for attribute in 0..<count where want.pointee.isNamed(by: attributes + attribute &* 5) {
          want.pointee.place = Int32(truncatingIfNeeded: want.pointee.local == nil ? XMLLimits.attributes : attribute)
          take(want, attributes + attribute &* 5)
        }
      }
    }
    let captures = state.pointee.captures
    for capture in 0..<captureCount {
      builder.beginText(captures[capture].slot, isOwn: captures[capture].isOwn, depth: depth)
    }
  }

  @inline(__always)
  private func take(_ want: UnsafePointer<PathTrie.Want>, _ parts: UnsafePointer<UnsafePointer<UInt8>?>) {
    if let start = parts[3], let end = parts[4] { builder.attribute(Int(want.pointee.slot), start, end - start) }
  }

  @inline(__always)
  fileprivate func end() {
    guard failure == nil, depth > 0 else { return }
    if open[Int(depth)] != PathTrie.dead {
      builder.end(depth: depth)
      if depth == recordDepth {
        recordDepth = -1
        builder.endRecord(position: position)
      }
    }
    depth &-= 1
  }

  @inline(__always)
  fileprivate func characters(_ start: UnsafePointer<UInt8>, _ count: Int) {
    if failure == nil { builder.characters(start, count, depth: depth) }
  }

  /// Line ends are LF whatever the file has (XML 1.0 §2.11); libxml2's push parser leaves that out in CDATA.
  fileprivate func cdata(_ start: UnsafePointer<UInt8>, _ count: Int) {
    let stop = start + count
    var at = start
    if endedInReturn, at < stop, at.pointee == 0x0A { at += 1 }
    // What comes in pieces is followed by more of it; the last piece by the section's end.
    endedInReturn = count > 0 && stop[-1] == 0x0D && stop[0] != UInt8(ascii: "]")
    while at < stop {
      let hit = Scan.byte(0x0D, at, stop)
      characters(at, hit - at)
      guard hit < stop else { return }
      withUnsafePointer(to: 0x0A as UInt8) { characters($0, 1) }
      at = hit + 1
      if at < stop, at.pointee == 0x0A { at += 1 }
    }
  }

  private func unknownEntity(_ name: UnsafePointer<UInt8>?) {
    let text = name.map { String(decoding: UnsafeBufferPointer(start: $0, count: strnlen($0, 64)), as: UTF8.self) }
    let shown = DisplayText.escaped(text ?? "")
    if builder.isOpen { builder.noteUnknownEntity(shown) }
    if context.pointee.instate == XML_PARSER_ATTRIBUTE_VALUE { entityInTag = shown }
  }

  fileprivate func doctypeBegins() {
    guard doctype == .reject else { return XMLDocument.ignoreSubset(context) }
    failAtTag(.doctype)
    xmlStopParser(context)
  }

  fileprivate func report(_ error: xmlErrorPtr) {
    if error.pointee.code == Int32(XML_WAR_UNDECLARED_ENTITY.rawValue) {
      unknownEntity(
        error.pointee.str1.map { name in UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self) })
    }
    // Warnings, and namespaces that are wrong, do not end the document.
    guard failure == nil, context.pointee.wellFormed == 0 || error.pointee.level == XML_ERR_FATAL,
      error.pointee.level != XML_ERR_WARNING
    else { return }
    var text = error.pointee.message.map { String(cString: $0) } ?? "error \(error.pointee.code)"
    while text.last?.isNewline == true || text.last == "." || text.last == " " { text.removeLast() }
    if error.pointee.code == Int32(XML_ERR_DOCUMENT_END.rawValue), isFinishing, depth > 0 {
      text = "it ends within an element"
    }
    fail(.notWellFormed(DisplayText.escaped(String(text.prefix(200)))), column: Int(error.pointee.int2))
  }

  // MARK: - libxml2

  /// For the whole process, once: nothing that a document names is ever opened.
  private static let loaderIsSet: Void = xmlSetExternalEntityLoader { _, _, _ in nil }
  static func neverLoad() { loaderIsSet }

  /// What every handler here must have: no entity but the five predefined ones.
  static func refuseEntities(_ handler: inout xmlSAXHandler) {
    handler.getEntity = { _, name in xmlGetPredefinedEntity(name) }
    handler.getParameterEntity = { _, _ in nil }
    handler.resolveEntity = { _, _, _ in nil }
  }

  /// What an ignored document type may declare is unknown like what an external one does (XML 1.0 §4.1): a fault of the
  /// record that has such an entity, not of the document.
  static func ignoreSubset(_ context: xmlParserCtxtPtr) {
    context.pointee.hasExternalSubset = 1
    context.pointee.standalone = 0
  }

  @inline(__always)
  fileprivate static func with(_ data: UnsafeMutableRawPointer?, _ body: (XMLDocument) -> Void) {
    guard let data else { return }
    Unmanaged<XMLDocument>.fromOpaque(data)._withUnsafeGuaranteedRef { body($0) }
  }

  private static func makeHandler() -> xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElementNs = { data, local, prefix, uri, _, _, count, defaulted, attributes in
      guard let local else { return }
      // Values that a DTD gives are left out: a document would grow by them without limit.
      XMLDocument.with(data) { $0.start(local, prefix, uri, attributes, Int(count - defaulted)) }
    }
    handler.endElementNs = { data, _, _, _ in XMLDocument.with(data) { $0.end() } }
    let characters: charactersSAXFunc = { data, start, count in
      guard let start else { return }
      XMLDocument.with(data) { $0.characters(start, Int(count)) }
    }
    handler.characters = characters
    // The same function: then libxml2 does not guess what is ignorable.
    handler.ignorableWhitespace = characters
    handler.cdataBlock = { data, start, count in
      guard let start else { return }
      XMLDocument.with(data) { $0.cdata(start, Int(count)) }
    }
    handler.internalSubset = { data, _, _, _ in XMLDocument.with(data) { $0.doctypeBegins() } }
    refuseEntities(&handler)
    handler.serror = { data, error in
      guard let error else { return }
      XMLDocument.with(data) { $0.report(error) }
    }
    return handler
  }
}
