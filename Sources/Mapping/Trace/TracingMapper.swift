internal import CEL
public import Pipeline

/// A `let` by itself: the loader that every expression calls, with its slot.
struct OutlinedLet: Sendable {
  let name: String
  let span: SourceSpan
  let slot: Int
  let load: Evaluate
  /// What tells an object as text.
  let text: Evaluate?
}

/// Runs records through the mapper of every run, and then asks the parts that its program is bound of what they say of
/// the same record: the answers are those of the run, since the parts are the same closures over the same slots.
final class TracingMapper: RecordTracer {
  private let mapper: Mapper
  private let drops: [String]
  private let result = MappedBlock()
  private let json = ByteBuffer()

  private var activation: Activation { mapper.activation }
  private var program: MappingProgram { mapper.program }

  init(_ plan: MappingPlan) {
    mapper = Mapper(plan.program)
    drops = plan.drops
  }

  func trace(_ batch: RecordBatch, _ index: Int) -> RecordTrace {
    result.reset()
    mapper.open(result)
    mapper.begin(batch, index)
    mapper.map(batch.records[index], into: result)
    mapper.close(result)
    let asked = program.outlinedLets.map { mapper.letMarks[$0.slot] == mapper.frame.pointee.generation }

    var trace = RecordTrace()
    trace.events = (0..<result.count).map { event(result.events[$0]) }
    if let reject = result.rejects.first {
      trace.fate = .rejected(reject)
    } else if result.count > 0 {
      trace.fate = .mapped
    } else if result.counts.unmatched > 0 {
      trace.fate = .unmatched
    } else {
      trace.fate = .dropped(result.counts.dropped.firstIndex { $0 > 0 }.map { drops[$0] } ?? "")
    }
    trace.steps = steps()
    trace.lets = zip(program.outlinedLets, asked).map { outlined, isAsked in
      RecordTrace.LetValue(
        name: outlined.name, outcome: outcome(outlined), span: outlined.span, isAsked: isAsked)
    }
    return trace
  }

  private func event(_ event: Event) -> RecordTrace.MadeEvent {
    let rule = program.rules[Int(event.rule)].rule
    return RecordTrace.MadeEvent(
      rule: rule.name, type: rule.type, time: event.time, id: event.id.text,
      visitor: String(decoding: result.bytes(event.visitor), as: UTF8.self),
      json: String(decoding: result.bytes(event.body), as: UTF8.self))
  }

  // MARK: Steps

  private func steps() -> [RecordTrace.Step] {
    var steps: [RecordTrace.Step] = []
    for drop in program.drops {
      steps.append(step(.drop, drops[drop.reason], drop.span, drop.terms))
      if steps.last?.verdict != .fails { return steps }
    }
    for check in program.checks {
      steps.append(step(.check, check.code, check.span, check.terms))
      if steps.last?.verdict != .fails { return steps }
    }
    for rule in program.rules {
      steps.append(step(.rule, rule.rule.name, rule.span, rule.terms))
      switch steps.last?.verdict {
      case .holds where !program.emitsAll, .failed: return steps
      default: break
      }
    }
    return steps
  }

  private func step(
    _ kind: RecordTrace.Step.Kind, _ name: String, _ span: SourceSpan, _ terms: [ConditionTerm]
  ) -> RecordTrace.Step {
    var step = RecordTrace.Step(kind: kind, name: name, span: span, verdict: .holds, terms: [])
    for term in terms {
      let verdict = verdict { term.predicate(activation) }
      step.terms.append(
        RecordTrace.Term(
          text: term.text, span: term.span, verdict: verdict, looked: term.looked.map { outcome($0(activation)) }))
      step.verdict = verdict
      if verdict != .holds { break }
    }
    return step
  }

  private func verdict(_ test: () -> Truth) -> RecordTrace.Verdict {
    mapper.frame.pointee.failureSite = RecordFrame.nowhere
    switch test() {
    case .yes: return .holds
    case .no: return .fails
    case .failed:
      let failure = mapper.frame.pointee.failure
      return .failed(failure.isError ? failure.errorMessage : "the value has the wrong kind")
    }
  }

  // MARK: Values

  private func outcome(_ outlined: OutlinedLet) -> RecordTrace.Outcome {
    let value = outlined.load(activation)
    guard let text = outlined.text, !value.isError, !value.isNone else { return outcome(value) }
    return outcome(text(activation))
  }

  private func outcome(_ value: Value) -> RecordTrace.Outcome {
    if value.isError { return .failed(value.errorMessage) }
    json.removeAll()
    switch Emitters.write(value, to: json, activation, depth: 0) {
    case .written: return .value(String(decoding: json.bytes, as: UTF8.self))
    case .missing: return .missing
    case .failed:
      var text: [UInt8] = []
      (value.isPresent ? value.unwrapped : value).appendText(to: &text)
      return .value(String(decoding: text, as: UTF8.self))
    }
  }
}

extension MappingPlan {
  /// Tells what the program does with single records, and why.
  public func makeTracer() -> any RecordTracer { TracingMapper(self) }

  /// Where each rule stands in the file, in the order of `rules`.
  public var ruleSpans: [SourceSpan] { program.rules.map(\.span) }

  /// Whether another mapping's `input` says the same, so that both make the same records of an input.
  public func readsLike(_ other: MappingPlan) -> Bool {
    document["input"].map { JSONValue($0) } == other.document["input"].map { JSONValue($0) }
  }

  /// Codes of the mapping's own checks.
  public var checkCodes: [String] { program.checks.map(\.code) }

  /// Whether a user agent is one of a program by the list that the command carries: Tracardi refuses a whole payload for
  /// such a one.
  public static func isProgram(_ agent: UnsafeBufferPointer<UInt8>) -> Bool { BotAgents.standard.matches(agent) }
}
