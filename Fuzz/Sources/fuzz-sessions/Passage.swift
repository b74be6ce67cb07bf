import Pipeline
import Sessions

struct Hit {
  var time: Int64
  var visitor: [UInt8]
  var split: [UInt8]?
  var padding: Int
}

/// What became of hits in the session stage. Every hash is one of four, so that visitors share them.
struct Passage {
  private(set) var output: [UInt8] = []
  private(set) var counts = SessionCounts()

  init(_ hits: [Hit], _ settings: SessionSettings, _ perBlock: Int) {
    let writer = Lines()
    let stage = SessionStage(
      settings: settings, inputs: [InputDescription(name: "fuzz", firstTime: nil, size: nil)], writer: writer,
      recycle: { $0.reset() })
    let block = Block(capacity: 4096, headroom: 0)
    var rejects: [Reject] = []
    var last: [LocatedReject] = []
    do {
      for first in stride(from: 0, to: hits.count, by: perBlock) {
        let mapped = MappedBlock()
        for (number, hit) in hits[first..<min(first + perBlock, hits.count)].enumerated() {
          Passage.add(hit, UInt32(number), to: mapped)
        }
        block.isLast = first + perBlock >= hits.count
        try stage.consume(mapped, of: block, rejects: &rejects)
      }
      try stage.finish(rejects: &last)
    } catch {
      fatalError("\(error)")
    }
    output = writer.bytes
    counts = stage.counts
  }

  private static func add(_ hit: Hit, _ number: UInt32, to mapped: MappedBlock) {
    // A visitor's own, as records' bytes make it.
    let who = UInt64(hit.visitor.count) << 8 | UInt64(hit.visitor.first ?? 0)
    let id = UUID(high: UInt64(bitPattern: hit.time), low: who)
    let visitor = put(hit.visitor, mapped)
    let body = put(
      Array("{\"id\":\"\(id.text)\",\"t\":\(hit.time),\"p\":\"".utf8) + [UInt8](repeating: 120, count: hit.padding)
        + Array("\"}".utf8), mapped)
    mapped.append(
      Event(
        time: hit.time, id: id, needsOrdinal: hit.padding % 3 > 0, rule: UInt16(hit.padding % 5),
        visitorHash: ByteHash.hash(mapped.bytes(visitor)) & 3, visitor: visitor, body: body,
        context: hit.padding % 7 == 0 ? put(Array("{\"c\":\(hit.padding)}".utf8), mapped) : .none, request: .none,
        profile: .none, split: hit.split.map { put($0, mapped) } ?? .none, recordOffset: 0, recordLength: 0,
        line: number, number: number))
  }

  private static func put(_ bytes: [UInt8], _ mapped: MappedBlock) -> ByteRange {
    let offset = mapped.text.count
    bytes.withUnsafeBufferPointer { mapped.text.append($0) }
    return ByteRange(offset: offset, length: bytes.count)
  }

  private final class Lines: PayloadWriter {
    var bytes: [UInt8] = []
    func write(_ payload: UnsafeBufferPointer<UInt8>) {
      bytes += payload
      bytes.append(10)
    }
    func finish() {}
    func abandon() {}
  }
}
