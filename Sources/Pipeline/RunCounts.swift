/// The accounts of a run. They add up at every exit: `records = rejected + dropped + unmatched + mapped`.
public struct RunCounts: Sendable {
  /// The rejects of one code.
  public struct Tally: Sendable {
    /// `R101`, explained in docs/.
    public var code: String
    /// Which stage refused them; one code may come from two.
    public var stage: Reject.Stage
    /// Of the first one.
    public var message: String
    public var hint: String
    /// How many there were.
    public var count: Int
    /// Where the first one was; line and record as in `LocatedReject`.
    public var input: String
    public var line: Int
    public var record: Int
  }

  /// What was read of one input.
  public struct Input: Sendable {
    public var name: String
    /// Decompressed bytes.
    public var bytes = 0
    /// Bytes as stored that were read for them.
    public var consumed = 0
    /// Size as stored, nil where unknown.
    public var size: Int?
    /// Decompressed bytes, lines and records that earlier runs have read of it; not among the others.
    public var bytesBefore = 0
    public var linesBefore = 0
    public var recordsBefore = 0
    public var lines = 0
    public var records = 0
    public var rejected = 0
    /// Whether its bytes ended where they should not, or could not be decompressed.
    public var isDamaged = false
  }

  /// Blocks read.
  public var blocks = 0
  /// The blocks' accounts; `records` and `lines` include what the feed itself had to reject.
  public var sum = BlockCounts()
  /// In the order of their first appearance.
  public var rejects: [Tally] = []
  /// In rank order.
  public var inputs: [Input] = []

  public init() {}

  /// Decompressed bytes of all inputs.
  public var bytes: Int { inputs.reduce(0) { $0 + $1.bytes } }
  /// Bytes as stored of all inputs, as far as they were read.
  public var consumed: Int { inputs.reduce(0) { $0 + $1.consumed } }
  /// Size as stored of all inputs; nil if one is unknown.
  public var size: Int? {
    var sum = 0
    for input in inputs {
      guard let size = input.size else { return nil }
      sum += size
    }
    return sum
  }

  /// Records that became no event because they were at fault, by reader or mapping.
  public var rejected: Int { rejects.reduce(0) { $0 + ($1.stage == .session ? 0 : $1.count) } }
  /// Events that the sessions refused; their records count as mapped.
  public var sessionRejects: Int { rejects.reduce(0) { $0 + ($1.stage == .session ? $1.count : 0) } }
  /// Records that the mapping drops, for whatever reason.
  public var dropped: Int { sum.dropped.reduce(0, +) }
  /// Events that the mapping made.
  public var events: Int { sum.matched.reduce(0, +) }

  /// Whether the accounts add up; anything else is a defect of the program.
  public var isBalanced: Bool { sum.records == rejected + dropped + sum.unmatched + sum.mapped }

  mutating func add(_ located: LocatedReject) {
    let reject = located.reject
    if let index = rejects.firstIndex(where: { $0.code == reject.code && $0.stage == reject.stage }) {
      rejects[index].count += 1
    } else {
      rejects.append(
        Tally(
          code: reject.code, stage: reject.stage, message: reject.message, hint: reject.hint, count: 1,
          input: located.input, line: located.line, record: located.record))
    }
  }
}

/// How many rejected records a run bears.
public enum RejectTolerance: Sendable, Equatable {
  /// More than this many stop the run.
  case count(Int)
  /// More than this share stops the run, in hundredths of a percent, once `RejectTolerance.sample` records were read.
  case share(hundredths: Int)

  /// What is borne where the user says nothing: 1 %.
  public static let standard = RejectTolerance.share(hundredths: 100)
  /// Records before which a share says nothing.
  public static let sample = 1_000

  func isExceeded(rejected: Int, records: Int) -> Bool {
    switch self {
    case .count(let most): rejected > most
    case .share(let hundredths):
      records >= RejectTolerance.sample && Double(rejected) * 10_000 > Double(hundredths) * Double(records)
    }
  }
}

/// Thrown when a run found more rejects than it may.
public struct TooManyRejects: Error, Sendable {
  /// Rejects so far, those of sessions included.
  public var rejected: Int
  public var records: Int
  /// What was asked for.
  public var tolerance: RejectTolerance
}

/// More rejects than a tolerance bears, in a run that went on.
public struct Overrun: Sendable {
  /// Where that tolerance would have stopped it.
  public var first: TooManyRejects
  /// The greatest share of rejects from there on, at most 1.
  public var share: Double
}
