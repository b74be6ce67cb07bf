extension Lowering {
  mutating func lowerList(_ elements: [Element], _ expression: Expression) -> Operand {
    let operands = elements.map { lower($0.value) }
    let (offset, count) = (Self.offset(expression), elements.count)
    guard count > 0 else { return constant(expression, .emptyList) }
    let fill = Fill.balanced(operands.map(\.evaluate)[...])
    guard elements.contains(where: \.isOptional) else {
      return folded(expression, operands) { activation in
        guard let start = activation.allocateValues(count) else { return .error(.outOfMemory, at: offset) }
        let error = fill(activation, start)
        return error.isError ? error : .list(start, count: count)
      }
    }
    let optional = elements.map(\.isOptional)
    return folded(expression, operands) { activation in
      guard let start = activation.allocateValues(count) else { return .error(.outOfMemory, at: offset) }
      let error = fill(activation, start)
      if error.isError { return error }
      var kept = 0
      for index in 0..<count {
        var value = start[index]
        if optional[index] {
          if value.isNone { continue }
          guard value.isPresent else { return .error(.noSuchOverload, at: offset) }
          value = value.unwrapped
        }
        start[kept] = value
        kept += 1
      }
      return kept == 0 ? .emptyList : .list(start, count: kept)
    }
  }

  mutating func lowerMap(_ entries: [Entry], _ expression: Expression) -> Operand {
    let operands = entries.flatMap { [lower($0.key), lower($0.value)] }
    let (offset, count) = (Self.offset(expression), entries.count)
    guard count > 0 else { return constant(expression, .emptyMap) }
    let fill = Fill.balanced(operands.map(\.evaluate)[...])
    let optional = entries.map(\.isOptional)
    return folded(expression, operands) { activation in
      guard let start = activation.allocateValues(2 * count), var builder = MapBuilder(capacity: count, in: activation)
      else { return .error(.outOfMemory, at: offset) }
      let error = fill(activation, start)
      if error.isError { return error }
      for index in 0..<count {
        let key = start[2 * index]
        var value = start[2 * index + 1]
        guard key.isMapKey else { return .error(.noSuchOverload, at: offset) }
        if optional[index] {
          if value.isNone { continue }
          guard value.isPresent else { return .error(.noSuchOverload, at: offset) }
          value = value.unwrapped
        }
        guard builder.insert(key, value) else { return .error(.duplicateKey, at: offset) }
      }
      return builder.map
    }
  }
}

extension Value {
  /// Whether the language allows the value as a key of a map.
  var isMapKey: Bool {
    switch tag {
    case UInt16(Kind.int.rawValue), UInt16(Kind.uint.rawValue), UInt16(Kind.bool.rawValue),
      UInt16(Kind.string.rawValue):
      true
    default: false
    }
  }
}
