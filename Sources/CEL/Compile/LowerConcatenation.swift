extension Lowering {
  /// `a + b + c` of strings: all parts are evaluated, then copied once.
  mutating func lowerConcatenation(_ left: Operand, _ right: Operand, _ expression: Expression) -> Operand {
    var parts: [Operand] = []
    for side in [left, right] {
      if case .concatenation(let inner) = side.form, side.known == nil {
        parts += inner
      } else {
        parts.append(side)
      }
    }
    if parts.count > 4 { parts = [left, right] }
    var operand = folded(expression, [left, right], Self.concatenation(parts, Self.offset(expression)))
    if operand.known == nil { operand.form = .concatenation(parts) }
    return operand
  }

  private static func concatenation(_ parts: [Operand], _ offset: UInt32) -> Evaluate {
    let a = parts[0].evaluate
    let b = parts[1].evaluate
    switch parts.count {
    case 2:
      return { activation in
        let x = a(activation)
        if !x.isPlain(.string) { return failure(x, offset) }
        let y = b(activation)
        if !y.isPlain(.string) { return failure(y, offset) }
        return Dynamic.concatenate(activation, x, y).located(at: offset)
      }
    case 3:
      let c = parts[2].evaluate
      return { activation in
        let x = a(activation)
        if !x.isPlain(.string) { return failure(x, offset) }
        let y = b(activation)
        if !y.isPlain(.string) { return failure(y, offset) }
        let z = c(activation)
        if !z.isPlain(.string) { return failure(z, offset) }
        return concatenate(activation, x, y, z, .emptyString, offset)
      }
    default:
      let c = parts[2].evaluate
      let d = parts[3].evaluate
      return { activation in
        let x = a(activation)
        if !x.isPlain(.string) { return failure(x, offset) }
        let y = b(activation)
        if !y.isPlain(.string) { return failure(y, offset) }
        let z = c(activation)
        if !z.isPlain(.string) { return failure(z, offset) }
        let w = d(activation)
        if !w.isPlain(.string) { return failure(w, offset) }
        return concatenate(activation, x, y, z, w, offset)
      }
    }
  }

  private static func failure(_ value: Value, _ offset: UInt32) -> Value {
    value.isError ? value : .error(.noSuchOverload, at: offset)
  }

  @inline(__always)
  private static func concatenate(
    _ activation: Activation, _ a: Value, _ b: Value, _ c: Value, _ d: Value, _ offset: UInt32
  ) -> Value {
    let count = a.length + b.length + c.length + d.length
    guard count < Int(UInt32.max), let memory = activation.allocate(count) else {
      return .error(.outOfMemory, at: offset)
    }
    memory.copyMemory(from: a.start, byteCount: a.length)
    (memory + a.length).copyMemory(from: b.start, byteCount: b.length)
    (memory + (a.length + b.length)).copyMemory(from: c.start, byteCount: c.length)
    if d.count > 0 { (memory + (count - d.length)).copyMemory(from: d.start, byteCount: d.length) }
    return .string(UnsafePointer(memory.assumingMemoryBound(to: UInt8.self)), count: count)
  }
}
