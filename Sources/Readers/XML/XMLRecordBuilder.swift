internal import Glibc
internal import Pipeline

/// Collects the values of one record while its element is open, and writes the finished record as `XMLBlock` has it.
///
/// Nothing is allocated per record: the buffers keep their size.
final class XMLRecordBuilder {
  /// A value that was found. Attributes and own texts lie in `pieces`, the running text in `text`.
  private struct Found {
    var slot: UInt32
    var isPiece: Bool
    var start: Int
    var count: Int
  }

  /// An element whose text is wanted and which is open.
  private struct Capture {
    var slot: Int32
    var depth: Int32
    /// In `text`; for an own text, the index of its buffer.
    var start: Int
    var isOwn: Bool
  }

  private let layout: XMLLayout
  /// What is asked for every value, without counting references: by slot, the list that it belongs to (or that it is the
  /// record's, or the header's), and `items.sku: `.
  private struct SlotFacts {
    static let ofRecord: Int32 = -1
    static let ofHeader: Int32 = -2
    var list: Int32
    var prefix: UnsafeMutablePointer<UInt8>
    var prefixCount: Int
  }

  private let slots: UnsafeMutablePointer<SlotFacts>
  private let slotCount: Int
  private let listCount: Int
  private let text = ByteBuffer(capacity: 4096)
  private let pieces = ByteBuffer(capacity: 4096)
  private var found: UnsafeMutablePointer<Found>
  private var foundCount = 0
  private var foundCapacity = 64
  private var captures: UnsafeMutablePointer<Capture>
  private var captureCount = 0
  private var captureCapacity = 64
  private var ownTexts: [ByteBuffer] = []
  private var ownCount = 0
  /// By slot, the serial number of the record or row in which it was last found.
  private let seen: UnsafeMutablePointer<UInt64>
  /// By list: rows so far, the serial number of the row, the depth of the open row.
  private let rowCounts: UnsafeMutablePointer<Int>
  private let bounds: UnsafeMutablePointer<(minimum: Int, maximum: Int)>
  private let rowSerials: UnsafeMutablePointer<UInt64>
  private let rowDepths: UnsafeMutablePointer<Int32>
  private var serial: UInt64 = 1
  /// Rows count the serial on; the record keeps its own.
  private var recordSerial: UInt64 = 0
  private var problem: RecordFinding?
  /// Lines of the document before the record.
  private(set) var line = 0
  private var column = 0
  private var origin = 0

  /// The longest record, in bytes of its text, of its part of the document, and of what is written for it.
  var limit = 4 << 20
  private(set) var isOpen = false
  /// Values of the header, and whether they are settled because a record has begun.
  private(set) var header: [[UInt8]?]
  private var isHeaderSettled = false
  private var isHeaderLateReported = false
  private var headerSize = 0
  private(set) var failure: XMLFailure?
  /// Finished records.
  let output = ByteBuffer(capacity: 64 * 1024)

  init(_ layout: XMLLayout) {
    self.layout = layout
    slotCount = layout.slots.count
    listCount = layout.lists.count
    slots = .allocate(capacity: max(1, slotCount))
    for (index, slot) in layout.slots.enumerated() {
      var name = slot.declaration.name
      var list = SlotFacts.ofRecord
      switch slot.scope {
      case .header: list = SlotFacts.ofHeader
      case .record: break
      case .row(let index):
        list = Int32(index)
        if index < layout.lists.count { name = "\(layout.lists[index].name).\(name)" }
      }
      let bytes = Array("\(name): ".utf8)
      let prefix = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + XMLRecordBuilder.overshoot)
      prefix.initialize(repeating: 0, count: bytes.count + XMLRecordBuilder.overshoot)
      prefix.update(from: bytes, count: bytes.count)
      (slots + index).initialize(to: SlotFacts(list: list, prefix: prefix, prefixCount: bytes.count))
    }
    header = layout.slots.map { _ in nil }
    found = .allocate(capacity: foundCapacity)
    captures = .allocate(capacity: captureCapacity)
    seen = .allocate(capacity: max(1, layout.slots.count))
    seen.initialize(repeating: 0, count: max(1, layout.slots.count))
    let lists = max(1, layout.lists.count)
    rowCounts = .allocate(capacity: lists)
    rowCounts.initialize(repeating: 0, count: lists)
    bounds = .allocate(capacity: lists)
    for (index, list) in layout.lists.enumerated() { (bounds + index).initialize(to: (list.minimum, list.maximum)) }
    rowSerials = .allocate(capacity: lists)
    rowSerials.initialize(repeating: 0, count: lists)
    rowDepths = .allocate(capacity: lists)
    rowDepths.initialize(repeating: 0, count: lists)
  }

  deinit {
    for slot in 0..<slotCount { slots[slot].prefix.deallocate() }
    slots.deallocate()
    found.deallocate()
    captures.deallocate()
    seen.deallocate()
    rowCounts.deallocate()
    bounds.deallocate()
    rowSerials.deallocate()
    rowDepths.deallocate()
  }

  // MARK: - Elements

  func beginRecord(line: Int, column: Int, origin: Int) {
    if isOpen {
      note("R132", "a record begins inside this record", "name the record's path from the root, without '//'")
      return
    }
    isHeaderSettled = true
    isOpen = true
    serial &+= 1
    recordSerial = serial
    text.removeAll()
    pieces.removeAll()
    foundCount = 0
    problem = nil
    for list in 0..<listCount {
      rowCounts[list] = 0
      rowDepths[list] = 0
    }
    self.line = line
    self.column = column
    self.origin = origin
  }

  /// Where an element begins that has header values, for what may be wrong with them.
  func beginHeader(line: Int, column: Int, origin: Int) {
    guard !isOpen else { return }
    foundCount = 0
    self.line = line
    self.column = column
    self.origin = origin
  }

  func beginRow(_ list: Int, depth: Int32) {
    guard isOpen else { return }
    if rowDepths[list] != 0 {
      note(
        "R132", "a row of '\(layout.lists[list].name)' begins inside another", "name the rows' path without '//'")
      return
    }
    serial &+= 1
    rowSerials[list] = serial
    rowDepths[list] = depth
    rowCounts[list] &+= 1
    append(Found(slot: XMLBlock.Entry.row | UInt32(truncatingIfNeeded: list), isPiece: true, start: 0, count: 0))
  }

  func attribute(_ slot: Int, _ start: UnsafePointer<UInt8>, _ count: Int) {
    guard claim(slot), slots[slot].list == SlotFacts.ofHeader || fits(slot, count) else { return }
    let place = pieces.count
    appendAttribute(start, count)
    let size = pieces.count - place
    if slots[slot].list == SlotFacts.ofHeader {
      setHeader(slot, pieces.base + place, size)
      pieces.count = place
      return
    }
    append(Found(slot: UInt32(truncatingIfNeeded: slot), isPiece: true, start: place, count: size))
  }

  /// libxml2 gives an ampersand in an attribute as `&#38;` unless it is told to expand entities, which it must not be.
  @inline(__always)
  private func appendAttribute(_ start: UnsafePointer<UInt8>, _ count: Int) {
    let stop = start + count
    var at = start
    while at < stop {
      let hit = Scan.byte(UInt8(ascii: "&"), at, stop)
      pieces.append(at, hit - at)
      guard hit < stop else { return }
      pieces.append(UInt8(ascii: "&"))
      at = stop - hit >= 5 && memcmp(hit, "&#38;", 5) == 0 ? hit + 5 : hit + 1
    }
  }

  func beginText(_ slot: Int32, isOwn: Bool, depth: Int32) {
    guard claim(Int(slot)) else { return }
    if captureCount == captureCapacity {
      captures = XMLRecordBuilder.grown(captures, captureCount, &captureCapacity)
    }
    var start = text.count
    if isOwn {
      if ownCount == ownTexts.count { ownTexts.append(ByteBuffer(capacity: 256)) }
      ownTexts[ownCount].removeAll()
      start = ownCount
      ownCount += 1
    } else if captureCount == 0, !isOpen {
      text.removeAll()
      start = 0
    }
    (captures + captureCount).initialize(to: Capture(slot: slot, depth: depth, start: start, isOwn: isOwn))
    captureCount &+= 1
  }

  /// - Parameter depth: of the innermost open element.
  @inline(__always)
  func characters(_ start: UnsafePointer<UInt8>, _ count: Int, depth: Int32) {
    if captureCount > 0 { collect(start, count, depth) }
  }

  private func collect(_ start: UnsafePointer<UInt8>, _ count: Int, _ depth: Int32) {
    // Past the limits the record is refused anyway; what is kept stays small.
    guard text.count &+ count <= limit, pieces.count <= limit else {
      if isOpen { tooLong(text.count + count) } else { failure = failure ?? .header(name(Int(captures[0].slot))) }
      return
    }
    if ownCount == 0 {
      text.append(start, count)
      return
    }
    var isRunning = false
    for index in 0..<captureCount {
      let capture = captures[index]
      if !capture.isOwn {
        isRunning = true
      } else if capture.depth == depth {
        // One byte more than a field may have tells that there was more.
        let own = ownTexts[capture.start]
        own.append(start, min(count, XMLLimits.field + 1 - own.count))
      }
    }
    if isRunning { text.append(start, count) }
  }

  /// The element at this depth ends.
  @inline(__always)
  func end(depth: Int32) {
    while captureCount > 0, captures[captureCount &- 1].depth == depth {
      captureCount &-= 1
      finish(captures[captureCount])
    }
    for list in 0..<listCount where rowDepths[list] == depth { rowDepths[list] = 0 }
  }

  private func finish(_ capture: Capture) {
    let slot = Int(capture.slot)
    // A header value that is still open when the first record begins is discarded.
    if slots[slot].list == SlotFacts.ofHeader, isHeaderSettled {
      if capture.isOwn { ownCount -= 1 }
      _ = claimHeader(slot)
      return
    }
    var start = capture.start
    var count = text.count - start
    if capture.isOwn {
      ownCount -= 1
      let own = ownTexts[capture.start]
      start = pieces.count
      count = own.count
      pieces.append(own.base, count)
      own.shrink(to: 64 * 1024)
    }
    let base = capture.isOwn ? pieces.base : text.base
    if slots[slot].list == SlotFacts.ofHeader { return setHeader(slot, base + start, count) }
    guard isOpen, fits(slot, count) else { return }
    append(Found(slot: UInt32(truncatingIfNeeded: slot), isPiece: capture.isOwn, start: start, count: count))
  }

  /// Whether a value of the slot may come now.
  @inline(__always)
  private func claim(_ slot: Int) -> Bool {
    let scope: UInt64
    switch slots[slot].list {
    case SlotFacts.ofHeader: return claimHeader(slot)
    case SlotFacts.ofRecord: scope = recordSerial
    case let list: scope = rowSerials[Int(list)]
    }
    guard isOpen else { return false }
    if seen[slot] == scope {
      noteTwice(slot)
      return false
    }
    seen[slot] = scope
    return true
  }

  private func claimHeader(_ slot: Int) -> Bool {
    guard isHeaderSettled || header[slot] != nil else { return true }
    // One reject is enough: in a long file there could be one for each record.
    guard !isHeaderLateReported else { return false }
    isHeaderLateReported = true
    let late = header[slot] == nil
    writeReject(
      RecordFinding(
        "R134",
        late
          ? "header value '\(name(slot))' comes after the first record" : "header value '\(name(slot))' comes twice",
        hint: late
          ? "records before it were read without; take the value as a field of the record"
          : "the first one holds; write a path that only one element has"))
    return false
  }

  private func setHeader(_ slot: Int, _ start: UnsafePointer<UInt8>, _ count: Int) {
    headerSize += count
    if headerSize > XMLLimits.header {
      failure = failure ?? .header(name(slot))
      return
    }
    if !isHeaderSettled { header[slot] = Array(UnsafeBufferPointer(start: start, count: count)) }
  }

  // MARK: - Problems

  private func name(_ slot: Int) -> String {
    String(
      decoding: UnsafeBufferPointer(start: slots[slot].prefix, count: slots[slot].prefixCount - 2), as: UTF8.self)
  }

  private func note(_ code: String, _ message: String, _ hint: String) {
    note(RecordFinding(code, message, hint: hint))
  }

  private func note(_ finding: RecordFinding) {
    if isOpen, problem == nil { problem = finding }
  }

  @inline(never)
  private func noteTwice(_ slot: Int) {
    note(
      "R131", "field '\(name(slot))' comes twice",
      "declare a list for it, or write a path that only one element has")
  }

  func noteUnknownEntity(_ entity: String) {
    note(
      "R133", "entity '&\(entity);' is unknown",
      "only lt, gt, amp, quot, apos and character references are read")
  }

  private func fits(_ slot: Int, _ count: Int) -> Bool {
    if count > XMLLimits.field {
      note(
        "R135", "field '\(name(slot))' of \(count) bytes is longer than \(XMLLimits.field) bytes",
        "leave the field out of `fields`")
      return false
    }
    if pieces.count + count > limit {
      tooLong(pieces.count + count)
      return false
    }
    return true
  }

  private func tooLong(_ count: Int) {
    note(.tooLong("\(count) bytes or more", limit: limit))
  }

  // MARK: - Finished records

  /// - Parameter position: bytes of the document up to here.
  func endRecord(position: Int) {
    guard isOpen else { return }
    isOpen = false
    rowsInBounds()
    if position - origin > limit, problem == nil {
      isOpen = true
      tooLong(position - origin)
      isOpen = false
    }
    if let problem { return writeReject(problem) }
    var size = 0
    for index in 0..<foundCount where found[index].slot < XMLBlock.Entry.row {
      size += found[index].count + slots[Int(found[index].slot)].prefixCount + 1
    }
    let total = XMLBlock.Head.size + size + foundCount * XMLBlock.Entry.size
    if total > limit {
      return writeReject(.tooLong("\(total) bytes", limit: limit))
    }
    output.reserve(total + XMLRecordBuilder.overshoot)
    text.reserve(XMLRecordBuilder.overshoot)
    pieces.reserve(XMLRecordBuilder.overshoot)
    XMLBlock.Head(
      total: UInt32(total), text: UInt32(size), line: UInt32(line), column: UInt32(column),
      entries: UInt32(foundCount), kind: XMLBlock.Kind.record, origin: UInt64(origin)
    ).write(output.cursor)
    // Everything below lies within the bytes just reserved. The entries come last, since texts are written beyond their
    // ends.
    let begin = output.cursor + XMLBlock.Head.size
    var to = begin
    let (text, pieces) = (self.text.base, self.pieces.base)
    for index in 0..<foundCount {
      let value = found + index
      var place = 0
      if value.pointee.slot < XMLBlock.Entry.row {
        let slot = slots + Int(value.pointee.slot)
        to = XMLRecordBuilder.copy(slot.pointee.prefix, slot.pointee.prefixCount, to)
        place = to - begin
        to = XMLRecordBuilder.copy(
          (value.pointee.isPiece ? pieces : text) + value.pointee.start, value.pointee.count, to)
        to.pointee = 0x0A
        to += 1
      }
      value.pointee.start = place
    }
    for index in 0..<foundCount {
      XMLBlock.Entry(
        slot: found[index].slot, start: UInt32(truncatingIfNeeded: found[index].start),
        count: UInt32(truncatingIfNeeded: found[index].count)
      ).write(to)
      to += XMLBlock.Entry.size
    }
    output.count += total
    release()
  }

  /// How far beyond its end a text may be read and written.
  private static let overshoot = 32

  /// Copies a text; short ones, which most are, without asking how long they are. Returns where it ends.
  @inline(__always)
  private static func copy(
    _ from: UnsafePointer<UInt8>, _ count: Int, _ to: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    if count <= overshoot {
      UnsafeMutableRawPointer(to).storeBytes(
        of: UnsafeRawPointer(from).loadUnaligned(as: SIMD32<UInt8>.self), as: SIMD32<UInt8>.self)
    } else {
      to.update(from: from, count: count)
    }
    return to + count
  }

  private func rowsInBounds() {
    for index in 0..<listCount where problem == nil {
      let count = rowCounts[index]
      guard count < bounds[index].minimum || count > bounds[index].maximum else { continue }
      let list = layout.lists[index]
      problem = RecordFinding(
        "R123",
        count < list.minimum
          ? "list '\(list.name)' has \(count) rows, fewer than \(list.minimum)"
          : "list '\(list.name)' has \(count) rows, more than \(list.maximum)",
        hint: "see `min` and `max` of the list")
    }
  }

  /// What was found so far, cut short, then code, message and hint.
  private func writeReject(_ problem: RecordFinding) {
    var shown: [UInt8] = []
    for index in 0..<foundCount where found[index].slot < XMLBlock.Entry.row && shown.count < 256 {
      let value = found[index]
      let slot = slots[Int(value.slot)]
      shown += UnsafeBufferPointer(start: slot.prefix, count: slot.prefixCount)
      let base = value.isPiece ? pieces.base : text.base
      shown += UnsafeBufferPointer(start: base + value.start, count: min(value.count, 200))
      shown.append(0x0A)
    }
    let words = Array("\(problem.code)\u{0}\(problem.message)\u{0}\(problem.hint)".utf8)
    let total = XMLBlock.Head.size + shown.count + words.count
    output.reserve(total)
    XMLBlock.Head(
      total: UInt32(total), text: UInt32(shown.count), line: UInt32(line), column: UInt32(column), entries: 0,
      kind: XMLBlock.Kind.reject, origin: UInt64(origin)
    ).write(output.cursor)
    output.count += XMLBlock.Head.size
    for byte in shown { output.append(byte) }
    for byte in words { output.append(byte) }
    if !isOpen { release() }
  }

  /// Lets go of what a large record made the buffers grow to.
  private func release() {
    foundCount = 0
    text.removeAll()
    pieces.removeAll()
    text.shrink(to: 256 * 1024)
    pieces.shrink(to: 256 * 1024)
    if foundCapacity > 16 * 1024 {
      found.deallocate()
      foundCapacity = 64
      found = .allocate(capacity: foundCapacity)
    }
  }

  @inline(__always)
  private func append(_ value: Found) {
    if foundCount == foundCapacity {
      if foundCount * XMLBlock.Entry.size > limit { return tooLong(foundCount * XMLBlock.Entry.size) }
      found = XMLRecordBuilder.grown(found, foundCount, &foundCapacity)
    }
    (found + foundCount).initialize(to: value)
    foundCount &+= 1
  }

  private static func grown<Element: BitwiseCopyable>(
    _ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: inout Int
  ) -> UnsafeMutablePointer<Element> {
    capacity *= 2
    let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    new.moveInitialize(from: old, count: count)
    old.deallocate()
    return new
  }
}
