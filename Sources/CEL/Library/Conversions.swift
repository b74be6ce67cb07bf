extension Library {
  static let conversions: [Entry] =
    [
      ("dyn", .unary(.parameter("T"), .dyn) { _, x in x }),
      ("type", .unary(.parameter("T"), .type, typeOf)),

      ("bool", .unary(.bool, .bool) { _, x in x }),
      (
        "bool",
        .unary(.string, .bool) { activation, x in
          switch x.text {
          case "1", "t", "T", "true", "TRUE", "True": .true
          case "0", "f", "F", "false", "FALSE", "False": .false
          default: activation.error(.noBool, detail: x.utf8)
          }
        }
      ),

      ("int", .unary(.int, .int) { _, x in x }),
      ("int", .unary(.uint, .int) { _, x in x.uint > UInt64(Int64.max) ? .error(.overflow) : .int(Int64(x.uint)) }),
      (
        "int",
        .unary(.double, .int) { _, x in
          // The bounds themselves are out: a double cannot tell them from their neighbours.
          guard x.double > -9_223_372_036_854_775_808, x.double < 9_223_372_036_854_775_808 else {
            return .error(.overflow)
          }
          return .int(Int64(x.double))
        }
      ),
      (
        "int",
        .unary(.string, .int) { activation, x in
          parseInt(x.utf8).map { .int($0) } ?? unreadable(x, .noInteger, activation)
        }
      ),
      ("int", .unary(.timestamp, .int) { _, x in .int(x.seconds) }),
      (
        "int",
        .unary(.decimal, .int) { _, x in
          let decimal = Decimal(x)
          var mantissa = decimal.mantissa
          for _ in 0..<decimal.scale { mantissa /= 10 }
          return Int64(exactly: mantissa).map { .int($0) } ?? .error(.overflow)
        }
      ),

      ("uint", .unary(.uint, .uint) { _, x in x }),
      ("uint", .unary(.int, .uint) { _, x in x.int < 0 ? .error(.overflow) : .uint(UInt64(x.int)) }),
      (
        "uint",
        .unary(.double, .uint) { _, x in
          guard x.double > -1, x.double < 18_446_744_073_709_551_616 else { return .error(.overflow) }
          return .uint(UInt64(x.double))
        }
      ),
      (
        "uint",
        .unary(.string, .uint) { activation, x in
          UInt64(x.text).map { .uint($0) } ?? unreadable(x, .noInteger, activation)
        }
      ),

      (
        "uint",
        .unary(.decimal, .uint) { _, x in
          let decimal = Decimal(x)
          var mantissa = decimal.mantissa
          for _ in 0..<decimal.scale { mantissa /= 10 }
          return UInt64(exactly: mantissa).map { .uint($0) } ?? .error(.overflow)
        }
      ),

      ("double", .unary(.double, .double) { _, x in x }),
      ("double", .unary(.int, .double) { _, x in .double(Double(x.int)) }),
      ("double", .unary(.uint, .double) { _, x in .double(Double(x.uint)) }),
      ("double", .unary(.decimal, .double) { _, x in .double(Decimal(x).approximation) }),
      (
        "double",
        .unary(.string, .double) { activation, x in
          parseDouble(x).map { .double($0) } ?? activation.error(.noNumber, detail: x.utf8)
        }
      ),

      ("decimal", .unary(.decimal, .decimal) { _, x in x }),
      ("decimal", .unary(.int, .decimal) { _, x in Decimal(x).value }),
      ("decimal", .unary(.uint, .decimal) { _, x in Decimal(x).value }),
      (
        "decimal",
        .unary(.double, .decimal) { _, x in Decimal(x.double)?.value ?? .error(.invalidConversion) }
      ),
      (
        "decimal",
        .unary(.string, .decimal) { activation, x in
          Decimal(x.utf8)?.value ?? unreadable(x, .noNumber, activation)
        }
      ),

      ("string", .unary(.string, .string) { _, x in x }),
      (
        "string",
        .unary(.bytes, .string) { activation, x in
          guard isASCII(x.start, x.length) || String(validating: x.utf8, as: UTF8.self) != nil else {
            return activation.error(.invalidConversion, "the bytes are not UTF-8")
          }
          return .string(x.start, count: x.length)
        }
      ),
      ("bytes", .unary(.bytes, .bytes) { _, x in x }),
      ("bytes", .unary(.string, .bytes) { _, x in .bytes(x.start, count: x.length) }),

      ("timestamp", .unary(.timestamp, .timestamp) { _, x in x }),
      ("timestamp", .unary(.int, .timestamp) { _, x in Time.timestamp(x.int, 0) }),
      (
        "timestamp",
        .unary(.string, .timestamp) { activation, x in
          Time.parseTimestamp(x.utf8) ?? activation.error(.noTimestamp, detail: x.utf8)
        }
      ),
      ("duration", .unary(.duration, .duration) { _, x in x }),
      ("duration", .unary(.int, .duration) { _, x in Time.duration(x.int, 0) }),
      (
        "duration",
        .unary(.string, .duration) { activation, x in
          Time.parseDuration(x.utf8) ?? activation.error(.noDuration, detail: x.utf8)
        }
      ),
    ]
    + [Type.bool, .int, .uint, .double, .timestamp, .duration, .decimal, .address, .network].map { type in
      (
        "string",
        .unary(type, .string) { activation, x in
          if x.isPlain(.int) { return decimalText(activation, x.int) }
          var buffer: [UInt8] = []
          x.appendText(to: &buffer)
          return buffer.withUnsafeBufferPointer { activation.string(copying: $0) }
        }
      )
    }

  /// The digits of an integer, written straight into the arena.
  private static func decimalText(_ activation: Activation, _ value: Int64) -> Value {
    guard let memory = activation.allocate(24) else { return .error(.outOfMemory) }
    let bytes = memory.assumingMemoryBound(to: UInt8.self)
    var position = 24
    var rest = value.magnitude
    repeat {
      position -= 1
      bytes[position] = 48 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    if value < 0 {
      position -= 1
      bytes[position] = 0x2D
    }
    return .string(UnsafePointer(bytes + position), count: 24 - position)
  }

  static func parseInt(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let first = text.first else { return nil }
    let isNegative = first == 0x2D
    let digits = isNegative || first == 0x2B ? text.dropFirst() : text[...]
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard byte.isDigit else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let digit = Int64(byte & 15)
      let (sum, carry) = product.addingReportingOverflow(isNegative ? -digit : digit)
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// Why a text is not a number of a type: it is one that does not fit, or none at all.
  private static func unreadable(_ text: Value, _ code: ErrorCode, _ activation: Activation) -> Value {
    let isNumber =
      code == .noInteger
      ? text.utf8.drop { $0 == 0x2B || $0 == 0x2D }.allSatisfy(\.isDigit) && text.utf8.last?.isDigit == true
      : text.utf8.first != 0x2E && text.utf8.last?.isDigit == true && parseDouble(text) != nil
    return activation.error(isNumber ? .overflow : code, detail: text.utf8)
  }

  private static func parseDouble(_ value: Value) -> Double? {
    let text = value.text
    switch text {
    case "NaN", "nan": return .nan
    case "Infinity", "+Infinity", "inf", "+inf", "Inf", "+Inf": return .infinity
    case "-Infinity", "-inf", "-Inf": return -.infinity
    default:
      guard !text.isEmpty, text.utf8.allSatisfy({ $0.isDigit || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }) else {
        return nil
      }
      return Double(text)
    }
  }
}
