internal import Pipeline

/// Recognises XML and guesses its records: of the elements that repeat and are in no other that does, those that hold
/// the most.
struct XMLSniffer: Sniffer {
  func sniff(_ head: SniffHead) -> SniffFinding? {
    guard XMLSniffer.looksLikeXML(head.bytes), let zone = Zone(named: head.zone ?? "UTC"),
      let outline = XMLOutline(head.raw, isComplete: head.isComplete, zone: zone),
      let record = XMLSniffer.record(outline.root)
    else { return nil }
    var pins = XMLPins(outline, record)
    guard !pins.fields.entries.isEmpty else { return nil }
    var settings: [PinnedEntry] = []
    let namespaces = pins.usedNamespaces
    if !namespaces.isEmpty { settings.append(PinnedEntry("namespaces", .map(namespaces))) }
    settings.append(PinnedEntry("record", .text(pins.recordPath)))
    if outline.hasDoctype {
      settings.append(PinnedEntry("doctype", .text("ignore")))
      pins.remarks.append("the file has a document type: entities that it declares stay unknown")
    }
    settings += pins.fields.timeSettings(zone: head.zone)
    pins.remarks += pins.fields.timeRemarks(zone: head.zone, place: "field of a record")
    if !pins.header.isEmpty { settings.append(PinnedEntry("header", .map(pins.header))) }
    settings.append(PinnedEntry("fields", .map(pins.fields.entries)))
    if !outline.isWellFormed {
      pins.remarks.append("the file is not well-formed; what comes before the damage was read")
    }
    var finding = SniffFinding(
      reader: "xml", format: "records at \(pins.recordPath)", settings: settings,
      remarks: pins.fields.remarks + pins.remarks + pins.fields.splitTimeRemarks, head: head, make: XMLReader.make)
    finding?.outline = XMLSniffer.tree(outline, record)
    return finding
  }

  private static func looksLikeXML(_ bytes: [UInt8]) -> Bool {
    let start = ByteOrderMark.length(of: bytes)
    guard let first = bytes[start...].firstIndex(where: { $0 > 0x20 }), first + 1 < bytes.count,
      bytes[first] == UInt8(ascii: "<")
    else { return false }
    let next = bytes[first + 1]
    return next == UInt8(ascii: "?") || next == UInt8(ascii: "!") || next == UInt8(ascii: "_") || next >= 0x80
      || (next | 0x20) &- UInt8(ascii: "a") < 26
  }

  private static func record(_ root: XMLOutline.Node) -> XMLOutline.Node? {
    var best: (weight: Int, node: XMLOutline.Node)?
    func visit(_ node: XMLOutline.Node) {
      if node.isList {
        let weight = node.weight
        if weight > best?.weight ?? 0 { best = (weight, node) }
        return
      }
      for child in node.children { visit(child) }
    }
    visit(root)
    if let best { return best.node }
    // Nothing repeats: the first element that has something to say.
    var node = root.children.first
    while let only = node, only.attributes.isEmpty, only.children.count == 1, !only.children[0].children.isEmpty {
      node = only.children[0]
    }
    return node
  }

  /// Lines of the tree that are shown.
  private static let mostLines = 200

  private static func tree(_ outline: XMLOutline, _ record: XMLOutline.Node) -> [String] {
    var lines: [String] = []
    var left = 0
    func add(_ depth: Int, _ text: String) {
      if lines.count < mostLines {
        lines.append(String(repeating: "  ", count: depth) + text)
      } else {
        left += 1
      }
    }
    func visit(_ node: XMLOutline.Node, _ depth: Int) {
      var text = outline.written(node.name)
      if node.count > 0 { text += "  \(node.count)×" }
      if node === record {
        text += ", the record"
      } else if node.isList {
        text += ", a list of up to \(node.mostInParent)"
      }
      if node.guess.count > 0 { text += ", \(node.guess.word)" }
      add(depth, text)
      for attribute in node.attributes {
        add(depth + 1, "@\(outline.written(attribute.name))  \(attribute.guess.count)×, \(attribute.guess.word)")
      }
      for child in node.children { visit(child, depth + 1) }
    }
    for child in outline.root.children { visit(child, 0) }
    if left > 0 { lines.append("and \(left) more") }
    return lines
  }
}

/// Paths and declarations for what an outline has.
private struct XMLPins {
  private typealias Node = XMLOutline.Node
  private static let schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

  private let outline: XMLOutline
  let recordPath: String
  private(set) var header: [PinnedEntry] = []
  private(set) var fields: SniffedFields
  var remarks: [String] = []
  /// More than so many are not for records, but a document of their own.
  private static let mostHeaderValues = 16
  /// Values before the records beyond these.
  private var leftOut = 0

  init(_ outline: XMLOutline, _ record: XMLOutline.Node) {
    self.outline = outline
    var path = ""
    var ancestors: [Node] = []
    var at: Node? = record
    while let node = at, node !== outline.root {
      path = "/\(outline.written(node.name))\(path)"
      if node !== record { ancestors.insert(node, at: 0) }
      at = node.parent
    }
    recordPath = path
    let habit = XMLPins.habit(outline.root)
    fields = SniffedFields(habit: habit)
    var lists: [(node: Node, path: String, isNested: Bool)] = []
    collect(record, [], "", isOptional: false, into: &fields, &lists, isNested: false)
    // All names of the record come before those of rows, which must be other ones for `each`.
    var names: [String?] = []
    while names.count < lists.count {
      let list = lists[names.count]
      var rows = SniffedFields()
      collect(list.node, [], "", isOptional: false, into: &rows, &lists, from: list.path, isNested: true)
      names.append(rows.entries.isEmpty ? nil : fields.name([word(list.node, record)]))
    }
    addHeader(ancestors, record)
    for (list, name) in zip(lists, names) {
      guard let name else { continue }
      var rows = SniffedFields(taken: fields.names.union(header.map(\.key)), habit: habit)
      var deeper: [(node: Node, path: String, isNested: Bool)] = []
      collect(list.node, [name], "", isOptional: false, into: &rows, &deeper, from: list.path, isNested: true)
      fields.add(list: name, at: PinnedEntry("list", .text(list.path)), rows: rows)
      if list.isNested { remarks.append("rows of \(list.path) are in rows themselves; they are read as the record's") }
    }
  }

  /// `items/item` is called after what holds it.
  private func word(_ list: Node, _ record: Node) -> String {
    guard let holder = list.parent, holder !== record, !holder.isList, holder.children.count == 1 else {
      return list.name.local
    }
    return holder.name.local
  }

  private static func habit(_ root: Node) -> ExportHabit {
    var habit = ExportHabit()
    func visit(_ node: Node) {
      habit.take(node.guess)
      for attribute in node.attributes { habit.take(attribute.guess) }
      for child in node.children { visit(child) }
    }
    visit(root)
    return habit
  }

  /// Namespaces that the paths name; those of the rest of the document would only confuse.
  var usedNamespaces: [PinnedEntry] {
    var text = recordPath
    func gather(_ entries: [PinnedEntry]) {
      for entry in entries {
        switch entry.value {
        case .text(let path): text += "/" + path
        case .map(let inner), .flow(let inner): gather(inner)
        case .plain, .list: break
        }
      }
    }
    gather(header)
    gather(fields.entries)
    let words = Set(
      text.split { $0 == "/" || $0 == "@" }.compactMap { $0.split(separator: ":").first.map(String.init) })
    return outline.namespaces.filter { words.contains($0.prefix) }.map { PinnedEntry($0.prefix, .text($0.uri)) }
  }

  /// What stands once, before the records, in what holds them.
  private mutating func addHeader(_ ancestors: [Node], _ record: Node) {
    // Fields have the better claim to a short name.
    var names = SniffedFields(taken: fields.names)
    var path = ""
    for node in ancestors {
      path += "/\(outline.written(node.name))"
      for attribute in node.attributes
      where attribute.name.uri != XMLPins.schemaInstance && attribute.guess.count > 0 && attribute.longest <= 100 {
        add([node.name.local, attribute.name.local], "\(path)/@\(outline.written(attribute.name))", &names)
      }
      for child in node.children where child.serial < record.serial && !ancestors.contains(where: { $0 === child }) {
        addHeader(child, "\(path)/\(outline.written(child.name))", &names)
      }
    }
    if leftOut > 0 {
      let values = "\(leftOut) more value\(leftOut == 1 ? "" : "s")"
      remarks.append("\(values) before the records: give `header` what you need of them")
    }
  }

  private mutating func addHeader(_ node: Node, _ path: String, _ names: inout SniffedFields) {
    guard !node.isList, node.count == 1 else { return }
    for child in node.children { addHeader(child, "\(path)/\(outline.written(child.name))", &names) }
    for attribute in node.attributes where attribute.guess.count > 0 && attribute.longest <= 100 {
      let word = attribute.name.local
      let words = [node.name.local, word]
      // `id` alone would say little of a shop.
      add(
        word.lowercased() == "id" ? [words.joined(separator: "_")] : words,
        "\(path)/@\(outline.written(attribute.name))", &names)
    }
    if node.children.isEmpty, node.guess.count > 0, node.longest <= 100 {
      add([node.parent?.name.local ?? "", node.name.local], path, &names)
    }
  }

  private mutating func add(_ words: [String], _ path: String, _ names: inout SniffedFields) {
    guard header.count < XMLPins.mostHeaderValues else {
      leftOut += 1
      return
    }
    header.append(PinnedEntry(names.name(words), .text(path)))
  }

  private func collect(
    _ node: Node, _ words: [String], _ path: String, isOptional: Bool, into fields: inout SniffedFields,
    _ lists: inout [(node: Node, path: String, isNested: Bool)], from base: String = "", isNested: Bool
  ) {
    for attribute in node.attributes
    where attribute.guess.count > 0 && attribute.name.uri != XMLPins.schemaInstance {
      let place = (path.isEmpty ? "" : path + "/") + "@" + outline.written(attribute.name)
      fields.add(
        SniffedField(
          words: words + [attribute.name.local], place: PinnedEntry("path", .text(place)), guess: attribute.guess,
          isOptional: isOptional || attribute.guess.count < node.count))
    }
    if node.guess.count > 0 {
      let place = node.children.isEmpty ? (path.isEmpty ? "." : path) : (path.isEmpty ? "" : path + "/") + "text()"
      fields.add(
        SniffedField(
          words: path.isEmpty ? words + ["value"] : words, place: PinnedEntry("path", .text(place)), guess: node.guess,
          isOptional: isOptional || node.guess.count < node.count || !node.children.isEmpty),
        impliedPlace: place.contains("/") || place.contains(":") || place == "." ? nil : place)
    }
    for child in node.children {
      let step = (path.isEmpty ? "" : path + "/") + outline.written(child.name)
      if child.isList {
        lists.append((child, base.isEmpty ? step : "\(base)/\(step)", isNested))
      } else {
        collect(
          child, words + [child.name.local], step, isOptional: isOptional || child.parents < node.count,
          into: &fields, &lists, from: base, isNested: isNested)
      }
    }
  }
}
