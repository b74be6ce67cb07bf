internal import Glibc
internal import Pipeline

/// Reads an XML document and cuts its records into blocks. Parsing XML is serial, so it happens here; what the values
/// mean is the parsers' work, on all threads.
///
/// Positions count bytes of the document in UTF-8. What ends the document too early is one reject behind all records.
final class XMLSource: PacedBlockSource {
  private static let chunkSize = 32 * 1024

  private let bytes: any ByteSource
  private let layout: XMLLayout
  private let limit: Int
  private let chunk: UnsafeMutableRawBufferPointer
  private var document: XMLDocument?
  private var startFailure: XMLFailure?
  /// Bytes of the builder's output that are delivered.
  private var delivered = 0
  private var hasEnded = false
  /// Whether it was said why the document ended too early.
  private var hasReported = false
  /// Whether no byte has come.
  private var isEmpty = true
  private var lastByte: UInt8 = 0x0A
  /// Lines before the next block.
  private var lines = 0
  var pace = Int.max

  init(_ bytes: any ByteSource, _ layout: XMLLayout, limits: ReadLimits) {
    self.bytes = bytes
    self.layout = layout
    limit = max(limits.record, 64)
    chunk = .allocate(byteCount: XMLSource.chunkSize, alignment: 4096)
    do throws(XMLFailure) {
      document = try XMLDocument(layout, longestMarkup: max(limit, 64 * 1024))
    } catch {
      startFailure = error
    }
  }

  deinit { chunk.deallocate() }

  func next(into block: Block) throws -> Bool {
    defer { block.consumed = bytes.consumed }
    guard let document else {
      throw Diagnostic("I313", startFailure?.message ?? "the XML parser cannot be started")
    }
    let output = document.builder.output
    document.builder.limit = min(limit, block.headroom)
    if delivered == output.count {
      output.removeAll()
      output.shrink(to: 1 << 20)
      delivered = 0
      let target = max(4096, min(block.capacity, pace))
      var read = 0
      while !hasEnded, output.count == 0 || output.count < target && read < target {
        read += try advance(document)
      }
    }
    deliver(document, into: block)
    if hasEnded, delivered == output.count {
      block.isLast = true
      end(document, block)
    }
    return block.count > 0
  }

  /// Feeds the next chunk. Chunks are full whatever a read returns, so that blocks do not depend on timing.
  private func advance(_ document: XMLDocument) throws -> Int {
    var count = 0
    var isEnd = false
    while count < chunk.count {
      let more = try bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: chunk[count...]))
      if more == 0 {
        isEnd = true
        break
      }
      count += more
    }
    if count > 0 {
      lastByte = chunk[count - 1]
      document.parse(UnsafeMutableRawBufferPointer(rebasing: chunk[..<count]))
    }
    if count > 0 { isEmpty = false }
    // Bytes that were cut off say so themselves; the document need not be said to be incomplete, too. Without any byte
    // there is none.
    if isEnd, !isEmpty, bytes.reportedEnd.isWhole { document.finish() }
    if isEnd || document.failure != nil { hasEnded = true }
    return count
  }

  // MARK: - Blocks

  private func deliver(_ document: XMLDocument, into block: Block) {
    let output = document.builder.output
    let preamble = preamble(document.builder)
    var stop = delivered
    block.origins.removeAll(keepingCapacity: true)
    while stop < output.count {
      let head = XMLBlock.Head.read(output.base + stop)
      let size = preamble.count + stop - delivered + Int(head.total)
      if size > block.capacity, stop > delivered || size > block.capacity + block.headroom { break }
      let place = preamble.count + stop - delivered
      block.origins.append(Block.Origin(offset: place, position: Int(head.origin)))
      stop += Int(head.total)
    }
    guard stop > delivered else { return }
    let count = preamble.count + stop - delivered
    block.start = count > block.capacity ? block.base + block.capacity - count : block.base
    block.count = count
    memcpy(block.start, preamble, preamble.count)
    memcpy(block.start + preamble.count, output.base + delivered, stop - delivered)
    delivered = stop
    let next = stop < output.count ? Int(XMLBlock.Head.read(output.base + stop).line) : endLine(document)
    let last = max(lines, next)
    XMLBlock.Head(
      total: UInt32(preamble.count), text: UInt32(preamble.count - XMLBlock.Head.size - entryBytes(document.builder)),
      line: UInt32(truncatingIfNeeded: lines), column: UInt32(truncatingIfNeeded: last),
      entries: UInt32(entryBytes(document.builder) / XMLBlock.Entry.size), kind: XMLBlock.Kind.preamble, origin: 0
    ).write(block.start)
    lines = last
    block.offset = document.position - count
    block.seal()
  }

  /// Lines that are done with when everything parsed so far is delivered.
  private func endLine(_ document: XMLDocument) -> Int {
    if document.failure != nil { return document.failureLine }
    // A record that is still open belongs to the next block with all its lines.
    if !hasEnded, document.builder.isOpen { return document.builder.line }
    return hasEnded && lastByte != 0x0A ? document.line + 1 : document.line
  }

  private func entryBytes(_ builder: XMLRecordBuilder) -> Int {
    builder.header.count { $0 != nil } * XMLBlock.Entry.size
  }

  /// The header values as a record of their own; the head is written when the block is known.
  private func preamble(_ builder: XMLRecordBuilder) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: XMLBlock.Head.size)
    for case let value? in builder.header { bytes += value }
    var start = 0
    for (slot, value) in builder.header.enumerated() {
      guard let value else { continue }
      let entry = XMLBlock.Entry(slot: UInt32(slot), start: UInt32(start), count: UInt32(value.count))
      withUnsafeBytes(of: entry) { bytes += $0 }
      start += value.count
    }
    return bytes
  }

  private func end(_ document: XMLDocument, _ block: Block) {
    if block.count == 0 {
      let last = max(lines, endLine(document))
      block.skippedLines = last - lines
      lines = last
      block.offset = document.position
    }
    guard !hasReported else { return }
    hasReported = true
    if let failure = document.failure {
      block.rejects.append(
        Reject(
          stage: .record, code: failure.code, message: failure.message, hint: failure.hint, offset: block.count,
          length: document.failureBytes.count, line: block.skippedLines, number: 0, column: document.failureColumn,
          raw: document.failureBytes))
    } else if var damage = bytes.reportedDamage {
      damage.line = block.skippedLines
      block.rejects.append(damage)
    }
  }
}
