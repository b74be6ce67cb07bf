internal import CCrypto

/// A UUID as its sixteen bytes in network order (RFC 9562).
@frozen
public struct UUID: BitwiseCopyable, Sendable, Hashable, Comparable {
  /// Bytes 0…7 and 8…15, big-endian: comparing numbers is comparing texts.
  public var high: UInt64
  public var low: UInt64

  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  @inlinable
  public static func < (a: UUID, b: UUID) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }

  /// RFC 9562 §6.6: the namespace for names that are URLs.
  public static let urlNamespace = UUID(high: 0x6ba7_b811_9dad_11d1, low: 0x80b4_00c0_4fd4_30c8)

  /// The first sixteen bytes of a hash with version and variant set.
  init(hash: UnsafePointer<UInt8>, version: UInt64) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    for index in 0..<8 {
      high = high << 8 | UInt64(hash[index])
      low = low << 8 | UInt64(hash[index + 8])
    }
    self.high = high & 0xFFFF_FFFF_FFFF_0FFF | version << 12
    self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
  }

  /// Writes the 36 characters.
  public func write(to text: UnsafeMutablePointer<UInt8>) {
    let raw = UnsafeMutableRawPointer(text)
    let dash = UInt8(ascii: "-")
    let timeRest = UUID.hex(UInt32(truncatingIfNeeded: high))
    let clock = UUID.hex(UInt32(truncatingIfNeeded: low >> 32))
    raw.storeBytes(of: UUID.hex(UInt32(truncatingIfNeeded: high >> 32)), as: UInt64.self)
    text[8] = dash
    raw.storeBytes(of: UInt32(truncatingIfNeeded: timeRest), toByteOffset: 9, as: UInt32.self)
    text[13] = dash
    raw.storeBytes(of: UInt32(truncatingIfNeeded: timeRest >> 32), toByteOffset: 14, as: UInt32.self)
    text[18] = dash
    raw.storeBytes(of: UInt32(truncatingIfNeeded: clock), toByteOffset: 19, as: UInt32.self)
    text[23] = dash
    raw.storeBytes(of: UInt32(truncatingIfNeeded: clock >> 32), toByteOffset: 24, as: UInt32.self)
    raw.storeBytes(of: UUID.hex(UInt32(truncatingIfNeeded: low)), toByteOffset: 28, as: UInt64.self)
  }

  /// Eight hexadecimal digits as eight bytes in the order of writing: nibbles are spread over a word, and those above 9
  /// get the distance to the letters.
  @inline(__always)
  private static func hex(_ value: UInt32) -> UInt64 {
    var word = UInt64(value)
    word = (word &<< 16 | word) & 0x0000_FFFF_0000_FFFF
    word = (word &<< 8 | word) & 0x00FF_00FF_00FF_00FF
    word = (word &<< 4 | word) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = (word &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
    return (word &+ 0x3030_3030_3030_3030 &+ letters &* 39).byteSwapped
  }

  public var text: String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      if let start = buffer.baseAddress { write(to: start) }
      return 36
    }
  }

  /// Reads the usual text form.
  public init?(_ text: String) {
    let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
    guard text.utf8.count == 36, digits.count == 32 else { return nil }
    var halves: [UInt64] = [0, 0]
    for (index, digit) in digits.enumerated() {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
      halves[index / 16] = halves[index / 16] << 4 | UInt64(value)
    }
    self.init(high: halves[0], low: halves[1])
  }

  /// Version 5 of a name in this namespace; for what is computed once.
  public func named(_ name: String) -> UUID {
    let hasher = NameHasher(namespace: self)
    hasher.begin()
    var name = name
    name.withUTF8 { hasher.update($0) }
    return hasher.finish()
  }
}

extension UUID: CustomStringConvertible {
  public var description: String { text }
}

/// Makes UUIDs of version 5 in one namespace, piece by piece, without allocating. OpenSSL's algorithm is fetched once:
/// fetching it for each digest would cost more than the digest.
public final class NameHasher {
  private let context: OpaquePointer?
  private let algorithm: OpaquePointer?
  private let prefix: UnsafeMutablePointer<UInt8>
  private let digest: UnsafeMutablePointer<UInt8>

  public init(namespace: UUID) {
    context = EVP_MD_CTX_new()
    algorithm = EVP_MD_fetch(nil, "SHA1", nil)
    prefix = .allocate(capacity: 16)
    digest = .allocate(capacity: Int(EVP_MAX_MD_SIZE))
    for index in 0..<8 {
      prefix[index] = UInt8(truncatingIfNeeded: namespace.high >> UInt64(56 - 8 * index))
      prefix[index + 8] = UInt8(truncatingIfNeeded: namespace.low >> UInt64(56 - 8 * index))
    }
    precondition(context != nil && algorithm != nil, "libcrypto has no SHA-1")
  }

  deinit {
    EVP_MD_CTX_free(context)
    EVP_MD_free(algorithm)
    prefix.deallocate()
    digest.deallocate()
  }

  public func begin() {
    EVP_DigestInit_ex2(context, algorithm, nil)
    EVP_DigestUpdate(context, prefix, 16)
  }

  @inline(__always)
  public func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  public func finish() -> UUID {
    EVP_DigestFinal_ex(context, digest, nil)
    return UUID(hash: digest, version: 5)
  }

  /// The id of the `ordinal`-th (from 1) repetition of what `base` names: version 5 of the ordinal's decimal text in
  /// the namespace `base`.
  public static func repetition(_ ordinal: Int, of base: UUID) -> UUID { base.named(String(ordinal)) }
}

/// Keyed pseudonyms: HMAC-SHA-256 (RFC 2104) of a text under a salt, its first sixteen bytes as UUID version 8.
public final class Pseudonymizer {
  private let key: [UInt8]
  private let algorithm: OpaquePointer?
  private let inner: OpaquePointer?
  private let outer: OpaquePointer?
  private let context: OpaquePointer?
  private let digest: UnsafeMutablePointer<UInt8>

  public init(salt: [UInt8]) {
    algorithm = EVP_MD_fetch(nil, "SHA256", nil)
    context = EVP_MD_CTX_new()
    inner = EVP_MD_CTX_new()
    outer = EVP_MD_CTX_new()
    digest = .allocate(capacity: Int(EVP_MAX_MD_SIZE))
    precondition(algorithm != nil && context != nil && inner != nil && outer != nil, "libcrypto has no SHA-256")
    var key = salt
    if key.count > 64 {
      EVP_DigestInit_ex2(context, algorithm, nil)
      EVP_DigestUpdate(context, key, key.count)
      EVP_DigestFinal_ex(context, digest, nil)
      key = Array(UnsafeBufferPointer(start: digest, count: 32))
    }
    key += [UInt8](repeating: 0, count: 64 - key.count)
    self.key = key
    EVP_DigestInit_ex2(inner, algorithm, nil)
    EVP_DigestUpdate(inner, key.map { $0 ^ 0x36 }, 64)
    EVP_DigestInit_ex2(outer, algorithm, nil)
    EVP_DigestUpdate(outer, key.map { $0 ^ 0x5c }, 64)
  }

  deinit {
    EVP_MD_CTX_free(context)
    EVP_MD_CTX_free(inner)
    EVP_MD_CTX_free(outer)
    EVP_MD_free(algorithm)
    digest.deallocate()
  }

  public func pseudonym(of text: UnsafeBufferPointer<UInt8>) -> UUID {
    EVP_MD_CTX_copy_ex(context, inner)
    EVP_DigestUpdate(context, text.baseAddress, text.count)
    EVP_DigestFinal_ex(context, digest, nil)
    EVP_MD_CTX_copy_ex(context, outer)
    EVP_DigestUpdate(context, digest, 32)
    EVP_DigestFinal_ex(context, digest, nil)
    return UUID(hash: digest, version: 8)
  }
}
