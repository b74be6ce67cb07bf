/// An exact decimal number: a mantissa of 95 bits beside its sign, and a scale, the number of digits behind the point.
///
/// Sums and products are exact or an overflow; nothing is ever rounded. The scale is part of the value (`1.50` stays
/// `1.50`) but not of equality.
public struct Decimal: Sendable {
  public let mantissa: Int128
  public let scale: Int

  static let maximumScale = 28
  private static let bound: Int128 = 1 << 95

  /// Nil when the number does not fit.
  public init?(mantissa: Int128, scale: Int) {
    var mantissa = mantissa
    var scale = scale
    while scale > Self.maximumScale || mantissa >= Self.bound || mantissa < -Self.bound, scale > 0 {
      guard mantissa % 10 == 0 else { return nil }
      mantissa /= 10
      scale -= 1
    }
    guard mantissa < Self.bound, mantissa >= -Self.bound, scale >= 0 else { return nil }
    self.mantissa = mantissa
    self.scale = scale
  }

  /// The number in a value of the kind decimal, int or uint.
  public init(_ value: Value) {
    switch value.kind {
    case .int:
      mantissa = Int128(value.int)
      scale = 0
    case .uint:
      mantissa = Int128(value.uint)
      scale = 0
    default:
      mantissa = Int128(Int32(bitPattern: value.count)) << 64 | Int128(value.bits)
      scale = Int(value.auxiliary)
    }
  }

  /// The number as a value.
  public var value: Value {
    Value(
      kind: .decimal, auxiliary: UInt16(scale), count: UInt32(truncatingIfNeeded: mantissa >> 64),
      bits: UInt64(truncatingIfNeeded: mantissa))
  }

  // MARK: Text

  /// Reads `[+-] digits [. digits] [e [+-] digits]`; nil when the text is anything else or does not fit.
  public init?(_ text: UnsafeBufferPointer<UInt8>) {
    var index = 0
    var isNegative = false
    if let first = text.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      isNegative = first == UInt8(ascii: "-")
      index = 1
    }
    var mantissa: Int128 = 0
    var scale = 0
    var digits = 0
    var isFraction = false
    while index < text.count {
      let byte = text[index]
      if byte.isDigit {
        digits += 1
        guard mantissa < 1 << 120 else { return nil }
        mantissa = mantissa * 10 + Int128(byte & 15)
        if isFraction { scale += 1 }
      } else if byte == UInt8(ascii: "."), !isFraction {
        isFraction = true
      } else {
        break
      }
      index += 1
    }
    guard digits > 0, !isFraction || scale > 0 else { return nil }
    if index < text.count {
      guard text[index] | 0x20 == UInt8(ascii: "e") else { return nil }
      index += 1
      var exponent = 0
      var isDown = false
      if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        isDown = text[index] == UInt8(ascii: "-")
        index += 1
      }
      guard index < text.count else { return nil }
      while index < text.count {
        guard text[index].isDigit, exponent < 1000 else { return nil }
        exponent = exponent * 10 + Int(text[index] & 15)
        index += 1
      }
      scale += isDown ? exponent : -exponent
      if mantissa == 0 { scale = max(0, min(scale, Self.maximumScale)) }
      while scale < 0 {
        guard mantissa < 1 << 96 else { return nil }
        mantissa *= 10
        scale += 1
      }
    }
    self.init(mantissa: isNegative ? -mantissa : mantissa, scale: scale)
  }

  /// The decimal with the shortest text that reads back as the double.
  public init?(_ double: Double) {
    guard double.isFinite else { return nil }
    var text = double.description
    if text.hasSuffix(".0") { text.removeLast(2) }
    let decimal = text.withUTF8 { Decimal($0) }
    guard let decimal else { return nil }
    self = decimal
  }

  /// Appends the digits to a buffer of bytes.
  public func appendText(to buffer: inout [UInt8]) {
    var digits: [UInt8] = []
    var rest = mantissa.magnitude
    repeat {
      digits.append(48 + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    while digits.count <= scale { digits.append(48) }
    if mantissa < 0 { buffer.append(UInt8(ascii: "-")) }
    for (index, digit) in digits.enumerated().reversed() {
      buffer.append(digit)
      if index == scale, scale > 0 { buffer.append(UInt8(ascii: ".")) }
    }
  }

  // MARK: Arithmetic

  private static func aligned(_ a: Decimal, _ b: Decimal) -> (Int128, Int128, Int)? {
    var (x, y) = (a.mantissa, b.mantissa)
    let scale = max(a.scale, b.scale)
    for (mantissa, from) in [(0, a.scale), (1, b.scale)] {
      for _ in from..<scale {
        let (product, overflow) = (mantissa == 0 ? x : y).multipliedReportingOverflow(by: 10)
        if overflow { return nil }
        if mantissa == 0 { x = product } else { y = product }
      }
    }
    return (x, y, scale)
  }

  static func add(_ a: Decimal, _ b: Decimal) -> Decimal? {
    if a.scale == b.scale { return Decimal(mantissa: a.mantissa + b.mantissa, scale: a.scale) }
    guard let (x, y, scale) = aligned(a, b) else { return nil }
    let (sum, overflow) = x.addingReportingOverflow(y)
    return overflow ? nil : Decimal(mantissa: sum, scale: scale)
  }

  static func subtract(_ a: Decimal, _ b: Decimal) -> Decimal? { b.negated.flatMap { add(a, $0) } }

  static func multiply(_ a: Decimal, _ b: Decimal) -> Decimal? {
    let (product, overflow) = a.mantissa.multipliedReportingOverflow(by: b.mantissa)
    return overflow ? nil : Decimal(mantissa: product, scale: a.scale + b.scale)
  }

  /// The number with `scale` digits behind the point, halves away from zero; nil when it does not fit.
  func rounded(_ scale: Int) -> Decimal? {
    guard 0...Self.maximumScale ~= scale else { return nil }
    if scale >= self.scale {
      return Decimal.scaled(mantissa, scale - self.scale).flatMap { Decimal(exactly: $0, scale: scale) }
    }
    guard let unit = Decimal.scaled(1, self.scale - scale) else { return nil }
    return Decimal(exactly: Decimal.divided(mantissa, unit), scale: scale)
  }

  /// The quotient with `scale` digits behind the point, halves away from zero; nil when it does not fit. `b` is not
  /// zero.
  static func divide(_ a: Decimal, _ b: Decimal, scale: Int) -> Decimal? {
    guard 0...maximumScale ~= scale else { return nil }
    // a / b at `scale` is the mantissa of a times 10^(scale + b.scale - a.scale), divided by the mantissa of b.
    let shift = scale + b.scale - a.scale
    if shift >= 0 {
      // The digits are found one by one, so that the dividend never has to be scaled up as a whole.
      let negative = (a.mantissa < 0) != (b.mantissa < 0)
      let divisor = b.mantissa.magnitude
      var (quotient, rest) = a.mantissa.magnitude.quotientAndRemainder(dividingBy: divisor)
      for _ in 0..<shift {
        let (digit, next) = (rest * 10).quotientAndRemainder(dividingBy: divisor)
        let (product, overflow) = quotient.multipliedReportingOverflow(by: 10)
        guard !overflow, product < UInt128(bound) else { return nil }
        (quotient, rest) = (product + digit, next)
      }
      if rest * 2 >= divisor { quotient += 1 }
      guard quotient <= UInt128(bound) else { return nil }
      return Decimal(exactly: negative ? -Int128(quotient) : Int128(quotient), scale: scale)
    }
    guard let unit = scaled(1, -shift) else { return Decimal(exactly: 0, scale: scale) }
    let (divisor, overflow) = unit.multipliedReportingOverflow(by: b.mantissa)
    return Decimal(exactly: overflow ? 0 : divided(a.mantissa, divisor), scale: scale)
  }

  /// A number that keeps its scale, or nil.
  private init?(exactly mantissa: Int128, scale: Int) {
    guard mantissa < Self.bound, mantissa >= -Self.bound else { return nil }
    self.init(mantissa: mantissa, scale: scale)
  }

  private static func scaled(_ mantissa: Int128, _ digits: Int) -> Int128? {
    var result = mantissa
    for _ in 0..<digits {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = product
    }
    return result
  }

  /// The quotient of two numbers, halves away from zero.
  private static func divided(_ a: Int128, _ b: Int128) -> Int128 {
    let (quotient, rest) = a.magnitude.quotientAndRemainder(dividingBy: b.magnitude)
    let rounded = Int128(rest * 2 >= b.magnitude ? quotient + 1 : quotient)
    return (a < 0) != (b < 0) ? -rounded : rounded
  }

  var negated: Decimal? { Decimal(mantissa: -mantissa, scale: scale) }

  /// The order of two numbers of which at least one is a decimal; a double stands for its shortest text.
  static func order(_ a: Value, _ b: Value) -> Int? {
    if a.kind == .double || b.kind == .double {
      let (x, y) = (Decimal(any: a), Decimal(any: b))
      guard let x, let y else {
        let (p, q) = (approximation(a), approximation(b))
        return p < q ? -1 : p == q ? 0 : p > q ? 1 : nil
      }
      return order(x, y)
    }
    return order(Decimal(a), Decimal(b))
  }

  private init?(any value: Value) {
    if value.kind == .double { self.init(value.double) } else { self.init(value) }
  }

  private static func approximation(_ value: Value) -> Double {
    value.kind == .double ? value.double : Decimal(value).approximation
  }

  var approximation: Double {
    var text: [UInt8] = []
    appendText(to: &text)
    return Double(String(decoding: text, as: UTF8.self)) ?? .nan
  }

  static func order(_ a: Decimal, _ b: Decimal) -> Int {
    if let (x, y, _) = aligned(a, b) { return x < y ? -1 : x == y ? 0 : 1 }
    // One is too large to be scaled up: the digits before the point decide.
    func whole(_ d: Decimal) -> Int128 {
      var mantissa = d.mantissa
      for _ in 0..<d.scale { mantissa /= 10 }
      return mantissa
    }
    let (x, y) = (whole(a), whole(b))
    return x < y ? -1 : x == y ? 0 : 1
  }

  /// Equal for equal numbers, also of the other types.
  var hashBits: UInt64 { Value.canonicalBits(approximation) }
}
