internal import Glibc
internal import Pipeline

/// Reads numbers as people of different countries write them. Nothing is rounded but doubles, and nothing guessed:
/// digits between separators must come in threes (the first one to three), and nobody groups behind a zero: `0.500` with
/// `group: "."` is a stray decimal point.
struct NumberText: Sendable {
  let point: UInt8
  private let separators: [[UInt8]]

  init(_ style: NumberStyle) {
    point = style.point
    separators = style.separators
  }

  /// `+12`, `-1 234`.
  @inline(__always)
  func int(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ field: inout Field) -> ValueProblem {
    // One to eighteen plain digits.
    var value: Int64 = 0
    var at = start
    let isNegative = at < stop && at.pointee == UInt8(ascii: "-")
    if isNegative { at += 1 }
    let count = stop - at
    if count > 0, count <= 18 {
      while at < stop, at.pointee &- 48 < 10 {
        value = value &* 10 &+ Int64(at.pointee &- 48)
        at += 1
      }
      if at == stop {
        field = .int(isNegative ? -value : value)
        return .none
      }
    }
    return unusualInt(start, stop, &field)
  }

  @inline(never)
  private func unusualInt(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ field: inout Field
  ) -> ValueProblem {
    guard let number = parts(start, stop), number.isExact else { return .number }
    guard var mantissa = number.mantissa else { return .range }
    // 12.00 and 1e3 are whole numbers, too.
    var scale = number.scale
    while scale > 0 {
      guard mantissa % 10 == 0 else { return .number }
      mantissa /= 10
      scale -= 1
    }
    while scale < 0 {
      guard mantissa.magnitude < 1 << 80 else { return .range }
      mantissa *= 10
      scale += 1
    }
    guard let value = Int64(exactly: mantissa) else { return .range }
    field = .int(value)
    return .none
  }

  @inline(__always)
  func decimal(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, scale wanted: Int, _ field: inout Field
  ) -> ValueProblem {
    // Up to eighteen digits with a point somewhere, without anything else.
    var value: Int64 = 0
    var at = start
    let isNegative = at < stop && at.pointee == UInt8(ascii: "-")
    if isNegative { at += 1 }
    if stop - at <= 18, at < stop, at.pointee &- 48 < 10 {
      while at < stop, at.pointee &- 48 < 10 {
        value = value &* 10 &+ Int64(at.pointee &- 48)
        at += 1
      }
      var scale = 0
      if at < stop, at.pointee == point {
        at += 1
        scale = stop - at
        while at < stop, at.pointee &- 48 < 10 {
          value = value &* 10 &+ Int64(at.pointee &- 48)
          at += 1
        }
        if scale == 0 { at = start }
      }
      if at == stop, scale == wanted || wanted < 0 {
        field = .decimal(isNegative ? -value : value, scale: UInt8(truncatingIfNeeded: scale))
        return .none
      }
    }
    return unusualDecimal(start, stop, wanted, &field)
  }

  @inline(never)
  private func unusualDecimal(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ wanted: Int, _ field: inout Field
  ) -> ValueProblem {
    guard let number = parts(start, stop), number.isExact else { return .number }
    guard var mantissa = number.mantissa else { return .range }
    var scale = number.scale
    // Zeros at the end may go, digits may not.
    while scale > (wanted < 0 ? 18 : wanted) {
      guard mantissa % 10 == 0 else { return wanted < 0 ? .range : .scale }
      mantissa /= 10
      scale -= 1
    }
    while scale < max(wanted, 0) {
      guard mantissa.magnitude < 1 << 80 else { return .range }
      mantissa *= 10
      scale += 1
    }
    guard let value = Int64(exactly: mantissa) else { return .range }
    field = .decimal(value, scale: UInt8(truncatingIfNeeded: scale))
    return .none
  }

  func double(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ field: inout Field) -> ValueProblem {
    guard parts(start, stop) != nil else { return .number }
    // `parts` has seen that this is a number; strtod rounds it rightly. The C locale is never left.
    var text: [CChar] = []
    text.reserveCapacity(stop - start + 1)
    for index in 0..<(stop - start) {
      let byte = start[index]
      if byte == point {
        text.append(CChar(bitPattern: UInt8(ascii: ".")))
      } else if byte &- 48 < 10 || "+-eE".utf8.contains(byte) {
        text.append(CChar(bitPattern: byte))
      }
    }
    text.append(0)
    let value = strtod(text, nil)
    guard value.isFinite else { return .range }
    field = .double(value)
    return .none
  }

  private struct Parts {
    /// nil if it has more digits than fit.
    var mantissa: Int128?
    var scale = 0
    /// Whether the exponent is of a sane size.
    var isExact = true
  }

  /// `[+-] digits [point digits] [e [+-] digits]`, with separators in the whole part.
  private func parts(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Parts? {
    var at = start
    var isNegative = false
    if at < stop, at.pointee == UInt8(ascii: "-") || at.pointee == UInt8(ascii: "+") {
      isNegative = at.pointee == UInt8(ascii: "-")
      at += 1
    }
    var mantissa: Int128? = 0
    func add(_ byte: UInt8) {
      guard let before = mantissa else { return }
      mantissa = before.magnitude < 1 << 100 ? before * 10 + Int128(byte &- 48) : nil
    }
    var digits = 0
    var inGroup = 0
    var hasGroups = false
    let isGroupable = at < stop && at.pointee != UInt8(ascii: "0")
    while at < stop {
      if at.pointee &- 48 < 10 {
        add(at.pointee)
        digits += 1
        inGroup += 1
        at += 1
      } else if let length = separator(at, stop), digits > 0 {
        guard isGroupable, hasGroups ? inGroup == 3 : inGroup <= 3 else { return nil }
        hasGroups = true
        inGroup = 0
        at += length
      } else {
        break
      }
    }
    guard !hasGroups || inGroup == 3 else { return nil }
    var scale = 0
    if at < stop, at.pointee == point {
      at += 1
      while at < stop, at.pointee &- 48 < 10 {
        add(at.pointee)
        scale += 1
        at += 1
      }
      // `.5` is a number, `5.` and `.` are none.
      guard scale > 0 else { return nil }
    }
    guard digits + scale > 0 else { return nil }
    var isExact = true
    if at < stop, at.pointee | 0x20 == UInt8(ascii: "e") {
      at += 1
      var isDown = false
      if at < stop, at.pointee == UInt8(ascii: "-") || at.pointee == UInt8(ascii: "+") {
        isDown = at.pointee == UInt8(ascii: "-")
        at += 1
      }
      var exponent = 0
      let first = at
      while at < stop, at.pointee &- 48 < 10 {
        exponent = min(exponent * 10 + Int(at.pointee &- 48), 10_000)
        at += 1
      }
      guard at > first else { return nil }
      isExact = exponent <= 40
      scale += isDown ? exponent : -exponent
    }
    guard at == stop else { return nil }
    return Parts(mantissa: mantissa.map { isNegative ? -$0 : $0 }, scale: scale, isExact: isExact)
  }

  private func separator(_ at: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Int? {
    for separator in separators where separator.count <= stop - at {
      var isEqual = true
      for index in 0..<separator.count where at[index] != separator[index] { isEqual = false }
      if isEqual { return separator.count }
    }
    return nil
  }
}
