extension UInt8 {
  @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
  @inline(__always) var isUpper: Bool { self &- 0x41 < 26 }
  @inline(__always) var isLower: Bool { self &- 0x61 < 26 }
  var isIdentifierStart: Bool { isUpper || isLower || self == 0x5F }
  var isIdentifierPart: Bool { isIdentifierStart || isDigit }
  @inline(__always) var lowered: UInt8 { isUpper ? self | 0x20 : self }

  /// The value of a hexadecimal digit, or nil.
  var hexadecimal: UInt8? {
    if isDigit { return self &- 0x30 }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }
}
