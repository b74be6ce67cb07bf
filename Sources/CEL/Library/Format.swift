#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `format` of the strings extension: the clauses %s %d %f %e %b %o %x %X and %%.
enum Format {
  static let maximumPrecision = 100

  static func format(_ activation: Activation, _ pattern: Value, _ arguments: Value) -> Value {
    var output: [UInt8] = []
    let text = pattern.utf8
    var (index, next) = (0, 0)
    while index < text.count {
      let byte = text[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        output.append(byte)
        continue
      }
      var precision: Int?
      if index < text.count, text[index] == UInt8(ascii: ".") {
        index += 1
        var digits = 0
        while index < text.count, text[index].isDigit, digits <= maximumPrecision {
          digits = digits * 10 + Int(text[index] & 15)
          index += 1
        }
        guard digits <= maximumPrecision else {
          return activation.error(.invalidArgument, "the precision is too large")
        }
        precision = digits
      }
      guard index < text.count else { return activation.error(.invalidArgument, "the format ends in a clause") }
      let clause = text[index]
      index += 1
      if clause == UInt8(ascii: "%"), precision == nil {
        output.append(clause)
        continue
      }
      guard next < arguments.length else { return activation.error(.indexOutOfRange, "argument \(next)") }
      guard append(arguments.elements[next], clause, precision, to: &output) else {
        let name = String(UnicodeScalar(clause))
        return activation.error(.invalidArgument, "%\(name) cannot format \(arguments.elements[next].kind)")
      }
      next += 1
      guard output.count < 1 << 20 else { return .error(.outOfMemory) }
    }
    return output.withUnsafeBufferPointer { activation.string(copying: $0) }
  }

  private static func append(_ value: Value, _ clause: UInt8, _ precision: Int?, to output: inout [UInt8]) -> Bool {
    guard !value.isOptional else { return false }
    switch clause {
    case UInt8(ascii: "s"): return appendText(of: value, to: &output, depth: 0)
    case UInt8(ascii: "d"):
      guard value.isNumber else { return false }
      value.appendText(to: &output)
      return true
    case UInt8(ascii: "f") where value.isNumber && value.kind != .double:
      appendFixed(Decimal(value), precision ?? 6, to: &output)
      return true
    case UInt8(ascii: "f"), UInt8(ascii: "e"):
      guard let number = number(value) else { return false }
      guard number.isFinite else {
        Value.double(number).appendText(to: &output)
        return true
      }
      return appendFloat(number, clause == UInt8(ascii: "f") ? "%.*f" : "%.*e", precision ?? 6, to: &output)
    case UInt8(ascii: "b"):
      if value.kind == .bool {
        output.append(value.bool ? 0x31 : 0x30)
        return true
      }
      return appendInteger(value, radix: 2, uppercase: false, to: &output)
    case UInt8(ascii: "o"): return appendInteger(value, radix: 8, uppercase: false, to: &output)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      let isUpper = clause == UInt8(ascii: "X")
      guard value.kind == .string || value.kind == .bytes else {
        return appendInteger(value, radix: 16, uppercase: isUpper, to: &output)
      }
      let digits = Array((isUpper ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
      for byte in value.utf8 { output += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
      return true
    default: return false
    }
  }

  private static func number(_ value: Value) -> Double? {
    switch value.kind {
    case .double: value.double
    case .int: Double(value.int)
    case .uint: Double(value.uint)
    case .decimal: Decimal(value).approximation
    default: nil
    }
  }

  /// What is exact stays so: money must not go through a binary fraction. Halves go away from zero, as everywhere.
  private static func appendFixed(_ number: Decimal, _ precision: Int, to output: inout [UInt8]) {
    let rounded = precision < number.scale ? number.rounded(precision) ?? number : number
    rounded.appendText(to: &output)
    if rounded.scale == 0, precision > 0 { output.append(UInt8(ascii: ".")) }
    output += repeatElement(UInt8(ascii: "0"), count: max(0, precision - rounded.scale))
  }

  private static func appendFloat(_ number: Double, _ format: String, _ precision: Int, to output: inout [UInt8])
    -> Bool
  {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      let count = withVaList([Int32(precision), number]) { vsnprintf(buffer.baseAddress, buffer.count, format, $0) }
      guard count > 0, count < buffer.count else { return false }
      for index in 0..<Int(count) { output.append(UInt8(bitPattern: buffer[index])) }
      return true
    }
  }

  private static func appendInteger(_ value: Value, radix: Int, uppercase: Bool, to output: inout [UInt8]) -> Bool {
    switch value.kind {
    case .int: output += Array(String(value.int, radix: radix, uppercase: uppercase).utf8)
    case .uint: output += Array(String(value.uint, radix: radix, uppercase: uppercase).utf8)
    default: return false
    }
    return true
  }

  /// Lists and maps too; the keys of a map are sorted by their text.
  private static func appendText(of value: Value, to output: inout [UInt8], depth: Int) -> Bool {
    guard depth < 64, !value.isOptional else { return false }
    switch value.kind {
    case .object, .absent, .error: return false
    case .list:
      output.append(UInt8(ascii: "["))
      for (index, element) in value.elements.enumerated() {
        if index > 0 { output += Array(", ".utf8) }
        guard appendText(of: element, to: &output, depth: depth + 1) else { return false }
      }
      output.append(UInt8(ascii: "]"))
    case .map:
      var entries: [([UInt8], Value)] = []
      for index in stride(from: 0, to: 2 * value.length, by: 2) {
        var key: [UInt8] = []
        guard appendText(of: value.pairs[index], to: &key, depth: depth + 1) else { return false }
        entries.append((key, value.pairs[index + 1]))
      }
      entries.sort { $0.0.lexicographicallyPrecedes($1.0) }
      output.append(UInt8(ascii: "{"))
      for (index, (key, element)) in entries.enumerated() {
        if index > 0 { output += Array(", ".utf8) }
        output += key + Array(": ".utf8)
        guard appendText(of: element, to: &output, depth: depth + 1) else { return false }
      }
      output.append(UInt8(ascii: "}"))
    default: value.appendText(to: &output)
    }
    return true
  }
}
