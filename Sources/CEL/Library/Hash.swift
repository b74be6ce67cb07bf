internal import CCrypto

// hash(text): SHA-256 (FIPS 180-4); hash(text, key): HMAC-SHA-256 (RFC 2104). Both in 64 hexadecimal digits.

extension Library {
  static let hashes: [Entry] = [
    (
      "hash",
      .unary(.string, .string) { activation, text in
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, text.start, text.length)
        return finish(activation, &state)
      }
    ),
    (
      "hash",
      .binary(
        .string, .string, .string,
        specialize: { site in
          guard let key = site.arguments[1].constant else { return nil }
          let (keyed, load) = (KeyedHash(key), site.arguments[0].evaluate)
          return Specialized { activation in
            let text = load(activation)
            return text.isError ? text : keyed.hash(activation, text)
          }
        },
        { activation, text, key in KeyedHash(key).hash(activation, text) })
    ),
  ]

  /// The digest in hexadecimal digits.
  fileprivate static func finish(_ activation: Activation, _ state: inout SHA256_CTX) -> Value {
    guard let text = activation.allocate(64)?.assumingMemoryBound(to: UInt8.self) else { return .error(.outOfMemory) }
    // The digest fills the second half; digits overtake it only where it has been read.
    let digest = text + 32
    SHA256_Final(digest, &state)
    for index in 0..<32 {
      let byte = digest[index]
      text[2 * index] = digit(byte >> 4)
      text[2 * index + 1] = digit(byte & 15)
    }
    return .string(UnsafePointer(text), count: 64)
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? value + 48 : value + 87 }
}

/// The states of the digest behind the padded key: a key is prepared once.
private struct KeyedHash: Sendable {
  private let inner: SHA256_CTX
  private let outer: SHA256_CTX

  init(_ key: Value) {
    var block = Array(key.utf8)
    if block.count > 64 {
      var state = SHA256_CTX()
      SHA256_Init(&state)
      SHA256_Update(&state, block, block.count)
      block = [UInt8](repeating: 0, count: 32)
      SHA256_Final(&block, &state)
    }
    block += [UInt8](repeating: 0, count: 64 - block.count)
    func state(_ pad: UInt8) -> SHA256_CTX {
      var state = SHA256_CTX()
      SHA256_Init(&state)
      SHA256_Update(&state, block.map { $0 ^ pad }, 64)
      return state
    }
    inner = state(0x36)
    outer = state(0x5C)
  }

  func hash(_ activation: Activation, _ text: Value) -> Value {
    var state = inner
    SHA256_Update(&state, text.start, text.length)
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digest in
      SHA256_Final(digest.baseAddress, &state)
      state = outer
      SHA256_Update(&state, digest.baseAddress, 32)
      return Library.finish(activation, &state)
    }
  }
}
