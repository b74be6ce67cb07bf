extension Lowering {
  mutating func lowerNegate(_ inner: Operand, _ expression: Expression) -> Operand {
    let (load, offset) = (inner.evaluate, Self.offset(expression))
    return folded(expression, [inner]) { activation in
      let value = load(activation)
      return value.isError ? value : Dynamic.negate(value).located(at: offset)
    }
  }

  mutating func lowerBinary(_ operation: BinaryOperator, _ left: Operand, _ right: Operand, _ expression: Expression)
    -> Operand
  {
    if operation == .add, left.type == .string, right.type == .string {
      return lowerConcatenation(left, right, expression)
    }
    return folded(expression, [left, right], binary(operation, left, right, Self.offset(expression)))
  }

  private func binary(_ operation: BinaryOperator, _ left: Operand, _ right: Operand, _ offset: UInt32) -> Evaluate {
    switch operation {
    case .equal, .notEqual: equality(operation == .equal, left, right)
    case .less, .lessOrEqual, .greater, .greaterOrEqual: comparison(operation, left, right, offset)
    case .in: membership(left, right, offset)
    default: arithmetic(operation, left, right, offset)
    }
  }

  // MARK: Equality

  private func equality(_ wanted: Bool, _ left: Operand, _ right: Operand) -> Evaluate {
    if let literal = right.known, literal.value.isPlain(.string) { return equality(wanted, left.evaluate, literal) }
    if let literal = left.known, literal.value.isPlain(.string) { return equality(wanted, right.evaluate, literal) }
    let (left, right) = (left, right)
    if let value = right.constant, value.isPlain(.int) || value.isPlain(.bool) {
      let load = left.evaluate
      return { activation in
        let x = load(activation)
        if x.head == value.head { return .bool((x.bits == value.bits) == wanted) }
        return x.isError ? x : .bool(Value.equals(x, value) == wanted)
      }
    }
    let (a, b) = (left.evaluate, right.evaluate)
    return { activation in
      let x = a(activation)
      if x.isError { return x }
      let y = b(activation)
      if y.isError { return y }
      return .bool(Value.equals(x, y) == wanted)
    }
  }

  /// The head holds kind and length: bytes are looked at only when both agree.
  private func equality(_ wanted: Bool, _ load: @escaping Evaluate, _ literal: Constant) -> Evaluate {
    let count = literal.value.length
    guard count <= 8 else {
      return { activation in
        let x = load(activation)
        let literal = literal.value
        if x.head == literal.head { return .bool(equal(x.start, literal.start, count) == wanted) }
        return x.isError ? x : .bool(!wanted)
      }
    }
    let (head, word) = (literal.value.head, packed(literal.value.start, count))
    return { activation in
      let x = load(activation)
      if x.head == head { return .bool((packed(x.start, count) == word) == wanted) }
      return x.isError ? x : .bool(!wanted)
    }
  }

  // MARK: Order

  private func comparison(_ operation: BinaryOperator, _ left: Operand, _ right: Operand, _ offset: UInt32) -> Evaluate
  {
    let load = left.evaluate
    if let literal = right.constant, literal.isPlain(.int) {
      let limit = literal.int
      switch operation {
      case .less:
        return { activation in
          let x = load(activation)
          if x.head == Value.intHead { return .bool(x.int < limit) }
          return x.isError ? x : Dynamic.compare(operation, x, literal).located(at: offset)
        }
      case .lessOrEqual:
        return { activation in
          let x = load(activation)
          if x.head == Value.intHead { return .bool(x.int <= limit) }
          return x.isError ? x : Dynamic.compare(operation, x, literal).located(at: offset)
        }
      case .greater:
        return { activation in
          let x = load(activation)
          if x.head == Value.intHead { return .bool(x.int > limit) }
          return x.isError ? x : Dynamic.compare(operation, x, literal).located(at: offset)
        }
      default:
        return { activation in
          let x = load(activation)
          if x.head == Value.intHead { return .bool(x.int >= limit) }
          return x.isError ? x : Dynamic.compare(operation, x, literal).located(at: offset)
        }
      }
    }
    let other = right.evaluate
    return { activation in
      let x = load(activation)
      if x.isError { return x }
      let y = other(activation)
      if y.isError { return y }
      return Dynamic.compare(operation, x, y).located(at: offset)
    }
  }

  // MARK: Membership

  private func membership(_ left: Operand, _ right: Operand, _ offset: UInt32) -> Evaluate {
    let load = left.evaluate
    if let literal = right.known, literal.value.isPlain(.list) {
      let elements = literal.value.elements
      if elements.allSatisfy({ $0.isPlain(.string) }) { return stringMembership(load, literal, offset) }
      if elements.allSatisfy({ $0.isPlain(.int) }), left.type == .int {
        return { activation in
          let x = load(activation)
          guard x.head == Value.intHead else { return x.isError ? x : .error(.noSuchOverload, at: offset) }
          for element in literal.value.elements where element.bits == x.bits { return .true }
          return .false
        }
      }
    }
    let other = right.evaluate
    return { activation in
      let x = load(activation)
      if x.isError { return x }
      let y = other(activation)
      if y.isError { return y }
      return Dynamic.contains(x, y).located(at: offset)
    }
  }

  private func stringMembership(_ load: @escaping Evaluate, _ literal: Constant, _ offset: UInt32) -> Evaluate {
    let elements = literal.value.elements
    if elements.count > 12, var builder = MapBuilder(capacity: elements.count, in: pool) {
      for element in elements { _ = builder.insert(element, .true) }
      let set = Constant(builder.map, owner: pool)
      return { activation in
        let x = load(activation)
        return x.isError ? x : .bool(set.value.find(x) != nil)
      }
    }
    return { activation in
      let x = load(activation)
      for element in literal.value.elements where element.head == x.head {
        if equal(element.start, x.start, x.length) { return .true }
      }
      return x.isError ? x : .false
    }
  }

  // MARK: Arithmetic

  private func arithmetic(_ operation: BinaryOperator, _ left: Operand, _ right: Operand, _ offset: UInt32) -> Evaluate
  {
    let (a, b) = (left.evaluate, right.evaluate)
    if left.type == .int, right.type == .int {
      switch operation {
      case .add:
        return { activation in
          let x = a(activation)
          if x.isError { return x }
          let y = b(activation)
          return y.isError ? y : Dynamic.int(.add, x.int, y.int).located(at: offset)
        }
      case .subtract:
        return { activation in
          let x = a(activation)
          if x.isError { return x }
          let y = b(activation)
          return y.isError ? y : Dynamic.int(.subtract, x.int, y.int).located(at: offset)
        }
      case .multiply:
        return { activation in
          let x = a(activation)
          if x.isError { return x }
          let y = b(activation)
          return y.isError ? y : Dynamic.int(.multiply, x.int, y.int).located(at: offset)
        }
      default: break
      }
    }
    return { activation in
      let x = a(activation)
      if x.isError { return x }
      let y = b(activation)
      if y.isError { return y }
      return Dynamic.arithmetic(operation, activation, x, y).located(at: offset)
    }
  }
}

/// Up to eight bytes as a number.
@inline(__always)
func packed(_ p: Pointer, _ count: Int) -> UInt64 {
  if count == 8 { return load64(p) }
  if count >= 4 { return UInt64(load32(p)) | UInt64(load32(p + (count - 4))) &<< 32 }
  var word: UInt64 = 0
  var index = 0
  while index < count {
    word |= UInt64(p[index]) &<< UInt64(8 &* index)
    index &+= 1
  }
  return word
}
