internal import CEL
internal import Pipeline

extension ExpressionCompiler {
  /// Whether what an expression gives has a form in JSON; reports it if not.
  ///
  /// - Parameter canRepeat: whether an `each` can stand in its place.
  func hasJSONForm(
    _ program: Program, _ scalar: ConfigScalar, narrowed: Set<String>, extra: RowScope = RowScope(), canRepeat: Bool
  ) -> Bool {
    guard let type = types(of: program, scope(narrowed, extra)).lazy.compactMap(Self.formless).first else {
      return true
    }
    guard case .object(let name) = type else {
      findings.error(
        "M104", "\(type) has no form in JSON", at: scalar.span,
        remedy: type == .bytes ? "convert it: string(…)" : "compare it: type(x) == int")
      return false
    }
    findings.error(
      "M104", "a whole \(name) has no form in JSON", at: scalar.span, remedy: remedy(forObject: name, canRepeat))
    return false
  }

  /// The type of a value, or those of the elements of a written list: types that differ are none together.
  private func types(of program: Program, _ scope: Environment) -> [Type] {
    guard case .list(let elements) = program.expression.node else { return [program.type] }
    return elements.compactMap { try? CEL.check($0.value, in: scope).get().type }
  }

  /// What is written in the place of an object.
  private func remedy(forObject name: String, _ canRepeat: Bool) -> String {
    if name.hasSuffix(HostEnvironment.rowSuffix) {
      let list = name.dropLast(HostEnvironment.rowSuffix.count)
      return canRepeat
        ? "write { each: \(list), do: { key: =field } }, or .map(r, r.field)" : "write \(list).map(r, r.field)"
    }
    if let table = tables.first(where: { LookupTables.type(of: $0) == name }) { return "write lookup(\(table), …)" }
    let properties = environment.objectTypes[name]?.properties.keys.sorted() ?? []
    let main = properties.contains("text") ? ["text"] : properties
    return "name one of its properties: " + main.map { "." + $0 }.joined(separator: ", ")
  }

  /// The type without a form in JSON that a value has, or that is somewhere in it.
  private static func formless(in type: Type) -> Type? {
    switch type {
    case .bytes, .type, .object: type
    case .list(let inner), .optional(let inner), .map(_, let inner): formless(in: inner)
    default: nil
    }
  }
}
