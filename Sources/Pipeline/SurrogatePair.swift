/// Two UTF-16 units that stand for one scalar above U+FFFF, as in `\uD83D\uDE00` (RFC 8259 §7).
public enum SurrogatePair {
  /// The scalar that two units make together; nil if they are no pair.
  public static func scalar(_ high: UInt32, _ low: UInt32) -> Unicode.Scalar? {
    guard high & 0xFC00 == 0xD800, low & 0xFC00 == 0xDC00 else { return nil }
    return Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + (low & 0x3FF))
  }
}
