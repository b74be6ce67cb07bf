internal import CCrypto

/// Digests that go into reports.
public enum Fingerprint {
  /// SHA-256 in hexadecimal; nil if libcrypto has none.
  public static func sha256(_ bytes: [UInt8]) -> String? {
    var digest = [UInt8](repeating: 0, count: 32)
    var count = 0
    guard EVP_Q_digest(nil, "SHA256", nil, bytes, bytes.count, &digest, &count) == 1, count == 32 else { return nil }
    return hexadecimal(digest)
  }

  /// The same of several beginnings of a text, for little more than that of the longest.
  ///
  /// - Parameter counts: how long the beginnings are, in ascending order; at most as long as the text.
  public static func sha256(beginningsOf bytes: [UInt8], _ counts: [Int]) -> [String] {
    var context = SHA256_CTX()
    guard SHA256_Init(&context) == 1 else { return [] }
    var digest = [UInt8](repeating: 0, count: 32)
    var done = 0
    return bytes.withUnsafeBytes { bytes in
      counts.map { count in
        SHA256_Update(&context, bytes.baseAddress.map { $0 + done }, count - done)
        done = count
        var ended = context
        SHA256_Final(&digest, &ended)
        return hexadecimal(digest)
      }
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      for (index, byte) in bytes.enumerated() {
        for (place, digit) in [byte >> 4, byte & 15].enumerated() {
          text[2 * index + place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
      }
      return 2 * bytes.count
    }
  }
}
