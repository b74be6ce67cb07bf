/// Finds the type of every node, bottom-up, and collects all issues. After an issue a node counts as `dyn`, so that
/// one mistake is reported once.
struct Checker {
  let environment: Environment
  var issues: [Issue] = []
  var warnings: [Issue] = []
  var references: [String] = []
  var narrowedPaths: [String] = []
  var types: [Type]
  /// The types before narrowing, which decide what a selection from the node is.
  var rawTypes: [Type]
  var resolutions: [Resolution?]
  var maximumSlots = 0
  private var locals: [(name: String, slot: Int, type: Type)] = []
  private var usedSlots = 0
  /// Names of types that are compared, by node: the only ones where types are no values otherwise.
  private var comparedTypes: Set<Int> = []

  init(environment: Environment, count: Int) {
    self.environment = environment
    types = Array(repeating: .dyn, count: count)
    rawTypes = types
    resolutions = Array(repeating: nil, count: count)
  }

  mutating func report(
    _ code: Issue.Code, at span: Range<Int>, _ message: String, remedy: String? = nil, name: String? = nil,
    candidates: [String] = []
  ) {
    guard !environment.isDynamic || code == .invalidRegex else { return }
    issues.append(Issue(code, at: span, message, remedy: remedy, name: name, candidates: candidates))
  }

  static let optionalRemedy = "use .or(…), or name it in 'needs'"
  /// Of a value that is not a path.
  private static let computedRemedy = "use .or(…), or .optMap(x, …) for what is made of it"

  mutating func reportOptional(_ expression: Expression, _ use: String) {
    let what = expression.path.map { "'\($0)'" } ?? "the value"
    report(
      .optionalWhereRequired, at: expression.span, "\(what) may be absent, but \(use) needs a value",
      remedy: expression.path == nil ? Self.computedRemedy : Self.optionalRemedy, name: expression.path)
  }

  mutating func check(_ expression: Expression) -> Type {
    var type = checkNode(expression)
    if type == .free { type = .dyn }
    rawTypes[expression.id] = type
    if case .optional(let inner) = type, !environment.narrowed.isEmpty, let path = expression.path,
      environment.narrowed.contains(path), let root = expression.root, !locals.contains(where: { $0.name == root })
    {
      type = inner
      if !narrowedPaths.contains(path) { narrowedPaths.append(path) }
    }
    types[expression.id] = type
    return type
  }

  mutating func expect(_ type: Type, _ expected: Type, _ expression: Expression) {
    guard !Type.assignable(type, to: expected) else { return }
    if case .optional(let inner) = type, Type.assignable(inner, to: expected) {
      reportOptional(expression, "this place")
    } else {
      report(.typeMismatch, at: expression.span, "expected \(expected), but this is \(type)")
    }
  }

  private mutating func checkNode(_ expression: Expression) -> Type {
    switch expression.node {
    case .literal(let literal): return literal.type
    case .identifier(let name): return identifier(name, expression)
    case .select(let operand, let field, let isOptional): return select(operand, field, isOptional, expression)
    case .has(let operand, let field, _):
      _ = member(operand, field, of: operandType(operand))
      return .bool
    case .index(let operand, let index, let isOptional): return self.index(operand, index, isOptional)
    case .call(let name, let target, let arguments): return call(name, target, arguments, expression)
    case .not(let operand):
      requireBool(operand, "'!'")
      return .bool
    case .negate(let operand): return negate(operand)
    case .binary(let operation, let left, let right): return binary(operation, left, right, expression)
    case .and(let terms):
      for term in terms { requireBool(term, "'&&'") }
      return .bool
    case .or(let terms):
      for term in terms { requireBool(term, "'||'") }
      return .bool
    case .conditional(let condition, let yes, let no): return conditional(condition, yes, no, expression)
    case .list(let elements): return list(elements)
    case .map(let entries): return map(entries)
    case .message(let name, let fields):
      for field in fields { _ = check(field.value) }
      report(.unknownName, at: name.span, "unknown type '\(name.text)'", name: name.text)
      resolutions[expression.id] = .unknown
      return .dyn
    case .comprehension(let comprehension): return self.comprehension(comprehension, expression)
    case .bind(let name, let value, let body):
      let type = check(value)
      return scope([(name.text, type)], expression) { $0.check(body) }
    case .optionalMap(let target, let name, let body, let isFlat):
      return optionalMap(target, name, body, isFlat, expression)
    }
  }

  mutating func requireBool(_ expression: Expression, _ use: String) {
    let type = check(expression)
    switch type {
    case .bool, .dyn: return
    case .optional(.bool), .optional(.dyn): reportOptional(expression, use)
    default: report(.typeMismatch, at: expression.span, "\(use) needs bool, but this is \(type)")
    }
  }

  // MARK: Names

  private func local(_ name: String) -> (slot: Int, type: Type)? {
    for local in locals.reversed() where local.name == name { return (local.slot, local.type) }
    return nil
  }

  private mutating func variable(_ name: String, _ expression: Expression) -> Type? {
    for candidate in environment.candidates(name) {
      guard let variable = environment.variables[candidate] else { continue }
      if !references.contains(candidate) { references.append(candidate) }
      resolutions[expression.id] = .variable(variable)
      return variable.type
    }
    return nil
  }

  private mutating func identifier(_ name: String, _ expression: Expression) -> Type {
    if let local = local(name) {
      resolutions[expression.id] = .local(local.slot)
      return local.type
    }
    if let type = variable(name, expression) { return type }
    if let type = typeValue(name, expression) { return type }
    resolutions[expression.id] = .unknown
    reportUnknown(name, expression)
    return .dyn
  }

  private mutating func reportUnknown(_ name: String, _ expression: Expression) {
    report(
      .unknownName, at: expression.span, "unknown name '\(name)'", name: name,
      candidates: environment.variables.keys.sorted() + locals.map(\.name))
  }

  /// The name of a type as a value, where it can be one.
  private mutating func typeValue(_ name: String, _ expression: Expression) -> Type? {
    guard let type = denotedType(name), environment.hasTypeValues || comparedTypes.contains(expression.id) else {
      return nil
    }
    resolutions[expression.id] = .type(type)
    return .type
  }

  private func denotedType(_ name: String) -> Type? {
    for candidate in environment.candidates(name) {
      if let type = Library.typeNames[candidate] { return type }
      if environment.objectTypes[candidate] != nil { return .object(candidate) }
    }
    return nil
  }

  /// A path that is a variable or a type as a whole, longest first.
  private mutating func qualified(_ expression: Expression) -> Type? {
    guard let path = expression.path, let root = expression.root, local(root) == nil else { return nil }
    let full = root.hasPrefix(".") ? ".\(path)" : path
    if let type = variable(full, expression) { return type }
    return typeValue(full, expression)
  }

  /// Checks the sides of a comparison, in which names of types may stand for them if the other side gives a type.
  mutating func compared(_ operation: BinaryOperator, _ left: Expression, _ right: Expression) -> (Type, Type)? {
    guard !environment.hasTypeValues, [.equal, .notEqual, .in].contains(operation) else {
      return (check(left), check(right))
    }
    let (before, behind) = (namedTypes(left), namedTypes(right))
    // Two names compared with each other tell nothing: they are meant as what is missing.
    guard before.isEmpty != behind.isEmpty else { return (check(left), check(right)) }
    let names = before + behind
    comparedTypes.formUnion(names.map(\.id))
    let types = (check(left), check(right))
    if (before.isEmpty ? types.0 : types.1).mayHoldType { return types }
    for expression in names {
      resolutions[expression.id] = .unknown
      reportUnknown(expression.path ?? "", expression)
    }
    return nil
  }

  /// The names of types that an expression is, or that a list has as elements.
  private func namedTypes(_ expression: Expression) -> [Expression] {
    if case .list(let elements) = expression.node { return elements.flatMap { namedTypes($0.value) } }
    guard let path = expression.path, let root = expression.root, local(root) == nil else { return [] }
    let isVariable = environment.candidates(path).contains { environment.variables[$0] != nil }
    return isVariable || denotedType(path) == nil ? [] : [expression]
  }

  // MARK: Selection

  /// The type of an operand of a selection, before narrowing.
  private mutating func operandType(_ operand: Expression) -> Type {
    _ = check(operand)
    return rawTypes[operand.id]
  }

  private mutating func select(
    _ operand: Expression, _ field: Name, _ isOptional: Bool, _ expression: Expression
  ) -> Type {
    if !isOptional, let type = qualified(expression) { return type }
    let operandType = operandType(operand)
    guard let type = member(operand, field, of: operandType) else { return .dyn }
    guard isOptional, operandType.unwrapped == nil else { return type }
    if case .object = operandType, case .optional = type { return type }
    return .optional(type)
  }

  private mutating func member(_ operand: Expression, _ field: Name, of type: Type) -> Type? {
    switch type {
    case .dyn, .free: return .dyn
    case .map(_, let value): return value
    case .object(let name):
      guard let objectType = environment.objectTypes[name] else { return .dyn }
      if let property = objectType.properties[field.text] { return property.type }
      report(
        .unknownProperty, at: field.span, "\(name) has no property '\(field.text)'", name: field.text,
        candidates: objectType.properties.keys.sorted())
      return nil
    case .optional(let inner):
      guard let type = member(operand, field, of: inner) else { return nil }
      // A property that is optional itself is not wrapped twice.
      if case .object = inner, case .optional = type { return type }
      return .optional(type)
    default:
      report(.unknownProperty, at: field.span, "\(type) has no fields", name: field.text)
      return nil
    }
  }

  private mutating func index(_ operand: Expression, _ index: Expression, _ isOptional: Bool) -> Type {
    let operandType = operandType(operand)
    let indexType = check(index)
    func element(_ type: Type, _ checker: inout Checker) -> Type {
      switch type {
      case .list(let element):
        if ![Type.int, .uint, .double, .dyn].contains(indexType)
          || (indexType != .int && indexType != .dyn && !isOptional)
        {
          checker.mismatch(index, indexType, "the index of a list", .int)
        }
        return element
      case .map(let key, let value):
        if !Type.assignable(indexType, to: key), !(indexType.isNumeric && key.isNumeric) {
          checker.mismatch(index, indexType, "the key", key)
        }
        return value
      case .dyn, .free: return .dyn
      default:
        var remedy = type == .string ? "write .charAt(0), or .substring(0, 2)" : nil
        if case .object = type, case .literal(.string(let name)) = index.node,
          name.utf8.first?.isIdentifierStart == true, name.utf8.allSatisfy(\.isIdentifierPart)
        {
          remedy = "write .\(name)"
        }
        checker.report(
          .noOverload, at: operand.span, "\(type) has no elements", remedy: remedy, name: operand.path)
        return .dyn
      }
    }
    if case .optional(let inner) = operandType { return .optional(element(inner, &self)) }
    let type = element(operandType, &self)
    return isOptional ? .optional(type) : type
  }

  private mutating func mismatch(_ expression: Expression, _ type: Type, _ what: String, _ wanted: Type) {
    if case .optional(let inner) = type, Type.assignable(inner, to: wanted) {
      reportOptional(expression, what)
    } else {
      report(.typeMismatch, at: expression.span, "\(what) must be \(wanted), but this is \(type)")
    }
  }

  // MARK: Aggregates and conditions

  private mutating func conditional(
    _ condition: Expression, _ yes: Expression, _ no: Expression, _ expression: Expression
  ) -> Type {
    requireBool(condition, "'?'")
    let (a, b) = (check(yes), check(no))
    if a == b { return a }
    if a == .dyn || b == .dyn { return .dyn }
    if Type.assignable(a, to: b) || Type.assignable(b, to: a) { return Type.join(a, b) }
    if case .optional(let inner) = a, Type.assignable(inner, to: b) {
      reportOptional(yes, "the other side of ':'")
    } else if case .optional(let inner) = b, Type.assignable(inner, to: a) {
      reportOptional(no, "the other side of ':'")
    } else {
      report(
        .typeMismatch, at: expression.span, "the two sides of ':' are \(a) and \(b)",
        remedy: a == .null || b == .null ? "nothing is null: write optional.none()" : "convert one side")
    }
    return .dyn
  }

  private mutating func optionalEntry(_ expression: Expression) -> Type {
    let type = check(expression)
    if case .optional(let inner) = type { return inner }
    if type != .dyn {
      report(
        .typeMismatch, at: expression.span, "'?' needs an optional value, but this is \(type)",
        remedy: "leave out the '?'")
    }
    return .dyn
  }

  private mutating func list(_ elements: [Element]) -> Type {
    var common: Type?
    for element in elements {
      let type = element.isOptional ? optionalEntry(element.value) : check(element.value)
      common = common.map { Type.join($0, type) } ?? type
    }
    return .list(common ?? .free)
  }

  private mutating func map(_ entries: [Entry]) -> Type {
    var (key, value): (Type?, Type?)
    for entry in entries {
      let keyType = check(entry.key)
      switch keyType {
      case .int, .uint, .bool, .string, .dyn: break
      default: mismatch(entry.key, keyType, "the key of a map", .string)
      }
      let valueType = entry.isOptional ? optionalEntry(entry.value) : check(entry.value)
      key = key.map { Type.join($0, keyType) } ?? keyType
      value = value.map { Type.join($0, valueType) } ?? valueType
    }
    return .map(key ?? .free, value ?? .free)
  }

  // MARK: Macros

  private mutating func scope(
    _ variables: [(String, Type)], _ expression: Expression, extra: Int = 0, _ body: (inout Checker) -> Type
  ) -> Type {
    resolutions[expression.id] = .slot(usedSlots)
    let before = usedSlots
    for (name, type) in variables {
      locals.append((name, usedSlots, type == .free ? .dyn : type))
      usedSlots += 1
    }
    usedSlots += extra
    maximumSlots = max(maximumSlots, usedSlots)
    defer {
      locals.removeLast(variables.count)
      usedSlots = before
    }
    return body(&self)
  }

  private mutating func comprehension(_ c: Comprehension, _ expression: Expression) -> Type {
    let range = check(c.range)
    let types: [Type]
    switch range {
    case .list(let element): types = c.variables.count == 2 ? [.int, element] : [element]
    case .map(let key, let value): types = c.variables.count == 2 ? [key, value] : [key]
    case .dyn: types = [.dyn, .dyn]
    case .optional(.list), .optional(.map), .optional(.dyn):
      reportOptional(c.range, "'\(c.macro.rawValue)'")
      types = [.dyn, .dyn]
    default:
      report(.typeMismatch, at: c.range.span, "'\(c.macro.rawValue)' runs over a list or a map, but this is \(range)")
      types = [.dyn, .dyn]
    }
    return scope(Array(zip(c.variables.map(\.text), types)), expression) { checker in
      if let condition = c.condition { checker.requireBool(condition, "'\(c.macro.rawValue)'") }
      let transform = c.transform.map { checker.check($0) } ?? .dyn
      switch c.macro {
      case .all, .exists, .existsOne: return .bool
      case .filter:
        if case .map(let key, _) = range { return .list(key) }
        return range == .dyn ? .list(.dyn) : range
      case .map, .transformList: return .list(transform)
      case .transformMap: return .map(types.first ?? .dyn, transform)
      case .transformMapEntry:
        if case .map = transform { return transform }
        return .map(.dyn, .dyn)
      }
    }
  }

  private mutating func optionalMap(
    _ target: Expression, _ name: Name, _ body: Expression, _ isFlat: Bool, _ expression: Expression
  ) -> Type {
    let type = check(target)
    let macro = isFlat ? "optFlatMap" : "optMap"
    let inner: Type
    switch type {
    case .optional(let value): inner = value
    case .dyn: inner = .dyn
    default:
      report(.typeMismatch, at: target.span, "'\(macro)' needs an optional value, but this is \(type)")
      inner = type
    }
    return scope([(name.text, inner)], expression) { checker in
      let result = checker.check(body)
      guard isFlat else { return .optional(result) }
      switch result {
      case .optional: return result
      case .dyn: return .optional(.dyn)
      default:
        checker.report(
          .typeMismatch, at: body.span, "'optFlatMap' needs an optional result, but this is \(result)",
          remedy: "use optMap")
        return .dyn
      }
    }
  }
}

extension Literal {
  var type: Type {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    }
  }
}
