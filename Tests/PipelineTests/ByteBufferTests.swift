import Pipeline
import Testing

@Suite struct ByteBufferTests {
  /// Every length takes another way of copying; what stands before and behind stays.
  @Test(arguments: 0...80)
  func appendsOfEveryLength(_ length: Int) {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 + 33) }
    let padded = bytes + [UInt8](repeating: 0xFF, count: ByteBuffer.padding)
    let buffer = ByteBuffer(capacity: 64)
    for _ in 0..<3 {
      buffer.append(UInt8(ascii: "<"))
      bytes.withUnsafeBufferPointer { buffer.append($0) }
      buffer.append(UInt8(ascii: "|"))
      padded.withUnsafeBufferPointer { text in
        if let start = text.baseAddress { buffer.append(padded: start, length) }
      }
      buffer.append(UInt8(ascii: ">"))
    }
    let expected = [0x3C] + bytes + [0x7C] + bytes + [0x3E]
    #expect(Array(buffer.bytes) == expected + expected + expected)
  }
}
