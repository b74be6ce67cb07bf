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

  public enum Late: String, Sendable, CaseIterable { case attach, new, reject }

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

  public init(namespace: UUID) { self.namespace = namespace }

  /// How far inputs must keep together while they are read, in milliseconds; nil where everything is sorted afterwards.
  public var inputDisorder: Int64? { mode == .stream ? disorder : nil }

  /// What `memory` says, or else what suits the mode: open sessions stay in memory as long as a machine bears it, while
  /// a sort is as quick by way of files.
  public var memoryLimit: Int {
    if let memory { return memory }
    return switch mode {
    case .stream: 256 << 20
    case .exact, .none: 24 << 20
    }
  }
}
