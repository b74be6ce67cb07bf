import Mapping
import Pipeline
import Testing

/// What the tracer says of a record is what the run did with it.
@Suite struct TracerTests {
  private static let mapping =
    MappingRun.head + """
      let:
        size: =bytes.or(0) * 2
        bad: =int(target.or("x"))
        who: =user.or("nobody")
      drop:
        - { reason: asset, when: { target: "*.css" } }
        - { reason: slow, if: =size > 100, unless: { method: GET } }
        - { reason: asset, when: { target: "*.js" } }
      checks:
        - { code: TEAPOT, when: { status: 418 }, message: no coffee here }
      events:
        - { type: form, when: { method: POST, status: 200..299 } }
        - { name: number, type: page, when: { target: "~ ^n" }, properties: { n: =bad } }
        - { type: page, needs: [target], when: { status: [200, 304] }, properties: { who: =who } }

      """

  private static let lines = [
    "time=1 ip=1 status=200 target=/a.css",
    "time=2 ip=1 status=200 target=/ method=PUT bytes=60",
    "time=3 ip=1 status=200 target=/ method=GET bytes=60",
    "time=4 ip=1 status=201 target=/ method=POST",
    "time=5 ip=1 status=404 target=/",
    "time=6 ip=1 status=418 target=/",
    "time=7 ip=1 status=200 target=nine",
    "time=8 ip=1 status=200",
    "time=9 ip=1 status=200 target=/x.js user=u",
  ]

  private static func traces() throws -> (traces: [RecordTrace], fates: MappedBlock, plan: MappingPlan) {
    let plan = try MappingRun.load(mapping, purpose: .preview)
    let input = Array(lines.joined(separator: "\n").utf8)
    let block = Block(capacity: input.count + 1, headroom: 0)
    block.base.update(from: input, count: input.count)
    block.count = input.count
    block.seal()
    let batch = RecordBatch(stride: plan.columns.count)
    let result = MappedBlock()
    let parser = plan.reader.makeParser(fields: plan.columns)
    var cursor = 0
    _ = parser.parse(block, from: &cursor, into: batch, result: MappedBlock())
    plan.makeFateMapper().map(batch, into: result)
    let tracer = plan.makeTracer()
    return ((0..<batch.count).map { tracer.trace(batch, $0) }, result, plan)
  }

  private static func word(_ trace: RecordTrace) -> String {
    switch trace.fate {
    case .mapped: trace.events.map(\.rule).joined(separator: ",")
    case .unmatched: "unmatched"
    case .dropped(let reason): reason
    case .rejected(let reject): reject.code
    }
  }

  @Test func fatesAreThoseOfTheRun() throws {
    let (traces, run, plan) = try Self.traces()
    #expect(
      traces.map(Self.word) == ["asset", "slow", "page", "form", "unmatched", "TEAPOT", "R201", "unmatched", "asset"])
    let fates = try #require(run.fates)
    #expect(fates.dropped.map { $0.number } == [0, 1, 8])
    #expect(fates.dropped.map { plan.dropEntries[Int($0.entry)] } == ["asset", "slow", "asset"])
    #expect(fates.unmatched == [4, 7])
    #expect(run.counts.dropped == [2, 1] && run.counts.unmatched == 2 && run.count == 2 && run.rejects.count == 2)
    // The very events of the run.
    let bodies = (0..<run.count).map { String(decoding: run.bytes(run.events[$0].body), as: UTF8.self) }
    #expect(traces.flatMap(\.events).map(\.json) == bodies)
  }

  @Test func stepsSayWhatDecided() throws {
    let traces = try Self.traces().traces
    func steps(_ index: Int) -> [String] {
      traces[index].steps.map { step in
        "\(step.kind.rawValue) \(step.name) \(step.verdict): \(step.terms.last?.text ?? "")"
      }
    }
    #expect(steps(0) == ["drop asset holds: when target: *.css"])
    #expect(steps(1).last == "drop slow holds: unless { method: GET }")
    #expect(steps(2)[1] == "drop slow fails: unless { method: GET }")
    #expect(steps(2).last == "rule page holds: needs target")
    #expect(
      steps(4).suffix(3) == [
        "rule form fails: when status: 200..299", "rule number fails: when target: ~ ^n",
        "rule page fails: when status: [200, 304]",
      ])
    #expect(traces[4].steps.last?.terms.last?.looked == .value("404"))
    #expect(steps(5).last == "check TEAPOT holds: when status: 418")
    #expect(traces[7].steps.last?.terms.last?.looked == .missing)
  }

  @Test func letsAreValuesErrorsAndWhetherTheyWereAsked() throws {
    let traces = try Self.traces().traces
    func lets(_ index: Int) -> [String: RecordTrace.LetValue] {
      Dictionary(uniqueKeysWithValues: traces[index].lets.map { ($0.name, $0) })
    }
    #expect(traces[0].lets.map(\.name) == ["size", "bad", "who"])
    #expect(lets(2)["size"]?.outcome == .value("120") && lets(2)["size"]?.isAsked == true)
    #expect(lets(2)["who"]?.isAsked == true && lets(0)["who"]?.isAsked == false)
    #expect(lets(8)["who"]?.outcome == .value("\"u\""))
    guard case .failed(let message) = lets(6)["bad"]?.outcome else {
      Issue.record("bad fails")
      return
    }
    #expect(!message.isEmpty)
    guard case .rejected(let reject) = traces[6].fate else {
      Issue.record("the value of the event fails")
      return
    }
    #expect(reject.message.contains(message))
  }
}
