internal import CCrypto

/// Digests that go into reports.
public enum Fingerprint {
  /// SHA-256 in hexadecimal; nil if libcrypto has none.
  public static func sha256(_ bytes: [UInt8]) -> String? {
    var digest = [UInt8](repeating: 0, count: 32)
    var count = 0
    guard EVP_Q_digest(nil, "SHA256", nil, bytes, bytes.count, &digest, &count) == 1, count == 32 else { return nil }
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
