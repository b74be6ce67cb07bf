internal import Pipeline

/// Reads the settings of reader `xml`.
extension XMLReader {
  private static let keys = [
    "reader", "namespaces", "record", "header", "fields", "doctype", "missing", "zone", "time",
  ]

  /// - Throws: M303 an unknown key, M304 a bad value, M306 and M307 times, M309 a path; all of them at once.
  static func make(_ node: ConfigNode, _ file: String) throws(Diagnostics) -> any Reader {
    var reader = FieldDeclarationReader(file: file, reader: "xml", ownKeys: ["path"])
    reader.begin(node, keys: keys)
    let namespaces = namespaces(node["namespaces"], &reader)
    guard let recordNode = node["record"] else {
      reader.report(
        "M304", "reader xml needs `record`", at: node.span,
        remedy: "write the path of the element that is a record: record: /export/orders/order")
      throw Diagnostics(reader.findings)
    }
    guard let record = path(recordNode, namespaces, &reader) else { throw Diagnostics(reader.findings) }
    if !record.isAbsolute || record.target != .element || record.steps.isEmpty {
      reader.report(
        "M309", "the record's path must lead from the document to an element", at: recordNode.span,
        remedy: "write record: /export/orders/order, or //order")
    }
    var layout = XMLLayout(record: record)
    if let missing = node["missing"] { layout.missing = reader.texts(missing, "missing") }
    if let doctype = node["doctype"] {
      if let policy = doctype.text.flatMap({ XMLLayout.DoctypePolicy(rawValue: $0) }) {
        layout.doctype = policy
      } else {
        reader.report(
          "M304", "`doctype` cannot be '\(doctype.text ?? "")'", at: doctype.span, remedy: "write reject or ignore")
      }
    }
    if let header = node["header"] { self.header(header, namespaces, &layout, &reader) }
    guard let fields = node["fields"], let entries = fields.entries, !entries.isEmpty else {
      reader.report(
        "M304", "reader xml needs `fields`", at: node["fields"]?.span ?? node.span,
        remedy: "name what a record has: fields: { id: { path: \"@id\" }, total: decimal }")
      throw Diagnostics(reader.findings)
    }
    for entry in entries {
      if layout.slots.contains(where: { $0.scope == .header && $0.declaration.name == entry.key }) {
        reader.report(
          "M304", "'\(entry.key)' is a header value and a field", at: entry.keySpan, remedy: "rename one of them")
      }
      if entry.value["list"] != nil {
        list(entry, namespaces, &layout, &reader)
      } else {
        field(entry, .record, record, namespaces, &layout, &reader)
      }
    }
    let predicates = ([record] + layout.lists.map(\.path) + layout.slots.map(\.path))
      .reduce(0) { $0 + $1.steps.count { $0.predicate != nil } }
    if predicates > PathTrie.mostPredicates {
      reader.report(
        "M309", "more than \(PathTrie.mostPredicates) predicates in all paths", at: fields.span,
        remedy: "take the attribute as a field, and decide in the rules")
    }
    if layout.slots.count(where: { $0.scope == .header }) > 64 {
      reader.report("M304", "more than 64 header values", at: node.span, remedy: "keep those that matter")
    }
    guard reader.findings.isEmpty else { throw Diagnostics(reader.findings) }
    return XMLReader(layout)
  }

  private static func namespaces(_ node: ConfigNode?, _ reader: inout FieldDeclarationReader) -> [String: String] {
    guard let node else { return [:] }
    var namespaces: [String: String] = [:]
    for entry in node.entries ?? [] {
      if let uri = entry.value.text, !uri.isEmpty {
        namespaces[entry.key] = uri
      } else {
        reader.report("M304", "a namespace without its URI", at: entry.value.span, remedy: "write the URI as text")
      }
    }
    if node.entries == nil {
      reader.report(
        "M304", "`namespaces` is not a map", at: node.span, remedy: "write namespaces: { e: \"urn:shop:export:2\" }")
    }
    return namespaces
  }

  private static func header(
    _ node: ConfigNode, _ namespaces: [String: String], _ layout: inout XMLLayout,
    _ reader: inout FieldDeclarationReader
  ) {
    guard let entries = node.entries else {
      reader.report(
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
      guard let declaration = reader.read(entry) else { continue }
      guard let node = declaration.own["path"] else {
        reader.report(
          "M304", "header value '\(entry.key)' needs `path`", at: entry.keySpan,
          remedy: "write a path from the document")
        continue
      }
      guard let path = path(node, namespaces, &reader) else { continue }
      if !path.isAbsolute {
        reader.report(
          "M309", "a header value's path must lead from the document", at: node.span,
          remedy: "write it from the root element: /export/shop/@id")
      } else if path.relative(to: layout.record) != nil {
        reader.report(
          "M309", "a header value inside the record", at: node.span, remedy: "declare it under `fields`")
      } else if path.steps.isEmpty {
        reader.report("M309", "a path without an element", at: node.span, remedy: "write /export/@shop")
      } else {
        layout.slots.append(XMLLayout.Slot(declaration: declaration, path: path, scope: .header))
      }
    }
  }

  private static func field(
    _ entry: ConfigEntry, _ scope: XMLLayout.Scope, _ base: XMLPath, _ namespaces: [String: String],
    _ layout: inout XMLLayout, _ reader: inout FieldDeclarationReader
  ) {
    guard let declaration = reader.read(entry) else { return }
    let node =
      declaration.own["path"]
      ?? .scalar(ConfigScalar(text: entry.key, style: .plain, span: entry.keySpan))
    guard let path = path(node, namespaces, &reader), let inside = self.inside(path, base, node, &reader) else {
      return
    }
    layout.slots.append(XMLLayout.Slot(declaration: declaration, path: inside, scope: scope))
  }

  private static func list(
    _ entry: ConfigEntry, _ namespaces: [String: String], _ layout: inout XMLLayout,
    _ reader: inout FieldDeclarationReader
  ) {
    reader.checkListKeys(entry)
    guard let node = entry.value["list"], let path = path(node, namespaces, &reader),
      let inside = inside(path, layout.record, node, &reader)
    else { return }
    if inside.target != .element || inside.steps.isEmpty {
      reader.report(
        "M309", "a list's path must lead to elements in the record", at: node.span, remedy: "write list: items/item")
    }
    let (minimum, maximum) = reader.rowBounds(entry)
    guard let fields = entry.value["fields"]?.entries, !fields.isEmpty else {
      reader.report(
        "M304", "list '\(entry.key)' needs `fields`", at: entry.value.span,
        remedy: "name what a row has: fields: { sku: { path: \"@sku\" } }")
      return
    }
    let index = layout.lists.count
    let first = layout.slots.count
    for field in fields {
      if field.value["list"] != nil {
        reader.report("M304", "a list in a list", at: field.keySpan, remedy: "take the inner list as one of the record")
        continue
      }
      let base = XMLPath(joining: layout.record, inside)
      self.field(field, .row(list: index), base, namespaces, &layout, &reader)
    }
    let slots = (first..<layout.slots.count).sorted {
      layout.slots[$0].declaration.name < layout.slots[$1].declaration.name
    }
    layout.lists.append(
      XMLLayout.List(name: entry.key, path: inside, minimum: minimum, maximum: maximum, slots: slots))
  }

  /// The path from the element of its scope. An absolute one must begin with that element's path, but for `//b`: a field
  /// has nowhere else to look than its record, so it is meant at any depth of that.
  private static func inside(
    _ path: XMLPath, _ base: XMLPath, _ node: ConfigNode, _ reader: inout FieldDeclarationReader
  ) -> XMLPath? {
    guard path.isAbsolute else { return path }
    if let relative = path.relative(to: base) { return relative }
    if path.steps.first?.isDescendant == true {
      var inside = path
      inside.isAbsolute = false
      return inside
    }
    reader.report(
      "M309", "the path leaves its record", at: node.span,
      remedy:
        "write it from the record's element down, without '/' in front; for values before the records use `header`")
    return nil
  }

  private static func path(
    _ node: ConfigNode, _ namespaces: [String: String], _ reader: inout FieldDeclarationReader
  ) -> XMLPath? {
    guard let scalar = node.scalar else {
      reader.report("M309", "a path must be text", at: node.span, remedy: "write path: \"@id\"")
      return nil
    }
    do {
      return try XMLPath(scalar.text, namespaces: namespaces)
    } catch {
      var span = scalar.span
      // A text without escapes is underlined where it is wrong; of any other the whole.
      if scalar.style == .plain || scalar.style == .singleQuoted && !scalar.text.contains("'")
        || scalar.style == .doubleQuoted && !scalar.text.contains(where: { $0 == "\"" || $0 == "\\" })
      {
        span.column += error.offset + (scalar.style == .plain ? 0 : 1)
        span.length = max(1, error.length)
      }
      reader.report("M309", error.message, at: span, remedy: error.remedy)
      return nil
    }
  }
}
