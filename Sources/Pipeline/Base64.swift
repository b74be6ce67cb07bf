/// RFC 4648 §4, with padding.
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Appends the text of some bytes.
  public static func append(_ bytes: UnsafeBufferPointer<UInt8>, to text: ByteBuffer) {
    text.reserve((bytes.count + 2) / 3 * 4)
    var at = 0
    while at < bytes.count {
      let left = bytes.count - at
      let second = left > 1 ? bytes[at + 1] : 0
      let third = left > 2 ? bytes[at + 2] : 0
      let bits = Int(bytes[at]) << 16 | Int(second) << 8 | Int(third)
      text.append(alphabet[bits >> 18])
      text.append(alphabet[bits >> 12 & 63])
      text.append(left > 1 ? alphabet[bits >> 6 & 63] : UInt8(ascii: "="))
      text.append(left > 2 ? alphabet[bits & 63] : UInt8(ascii: "="))
      at += 3
    }
  }

  /// The text of some bytes.
  public static func text(_ bytes: [UInt8]) -> String {
    let text = ByteBuffer()
    bytes.withUnsafeBufferPointer { append($0, to: text) }
    return withExtendedLifetime(text) { String(decoding: text.bytes, as: UTF8.self) }
  }

  /// nil for what is none.
  public static func decode(_ text: [UInt8]) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var at = 0
    while at < text.count {
      var bits = 0
      var padding = 0
      for offset in 0..<4 {
        let byte = text[at + offset]
        if byte == UInt8(ascii: "="), at + 4 == text.count, offset >= 2 {
          padding += 1
          bits <<= 6
          continue
        }
        guard padding == 0, let digit = alphabet.firstIndex(of: byte) else { return nil }
        bits = bits << 6 | digit
      }
      bytes.append(UInt8(bits >> 16))
      if padding < 2 { bytes.append(UInt8(bits >> 8 & 0xFF)) }
      if padding < 1 { bytes.append(UInt8(bits & 0xFF)) }
      at += 4
    }
    return bytes
  }
}
