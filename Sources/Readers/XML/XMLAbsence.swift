internal import Pipeline

/// Why no element of a document is the record of a mapping, as far as the document's paths tell.
struct XMLAbsence {
  private let record: XMLPath
  private let outline: XMLOutline

  init(_ record: XMLPath, _ outline: XMLOutline) {
    self.record = record
    self.outline = outline
  }

  /// In words, with what to write; nil if the document has too little to say something of it.
  var reason: String? {
    guard let root = outline.root.children.first else { return nil }
    guard let node = find(record.steps[...], below: outline.root) else {
      return "there is no element at the path of `record`; its root is \(outline.written(root.name)), "
        + "and trackfill sniff shows all paths"
    }
    var path = ""
    var uris: [String] = []
    var at: XMLOutline.Node? = node
    while let element = at, element !== outline.root {
      path = "/\(outline.written(element.name))\(path)"
      if let uri = element.name.uri, !uris.contains(uri) { uris.insert(uri, at: 0) }
      at = element.parent
    }
    guard !uris.isEmpty else { return nil }
    let declared = outline.namespaces.filter { uris.contains($0.uri) }.map { "\($0.prefix): \"\($0.uri)\"" }
    let named = uris.map { "'\($0)'" }.joined(separator: " and ")
    return "its elements are in the namespace \(named), other than the names in `record`; "
      + "write namespaces: { \(declared.joined(separator: ", ")) } and record: \(path), and the prefix in all paths"
  }

  /// The first element by the names of the path, whatever their namespaces.
  private func find(_ steps: ArraySlice<XMLPath.Step>, below parent: XMLOutline.Node) -> XMLOutline.Node? {
    guard let step = steps.first else { return nil }
    for child in parent.children {
      if step.name.local == nil || step.name.local == child.name.local {
        if steps.count == 1 { return child }
        if let found = find(steps.dropFirst(), below: child) { return found }
      }
      if step.isDescendant, let found = find(steps, below: child) { return found }
    }
    return nil
  }
}
