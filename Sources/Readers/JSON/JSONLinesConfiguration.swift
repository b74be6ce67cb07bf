internal import Pipeline

/// Reads the settings of reader `jsonl`.
extension JSONLinesReader {
  /// - Throws: M303 an unknown key, M304 a bad value, M306 and M307 times; all of them at once.
  static func make(_ node: ConfigNode, _ file: String) throws(Diagnostics) -> any Reader {
    try JSONLinesConfiguration(node, file: file).reader()
  }
}

private struct JSONLinesConfiguration {
  private static let keys = ["reader", "fields", "missing", "encoding", "zone", "time"]

  private let node: ConfigNode
  private let settings: SettingsReader
  private let declarations: FieldDeclarationReader

  init(_ node: ConfigNode, file: String) {
    self.node = node
    settings = SettingsReader("jsonl", file: file)
    settings.checkKeys(of: node, "reader jsonl", among: JSONLinesConfiguration.keys)
    declarations = FieldDeclarationReader(settings, ownKeys: ["path"], zone: settings.zone(node["zone"]))
  }

  func reader() throws(Diagnostics) -> JSONLinesReader {
    var json = JSONSettings()
    if let missing = node["missing"] { json.missing = settings.texts(missing, "missing") }
    json.encoding = TextEncoding(node["encoding"], settings)
    if let fields = node["fields"]?.entries {
      for entry in fields {
        if entry.value["list"] != nil {
          if let list = list(entry) { json.lists.append(list) }
        } else if let declaration = declarations.read(entry), let path = path(declaration) {
          json.declarations.append(declaration)
          json.paths.append(path)
        }
      }
    } else {
      settings.report(
        "M304", "reader jsonl needs `fields`", at: node["fields"]?.span ?? node.span,
        remedy: "name the values that matter: fields: { id: string, total: { path: order.total, type: decimal } }")
    }
    try settings.finish()
    return JSONLinesReader(json)
  }

  private func path(_ declaration: FieldDeclaration) -> JSONPath? {
    guard let node = declaration.own["path"] else { return JSONPath(key: declaration.name) }
    return path(node, "path", "write a.b[0].c, a[\"key.with.dots\"], or a list of keys: [a, \"key.with.dots\"]")
  }

  private func path(_ node: ConfigNode, _ key: String, _ remedy: String) -> JSONPath? {
    if let meant = node.text.flatMap({ JSONPath.meant(by: $0) }) {
      settings.report(
        "M304", "`\(key)` is not a path of this reader, and would be taken for a key", at: node.span,
        remedy: "write \(meant), from the record on; a key that is so named is written in a list, [\"…\"]")
      return nil
    }
    if let path = JSONPath(node) { return path }
    settings.report("M304", "`\(key)` is not a path", at: node.span, remedy: remedy)
    return nil
  }

  private func list(_ entry: ConfigEntry) -> JSONSettings.List? {
    declarations.checkListKeys(entry)
    guard let node = entry.value["list"], let path = path(node, "list", "write list: order.lines") else { return nil }
    guard let fields = entry.value["fields"] else {
      settings.report(
        "M304", "list '\(entry.key)' needs `fields`", at: entry.keySpan, remedy: "write fields: { sku: string }")
      return nil
    }
    let columns = declarations.read(fields).sorted { $0.name < $1.name }
    var list = JSONSettings.List(name: entry.key, path: path, declarations: columns, paths: [])
    for column in columns {
      guard let path = self.path(column) else { return nil }
      list.paths.append(path)
    }
    (list.minimum, list.maximum) = declarations.rowBounds(entry)
    return list
  }
}
