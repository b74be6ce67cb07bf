internal import CEL
internal import Pipeline

/// Turns the file's tree into a plan, section by section, collecting findings.
struct MappingLoader {
  let source: SourceText
  let readers: ReaderFactory
  let environment: [String: String]
  let purpose: MappingPurpose
  /// Fields that somebody wants besides those that the mapping names.
  let fields: [String]

  private static let keys = [
    "mapping", "language", "description", "input", "tables", "lists", "let", "drop", "checks", "identity", "session",
    "target", "events", "emit", "otherwise", "tests",
  ]

  private enum Otherwise: String, CaseIterable { case drop, reject }
  private enum Emit: String, CaseIterable { case first, all }

  func load(_ root: ConfigNode) throws(Diagnostics) -> MappingPlan {
    let findings = Findings(source)
    for finding in YAMLTrap.cutExpressions(in: root, source) { findings.add(finding) }
    guard let file = Section(root, "the mapping", keys: Self.keys, findings) else { throw Diagnostics(findings.sorted) }
    let reader = reader(file)
    let compiler = compiler(file, reader)
    let parts = parts(file, compiler, reader)
    MappingChecks(
      root: root, compiler: compiler, tests: parts.tests, emitsAll: parts.head.emitsAll, purpose: purpose
    ).run()
    guard let reader, !findings.hasErrors else { throw Diagnostics(findings.sorted) }
    return MappingPlan(
      name: parts.head.name, summary: parts.head.summary, reader: reader, columns: compiler.columns,
      usedFields: FieldUse.columns(of: reader.schema, in: root), drops: parts.names.reasons,
      rules: parts.rules.map(\.rule), sessions: parts.session, warnings: findings.sorted, tests: parts.tests,
      program: program(parts, compiler), document: root, branches: compiler.branches)
  }

  /// Without a reader no field is known, but much else can be wrong.
  private func compiler(_ file: Section, _ reader: (any Reader)?) -> ExpressionCompiler {
    let schema = reader?.schema ?? Schema(title: "", fields: [], timeField: nil)
    let used = FieldUse.columns(of: schema, in: file.node)
    let compiler = ExpressionCompiler(
      schema: schema, columns: schema.fields.map(\.name).filter { used.contains($0) || fields.contains($0) },
      knowsFields: reader != nil, bots: AgentLists(file, environment, purpose).bots, findings: file.findings)
    if let input = file["input"] {
      let texts = input["missing"].map { ($0.list ?? [$0]).compactMap(\.text) }
      let usual = texts ?? (input["reader"]?.text == "weblog" ? ["-", ""] : [""])
      for field in schema.fields {
        let own = input["fields"]?[field.name]
        if own?["missing"] == nil, own?["nulls"] == nil { compiler.missing[field.name] = usual }
      }
    }
    if purpose == .check { compiler.branches = BranchCounts() }
    return compiler
  }

  /// What the sections of the file came to.
  private struct Parts {
    let head: Head
    let names: Names
    let checks: [CompiledCheck]
    let identity: Identity
    /// The counter of records without a visitor, where they are dropped.
    let noVisitorDrop: Int?
    let target: Target
    let session: SessionSettings
    let split: Emitter?
    let rules: [CompiledRule]
    let timeColumn: Int?
    let tests: [MappingTest]
  }

  /// Compiles the sections, each with what those before it make known. Goes on behind errors, so that all are reported.
  private func parts(_ file: Section, _ compiler: ExpressionCompiler, _ reader: (any Reader)?) -> Parts {
    let head = head(file)
    let tables = LookupTables(file, compiler)
    var names = names(file, compiler)
    let checks = CheckCompiler(compiler).checks(file.list("checks"), narrowed: names.narrowed)
    let identity = identity(file, compiler, names.narrowed)
    let noVisitorDrop = identity.dropsMissing ? names.add(reason: "no-visitor") : nil
    let target = target(file, compiler, names.narrowed)
    var settings = SessionSettings(namespace: IDs.namespace(source: target.source, mapping: head.name))
    settings.source = target.source
    settings.salt = Array(identity.salt.utf8)
    settings.options = target.options
    let split = session(file, compiler, names.narrowed, reader, &settings)
    let rules = rules(file, compiler, names.narrowed)
    let timeColumn = timeColumn(file, compiler, rules)
    let tests = tests(file, names.reasons)
    tables.warnOfUnused()
    return Parts(
      head: head, names: names, checks: checks, identity: identity, noVisitorDrop: noVisitorDrop, target: target,
      session: settings, split: split, rules: rules, timeColumn: timeColumn, tests: tests)
  }

  private func program(_ parts: Parts, _ compiler: ExpressionCompiler) -> MappingProgram {
    let (names, identity, target) = (parts.names, parts.identity, parts.target)
    return MappingProgram(
      file: source.file, columns: compiler.columns.count, timeColumn: parts.timeColumn, lets: names.lets,
      answers: compiler.sealPatterns(), drops: names.drops, dropReasons: names.reasons.count, checks: parts.checks,
      rules: parts.rules, emitsAll: parts.head.emitsAll, rejectsUnmatched: parts.head.rejectsUnmatched,
      visitor: identity.visitor, noVisitorDrop: parts.noVisitorDrop, profileID: identity.profileID,
      profileAliases: identity.aliases, split: parts.split ?? .nothing, context: target.context ?? .nothing,
      request: target.request ?? .nothing, namespace: parts.session.namespace, sites: compiler.sites,
      outlinedLets: compiler.outlinedLets.sorted { ($0.span.line, $0.span.column) < ($1.span.line, $1.span.column) })
  }

  // MARK: Head

  private struct Head {
    var name = ""
    var summary = ""
    var emitsAll = false
    var rejectsUnmatched = false
  }

  /// What stands in the file by itself.
  private func head(_ file: Section) -> Head {
    let findings = file.findings
    var head = Head()
    if let name = file.required("mapping", "name it: mapping: my-shop; the name is part of every event id") {
      findings.refuseExpression(name)
      if name.text.isEmpty || name.text.contains(where: \.isNewline) {
        findings.error("M007", "a mapping's name must be one line of text", at: name.span)
      }
      head.name = name.text
    }
    if let language = file.required("language", "write language: 1"), language.text != "1" {
      findings.error(
        "M008", "unknown language version '\(language.text)'", at: language.span,
        remedy: "write language: 1, or use a trackfill that knows this version")
    }
    head.summary = file.text("description") ?? ""
    head.emitsAll = file.choice("emit", Emit.self) == .all
    head.rejectsUnmatched = file.choice("otherwise", Otherwise.self) == .reject
    return head
  }

  // MARK: Input

  private func reader(_ file: Section) -> (any Reader)? {
    guard let input = file["input"] else {
      file.findings.error(
        "M005", "the mapping needs 'input'", at: file.node.span,
        remedy: "write input: { reader: weblog, format: combined }")
      return nil
    }
    do {
      return try readers(input, source.file)
    } catch {
      for diagnostic in error.all { file.findings.add(diagnostic) }
      return nil
    }
  }

  private func timeColumn(_ file: Section, _ compiler: ExpressionCompiler, _ rules: [CompiledRule]) -> Int? {
    guard compiler.knowsFields else { return nil }
    let (schema, findings) = (compiler.schema, file.findings)
    if let chosen = file["input"]?["time"]?.scalar {
      guard let field = schema.fields.first(where: { $0.name == chosen.text && $0.type == .timestamp }) else {
        findings.error(
          "M104", "'\(chosen.text)' is not a time of reader \(schema.title)", at: chosen.span,
          remedy: "times: " + schema.fields.filter { $0.type == .timestamp }.map(\.name).joined(separator: ", "))
        return nil
      }
      return compiler.columns.firstIndex(of: field.name)
    }
    if let time = schema.timeField { return compiler.columns.firstIndex(of: time) }
    if let rule = rules.first(where: { $0.time == nil }) {
      findings.error(
        "M005", "rule '\(rule.rule.name)' has no time", at: rule.span, remedy: Self.cureForNoTime(in: schema))
    }
    return nil
  }

  /// What dates a record if its reader does not.
  private static func cureForNoTime(in schema: Schema) -> String {
    let times = schema.fields.filter { $0.type == .timestamp }.map(\.name)
    if let time = times.first {
      return "several fields are times (\(times.joined(separator: ", "))): write input: { time: \(time) }, "
        + "or time: =\(time) in the rule"
    }
    let ofRows = schema.fields.flatMap { field in
      guard case .list(let columns) = field.type else { return [String]() }
      return columns.filter { $0.value.present == .timestamp }.keys.sorted()
    }
    if let time = ofRows.first {
      return "'\(time)' belongs to each row: name it in `same` of the group, if all rows of a record have the same, "
        + "or write time: =rows[0].\(time) in the rule"
    }
    // Columns that a mapping declares may be dates that it takes for text.
    let isExport = ["csv", "jsonl", "xml"].contains { schema.title.hasPrefix($0) }
    let type = isExport ? "give the field of its date `type: timestamp` and a `format`, or " : ""
    return "reader \(schema.title) dates no record: \(type)write time: =… in the rule"
  }

  // MARK: Names and drops

  private struct Names {
    /// How many there are.
    var lets = 0
    var drops: [CompiledDrop] = []
    var reasons: [String] = []
    /// Paths that are there behind the drop entries.
    var narrowed: Set<String> = []

    mutating func add(reason: String) -> Int {
      reasons.append(reason)
      return reasons.count - 1
    }
  }

  /// Compiles `let`, which sees what all drop entries leave, and then these.
  private func names(_ file: Section, _ compiler: ExpressionCompiler) -> Names {
    var names = Names()
    let rules = RuleCompiler(compiler)
    let entries = file.list("drop")
    var lets = LetCompiler(compiler)
    if let node = file["let"] { lets.compile(node, narrowed: rules.narrowings(entries)) }
    names.lets = lets.count
    names.drops = rules.drops(entries, reasons: &names.reasons, narrowed: &names.narrowed)
    return names
  }

  // MARK: Rules

  private func rules(
    _ file: Section, _ compiler: ExpressionCompiler, _ narrowed: Set<String>
  ) -> [CompiledRule] {
    if file["events"]?.list?.isEmpty ?? (file["events"] == nil) {
      file.findings.error(
        "M005", "the mapping needs 'events'", at: file.keySpan("events"),
        remedy: "add at least one rule: events: [ { type: page-view } ]")
    }
    return RuleCompiler(compiler).rules(file.list("events"), narrowed: narrowed)
  }

  // MARK: Identity

  private struct Identity {
    var visitor: [Computed] = []
    var dropsMissing = false
    var salt = ""
    var profileID: Computed?
    var aliases: [Computed] = []
  }

  private enum Missing: String, CaseIterable { case drop, reject }

  private func identity(_ file: Section, _ compiler: ExpressionCompiler, _ narrowed: Set<String>) -> Identity {
    var identity = Identity()
    let findings = file.findings
    guard let node = file["identity"] else {
      findings.error(
        "M005", "the mapping needs 'identity'", at: file.node.span,
        remedy: "say who the visitor is: identity: { visitor: '=ip + \"|\" + agent.or(\"\")' }")
      return identity
    }
    guard let section = Section(node, "identity", keys: ["visitor", "profile", "none"], findings) else {
      return identity
    }
    identity.dropsMissing = section.choice("none", Missing.self) == .drop
    let candidates = section.nodes("visitor")
    if candidates.isEmpty {
      findings.error("M005", "identity needs 'visitor'", at: node.span, remedy: "write visitor: [ =user, =ip ]")
    }
    for candidate in candidates {
      if let text = text(candidate, "visitor", compiler, narrowed) { identity.visitor.append(text) }
    }
    guard let profile = section["profile"] else {
      findings.error(
        "M005", "identity needs 'profile'", at: node.span,
        remedy: "write profile: { hash: visitor, salt: env(PROFILE_SALT) }")
      return identity
    }
    guard let parts = Section(profile, "profile", keys: ["hash", "salt", "id", "ids"], findings) else {
      return identity
    }
    for key in ["hash", "salt"] where parts["id"] != nil && parts[key] != nil {
      findings.error(
        "M007", "'\(key)' beside 'id'", at: parts.keySpan(key),
        remedy: "a profile is either hashed or named: remove one")
    }
    if parts["ids"] != nil, parts["id"] == nil {
      findings.error("M005", "'ids' without 'id'", at: parts.keySpan("ids"), remedy: "name the profile: id: =…")
    }
    if let id = parts["id"] {
      // A record without its only candidate has no visitor, and comes to no profile.
      var present = narrowed
      if candidates.count == 1, let path = compiler.program(at: candidates[0].span)?.path {
        ConditionCompiler(compiler).narrow(path, &present)
      }
      identity.profileID = text(id, "profile.id", compiler, present, isRequired: true)
      for alias in parts.nodes("ids") {
        if let text = text(alias, "profile.ids", compiler, present) { identity.aliases.append(text) }
      }
    } else {
      if let hash = parts.required("hash", "write hash: visitor"), hash.text != "visitor" {
        findings.error(
          "M007", "a profile can only be the hash of the visitor", at: hash.span,
          remedy: "write hash: visitor, or id: =… for profiles that exist already")
      }
      if let salt = parts.required("salt", "write salt: env(PROFILE_SALT)") {
        identity.salt = EnvironmentText.resolve(salt, environment, purpose, findings) ?? ""
      }
    }
    return identity
  }

  /// An expression that gives text, or nothing unless that is required.
  private func text(
    _ node: ConfigNode, _ what: String, _ compiler: ExpressionCompiler, _ narrowed: Set<String>,
    isRequired: Bool = false
  ) -> Computed? {
    guard let scalar = node.scalar, ExpressionCompiler.isExpression(scalar) else {
      compiler.findings.error("M006", "'\(what)' must be an expression", at: node.span, remedy: "begin it with '='")
      return nil
    }
    guard let program = compiler.compile(scalar, narrowed: narrowed) else { return nil }
    guard (program.type.unwrapped ?? program.type) == .string else {
      compiler.findings.error(
        "M104", "'\(what)' must be text, not \(program.type)", at: scalar.span, remedy: "convert it: string(…)")
      return nil
    }
    guard !isRequired || program.type.unwrapped == nil else {
      compiler.findings.error(
        "M105", "'\(what)' may be missing", at: scalar.span,
        remedy: "drop the records that lack it, unless_present: […], or give .or(…)")
      return nil
    }
    return Computed(evaluate: program.evaluate, site: compiler.site(scalar, what))
  }

  // MARK: Session

  private func session(
    _ file: Section, _ compiler: ExpressionCompiler, _ narrowed: Set<String>, _ reader: (any Reader)?,
    _ settings: inout SessionSettings
  ) -> Emitter? {
    // Unknown where neither the reader is known nor a mode is written.
    var mode = reader.map { $0.isChronological ? SessionSettings.Mode.stream : .exact }
    defer { settings.mode = mode ?? settings.mode }
    guard let node = file["session"],
      let section = Section(
        node, "session", keys: ["mode", "gap", "max", "disorder", "cap", "split_when", "midnight", "late"],
        file.findings)
    else { return nil }
    let findings = file.findings
    if let chosen = section.choice("mode", SessionSettings.Mode.self) { mode = chosen }
    for key in mode?.ineffectiveKeys ?? [] where section[key] != nil {
      findings.warn(
        "M213", "'\(key)' has no effect in mode \(mode?.rawValue ?? "")", at: section.keySpan(key),
        remedy: section["mode"] == nil
          ? "remove it, or write mode: stream: what this reader reads is sorted by default" : "remove it")
    }
    if let gap = section.duration("gap") { settings.gap = gap }
    if let max = section.duration("max") {
      settings.max = max
      if max == 0 {
        findings.error(
          "M007", "max is not a time at all", at: section["max"]?.span ?? node.span,
          remedy: "a visit of one moment each is mode: none; leave max out for 12 hours")
      }
    }
    if let disorder = section.duration("disorder") { settings.disorder = disorder }
    if mode == .stream, settings.disorder > settings.gap {
      findings.error(
        "M007", "disorder is longer than the gap", at: section["disorder"]?.span ?? node.span,
        remedy: "a record that late would belong to a visit that has ended: raise gap or lower disorder")
    }
    if let cap = section.integer("cap", in: 1...100_000) { settings.cap = cap }
    if let late = section.choice("late", SessionSettings.Late.self) { settings.late = late }
    if let zone = section.scalar("midnight") {
      settings.midnight = Zone(named: zone.text)
      if settings.midnight == nil {
        findings.error(
          "M007", "unknown time zone '\(zone.text)'", at: zone.span, remedy: "write a name like Europe/Warsaw or UTC")
      }
    }
    return section.scalar("split_when").flatMap { split($0, compiler, narrowed) }
  }

  private func split(_ scalar: ConfigScalar, _ compiler: ExpressionCompiler, _ narrowed: Set<String>) -> Emitter? {
    guard ExpressionCompiler.isExpression(scalar) else {
      compiler.findings.error(
        "M006", "'split_when' must be an expression", at: scalar.span, remedy: "begin it with '='")
      return nil
    }
    guard let program = compiler.compile(scalar, narrowed: narrowed),
      compiler.hasJSONForm(program, scalar, narrowed: narrowed, canRepeat: false)
    else { return nil }
    return Emitters.expression(program, site: compiler.site(scalar, "split_when"))
  }

  // MARK: Target

  private struct Target {
    var source = ""
    var context: Emitter?
    var request: Emitter?
    var options: String?
  }

  private func target(_ file: Section, _ compiler: ExpressionCompiler, _ narrowed: Set<String>) -> Target {
    var target = Target()
    let findings = file.findings
    guard let node = file["target"] else {
      findings.error(
        "M005", "the mapping needs 'target'", at: file.node.span,
        remedy: "write target: { source: env(TRACARDI_SOURCE_ID) }")
      return target
    }
    guard let section = Section(node, "target", keys: ["source", "context", "request", "options"], findings) else {
      return target
    }
    if let source = section.required("source", "write source: env(TRACARDI_SOURCE_ID)") {
      target.source = EnvironmentText.resolve(source, environment, purpose, findings) ?? ""
      if target.source.hasPrefix("@") {
        findings.error(
          "M007", "'\(target.source)' is an internal source, which the receiver refuses", at: source.span,
          remedy: "create a REST API source of its own for the import and write its id")
      }
    }
    let values = ValueCompiler(compiler)
    target.context = section["context"].flatMap { values.object($0, "context", narrowed: narrowed) }
    target.request = section["request"].flatMap {
      values.object(HeaderNames.lowered($0), "request", narrowed: narrowed)
    }
    target.options = section["options"].flatMap { options($0, file) }
    return target
  }

  /// Mode none itself says `saveSession: false`, once.
  private func options(_ node: ConfigNode, _ file: Section) -> String? {
    let findings = file.findings
    guard file["session"]?["mode"]?.text == SessionSettings.Mode.none.rawValue,
      let entries = node.entries, let saving = entries.first(where: { $0.key == "saveSession" })
    else { return StaticJSON.object(node, findings) }
    if saving.value.text != "false" {
      findings.error(
        "M007", "'saveSession' in mode none", at: saving.value.span,
        remedy: "remove it: what has no session saves none")
    }
    let others = entries.filter { $0.key != saving.key }
    return others.isEmpty ? nil : StaticJSON.object(.map(others, node.span), findings)
  }

  // MARK: Tests

  private func tests(_ file: Section, _ reasons: [String]) -> [MappingTest] {
    let codes = (file["checks"]?.list ?? []).compactMap { $0["code"]?.text }
    var names: [String: Int] = [:]
    return file.list("tests").compactMap { node in
      guard let section = Section(node, "test", keys: ["name", "given", "expect"], file.findings),
        let name = section.required("name", "say what is tested"),
        let given = section.required("given", "give input lines")
      else { return nil }
      if let line = names[name.text] {
        file.findings.error(
          "M112", "two tests are called '\(name.text)'", at: name.span, label: "first at line \(line)",
          remedy: "give each its own name: failures are told by it")
      }
      names[name.text] = name.span.line
      let first = given.span.line < source.lines.count ? source.lines[given.span.line] : []
      return MappingTest(
        name: name.text, span: name.span, given: given, expect: section["expect"],
        givenIndent: first.prefix { $0 == UInt8(ascii: " ") }.count, keyColumn: section.keySpan("given").column,
        expectation: section["expect"].map { TestExpectation($0, reasons: reasons, codes: codes, file.findings) })
    }
  }
}

/// The recipe of namespaces, documented in docs/ids.md.
enum IDs {
  static let root = UUID.urlNamespace.named("https://trackfill.dev/ids")

  static func namespace(source: String, mapping: String) -> UUID { root.named(source).named(mapping) }
}

extension SessionSettings.Mode {
  /// Keys of `session` that change nothing.
  fileprivate var ineffectiveKeys: [String] {
    switch self {
    case .stream: []
    case .exact: ["disorder", "late"]
    case .none: ["gap", "max", "disorder", "cap", "split_when", "midnight", "late"]
    }
  }
}
