import Pipeline
import Testing

/// The run loop with stages made for the purpose: lines of digits are events, `#` is a comment, `!` a record that the
/// parser rejects, `?` one that the mapping rejects.
@Suite struct RunLoopTests {
  private func lines(_ count: Int, bad: Set<Int> = []) -> [String] {
    (0..<count).map { bad.contains($0) ? ($0 % 2 == 0 ? "!\($0)" : "?\($0)") : "\($0)" }
  }

  private func run(
    _ inputs: [[String]], perBlock: Int = 3, _ change: (inout RunLoop.Settings) -> Void = { _ in },
    feed: TestFeed? = nil, consumer: TestConsumer? = nil
  ) throws -> (outcome: RunLoop.Outcome, events: [String], rejects: [String], counts: RunCounts) {
    let pool = MappedBlockPool()
    let consumer = consumer ?? TestConsumer()
    consumer.pool = pool
    let rejects = TestRejects()
    var settings = RunLoop.Settings()
    settings.tolerance = .count(.max)
    settings.blockSize = 4096
    settings.headroom = 4096
    change(&settings)
    let loop = RunLoop(
      feed: feed ?? TestFeed(inputs, perBlock: perBlock), columns: 1, consumer: consumer, pool: pool, rejects: rejects,
      settings: settings, makeParser: { TestParser() }, makeMapper: { TestMapper() })
    consumer.loop = loop
    let outcome = try loop.run()
    return (outcome, consumer.taken, rejects.lines, loop.counts)
  }

  @Test(arguments: [1, 2, 4, 7], [1, 3, 50])
  func sameForAnyThreadsAndBlocks(threads: Int, perBlock: Int) throws {
    let inputs = [lines(400, bad: [3, 4, 5, 200]), [], lines(130, bad: [0, 129])]
    let expected = try run(inputs, perBlock: 1000)
    let result = try run(inputs, perBlock: perBlock) { $0.threads = threads }
    #expect(result.events == expected.events)
    #expect(result.rejects == expected.rejects)
    #expect(result.events.count == 524)
    #expect(result.counts.isBalanced)
    #expect(result.counts.sum.records == 530)
    #expect(result.counts.rejected == 6)
    #expect(result.counts.inputs.map(\.rejected) == [4, 0, 2])
    #expect(result.counts.inputs.map(\.records) == [400, 0, 130])
  }

  /// What sorts may look at the cancellation while it consumes as well.
  @Test(arguments: [1, 3]) func consumerThatWasCancelled(_ threads: Int) throws {
    let consumer = TestConsumer()
    consumer.failsAfter = 7
    consumer.failure = CancellationError()
    let result = try run([lines(100)], { $0.threads = threads }, consumer: consumer)
    #expect(result.outcome == .interrupted)
    #expect(!consumer.isFinished)
  }

  @Test func rejectsKnowTheirPlace() throws {
    let result = try run([["1", "#c", "!x", "?y"], ["22", "!z"]], perBlock: 2)
    // input, record, line, byte, raw
    #expect(result.rejects == ["in0 2 3 5 !x T1", "in0 3 4 8 ?y T2", "in1 2 2 3 !z T1"])
    #expect(result.counts.rejects.map(\.code) == ["T1", "T2"])
    #expect(result.counts.rejects.map(\.count) == [2, 1])
    #expect(result.counts.rejects.first?.line == 3)
  }

  @Test func whatTheFeedRejectsIsARecord() throws {
    let feed = TestFeed([["1"], ["2"]], perBlock: 1)
    feed.beforeBlock = { index, block in
      guard index == 1 else { return }
      block.skippedLines = 1
      block.rejects = [
        Reject(stage: .record, code: "R001", message: "", offset: nil, length: 9, line: 0, number: 0, raw: [0x2E])
      ]
    }
    let result = try run([], feed: feed)
    #expect(result.rejects == ["in1 1 1 0 . R001"])
    #expect(result.counts.sum.records == 3)
    #expect(result.counts.inputs[1].lines == 2)
    #expect(result.counts.isBalanced)
  }

  @Test func damageComesBehindTheRecords() throws {
    let feed = TestFeed([["1", "2"]], perBlock: 2)
    feed.beforeBlock = { _, block in
      block.rejects = [Reject(stage: .record, code: "I201", message: "", offset: nil, length: 0, line: 0, number: 0)]
    }
    let result = try run([], feed: feed)
    #expect(result.rejects == ["in0 3 3 0  I201"])
    #expect(result.counts.inputs[0].isDamaged)
    #expect(result.counts.isBalanced)
  }

  @Test(arguments: [1, 3]) func whatWasReadBeforeAFailureIsKept(threads: Int) throws {
    let feed = TestFeed([lines(30)], perBlock: 3)
    feed.failsAtBlock = 5
    let consumer = TestConsumer()
    #expect(throws: TestFailure.self) { try run([], { $0.threads = threads }, feed: feed, consumer: consumer) }
    #expect(consumer.taken == lines(15))
    #expect(!consumer.isFinished)
  }

  @Test(arguments: [1, 3]) func aFailureOfTheConsumerStopsAll(threads: Int) throws {
    let consumer = TestConsumer()
    consumer.failsAfter = 7
    #expect(throws: TestFailure.self) { try run([lines(3000)], { $0.threads = threads }, consumer: consumer) }
    #expect(consumer.taken == lines(9))
  }

  @Test(arguments: [1, 4]) func aSatisfiedConsumerEndsTheRun(threads: Int) throws {
    let consumer = TestConsumer()
    consumer.isSatisfiedAfter = 10
    let feed = TestFeed([lines(100_000)], perBlock: 3)
    let result = try run([], { $0.threads = threads }, feed: feed, consumer: consumer)
    #expect(result.events == lines(12))
    #expect(result.counts.sum.records == 12)
    #expect(consumer.isFinished)
    #expect(feed.blocks < 40)
  }

  @Test(arguments: [1, 4]) func cancellation(threads: Int) throws {
    let consumer = TestConsumer()
    consumer.cancelsAfter = 10
    let result = try run([lines(100_000)], { $0.threads = threads }, consumer: consumer)
    guard case .interrupted = result.outcome else {
      Issue.record("not interrupted")
      return
    }
    #expect(result.events == lines(12))
    #expect(!consumer.isFinished)
  }

  /// A signal while the consumer finishes: it is told, ends by throwing, and is not at rest until then.
  @Test func cancellationWhileFinishing() throws {
    let consumer = TestConsumer()
    consumer.cancelsInFinish = true
    let result = try run([lines(20)], { $0.threads = 2 }, consumer: consumer)
    #expect(result.outcome == .interrupted)
    #expect(result.events == lines(20))
    #expect(consumer.wasAtRest == false)
  }

  @Test(arguments: [1, 2, 50]) func tooManyRejectsByCount(perBlock: Int) {
    do {
      _ = try run([lines(100, bad: [10, 20, 30, 40])], perBlock: perBlock) { $0.tolerance = .count(2) }
      Issue.record("not stopped")
    } catch let many as TooManyRejects {
      #expect(many.rejected == 3)
      #expect(many.records == 31)
    } catch {
      Issue.record("\(error)")
    }
  }

  /// The share counts only once there is a sample.
  @Test(arguments: [1, 7, 100]) func tooManyRejectsByShare(perBlock: Int) throws {
    let early = try run([lines(999, bad: Set(0..<500))], perBlock: perBlock) { $0.tolerance = .standard }
    #expect(early.counts.rejected == 500)
    let within = try run([lines(2000, bad: Set(0..<20))], perBlock: perBlock) { $0.tolerance = .standard }
    #expect(within.counts.rejected == 20)
    #expect(throws: TooManyRejects.self) {
      try run([lines(2000, bad: Set(0..<21))], perBlock: perBlock) { $0.tolerance = .standard }
    }
  }

  /// A consumer may keep blocks for long; what they hold stays.
  @Test func keptBlocksAreNotOverwritten() throws {
    let consumer = TestConsumer()
    consumer.keeps = 20
    let result = try run([lines(600)], { $0.threads = 3 }, consumer: consumer)
    #expect(result.events == lines(600))
  }
}

struct TestFailure: Error {}

final class TestFeed: BlockFeed {
  let inputs: [InputDescription]
  var beforeBlock: ((Int, Block) -> Void)?
  var failsAtBlock = Int.max
  private(set) var blocks = 0
  private var rest: [(input: Int, offset: Int, text: [UInt8])] = []

  init(_ inputs: [[String]], perBlock: Int) {
    self.inputs = inputs.indices.map { InputDescription(name: "in\($0)", firstTime: nil, size: nil) }
    for (index, lines) in inputs.enumerated() {
      var offset = 0
      for start in stride(from: 0, to: lines.count, by: perBlock) {
        let text = Array(lines[start..<min(start + perBlock, lines.count)].map { $0 + "\n" }.joined().utf8)
        rest.append((index, offset, text))
        offset += text.count
      }
    }
    rest.reverse()
  }

  func next(into block: Block) throws -> Bool {
    if blocks == failsAtBlock { throw TestFailure() }
    guard let next = rest.popLast() else { return false }
    block.start.update(from: next.text, count: next.text.count)
    block.count = next.text.count
    block.seal()
    block.input = next.input
    block.offset = next.offset
    block.isLast = rest.last?.input != next.input
    beforeBlock?(blocks, block)
    blocks += 1
    return true
  }
}

final class TestParser: RecordParser {
  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
    while cursor < block.count, batch.count < 2 {
      let end = block.bytes[cursor...].firstIndex(of: 0x0A) ?? block.count
      let line = result.counts.lines
      result.counts.lines += 1
      if block.bytes[cursor] == UInt8(ascii: "#") {
        result.counts.comments += 1
      } else {
        let number = result.counts.records
        result.counts.records += 1
        if block.bytes[cursor] == UInt8(ascii: "!") {
          result.rejects.append(
            Reject(
              stage: .record, code: "T1", message: "", offset: cursor, length: end - cursor, line: line, number: number)
          )
        } else {
          let start = UnsafePointer(block.start + cursor)
          batch.fields[batch.count] = .text(start, end - cursor)
          batch.records[batch.count] = Record(
            start: start, count: end - cursor, offset: cursor, line: line, number: number)
          batch.count += 1
        }
      }
      cursor = end + 1
    }
    return cursor < block.count
  }
}

final class TestMapper: EventMapper {
  func map(_ batch: RecordBatch, into result: MappedBlock) {
    for row in 0..<batch.count {
      let record = batch.records[row]
      if record.start.pointee == UInt8(ascii: "?") {
        result.rejects.append(
          Reject(
            stage: .mapping, code: "T2", message: "", offset: record.offset, length: record.count, line: record.line,
            number: record.number))
        continue
      }
      let body = ByteRange(offset: result.text.count, length: record.count)
      result.text.append(record.start, record.count)
      result.counts.mapped += 1
      result.append(
        Event(
          time: 0, id: UUID(high: 0, low: 0), needsOrdinal: false, rule: 0, visitorHash: 0, visitor: .none, body: body,
          context: .none, request: .none, profile: .none, split: .none, recordOffset: UInt32(record.offset),
          recordLength: UInt32(record.count), line: UInt32(record.line), number: UInt32(record.number)))
    }
  }
}

final class TestConsumer: EventConsumer {
  var pool: MappedBlockPool?
  weak var loop: RunLoop?
  var keeps = 0
  var failsAfter = Int.max
  var failure: any Error = TestFailure()
  var isSatisfiedAfter = Int.max
  var cancelsAfter = Int.max
  private(set) var taken: [String] = []
  private(set) var isFinished = false
  var cancelsInFinish = false
  private var isCancelled = false
  private(set) var wasAtRest: Bool?
  private var kept: [MappedBlock] = []

  func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    kept.append(mapped)
    while kept.count > keeps { take(kept.removeFirst()) }
    if taken.count >= failsAfter { throw failure }
    if taken.count >= cancelsAfter { loop?.cancel() }
  }

  func finish(rejects: inout [LocatedReject]) throws {
    while !kept.isEmpty { take(kept.removeFirst()) }
    if cancelsInFinish {
      loop?.cancel()
      wasAtRest = loop?.isAtRest
    }
    if isCancelled { throw CancellationError() }
    isFinished = true
  }

  func cancel() {
    guard cancelsInFinish else { return }
    isCancelled = true
  }

  var isSatisfied: Bool { taken.count >= isSatisfiedAfter }

  private func take(_ mapped: MappedBlock) {
    for index in 0..<mapped.count {
      taken.append(String(decoding: mapped.bytes(mapped.events[index].body), as: UTF8.self))
    }
    pool?.recycle(mapped)
  }
}

final class TestRejects: RejectWriter {
  private(set) var lines: [String] = []

  func write(_ reject: LocatedReject) throws {
    let raw = String(decoding: reject.raw, as: UTF8.self)
    lines.append("\(reject.input) \(reject.record) \(reject.line) \(reject.offset) \(raw) \(reject.reject.code)")
  }
}
