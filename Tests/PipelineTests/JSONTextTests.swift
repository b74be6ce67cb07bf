import Glibc
import Pipeline
import TestSupport
import Testing

@Suite struct JSONTextTests {
  @Test(
    arguments: [
      (0, 0, "0"), (0, 2, "0.00"), (-5, 2, "-0.05"), (19_990, 2, "199.90"), (7, 1, "0.7"), (-10, 1, "-1.0"),
      (12, 0, "12"),
      (Int64.min, 18, "-9.223372036854775808"), (Int64.max, 3, "9223372036854775.807"),
      (1, 20, "0.00000000000000000001"),
    ] as [(Int64, Int, String)])
  func decimals(mantissa: Int64, scale: Int, text: String) {
    let buffer = ByteBuffer(capacity: 64)
    buffer.append(decimal: mantissa, scale: scale)
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
  }

  /// Around every power of ten, where digits are written eight at a time and where they are not.
  @Test func decimalsOfEveryLength() {
    let buffer = ByteBuffer(capacity: 64)
    for power in 0...17 {
      for (near, scale) in [(-1, 0), (0, 0), (1, 0), (-1, 1), (0, 2), (1, 3), (7, 7), (0, 8), (-1, 9)] {
        let value = (0..<power).reduce(Int64(1)) { product, _ in product * 10 } + Int64(near)
        var digits = String(value)
        buffer.removeAll()
        buffer.append(decimal: value)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == digits)
        buffer.removeAll()
        buffer.append(decimal: -value, scale: scale)
        digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        let point = scale == 0 ? "" : "." + digits.suffix(scale)
        let sign = value == 0 ? "" : "-"
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == sign + digits.dropLast(scale) + point)
      }
    }
  }

  private func escaped(_ bytes: [UInt8]) -> [UInt8] {
    let buffer = ByteBuffer(capacity: 64)
    bytes.withUnsafeBufferPointer { buffer.append(json: $0) }
    return withExtendedLifetime(buffer) { Array(buffer.bytes) }
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: escaped(bytes), as: UTF8.self) }

  @Test func everyASCIICharacter() {
    let short: [UInt8: String] = [
      0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0C: "\\f", 0x0D: "\\r", 0x22: "\\\"", 0x5C: "\\\\",
    ]
    for byte in UInt8(0)..<0x80 {
      let digits = String(byte, radix: 16)
      let plain =
        byte < 0x20 || byte == 0x7F
        ? "\\u00" + (digits.count < 2 ? "0" : "") + digits : String(Character(UnicodeScalar(byte)))
      #expect(text([byte]) == "\"" + (short[byte] ?? plain) + "\"")
    }
  }

  /// What is ill-formed becomes one U+FFFD for each maximal part (Unicode 15, table 3-8).
  @Test(
    arguments: [
      (
        [0xC0, 0xAF, 0xE0, 0x80, 0xBF, 0xF0, 0x81, 0x82, 0x41],
        "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"
      ),
      (
        [0xED, 0xA0, 0x80, 0xED, 0xBF, 0xBF, 0xED, 0xAF, 0x41],
        "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"
      ),
      ([0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"),
      ([0xC3, 0xA9], "é"), ([0xE2, 0x82], "\u{FFFD}"), ([0xF0, 0x9F, 0x90, 0x8B], "🐋"),
    ] as [([UInt8], String)])
  func illFormedBytes(bytes: [UInt8], expected: String) {
    #expect(text(bytes) == "\"\(expected)\"")
  }

  /// Against a plain implementation, at every alignment of special bytes within the vectors.
  @Test func sameAsReference() {
    var random = Seeded(7)
    for round in 0..<3_000 {
      let bytes = (0..<Int(random.next() % 70)).map { _ -> UInt8 in
        let roll = random.next()
        switch roll % 8 {
        case 0: return UInt8(truncatingIfNeeded: roll >> 8)
        case 1: return [0x22, 0x5C, 0x0A, 0x1F, 0x7F, 0x7E, 0x20, 0x80][Int(roll >> 8) % 8]
        default: return 0x61 + UInt8(truncatingIfNeeded: (roll >> 8) % 26)
        }
      }
      #expect(escaped(bytes) == reference(bytes), "round \(round): \(bytes)")
    }
  }

  /// The same for words of other scripts, whole and broken: runs of characters of two, three and four bytes, leads that
  /// none has, and ends in the middle.
  @Test func otherScriptsSameAsReference() {
    var random = Seeded(8)
    let pieces: [[UInt8]] = [
      Array("Чайник".utf8), Array("ёж".utf8), Array("Zoë Müller".utf8), Array("カメラ用三脚".utf8), Array("🐋".utf8),
      Array(" ".utf8), Array("\"".utf8), Array("abcdefgh".utf8), [0xC0, 0xAF], [0xC1, 0xBF], [0xD0], [0xE3, 0x82],
      [0xED, 0xA0, 0x80], [0x80], Array("\u{80}\u{7FF}\u{800}\u{FFFF}".utf8),
    ]
    for round in 0..<5_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...8, using: &random) { bytes += pieces.randomElement(using: &random) ?? [] }
      bytes.removeLast(Int.random(in: 0..<min(4, bytes.count), using: &random))
      #expect(escaped(bytes) == reference(bytes), "round \(round): \(bytes)")
    }
  }

  private func reference(_ bytes: [UInt8]) -> [UInt8] {
    var result = "\""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\t": result += "\\t"
      case "\n": result += "\\n"
      case "\u{c}": result += "\\f"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return Array((result + "\"").utf8)
  }

  @Test func longTextIsCutAtACharacter() {
    let whole = [UInt8](repeating: 0x61, count: ByteBuffer.longestText)
    #expect(escaped(whole).count == ByteBuffer.longestText + 2)
    let cut = escaped(Array(repeating: 0x61, count: ByteBuffer.longestText - 1) + Array("é".utf8))
    #expect(cut.count == ByteBuffer.longestText - 1 + 2)
    #expect(cut.dropFirst().first == 0x61 && cut.dropLast().last == 0x61)
    // What is written counts, and U+FFFD is longer than the byte that it stands for.
    let replaced = escaped(Array("a".utf8) + Array(repeating: 0xFF, count: ByteBuffer.longestText))
    #expect((ByteBuffer.longestText - 2...ByteBuffer.longestText).contains(replaced.count - 2))
    let short = [UInt8](repeating: 0xFF, count: ByteBuffer.longestText / 3)
    #expect(escaped(short).count == 3 * short.count + 2)
  }

  @Test(arguments: [0, 7, -1, 10, 99, 100, Int64.max, Int64.min, 1_000_000_007])
  func decimals(value: Int64) {
    let buffer = ByteBuffer()
    buffer.append(decimal: value)
    withExtendedLifetime(buffer) { #expect(String(decoding: buffer.bytes, as: UTF8.self) == String(value)) }
  }

  @Test func nothingIsReadBehindThePageOfAText() throws {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let mapped = try #require(mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    defer { munmap(mapped, 2 * page) }
    let stop = (mapped + page).assumingMemoryBound(to: UInt8.self)
    try #require(mprotect(mapped + page, page, PROT_NONE) == 0)
    for count in 1...100 {
      let text = UnsafeMutableBufferPointer(start: stop - count, count: count)
      for special in [nil, 0, count / 2, count - 1] {
        text.update(repeating: UInt8(ascii: "a"))
        if let special { text[special] = UInt8(ascii: "\\") }
        let buffer = ByteBuffer()
        buffer.append(json: UnsafeBufferPointer(text))
        let expected = text.flatMap { $0 == UInt8(ascii: "\\") ? [$0, $0] : [$0] }
        #expect(Array(buffer.bytes) == Array("\"".utf8) + expected + Array("\"".utf8))
      }
    }
  }
}
