/// What a format text says: literal bytes and fields between them, before it is known which fields are wanted.
struct LogFormat: Sendable {
  enum Piece: Sendable {
    case literal([UInt8])
    case field(LogField)
  }

  /// How a server escapes what it logs.
  enum Escape: String, Sendable, CaseIterable { case `default`, json, none }

  var title: String
  var escape = Escape.default
  var pieces: [Piece] = []

  mutating func append(literal bytes: some Sequence<UInt8>) {
    if case .literal(let before) = pieces.last {
      pieces[pieces.count - 1] = .literal(before + bytes)
    } else {
      pieces.append(.literal(Array(bytes)))
    }
  }

  mutating func append(_ field: LogField) {
    // A time in brackets brings its brackets along; they are literals here.
    if field.kind == .bracketedTime {
      var bare = field
      bare.kind = .commonTime
      append(literal: "[".utf8)
      pieces.append(.field(bare))
      append(literal: "]".utf8)
    } else {
      pieces.append(.field(field))
    }
  }
}

/// A directive or variable of a format text.
struct LogField: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case text
    /// Text whose parts are joined by ", " or " : " (addresses of proxies, tries of upstreams).
    case list
    /// Text that at the end of a line takes all of the rest, blanks included.
    case free
    case int
    /// Whole units of so many microseconds.
    case micros(Int64)
    /// Seconds with a fraction, as microseconds.
    case seconds
    case request
    /// A path with or without a query.
    case target
    /// A query with its question mark, or nothing.
    case query
    /// A host, perhaps with a port.
    case hostPort
    /// An address with a port, which is always there: behind the last colon, though version 6 has no brackets.
    case addressPort
    /// `[10/Oct/2000:13:55:36 -0700]`, and the same without brackets.
    case bracketedTime
    case commonTime
    case isoTime
    /// Since 1970 in units of 10^-digits seconds, perhaps with a fraction.
    case epoch(digits: Int)
    /// Digits of a second's fraction.
    case fraction(digits: Int)
    case pattern(TimePattern)

    var isTime: Bool {
      switch self {
      case .bracketedTime, .commonTime, .isoTime, .epoch, .fraction, .pattern: true
      default: false
      }
    }
  }

  /// As written: `%{Referer}i`.
  var source: String
  var kind: Kind
  /// Names to give it, the first that is free.
  var names: [String]
  var summary: String
  var isRequired = false

  init(_ source: String, _ kind: Kind, _ names: [String], _ summary: String, required: Bool = false) {
    self.source = source
    self.kind = kind
    self.names = names
    self.summary = summary
    isRequired = required
  }

  /// The lower-case form in which foreign names become field names: `X-Foo` is `x_foo`.
  static func snake(_ name: String) -> String {
    var text = ""
    for character in name.lowercased() {
      text.append(character.isASCII && (character.isLetter || character.isNumber) ? character : "_")
    }
    if text.first?.isNumber ?? true { text = "_" + text }
    return text
  }

  /// The field that a request header becomes.
  static func header(_ name: String) -> (names: [String], kind: Kind, summary: String) {
    switch name.lowercased().replacing("_", with: "-") {
    case "referer", "referrer": (["referer"], .text, "page that linked here, as the client said")
    case "user-agent": (["agent"], .free, "client's program, as it said")
    case "host": (["host"], .text, "host that the client asked for")
    case "x-forwarded-for": (["forwarded"], .list, "addresses that proxies noted")
    default: ([snake(name)], .free, "request header \(name)")
    }
  }
}
