internal import CDigest

/// What is the same for SHA-1 and SHA-256 of two messages at once.
enum DigestPair {
  static let block = 64
  private static let isSupported = digest_pair_is_supported()

  /// How many bytes of two messages are digested at once: the whole blocks of the shorter one, or none where the processor
  /// has no instructions for it.
  @inline(__always)
  static func common(_ one: Int, _ two: Int) -> Int { isSupported ? min(one, two) & ~(block - 1) : 0 }
}

// Messages of SHA-1 and SHA-256 are put together and padded here, so that whole blocks are digested in a single call: on
// names of a few hundred bytes what libcrypto does between calls costs a quarter of the time.
extension ByteBuffer {
  func append(bigEndian word: UInt64) {
    reserve(8)
    UnsafeMutableRawPointer(cursor).storeBytes(of: word.bigEndian, as: UInt64.self)
    count &+= 8
  }

  /// Fills up to whole blocks of 64 bytes as SHA-1 and SHA-256 want it (FIPS 180-4 §5.1.1): a one bit, zeros, and the
  /// length in bits.
  /// - Parameter before: bytes of the message that are digested already.
  func appendPadding(after before: Int) {
    let bits = UInt64(before + count) << 3
    let zeros = (119 - (count & 63)) & 63
    // Zeros come by words, of which the last one may reach up to seven bytes into the length.
    reserve(1 + zeros + 8)
    let to = UnsafeMutableRawPointer(cursor)
    to.storeBytes(of: 0x80, as: UInt8.self)
    var at = 1
    while at <= zeros {
      to.storeBytes(of: 0, toByteOffset: at, as: UInt64.self)
      at &+= 8
    }
    to.storeBytes(of: bits.bigEndian, toByteOffset: 1 &+ zeros, as: UInt64.self)
    count &+= 1 &+ zeros &+ 8
  }
}
