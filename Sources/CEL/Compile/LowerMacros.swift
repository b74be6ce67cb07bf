extension Lowering {
  private func slot(_ expression: Expression) -> Int {
    if case .slot(let slot) = checked.resolutions[expression.id] { slot } else { 0 }
  }

  mutating func lowerBind(_ value: Expression, _ body: Expression, _ expression: Expression) -> Operand {
    let slot = slot(expression)
    let (load, body) = (lower(value).evaluate, lower(body).evaluate)
    return operand(expression) { activation in
      // An unused error does not fail.
      activation.state.pointee.frame[slot] = load(activation)
      return body(activation)
    }
  }

  mutating func lowerOptionalMap(
    _ target: Expression, _ body: Expression, _ isFlat: Bool, _ expression: Expression
  ) -> Operand {
    let (slot, offset) = (slot(expression), Self.offset(expression))
    let (load, body) = (lower(target).evaluate, lower(body).evaluate)
    return operand(expression) { activation in
      let value = load(activation)
      if value.isNone || value.isError { return value }
      guard value.isOptional else { return .error(.noSuchOverload, at: offset) }
      activation.state.pointee.frame[slot] = value.unwrapped
      let result = body(activation)
      if result.isError { return result }
      if !isFlat { return result.wrapped }
      return result.isOptional ? result : .error(.noSuchOverload, at: offset)
    }
  }

  mutating func lowerComprehension(_ c: Comprehension, _ expression: Expression) -> Operand {
    let walk = Walk(
      range: lower(c.range).evaluate, slot: slot(expression), hasTwo: c.variables.count == 2,
      offset: Self.offset(expression))
    let condition = c.condition.map { lower($0).evaluate }
    let transform = c.transform.map { lower($0).evaluate }
    switch (c.macro, condition, transform) {
    case (.all, let condition?, _): return operand(expression) { walk.search($0, stop: .false, condition) }
    case (.exists, let condition?, _): return operand(expression) { walk.search($0, stop: .true, condition) }
    case (.existsOne, let condition?, _): return operand(expression) { walk.one($0, condition) }
    case (.filter, let condition?, _): return operand(expression) { walk.list($0, condition, nil) }
    case (.map, _, let transform?), (.transformList, _, let transform?):
      return operand(expression) { walk.list($0, condition, transform) }
    case (.transformMap, _, let transform?):
      return operand(expression) { walk.map($0, condition, transform, isEntry: false) }
    case (.transformMapEntry, _, let transform?):
      return operand(expression) { walk.map($0, condition, transform, isEntry: true) }
    default: return failing(expression, .noSuchOverload, c.macro.rawValue)
    }
  }
}

/// A run over a list or a map, with the current element in one or two variables.
private struct Walk: Sendable {
  let range: Evaluate
  let slot: Int
  let hasTwo: Bool
  let offset: UInt32

  /// The range as a list, or as a map, or an error.
  @inline(__always)
  private func open(_ activation: Activation) -> Value {
    let value = range(activation)
    if value.isPlain(.list) || value.isPlain(.map) || value.isError { return value }
    return .error(.noSuchOverload, at: offset)
  }

  @inline(__always)
  private func step(_ activation: Activation, _ range: Value, _ index: Int) -> Bool {
    guard activation.spend(1) else { return false }
    let frame = activation.state.pointee.frame
    if range.kind == .list {
      if hasTwo {
        frame[slot] = .int(Int64(index))
        frame[slot + 1] = range.elements[index]
      } else {
        frame[slot] = range.elements[index]
      }
    } else {
      frame[slot] = range.pairs[2 * index]
      if hasTwo { frame[slot + 1] = range.pairs[2 * index + 1] }
    }
    return true
  }

  private func truth(_ value: Value) -> Value {
    value.head == Value.boolHead || value.isError ? value : .error(.noSuchOverload, at: offset)
  }

  /// `all` and `exists`: an element that decides absorbs the errors of the others.
  func search(_ activation: Activation, stop: Value, _ condition: Evaluate) -> Value {
    let range = open(activation)
    if range.isError { return range }
    var error: Value?
    for index in 0..<range.length {
      guard step(activation, range, index) else { return .error(.tooManySteps, at: offset) }
      let result = truth(condition(activation))
      if result.isError {
        if error == nil { error = result }
      } else if result.bits == stop.bits {
        return result
      }
    }
    return error ?? .bool(!stop.bool)
  }

  func one(_ activation: Activation, _ condition: Evaluate) -> Value {
    let range = open(activation)
    if range.isError { return range }
    var found = 0
    for index in 0..<range.length {
      guard step(activation, range, index) else { return .error(.tooManySteps, at: offset) }
      let result = truth(condition(activation))
      if result.isError { return result }
      if result.bool { found += 1 }
    }
    return .bool(found == 1)
  }

  func list(_ activation: Activation, _ condition: Evaluate?, _ transform: Evaluate?) -> Value {
    let range = open(activation)
    if range.isError || range.count == 0 { return range.isError ? range : .emptyList }
    guard let start = activation.allocateValues(range.length) else { return .error(.outOfMemory, at: offset) }
    var count = 0
    for index in 0..<range.length {
      guard step(activation, range, index) else { return .error(.tooManySteps, at: offset) }
      if let condition {
        let keep = truth(condition(activation))
        if keep.isError { return keep }
        if !keep.bool { continue }
      }
      var value = activation.state.pointee.frame[slot]
      if let transform {
        value = transform(activation)
        if value.isError { return value }
      }
      start[count] = value
      count += 1
    }
    return count == 0 ? .emptyList : .list(start, count: count)
  }

  func map(_ activation: Activation, _ condition: Evaluate?, _ transform: Evaluate, isEntry: Bool) -> Value {
    let range = open(activation)
    if range.isError { return range }
    guard let entries = activation.allocateValues(2 * range.length) else { return .error(.outOfMemory, at: offset) }
    var count = 0
    for index in 0..<range.length {
      guard step(activation, range, index) else { return .error(.tooManySteps, at: offset) }
      let key = activation.state.pointee.frame[slot]
      if let condition {
        let keep = truth(condition(activation))
        if keep.isError { return keep }
        if !keep.bool { continue }
      }
      let value = transform(activation)
      if value.isError { return value }
      entries[2 * count] = key
      entries[2 * count + 1] = value
      count += 1
    }
    return isEntry ? merge(activation, entries, count) : build(activation, entries, count)
  }

  private func build(_ activation: Activation, _ entries: UnsafeMutablePointer<Value>, _ count: Int) -> Value {
    guard var builder = MapBuilder(capacity: count, in: activation) else { return .error(.outOfMemory, at: offset) }
    for index in 0..<count where !builder.insert(entries[2 * index], entries[2 * index + 1]) {
      return .error(.duplicateKey, at: offset)
    }
    return builder.map
  }

  private func merge(_ activation: Activation, _ entries: UnsafeMutablePointer<Value>, _ count: Int) -> Value {
    var total = 0
    for index in 0..<count {
      guard entries[2 * index + 1].isPlain(.map) else { return .error(.noSuchOverload, at: offset) }
      total += entries[2 * index + 1].length
    }
    guard var builder = MapBuilder(capacity: total, in: activation) else { return .error(.outOfMemory, at: offset) }
    for index in 0..<count {
      let pairs = entries[2 * index + 1].pairs
      for pair in stride(from: 0, to: pairs.count, by: 2) where !builder.insert(pairs[pair], pairs[pair + 1]) {
        return .error(.duplicateKey, at: offset)
      }
    }
    return builder.map
  }
}
