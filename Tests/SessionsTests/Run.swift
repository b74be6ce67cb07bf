import Foundation
import Pipeline
import Sessions

typealias JSON = [String: Any]

let namespace = Pipeline.UUID.urlNamespace.named("https://example.org/test")

/// What a record says, as far as sessions care. Times are milliseconds.
struct Hit {
  var time: Int64
  var visitor = "v"
  var input = 0
  var context: String?
  var request: String?
  var profile: String?
  var split: String?
  /// Names the event; those of equal name have equal ids.
  var name: String?
  var padding = 0
  var rule: UInt16 = 0
  /// Whether it is a further event of the record before.
  var joins = false

  init(
    _ time: Int64, _ visitor: String = "v", input: Int = 0, context: String? = nil, request: String? = nil,
    profile: String? = nil, split: String? = nil, name: String? = nil, padding: Int = 0, rule: UInt16 = 0
  ) {
    self.time = time
    self.visitor = visitor
    self.input = input
    self.context = context
    self.request = request
    self.profile = profile
    self.split = split
    self.name = name
    self.padding = padding
    self.rule = rule
  }

  var record: String { "record \(time) \(visitor) \(name ?? "")" }
}

/// Collects payloads.
final class Collector: PayloadWriter {
  var payloads: [String] = []
  var bytes: [UInt8] = []

  func write(_ payload: UnsafeBufferPointer<UInt8>) {
    payloads.append(String(decoding: payload, as: UTF8.self))
    bytes += payload
    bytes.append(UInt8(ascii: "\n"))
  }
  func finish() {}
  func abandon() {}
}

/// A run of the stage over hits, a block at a time, and what came of it.
struct Run {
  var payloads: [String]
  var bytes: [UInt8]
  var rejects: [Reject]
  var counts: SessionCounts
  var satisfiedAfter: Int?
  var recycled: Int
  var blocks: Int
  /// Blocks that the stage held at once, after it returned.
  var mostBlocksOut = 0

  /// - Parameters:
  ///   - hits: in the order in which they are read; an input's blocks hold its hits only.
  ///   - visitorHash: of all visitors, instead of their own.
  ///   - blockSize: hits of a block, by the block's number.
  init(
    _ hits: [Hit], _ settings: SessionSettings, inputs: Int = 1, firstTimes: [Int64?]? = nil,
    visitorHash: UInt64? = nil, blockSize: (Int) -> Int = { _ in 1000 }
  ) throws {
    // In one pass: there may be thousands of inputs.
    var lastOfInput = [Int](repeating: -1, count: inputs)
    var firstOfInput = [Int64?](repeating: nil, count: inputs)
    for (index, hit) in hits.enumerated() {
      lastOfInput[hit.input] = index
      firstOfInput[hit.input] = firstOfInput[hit.input] ?? hit.time
    }
    let descriptions = (0..<inputs).map { input in
      let first = firstTimes.map { $0[input] } ?? firstOfInput[input]
      return InputDescription(name: "input-\(input)", firstTime: first, size: nil)
    }
    let writer = Collector()
    let recycled = Counter()
    let stage = SessionStage(settings: settings, inputs: descriptions, writer: writer) { mapped in
      precondition(mapped.pending == 0)
      recycled.value += 1
      // As a runner would: what is used again must not be referred to.
      mapped.text.base.update(repeating: 0x58, count: mapped.text.count)
      mapped.reset()
    }
    rejects = []
    blocks = 0
    var at = 0
    var offsets = [Int](repeating: 0, count: inputs)
    while at < hits.count {
      let input = hits[at].input
      var end = at
      let size = max(1, blockSize(blocks))
      while end < hits.count, end - at < size, hits[end].input == input { end += 1 }
      let block = Block(capacity: 1 << 16, headroom: 0)
      let mapped = MappedBlock()
      Run.fill(block, mapped, hits[at..<end], visitorHash)
      block.input = input
      block.offset = offsets[input]
      offsets[input] += block.count
      block.isLast = lastOfInput[input] < end
      try stage.consume(mapped, of: block, rejects: &rejects)
      blocks += 1
      mostBlocksOut = max(mostBlocksOut, blocks - recycled.value)
      at = end
      if stage.isSatisfied, satisfiedAfter == nil { satisfiedAfter = at }
    }
    var located: [LocatedReject] = []
    try stage.finish(rejects: &located)
    payloads = writer.payloads
    bytes = writer.bytes
    counts = stage.counts
    self.recycled = recycled.value
  }

  private final class Counter { var value = 0 }

  static func fill(
    _ block: Block, _ mapped: MappedBlock, _ hits: ArraySlice<Hit>, _ visitorHash: UInt64?
  ) {
    var number = -1
    for hit in hits {
      if !hit.joins || number < 0 { number += 1 }
      let record = Array((hit.record + "\n").utf8)
      let offset = block.count
      (block.start + offset).update(from: record, count: record.count)
      block.count += record.count
      let id = namespace.named(hit.name ?? hit.record)
      let padding = String(repeating: "x", count: hit.padding)
      let body =
        "{\"id\":\"\(id.text)\",\"type\":\"hit\",\"time\":{\"insert\":\"\(CalendarTime.range.contains(hit.time) ? TimestampWriter.text(hit.time) : "")\"},"
        + "\"properties\":{\"t\":\(hit.time),\"v\":\"\(hit.visitor)\(padding)\"}}"
      let visitor = put(hit.visitor, mapped)
      mapped.append(
        Event(
          time: hit.time, id: id, needsOrdinal: true, rule: hit.rule,
          visitorHash: visitorHash ?? ByteHash.hash(mapped.bytes(visitor)), visitor: visitor, body: put(body, mapped),
          context: put(hit.context, mapped), request: put(hit.request, mapped), profile: put(hit.profile, mapped),
          split: put(hit.split, mapped), recordOffset: UInt32(offset), recordLength: UInt32(record.count - 1),
          line: UInt32(number), number: UInt32(number)))
    }
    mapped.counts.lines = number + 1
    mapped.counts.records = number + 1
  }

  private static func put(_ text: String?, _ mapped: MappedBlock) -> ByteRange {
    guard let text else { return .none }
    let offset = mapped.text.count
    mapped.text.append(text: text)
    return ByteRange(offset: offset, length: text.utf8.count)
  }

  // MARK: What left

  var objects: [JSON] {
    payloads.map { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? JSON ?? [:] }
  }

  /// Times of the events of each payload.
  var times: [[Int64]] { objects.map(Run.times) }

  /// Times of the events of each session, parts joined, in the order of leaving.
  var sessions: [[Int64]] {
    var order: [String] = []
    var times: [String: [Int64]] = [:]
    for object in objects {
      let id = (object["session"] as? JSON)?["id"] as? String ?? ""
      if times[id] == nil { order.append(id) }
      times[id, default: []] += Run.times(object)
    }
    return order.map { times[$0] ?? [] }
  }

  var sessionIDs: [String] { objects.map { ($0["session"] as? JSON)?["id"] as? String ?? "" } }

  var eventIDs: [String] {
    objects.flatMap { ($0["events"] as? [JSON] ?? []).map { $0["id"] as? String ?? "" } }
  }

  private static func times(_ object: JSON) -> [Int64] {
    (object["events"] as? [JSON] ?? []).map {
      (($0["properties"] as? JSON)?["t"] as? NSNumber)?.int64Value ?? -1
    }
  }
}

/// Reads a time as payloads have it.
func at(_ text: String) -> Int64 {
  let formatter = ISO8601DateFormatter()
  return Int64((formatter.date(from: text)?.timeIntervalSince1970 ?? -1) * 1000)
}

let minute: Int64 = 60_000
let hour = 60 * minute

func settings(_ change: (inout SessionSettings) -> Void = { _ in }) -> SessionSettings {
  var settings = SessionSettings(namespace: namespace)
  settings.source = "shop"
  settings.salt = Array("salt".utf8)
  change(&settings)
  return settings
}
