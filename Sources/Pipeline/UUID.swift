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
    var at = text
    for index in 0..<16 {
      if index == 4 || index == 6 || index == 8 || index == 10 {
        at.pointee = UInt8(ascii: "-")
        at += 1
      }
      let byte = UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index & 7)))
      at[0] = UUID.digit(byte >> 4)
      at[1] = UUID.digit(byte & 15)
      at += 2
    }
  }

  @inline(__always)
  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? value &+ UInt8(ascii: "0") : value &+ (UInt8(ascii: "a") &- 10)
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
