internal import CEL
internal import Pipeline

/// The mapping's `tables`, and the function `lookup` over them.
///
/// Each table is a name of its own type, so that the result of a look-up is typed by its table and a wrong name is found
/// like any other.
struct LookupTables {
  private let compiler: ExpressionCompiler
  private var declared: [(name: String, span: SourceSpan)] = []

  private static let mostTables = 100

  /// Reads the tables and adds their names to the environment.
  init(_ file: Section, _ compiler: ExpressionCompiler) {
    self.compiler = compiler
    let findings = compiler.findings
    Self.registerNamedByText(in: compiler)
    guard let node = file["tables"] else { return }
    guard let entries = node.entries else {
      findings.error(
        "M006", "'tables' must be a map of names", at: node.span,
        remedy: "write skus: { file: skus.csv, key: sku, value: name }")
      return
    }
    guard entries.count <= Self.mostTables else {
      findings.error(
        "M009", "'tables' has \(entries.count) tables, more than \(Self.mostTables)", at: node.span,
        remedy: "put columns of one key into one file")
      return
    }
    for entry in entries {
      guard LetCompiler.isUsable(entry, compiler) else { continue }
      declared.append((entry.key, entry.keySpan))
      if !declare(entry) {
        // Later uses would only repeat the finding.
        compiler.environment.variables[entry.key] = Variable(.dyn) { _ in .error(.absentValue) }
        compiler.environment.register("lookup", .binary(.dyn, .dyn, .dyn, pure: false) { _, _, _ in .none })
      }
    }
  }

  /// Explains what a table in quotes is.
  private static func registerNamedByText(in compiler: ExpressionCompiler) {
    let explain: Overload.Specialize = { site in
      let name = site.arguments[0].constant.map(\.text)
      site.report(
        .invalidArgument, argument: 0, "a table is a name, not text",
        remedy: "write it without quotes: lookup(\(name ?? "table"), …), and declare it under `tables`")
      return nil
    }
    for key in [Type.string, .optional(.string)] {
      compiler.environment.register(
        "lookup",
        .binary(.string, key, .optional(.string), pure: false, specialize: explain) { _, _, _ in .none }.unlisted())
    }
  }

  private func declare(_ entry: ConfigEntry) -> Bool {
    let findings = compiler.findings
    let keys = ["file", "key", "value", "values", "delimiter"]
    guard let section = Section(entry.value, "table", keys: keys, findings),
      let file = section.required("file", "name the CSV file: file: skus.csv"),
      let key = section.required("key", "name the column to look in: key: sku")
    else { return false }
    let single = section.scalar("value")
    let values = single.map { [$0] } ?? section.names("values")
    guard section["value"] == nil || section["values"] == nil else {
      findings.error(
        "M007", "'values' beside 'value'", at: section.keySpan("values"),
        remedy: "a look-up gives one column or several: remove one of the two")
      return false
    }
    guard !values.isEmpty else {
      findings.error(
        "M005", "a table needs 'value' or 'values'", at: entry.keySpan,
        remedy: "write value: name for one column, or values: [name, price] for several")
      return false
    }
    var delimiter = UInt8(ascii: ",")
    if let scalar = section.scalar("delimiter") {
      let text = scalar.text == "tab" ? "\t" : scalar.text
      guard text.utf8.count == 1, let byte = text.utf8.first, byte != 0x22, byte != 0x0A, byte != 0x0D else {
        findings.error("M007", "a delimiter is one character", at: scalar.span, remedy: "write ',', ';' or tab")
        return false
      }
      delimiter = byte
    }
    for scalar in [file, key] + values { findings.refuseExpression(scalar) }
    let source = SideFile(file.text, besideMapping: findings.source.file)
    guard let bytes = source.read(for: file, findings) else { return false }
    let layout = SideTable.Layout(file: source.path, key: key, values: values, delimiter: delimiter)
    let table: SideTable
    do {
      table = try SideTable(bytes, layout, findings)
    } catch {
      for diagnostic in error.all { findings.add(diagnostic) }
      return false
    }
    register(entry.key, table, isSingle: single != nil)
    if single == nil { compiler.tableColumns[entry.key] = values.map(\.text) }
    return true
  }

  /// The name of the type of a table.
  static func type(of table: String) -> String { "table \(table)" }

  private func register(_ name: String, _ table: SideTable, isSingle: Bool) {
    let type = ObjectType(Self.type(of: name), properties: [:])
    compiler.environment.objectTypes[type.name] = type
    let identifier = type.identifier
    compiler.environment.variables[name] = Variable(.object(type.name)) { _ in
      guard let address = table.address else { return .error(.absentValue) }
      return .object(address, type: identifier)
    }
    let result = Type.optional(isSingle ? .string : .map(.string, .string))
    @Sendable
    func find(_ key: Value, _ activation: Activation) -> Value {
      isSingle ? table.value(key) : table.values(key, activation)
    }
    compiler.environment.register(
      "lookup",
      .binary(.object(type.name), .string, result, pure: false) { activation, _, key in find(key, activation) },
      .binary(.object(type.name), .optional(.string), result, pure: false) { activation, _, key in
        key.isNone ? Value.none : find(key.unwrapped, activation)
      })
  }

  func warnOfUnused() {
    for table in declared where !compiler.references.contains(table.name) {
      compiler.findings.warn(
        "M207", "table '\(table.name)' is never looked into", at: table.span,
        remedy: "use it: =lookup(\(table.name), field); or remove it")
    }
  }
}
