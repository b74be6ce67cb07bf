internal import Pipeline

/// How an event that waits stands in the state of a run.
enum EventImage {
  static func write(_ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, to image: ByteBuffer) {
    let e = event.pointee
    image.append(word: e.time)
    image.append(id: e.id)
    for word in [
      e.needsOrdinal ? 1 : 0, Int64(e.rule), Int64(bitPattern: e.visitorHash), Int64(e.line), Int64(e.number),
    ] {
      image.append(word: word)
    }
    for part in [e.visitor, e.body, e.context, e.request, e.profile, e.split] {
      image.append(word: part.isPresent ? 1 : 0)
      guard part.isPresent else { continue }
      image.append(sized: UnsafeBufferPointer(start: text + Int(part.offset), count: Int(part.length)))
    }
  }

  /// Adds the event to a block. Its record's bytes are gone: an event that waits is accepted, so that no reject needs them.
  static func read(_ cursor: inout StateCursor, into block: MappedBlock) throws {
    let time = try cursor.word(in: CalendarTime.range)
    let id = try cursor.id()
    let needsOrdinal = try cursor.flag()
    let rule = UInt16(try cursor.word(in: 0...Int64(UInt16.max)))
    let visitorHash = UInt64(bitPattern: try cursor.word())
    let line = UInt32(try cursor.word(in: 0...Int64(UInt32.max)))
    let number = UInt32(try cursor.word(in: 0...Int64(UInt32.max)))
    var parts: [ByteRange] = []
    for _ in 0..<6 {
      guard try cursor.flag() else {
        parts.append(.none)
        continue
      }
      let bytes = try cursor.sized()
      parts.append(ByteRange(offset: block.text.count, length: bytes.count))
      block.text.append(bytes)
    }
    block.append(
      Event(
        time: time, id: id, needsOrdinal: needsOrdinal, rule: rule, visitorHash: visitorHash, visitor: parts[0],
        body: parts[1], context: parts[2], request: parts[3], profile: parts[4], split: parts[5], recordOffset: 0,
        recordLength: 0, line: line, number: number))
  }
}
