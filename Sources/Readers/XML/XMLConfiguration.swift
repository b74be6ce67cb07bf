internal import Pipeline

/// Reads the settings of reader `xml`.
extension XMLReader {
  /// - Throws: M303 an unknown key, M304 a bad value, M306 and M307 times, M309 a path; all of them at once.
  static func make(_ node: ConfigNode, _ file: String) throws(Diagnostics) -> any Reader {
    var configuration = try XMLConfiguration(node, file: file)
    return try configuration.reader()
  }
}

private struct XMLConfiguration {
  private static let keys = [
    "reader", "namespaces", "record", "header", "fields", "doctype", "missing", "zone", "time",
  ]

  private let node: ConfigNode
  private let settings: SettingsReader
  private let declarations: FieldDeclarationReader
  private let paths: XMLPathReader
  private var layout: XMLLayout

  init(_ node: ConfigNode, file: String) throws(Diagnostics) {
    self.node = node
    settings = SettingsReader("xml", file: file)
    settings.checkKeys(of: node, "reader xml", among: XMLConfiguration.keys)
    declarations = FieldDeclarationReader(settings, ownKeys: ["path"], zone: settings.zone(node["zone"]))
    paths = XMLPathReader(
      namespaces: XMLConfiguration.namespaces(node["namespaces"], settings), settings: settings)
    guard let record = node["record"] else {
      throw settings.refusal(
        "M304", "reader xml needs `record`", at: node.span,
        remedy: "write the path of the element that is a record: record: /export/orders/order")
    }
    guard let path = paths.path(record) else { throw Diagnostics(settings.findings) }
    if !path.isAbsolute || path.target != .element || path.steps.isEmpty {
      settings.report(
        "M309", "the record's path must lead from the document to an element", at: record.span,
        remedy: "write record: /export/orders/order, or //order")
    }
    layout = XMLLayout(record: path)
  }

  mutating func reader() throws(Diagnostics) -> XMLReader {
    if let missing = node["missing"] { layout.missing = settings.texts(missing, "missing") }
    layout.doctype = settings.choice(node["doctype"], "doctype", .reject)
    if let header = node["header"] { readHeader(header) }
    guard let fields = node["fields"], let entries = fields.entries, !entries.isEmpty else {
      throw settings.refusal(
        "M304", "reader xml needs `fields`", at: node["fields"]?.span ?? node.span,
        remedy: "name what a record has: fields: { id: { path: \"@id\" }, total: decimal }")
    }
    for entry in entries {
      if layout.slots.contains(where: { $0.scope == .header && $0.declaration.name == entry.key }) {
        settings.report(
          "M304", "'\(entry.key)' is a header value and a field", at: entry.keySpan, remedy: "rename one of them")
      }
      if entry.value["list"] != nil {
        readList(entry)
      } else {
        readField(entry, .record, layout.record)
      }
    }
    checkCounts(fields)
    try settings.finish()
    return XMLReader(layout)
  }

  /// Reports what there are too many of for the parser.
  private func checkCounts(_ fields: ConfigNode) {
    let predicates = ([layout.record] + layout.lists.map(\.path) + layout.slots.map(\.path))
      .reduce(0) { $0 + $1.steps.count { $0.predicate != nil } }
    if predicates > PathTrie.mostPredicates {
      settings.report(
        "M309", "more than \(PathTrie.mostPredicates) predicates in all paths", at: fields.span,
        remedy: "take the attribute as a field, and decide in the rules")
    }
    if layout.slots.count(where: { $0.scope == .header }) > 64 {
      settings.report("M304", "more than 64 header values", at: node.span, remedy: "keep those that matter")
    }
  }

  private static func namespaces(_ node: ConfigNode?, _ settings: SettingsReader) -> [String: String] {
    guard let node else { return [:] }
    var namespaces: [String: String] = [:]
    for entry in node.entries ?? [] {
      if let uri = entry.value.text, !uri.isEmpty {
        namespaces[entry.key] = uri
      } else {
        settings.report("M304", "a namespace without its URI", at: entry.value.span, remedy: "write the URI as text")
      }
    }
    if node.entries == nil {
      settings.report(
        "M304", "`namespaces` is not a map", at: node.span, remedy: "write namespaces: { e: \"urn:shop:export:2\" }")
    }
    return namespaces
  }

  private mutating func readHeader(_ node: ConfigNode) {
    guard let entries = node.entries else {
      settings.report(
        "M304", "`header` is not a map", at: node.span, remedy: "write header: { shop: /export/shop/@id }")
      return
    }
    for entry in entries {
      var entry = entry
      // `shop: /export/@shop` is short for `shop: { path: /export/@shop }`.
      if case .scalar = entry.value {
        let key = ConfigEntry(key: "path", keySpan: entry.keySpan, value: entry.value)
        entry.value = .map([key], entry.value.span)
      }
      guard let declaration = declarations.read(entry) else { continue }
      guard let node = declaration.own["path"] else {
        settings.report(
          "M304", "header value '\(entry.key)' needs `path`", at: entry.keySpan,
          remedy: "write a path from the document")
        continue
      }
      guard let path = paths.path(node) else { continue }
      if !path.isAbsolute {
        settings.report(
          "M309", "a header value's path must lead from the document", at: node.span,
          remedy: "write it from the root element: /export/shop/@id")
      } else if path.relative(to: layout.record) != nil {
        settings.report(
          "M309", "a header value inside the record", at: node.span, remedy: "declare it under `fields`")
      } else if path.steps.isEmpty {
        settings.report("M309", "a path without an element", at: node.span, remedy: "write /export/@shop")
      } else {
        layout.slots.append(XMLLayout.Slot(declaration: declaration, path: path, scope: .header))
      }
    }
  }

  private mutating func readField(_ entry: ConfigEntry, _ scope: XMLLayout.Scope, _ base: XMLPath) {
    guard let declaration = declarations.read(entry) else { return }
    let node =
      declaration.own["path"]
      ?? .scalar(ConfigScalar(text: entry.key, style: .plain, span: entry.keySpan))
    guard let path = paths.path(node), let inside = paths.inside(path, base, node) else { return }
    layout.slots.append(XMLLayout.Slot(declaration: declaration, path: inside, scope: scope))
  }

  private mutating func readList(_ entry: ConfigEntry) {
    declarations.checkListKeys(entry)
    guard let node = entry.value["list"], let path = paths.path(node),
      let inside = paths.inside(path, layout.record, node)
    else { return }
    if inside.target != .element || inside.steps.isEmpty {
      settings.report(
        "M309", "a list's path must lead to elements in the record", at: node.span, remedy: "write list: items/item")
    }
    let (minimum, maximum) = declarations.rowBounds(entry)
    guard let fields = entry.value["fields"]?.entries, !fields.isEmpty else {
      settings.report(
        "M304", "list '\(entry.key)' needs `fields`", at: entry.value.span,
        remedy: "name what a row has: fields: { sku: { path: \"@sku\" } }")
      return
    }
    let index = layout.lists.count
    let first = layout.slots.count
    for field in fields {
      if field.value["list"] != nil {
        settings.report(
          "M304", "a list in a list", at: field.keySpan, remedy: "take the inner list as one of the record")
        continue
      }
      let base = XMLPath(joining: layout.record, inside)
      readField(field, .row(list: index), base)
    }
    let slots = (first..<layout.slots.count).sorted {
      layout.slots[$0].declaration.name < layout.slots[$1].declaration.name
    }
    layout.lists.append(
      XMLLayout.List(name: entry.key, path: inside, minimum: minimum, maximum: maximum, slots: slots))
  }
}
