internal import Pipeline

/// Reads entries of `fields:`, which are a text (`optional string`) or a map:
///
///     placed: { type: local_time, format: "%d.%m.%Y %H:%M", zone: Europe/Warsaw, ambiguous: earlier }
///     price:  { column: "Unit price", type: decimal, scale: 2, decimal: ",", group: " " }
///     status: { type: enum, values: [paid, cancelled], default: paid }
///
/// Findings: M303 an unknown key, M304 a bad value, M306 a time format that cannot be read, M307 a local time without
/// a zone.
struct FieldDeclarationReader {
  private enum Kind: String, CaseIterable {
    case string, int, double, bool, decimal, instant, timestamp
    case localTime = "local_time"
    case choice = "enum"
  }

  private static let keys = [
    "type", "optional", "default", "format", "zone", "ambiguous", "scale", "decimal", "group", "values", "true",
    "false", "missing", "nulls",
  ]
  private static let listKeys = ["list", "min", "max", "fields"]

  private let settings: SettingsReader
  /// Keys of an entry that the reader itself understands.
  private let ownKeys: [String]
  /// The reader's zone, where a field names none.
  private let zone: Zone?

  /// - Parameter settings: takes the findings.
  init(_ settings: SettingsReader, ownKeys: [String], zone: Zone? = nil) {
    self.settings = settings
    self.ownKeys = ownKeys
    self.zone = zone
  }

  /// All entries of a map; nothing where it is none.
  func read(_ fields: ConfigNode) -> [FieldDeclaration] {
    guard let entries = fields.entries else {
      settings.report(
        "M304", "`fields` is not a map", at: fields.span, remedy: "write fields: { order_id: string, qty: int }")
      return []
    }
    var declarations: [FieldDeclaration] = []
    for entry in entries { if let declaration = read(entry) { declarations.append(declaration) } }
    return declarations
  }

  /// One entry; nil after a finding that leaves nothing of it.
  func read(_ entry: ConfigEntry) -> FieldDeclaration? {
    guard FieldDeclarationReader.isName(entry.key) else {
      settings.report(
        "M304", "'\(entry.key)' cannot name a field", at: entry.keySpan,
        remedy: "write letters, digits and _, and put the export's own name behind `\(ownKeys.first ?? "column")`")
      return nil
    }
    var declaration = FieldDeclaration(
      name: entry.key, type: .string, isOptional: false, fallback: nil, missing: [], own: [:], span: entry.keySpan)
    if let text = entry.value.text {
      if let kind = kind(text, entry.value.span, &declaration) { resolve(kind, entry.value, &declaration) }
      return declaration
    }
    guard entry.value.entries != nil else {
      settings.report(
        "M304", "field '\(entry.key)' is neither a type nor a map", at: entry.value.span,
        remedy: "write \(entry.key): optional string, or \(entry.key): { type: int }")
      return nil
    }
    let known = FieldDeclarationReader.keys + ownKeys
    settings.checkKeys(of: entry.value, "a field of reader \(settings.readerName)", among: known)
    for key in ownKeys { declaration.own[key] = entry.value[key] }
    var kind = Kind.string
    if let type = entry.value["type"] {
      guard let read = self.kind(type.text ?? "", type.span, &declaration) else { return declaration }
      kind = read
    }
    if let optional = entry.value["optional"] {
      switch optional.text {
      case "true": declaration.isOptional = true
      case "false": declaration.isOptional = false
      default:
        settings.report(
          "M304", "`optional` is neither true nor false", at: optional.span, remedy: "write optional: true")
      }
    }
    if let list = entry.value["missing"] ?? entry.value["nulls"] {
      declaration.missing = settings.texts(list, "missing")
    }
    resolve(kind, entry.value, &declaration)
    if let fallback = entry.value["default"] {
      declaration.isOptional = false
      declaration.fallback = fallback.text
      if fallback.text.map({ ValueConverter.canRead($0, declaration) }) != true {
        settings.report(
          "M304", "the default of '\(entry.key)' is not a value of its type", at: fallback.span,
          remedy: "write it as the export would")
      }
    }
    return declaration
  }

  // MARK: - Lists

  /// Reports keys that no list of rows has.
  func checkListKeys(_ entry: ConfigEntry) {
    settings.checkKeys(
      of: entry.value, "a list of reader \(settings.readerName)", among: FieldDeclarationReader.listKeys)
  }

  /// How many rows a list has, by `min` and `max`.
  func rowBounds(_ entry: ConfigEntry) -> (minimum: Int, maximum: Int) {
    let minimum = rowCount(entry.value["min"], "min") ?? 0
    let maximum = rowCount(entry.value["max"], "max") ?? .max
    if minimum > maximum, let span = entry.value["max"]?.span {
      settings.report("M304", "`max` is less than `min`", at: span, remedy: "raise it, or leave it out")
    }
    return (minimum, maximum)
  }

  private func rowCount(_ node: ConfigNode?, _ key: String) -> Int? {
    guard let node else { return nil }
    if let count = node.text.flatMap({ Int($0) }), (0...1_000_000).contains(count) { return count }
    settings.report("M304", "`\(key)` is not a number of rows", at: node.span, remedy: "write \(key): 1")
    return nil
  }

  // MARK: - Types

  /// `[optional] type`.
  private func kind(_ text: String, _ span: SourceSpan, _ declaration: inout FieldDeclaration) -> Kind? {
    var words = text.split(separator: " ")
    if words.first == "optional" {
      declaration.isOptional = true
      words.removeFirst()
    }
    let word = words.isEmpty ? "" : words.joined(separator: " ")
    if let kind = Kind(rawValue: word) { return kind }
    settings.report(
      "M304", "unknown type '\(word)'", at: span,
      remedy: Suggestion.remedy(for: word, among: Kind.allCases.map(\.rawValue)))
    return nil
  }

  private func resolve(_ kind: Kind, _ node: ConfigNode, _ declaration: inout FieldDeclaration) {
    var used: Set<String> = ["type", "optional", "default", "missing", "nulls"]
    func option(_ key: String) -> ConfigNode? {
      used.insert(key)
      return node[key]
    }
    switch kind {
    case .string: break
    case .int: declaration.type = .int(number(option("decimal"), option("group")))
    case .double: declaration.type = .double(number(option("decimal"), option("group")))
    case .decimal:
      let style = number(option("decimal"), option("group"))
      declaration.type = .decimal(style, scale: scale(option("scale")))
    case .bool: declaration.type = .bool(booleans(option("true"), option("false")))
    case .choice:
      let values = option("values").map { settings.texts($0, "values") } ?? []
      if values.isEmpty {
        settings.report("M304", "an enum needs `values`", at: node.span, remedy: "write values: [paid, cancelled]")
      }
      declaration.type = .choice(values.map { Array($0.utf8) })
    case .instant, .timestamp, .localTime:
      let style = time(kind, option("format"), node.span)
      let ownZone = option("zone")
      let zone = ownZone == nil ? self.zone : settings.zone(ownZone)
      let ambiguous = settings.choice(option("ambiguous"), "ambiguous", Zone.Ambiguity.earlier)
      if kind == .localTime || kind == .timestamp && !FieldDeclarationReader.hasOffset(style), zone == nil,
        ownZone == nil
      {
        settings.report(
          "M307", "times of '\(declaration.name)' have no offset from UTC", at: node.span,
          remedy: "add `zone:` with the zone of the export, such as Europe/Warsaw or UTC")
      }
      declaration.type = .time(style, zone: zone, ambiguous: ambiguous)
    }
    for entry in node.entries ?? []
    where FieldDeclarationReader.keys.contains(entry.key) && !used.contains(entry.key) {
      settings.report(
        "M303", "type \(kind.rawValue) has no use for `\(entry.key)`", at: entry.keySpan,
        remedy: "remove it, or give the field the type that it belongs to")
    }
  }

  // MARK: - Options

  private func number(_ point: ConfigNode?, _ group: ConfigNode?) -> NumberStyle {
    var style = NumberStyle()
    if let point {
      switch point.text {
      case ".": break
      case ",": style.point = UInt8(ascii: ",")
      default:
        settings.report("M304", "`decimal` is neither \".\" nor \",\"", at: point.span, remedy: "write decimal: \",\"")
      }
    }
    guard let group else { return style }
    switch group.text {
    case " ", "\u{A0}", "\u{202F}", "\u{2009}":
      // What an export calls a blank is often one of the three that do not break.
      style.separators = [" ", "\u{A0}", "\u{202F}", "\u{2009}"].map { Array($0.utf8) }
    case "'", "\u{2019}": style.separators = ["'", "\u{2019}"].map { Array($0.utf8) }
    case ",", ".", "_":
      style.separators = [Array((group.text ?? "").utf8)]
      if style.separators == [[style.point]] {
        settings.report(
          "M304",
          point == nil
            ? "`group` is the decimal point, which is '.' where no `decimal` says otherwise"
            : "`group` and `decimal` are the same",
          at: group.span, remedy: "write decimal: \",\" with group: \".\", or the other way round")
      }
    default:
      settings.report(
        "M304", "`group` is not a separator of thousands", at: group.span, remedy: "write \" \", \".\", \",\" or \"'\"")
    }
    return style
  }

  private func scale(_ node: ConfigNode?) -> Int? {
    guard let node else { return nil }
    if let scale = node.text.flatMap({ Int($0) }), (0...18).contains(scale) { return scale }
    settings.report("M304", "`scale` is not a number from 0 to 18", at: node.span, remedy: "write scale: 2 for cents")
    return nil
  }

  private func booleans(_ yes: ConfigNode?, _ no: ConfigNode?) -> BoolTexts {
    guard let yes, let no else {
      if let one = yes ?? no {
        settings.report("M304", "`true` and `false` belong together", at: one.span, remedy: "list the texts of both")
      }
      return .standard
    }
    return BoolTexts(
      yes: settings.texts(yes, "true").map { Array($0.utf8) }, no: settings.texts(no, "false").map { Array($0.utf8) },
      isStandard: false)
  }

  private func time(_ kind: Kind, _ format: ConfigNode?, _ span: SourceSpan) -> TimeStyle {
    guard let format else {
      if kind == .timestamp {
        settings.report(
          "M304", "a timestamp needs `format`", at: span,
          remedy: "write format: \"%Y-%m-%d %H:%M:%S %z\", epoch or epoch_ms; ISO 8601 is type instant")
      }
      return .iso
    }
    switch format.text {
    case "iso": return .iso
    case "epoch": return .epoch(digits: 0)
    case "epoch_ms": return .epoch(digits: 3)
    case "epoch_us": return .epoch(digits: 6)
    case "epoch_ns": return .epoch(digits: 9)
    default: break
    }
    let pattern = TimePattern(format.text ?? "")
    if let problem = pattern.problem {
      settings.report("M306", problem, at: format.span, remedy: "write it as for strptime, such as %d.%m.%Y %H:%M")
    } else if let mistake = TimePatternMistake(pattern) {
      settings.report("M306", mistake.message, at: format.span, remedy: mistake.remedy)
    }
    return .pattern(pattern)
  }

  private static func hasOffset(_ style: TimeStyle) -> Bool {
    switch style {
    case .iso: false
    case .epoch: true
    case .pattern(let pattern): pattern.hasOffset
    }
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first == UInt8(ascii: "_") || (first | 0x20) &- UInt8(ascii: "a") < 26 else {
      return false
    }
    return text.utf8.allSatisfy { $0 == UInt8(ascii: "_") || ($0 | 0x20) &- UInt8(ascii: "a") < 26 || $0 &- 48 < 10 }
  }
}
