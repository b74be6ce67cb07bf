extension Value {
  /// Appends the text of a value as `string(…)` would give it; lists, maps and objects have none and append nothing.
  public func appendText(to buffer: inout [UInt8]) {
    switch kind {
    case .null: buffer.append(contentsOf: "null".utf8)
    case .bool: buffer.append(contentsOf: (bool ? "true" : "false").utf8)
    case .int: buffer.append(contentsOf: String(int).utf8)
    case .uint: buffer.append(contentsOf: String(uint).utf8)
    case .double: buffer.append(contentsOf: Value.text(of: double).utf8)
    case .string, .bytes, .type: buffer.append(contentsOf: utf8)
    case .timestamp: appendTimestamp(to: &buffer)
    case .duration: appendDuration(to: &buffer)
    case .decimal: Decimal(self).appendText(to: &buffer)
    case .address: Address(self).appendText(to: &buffer)
    case .network: Network(self).appendText(to: &buffer)
    case .list, .map, .object, .absent, .error: break
    }
  }

  /// The shortest text that reads back as the number; whole numbers have no point.
  static func text(of double: Double) -> String {
    if double.isNaN { return "NaN" }
    if double.isInfinite { return double < 0 ? "-Infinity" : "Infinity" }
    var text = double.description
    if text.hasSuffix(".0") { text.removeLast(2) }
    if let e = text.firstIndex(of: "e"), text[..<e].hasSuffix(".0") {
      text = String(text[..<e].dropLast(2)) + String(text[e...])
    }
    return text
  }

  private func appendDigits(_ value: Int, _ count: Int, to buffer: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<count { divisor *= 10 }
    for _ in 0..<count {
      buffer.append(48 + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  private func appendFraction(to buffer: inout [UInt8], nanoseconds: UInt32) {
    guard nanoseconds > 0 else { return }
    buffer.append(0x2E)
    appendDigits(Int(nanoseconds), 9, to: &buffer)
    while buffer.last == 0x30 { buffer.removeLast() }
  }

  /// RFC 3339 in UTC, with as many digits of the fraction as are needed.
  private func appendTimestamp(to buffer: inout [UInt8]) {
    let (total, second) = (Int(seconds), Int(((seconds % 86400) + 86400) % 86400))
    let civil = Time.civil((total - second) / 86400)
    appendDigits(civil.year, 4, to: &buffer)
    buffer.append(0x2D)
    appendDigits(civil.month, 2, to: &buffer)
    buffer.append(0x2D)
    appendDigits(civil.day, 2, to: &buffer)
    buffer.append(UInt8(ascii: "T"))
    appendDigits(second / 3600, 2, to: &buffer)
    buffer.append(0x3A)
    appendDigits(second / 60 % 60, 2, to: &buffer)
    buffer.append(0x3A)
    appendDigits(second % 60, 2, to: &buffer)
    appendFraction(to: &buffer, nanoseconds: nanoseconds)
    buffer.append(UInt8(ascii: "Z"))
  }

  /// Seconds with a fraction, for example `-1.5s`.
  private func appendDuration(to buffer: inout [UInt8]) {
    var (whole, nanos) = (seconds, nanoseconds)
    if whole < 0 {
      buffer.append(0x2D)
      if nanos > 0 {
        whole += 1
        nanos = 1_000_000_000 - nanos
      }
      whole = -whole
    }
    buffer.append(contentsOf: String(whole).utf8)
    appendFraction(to: &buffer, nanoseconds: nanos)
    buffer.append(UInt8(ascii: "s"))
  }
}

extension Value: CustomStringConvertible {
  /// The value as the language would write it, for messages and tests.
  public var description: String {
    if isNone { return "optional.none()" }
    if isOptional { return "optional.of(\(unwrapped))" }
    switch kind {
    case .string: return "\"\(text)\""
    case .bytes: return "b\"\(text)\""
    case .list: return "[" + elements.map(\.description).joined(separator: ", ") + "]"
    case .map:
      let pairs = self.pairs
      return "{"
        + stride(from: 0, to: pairs.count, by: 2).map { "\(pairs[$0]): \(pairs[$0 + 1])" }.joined(separator: ", ") + "}"
    case .object: return "<object>"
    case .error: return "error(\(errorMessage))"
    case .uint: return "\(uint)u"
    default:
      var buffer: [UInt8] = []
      appendText(to: &buffer)
      return String(decoding: buffer, as: UTF8.self)
    }
  }
}
