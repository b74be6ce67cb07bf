internal import CEL

/// Finds columns that a look-up in a table with `values` never gives. A row is a map to the expression language, where any
/// key may be asked for; which ones a table's rows have is known when the mapping is loaded.
struct TableColumns {
  /// By table.
  private let columns: [String: [String]]
  private let lets: [String: Expression]
  private(set) var issues: [Issue] = []
  /// Names that an expression binds, with the table whose row each is, if any.
  private var locals: [(name: String, table: String?)] = []

  /// - Parameters:
  ///   - columns: of each table with `values`.
  ///   - lets: those that the expression may use.
  init(_ columns: [String: [String]], lets: [(name: String, program: Program)]) {
    self.columns = columns
    self.lets = Dictionary(lets.map { ($0.name, $0.program.expression) }) { first, _ in first }
  }

  mutating func check(_ expression: Expression) {
    switch expression.node {
    case .select(let row, let field, _), .has(let row, let field, _): look(for: field.text, at: field.span, in: row)
    case .index(let row, let index, _):
      if case .literal(.string(let name)) = index.node { look(for: name, at: index.span, in: row) }
    case .optionalMap(let row, let name, let body, _), .bind(let name, let row, let body):
      check(row)
      locals.append((name.text, table(of: row)))
      check(body)
      locals.removeLast()
      return
    case .comprehension(let loop):
      // Its names stand for other things, or for nothing that is known.
      check(loop.range)
      locals += loop.variables.map { ($0.text, nil) }
      for inner in [loop.condition, loop.transform] { if let inner { check(inner) } }
      locals.removeLast(loop.variables.count)
      return
    default: break
    }
    for child in expression.children { check(child) }
  }

  private mutating func look(for column: String, at span: Range<Int>, in row: Expression) {
    guard let table = table(of: row), let known = columns[table], !known.contains(column) else { return }
    issues.append(
      Issue(
        .unknownProperty, at: span, "table '\(table)' gives no column '\(column)'", name: column, candidates: known))
  }

  /// The table that an expression gives a row of.
  private func table(of expression: Expression) -> String? {
    switch expression.node {
    case .identifier(let name):
      if let local = locals.last(where: { $0.name == name }) { return local.table }
      return lets[name].flatMap { TableColumns(columns, lets: lets).table(of: $0) }
    case .call(let name, nil, let arguments):
      guard name.text == "lookup", case .identifier(let table)? = arguments.first?.node else { return nil }
      return columns[table] == nil ? nil : table
    case .call(let name, let row?, let arguments):
      if name.text == "value" { return table(of: row) }
      // `.or({})` may bring keys of its own.
      guard name.text == "or" || name.text == "orValue", let other = arguments.first else { return nil }
      if case .map(let entries) = other.node, entries.isEmpty { return table(of: row) }
      return table(of: row).flatMap { table(of: other) == $0 ? $0 : nil }
    default: return nil
    }
  }

  private init(_ columns: [String: [String]], lets: [String: Expression]) {
    (self.columns, self.lets) = (columns, lets)
  }
}
