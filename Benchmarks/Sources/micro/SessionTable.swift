import Pipeline
import Sessions

/// Counts bytes and forgets them.
final class Sink: PayloadWriter {
  private(set) var bytes = 0
  func write(_ payload: UnsafeBufferPointer<UInt8>) { bytes += payload.count }
  func finish() {}
  func abandon() {}
}

/// Events that no reader made, so that the sessions alone are measured.
struct SessionTable {
  private static let perBlock = 1000
  private let blocks: [(block: Block, mapped: MappedBlock)]
  private let settings: SessionSettings
  let events: Int

  /// - Parameter visitors: how many are seen in turn; all of their sessions are open at once.
  init(events count: Int, visitors: Int) {
    let namespace = UUID.urlNamespace.named("https://shop.example.com/")
    settings = SessionSettings(namespace: namespace)
    events = count
    var random = Random(state: 7)
    var made: [(Block, MappedBlock)] = []
    let properties = #","type":"page-view","time":{"insert":"2026-09-10T08:00:00.000Z"},"properties":{"a":"b"}}"#
    for first in stride(from: 0, to: count, by: SessionTable.perBlock) {
      let block = Block(capacity: 4096, headroom: 0)
      let mapped = MappedBlock()
      for number in first..<min(count, first + SessionTable.perBlock) {
        let visitor = SessionTable.put("203.0.113.9|visitor \(random.below(visitors))", mapped)
        let id = namespace.named("\(number)")
        mapped.append(
          Event(
            time: 1_789_000_000_000 + Int64(number) * 11 - Int64(random.below(3)) * 1000, id: id, needsOrdinal: true,
            rule: 0, visitorHash: ByteHash.hash(mapped.bytes(visitor)), visitor: visitor,
            body: SessionTable.put("{\"id\":\"\(id.text)\"\(properties)", mapped),
            context: .none, request: .none, profile: .none, split: .none, recordOffset: 0, recordLength: 0,
            line: UInt32(number - first), number: UInt32(number - first)))
      }
      mapped.counts.lines = mapped.count
      mapped.counts.records = mapped.count
      made.append((block, mapped))
    }
    blocks = made
  }

  func run() -> UInt64 {
    let sink = Sink()
    let stage = SessionStage(
      settings: settings, inputs: [InputDescription(name: "micro", firstTime: nil, size: nil)], writer: sink
    ) { _ in }
    var rejects: [Reject] = []
    var located: [LocatedReject] = []
    do {
      for (block, mapped) in blocks { try stage.consume(mapped, of: block, rejects: &rejects) }
      try stage.finish(rejects: &located)
    } catch {
      fatalError("\(error)")
    }
    precondition(stage.counts.events == events && rejects.isEmpty)
    return UInt64(sink.bytes)
  }

  private static func put(_ text: String, _ mapped: MappedBlock) -> ByteRange {
    let offset = mapped.text.count
    mapped.text.append(text: text)
    return ByteRange(offset: offset, length: text.utf8.count)
  }
}
