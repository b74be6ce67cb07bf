internal import CCrypto
internal import CDigest

/// Keyed pseudonyms: HMAC-SHA-256 (RFC 2104) of a text under a salt, its first sixteen bytes as UUID version 8.
public final class Pseudonymizer {
  /// The digest's states after the padded key: a text costs two digests of a few blocks and no key schedule.
  private let inner: SHA256_CTX
  private let outer: SHA256_CTX
  private let message = ByteBuffer(capacity: 512)
  private let other = ByteBuffer(capacity: 512)

  /// - Parameter salt: the key; whoever has it can try out whom a pseudonym means.
  public init(salt: [UInt8]) {
    var key = salt
    if key.count > DigestPair.block {
      var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
      var state = SHA256_CTX()
      SHA256_Init(&state)
      SHA256_Update(&state, key, key.count)
      SHA256_Final(&digest, &state)
      key = digest
    }
    key += [UInt8](repeating: 0, count: DigestPair.block - key.count)
    func state(_ pad: UInt8) -> SHA256_CTX {
      var state = SHA256_CTX()
      SHA256_Init(&state)
      SHA256_Update(&state, key.map { $0 ^ pad }, DigestPair.block)
      return state
    }
    inner = state(0x36)
    outer = state(0x5c)
  }

  /// The same for the same text and salt, on every machine.
  public func pseudonym(of text: UnsafeBufferPointer<UInt8>) -> UUID {
    Pseudonymizer.set(message, text)
    var state = inner
    SHA256_Update(&state, message.base, message.count)
    Pseudonymizer.set(message, state)
    state = outer
    SHA256_Update(&state, message.base, message.count)
    return Pseudonymizer.id(state)
  }

  /// The same of two texts, in less time than one after the other takes where the processor has instructions for SHA-256.
  public func pseudonyms(of one: UnsafeBufferPointer<UInt8>, _ two: UnsafeBufferPointer<UInt8>) -> (UUID, UUID) {
    Pseudonymizer.set(message, one)
    Pseudonymizer.set(other, two)
    var (first, second) = (inner, inner)
    updateBoth(&first, &second)
    Pseudonymizer.set(message, first)
    Pseudonymizer.set(other, second)
    (first, second) = (outer, outer)
    updateBoth(&first, &second)
    return (Pseudonymizer.id(first), Pseudonymizer.id(second))
  }

  /// Digests of both messages what can be digested at once, and the rest of each alone.
  private func updateBoth(_ first: inout SHA256_CTX, _ second: inout SHA256_CTX) {
    let common = DigestPair.common(message.count, other.count)
    if common > 0 {
      withUnsafeMutablePointer(to: &first.h.0) { firstState in
        withUnsafeMutablePointer(to: &second.h.0) { secondState in
          sha256_pair(firstState, message.base, secondState, other.base, common / DigestPair.block)
        }
      }
    }
    if message.count > common { SHA256_Update(&first, message.base + common, message.count - common) }
    if other.count > common { SHA256_Update(&second, other.base + common, other.count - common) }
  }

  /// Makes the message of a text, behind the block of the key.
  private static func set(_ message: ByteBuffer, _ text: UnsafeBufferPointer<UInt8>) {
    message.removeAll()
    message.append(text)
    message.shrink(to: 64 * 1024)
    message.appendPadding(after: DigestPair.block)
  }

  /// Makes the message of a digest, behind the block of the key.
  private static func set(_ message: ByteBuffer, _ digest: SHA256_CTX) {
    let h = digest.h
    message.removeAll()
    message.append(bigEndian: UInt64(h.0) << 32 | UInt64(h.1))
    message.append(bigEndian: UInt64(h.2) << 32 | UInt64(h.3))
    message.append(bigEndian: UInt64(h.4) << 32 | UInt64(h.5))
    message.append(bigEndian: UInt64(h.6) << 32 | UInt64(h.7))
    message.appendPadding(after: DigestPair.block)
  }

  private static func id(_ digest: SHA256_CTX) -> UUID {
    let h = digest.h
    return UUID(high: UInt64(h.0) << 32 | UInt64(h.1), low: UInt64(h.2) << 32 | UInt64(h.3), version: 8)
  }
}
