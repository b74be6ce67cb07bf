internal import Pipeline

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
