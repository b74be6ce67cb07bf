/// What a mapping made of one record, step by step: for people who want to see why. Made beside a run, of the few records
/// that are shown, by the same compiled program.
public struct RecordTrace: Sendable {
  /// A field as the reader understood it.
  public struct FieldValue: Sendable {
    public var name: String
    public var type: String
    /// JSON text; nil if the record has no such value.
    public var json: String?
    /// Where it stands in the record's bytes, as far as that is known.
    public var range: Range<Int>?
    /// Whether the mapping names it.
    public var isUsed: Bool

    public init(name: String, type: String, json: String?, range: Range<Int>?, isUsed: Bool) {
      self.name = name
      self.type = type
      self.json = json
      self.range = range
      self.isUsed = isUsed
    }
  }

  /// What an expression gave.
  public enum Outcome: Sendable, Equatable {
    /// JSON text, or words for what has no form in JSON.
    case value(String)
    case missing
    /// The error's text.
    case failed(String)
  }

  /// One name of `let`.
  public struct LetValue: Sendable {
    public var name: String
    public var outcome: Outcome
    /// Where its expression stands in the mapping.
    public var span: SourceSpan
    /// Whether the run asked for it; nothing else is computed then.
    public var isAsked: Bool

    public init(name: String, outcome: Outcome, span: SourceSpan, isAsked: Bool) {
      self.name = name
      self.outcome = outcome
      self.span = span
      self.isAsked = isAsked
    }
  }

  /// Whether a condition holds.
  public enum Verdict: Sendable, Equatable {
    case holds, fails
    /// The error's text.
    case failed(String)
  }

  /// One term of a condition: a key of `when`, a name of `needs`, an `if`, an `unless`.
  public struct Term: Sendable {
    /// As the mapping writes it: `when status: 200..299`.
    public var text: String
    public var span: SourceSpan
    /// Whether the term lets the record through: of an `unless`, that it does not hold.
    public var verdict: Verdict
    /// What it looked at, where that is one value.
    public var looked: Outcome?

    public init(text: String, span: SourceSpan, verdict: Verdict, looked: Outcome?) {
      self.text = text
      self.span = span
      self.verdict = verdict
      self.looked = looked
    }
  }

  /// A drop entry, a check or a rule, with its terms as far as they were asked.
  public struct Step: Sendable {
    /// What of the mapping it is.
    public enum Kind: String, Sendable { case drop, check, rule }

    public var kind: Kind
    /// The reason, the code, the rule's name.
    public var name: String
    public var span: SourceSpan
    public var verdict: Verdict
    /// In the order in which they are asked; the last one decided. Empty for what takes every record.
    public var terms: [Term]

    public init(kind: Kind, name: String, span: SourceSpan, verdict: Verdict, terms: [Term]) {
      self.kind = kind
      self.name = name
      self.span = span
      self.verdict = verdict
      self.terms = terms
    }
  }

  /// What became of the record.
  public enum Fate: Sendable {
    case mapped
    case unmatched
    /// With the reason; `no-visitor` where the mapping drops records without one.
    case dropped(String)
    case rejected(Reject)
  }

  /// An event that the record became.
  public struct MadeEvent: Sendable {
    public var rule: String
    public var type: String
    /// Milliseconds since 1970-01-01 UTC.
    public var time: Int64
    public var id: String
    /// Who it is of, before it becomes a pseudonym.
    public var visitor: String
    /// The event as it stands in a payload.
    public var json: String

    public init(rule: String, type: String, time: Int64, id: String, visitor: String, json: String) {
      self.rule = rule
      self.type = type
      self.time = time
      self.id = id
      self.visitor = visitor
      self.json = json
    }
  }

  /// In the order of the mapping.
  public var lets: [LetValue] = []
  /// Drop entries, then checks, then rules, up to the one that decided.
  public var steps: [Step] = []
  /// What became of it in the end.
  public var fate = Fate.unmatched
  /// None unless it was mapped.
  public var events: [MadeEvent] = []

  public init() {}
}

/// Traces records. One thread at a time.
public protocol RecordTracer: AnyObject {
  /// - Parameter index: of the record in the batch, whose columns are those of the mapping.
  func trace(_ batch: RecordBatch, _ index: Int) -> RecordTrace
}

/// What the records of a block came to that leave no event and no reject; only where somebody asks.
public final class RecordFates {
  /// Numbers of records (`Record.number`) that were dropped, ascending, and by which of the mapping's entries.
  @exclusivity(unchecked) public var dropped: [(number: UInt32, entry: UInt32)] = []
  /// Numbers of records that no rule wanted, ascending.
  @exclusivity(unchecked) public var unmatched: [UInt32] = []

  /// Stands for `identity.none: drop`.
  public static let noVisitor = UInt32.max

  public init() {}

  func reset() {
    dropped.removeAll(keepingCapacity: true)
    unmatched.removeAll(keepingCapacity: true)
  }
}
