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
      guard Self.isName(entry.key) else {
        findings.error(
          "M007", "'\(entry.key)' is no name", at: entry.keySpan, remedy: "use letters, digits and _ only")
        continue
      }
      if compiler.environment.variables[entry.key] != nil {
        findings.error(
          "M113", "'\(entry.key)' hides a field of the reader", at: entry.keySpan, remedy: "choose another name")
        continue
      }
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
        let stuck = order[0]
        findings.error(
          "M111", "'\(stuck)' is computed from itself", at: pending[stuck]?.entry.keySpan,
          remedy: "break the circle: " + Self.circle(from: stuck, pending.mapValues(\.uses)).joined(separator: " → "))
        return
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
    let slot = count
    count += 1
    let site = compiler.site(scalar, "let \(name)")
    let evaluate = program.evaluate
    compiler.environment.variables[name] = Variable(program.type) { activation in
      let frame = activation.frame
      if frame.pointee.letMarks[slot] == frame.pointee.generation { return frame.pointee.letValues[slot] }
      let value = evaluate(activation)
      if value.isError { activation.remember(value, site: site) }
      frame.pointee.letValues[slot] = value
      frame.pointee.letMarks[slot] = frame.pointee.generation
      return value
    }
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

  private static func circle(from start: String, _ uses: [String: Set<String>]) -> [String] {
    var path = [start]
    var at = start
    while let next = uses[at]?.sorted().first(where: { uses[$0] != nil }), path.count < 12 {
      path.append(next)
      if path.dropLast().contains(next) { break }
      at = next
    }
    return path
  }
}

extension Activation {
  /// Notes where an error value arose without stopping the record: an operator may still absorb it.
  func remember(_ value: Value, site: Int) {
    frame.pointee.letFailure = value
    frame.pointee.letFailureSite = site
  }
}
