import CCrypto
import CDigest
import TestSupport
import Testing

/// Digests side by side against libcrypto's, by everything that this processor can do.
@Suite struct DigestTests {
  static let abilities = [DIGESTS_NOTHING, DIGESTS_PAIRS, DIGESTS_LANES].filter {
    $0.rawValue <= digest_ability_here().rawValue
  }

  @Test(arguments: abilities) func sha1(ability: digest_ability) {
    var context = SHA_CTX()
    SHA1_Init(&context)
    let start = (context.h0, context.h1, context.h2, context.h3, context.h4, 0, 0, 0) as Words
    func alone(_ state: Words, _ bytes: UnsafeBufferPointer<UInt8>) -> Words {
      (context.h0, context.h1, context.h2, context.h3, context.h4) = (state.0, state.1, state.2, state.3, state.4)
      SHA1_Update(&context, bytes.baseAddress, bytes.count)
      return (context.h0, context.h1, context.h2, context.h3, context.h4, state.5, state.6, state.7)
    }
    check(start, by: { sha1_side_by_side($0, $1, ability) }, alone: alone)
  }

  @Test(arguments: abilities) func sha256(ability: digest_ability) {
    var context = SHA256_CTX()
    SHA256_Init(&context)
    func alone(_ state: Words, _ bytes: UnsafeBufferPointer<UInt8>) -> Words {
      context.h = state
      SHA256_Update(&context, bytes.baseAddress, bytes.count)
      return context.h
    }
    check(context.h, by: { sha256_side_by_side($0, $1, ability) }, alone: alone)
  }

  private typealias Words = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

  /// Digests random numbers of messages of random lengths, empty ones among them, from random states.
  private func check(
    _ start: Words, by digest: (UnsafeMutablePointer<digest_message>, Int) -> Void,
    alone: (Words, UnsafeBufferPointer<UInt8>) -> Words
  ) {
    var random = Seeded(7)
    // Not at the beginning of a word.
    let bytes = (0...(64 * 64)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    bytes.withUnsafeBufferPointer { bytes in
      for number in Array(0...40) + Array(repeating: 64, count: 20) {
        var messages = (0..<number).map { _ in
          let count = Int(random.next() % 8)
          let from = 1 + 64 * Int(random.next() % 56)
          var state = start
          state.0 ^= UInt32(truncatingIfNeeded: random.next())
          return digest_message(state: state, blocks: bytes.baseAddress.map { $0 + from }, count: count)
        }
        let expected = messages.map {
          alone($0.state, UnsafeBufferPointer(start: $0.blocks, count: 64 * $0.count))
        }
        messages.withUnsafeMutableBufferPointer { if let first = $0.baseAddress { digest(first, number) } }
        for (message, expected) in zip(messages, expected) {
          let rest = UnsafeBufferPointer(start: message.blocks, count: 64 * message.count)
          #expect(message.count == 0 || alone(message.state, rest) == expected)
          #expect(message.count > 0 || message.state == expected)
        }
      }
    }
  }
}

/// Tuples of eight are not equatable.
private func == (
  a: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32),
  b: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
) -> Bool {
  (a.0, a.1, a.2, a.3) == (b.0, b.1, b.2, b.3) && (a.4, a.5, a.6, a.7) == (b.4, b.5, b.6, b.7)
}
