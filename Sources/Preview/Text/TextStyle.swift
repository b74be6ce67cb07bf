internal import Pipeline

/// How text for a terminal looks. Everything of foreign origin goes through `DisplayText` on its way here.
public struct TextStyle: Sendable {
  /// Columns of a line.
  public var width: Int
  public var isColoured: Bool

  public init(width: Int = 80, isColoured: Bool = false) {
    self.width = min(max(width, 40), 240)
    self.isColoured = isColoured
  }

  enum Tint: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case magenta = "35"
    case cyan = "36"
    case boldRed = "1;31"
    case boldGreen = "1;32"
  }

  func paint(_ text: String, _ tint: Tint) -> String {
    isColoured && !text.isEmpty ? "\u{1b}[\(tint.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// `── 1 ── access.log:1 ──────`
  func heading(_ parts: [(String, Tint)]) -> String {
    var text = ""
    var used = 0
    for (part, tint) in parts {
      let shown = fit(part, max(8, width - used - 6))
      text += paint("── ", .dim) + paint(shown, tint) + " "
      used += 4 + TextStyle.columns(shown)
    }
    return text + paint(String(repeating: "─", count: max(2, width - used)), .dim) + "\n"
  }

  /// The text, cut to so many columns with an ellipsis.
  func fit(_ text: String, _ columns: Int) -> String {
    guard TextStyle.columns(text) > columns else { return text }
    var shown = ""
    var used = 0
    for character in text {
      let next = TextStyle.columns(character)
      if used + next > columns - 1 { break }
      shown.append(character)
      used += next
    }
    return shown + "…"
  }

  /// Lines of at most so many columns, broken at blanks where there are some.
  func wrapped(_ text: String, _ columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      var word = Substring(word)
      var length = TextStyle.columns(String(word))
      if used > 0, used + 1 + length > columns {
        lines.append(line)
        (line, used) = ("", 0)
      } else if used > 0 {
        line += " "
        used += 1
      }
      while length > columns {
        let part = hard(word, columns)
        lines.append(String(part))
        word = word[part.endIndex...]
        length = TextStyle.columns(String(word))
      }
      line += word
      used += length
    }
    return lines + [line]
  }

  private func hard(_ text: Substring, _ columns: Int) -> Substring {
    var used = 0
    var end = text.startIndex
    while end < text.endIndex {
      used += TextStyle.columns(text[end])
      if used > columns { break }
      end = text.index(after: end)
    }
    return text[..<(end == text.startIndex ? text.index(after: end) : end)]
  }

  static func columns(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + columns($1) }
  }

  /// Two for what East Asian terminals draw wide.
  private static func columns(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}

extension String {
  /// Filled with blanks up to so many columns.
  func padded(_ columns: Int) -> String {
    self + String(repeating: " ", count: max(0, columns - TextStyle.columns(self)))
  }

  /// The same on the left.
  func indented(to columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - TextStyle.columns(self))) + self
  }
}

/// A record's bytes as one sees them: what is no UTF-8 and what a terminal would obey becomes `\xe9`, `\x1b`.
enum RawText {
  /// One for each character, with the bytes that it stands for.
  static func cells(_ bytes: ArraySlice<UInt8>) -> [(text: String, bytes: Range<Int>)] {
    var cells: [(text: String, bytes: Range<Int>)] = []
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var at = 0
      while at < buffer.count {
        let (length, isValid) = UTF8Scan.sequence(base + at, buffer.count - at)
        let range = bytes.startIndex + at..<bytes.startIndex + at + length
        let part = UnsafeBufferPointer(start: base + at, count: length)
        if isValid {
          cells.append((DisplayText.escaped(String(decoding: part, as: UTF8.self)), range))
        } else {
          for (offset, byte) in part.enumerated() {
            let digits = String(byte, radix: 16)
            let place = range.lowerBound + offset
            cells.append(("\\x" + (digits.count < 2 ? "0" : "") + digits, place..<place + 1))
          }
        }
        at += length
      }
    }
    return cells
  }

  static func escaped(_ bytes: ArraySlice<UInt8>) -> String { cells(bytes).map(\.text).joined() }
}
