import Mapping
import Pipeline

/// Loads a mapping over `LineReader` and maps lines with it.
enum MappingRun {
  static let head = """
    mapping: test
    language: 1
    input: { reader: line }
    identity: { visitor: =ip, profile: { hash: visitor, salt: pepper } }
    target: { source: web }

    """

  static func load(
    _ text: String, file: String = "test.yaml", environment: [String: String] = [:], purpose: MappingPurpose = .run
  ) throws(Diagnostics) -> MappingPlan {
    try MappingPlan.load(
      Array(text.utf8), file: file, readers: { (_, _) throws(Diagnostics) -> any Reader in LineReader() },
      environment: environment, purpose: purpose)
  }

  /// Everything that is said about a mapping, errors and warnings.
  static func findings(
    _ text: String, file: String = "test.yaml", environment: [String: String] = [:], purpose: MappingPurpose = .run
  ) -> [Diagnostic] {
    do throws(Diagnostics) {
      return try load(text, file: file, environment: environment, purpose: purpose).warnings
    } catch {
      return error.all
    }
  }

  struct Outcome {
    var bodies: [String] = []
    var visitors: [String] = []
    var contexts: [String] = []
    var requests: [String] = []
    var profiles: [String] = []
    var splits: [String?] = []
    var rejects: [String] = []
    var dropped: [String: Int] = [:]
    var unmatched = 0
    var ids: [UUID] = []
  }

  static func map(
    _ text: String, _ lines: [String], file: String = "test.yaml", environment: [String: String] = [:]
  ) throws -> Outcome {
    let plan = try load(text, file: file, environment: environment)
    let mapper = plan.makeMapper()
    let parser = plan.reader.makeParser(fields: plan.columns)
    let input = Array(lines.joined(separator: "\n").utf8)
    let block = Block(capacity: input.count + 1, headroom: 0)
    block.base.update(from: input, count: input.count)
    block.count = input.count
    block.seal()
    let batch = RecordBatch(stride: plan.columns.count, capacity: 2)
    let result = MappedBlock()
    var cursor = 0
    var more = true
    while more {
      batch.reset()
      more = parser.parse(block, from: &cursor, into: batch, result: result)
      mapper.map(batch, into: result)
    }
    var outcome = Outcome()
    func string(_ range: ByteRange) -> String { String(decoding: result.bytes(range), as: UTF8.self) }
    for index in 0..<result.count {
      let event = result.events[index]
      outcome.bodies.append(string(event.body))
      outcome.visitors.append(string(event.visitor))
      outcome.contexts.append(string(event.context))
      outcome.requests.append(string(event.request))
      outcome.profiles.append(string(event.profile))
      outcome.splits.append(event.split.isPresent ? string(event.split) : nil)
      outcome.ids.append(event.id)
    }
    outcome.rejects = result.rejects.map { "\($0.code) line \($0.line + 1): \($0.message)" }
    for (index, reason) in plan.drops.enumerated() { outcome.dropped[reason] = result.counts.dropped[index] }
    outcome.unmatched = result.counts.unmatched
    return outcome
  }
}
