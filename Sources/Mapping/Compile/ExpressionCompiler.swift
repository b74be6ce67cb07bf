internal import CEL
internal import Pipeline

/// Compiles the expressions of one mapping and turns the language's findings into diagnostics with places in the file.
final class ExpressionCompiler {
  let findings: Findings
  let schema: Schema
  /// Whether the schema is a reader's. Without one an unknown name may well be a field.
  let knowsFields: Bool
  /// The fields that a batch holds, in its order.
  let columns: [String]
  private var indexes: [String: PatternIndex] = [:]
  var environment: Environment
  /// Where each compiled expression stands; a failing record names it by index.
  private(set) var sites: [Site] = []
  /// Counts the branches of `case`, where somebody wants to know.
  var branches: BranchCounts?
  /// `let` names whose value rests on a narrowed path, and on which.
  var letNarrowings: [String: Set<String>] = [:]
  /// By field: texts that stand for a missing value.
  var missing: [String: [String]] = [:]
  /// What a look-up gives in tables with `values`, by table.
  var tableColumns: [String: [String]] = [:]
  /// The compiled `let` names, what they use before them.
  var lets: [(name: String, program: Program)] = []
  /// The same as they run, for tracing.
  var outlinedLets: [OutlinedLet] = []
  /// Every variable that some expression reads.
  private(set) var references: Set<String> = []
  /// What compiled, by the place of its scalar.
  private var programs: [Place: Program] = [:]

  private struct Place: Hashable {
    let line: Int
    let column: Int
  }

  init(schema: Schema, columns: [String], knowsFields: Bool, bots: BotAgents, findings: Findings) {
    self.schema = schema
    self.knowsFields = knowsFields
    self.columns = columns
    self.findings = findings
    environment = HostEnvironment.make(schema: schema, columns: columns, bots: bots)
  }

  func site(_ scalar: ConfigScalar, _ what: String) -> Int {
    sites.append(Site(what: what, scalar: scalar))
    return sites.count - 1
  }

  /// Whether a scalar is an expression: it begins with `=`.
  static func isExpression(_ scalar: ConfigScalar) -> Bool { scalar.text.hasPrefix("=") }

  /// Compiles what stands behind `=`, or the whole text where an expression is expected anyway.
  func compile(
    _ scalar: ConfigScalar, expecting: Type? = nil, narrowed: Set<String> = [],
    extra: RowScope = RowScope()
  ) -> Program? {
    let offset = Self.isExpression(scalar) ? 1 : 0
    let text = String(scalar.text.dropFirst(offset))
    let comment = comment(in: text, scalar.style)
    let slips = slips(text) + (comment.map { [$0] } ?? [])
    for issue in slips { report(issue, in: scalar, offset: offset, extra: extra) }
    switch CEL.compile(text, in: scope(narrowed, extra), expecting: expecting) {
    case .success(let program):
      for issue in program.warnings { report(issue, in: scalar, offset: offset, severity: .warning) }
      references.formUnion(program.references)
      programs[Place(line: scalar.span.line, column: scalar.span.column)] = program
      return program
    case .failure(let issues):
      // What a slip takes part in only follows from it, and so does what a comment leaves unfinished.
      for issue in issues.all where !slips.contains(where: { $0.span.overlaps(issue.span) }) {
        if comment != nil, issue.code == .syntax { continue }
        report(issue, in: scalar, offset: offset, extra: extra)
      }
      references.formUnion(Self.words(text))
      return nil
    }
  }

  /// YAML joins the lines of all texts but literal ones, so that a comment would take away all that follows it.
  private func comment(in text: String, _ style: ConfigScalar.Style) -> Issue? {
    guard style != .literal else { return nil }
    return Parser.firstComment(in: text).map {
      Issue(
        .syntax, at: $0, "'//' begins a comment: nothing behind it would be evaluated",
        remedy: "write / to divide; comments of a mapping begin with # and stand outside of expressions")
    }
  }

  /// What the expression language allows, and nobody means.
  private func slips(_ text: String) -> [Issue] {
    guard case .success(let expression) = Parser.parse(text) else { return [] }
    var columns = TableColumns(tableColumns, lets: lets)
    if !tableColumns.isEmpty { columns.check(expression) }
    return ApparentDates.issues(in: expression) + BackspacePatterns.issues(in: expression, text) + columns.issues
  }

  /// Compiles what a condition looks at: nil with a finding if it is not a path. A key that a plain map need not have is
  /// optional there: without it the condition does not hold, and no record fails.
  func compilePath(
    _ scalar: ConfigScalar, narrowed: Set<String>, extra: RowScope, remedy: String
  ) -> (program: Program, path: String)? {
    guard let program = compile(scalar, narrowed: narrowed, extra: extra) else { return nil }
    guard let path = program.path else {
      findings.error("M116", "'\(scalar.text)' is not a path", at: scalar.span, remedy: remedy)
      return nil
    }
    let scope = scope(narrowed, extra)
    guard !scope.narrowed.contains(path), let map = Self.firstMap(of: program.expression, in: scope),
      case .success(let optional) = CEL.compile(map + ".?" + path.dropFirst(map.count + 1), in: scope)
    else { return (program, path) }
    programs[Place(line: scalar.span.line, column: scalar.span.column)] = optional
    return (optional, path)
  }

  /// The elements of a list that may be missing, or always are; those behind a `?` are meant so.
  func optionalElements(of expression: Expression, narrowed: Set<String>) -> [Expression] {
    guard case .list(let elements) = expression.node else { return [] }
    let scope = scope(narrowed, RowScope())
    return elements.filter { !$0.isOptional }.map(\.value).filter { element in
      guard case .success(let checked) = CEL.check(element, in: scope) else { return false }
      return checked.type.unwrapped != nil || checked.type == .null
    }
  }

  /// The shortest part of a path that is a map, or may be one, and is always there.
  private static func firstMap(of path: Expression, in scope: Environment) -> String? {
    guard case .select(let operand, _, _) = path.node else { return nil }
    if let shorter = firstMap(of: operand, in: scope) { return shorter }
    guard case .success(let checked) = CEL.check(operand, in: scope) else { return nil }
    switch checked.type {
    case .map, .dyn: return operand.path
    default: return nil
    }
  }

  func scope(_ narrowed: Set<String>, _ extra: RowScope) -> Environment {
    var scope = environment
    scope.narrowed.formUnion(narrowed)
    for (name, variable) in extra.variables { scope.variables[name] = variable }
    return scope
  }

  /// What tells a name of an object type, such as a URL, as text; nil for other types.
  func text(of name: String, _ type: Type) -> Evaluate? {
    guard case .object = type.unwrapped ?? type else { return nil }
    for path in [name + ".text", name + ".?text"] {
      if case .success(let program) = CEL.compile(path, in: environment) { return program.evaluate }
    }
    return nil
  }

  /// The program of the scalar or key at a place, if it compiled.
  func program(at span: SourceSpan) -> Program? { programs[Place(line: span.line, column: span.column)] }

  /// Whether an expression would compile, but for values that may be missing.
  func isSound(_ expression: Expression, narrowed: Set<String>, extra: RowScope) -> Bool {
    switch CEL.check(expression, in: scope(narrowed, extra)) {
    case .success: true
    case .failure(let issues): issues.all.allSatisfy { $0.code == .optionalWhereRequired }
    }
  }

  /// Whether an expression is the host of a URL, which is in small letters.
  func isHost(_ expression: Expression) -> Bool {
    guard case .select(let operand, let field, _) = expression.node, field.text == "host",
      case .success(let checked) = CEL.check(operand, in: environment)
    else { return false }
    return (checked.type.unwrapped ?? checked.type) == .object("url")
  }

  /// Whether a path is a `let` that ends in `.lower()`.
  func isLowerCase(_ path: String) -> Bool {
    guard let program = lets.first(where: { $0.name == path })?.program,
      case .call(let name, _, _) = program.expression.node
    else { return false }
    return name.text == "lower" || name.text == "lowerAscii"
  }

  /// The column that an expression is, if it is nothing but a text or a number of the record or of the row.
  func column(_ expression: Expression, extra: RowScope = RowScope()) -> FieldColumn? {
    guard let path = expression.path else { return nil }
    if extra.variables[path] != nil { return extra.columns[path] }
    guard let index = columns.firstIndex(of: path), let field = schema.fields.first(where: { $0.name == path }),
      let kind = FieldColumn.Kind(field.type)
    else { return nil }
    return FieldColumn(index: index, kind: kind, isOfRow: false)
  }

  /// The index of all text patterns for the value of a path of the record.
  func patterns(for path: String) -> PatternIndex {
    if let known = indexes[path] { return known }
    let index = PatternIndex()
    indexes[path] = index
    return index
  }

  /// Ends the filling of all indexes.
  /// - Returns: how many words their answers take.
  func sealPatterns() -> Int {
    var place = 0
    for index in indexes.values { index.seal(at: &place) }
    return place
  }

  func report(
    _ issue: Issue, in scalar: ConfigScalar, offset: Int, extra: RowScope = RowScope(),
    severity: Diagnostic.Severity = .error
  ) {
    guard knowsFields || issue.code != .unknownName else { return }
    let span = findings.source.place(issue.span.lowerBound + offset..<issue.span.upperBound + offset, in: scalar)
    var message = issue.message
    var label = ""
    var remedy = issue.remedy ?? ""
    let isTable = issue.code == .unknownName && isInLookup(issue.span.lowerBound + offset, of: scalar)
    if issue.code == .unknownName, let name = issue.name {
      message = "unknown \(isTable ? "table" : "field") '\(name)'"
      label = isTable ? "" : "not a field of reader \(schema.title), nor a `let`"
    }
    if isTable || issue.code == .noOverload && issue.name == "lookup" && remedy.isEmpty {
      remedy = "declare the table: tables: { names: { file: names.csv, key: sku, value: name } }"
    }
    if let name = issue.name, !issue.candidates.isEmpty || issue.code == .unknownName {
      let known = Set(schema.fields.map(\.name)).union(environment.variables.keys).union(extra.variables.keys)
      let candidates = isTable ? tables : issue.code == .unknownName ? Array(known) : issue.candidates
      let suggestion = Suggestion.remedy(for: name, among: candidates)
      if !suggestion.isEmpty { remedy = suggestion }
    }
    if scalar.text.hasPrefix("=="), issue.code == .syntax, issue.span.lowerBound == 0 {
      (message, remedy) = ("a second '='", "write one: it only says that an expression follows")
    }
    if issue.code == .noOverload, let name = issue.name, tables.contains(name) { remedy = "write lookup(\(name), …)" }
    if remedy.isEmpty {
      switch issue.code {
      case .typeMismatch: remedy = "convert or compare it, so that it gives what is needed here"
      case .tooDeep, .tooLong: remedy = "give parts of it names under `let`"
      case .alwaysFails: remedy = "mend this part: no record can change what it gives"
      default: break
      }
    }
    if issue.code == .syntax, scalar.style == .plain, remedy.isEmpty, findings.source.isFollowed(scalar) {
      remedy = "put single quotes around this expression if YAML cut it (at ` #`, `: `, or in braces at a comma)"
    }
    findings.add(
      Diagnostic(
        Self.code(issue.code), message, severity: severity, label: label,
        remedy: remedy.isEmpty ? Self.usualRemedy(issue.code) : remedy, file: findings.source.file,
        span: span))
  }

  /// The names of all tables.
  var tables: [String] {
    environment.variables.filter { $0.value.type == .object(LookupTables.type(of: $0.key)) }.map(\.key)
  }

  /// Whether a place of an expression is the first argument of a look-up.
  private func isInLookup(_ place: Int, of scalar: ConfigScalar) -> Bool {
    var before = scalar.text.utf8.prefix(place)
    while before.last == UInt8(ascii: " ") { before.removeLast() }
    return before.reversed().starts(with: "lookup(".utf8.reversed())
  }

  /// Names in an expression that did not compile, so that what it uses does not count as unused.
  private static func words(_ text: String) -> [String] {
    text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) && $0 != "_" }.map(String.init)
  }

  /// What helps when the language has no better advice.
  private static func usualRemedy(_ code: Issue.Code) -> String {
    switch code {
    case .noOverload, .typeMismatch:
      "convert one side: string(…), int(…), decimal(…); give a value that may be missing a default: .or(…)"
    case .unknownProperty: "only objects and maps have properties"
    case .syntax: "compare brackets, quotes and operators with the reference"
    default: ""
    }
  }

  private static func code(_ code: Issue.Code) -> String {
    switch code {
    case .unknownName: "M101"
    case .unknownFunction: "M102"
    case .unknownProperty: "M103"
    case .typeMismatch: "M104"
    case .optionalWhereRequired: "M105"
    case .noOverload: "M106"
    case .syntax: "M107"
    case .invalidRegex: "M108"
    case .invalidArgument: "M109"
    case .tooDeep, .tooLong: "M110"
    case .needlessOr: "M201"
    case .alwaysFails: "M211"
    }
  }
}

/// A place in the mapping whose expression can fail at run time.
struct Site: Sendable {
  let what: String
  let scalar: ConfigScalar
}

/// What an `each` makes visible: the fields of its row.
struct RowScope {
  var variables: [String: Variable] = [:]
  /// Those that need no expression.
  var columns: [String: FieldColumn] = [:]
}
