/// A message in the text format of protocol buffers, as far as the conformance files need it.
final class TextProto {
  enum Item {
    case text([UInt8])
    /// A number or a word.
    case word(String)
    case message(TextProto)
  }

  private(set) var fields: [(name: String, item: Item)] = []

  func all(_ name: String) -> [Item] { fields.filter { $0.name == name }.map(\.item) }
  func messages(_ name: String) -> [TextProto] {
    all(name).compactMap { if case .message(let message) = $0 { message } else { nil } }
  }
  func message(_ name: String) -> TextProto? { messages(name).first }
  func text(_ name: String) -> String? {
    for case .text(let bytes) in all(name) { return String(decoding: bytes, as: UTF8.self) }
    return nil
  }
  func word(_ name: String) -> String? {
    for case .word(let word) in all(name) { return word }
    return nil
  }

  static func parse(_ bytes: [UInt8]) -> TextProto {
    var reader = Reader(bytes: bytes)
    return reader.message(until: 0)
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skip() {
      while position < bytes.count {
        if byte == UInt8(ascii: "#") {
          while position < bytes.count, byte != 10 { position += 1 }
        } else if byte <= 32 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") {
          position += 1
        } else {
          return
        }
      }
    }

    mutating func message(until close: UInt8) -> TextProto {
      let message = TextProto()
      while true {
        skip()
        guard position < bytes.count, byte != close else { break }
        let name = word()
        skip()
        if byte == UInt8(ascii: ":") { position += 1 }
        skip()
        if byte == UInt8(ascii: "[") {
          position += 1
          skip()
          while byte != UInt8(ascii: "]"), position < bytes.count {
            message.fields.append((name, item()))
            skip()
          }
          position += 1
        } else {
          message.fields.append((name, item()))
        }
      }
      position += 1
      return message
    }

    mutating func word() -> String {
      let start = position
      if byte == UInt8(ascii: "[") {
        while position < bytes.count, byte != UInt8(ascii: "]") { position += 1 }
        position += 1
      } else {
        while byte > 32, !"{}[]:,;\"'#<>".utf8.contains(byte) { position += 1 }
      }
      if position == start { position += 1 }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func item() -> Item {
      skip()
      switch byte {
      case UInt8(ascii: "{"):
        position += 1
        return .message(message(until: UInt8(ascii: "}")))
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        var text: [UInt8] = []
        while byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
          text += string()
          skip()
        }
        return .text(text)
      default: return .word(word())
      }
    }

    mutating func digits(_ most: Int, radix: Int) -> UInt32 {
      var value: UInt32 = 0
      var count = 0
      while count < most, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix {
        value = value &* UInt32(radix) &+ UInt32(digit)
        position += 1
        count += 1
      }
      return value
    }

    mutating func string() -> [UInt8] {
      let quote = byte
      position += 1
      var text: [UInt8] = []
      while position < bytes.count, byte != quote {
        guard byte == UInt8(ascii: "\\") else {
          text.append(byte)
          position += 1
          continue
        }
        position += 1
        let letter = byte
        position += 1
        switch letter {
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "a"): text.append(7)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "v"): text.append(11)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): text.append(UInt8(truncatingIfNeeded: digits(2, radix: 16)))
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
          position -= 1
          text.append(UInt8(truncatingIfNeeded: digits(3, radix: 8)))
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
          let scalar = Unicode.Scalar(digits(letter == UInt8(ascii: "u") ? 4 : 8, radix: 16)) ?? "\u{FFFD}"
          text += Array(String(scalar).utf8)
        default: text.append(letter)
        }
      }
      position += 1
      return text
    }
  }
}
