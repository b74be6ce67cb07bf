/// Makes UUIDs of version 5 in one namespace, piece by piece, without allocating: of many names at once, which takes a
/// fraction of the time of one after the other, or of one by itself. So names wait until their ids are taken.
public final class NameHasher {
  private let batch = MessageBatch()
  private let namespace: UUID
  private let start = DigestFunction.sha1.start

  public init(namespace: UUID) { self.namespace = namespace }

  /// Begins a name, unless `isFull`; one that was begun and not ended is forgotten.
  @inline(__always)
  public func begin() {
    batch.begin()
    batch.append(bigEndian: namespace.high)
    batch.append(bigEndian: namespace.low)
  }

  /// Adds bytes of the name; any number of times behind `begin`.
  @inline(__always)
  public func update(_ bytes: UnsafeBufferPointer<UInt8>) { batch.append(bytes) }

  /// Ends the name, which waits then.
  public func end() { batch.close(start) }

  /// Names that wait.
  public var waiting: Int { batch.count }

  /// Whether ids are to be taken before another name begins.
  public var isFull: Bool { batch.isFull }

  /// Makes the ids of all names that wait, and gives them one by one, in the order in which the names ended, with their
  /// places in it.
  public func takeIDs(_ take: (Int, UUID) -> Void) {
    let count = batch.count
    batch.digest(by: .sha1)
    for index in 0..<count { take(index, batch.digest(index).id(version: 5)) }
  }

  /// Ends the name by itself; those that wait go on waiting.
  public func endAlone() -> UUID {
    batch.close(start)
    return batch.digestLast(by: .sha1).id(version: 5)
  }

  /// Forgets the `number` names that have waited for the shortest time.
  public func forgetLast(_ number: Int) { batch.removeLast(number) }

  /// The id of the `ordinal`-th (from 1) repetition of what `base` names: version 5 of the ordinal's decimal text in
  /// the namespace `base`.
  public static func repetition(_ ordinal: Int, of base: UUID) -> UUID { base.named(String(ordinal)) }
}
