internal import Glibc
internal import Pipeline

/// An encoding of one byte a character, such as windows-1250 or ISO-8859-2, as a table into UTF-8.
struct CharacterTable: Sendable, Equatable {
  /// Up to four bytes for each, the first in the lowest bits, and how many they are.
  fileprivate let forms: [UInt32]
  fileprivate let lengths: [UInt8]

  /// nil if the system knows no such encoding, or it has characters of several bytes. Bytes without a meaning become
  /// `TextSource.illFormed`.
  init?(named name: String) {
    guard !name.isEmpty, name.utf8.count < 64, !name.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "/") })
    else { return nil }
    let converter = iconv_open("UTF-8", name)
    guard converter != iconv_t(bitPattern: -1) else { return nil }
    defer { iconv_close(converter) }
    var forms: [UInt32] = []
    var lengths: [UInt8] = []
    for byte in 0...255 {
      guard let form = CharacterTable.convert(UInt8(byte), converter) else { return nil }
      forms.append(form.enumerated().reduce(0) { $0 | UInt32($1.element) << UInt32($1.offset * 8) })
      lengths.append(UInt8(form.count))
    }
    // Texts of other alphabets (EBCDIC, UTF-16) cannot be cut into rows.
    guard forms[0x0A] == 0x0A, forms[0x2C] == 0x2C, lengths[0x22] == 1 else { return nil }
    self.forms = forms
    self.lengths = lengths
  }

  /// nil if the byte only begins a character.
  private static func convert(_ byte: UInt8, _ converter: iconv_t?) -> [UInt8]? {
    iconv(converter, nil, nil, nil, nil)
    var input = [CChar(bitPattern: byte)]
    var output = [CChar](repeating: 0, count: 8)
    var left = output.count
    var remaining = 1
    let count = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var from = source.baseAddress
        var to = target.baseAddress
        return iconv(converter, &from, &remaining, &to, &left)
      }
    }
    if count == -1 { return errno == EILSEQ ? [TextSource.illFormed] : nil }
    let length = output.count - left
    guard (1...4).contains(length) else { return nil }
    return output[..<length].map { UInt8(bitPattern: $0) }
  }
}

/// A source of which every byte is turned into UTF-8 by a table.
final class CharacterSource: FragileSource {
  private let bytes: any ByteSource
  private let table: CharacterTable
  private var raw = [UInt8](repeating: 0, count: 16 * 1024)
  private var at = 0
  private var end = 0

  init(_ bytes: any ByteSource, _ table: CharacterTable) {
    self.bytes = bytes
    self.table = table
  }

  var consumed: Int { bytes.consumed }
  var ending: SourceEnd { bytes.reportedEnd }

  func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    if !pending.isEmpty { return try split(target) }
    var count = 0
    while true {
      if at == end {
        if count > 0 { return count }
        at = 0
        end = try raw.withUnsafeMutableBytes { try bytes.read(into: $0) }
        if end == 0 { return 0 }
      }
      while at < end {
        let byte = Int(raw[at])
        let length = Int(table.lengths[byte])
        // A target smaller than a character takes none: no caller offers so little twice in a row but at its end.
        guard count + length <= target.count else { return count > 0 ? count : try split(target) }
        var form = table.forms[byte]
        for _ in 0..<length {
          target[count] = UInt8(truncatingIfNeeded: form)
          form >>= 8
          count += 1
        }
        at += 1
      }
    }
  }

  /// The first bytes of a character that does not fit.
  private var pending: [UInt8] = []

  private func split(_ target: UnsafeMutableRawBufferPointer) throws -> Int {
    if pending.isEmpty {
      var form = table.forms[Int(raw[at])]
      for _ in 0..<table.lengths[Int(raw[at])] {
        pending.append(UInt8(truncatingIfNeeded: form))
        form >>= 8
      }
    }
    var count = 0
    while count < target.count, !pending.isEmpty {
      target[count] = pending.removeFirst()
      count += 1
    }
    if pending.isEmpty { at += 1 }
    return count
  }
}
