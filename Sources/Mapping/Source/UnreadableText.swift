internal import Pipeline

/// What cannot stand in a YAML text (YAML 1.2 §5.1): bytes that are no UTF-8, NUL and other control characters. libyaml
/// would refuse them too, but does not say where.
enum UnreadableText {
  static func find(in source: SourceText) -> Diagnostic? {
    let bytes = source.bytes
    return bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return nil }
      var at = 0
      while at < buffer.count {
        let byte = buffer[at]
        if byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x0D || byte == 0x09 {
          at += 1
          continue
        }
        // `at` is inside, so at least one byte is left to look at.
        let (length, isValid) = UTF8Scan.sequence(start + at, buffer.count - at)
        if !isValid { return invalid(byte, at, length, source) }
        let scalar = String(decoding: buffer[at..<at + length], as: UTF8.self).unicodeScalars.first?.value ?? 0
        switch scalar {
        case 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: at += length
        default: return control(scalar, at, length, source)
        }
      }
      return nil
    }
  }

  private static func invalid(_ byte: UInt8, _ at: Int, _ length: Int, _ source: SourceText) -> Diagnostic {
    let isWide = at == 0 && (source.bytes.starts(with: [0xFF, 0xFE]) || source.bytes.starts(with: [0xFE, 0xFF]))
    return Diagnostic(
      "M001", isWide ? "the mapping is UTF-16" : "byte 0x\(hex(UInt32(byte), 2)) is no UTF-8 text",
      remedy: "save the file as UTF-8", file: source.file, span: span(at, length, source))
  }

  private static func control(_ scalar: UInt32, _ at: Int, _ length: Int, _ source: SourceText) -> Diagnostic {
    Diagnostic(
      "M001", scalar == 0 ? "a NUL byte" : "the invisible character U+\(hex(scalar, 4))",
      remedy: scalar == 0 ? "check that this is the mapping file, and save it as UTF-8" : "remove it",
      file: source.file, span: span(at, length, source))
  }

  private static func hex(_ value: UInt32, _ digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func span(_ at: Int, _ length: Int, _ source: SourceText) -> SourceSpan {
    let before = source.bytes[..<at]
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return SourceSpan(line: before.count { $0 == 0x0A } + 1, column: at - start + 1, length: length)
  }
}
