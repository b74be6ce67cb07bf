internal import CEL
internal import Pipeline

/// A rule, ready to run. A class, so that a mapper takes one by a single reference.
final class CompiledRule: Sendable {
  let rule: Rule
  /// Nil: every record.
  let condition: Predicate?
  /// The event's time, nil for the reader's.
  let time: Computed?
  /// Whether the event has a natural id, which `id` writes as JSON; else it is named by the record's bytes.
  let hasNaturalID: Bool
  let id: Emitter
  /// What is hashed before the id: `record` or `id`, the rule's key, each with a line end.
  let idPrefix: ConstantBytes
  /// `","type":"…","time":{"insert":"`.
  let head: ConstantBytes
  let properties: Emitter
  let context: Emitter
  /// `,"options":{…},"tags":[…]`, perhaps empty.
  let tail: ConstantBytes
  let span: SourceSpan
  /// What the condition is bound of.
  let terms: [ConditionTerm]

  init(
    rule: Rule, condition: Predicate?, terms: [ConditionTerm], time: Computed?, id: Emitter?, idPrefix: ConstantBytes,
    head: ConstantBytes,
    properties: Emitter?, context: Emitter?, tail: ConstantBytes, span: SourceSpan
  ) {
    self.rule = rule
    self.condition = condition
    self.terms = terms
    self.time = time
    hasNaturalID = id != nil
    self.id = id ?? .nothing
    self.idPrefix = idPrefix
    self.head = head
    self.properties = properties ?? .nothing
    self.context = context ?? .nothing
    self.tail = tail
    self.span = span
  }
}

/// A drop entry, ready to run.
struct CompiledDrop: Sendable {
  /// Index of the reason in the plan's list.
  let reason: Int
  let condition: Predicate
  let terms: [ConditionTerm]
  let span: SourceSpan
}

/// Compiles `drop` and `events`.
struct RuleCompiler {
  let compiler: ExpressionCompiler
  private var findings: Findings { compiler.findings }

  init(_ compiler: ExpressionCompiler) { self.compiler = compiler }

  // MARK: Drop

  /// All paths that some drop entry makes present for what follows.
  func narrowings(_ entries: [ConfigNode]) -> Set<String> {
    var narrowed: Set<String> = []
    for entry in entries where narrows(entry) {
      for node in entry["unless_present"]?.list ?? entry["unless_present"].map({ [$0] }) ?? [] {
        if let path = node.text { ConditionCompiler(compiler).narrow(path, &narrowed) }
      }
    }
    return narrowed
  }

  /// Only an entry with no further condition drops every record that lacks the value.
  private func narrows(_ entry: ConfigNode) -> Bool {
    (entry.entries ?? []).allSatisfy { ["reason", "unless_present"].contains($0.key) }
  }

  func drops(_ entries: [ConfigNode], reasons: inout [String], narrowed: inout Set<String>) -> [CompiledDrop] {
    let conditions = ConditionCompiler(compiler)
    let later = narrowings(entries)
    var drops: [CompiledDrop] = []
    for entry in entries {
      guard
        let section = Section(
          entry, "drop entry", keys: ["reason", "if", "when", "unless", "unless_present", "needs"], findings)
      else { continue }
      let reason = section.required("reason", "name what the summary counts: reason: bot")
      if let reason { findings.refuseExpression(reason) }
      var inside = narrowed
      checkLets(section, narrowed: narrowed, later: later)
      let missing = section.names("unless_present")
      var terms: [ConditionTerm] = []
      if let all = conditions.allPresent(missing, narrowed) {
        let text = "unless_present [\(missing.map(\.text).joined(separator: ", "))]"
        terms.append(
          ConditionTerm(
            predicate: Predicates.not(all), text: text, span: missing.first?.span ?? entry.span, looked: nil))
      }
      terms += conditions.terms(section, narrowed: &inside)
      if narrows(entry) {
        for name in missing { conditions.narrow(name.text, &narrowed) }
      }
      guard let condition = Predicates.all(terms.map(\.predicate)) else {
        if ConditionCompiler.isMissing(in: entry) {
          findings.error(
            "M005", "drop entry without a condition", at: entry.span,
            remedy: "give when, if, unless or unless_present; it would drop everything")
        }
        continue
      }
      guard let reason else { continue }
      if !reasons.contains(reason.text) { reasons.append(reason.text) }
      drops.append(
        CompiledDrop(
          reason: reasons.firstIndex(of: reason.text) ?? 0, condition: condition, terms: terms, span: reason.span))
    }
    return drops
  }

  /// A `let` that rests on a field which only a later entry makes present cannot be used yet.
  private func checkLets(_ section: Section, narrowed: Set<String>, later: Set<String>) {
    let names =
      (section["when"]?.entries?.map { ($0.key, $0.keySpan) } ?? [])
      + (section["unless"]?.entries?.map { ($0.key, $0.keySpan) } ?? [])
      + (section.names("needs") + section.names("unless_present")).map { ($0.text, $0.span) }
      + ["if", "unless"].compactMap { key in section[key]?.scalar }.flatMap { scalar -> [(String, SourceSpan)] in
        guard case .success(let expression) = Parser.parse(String(scalar.text.dropFirst())) else { return [] }
        var roots: [(String, SourceSpan)] = []
        var open = [expression]
        while let next = open.popLast() {
          if case .identifier(let name) = next.node { roots.append((name, scalar.span)) }
          open += next.children
        }
        return roots
      }
    for (name, span) in names {
      let root = String(name.split(separator: ".").first ?? "")
      let early = (compiler.letNarrowings[root] ?? []).subtracting(narrowed).intersection(later)
      if let path = early.min() {
        findings.error(
          "M105", "'\(root)' needs '\(path)', which may still be missing here", at: span,
          remedy: "move the entry with unless_present: [\(path)] above this one")
      }
    }
  }

  // MARK: Events

  func rules(_ entries: [ConfigNode], narrowed: Set<String>) -> [CompiledRule] {
    var rules: [CompiledRule] = []
    for entry in entries {
      guard let rule = rule(entry, narrowed) else { continue }
      if let twin = rules.first(where: { $0.rule.name == rule.rule.name }) {
        findings.error(
          "M112", "two rules are called '\(rule.rule.name)'", at: rule.span, label: "first at line \(twin.span.line)",
          remedy: "give one of them a `name`: it is part of every event id")
        continue
      }
      rules.append(rule)
    }
    return rules
  }

  private func rule(_ node: ConfigNode, _ before: Set<String>) -> CompiledRule? {
    let keys = [
      "name", "type", "when", "needs", "if", "unless", "id", "time", "properties", "context", "options", "tags",
    ]
    guard let section = Section(node, "rule", keys: keys, findings) else { return nil }
    let type = section.required("type", "name the event: type: page-view")
    let name = section.scalar("name") ?? type
    var narrowed = before
    let terms = ConditionCompiler(compiler).terms(section, narrowed: &narrowed)
    let words = [type, name].compactMap { $0 }
    for scalar in words + section.names("tags") { findings.refuseExpression(scalar) }
    for scalar in words where scalar.text.isEmpty || scalar.text.contains(where: \.isNewline) {
      findings.error("M007", "a rule needs a name of one line", at: scalar.span)
    }
    let values = ValueCompiler(compiler)
    let properties = section["properties"].map { values.object($0, "properties", narrowed: narrowed) }
    let context = section["context"].map { values.object($0, "context", narrowed: narrowed) }
    if section["id"] == nil, compiler.schema.needsNaturalID {
      findings.error(
        "M005", "\(name.map { "rule '\($0.text)'" } ?? "the rule") needs 'id'", at: type?.span ?? node.span,
        remedy:
          "reader \(compiler.schema.title) has no record bytes to tell events by: write id: =[\"order\", order_id]")
    }
    let id = section["id"].map { naturalID($0, narrowed) }
    let time = section.scalar("time").map { self.time($0, narrowed) }
    let tail = tail(section)
    // Whatever else is wrong with a rule without type has been said.
    guard let type, let name else { return nil }
    let idPrefix = (id == nil ? "record\n" : "id\n") + name.text + "\n"
    return CompiledRule(
      rule: Rule(name: name.text, type: type.text), condition: Predicates.all(terms.map(\.predicate)), terms: terms,
      time: time ?? nil, id: id ?? nil, idPrefix: ConstantBytes(idPrefix),
      head: ConstantBytes("\",\"type\":\(JSONValue.quoted(type.text)),\"time\":{\"insert\":\""),
      properties: properties ?? nil, context: context ?? nil, tail: ConstantBytes(tail), span: type.span)
  }

  private func naturalID(_ node: ConfigNode, _ narrowed: Set<String>) -> Emitter? {
    guard let scalar = node.scalar, ExpressionCompiler.isExpression(scalar) else {
      findings.error(
        "M006", "'id' must be an expression", at: node.span, remedy: "write id: =[\"order\", order_id]")
      return nil
    }
    guard let program = compiler.compile(scalar, narrowed: narrowed),
      compiler.hasJSONForm(program, scalar, narrowed: narrowed, canRepeat: false), isWhole(program, scalar, narrowed)
    else { return nil }
    let id = Emitters.naturalID(
      program.evaluate, literals: Self.literals(in: program.expression), site: compiler.site(scalar, "id"))
    return plainID(program.expression).map { Emitters.naturalID($0.parts, end: $0.end, otherwise: id) } ?? id
  }

  /// Reports an id that may be missing, or any part of it.
  private func isWhole(_ id: Program, _ scalar: ConfigScalar, _ narrowed: Set<String>) -> Bool {
    let parts = compiler.optionalElements(of: id.expression, narrowed: narrowed)
    for part in parts {
      let what = part.path.map { "'\($0)'" } ?? "a part of the id"
      compiler.report(
        Issue(
          .optionalWhereRequired, at: part.span, "\(what) may be absent, but an id needs all of its parts",
          remedy: "name its path under `needs`, or give .or(…)"), in: scalar, offset: 1)
    }
    guard parts.isEmpty else { return false }
    let named = compiler.lets.first { $0.name == id.path }?.program.expression ?? id.expression
    let hasGaps = !compiler.optionalElements(of: named, narrowed: narrowed).isEmpty
    let isOfOptionals = if case .list(.optional) = id.type { true } else { false }
    guard id.type.unwrapped == nil, !hasGaps, !isOfOptionals else {
      findings.error(
        "M105", id.type.unwrapped == nil ? "a part of the id may be missing" : "the id may be missing", at: scalar.span,
        remedy: "name its path under `needs`, or give .or(…)")
      return false
    }
    return true
  }

  /// How many parts of an id tell no event from another: its literals, unless they are all that it has.
  private static func literals(in expression: Expression) -> Int {
    guard case .list(let elements) = expression.node else { return 0 }
    let literals = elements.compactMap { if case .literal(let literal) = $0.value.node { literal } else { nil } }
    return literals.count == elements.count ? 0 : literals.count { $0 != .string("") }
  }

  /// An id that is a list of literal texts and of columns with texts or whole numbers, as nearly all are.
  private func plainID(_ expression: Expression) -> (parts: [FieldRun.Member], end: ConstantBytes)? {
    guard case .list(let elements) = expression.node, !elements.contains(where: \.isOptional) else { return nil }
    var parts: [FieldRun.Member] = []
    var text = ""
    for element in elements {
      text += text.isEmpty && parts.isEmpty ? "[" : ","
      if case .literal(.string(let literal)) = element.value.node {
        text += JSONValue.quoted(literal)
      } else if let column = compiler.column(element.value), column.kind != .decimal {
        parts.append(.init(column: column, text: ConstantBytes(text), kept: 0))
        text = ""
      } else {
        return nil
      }
    }
    return parts.isEmpty ? nil : (parts, ConstantBytes(text + "]"))
  }

  private func time(_ scalar: ConfigScalar, _ narrowed: Set<String>) -> Computed? {
    guard ExpressionCompiler.isExpression(scalar) else {
      findings.error("M006", "'time' must be an expression", at: scalar.span, remedy: "write time: =field")
      return nil
    }
    guard let program = compiler.compile(scalar, expecting: .timestamp, narrowed: narrowed) else { return nil }
    return Computed(evaluate: program.evaluate, site: compiler.site(scalar, "time"))
  }

  private func tail(_ section: Section) -> String {
    var tail = ""
    if let options = section["options"], let json = StaticJSON.object(options, findings) {
      tail += ",\"options\":" + json
    }
    let tags = section.names("tags")
    if !tags.isEmpty {
      tail += ",\"tags\":[" + tags.map { JSONValue.quoted($0.text) }.joined(separator: ",") + "]"
    }
    return tail + "}"
  }
}
