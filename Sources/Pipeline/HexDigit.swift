/// Hexadecimal digits in either case.
public enum HexDigit {
  /// What one stands for; nil for any other byte.
  @inlinable @inline(__always)
  public static func value(_ byte: UInt8) -> UInt8? {
    if byte &- UInt8(ascii: "0") < 10 { return byte &- UInt8(ascii: "0") }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? letter &+ 10 : nil
  }
}
