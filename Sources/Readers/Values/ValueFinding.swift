internal import Pipeline

/// Why a text is not a value of its field.
enum ValueProblem: UInt8, Sendable {
  case none
  /// No value where every record needs one.
  case missing
  case number
  /// A number that is too large for its type.
  case range
  /// More digits behind the point than declared.
  case scale
  case time
  /// A local time that exists twice or never.
  case ambiguous
  /// A time beside which another zone is named than its field has.
  case zoneName
  case choice
  case bool
}

/// The same in words, with its code (docs/diagnostics.md).
enum ValueFinding {
  /// - Parameters:
  ///   - text: the text at fault; of foreign origin, so it is escaped and cut.
  ///   - place: what the export calls the field, if not its name: `column 'Order ID'`.
  static func of(
    _ problem: ValueProblem, _ declaration: FieldDeclaration, _ text: UnsafeBufferPointer<UInt8>, place: String = ""
  ) -> RecordFinding {
    let name = place.isEmpty ? "field '\(declaration.name)'" : "field '\(declaration.name)' (\(place))"
    let shown = "'\(excerpt(text))'"
    switch problem {
    case .none, .missing:
      return RecordFinding(
        "R105", "\(name) is missing, which every record needs", hint: "declare it optional, or give it a default")
    case .number:
      return RecordFinding(
        "R104", "\(name): \(shown) is not a \(noun(declaration.type))",
        hint: "see `decimal` and `group` for numbers of other countries, and `missing` for texts without a value")
    case .range:
      switch declaration.type {
      case .decimal(_, let scale?) where scale > 0:
        return RecordFinding(
          "R108", "\(name): \(shown) is too large for a decimal number of scale \(scale)",
          hint: "a field has 18 digits in all: declare a smaller `scale`, or it as string, and write decimal(…)")
      case .decimal:
        return RecordFinding(
          "R108", "\(name): \(shown) has more digits than the 18 of a decimal field",
          hint: "declare it as string, and write decimal(…), or as double")
      default:
        return RecordFinding(
          "R108", "\(name): \(shown) is too large for a \(noun(declaration.type))",
          hint: "declare it as string or double")
      }
    case .scale:
      return RecordFinding(
        "R108", "\(name): \(shown) has more digits behind the point than its scale",
        hint: "declare a larger `scale`; nothing is rounded")
    case .time:
      return RecordFinding(
        "R103", "\(name): \(shown) is not a time of its format",
        hint: "see `format`; a time without an offset needs `zone`")
    case .ambiguous:
      return RecordFinding(
        "R106", "\(name): \(shown) exists twice or never in its zone",
        hint: "say `ambiguous: earlier` or `ambiguous: later`")
    case .zoneName:
      return RecordFinding(
        "R103", "\(name): \(shown) names another clock than its zone had then",
        hint: "%Z reads UTC, GMT and what the field's `zone` calls its own time; write the zone of the export")
    case .choice:
      return RecordFinding(
        "R107", "\(name): \(shown) is none of its values",
        hint: "add it to `values`, or to `missing` if it stands for no value")
    case .bool:
      return RecordFinding(
        "R107", "\(name): \(shown) is neither yes nor no",
        hint: "list the texts of both under `true` and `false`")
    }
  }

  private static func noun(_ type: ValueType) -> String {
    switch type {
    case .int: "whole number"
    case .decimal: "decimal number"
    default: "number"
    }
  }

  static func excerpt(_ text: String) -> String {
    var text = text
    return text.withUTF8 { excerpt($0) }
  }

  /// At most 40 characters, none of which can do anything to a terminal.
  static func excerpt(_ text: UnsafeBufferPointer<UInt8>) -> String {
    let whole = String(decoding: text.prefix(160), as: UTF8.self)
    let short = whole.prefix(40)
    return DisplayText.escaped(String(short)) + (short.utf8.count < text.count ? "…" : "")
  }
}
