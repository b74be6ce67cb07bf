// The encoders extension: base64 (RFC 4648 §4), with or without padding when decoding.

extension Library {
  static let encoders: [Entry] = [
    ("base64.encode", .unary(.bytes, .string) { activation, x in encode(activation, x.utf8) }),
    ("base64.decode", .unary(.string, .bytes) { activation, x in decode(activation, x) }),
  ]

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func encode(_ activation: Activation, _ bytes: UnsafeBufferPointer<UInt8>) -> Value {
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word = 0
      for index in 0..<3 { word = word << 8 | (index < group.count ? Int(group[start + index]) : 0) }
      for index in 0..<4 {
        output.append(index <= group.count ? alphabet[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return output.withUnsafeBufferPointer { activation.string(copying: $0) }
  }

  private static func decode(_ activation: Activation, _ text: Value) -> Value {
    var output: [UInt8] = []
    var (word, bits) = (0, 0)
    var rest = text.utf8[...]
    while rest.last == UInt8(ascii: "="), text.length - rest.count < 2 { rest = rest.dropLast() }
    let isPadded = rest.count != text.length
    for byte in rest {
      guard let digit = alphabet.firstIndex(of: byte) else {
        return activation.error(.invalidArgument, "not base64")
      }
      word = (word << 6 | digit) & 0xFFFF
      bits += 6
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(truncatingIfNeeded: word >> bits))
      }
    }
    guard rest.count % 4 != 1, !isPadded || text.length % 4 == 0 else {
      return activation.error(.invalidArgument, "not base64")
    }
    let copy = output.withUnsafeBufferPointer { activation.string(copying: $0) }
    return copy.isError ? copy : .bytes(copy.start, count: copy.length)
  }
}
