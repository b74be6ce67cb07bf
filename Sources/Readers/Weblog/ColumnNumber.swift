/// Numbers of columns, in the ways in which servers write them.
enum ColumnNumber {
  /// A whole number, with a sign or not.
  @inline(__always)
  static func integer(_ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) -> Int64? {
    var at = from
    let sign = at < to ? at.pointee : 0
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { at += 1 }
    guard to > at, to - at <= 18 else { return nil }
    var value: Int64 = 0
    while at < to {
      let digit = at.pointee &- 48
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
      at += 1
    }
    return sign == UInt8(ascii: "-") ? -value : value
  }

  /// Microseconds: whole units if there is a unit, else seconds with a fraction, where the unit is not also fractional.
  static func duration(
    _ unit: Int64, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>
  ) -> Int64? {
    if let value = integer(from, to) {
      let (product, isTooBig) = value.multipliedReportingOverflow(by: unit == 0 ? 1_000_000 : unit)
      return isTooBig ? nil : product
    }
    var text = TimeText(at: from, end: to)
    let isNegative = text.skip(UInt8(ascii: "-"))
    var whole: Int64 = 0
    var fraction: UInt32 = 0
    guard text.number(1...12, 0...999_999_999_999, &whole), text.skip(UInt8(ascii: ".")), text.fraction(&fraction),
      text.at == to
    else { return nil }
    // 12 digits of units, each of at most a second.
    let scale = unit == 0 ? 1_000_000 : unit
    let value = whole * scale + Int64(fraction) * scale / 1_000_000_000
    return isNegative ? -value - 1 : value
  }
}
