/// A column of a log whose values stand one behind the other, told apart by a separator and nothing else.
struct LogColumn: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case text, int
    /// Whole units of so many microseconds.
    case micros(Int64)
    /// Seconds with a fraction, as microseconds.
    case seconds
    /// `GET /path HTTP/1.1`.
    case request
    /// A target in any form, with its query.
    case target
    /// `host/path`, without a scheme.
    case hostPath
    /// The path alone, its query in a column of its own.
    case stem
    case query
    /// `address:port`, `[v6]:port`.
    case addressPort
    /// Two texts around a slash; the second may be a number: see `secondIsNumber`.
    case pair
    /// Milliseconds around slashes, the last of which is the whole.
    case timers
    /// `{a|b}`; there is no such column in lines that have none.
    case captures
    /// `2026-09-10` and `13:55:36`, together a time.
    case date, timeOfDay
    case isoTime
    /// `10/Oct/2000:13:55:36 -0700`, also with a fraction for the offset.
    case commonTime
    /// Since 1970 in units of 10^-digits seconds, perhaps with a fraction.
    case epoch(digits: Int)

    var isTime: Bool {
      switch self {
      case .date, .timeOfDay, .isoTime, .commonTime, .epoch: true
      default: false
      }
    }
  }

  /// What the server does to text.
  enum Encoding: UInt8, Sendable {
    case plain
    /// Blanks became `+`.
    case plus
    /// Percent-encoded, once or twice.
    case percent
    /// `#` and two hexadecimal digits for what would break a line, for quotes and for `#` itself, as HAProxy has it.
    case hash
  }

  /// As the server's documentation or the log's header has it.
  var identifier: String
  var kind: Kind
  /// The field; empty if there is none.
  var name: String
  /// The field of what stands behind the colon or slash.
  var second: String
  var encoding: Encoding
  var isRequired: Bool
  /// Whether `second` is a whole number.
  var secondIsNumber: Bool
  /// Whether `duration` is the sum of this and its like.
  var isPartOfDuration: Bool
  /// Whether no column behind it has quotes: then the line's last one ends it, whatever quotes are in it.
  var isLastInQuotes: Bool
  var summary: String

  init(
    _ identifier: String, _ kind: Kind = .text, _ name: String? = nil, second: String = "",
    encoding: Encoding = .plain, required: Bool = false, secondIsNumber: Bool = false, isPartOfDuration: Bool = false,
    isLastInQuotes: Bool = false, _ summary: String = ""
  ) {
    self.identifier = identifier
    self.kind = kind
    self.name = name ?? (kind.isTime ? "time" : LogColumn.snake(identifier))
    self.second = second
    self.encoding = encoding
    isRequired = required || kind.isTime
    self.secondIsNumber = secondIsNumber
    self.isPartOfDuration = isPartOfDuration
    self.isLastInQuotes = isLastInQuotes
    self.summary = summary.isEmpty ? "column \(identifier)" : summary
  }

  /// Of the server's own time, which no offset tells from UTC.
  var isLocal: Bool { LogColumn.local.contains(identifier.lowercased()) }
  private static let local: Set = ["date-local", "time-local"]

  /// `cs(X-Foo)` is `cs_x_foo`.
  private static func snake(_ identifier: String) -> String {
    var name = LogField.snake(identifier)
    while name.count > 1, name.last == "_" { name.removeLast() }
    return name
  }
}

/// How lines of columns are written.
struct ColumnLayout: Sendable {
  /// What separates columns: one byte or the other.
  var separator: (UInt8, UInt8)
  /// Whether several separators in a row are one.
  var isRun = false
  /// Whether quotes within quoted values are doubled, as in CSV.
  var hasDoubledQuotes = false
  /// Whether quotes and other bytes within quoted values are escaped, as `\"` or `\x22`.
  var hasEscapes = false
  /// Whether `[…]` is one value.
  var hasBrackets = false
  /// Whether a line `#Fields:` names the columns of the lines that follow (W3C Extended Log File Format).
  var hasDirectives = false
  /// Whether the server writes tabs: a log with directives that has lost them is known by that.
  var isTabbed = false
  /// What a log with directives has at the beginning of its `#Software:` if this server wrote it.
  var software: [String] = []
  /// Lines that begin so are no records.
  var header: [UInt8] = []
  /// Columns that a line has at least.
  var minimum = 0
  /// Whether the server, HAProxy, writes messages among its requests.
  var hasMessages = false
  /// Whether times have no offset and none is documented.
  var needsZone = false
  /// The columns in their order; with directives, what is assumed until the first of them, or nothing.
  var columns: [LogColumn]
  /// With directives: what else may come, and under what name.
  var vocabulary: [LogColumn] = []

  static let blank = (UInt8(ascii: " "), UInt8(ascii: " "))
  static let white = (UInt8(ascii: " "), UInt8(ascii: "\t"))

  /// Whether a line begins with the client, and not with a time of its own.
  var beginsWithClient: Bool { columns.first?.name == "ip" }

  /// Whether a log with these columns behind its `#Fields:` has the server's own time and no other.
  func isLocal(named text: some Sequence<UInt8>) -> Bool {
    hasDirectives && known.columns(named: text).contains { $0.isLocal && $0.kind == .timeOfDay }
  }

  /// The columns that are known, by their identifiers in lower case.
  var known: [String: LogColumn] {
    var known: [String: LogColumn] = [:]
    for column in columns + vocabulary where known[column.identifier.lowercased()] == nil {
      known[column.identifier.lowercased()] = column
    }
    return known
  }
}

extension [String: LogColumn] {
  /// The columns that the text behind `#Fields:` names; what is not known becomes a field named after it.
  func columns(named text: some Sequence<UInt8>) -> [LogColumn] {
    let names = String(decoding: Array(text), as: UTF8.self).split(whereSeparator: \.isWhitespace)
    // Beside another time the server's own is a text.
    let hasTime = names.contains { $0.lowercased() == "time" }
    return names.map { name in
      guard let column = self[name.lowercased()], !hasTime || !column.isLocal else { return LogColumn(String(name)) }
      return column
    }
  }
}
