internal import Pipeline

/// JSON lines: a text a line (RFC 8259), whatever its keys.
///
/// Settings: `fields` (typed values at paths), `missing` (texts for no value beside `null`, `[""]`), `zone`, `time`. A
/// field's `path` is `a.b[0].c`, `a["key.with.dots"]` or a list of keys and places; without one it is the field's name.
/// A list of objects or plain values becomes rows:
///
///     items: { list: order.lines, min: 1, fields: { sku: string, qty: int, tag: { path: tags[0], type: optional string } } }
///
/// The path `.` is the element itself. Of keys that stand twice in an object the last one counts. Numbers may be texts
/// and texts numbers, as the field's type says; an object or array for a plain field is a reject, but for a `string`, which
/// gets its text.
///
/// Rejects: R001 too long, R103 to R108 values, R109 a value of another kind, or a line that is no object though no path
/// begins with a place, R121 no JSON, R122 nested too deep, R123 a
/// list that is too short or too long.
struct JSONLinesReader: Reader {
  let schema: Schema
  private let settings: JSONSettings

  init(_ settings: JSONSettings) {
    self.settings = settings
    var fields = settings.declarations.map { declaration in
      declaration.schemaField(declaration.own["path"] == nil ? "key '\(declaration.name)'" : "value at its path")
    }
    for list in settings.lists {
      let columns = Dictionary(list.declarations.map { ($0.name, $0.rowType) }, uniquingKeysWith: { $1 })
      fields.append(Schema.Field(list.name, .list(columns), optional: false, "rows"))
    }
    // The only time is the record's, unless the mapping says another.
    let times = fields.filter { $0.type == .timestamp }
    schema = Schema(title: "jsonl", fields: fields, timeField: times.count == 1 ? times[0].name : nil)
  }

  var resumption: Resumption { settings.encoding.resumption(.seek) }
  var recordsStandAlone: Bool { settings.encoding == .unicode }

  func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource {
    LineSource(settings.encoding.text(of: bytes), limits: limits)
  }

  func makeParser(fields: [String]) -> any RecordParser { JSONLinesParser(settings, fields: fields) }
}

/// What the mapping says about JSON lines.
struct JSONSettings: Sendable {
  struct List: Sendable {
    var name: String
    var path: JSONPath
    /// In the order of their names, as rows have them.
    var declarations: [FieldDeclaration]
    var paths: [JSONPath]
    var minimum = 0
    /// At least `minimum`.
    var maximum = Int.max
  }

  var missing = [""]
  var encoding = TextEncoding.unicode
  var declarations: [FieldDeclaration] = []
  var paths: [JSONPath] = []
  var lists: [List] = []

  /// Whether records are objects, as they are unless a path begins with a place, `[0].id`, or is the line itself, `.`.
  var readsObjects: Bool {
    (paths + lists.map(\.path)).allSatisfy { path in
      if case .key = path.steps.first { true } else { false }
    }
  }
}

extension JSONLinesReader {
  private static let keys = ["reader", "fields", "missing", "encoding", "zone", "time"]

  /// - Throws: M303 an unknown key, M304 a bad value, M306 and M307 times; all of them at once.
  static func make(_ node: ConfigNode, _ file: String) throws(Diagnostics) -> any Reader {
    var reader = FieldDeclarationReader(file: file, reader: "jsonl", ownKeys: ["path"])
    var settings = JSONSettings()
    reader.begin(node, keys: keys)
    if let missing = node["missing"] { settings.missing = reader.texts(missing, "missing") }
    settings.encoding = TextEncoding(node["encoding"]) { reader.report($0, $1, at: $2, remedy: $3) }
    if let fields = node["fields"]?.entries {
      for entry in fields {
        if entry.value["list"] != nil {
          if let list = list(entry, &reader) { settings.lists.append(list) }
        } else if let declaration = reader.read(entry), let path = path(declaration, &reader) {
          settings.declarations.append(declaration)
          settings.paths.append(path)
        }
      }
    } else {
      reader.report(
        "M304", "reader jsonl needs `fields`", at: node["fields"]?.span ?? node.span,
        remedy: "name the values that matter: fields: { id: string, total: { path: order.total, type: decimal } }")
    }
    guard reader.findings.isEmpty else { throw Diagnostics(reader.findings) }
    return JSONLinesReader(settings)
  }

  private static func path(_ declaration: FieldDeclaration, _ reader: inout FieldDeclarationReader) -> JSONPath? {
    guard let node = declaration.own["path"] else { return JSONPath(key: declaration.name) }
    return path(
      node, "path", "write a.b[0].c, a[\"key.with.dots\"], or a list of keys: [a, \"key.with.dots\"]", &reader)
  }

  private static func path(
    _ node: ConfigNode, _ key: String, _ remedy: String, _ reader: inout FieldDeclarationReader
  ) -> JSONPath? {
    if let meant = node.text.flatMap({ JSONPath.meant(by: $0) }) {
      reader.report(
        "M304", "`\(key)` is not a path of this reader, and would be taken for a key", at: node.span,
        remedy: "write \(meant), from the record on; a key that is so named is written in a list, [\"…\"]")
      return nil
    }
    if let path = JSONPath(node) { return path }
    reader.report("M304", "`\(key)` is not a path", at: node.span, remedy: remedy)
    return nil
  }

  private static func list(_ entry: ConfigEntry, _ reader: inout FieldDeclarationReader) -> JSONSettings.List? {
    reader.checkListKeys(entry)
    guard let node = entry.value["list"], let path = path(node, "list", "write list: order.lines", &reader) else {
      return nil
    }
    guard let fields = entry.value["fields"] else {
      reader.report(
        "M304", "list '\(entry.key)' needs `fields`", at: entry.keySpan, remedy: "write fields: { sku: string }")
      return nil
    }
    let declarations = reader.read(fields).sorted { $0.name < $1.name }
    var list = JSONSettings.List(name: entry.key, path: path, declarations: declarations, paths: [])
    for declaration in declarations {
      guard let path = self.path(declaration, &reader) else { return nil }
      list.paths.append(path)
    }
    (list.minimum, list.maximum) = reader.rowBounds(entry)
    return list
  }
}
