internal import Pipeline

/// Reads the settings of reader `csv`.
extension CSVReader {
  private static let keys = [
    "reader", "fields", "delimiter", "quote", "escape", "comment", "skip", "header", "ragged", "missing", "encoding",
    "zone", "group", "time",
  ]
  private static let groupKeys = ["by", "order", "max_rows", "same"]

  /// - Throws: M303 an unknown key, M304 a bad value, M306 and M307 times; all of them at once.
  static func make(_ node: ConfigNode, _ file: String) throws(Diagnostics) -> any Reader {
    var reader = FieldDeclarationReader(file: file, reader: "csv", ownKeys: ["column"])
    var settings = CSVSettings()
    reader.begin(node, keys: keys)
    if let missing = node["missing"] { settings.missing = reader.texts(missing, "missing") }
    settings.dialect = dialect(node, &reader)
    settings.encoding = TextEncoding(node["encoding"]) { reader.report($0, $1, at: $2, remedy: $3) }
    settings.header = header(node["header"], &reader)
    if let skip = node["skip"] {
      settings.skip = skip.text.flatMap { Int($0) } ?? -1
      if !(0...CSVHead.mostSkipped).contains(settings.skip) {
        reader.report(
          "M304", "`skip` is not a number of lines up to \(CSVHead.mostSkipped)", at: skip.span,
          remedy: "write skip: 2 for two lines before the header")
      }
    }
    if let fields = node["fields"] {
      settings.declarations = reader.read(fields)
      for declaration in settings.declarations { check(declaration, settings.header, &reader) }
    } else {
      reader.report(
        "M304", "reader csv needs `fields`", at: node.span,
        remedy: "name the columns that matter: fields: { order_id: string, qty: int }")
    }
    if let group = node["group"] { settings.group = self.group(group, settings, &reader) }
    guard reader.findings.isEmpty else { throw Diagnostics(reader.findings) }
    return CSVReader(settings)
  }

  private static func dialect(_ node: ConfigNode, _ reader: inout FieldDeclarationReader) -> CSVDialect {
    var dialect = CSVDialect()
    if let delimiter = node["delimiter"] {
      switch delimiter.text {
      case "auto": dialect.delimiter = nil
      case "tab", "\\t": dialect.delimiter = 0x09
      default: dialect.delimiter = byte(delimiter, "delimiter", "write one character, tab or auto", &reader)
      }
    }
    if let quote = node["quote"] {
      dialect.quote =
        quote.text == "none" || quote.text == ""
        ? nil : byte(quote, "quote", "write one character or none", &reader)
    }
    if dialect.quote != nil, dialect.quote == dialect.delimiter, let delimiter = node["delimiter"] {
      reader.report("M304", "`delimiter` and `quote` are the same", at: delimiter.span, remedy: "write quote: none")
    }
    dialect.escape = reader.choice(node["escape"], "escape", .doubled)
    dialect.ragged = reader.choice(node["ragged"], "ragged", .error)
    if let comment = node["comment"] {
      dialect.comment = Array((comment.text ?? "").utf8)
      if dialect.comment.isEmpty || dialect.comment.contains(0x0A) {
        reader.report(
          "M304", "`comment` is not a beginning of a line", at: comment.span, remedy: "write comment: \"#\"")
      }
    }
    return dialect
  }

  private static func byte(
    _ node: ConfigNode, _ key: String, _ remedy: String, _ reader: inout FieldDeclarationReader
  ) -> UInt8? {
    let bytes = Array((node.text ?? "").utf8)
    if bytes.count == 1, bytes[0] < 0x80, bytes[0] != 0x0A, bytes[0] != 0x0D { return bytes[0] }
    reader.report("M304", "`\(key)` is not a single character of ASCII", at: node.span, remedy: remedy)
    return nil
  }

  private static func header(_ node: ConfigNode?, _ reader: inout FieldDeclarationReader) -> CSVHeader {
    guard let node else { return .present }
    if node.list != nil { return .names(reader.texts(node, "header")) }
    switch node.text {
    case "true": return .present
    case "false": return .absent
    default:
      reader.report(
        "M304", "`header` is neither true, false nor a list of names", at: node.span, remedy: "write header: true")
      return .present
    }
  }

  /// What a list of names can tell before any input is open.
  private static func check(
    _ declaration: FieldDeclaration, _ header: CSVHeader, _ reader: inout FieldDeclarationReader
  ) {
    if let column = declaration.own["column"], column.text == nil || column.text == "" {
      reader.report(
        "M304", "`column` is not a name", at: column.span, remedy: "write the name in the header, or a number from 1")
    } else if let scalar = declaration.own["column"]?.scalar, scalar.style == .plain, declaration.columnNumber == nil,
      Int(scalar.text) != nil
    {
      reader.report(
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
        reader.report(
          "M304", "without a header no column has a name", at: span, remedy: "write its place: column: 1")
      }
    case .names(let names):
      if names.filter({ $0 == wanted }).count != 1 {
        reader.report(
          "M304", "`header` has no column '\(wanted)', or several", at: span,
          remedy: Suggestion.remedy(for: wanted, among: names))
      }
    }
  }

  private static func group(
    _ node: ConfigNode, _ settings: CSVSettings, _ reader: inout FieldDeclarationReader
  ) -> CSVGroup? {
    guard let entries = node.entries else {
      reader.report("M304", "`group` is not a map", at: node.span, remedy: "write group: { by: order_id }")
      return nil
    }
    for entry in entries where !groupKeys.contains(entry.key) {
      reader.report(
        "M303", "`group` knows no key '\(entry.key)'", at: entry.keySpan,
        remedy: Suggestion.remedy(for: entry.key, among: groupKeys))
    }
    guard let by = node["by"] else {
      reader.report(
        "M304", "`group` needs `by`", at: node.span, remedy: "name the key that the rows share: by: order_id")
      return nil
    }
    var group = CSVGroup(
      by: indices(by, "by", settings, &reader), same: node["same"].map { indices($0, "same", settings, &reader) } ?? [])
    for index in group.by where settings.declarations[index].isOptional {
      reader.report(
        "M304", "the key '\(settings.declarations[index].name)' of a group cannot be optional", at: by.span,
        remedy: "declare it without `optional`")
    }
    // With one, rows that lack the key would be of a group that nobody wrote.
    for index in group.by where settings.declarations[index].fallback != nil {
      reader.report(
        "M304", "the key '\(settings.declarations[index].name)' of a group cannot have a default", at: by.span,
        remedy: "declare it without `default`")
    }
    group.order = reader.choice(node["order"], "order", .adjacent)
    if let most = node["max_rows"] {
      group.maximumRows = most.text.flatMap { Int($0) } ?? 0
      if group.maximumRows < 1 {
        reader.report("M304", "`max_rows` is not a number from 1", at: most.span, remedy: "write max_rows: 5000")
      }
    }
    for declaration in settings.declarations where declaration.name == CSVSettings.rowsName {
      reader.report(
        "M304", "'rows' names the rows of a group", at: declaration.span,
        remedy: "give the field another name, and `column: rows`")
    }
    return group
  }

  private static func indices(
    _ node: ConfigNode, _ key: String, _ settings: CSVSettings, _ reader: inout FieldDeclarationReader
  ) -> [Int] {
    var indices: [Int] = []
    let names = settings.declarations.map(\.name)
    for name in reader.texts(node, key) {
      if let index = names.firstIndex(of: name) {
        indices.append(index)
      } else {
        reader.report(
          "M304", "`\(key)` names no field: '\(name)'", at: node.span,
          remedy: Suggestion.remedy(for: name, among: names))
      }
    }
    return indices
  }
}
