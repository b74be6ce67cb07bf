internal import CEL
internal import Pipeline

/// Compiles trees of values (`properties`, `context`, …) into emitters of JSON.
struct ValueCompiler {
  let compiler: ExpressionCompiler
  private var findings: Findings { compiler.findings }

  init(_ compiler: ExpressionCompiler) { self.compiler = compiler }

  /// An object, or a `case` of objects; dotted keys nest. Nil with findings if anything is wrong.
  func object(
    _ node: ConfigNode, _ title: String, narrowed: Set<String>, extra: RowScope = RowScope()
  ) -> Emitter? {
    guard let entries = node.entries else {
      findings.error("M006", "'\(title)' must be a map", at: node.span, remedy: "write key: value")
      return nil
    }
    guard entries.count <= 1_000 else {
      findings.error("M009", "'\(title)' has \(entries.count) keys, more than 1000", at: node.span, remedy: "emit less")
      return nil
    }
    if Self.isCase(node) {
      return cases(node, narrowed, extra) { object($0, title, narrowed: $1, extra: extra) }
    }
    return emitter(DottedKeys(entries, findings), narrowed, extra)
  }

  /// Whether a map of values is a `case` as a whole: a property may have that name, but hardly holds branches.
  private static func isCase(_ node: ConfigNode) -> Bool {
    node["case"]?.list?.contains { $0["then"] != nil || $0["else"] != nil } ?? false
  }

  /// Any value.
  func value(_ node: ConfigNode, narrowed: Set<String>, extra: RowScope = RowScope()) -> Emitter? {
    switch node {
    case .scalar(let scalar): return self.scalar(scalar, narrowed, extra)
    case .list(let nodes, _):
      let elements = nodes.map { value($0, narrowed: narrowed, extra: extra) }
      let compiled = elements.compactMap { $0 }
      return compiled.count == elements.count ? Emitters.list(compiled) : nil
    case .map(let entries, let span):
      if entries.contains(where: { $0.key == "case" }) {
        return cases(node, narrowed, extra) { value($0, narrowed: $1, extra: extra) }
      }
      if entries.contains(where: { $0.key == "each" }) { return each(node, narrowed, extra) }
      guard !entries.isEmpty else {
        findings.error("M007", "an empty map", at: span, remedy: "leave the key out")
        return nil
      }
      return object(node, "value", narrowed: narrowed, extra: extra)
    }
  }

  private func scalar(_ scalar: ConfigScalar, _ narrowed: Set<String>, _ extra: RowScope) -> Emitter? {
    if ExpressionCompiler.isExpression(scalar) {
      guard let program = compiler.compile(scalar, narrowed: narrowed, extra: extra) else { return nil }
      guard compiler.hasJSONForm(program, scalar, narrowed: narrowed, extra: extra, canRepeat: true) else {
        return nil
      }
      if let column = compiler.column(program.expression, extra: extra) { return Emitters.field(column) }
      return Emitters.expression(program, site: compiler.site(scalar, "value"))
    }
    guard findings.isValue(scalar) else { return nil }
    if let slip = MissingEquals(compiler, narrowed: narrowed, extra: extra).slip(in: scalar) {
      findings.warn("M212", slip.message, at: scalar.span, remedy: slip.remedy)
    }
    return Emitters.constant(JSONLiteral.scalar(scalar))
  }

  /// `compile` makes an emitter of what a branch gives, with the fields that are known to be there.
  private func cases(
    _ node: ConfigNode, _ narrowed: Set<String>, _ extra: RowScope, _ compile: (ConfigNode, Set<String>) -> Emitter?
  ) -> Emitter? {
    guard let section = Section(node, "case", keys: ["case"], findings) else { return nil }
    var branches: [(condition: Predicate?, emit: Emitter)] = []
    var hasElse = false
    let conditions = ConditionCompiler(compiler)
    for branch in section.list("case") {
      if let other = branch["else"] {
        _ = Section(branch, "case branch", keys: ["else"], findings)
        if let emit = compile(other, narrowed) {
          branches.append((nil, compiler.branches?.counted(emit, other, at: branch.span) ?? emit))
        }
        hasElse = true
        continue
      }
      guard
        let entry = Section(branch, "case branch", keys: ["when", "needs", "if", "unless", "then", "else"], findings)
      else { continue }
      var inside = narrowed
      let condition = conditions.compile(entry, narrowed: &inside, extra: extra)
      guard let then = entry["then"] else {
        findings.error("M005", "a branch needs 'then'", at: branch.span, remedy: "write { when: …, then: value }")
        continue
      }
      let emit = compile(then, inside)
      guard let condition else {
        if ConditionCompiler.isMissing(in: branch) {
          findings.error(
            "M005", "a branch needs a condition", at: branch.span, remedy: "write { else: value } for the rest")
        }
        continue
      }
      if let emit {
        branches.append((condition, compiler.branches?.counted(emit, then, at: branch.span) ?? emit))
      }
    }
    if !hasElse {
      findings.error(
        "M114", "'case' without 'else'", at: section.keySpan("case"), remedy: "add { else: value } as its last branch")
    }
    return branches.isEmpty ? nil : Emitters.cases(branches[...])
  }

  private func each(_ node: ConfigNode, _ narrowed: Set<String>, _ extra: RowScope) -> Emitter? {
    guard let section = Section(node, "each", keys: ["each", "do"], findings),
      let name = section.scalar("each")
    else { return nil }
    guard let field = compiler.schema.fields.first(where: { $0.name == name.text }), case .list(let rows) = field.type
    else {
      guard compiler.knowsFields else { return nil }
      let lists = compiler.schema.fields.filter { if case .list = $0.type { true } else { false } }.map(\.name)
      findings.error(
        "M104", "'\(name.text)' is not a list of rows", at: name.span,
        remedy: lists.isEmpty
          ? "reader \(compiler.schema.title) has none here"
            + (name.text == "rows" ? ": a record has `rows` where `input` has group: { by: column }" : "")
          : "lists: " + lists.joined(separator: ", "))
      return nil
    }
    guard let element = section["do"] else {
      findings.error("M005", "'each' needs 'do'", at: node.span, remedy: "write { each: rows, do: { key: =field } }")
      return nil
    }
    var scope = extra
    for (index, row) in rows.keys.sorted().enumerated() {
      if compiler.environment.variables[row] != nil {
        findings.error(
          "M113", "'\(row)' is a name of the record and of its rows", at: name.span, remedy: "rename one of the two")
      }
      let type = rows[row] ?? .string
      scope.variables[row] = HostEnvironment.rowVariable(type, index: index)
      scope.columns[row] = FieldColumn.Kind(type.present).map {
        FieldColumn(index: index, kind: $0, isOfRow: true)
      }
    }
    guard let list = compiler.compile(name, narrowed: narrowed, extra: extra),
      let emit = value(element, narrowed: narrowed, extra: scope)
    else { return nil }
    return Emitters.each(rows: list.evaluate, emit, site: compiler.site(name, "each"))
  }

  private func emitter(_ keys: DottedKeys, _ narrowed: Set<String>, _ extra: RowScope) -> Emitter? {
    var members: [(key: String, emit: Emitter)] = []
    var complete = true
    for member in keys.members {
      let emit: Emitter? =
        switch member.value {
        case .leaf(let node): value(node, narrowed: narrowed, extra: extra)
        case .branch(let inner): emitter(inner, narrowed, extra)
        }
      if let emit { members.append((member.key, emit)) } else { complete = false }
    }
    return complete ? Emitters.object(members) : nil
  }
}
