internal import CCrypto
internal import CDigest

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
  init(high: UInt64, low: UInt64, version: UInt64) {
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

/// Makes UUIDs of version 5 in one namespace, piece by piece, without allocating.
public final class NameHasher {
  private let name: NameMessage
  private let start = NameDigest()

  public init(namespace: UUID) { name = NameMessage(namespace) }

  public func begin() { name.begin() }

  @inline(__always)
  public func update(_ bytes: UnsafeBufferPointer<UInt8>) { name.update(bytes) }

  public func finish() -> UUID {
    name.close()
    var digest = start
    digest.update(name.bytes)
    return digest.id
  }

  /// The id of the `ordinal`-th (from 1) repetition of what `base` names: version 5 of the ordinal's decimal text in
  /// the namespace `base`.
  public static func repetition(_ ordinal: Int, of base: UUID) -> UUID { base.named(String(ordinal)) }
}

/// Makes the same ids two at a time, where the processor has instructions for SHA-1: two names side by side take hardly
/// longer than one, since the rounds of either wait for each other. So an id may only come with the next name's.
public final class NamePairHasher {
  private let first: NameMessage
  /// For the name that follows while the first one waits.
  private let second: NameMessage
  @exclusivity(unchecked) private var isWaiting = false
  private let start = NameDigest()
  private let isPairing = sha1_pair_is_supported()

  public init(namespace: UUID) {
    first = NameMessage(namespace)
    second = NameMessage(namespace)
  }

  /// Begins a name; one that was begun and not ended is forgotten.
  @inline(__always)
  public func begin() { if isWaiting { second.begin() } else { first.begin() } }

  @inline(__always)
  public func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    if isWaiting { second.update(bytes) } else { first.update(bytes) }
  }

  /// Ends the name.
  /// - Returns: the ids of the name that waited and of this one; nil if this one waits now.
  public func end() -> (earlier: UUID, this: UUID)? {
    guard isWaiting else {
      first.close()
      isWaiting = true
      return nil
    }
    second.close()
    isWaiting = false
    var (one, two) = (start, start)
    if isPairing {
      NameDigest.update(&one, first.bytes, &two, second.bytes)
    } else {
      one.update(first.bytes)
      two.update(second.bytes)
    }
    return (one.id, two.id)
  }

  /// The id of the name that waits for another, if one does; it waits no longer.
  public func endWaiting() -> UUID? {
    guard isWaiting else { return nil }
    isWaiting = false
    var digest = start
    digest.update(first.bytes)
    return digest.id
  }

  /// Forgets the name that waits for another.
  public func forgetWaiting() { isWaiting = false }
}

/// A name behind its namespace, put together and padded here, so that whole blocks are digested in a single call: on names of
/// a few hundred bytes what the library does between calls costs a quarter of the time.
private final class NameMessage {
  private let message = ByteBuffer(capacity: 1024)
  private let namespace: UUID

  init(_ namespace: UUID) { self.namespace = namespace }

  func begin() {
    message.removeAll()
    message.shrink(to: 64 * 1024)
    message.append(bigEndian: namespace.high)
    message.append(bigEndian: namespace.low)
  }

  @inline(__always)
  func update(_ bytes: UnsafeBufferPointer<UInt8>) { message.append(bytes) }

  func close() { message.appendPadding(after: 0) }

  /// Whole blocks, once it is closed; until the next `begin`.
  var bytes: UnsafeBufferPointer<UInt8> { message.bytes }
}

/// SHA-1 on its way over whole blocks.
private struct NameDigest {
  private var state = SHA_CTX()

  init() { SHA1_Init(&state) }

  @inline(__always)
  mutating func update(_ blocks: UnsafeBufferPointer<UInt8>) { SHA1_Update(&state, blocks.baseAddress, blocks.count) }

  /// Updates two: as many blocks as both have at once, the rest of the longer one alone.
  static func update(
    _ one: inout NameDigest, _ ones: UnsafeBufferPointer<UInt8>, _ two: inout NameDigest,
    _ twos: UnsafeBufferPointer<UInt8>
  ) {
    let common = min(ones.count, twos.count) & ~63
    if let oneStart = ones.baseAddress, let twoStart = twos.baseAddress {
      withUnsafeMutablePointer(to: &one.state.h0) { oneState in
        withUnsafeMutablePointer(to: &two.state.h0) { twoState in
          // The five words of a state stand one behind the other in libcrypto's structure.
          sha1_pair(oneState, oneStart, twoState, twoStart, common / 64)
        }
      }
    }
    if ones.count > common { one.update(UnsafeBufferPointer(rebasing: ones[common...])) }
    if twos.count > common { two.update(UnsafeBufferPointer(rebasing: twos[common...])) }
  }

  var id: UUID {
    UUID(high: UInt64(state.h0) << 32 | UInt64(state.h1), low: UInt64(state.h2) << 32 | UInt64(state.h3), version: 5)
  }
}

/// Keyed pseudonyms: HMAC-SHA-256 (RFC 2104) of a text under a salt, its first sixteen bytes as UUID version 8.
public final class Pseudonymizer {
  /// The digest's states after the padded key: a text costs two digests of a few blocks and no key schedule.
  private let inner: SHA256_CTX
  private let outer: SHA256_CTX
  private let message = ByteBuffer(capacity: 512)
  private static let block = 64

  public init(salt: [UInt8]) {
    var key = salt
    if key.count > Pseudonymizer.block {
      var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
      var state = SHA256_CTX()
      SHA256_Init(&state)
      SHA256_Update(&state, key, key.count)
      SHA256_Final(&digest, &state)
      key = digest
    }
    key += [UInt8](repeating: 0, count: Pseudonymizer.block - key.count)
    func state(_ pad: UInt8) -> SHA256_CTX {
      var state = SHA256_CTX()
      SHA256_Init(&state)
      SHA256_Update(&state, key.map { $0 ^ pad }, Pseudonymizer.block)
      return state
    }
    inner = state(0x36)
    outer = state(0x5c)
  }

  public func pseudonym(of text: UnsafeBufferPointer<UInt8>) -> UUID {
    message.removeAll()
    message.append(text)
    message.shrink(to: 64 * 1024)
    let digest = digest(from: inner)
    message.removeAll()
    message.append(bigEndian: digest.0)
    message.append(bigEndian: digest.1)
    message.append(bigEndian: digest.2)
    message.append(bigEndian: digest.3)
    let result = self.digest(from: outer)
    return UUID(high: result.0, low: result.1, version: 8)
  }

  /// The digest of the message behind one block that the state has seen, as four big-endian words.
  private func digest(from start: SHA256_CTX) -> (UInt64, UInt64, UInt64, UInt64) {
    message.appendPadding(after: Pseudonymizer.block)
    var state = start
    SHA256_Update(&state, message.base, message.count)
    let h = state.h
    return (
      UInt64(h.0) << 32 | UInt64(h.1), UInt64(h.2) << 32 | UInt64(h.3), UInt64(h.4) << 32 | UInt64(h.5),
      UInt64(h.6) << 32 | UInt64(h.7)
    )
  }
}

extension ByteBuffer {
  fileprivate func append(bigEndian word: UInt64) {
    reserve(8)
    UnsafeMutableRawPointer(cursor).storeBytes(of: word.bigEndian, as: UInt64.self)
    count &+= 8
  }

  /// Fills up to whole blocks of 64 bytes as SHA-1 and SHA-256 want it (FIPS 180-4 §5.1.1): a one bit, zeros, and the
  /// length in bits.
  /// - Parameter before: bytes of the message that are digested already.
  fileprivate func appendPadding(after before: Int) {
    let bits = UInt64(before + count) << 3
    append(0x80)
    let zeros = (120 - (count & 63)) & 63
    reserve(zeros)
    cursor.update(repeating: 0, count: zeros)
    count &+= zeros
    append(bigEndian: bits)
  }
}
