internal import Pipeline

/// Reads the settings of reader `csv`.
extension CSVReader {
  /// - Throws: M303 an unknown key, M304 a bad value, M306 and M307 times; all of them at once.
  static func make(_ node: ConfigNode, _ file: String) throws(Diagnostics) -> any Reader {
    try CSVConfiguration(node, file: file).reader()
  }
}

private struct CSVConfiguration {
  private static let keys = [
    "reader", "fields", "delimiter", "quote", "escape", "comment", "skip", "header", "ragged", "missing", "encoding",
    "zone", "group", "time",
  ]
  private static let groupKeys = ["by", "order", "max_rows", "same"]

  private let node: ConfigNode
  private let settings: SettingsReader

  init(_ node: ConfigNode, file: String) {
    self.node = node
    settings = SettingsReader("csv", file: file)
  }

  func reader() throws(Diagnostics) -> CSVReader {
    settings.checkKeys(of: node, "reader csv", among: CSVConfiguration.keys)
    let declarations = FieldDeclarationReader(settings, ownKeys: ["column"], zone: settings.zone(node["zone"]))
    var csv = CSVSettings()
    if let missing = node["missing"] { csv.missing = settings.texts(missing, "missing") }
    csv.dialect = dialect()
    csv.encoding = TextEncoding(node["encoding"], settings)
    csv.header = header()
    if let skip = node["skip"] {
      csv.skip = skip.text.flatMap { Int($0) } ?? -1
      if !(0...CSVHead.mostSkipped).contains(csv.skip) {
        settings.report(
          "M304", "`skip` is not a number of lines up to \(CSVHead.mostSkipped)", at: skip.span,
          remedy: "write skip: 2 for two lines before the header")
      }
    }
    if let fields = node["fields"] {
      csv.declarations = declarations.read(fields)
      for declaration in csv.declarations { check(declaration, csv.header) }
    } else {
      settings.report(
        "M304", "reader csv needs `fields`", at: node.span,
        remedy: "name the columns that matter: fields: { order_id: string, qty: int }")
    }
    if let group = node["group"] { csv.group = self.group(group, csv.declarations) }
    try settings.finish()
    return CSVReader(csv)
  }

  private func dialect() -> CSVDialect {
    var dialect = CSVDialect()
    if let delimiter = node["delimiter"] {
      switch delimiter.text {
      case "auto": dialect.delimiter = nil
      case "tab", "\\t": dialect.delimiter = 0x09
      default: dialect.delimiter = byte(delimiter, "delimiter", "write one character, tab or auto")
      }
    }
    if let quote = node["quote"] {
      dialect.quote =
        quote.text == "none" || quote.text == ""
        ? nil : byte(quote, "quote", "write one character or none")
    }
    if dialect.quote != nil, dialect.quote == dialect.delimiter, let delimiter = node["delimiter"] {
      settings.report("M304", "`delimiter` and `quote` are the same", at: delimiter.span, remedy: "write quote: none")
    }
    dialect.escape = settings.choice(node["escape"], "escape", .doubled)
    dialect.ragged = settings.choice(node["ragged"], "ragged", .error)
    if let comment = node["comment"] {
      dialect.comment = Array((comment.text ?? "").utf8)
      if dialect.comment.isEmpty || dialect.comment.contains(0x0A) {
        settings.report(
          "M304", "`comment` is not a beginning of a line", at: comment.span, remedy: "write comment: \"#\"")
      }
    }
    return dialect
  }

  private func byte(_ node: ConfigNode, _ key: String, _ remedy: String) -> UInt8? {
    let bytes = Array((node.text ?? "").utf8)
    if bytes.count == 1, bytes[0] < 0x80, bytes[0] != 0x0A, bytes[0] != 0x0D { return bytes[0] }
    settings.report("M304", "`\(key)` is not a single character of ASCII", at: node.span, remedy: remedy)
    return nil
  }

  private func header() -> CSVHeader {
    guard let node = node["header"] else { return .present }
    if node.list != nil { return .names(settings.texts(node, "header")) }
    switch node.text {
    case "true": return .present
    case "false": return .absent
    default:
      settings.report(
        "M304", "`header` is neither true, false nor a list of names", at: node.span, remedy: "write header: true")
      return .present
    }
  }

  /// What a list of names can tell before any input is open.
  private func check(_ declaration: FieldDeclaration, _ header: CSVHeader) {
    if let column = declaration.own["column"], column.text == nil || column.text == "" {
      settings.report(
        "M304", "`column` is not a name", at: column.span, remedy: "write the name in the header, or a number from 1")
    } else if let scalar = declaration.own["column"]?.scalar, scalar.style == .plain, declaration.columnNumber == nil,
      Int(scalar.text) != nil
    {
      settings.report(
        "M304", "there is no column \(scalar.text): columns count from 1", at: scalar.span,
        remedy: "write column: 1 for the first; a column of that name is written in quotes: column: \"\(scalar.text)\"")
      return
    }
    guard declaration.columnNumber == nil else { return }
    let wanted = declaration.columnName
    let span = declaration.own["column"]?.span ?? declaration.span
    switch header {
    case .present: break
    case .absent:
      if declaration.own["column"] != nil {
        settings.report(
          "M304", "without a header no column has a name", at: span, remedy: "write its place: column: 1")
      }
    case .names(let names):
      if names.filter({ $0 == wanted }).count != 1 {
        settings.report(
          "M304", "`header` has no column '\(wanted)', or several", at: span,
          remedy: Suggestion.remedy(for: wanted, among: names))
      }
    }
  }

  private func group(_ node: ConfigNode, _ declarations: [FieldDeclaration]) -> CSVGroup? {
    guard node.entries != nil else {
      settings.report("M304", "`group` is not a map", at: node.span, remedy: "write group: { by: order_id }")
      return nil
    }
    settings.checkKeys(of: node, "`group`", among: CSVConfiguration.groupKeys)
    guard let by = node["by"] else {
      settings.report(
        "M304", "`group` needs `by`", at: node.span, remedy: "name the key that the rows share: by: order_id")
      return nil
    }
    var group = CSVGroup(
      by: indices(by, "by", declarations), same: node["same"].map { indices($0, "same", declarations) } ?? [])
    for index in group.by where declarations[index].isOptional {
      settings.report(
        "M304", "the key '\(declarations[index].name)' of a group cannot be optional", at: by.span,
        remedy: "declare it without `optional`")
    }
    // With one, rows that lack the key would be of a group that nobody wrote.
    for index in group.by where declarations[index].fallback != nil {
      settings.report(
        "M304", "the key '\(declarations[index].name)' of a group cannot have a default", at: by.span,
        remedy: "declare it without `default`")
    }
    group.order = settings.choice(node["order"], "order", .adjacent)
    if let most = node["max_rows"] {
      group.maximumRows = most.text.flatMap { Int($0) } ?? 0
      if group.maximumRows < 1 {
        settings.report("M304", "`max_rows` is not a number from 1", at: most.span, remedy: "write max_rows: 5000")
      }
    }
    for declaration in declarations where declaration.name == CSVSettings.rowsName {
      settings.report(
        "M304", "'rows' names the rows of a group", at: declaration.span,
        remedy: "give the field another name, and `column: rows`")
    }
    return group
  }

  private func indices(_ node: ConfigNode, _ key: String, _ declarations: [FieldDeclaration]) -> [Int] {
    var indices: [Int] = []
    let names = declarations.map(\.name)
    for name in settings.texts(node, key) {
      if let index = names.firstIndex(of: name) {
        indices.append(index)
      } else {
        settings.report(
          "M304", "`\(key)` names no field: '\(name)'", at: node.span,
          remedy: Suggestion.remedy(for: name, among: names))
      }
    }
    return indices
  }
}
