/// RFC 4648 §4, with padding.
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

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
}
