/// Numbers in logs, in the ways in which servers write them.
enum LogNumber {
  /// A whole number of at most 18 digits, perhaps with a minus before it.
  @inline(__always)
  static func integer(
    _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, allowsPlus: Bool = false
  ) -> Int64? {
    var at = from
    let isNegative = at < to && at.pointee == UInt8(ascii: "-")
    if isNegative || allowsPlus && at < to && at.pointee == UInt8(ascii: "+") { at += 1 }
    let digits = to - at
    guard digits > 0, digits <= 18 else { return nil }
    var value: Int64 = 0
    while at < to {
      let digit = at.pointee &- 48
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
      at += 1
    }
    return isNegative ? -value : value
  }

  /// Microseconds: whole units if there is a unit, else seconds with a fraction, where the unit is not also fractional.
  static func duration(
    _ unit: Int64, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>
  ) -> Int64? {
    let scale = unit == 0 ? 1_000_000 : unit
    if let value = integer(from, to, allowsPlus: true) {
      let (product, isTooBig) = value.multipliedReportingOverflow(by: scale)
      return isTooBig ? nil : product
    }
    let isNegative = from < to && from.pointee == UInt8(ascii: "-")
    guard let value = fraction(isNegative ? from + 1 : from, to, scale: scale) else { return nil }
    return isNegative ? -value - 1 : value
  }

  /// A number without a sign and with a fraction or not, times the scale; what is smaller than one is dropped.
  /// - Parameter scale: at most a million.
  static func fraction(_ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, scale: Int64) -> Int64? {
    var text = TimeText(at: from, end: to)
    var whole: Int64 = 0
    var nanos: UInt32 = 0
    guard text.number(1...12, 0...999_999_999_999, &whole) else { return nil }
    if text.skip(UInt8(ascii: ".")) { guard text.fraction(&nanos) else { return nil } }
    guard text.at == to else { return nil }
    return whole * scale + Int64(nanos) * scale / 1_000_000_000
  }
}
