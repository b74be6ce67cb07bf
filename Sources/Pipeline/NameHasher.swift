internal import CCrypto
internal import CDigest

/// Makes UUIDs of version 5 in one namespace, piece by piece, without allocating: one by itself, or two at a time, which
/// takes hardly longer than one where the processor has instructions for SHA-1, since the rounds of either wait for each
/// other. So an id may only come with the next name's.
public final class NameHasher {
  private let first: NameMessage
  /// For the name that follows while the first one waits.
  private let second: NameMessage
  @exclusivity(unchecked) private var isWaiting = false
  private let start = NameDigest()

  public init(namespace: UUID) {
    first = NameMessage(namespace)
    second = NameMessage(namespace)
  }

  /// Begins a name; one that was begun and not ended is forgotten.
  @inline(__always)
  public func begin() { if isWaiting { second.begin() } else { first.begin() } }

  /// Adds bytes of the name; any number of times behind `begin`.
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
    NameDigest.update(&one, first.bytes, &two, second.bytes)
    return (one.id, two.id)
  }

  /// Ends the name by itself; one that waits goes on waiting.
  public func endAlone() -> UUID {
    let name = isWaiting ? second : first
    name.close()
    return id(of: name)
  }

  /// The id of the name that waits for another, if one does; it waits no longer.
  public func endWaiting() -> UUID? {
    guard isWaiting else { return nil }
    isWaiting = false
    return id(of: first)
  }

  /// Forgets the name that waits for another.
  public func forgetWaiting() { isWaiting = false }

  private func id(of name: NameMessage) -> UUID {
    var digest = start
    digest.update(name.bytes)
    return digest.id
  }

  /// The id of the `ordinal`-th (from 1) repetition of what `base` names: version 5 of the ordinal's decimal text in
  /// the namespace `base`.
  public static func repetition(_ ordinal: Int, of base: UUID) -> UUID { base.named(String(ordinal)) }
}

/// A name behind its namespace, as a message to digest.
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

  /// Updates two: what can be digested at once, and the rest of each alone.
  static func update(
    _ one: inout NameDigest, _ ones: UnsafeBufferPointer<UInt8>, _ two: inout NameDigest,
    _ twos: UnsafeBufferPointer<UInt8>
  ) {
    let common = DigestPair.common(ones.count, twos.count)
    if common > 0, let oneStart = ones.baseAddress, let twoStart = twos.baseAddress {
      withUnsafeMutablePointer(to: &one.state.h0) { oneState in
        withUnsafeMutablePointer(to: &two.state.h0) { twoState in
          // The five words of a state stand one behind the other in libcrypto's structure.
          sha1_pair(oneState, oneStart, twoState, twoStart, common / DigestPair.block)
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
