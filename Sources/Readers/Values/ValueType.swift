internal import Pipeline

/// What the text of a declared field means.
enum ValueType: Sendable, Equatable {
  case string
  case int(NumberStyle)
  case double(NumberStyle)
  /// Exact; with a scale, every value has so many digits behind the point.
  case decimal(NumberStyle, scale: Int?)
  case bool(BoolTexts)
  case time(TimeStyle, zone: Zone?, ambiguous: Zone.Ambiguity)
  /// One of these texts.
  case choice([[UInt8]])

  /// How the mapping sees it.
  var fieldType: FieldType {
    switch self {
    case .string, .choice: .string
    case .int: .int
    case .double: .double
    case .decimal: .decimal
    case .bool: .bool
    case .time: .timestamp
    }
  }
}

/// How numbers are written.
struct NumberStyle: Sendable, Equatable {
  /// The decimal point.
  var point = UInt8(ascii: ".")
  /// What stands between groups of digits, in UTF-8; several forms where people mix them up (blanks, apostrophes).
  var separators: [[UInt8]] = []
}

/// The texts of yes and no. Standard ones hold in any case of letters, declared ones exactly.
struct BoolTexts: Sendable, Equatable {
  var yes: [[UInt8]]
  var no: [[UInt8]]
  var isStandard: Bool

  static let standard = BoolTexts(
    yes: ["true", "yes", "y", "t", "1"].map { Array($0.utf8) },
    no: ["false", "no", "n", "f", "0"].map { Array($0.utf8) }, isStandard: true)
}

/// How times are written.
enum TimeStyle: Sendable, Equatable {
  /// ISO 8601: a date, perhaps a time of day, perhaps an offset.
  case iso
  /// Since 1970 in units of 10^-digits seconds, perhaps with a fraction.
  case epoch(digits: Int)
  case pattern(TimePattern)
}
