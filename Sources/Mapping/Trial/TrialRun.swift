public import Pipeline

/// Makes what turns events into payloads. It is given, because a mapping knows no sessions.
///
/// The arguments are the mapping's settings, the run's inputs, where payloads go, and where used blocks go.
public typealias ConsumerFactory =
  @Sendable (SessionSettings, [InputDescription], any PayloadWriter, @escaping (MappedBlock) -> Void) ->
  any EventConsumer

/// What became of a text that went through a mapping's reader, its program and the sessions, as in any run, but in
/// memory.
struct TrialRun {
  private(set) var payloads: [JSONValue] = []
  private(set) var rejects: [LocatedReject] = []
  private(set) var counts = RunCounts()

  /// Throws what a reader or the sessions throw: a `Diagnostic`.
  init(_ plan: MappingPlan, _ text: String, consumer: ConsumerFactory) throws {
    let source = plan.reader.makeSource(TextBytes(text), limits: ReadLimits())
    let feed = TextFeed(source)
    let writer = Collector()
    let kept = RejectCollector()
    let pool = MappedBlockPool()
    var settings = RunLoop.Settings()
    settings.tolerance = .count(.max)
    let loop = RunLoop(
      feed: feed, columns: plan.columns.count,
      consumer: consumer(plan.sessions, feed.inputs, writer, { pool.recycle($0) }), pool: pool, rejects: kept,
      settings: settings, makeParser: { plan.reader.makeParser(fields: plan.columns) },
      makeMapper: { plan.makeMapper() })
    _ = try loop.run()
    counts = loop.counts
    payloads = writer.payloads
    rejects = kept.all
  }

  /// One payload of each session, in the order of the sessions' beginnings; none under the mode without sessions.
  var sessions: [JSONValue] {
    var seen: Set<String> = []
    let first = payloads.filter { payload in payload["session"]?["id"]?.text.map { seen.insert($0).inserted } ?? false }
    return ordered(first) { $0["session"]?["metadata"]?["insert"]?.text ?? "" }
  }

  /// All events, in the order of their times.
  var events: [JSONValue] {
    ordered(payloads.flatMap { $0["events"]?.elements ?? [] }) { $0["time"]?["insert"]?.text ?? "" }
  }

  private func ordered(_ values: [JSONValue], by key: (JSONValue) -> String) -> [JSONValue] {
    values.map { (key($0), $0) }.enumerated().sorted { a, b in
      a.element.0 != b.element.0 ? a.element.0 < b.element.0 : a.offset < b.offset
    }.map(\.element.1)
  }

  private final class TextBytes: ByteSource {
    private let bytes: [UInt8]
    private(set) var consumed = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
      let count = min(buffer.count, bytes.count - consumed)
      buffer.copyBytes(from: bytes[consumed..<consumed + count])
      consumed += count
      return count
    }
  }

  private final class TextFeed: BlockFeed {
    let inputs = [InputDescription(name: "given", firstTime: nil, size: nil)]
    private let source: any BlockSource

    init(_ source: any BlockSource) { self.source = source }

    func next(into block: Block) throws -> Bool { try source.next(into: block) }
  }

  private final class Collector: PayloadWriter {
    var payloads: [JSONValue] = []

    func write(_ payload: UnsafeBufferPointer<UInt8>) throws {
      if let value = JSONValue(payload) { payloads.append(value) }
    }

    func finish() throws {}
    func abandon() {}
  }

  private final class RejectCollector: RejectWriter {
    var all: [LocatedReject] = []
    func write(_ reject: LocatedReject) throws { all.append(reject) }
  }
}
