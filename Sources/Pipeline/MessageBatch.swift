internal import CDigest

/// Messages of SHA-1 or SHA-256 that are digested side by side, which takes a fraction of the time of one after the other.
///
/// They are put together and padded here, so that whole blocks are digested in a single call: on names of a few hundred
/// bytes what libcrypto does between calls costs a quarter of the time.
final class MessageBatch {
  static let block = 64
  /// Bytes from which on no further message should come: what is digested should still be in the cache.
  private static let size = 32 * 1024

  /// Whole blocks, message behind message; the last one may still be growing.
  private let text = ByteBuffer(capacity: 1024)
  private let capacity: Int
  private let messages: UnsafeMutablePointer<digest_message>
  /// Messages that have been closed.
  @exclusivity(unchecked) private(set) var count = 0
  /// Where the last one of these ends.
  @exclusivity(unchecked) private var end = 0

  /// - Parameter capacity: messages that it takes; so many keep all lanes busy most of the time.
  init(capacity: Int = 64) {
    self.capacity = capacity
    messages = .allocate(capacity: capacity)
    messages.initialize(repeating: digest_message(), count: capacity)
  }

  deinit { messages.deallocate() }

  /// Whether what it has is to be digested before another message begins.
  @inline(__always)
  var isFull: Bool { count == capacity || end >= MessageBatch.size }

  /// Begins a message; one that was begun and not closed is forgotten. The batch must not be full.
  @inline(__always)
  func begin() { text.count = end }

  @inline(__always)
  func append(_ bytes: UnsafeBufferPointer<UInt8>) { text.append(bytes) }

  @inline(__always)
  func append(bigEndian eight: UInt64) {
    text.reserve(8)
    UnsafeMutableRawPointer(text.cursor).storeBytes(of: eight.bigEndian, as: UInt64.self)
    text.count &+= 8
  }

  /// Ends the message.
  /// - Parameters:
  ///   - state: what is digested already.
  ///   - before: how many bytes that was.
  @inline(__always)
  func close(_ state: DigestState, after before: Int = 0) {
    pad(text.count - end + before)
    // Bounds: one that is full takes no further message.
    messages[count].state = state.words
    messages[count].count = (text.count - end) / MessageBatch.block
    count &+= 1
    end = text.count
  }

  /// Fills up to whole blocks as SHA-1 and SHA-256 want it (FIPS 180-4 §5.1.1): a one bit, zeros, and the length in bits.
  private func pad(_ length: Int) {
    let zeros = (119 - (length & 63)) & 63
    // Zeros come by words, of which the last one may reach up to seven bytes into the length.
    text.reserve(1 + zeros + 8)
    let to = UnsafeMutableRawPointer(text.cursor)
    to.storeBytes(of: 0x80, as: UInt8.self)
    var at = 1
    while at <= zeros {
      to.storeBytes(of: 0, toByteOffset: at, as: UInt64.self)
      at &+= 8
    }
    to.storeBytes(of: (UInt64(length) << 3).bigEndian, toByteOffset: 1 &+ zeros, as: UInt64.self)
    text.count &+= 1 &+ zeros &+ 8
  }

  /// Digests all messages, which are forgotten then; their digests can be asked for until the next one is closed.
  func digest(by function: DigestFunction) {
    var blocks = UnsafePointer(text.base)
    for index in 0..<count {
      messages[index].blocks = blocks
      blocks += messages[index].count * MessageBatch.block
    }
    function.digest(messages, count)
    removeAll()
  }

  /// Digests and forgets the message that was closed last; the others wait on.
  func digestLast(by function: DigestFunction) -> DigestState {
    let last = messages + (count &- 1)
    let length = last.pointee.count * MessageBatch.block
    last.pointee.blocks = UnsafePointer(text.base) + (end - length)
    function.finish(&last.pointee)
    count &-= 1
    end &-= length
    return DigestState(words: last.pointee.state)
  }

  /// The digest of the message that was closed as the `index`-th.
  @inline(__always)
  func digest(_ index: Int) -> DigestState { DigestState(words: messages[index].state) }

  /// Forgets the `number` messages that were closed last.
  func removeLast(_ number: Int) {
    for _ in 0..<number {
      count &-= 1
      end &-= messages[count].count * MessageBatch.block
    }
  }

  func removeAll() {
    count = 0
    end = 0
    text.removeAll()
    text.shrink(to: 2 * MessageBatch.size)
  }
}
