internal import Pipeline

/// Looks for natural ids that more than one event has: the receiver keeps one event of each, so that an `id` that is not
/// unique loses events, and nothing else would tell.
struct NaturalIDs {
  /// Where an event came from.
  struct Place {
    /// As the user named it.
    var input: String
    /// From 1.
    var line: Int
  }

  /// What was found of a rule.
  struct Finding {
    /// Events with the id of one before, and how many of them say something else than that one.
    var repeated = 0
    var contradicted = 0
    /// The first one, and the one whose id it has; of those that say something else, if there are any.
    var first: (place: Place, before: Place)?
  }

  /// By rule.
  private(set) var findings: [Finding]

  private struct Seen {
    var body: UInt64
    var input: UInt32
    var line: UInt32
  }

  private var seen: [UUID: Seen] = [:]
  /// Ids that are remembered, some sixteen megabytes; later ones are compared with these alone.
  private static let most = 250_000

  private let inputs: [String]

  /// - Parameter inputs: their names in rank order.
  init(rules: Int, inputs: [String]) {
    self.inputs = inputs
    findings = Array(repeating: Finding(), count: rules)
  }

  /// - Parameter lines: of the input, before the block's own.
  mutating func look(_ mapped: MappedBlock, input: Int, lines: Int) {
    for index in 0..<mapped.count where !mapped.events[index].needsOrdinal {
      let event = mapped.events[index]
      let body = ByteHash.hash(mapped.bytes(event.body))
      let line = lines + Int(event.line) + 1
      guard let before = seen[event.id] else {
        if seen.count < NaturalIDs.most {
          seen[event.id] = Seen(
            body: body, input: UInt32(truncatingIfNeeded: input), line: UInt32(truncatingIfNeeded: line))
        }
        continue
      }
      let contradicts = before.body != body
      let rule = Int(event.rule)
      findings[rule].repeated += 1
      if findings[rule].first == nil || contradicts && findings[rule].contradicted == 0 {
        let first = Place(input: inputs[Int(before.input)], line: Int(before.line))
        findings[rule].first = (Place(input: inputs[input], line: line), first)
      }
      if contradicts { findings[rule].contradicted += 1 }
    }
  }
}
