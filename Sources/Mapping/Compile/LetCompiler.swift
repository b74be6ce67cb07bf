internal import CEL
internal import Pipeline

/// Computed names: lazily evaluated, at most once a record, in any order of writing.
struct LetCompiler {
  private let compiler: ExpressionCompiler
  private(set) var count = 0

  init(_ compiler: ExpressionCompiler) { self.compiler = compiler }

  /// Adds each `let` to the environment, dependencies first.
  mutating func compile(_ node: ConfigNode, narrowed: Set<String>) {
    let findings = compiler.findings
    guard let entries = node.entries else {
      findings.error("M006", "'let' must be a map of names", at: node.span, remedy: "write name: =expression")
      return
    }
    guard entries.count <= 1_000 else {
      findings.error("M009", "'let' has \(entries.count) names, more than 1000", at: node.span, remedy: "compute less")
      return
    }
    var pending: [String: (entry: ConfigEntry, scalar: ConfigScalar, uses: Set<String>)] = [:]
    var order: [String] = []
    let names = Set(entries.map(\.key))
    for entry in entries {
      guard let scalar = entry.value.scalar, ExpressionCompiler.isExpression(scalar) else {
        findings.error(
          "M006", "'\(entry.key)' must be an expression", at: entry.value.span, remedy: "begin it with '='")
        continue
      }
      guard Self.isUsable(entry, compiler) else { continue }
      var uses: Set<String> = []
      if case .success(let expression) = Parser.parse(String(scalar.text.dropFirst())) {
        uses = Self.identifiers(expression).intersection(names)
      }
      pending[entry.key] = (entry, scalar, uses)
      order.append(entry.key)
    }
    while !order.isEmpty {
      let ready = order.filter { name in pending[name]?.uses.allSatisfy { pending[$0] == nil } ?? true }
      if ready.isEmpty {
        // Every one that is left uses another one that is left: following uses from any of them ends in a circle.
        let circle = Self.circle(from: order[0], pending.mapValues(\.uses))
        let first = order.first(where: circle.contains) ?? order[0]
        let turn = circle.firstIndex(of: first) ?? 0
        let round = Array(circle[turn...] + circle[..<turn]) + [first]
        let shown = round.count > 12 ? round.prefix(6) + ["…"] + round.suffix(2) : round[...]
        findings.error(
          "M111", "'\(first)' is computed from itself", at: pending[first]?.entry.keySpan,
          remedy: "break the circle: " + shown.joined(separator: " → "))
        // Whatever uses them is judged as if they could be computed.
        for name in circle {
          pending[name] = nil
          compiler.environment.variables[name] = Variable(.dyn) { _ in .error(.absentValue) }
        }
        order.removeAll { pending[$0] == nil }
        continue
      }
      for name in ready {
        guard let item = pending.removeValue(forKey: name) else { continue }
        add(name, item.scalar, narrowed)
      }
      order.removeAll { pending[$0] == nil }
    }
  }

  private mutating func add(_ name: String, _ scalar: ConfigScalar, _ narrowed: Set<String>) {
    guard let program = compiler.compile(scalar, narrowed: narrowed) else {
      // Later uses would only repeat the finding.
      compiler.environment.variables[name] = Variable(.dyn) { _ in .error(.absentValue) }
      return
    }
    var rests = Set(program.narrowedPaths)
    for reference in program.references { rests.formUnion(compiler.letNarrowings[reference] ?? []) }
    compiler.letNarrowings[name] = rests
    compiler.lets.append((name, program))
    let slot = count
    count += 1
    let site = compiler.site(scalar, "let \(name)")
    let evaluate = program.evaluate
    let load: Evaluate = { activation in
      let frame = activation.frame
      if frame.pointee.letMarks[slot] == frame.pointee.generation { return frame.pointee.letValues[slot] }
      let value = evaluate(activation)
      if value.isError { activation.remember(value, site: site) }
      frame.pointee.letValues[slot] = value
      frame.pointee.letMarks[slot] = frame.pointee.generation
      return value
    }
    compiler.environment.variables[name] = Variable(program.type, load: load)
    compiler.outlinedLets.append(
      OutlinedLet(name: name, span: scalar.span, slot: slot, load: load, text: compiler.text(of: name, program.type)))
  }

  /// Whether a key can become a name of expressions; says why not.
  static func isUsable(_ entry: ConfigEntry, _ compiler: ExpressionCompiler) -> Bool {
    let name = entry.key
    if !isName(name) {
      compiler.findings.error(
        "M007", "'\(name)' is not a name", at: entry.keySpan, remedy: "use letters, digits and _ only")
    } else if reserved.contains(name) {
      compiler.findings.error(
        "M007", "'\(name)' is a reserved word of the expression language", at: entry.keySpan,
        remedy: "choose another name: \(name)_value")
    } else if compiler.schema.fields.contains(where: { $0.name == name }) {
      compiler.findings.error(
        "M113", "'\(name)' hides a field of the reader", at: entry.keySpan, remedy: "choose another name")
    } else if compiler.environment.variables[name] != nil {
      compiler.findings.error(
        "M113", "'\(name)' is a table already", at: entry.keySpan, remedy: "choose another name")
    } else {
      return true
    }
    return false
  }

  static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  private static func identifiers(_ expression: Expression) -> Set<String> {
    var found: Set<String> = []
    var open = [expression]
    while let next = open.popLast() {
      if case .identifier(let name) = next.node { found.insert(name) }
      open += next.children
    }
    return found
  }

  /// The members of a circle that is reached from a name, each using the next, the last using the first.
  private static func circle(from start: String, _ uses: [String: Set<String>]) -> [String] {
    var path: [String] = []
    var positions: [String: Int] = [:]
    var at = start
    while positions[at] == nil {
      positions[at] = path.count
      path.append(at)
      guard let next = uses[at]?.filter({ uses[$0] != nil }).min() else { return [at] }
      at = next
    }
    return Array(path[(positions[at] ?? 0)...])
  }

  /// Words that no expression can use as a name (the language's definition, "identifiers").
  private static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
    "namespace", "null", "package", "return", "true", "var", "void", "while",
  ]
}

extension Activation {
  /// Notes where an error value arose without stopping the record: an operator may still absorb it.
  func remember(_ value: Value, site: Int) {
    frame.pointee.letFailure = value
    frame.pointee.letFailureSite = site
  }
}
