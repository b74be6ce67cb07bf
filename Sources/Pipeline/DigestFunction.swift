internal import CCrypto
internal import CDigest

/// What a digest function has made of a message so far: five words of SHA-1, eight of SHA-256.
struct DigestState: BitwiseCopyable, Sendable {
  var words: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

  /// Its bytes by eights, the first one highest.
  var eights: (UInt64, UInt64, UInt64, UInt64) {
    (
      UInt64(words.0) << 32 | UInt64(words.1), UInt64(words.2) << 32 | UInt64(words.3),
      UInt64(words.4) << 32 | UInt64(words.5), UInt64(words.6) << 32 | UInt64(words.7)
    )
  }

  /// The digest of SHA-256.
  var bytes: [UInt8] {
    withUnsafeBytes(of: (eights.0.bigEndian, eights.1.bigEndian, eights.2.bigEndian, eights.3.bigEndian)) { Array($0) }
  }

  /// The first sixteen bytes of the digest, with a version (RFC 9562).
  func id(version: UInt64) -> UUID { UUID(high: eights.0, low: eights.1, version: version) }
}

/// SHA-1 and SHA-256, several messages at once as far as the processor can do that, the rest by libcrypto.
enum DigestFunction: Sendable {
  case sha1
  case sha256

  /// The state before any message.
  var start: DigestState {
    switch self {
    case .sha1:
      var context = SHA_CTX()
      SHA1_Init(&context)
      return DigestState(words: (context.h0, context.h1, context.h2, context.h3, context.h4, 0, 0, 0))
    case .sha256:
      var context = SHA256_CTX()
      SHA256_Init(&context)
      return DigestState(words: context.h)
    }
  }

  private static let ability = digest_ability_here()

  /// Digests all blocks of `count` messages.
  func digest(_ messages: UnsafeMutablePointer<digest_message>, _ count: Int) {
    if count > 1 {
      switch self {
      case .sha1: sha1_side_by_side(messages, count, DigestFunction.ability)
      case .sha256: sha256_side_by_side(messages, count, DigestFunction.ability)
      }
    }
    for index in 0..<count where messages[index].count > 0 { finish(&messages[index]) }
  }

  /// The state behind a block.
  func state(after block: [UInt8]) -> DigestState {
    var message = digest_message(state: start.words, blocks: nil, count: 1)
    block.withUnsafeBufferPointer {
      message.blocks = $0.baseAddress
      finish(&message)
    }
    return DigestState(words: message.state)
  }

  /// Digests what is left of a message.
  func finish(_ message: inout digest_message) {
    let length = message.count * MessageBatch.block
    let state = message.state
    switch self {
    case .sha1:
      var context = SHA_CTX()
      (context.h0, context.h1, context.h2, context.h3, context.h4) = (state.0, state.1, state.2, state.3, state.4)
      SHA1_Update(&context, message.blocks, length)
      message.state = (context.h0, context.h1, context.h2, context.h3, context.h4, 0, 0, 0)
    case .sha256:
      var context = SHA256_CTX()
      context.h = state
      // Says which of the functions with this structure it is.
      context.md_len = UInt32(SHA256_DIGEST_LENGTH)
      SHA256_Update(&context, message.blocks, length)
      message.state = context.h
    }
    message.blocks += length
    message.count = 0
  }
}
