internal import Pipeline

/// How an export writes its rows (RFC 4180, and what people do instead).
struct CSVDialect: Sendable, Equatable {
  enum Escape: String, Sendable, CaseIterable { case doubled, backslash }
  /// What to do with a row that has fewer or more fields than the header.
  enum Ragged: String, Sendable, CaseIterable {
    /// Either is a reject.
    case error
    /// What a short row lacks is missing; a longer one is a reject.
    case fill
    /// What a short row lacks is missing, what a longer one has beyond the header is passed over.
    case ignore
  }

  /// nil: found in the head of each input.
  var delimiter: UInt8? = UInt8(ascii: ",")
  /// nil: nothing is quoted.
  var quote: UInt8? = UInt8(ascii: "\"")
  var escape = Escape.doubled
  /// Lines that begin with it are passed over.
  var comment: [UInt8] = []
  var ragged = Ragged.error

  /// What `delimiter: auto` chooses from.
  static let delimiters = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]
}

/// Where the columns stand.
enum CSVHeader: Sendable, Equatable {
  /// In the first row.
  case present
  /// Nowhere: the fields name positions, or stand in the order of the columns.
  case absent
  /// In the mapping.
  case names([String])
}

/// How rows become one record.
struct CSVGroup: Sendable, Equatable {
  enum Order: String, Sendable, CaseIterable {
    /// Rows of a group stand together; nothing is kept but the keys of closed groups.
    case adjacent
    /// Rows of a group stand anywhere; they are brought together in temporary files.
    case any
  }

  /// Indices of declarations.
  var by: [Int]
  var same: [Int]
  var order = Order.adjacent
  var maximumRows = 5000
}

/// Everything that the mapping says about an export.
struct CSVSettings: Sendable {
  var dialect = CSVDialect()
  var header = CSVHeader.present
  /// Lines of a title before the header.
  var skip = 0
  var encoding = TextEncoding.unicode
  var missing = [""]
  var declarations: [FieldDeclaration] = []
  var group: CSVGroup?
}
