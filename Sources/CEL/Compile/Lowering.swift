/// Turns a checked tree into closures, bottom-up: a node becomes a constant if it can, a fused or specialised closure
/// if its types allow, and a closure that looks at the kinds of its operands otherwise.
struct Lowering {
  let checked: CheckedExpression
  let environment: Environment
  /// Where constants live; every constant holds on to it.
  let pool = Activation(limit: 4 << 20, steps: 10_000)
  var issues: [Issue] = []
  private(set) var warnings: [Issue] = []
  private let scopes: Scopes

  init(checked: CheckedExpression, environment: Environment) {
    self.checked = checked
    self.environment = environment
    scopes = Scopes(checked)
  }

  // MARK: Building operands

  func operand(_ expression: Expression, _ evaluate: @escaping Evaluate) -> Operand {
    Operand(evaluate: evaluate, type: checked.types[expression.id], span: expression.span, known: nil)
  }

  func constant(_ expression: Expression, _ value: Value) -> Operand {
    let known = Constant(value, owner: pool)
    return Operand(
      evaluate: { _ in known.value }, type: checked.types[expression.id], span: expression.span, known: known)
  }

  /// A closure, or its value if everything it depends on is known.
  mutating func folded(_ expression: Expression, _ parts: [Operand], _ evaluate: @escaping Evaluate) -> Operand {
    guard parts.allSatisfy({ $0.known != nil }) else { return operand(expression, evaluate) }
    let value = evaluate(pool)
    if value.isError, ![.outOfMemory, .tooManySteps, .tooDeep].contains(value.errorCode) {
      warnings.append(Issue(.alwaysFails, at: expression.span, "this always fails: \(value.errorMessage)"))
    }
    return value.isError || value.holdsObject ? operand(expression, evaluate) : constant(expression, value)
  }

  /// The value of a node with variables of its own, or with parts that fail, if nothing else is missing.
  private func folded(_ expression: Expression, _ operand: Operand) -> Operand {
    guard operand.known == nil, scopes.isClosed(expression), checked.slots <= Activation.slotCount else {
      return operand
    }
    let value = operand.evaluate(pool)
    return value.isError || value.holdsObject ? operand : constant(expression, value)
  }

  static func offset(_ expression: Expression) -> UInt32 { UInt32(truncatingIfNeeded: expression.span.lowerBound) }

  func failing(_ expression: Expression, _ code: ErrorCode, _ detail: String) -> Operand {
    let error = Constant(pool.error(code, detail, at: Self.offset(expression)), owner: pool)
    return operand(expression) { _ in error.value }
  }

  func string(_ text: String) -> Constant { Constant(pool.string(text), owner: pool) }

  // MARK: Nodes

  mutating func lower(_ expression: Expression) -> Operand {
    let lowered = lowerRaw(expression)
    guard checked.rawTypes[expression.id] != checked.types[expression.id] else { return lowered }
    // A narrowed path: the host has made sure that the value is there.
    let (raw, offset) = (lowered.evaluate, Self.offset(expression))
    return operand(expression) { activation in
      let value = raw(activation)
      if value.isPresent { return value.unwrapped }
      return value.isError ? value : .error(.absentValue, at: offset)
    }
  }

  /// The node before narrowing.
  mutating func lowerRaw(_ expression: Expression) -> Operand {
    switch expression.node {
    case .literal(let literal): return constant(expression, value(literal))
    case .identifier(let name): return lowerName(name, expression)
    case .select(let base, let field, let isOptional): return lowerSelect(base, field, isOptional, expression)
    case .has(let base, let field, _): return lowerHas(base, field, expression)
    case .index(let base, let index, let isOptional): return lowerIndex(base, index, isOptional, expression)
    case .call(let name, let target, let arguments): return lowerCall(name, target, arguments, expression)
    case .not(let inner): return lowerNot(lower(inner), expression)
    case .negate(let inner): return lowerNegate(lower(inner), expression)
    case .binary(let operation, let left, let right):
      return lowerBinary(operation, lower(left), lower(right), expression)
    case .and(let terms): return folded(expression, lowerAnd(terms, expression))
    case .or(let terms): return folded(expression, lowerOr(terms, expression))
    case .conditional(let condition, let yes, let no):
      return lowerConditional(lower(condition), lower(yes), lower(no), expression)
    case .list(let elements): return lowerList(elements, expression)
    case .map(let entries): return lowerMap(entries, expression)
    case .message(let name, _): return failing(expression, .unknownName, name.text)
    case .comprehension(let comprehension): return folded(expression, lowerComprehension(comprehension, expression))
    case .bind(_, let value, let body): return folded(expression, lowerBind(value, body, expression))
    case .optionalMap(let target, _, let body, let isFlat):
      return folded(expression, lowerOptionalMap(target, body, isFlat, expression))
    }
  }

  private func value(_ literal: Literal) -> Value {
    switch literal {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .uint(let value): return .uint(value)
    case .double(let value): return .double(value)
    case .string(let text): return pool.string(text)
    case .bytes(let bytes):
      let copy = bytes.withUnsafeBufferPointer { pool.string(copying: $0) }
      return copy.isError ? copy : .bytes(copy.start, count: copy.length)
    }
  }

  private func lowerName(_ name: String, _ expression: Expression) -> Operand {
    resolved(expression) ?? failing(expression, .unknownName, name)
  }

  /// A name or path that stands for a variable or a type.
  private func resolved(_ expression: Expression) -> Operand? {
    switch checked.resolutions[expression.id] {
    case .variable(let variable): return operand(expression, variable.load)
    case .local(let slot): return operand(expression) { $0.state.pointee.frame[slot] }
    case .type(let type): return constant(expression, typeValue(Library.name(of: type)))
    default: return nil
    }
  }

  private func typeValue(_ name: String) -> Value {
    let text = pool.string(name)
    return Value(kind: .type, count: text.count, bits: text.bits)
  }

  // MARK: Selection

  private mutating func lowerSelect(
    _ base: Expression, _ field: Name, _ isOptional: Bool, _ expression: Expression
  ) -> Operand {
    if let whole = resolved(expression) { return whole }
    let object = lowerRaw(base)
    let (load, offset) = (object.evaluate, UInt32(truncatingIfNeeded: field.span.lowerBound))
    let key = string(field.text)
    switch checked.rawTypes[base.id] {
    case .object(let name):
      guard let property = environment.objectTypes[name]?.properties[field.text] else { break }
      let get = property.get
      if isOptional, property.type.unwrapped == nil {
        return operand(expression) { activation in
          let object = load(activation)
          if object.isError { return object }
          let value = get(activation, object)
          return value.isError ? value.located(at: offset) : value.wrapped
        }
      }
      return operand(expression) { activation in
        let object = load(activation)
        return object.isError ? object : get(activation, object).located(at: offset)
      }
    case .optional(.map):
      var entry = folded(expression, [object]) { activation in
        let map = load(activation)
        if map.isNone || map.isError { return map }
        return map.find(key.value)?.pointee.wrapped ?? .none
      }
      if let path = base.path { entry.form = .entries(container: Container(path: path, load: load), keys: [key]) }
      return entry
    default: break
    }
    let fields = dynamicFields(field.text)
    return folded(expression, [object]) { activation in
      let value = load(activation)
      return value.isError
        ? value : fields.select(activation, value, key.value, isOptional: isOptional).located(at: offset)
    }
  }

  private func dynamicFields(_ name: String) -> DynamicField {
    var getters: [UInt32: @Sendable (Activation, Value) -> Value] = [:]
    for type in environment.objectTypes.values {
      if let property = type.properties[name] { getters[type.identifier] = property.get }
    }
    return DynamicField(getters: getters)
  }

  private mutating func lowerHas(_ base: Expression, _ field: Name, _ expression: Expression) -> Operand {
    let object = lowerRaw(base)
    let (load, offset) = (object.evaluate, Self.offset(expression))
    let key = string(field.text)
    let fields = dynamicFields(field.text)
    return folded(expression, [object]) { activation in
      let value = load(activation)
      if value.isError { return value }
      let found = fields.select(activation, value, key.value, isOptional: true)
      return found.isError ? found.located(at: offset) : .bool(!found.isNone)
    }
  }

  private mutating func lowerIndex(
    _ base: Expression, _ index: Expression, _ isOptional: Bool, _ expression: Expression
  ) -> Operand {
    let (base, index) = (lowerRaw(base), lower(index))
    let (load, key, offset) = (base.evaluate, index.evaluate, UInt32(truncatingIfNeeded: index.span.lowerBound))
    return folded(expression, [base, index]) { activation in
      let value = load(activation)
      if value.isError { return value }
      let key = key(activation)
      if key.isError { return key }
      return Dynamic.index(activation, value, key, isOptional: isOptional).located(at: offset)
    }
  }

  // MARK: Conditions

  private mutating func lowerNot(_ inner: Operand, _ expression: Expression) -> Operand {
    let (load, offset) = (inner.evaluate, Self.offset(expression))
    return folded(expression, [inner]) { activation in
      let value = load(activation)
      if value.head == Value.boolHead { return .bool(value.bits == 0) }
      return value.isError ? value : .error(.noSuchOverload, at: offset)
    }
  }

  private func lowerConditional(
    _ condition: Operand, _ yes: Operand, _ no: Operand, _ expression: Expression
  ) -> Operand {
    if let known = condition.constant, known.isTrue || known.isFalse {
      let chosen = known.isTrue ? yes : no
      return Operand(
        evaluate: chosen.evaluate, type: checked.types[expression.id], span: expression.span, known: chosen.known)
    }
    let (test, yes, no, offset) = (condition.evaluate, yes.evaluate, no.evaluate, Self.offset(expression))
    return operand(expression) { activation in
      let condition = test(activation)
      if condition.head == Value.boolHead { return condition.bits != 0 ? yes(activation) : no(activation) }
      return condition.isError ? condition : .error(.noSuchOverload, at: offset)
    }
  }

  private mutating func lowerAnd(_ terms: [Expression], _ expression: Expression) -> Operand {
    var operands = terms.map { lower($0) }
    if operands.contains(where: { $0.constant?.isFalse == true }) { return constant(expression, .false) }
    operands.removeAll { $0.constant?.isTrue == true }
    guard !operands.isEmpty else { return constant(expression, .true) }
    return operand(expression, junction(operands[...], stop: .false, offset: Self.offset(expression)))
  }

  private mutating func lowerOr(_ terms: [Expression], _ expression: Expression) -> Operand {
    var operands = terms.map { lower($0) }
    if operands.contains(where: { $0.constant?.isTrue == true }) { return constant(expression, .true) }
    operands.removeAll { $0.constant?.isFalse == true }
    guard !operands.isEmpty else { return constant(expression, .false) }
    return operand(expression, junction(fuseSuffixes(operands)[...], stop: .true, offset: Self.offset(expression)))
  }

  /// A balanced tree of pairs: no loop over closures, which would count references, and no deep recursion.
  private func junction(_ terms: ArraySlice<Operand>, stop: Value, offset: UInt32) -> Evaluate {
    let isOr = stop.isTrue
    if terms.count == 1, let only = terms.first {
      let load = only.evaluate
      if only.type == .bool { return load }
      return { activation in
        let value = load(activation)
        return value.head == Value.boolHead || value.isError ? value : .error(.noSuchOverload, at: offset)
      }
    }
    let middle = terms.startIndex + terms.count / 2
    let left = junction(terms[..<middle], stop: stop, offset: offset)
    let right = junction(terms[middle...], stop: stop, offset: offset)
    if isOr {
      return { activation in
        let first = left(activation)
        if first.isTrue { return first }
        let second = right(activation)
        return second.isTrue || !first.isError ? second : first
      }
    }
    return { activation in
      let first = left(activation)
      if first.isFalse { return first }
      let second = right(activation)
      return second.isFalse || !first.isError ? second : first
    }
  }
}
