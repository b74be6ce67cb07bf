/// A fast 64-bit hash of bytes (multiply-and-fold, after wyhash's construction). Tables that use it compare the bytes
/// as well; nothing that leaves the program depends on it.
public enum ByteHash {
  /// - Parameter seed: for tables that must not collide in the same places.
  @inlinable
  public static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64 = 0) -> UInt64 {
    guard let start = bytes.baseAddress else { return mix(seed ^ 0x9E37_79B9_7F4A_7C15, 0xE703_7ED1_A0B4_28DB) }
    let raw = UnsafeRawPointer(start)
    var left = bytes.count
    var at = 0
    var state = seed ^ 0x2D35_8DCC_AA6C_78A5
    while left > 16 {
      state = mix(
        raw.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ 0x8BB8_4B93_962E_ACC9,
        raw.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self) ^ state)
      at += 16
      left -= 16
    }
    var a: UInt64 = 0
    var b: UInt64 = 0
    if left >= 8 {
      a = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      b = raw.loadUnaligned(fromByteOffset: at + left - 8, as: UInt64.self)
    } else {
      for index in 0..<left { a = a << 8 | UInt64(raw.load(fromByteOffset: at + index, as: UInt8.self)) }
    }
    return mix(
      0x4B33_A62E_D433_D4A3 ^ UInt64(truncatingIfNeeded: bytes.count), mix(a ^ 0x4D5A_2DA5_1DE1_AA47, b ^ state))
  }

  @inlinable @inline(__always)
  static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
