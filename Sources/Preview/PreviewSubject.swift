public import Pipeline

/// The mapping that is tried, as far as a preview must know it.
public struct PreviewSubject: Sendable {
  /// A rule of the mapping.
  public struct Rule: Sendable {
    public var name: String
    public var type: String
    public var span: SourceSpan

    public init(name: String, type: String, span: SourceSpan) {
      self.name = name
      self.type = type
      self.span = span
    }
  }

  public var name: String
  /// As the user named it.
  public var file: String
  public var reader: any Reader
  /// The reader's fields in the order of the mapping's batches.
  public var columns: [String]
  /// Those that the mapping names.
  public var usedFields: [String]
  public var rules: [Rule]
  /// Drop reasons, in the order of the counters.
  public var drops: [String]
  /// The reason of each drop entry.
  public var dropEntries: [String]
  public var makeTracer: @Sendable () -> any RecordTracer

  public init(
    name: String, file: String, reader: any Reader, columns: [String], usedFields: [String], rules: [Rule],
    drops: [String], dropEntries: [String], makeTracer: @escaping @Sendable () -> any RecordTracer
  ) {
    self.name = name
    self.file = file
    self.reader = reader
    self.columns = columns
    self.usedFields = usedFields
    self.rules = rules
    self.drops = drops
    self.dropEntries = dropEntries
    self.makeTracer = makeTracer
  }

  /// The fields that could tell what a record without a rule is about, the best first.
  public static let subjectFields = ["path", "target", "url"]

  /// The column that tells what a record is about.
  var subjectColumn: Int? {
    for name in PreviewSubject.subjectFields {
      if let column = columns.firstIndex(of: name) { return column }
    }
    return nil
  }
}

/// One record that is shown, with what became of it.
public struct ShownRecord: Sendable {
  /// As the user named it.
  public var input: String
  /// From 1; 0 if unknown.
  public var record: Int
  public var line: Int
  /// At most 64 KiB of the record's bytes.
  public var raw: [UInt8]
  /// All of its bytes.
  public var length: Int
  /// Every field of the reader; none of what the reader refused.
  public var fields: [RecordTrace.FieldValue] = []
  /// Nil where no mapping saw the record.
  public var trace: RecordTrace?
  /// Why it, or its event, was refused.
  public var reject: Reject?
  public var isLate = false

  /// What became of it, in a word.
  public var fate: String {
    if reject != nil { return "rejected" }
    switch trace?.fate {
    case .mapped: return "mapped"
    case .unmatched: return "unmatched"
    case .dropped: return "dropped"
    case .rejected: return "rejected"
    case nil: return "read"
    }
  }
}

/// Which records are shown.
public struct RecordChoice: Sendable {
  /// By what became of them.
  public enum Filter: Sendable, Equatable {
    case all, mapped, rejected, dropped, unmatched, late
    /// Rules, by index.
    case rules(Set<Int>)
    /// Drop entries, by index.
    case entries(Set<UInt32>)
    /// A reject's code.
    case code(String)

    /// Whether dropped records must be noted one by one.
    public var needsDropped: Bool {
      switch self {
      case .dropped, .entries: true
      default: false
      }
    }
  }

  public var filter: Filter
  /// How many at most.
  public var count: Int
  /// Whether they are spread evenly over all that is read, instead of being the first ones.
  public var isSpread: Bool

  public init(filter: Filter = .all, count: Int, isSpread: Bool = false) {
    self.filter = filter
    self.count = count
    self.isSpread = isSpread
  }
}
