internal import CEL
internal import Pipeline

/// Compiles `when`, `needs`, `if`, `unless` and `unless_present` into one predicate.
struct ConditionCompiler {
  let compiler: ExpressionCompiler
  private var findings: Findings { compiler.findings }

  init(_ compiler: ExpressionCompiler) { self.compiler = compiler }

  /// A term with what its order depends on.
  private struct Term {
    var cost: Int
    var predicate: Predicate
    var text = ""
    var span = SourceSpan(line: 1, column: 1)
    var looked: Evaluate?

    var named: ConditionTerm { ConditionTerm(predicate: predicate, text: text, span: span, looked: looked) }
  }

  /// The conditions of a rule, a drop entry or a case; nil if it has none. `narrowed` grows by what `needs` narrows.
  func compile(
    _ section: Section, narrowed: inout Set<String>, extra: RowScope = RowScope()
  ) -> Predicate? {
    Predicates.all(terms(section, narrowed: &narrowed, extra: extra).map(\.predicate))
  }

  /// The same, term by term in the order in which they are asked.
  func terms(
    _ section: Section, narrowed: inout Set<String>, extra: RowScope = RowScope()
  ) -> [ConditionTerm] {
    var terms: [Term] = []
    if let when = section["when"] { terms += self.when(when, narrowed, extra) }
    terms.sort { $0.cost < $1.cost }
    for need in section.names("needs") {
      if let term = presence(need, narrowed, extra) { terms.append(term) }
      narrow(need.text, &narrowed)
    }
    if let condition = section.scalar("if"), let term = expression(condition, narrowed, extra) {
      terms.append(term)
    }
    if let unless = section["unless"] {
      if let scalar = unless.scalar {
        if let term = expression(scalar, narrowed, extra) {
          terms.append(
            Term(
              cost: 9, predicate: Predicates.not(term.predicate), text: "unless \(scalar.text)", span: scalar.span))
        }
      } else {
        let inner = when(unless, narrowed, extra).sorted { $0.cost < $1.cost }.map(\.predicate)
        if let all = Predicates.all(inner) {
          terms.append(
            Term(
              cost: 9, predicate: Predicates.not(all), text: "unless \(JSONValue(unless).flow)", span: unless.span))
        }
      }
    }
    return terms.map(\.named)
  }

  /// Whether nothing says when it holds; what is there and does not compile has findings of its own.
  static func isMissing(in node: ConfigNode) -> Bool {
    ["when", "needs", "if", "unless", "unless_present"].allSatisfy { key in
      node[key].map { $0.list?.isEmpty ?? false } ?? true
    }
  }

  /// Holds when every name is present; nil if there are none.
  func allPresent(_ names: [ConfigScalar], _ narrowed: Set<String>) -> Predicate? {
    Predicates.all(names.compactMap { presence($0, narrowed, RowScope())?.predicate })
  }

  func narrow(_ path: String, _ narrowed: inout Set<String>) {
    var parts = path.split(separator: ".").map(String.init)
    while !parts.isEmpty {
      narrowed.insert(parts.joined(separator: "."))
      parts.removeLast()
    }
  }

  private func presence(_ name: ConfigScalar, _ narrowed: Set<String>, _ extra: RowScope) -> Term? {
    guard
      let (program, _) = compiler.compilePath(
        name, narrowed: narrowed, extra: extra, remedy: "name a field, a `let`, or a.b.c below one")
    else { return nil }
    let predicate: Predicate
    if program.type.unwrapped != nil, let column = compiler.column(program.expression), column.kind != .decimal {
      predicate = Predicates.present(column)
    } else {
      predicate = Predicates.present(program.evaluate, site: compiler.site(name, "needs"))
    }
    return Term(
      cost: 5, predicate: predicate, text: "needs \(name.text)", span: name.span, looked: program.evaluate)
  }

  private func expression(_ scalar: ConfigScalar, _ narrowed: Set<String>, _ extra: RowScope) -> Term? {
    guard ExpressionCompiler.isExpression(scalar) else {
      findings.error("M006", "a condition must be an expression", at: scalar.span, remedy: "begin it with '='")
      return nil
    }
    guard let program = compiler.compile(scalar, expecting: .bool, narrowed: narrowed, extra: extra) else { return nil }
    return Term(
      cost: 6, predicate: Predicates.expression(program.evaluate, site: compiler.site(scalar, "condition")),
      text: "if \(scalar.text)", span: scalar.span)
  }

  /// A map of paths to literals, ranges, globs, regexes, or lists of them.
  private func when(_ node: ConfigNode, _ narrowed: Set<String>, _ extra: RowScope) -> [Term] {
    guard let entries = node.entries else {
      findings.error(
        "M006", "'when' must be a map", at: node.span, remedy: "write field: value; an expression goes under `if`")
      return []
    }
    if entries.isEmpty {
      findings.error(
        "M007", "an empty map of conditions", at: node.span, remedy: "leave the key out: it would hold always")
    }
    return entries.compactMap { term($0, narrowed, extra) }
  }

  private func term(_ entry: ConfigEntry, _ narrowed: Set<String>, _ extra: RowScope) -> Term? {
    let key = ConfigScalar(text: entry.key, style: .plain, span: entry.keySpan)
    guard
      let (program, path) = compiler.compilePath(
        key, narrowed: narrowed, extra: extra, remedy: "an expression goes under `let` or `if`")
    else { return nil }
    let values = (entry.value.list ?? [entry.value]).compactMap { node -> ConfigScalar? in
      if node.scalar == nil {
        findings.error("M006", "a value to compare with must be text or a number", at: node.span)
      }
      return node.scalar
    }
    if let empty = values.first(where: { $0.text.isEmpty && $0.style == .plain }) {
      findings.error("M007", "no value", at: empty.span, remedy: "give one, or leave the key out")
      return nil
    }
    guard !values.isEmpty else {
      findings.error("M116", "'\(entry.key)' is compared with nothing", at: entry.keySpan, remedy: "give a value")
      return nil
    }
    let site = compiler.site(key, "when \(entry.key)")
    let type = program.type.unwrapped ?? program.type
    var term: Term?
    switch type {
    case .string: term = text(program, path, values, site, extra)
    case .int: term = number(program, values, site, compiler.column(program.expression, extra: extra))
    case .bool: term = bool(program, values, site)
    default:
      findings.error(
        "M104", "'\(entry.key)' is \(type), which `when` cannot compare", at: entry.keySpan,
        remedy: "write an expression under `if`")
      return nil
    }
    let texts = values.map(\.text)
    term?.text = "when \(entry.key): " + (texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]")
    term?.span = entry.keySpan
    term?.looked = program.evaluate
    return term
  }

  private func text(
    _ program: Program, _ path: String, _ values: [ConfigScalar], _ site: Int, _ extra: RowScope
  ) -> Term? {
    var patterns: [TextPattern] = []
    let paths = PathTexts(compiler)
    var isCostly = false
    var regexes: [Predicate] = []
    for value in values {
      if value.text.hasPrefix("~") {
        let pattern = value.text.dropFirst().drop { $0 == " " }
        guard !pattern.isEmpty else {
          findings.error(
            "M108", "an empty regular expression, which matches everything", at: value.span,
            remedy: "write ~ pattern; a value that must be present stands under `needs`")
          continue
        }
        guard let regex = regex(String(pattern), value, program, site) else { continue }
        regexes.append(regex)
        continue
      }
      guard !ExpressionCompiler.isExpression(value) else {
        findings.error(
          "M116", "an expression is not a pattern", at: value.span, remedy: "write the comparison under `if`")
        continue
      }
      if extra.variables.isEmpty { look(at: value, of: path, program) }
      if value.text.contains("*") { isCostly = true }
      guard !value.text.contains("*") || Glob.pieces(Array(value.text.utf8)) <= Glob.longest else {
        findings.error(
          "M116", "a glob longer than \(Glob.longest) characters", at: value.span,
          remedy: "shorten it, or write a regex: ~ ^pattern$")
        continue
      }
      patterns.append(paths.pattern(value.text, of: program.expression))
    }
    let plain = patterns.isEmpty ? [] : [self.patterns(patterns, program, path, site, extra)]
    let all = plain + regexes
    guard !all.isEmpty else { return nil }
    return Term(cost: regexes.isEmpty ? (isCostly ? 3 : 2) : 4, predicate: Predicates.any(all))
  }

  /// Warns of a pattern that no text of the field can have.
  private func look(at value: ConfigScalar, of path: String, _ program: Program) {
    guard
      let (problem, remedy) = absence(of: value, path) ?? range(value, path, program)
        ?? misfit(value, path, program.expression)
    else { return }
    findings.warn("M214", "'\(value.text)' never matches: \(problem)", at: value.span, remedy: remedy)
  }

  /// What stands for a missing value: that is never compared.
  private func absence(of value: ConfigScalar, _ path: String) -> (problem: String, remedy: String)? {
    let remedy = "for those without one write unless_present: [\(path)] in `drop`, or if: =!\(path).hasValue()"
    if value.style == .plain, ["null", "Null", "NULL"].contains(value.text) {
      return ("it is text here, and a missing value is never compared", remedy + "; put quotes around it if it is text")
    }
    guard compiler.missing[path]?.contains(value.text) ?? false else { return nil }
    return ("it stands for a missing value, which is never compared", remedy)
  }

  /// A range of numbers, which is a text where it is compared with one.
  private func range(
    _ value: ConfigScalar, _ path: String, _ program: Program
  ) -> (problem: String, remedy: String)? {
    guard value.style == .plain, value.text.contains(".."), let range = WhenRange.parse(value.text) else { return nil }
    let condition = "if: '=int(\(path)) >= \(range.lowerBound) && int(\(path)) <= \(range.upperBound)'"
    return (
      "a range compares numbers, and '\(path)' is text",
      "write " + (program.type.unwrapped == nil ? condition : "needs: [\(path)] and \(condition)")
        + "; put quotes around it if it is text"
    )
  }

  private func misfit(
    _ value: ConfigScalar, _ path: String, _ expression: Expression
  ) -> (problem: String, remedy: String)? {
    guard let first = value.text.first, first != "*" else { return nil }
    if compiler.isHost(expression), value.text.contains(where: \.isUppercase) {
      return ("the host of a URL is in small letters", "write \(value.text.lowercased())")
    }
    switch compiler.schema.shapes[path] {
    case .path where first == "^":
      return ("a path begins with '/'", "a regular expression stands behind `~`: write ~ \(value.text)")
    case .path where value.text.contains("?"):
      return ("a path ends before the '?'", "compare \(path) without it, and the query by parse_url(target).query")
    case .path where first != "/" && (value.text.contains("/") || !value.text.contains("*")):
      return ("a path begins with '/'", "write /\(value.text)")
    case .method where value.text.contains(where: \.isLowercase):
      return ("methods are written in capitals", "write \(value.text.uppercased())")
    case .address where value.text.contains("/"):
      return ("an address is not a range", "write if: '=cidr(\"\(value.text)\").containsIP(\(path))'")
    default: return nil
    }
  }

  /// Patterns for a value of the record share its index; rows of an `each` have a value each.
  private func patterns(
    _ patterns: [TextPattern], _ program: Program, _ path: String, _ site: Int, _ extra: RowScope
  ) -> Predicate {
    guard extra.variables.isEmpty else {
      return Predicates.text(program.evaluate, PatternIndex(patterns), site: site)
    }
    let index = compiler.patterns(for: path)
    let set = index.add(patterns)
    if let column = compiler.column(program.expression) { return Predicates.text(column, index, set) }
    return Predicates.text(program.evaluate, index, set, site: site)
  }

  private func regex(_ pattern: String, _ value: ConfigScalar, _ program: Program, _ site: Int) -> Predicate? {
    guard !BackspacePatterns.has(pattern) else {
      findings.error(
        "M108", BackspacePatterns.problem, at: value.span,
        remedy: "put single quotes around it: in double quotes YAML reads the backslash")
      return nil
    }
    var scope = Environment()
    let evaluate = program.evaluate
    scope.variables["subject"] = Variable(.string) { activation in
      let subject = evaluate(activation)
      return subject.isPresent ? subject.unwrapped : subject
    }
    let source = "subject.matches(\(CELText.quoted(pattern)))"
    switch CEL.compile(source, in: scope, expecting: .bool) {
    case .success(let matcher):
      let matches = matcher.evaluate
      return Predicate { activation in
        if evaluate(activation).isNone { return .no }
        let value = matches(activation)
        if value.isError {
          activation.fail(value, site: site)
          return .failed
        }
        return value.isTrue ? .yes : .no
      }
    case .failure(let issues):
      findings.error(
        "M108", issues.all.first?.message ?? "this is not a regular expression", at: value.span,
        remedy: "see the syntax of RE2; a literal needs no ~")
      return nil
    }
  }

  private func number(_ program: Program, _ values: [ConfigScalar], _ site: Int, _ column: FieldColumn?) -> Term? {
    let ranges = values.compactMap { value -> ClosedRange<Int64>? in
      if let range = WhenRange.parse(value.text) { return range }
      findings.error(
        "M116", "'\(value.text)' is neither a number nor a range", at: value.span, remedy: "write 200 or 200..299")
      return nil
    }
    guard ranges.count == values.count else { return nil }
    if let column {
      let test = ranges.count == 1 ? Predicates.number(column, ranges[0]) : Predicates.number(column, ranges)
      return Term(cost: 1, predicate: test)
    }
    return Term(cost: 1, predicate: Predicates.number(program.evaluate, ranges, site: site))
  }

  private func bool(_ program: Program, _ values: [ConfigScalar], _ site: Int) -> Term? {
    guard values.count == 1, let wanted = Bool(values[0].text) else {
      findings.error("M116", "compare a boolean with true or false", at: values[0].span)
      return nil
    }
    return Term(cost: 1, predicate: Predicates.equals(program.evaluate, wanted, site: site))
  }
}

/// One term of a condition by itself, for whoever wants to know which one decided. The condition is bound of these.
struct ConditionTerm: Sendable {
  let predicate: Predicate
  /// As the mapping writes it.
  let text: String
  let span: SourceSpan
  /// The value that it looks at, where that is one.
  let looked: Evaluate?
}

/// A whole number, or an inclusive range of them: `200`, `200..299`.
enum WhenRange {
  static func parse(_ text: String) -> ClosedRange<Int64>? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 1, let number = Int64(text) { return number...number }
    guard parts.count == 3, parts[1].isEmpty, let low = Int64(parts[0]), let high = Int64(parts[2]), low <= high else {
      return nil
    }
    return low...high
  }
}

/// Text as a literal of the expression language.
enum CELText {
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
