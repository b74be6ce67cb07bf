/// What a reader says about its records before it reads one: the mapping is checked against this.
public struct Schema: Sendable {
  /// A field that records may have.
  public struct Field: Sendable {
    /// As mappings write it.
    public var name: String
    /// Of a value that is there.
    public var type: FieldType
    /// Whether a record may lack it; a mapping must then say what happens without.
    public var isOptional: Bool
    /// What it is, in a few words for people.
    public var summary: String

    public init(_ name: String, _ type: FieldType, optional: Bool, _ summary: String) {
      self.name = name
      self.type = type
      self.isOptional = optional
      self.summary = summary
    }
  }

  /// How messages name it: `weblog (combined)`.
  public var title: String
  /// In the order in which they are shown.
  public var fields: [Field]
  /// The field that dates a record, of type `timestamp`, unless the mapping says another.
  public var timeField: String?
  /// Whether every rule must give its events an `id`, because a record's bytes do not stand for it.
  public var needsNaturalID: Bool

  /// What texts of some fields look like, by field: a pattern that no such text can have is a mistake.
  public var shapes: [String: TextShape]

  public init(
    title: String, fields: [Field], timeField: String?, needsNaturalID: Bool = false, shapes: [String: TextShape] = [:]
  ) {
    self.title = title
    self.fields = fields
    self.timeField = timeField
    self.needsNaturalID = needsNaturalID
    self.shapes = shapes
  }
}

/// What values a field has, which decides what expressions may do with it.
public indirect enum FieldType: Sendable, Equatable {
  case string, int, double, bool, timestamp, decimal
  /// Rows; the type of each column by its name.
  case list([String: FieldType])
  /// In a list: a column that a row may lack. Whole fields say so in `Schema.Field.isOptional`.
  case optional(FieldType)

  /// The type of a value that is there.
  public var present: FieldType { if case .optional(let type) = self { type } else { self } }
  /// Whether a row may lack it.
  public var isOptional: Bool { if case .optional = self { true } else { false } }
}

/// What the texts of a field look like.
public enum TextShape: Sendable {
  /// A path of a URL: begins with a slash, ends before the query.
  case path
  /// A method of HTTP: capitals.
  case method
  /// An IP address or a host's name.
  case address
}
