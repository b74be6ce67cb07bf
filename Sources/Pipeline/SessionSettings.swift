/// Where sessions begin and end and what surrounds their events: the mapping's `session`, `target` and `identity`,
/// resolved. Times are milliseconds.
public struct SessionSettings: Sendable {
  /// How events become payloads.
  public enum Mode: String, Sendable, CaseIterable {
    /// In the order of time, as records come; those later than `disorder` are late. For logs.
    case stream
    /// Sorted by visitor and time first; nothing is late. For exports in any order.
    case exact
    /// A payload a record, without a session. For exports of profiles.
    case none
  }

  /// What happens to a record later than `disorder`: it joins an open session (else a new one), opens one, is rejected.
  public enum Late: String, Sendable, CaseIterable { case attach, new, reject }

  /// How events become payloads.
  public var mode: Mode = .stream
  /// A silence longer than this opens a new session.
  public var gap: Int64 = 30 * 60_000
  /// A session that lasted this long ends.
  public var max: Int64? = 12 * 3_600_000
  /// How late a record may come.
  public var disorder: Int64 = 5 * 60_000
  /// Events of one session.
  public var cap: Int = 5_000
  /// Split at midnight in this zone.
  public var midnight: Zone?
  /// What happens to late records; in `stream` only.
  public var late: Late = .attach
  /// Events of one payload, and its bytes.
  public var partEvents = 100
  public var partBytes = 256 * 1024
  /// Only sessions opened in this range leave.
  public var from: Int64?
  public var to: Int64?
  /// Bytes of open sessions, or of what is sorted, kept in memory; more goes to a temporary file. Nil for what suits the
  /// mode.
  public var memory: Int?
  /// Whether another run will continue this one, so that inputs which have ended may still grow.
  public var isContinued = false
  /// Where temporary files stand; nil for `TMPDIR`, or else /tmp.
  public var temporaryFolder: String?

  /// `source.id`.
  public var source: String = ""
  /// Namespace of all ids: per source and mapping.
  public var namespace: UUID
  /// Key for pseudonymous profile ids.
  public var salt: [UInt8] = []
  /// `options` of each payload as a JSON object, nil for none.
  public var options: String?

  /// The standard of a mapping that says nothing else.
  public init(namespace: UUID) { self.namespace = namespace }

  /// How far inputs must keep together while they are read, in milliseconds; nil where everything is sorted afterwards.
  public var inputDisorder: Int64? { mode == .stream ? disorder : nil }

  /// A key of the mapping's `session` and its value.
  public struct Proposal: Sendable, Equatable {
    /// `disorder` or `mode`.
    public let key: String
    /// As a mapping writes it.
    public let value: String
    /// What it would do to records that are late now, as the end of a sentence.
    public let effect: String
  }

  /// What would keep records from being late that come so far behind their input's clock.
  ///
  /// No mapping may have a disorder longer than its gap: what is further behind must be sorted. That is nothing for a run
  /// that another one continues, since it would close its visits.
  /// - Parameter lateness: milliseconds.
  /// - Returns: nil where there is no such thing.
  public func proposal(forLateness lateness: Int64) -> Proposal? {
    guard lateness > 0 else { return nil }
    guard lateness <= gap else {
      return isContinued ? nil : Proposal(key: "mode", value: Mode.exact.rawValue, effect: "would put them in order")
    }
    let disorder = min((lateness + 59_999) / 60_000 * 60_000, gap)
    let (unit, length) = [("m", 60_000), ("s", 1000)].first { disorder % $0.1 == 0 } ?? ("ms", 1)
    return Proposal(key: "disorder", value: "\(disorder / length)\(unit)", effect: "would wait for them")
  }

  /// Bytes for open sessions, which stay in memory as long as a machine bears it.
  public static let memoryForSessions = 256 << 20
  /// Bytes for a sort, which is as quick by way of files.
  public static let memoryForSorting = 24 << 20

  /// What `memory` says, or else what suits the mode. A sort needs some in any case.
  public var memoryLimit: Int {
    switch mode {
    case .stream: memory ?? SessionSettings.memoryForSessions
    case .exact, .none: Swift.max(memory ?? SessionSettings.memoryForSorting, 64 << 10)
    }
  }
}
