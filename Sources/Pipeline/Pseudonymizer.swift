/// Keyed pseudonyms: HMAC-SHA-256 (RFC 2104) of a text under a salt, its first sixteen bytes as UUID version 8. Of many
/// texts at once they take less time than of one after the other.
public final class Pseudonymizer {
  /// The digest's states after the padded key: a text costs two digests of a few blocks and no key schedule.
  private let inner: DigestState
  private let outer: DigestState
  private let batch = MessageBatch()

  /// - Parameter salt: the key; whoever has it can try out whom a pseudonym means.
  public init(salt: [UInt8]) {
    var key = salt
    if key.count > MessageBatch.block {
      key.withUnsafeBufferPointer(batch.append)
      batch.close(DigestFunction.sha256.start)
      key = batch.digestLast(by: .sha256).bytes
    }
    key += [UInt8](repeating: 0, count: MessageBatch.block - key.count)
    inner = DigestFunction.sha256.state(after: key.map { $0 ^ 0x36 })
    outer = DigestFunction.sha256.state(after: key.map { $0 ^ 0x5c })
  }

  /// The same for the same text and salt, on every machine. Texts that wait go on waiting.
  public func pseudonym(of text: UnsafeBufferPointer<UInt8>) -> UUID {
    add(text)
    let digest = batch.digestLast(by: .sha256)
    add(digest)
    return batch.digestLast(by: .sha256).id(version: 8)
  }

  /// Has a text wait for its pseudonym to be taken, unless `isFull`.
  public func add(_ text: UnsafeBufferPointer<UInt8>) {
    batch.begin()
    batch.append(text)
    batch.close(inner, after: MessageBatch.block)
  }

  /// Whether pseudonyms are to be taken before another text is added.
  public var isFull: Bool { batch.isFull }

  /// Makes the pseudonyms of all texts that wait, and gives them one by one in the order of adding, with their places in
  /// it.
  public func takePseudonyms(_ take: (Int, UUID) -> Void) {
    let count = batch.count
    batch.digest(by: .sha256)
    // The digest of a message is read before its place in the batch is given to the message that it is itself.
    for index in 0..<count { add(batch.digest(index)) }
    batch.digest(by: .sha256)
    for index in 0..<count { take(index, batch.digest(index).id(version: 8)) }
  }

  /// Begins the outer digest.
  private func add(_ digest: DigestState) {
    batch.begin()
    let eights = digest.eights
    batch.append(bigEndian: eights.0)
    batch.append(bigEndian: eights.1)
    batch.append(bigEndian: eights.2)
    batch.append(bigEndian: eights.3)
    batch.close(outer, after: MessageBatch.block)
  }
}
