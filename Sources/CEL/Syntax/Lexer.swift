/// Cuts source text into tokens (cel-spec, langdef.md, Syntax).
struct Lexer {
  private let source: [UInt8]
  private var position = 0
  /// Where each byte of the last string comes from, if anybody asks.
  private var origins: [Int]?

  static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
  ]

  /// Operators of other languages, with what stands for them here.
  private static let foreign = [
    ("===", "write '=='"), ("!==", "write '!='"), ("=~", "write text.matches(\"…\")"), ("<>", "write '!='"),
    ("??", "write value.or(…)"), ("+=", "write a + b: nothing is ever assigned"),
    ("-=", "write a - b: nothing is ever assigned"), ("**", "write a * a"),
  ]

  init(_ source: [UInt8]) { self.source = source }

  /// The first comment that was skipped, from its slashes to the end of its line.
  private var comment: Range<Int>?
  /// What was wrong so far. Where it is plain what was meant, a token stands for it, so that the parser can go on.
  private var issues: [Issue] = []
  /// Whether the rest of the source may not be what it looks like.
  private var isLost = false

  /// The tokens, and all lexical issues; no tokens when the issues leave no doubt that the parser would be misled.
  static func tokens(of source: [UInt8]) -> (tokens: [Token]?, issues: [Issue]) {
    var lexer = Lexer(source)
    var tokens: [Token] = []
    tokens.reserveCapacity(source.count / 3 + 1)
    while lexer.issues.count < Parser.maximumIssues {
      do {
        let token = try lexer.next()
        tokens.append(token)
        if token.kind == .end { return (lexer.isLost ? nil : tokens, lexer.issues) }
      } catch {
        lexer.issues.append(error.issue)
        guard let token = lexer.token(instead: error.issue) else { return (nil, lexer.issues) }
        tokens.append(token)
      }
    }
    return (nil, lexer.issues)
  }

  /// Where the first comment stands; nil if there is none before the first lexical error.
  static func firstComment(in source: [UInt8]) -> Range<Int>? {
    var lexer = Lexer(source)
    while lexer.comment == nil, let token = try? lexer.next(), token.kind != .end {}
    return lexer.comment
  }

  /// What stands for a wrong piece of the source; nil when nothing behind it can be relied on.
  private mutating func token(instead issue: Issue) -> Token? {
    let span = issue.span
    position = max(position, span.upperBound)
    switch source[span.lowerBound] {
    case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"): return Token(kind: .punctuation(.equal), span: span)
    case UInt8(ascii: "&"): return Token(kind: .punctuation(.and), span: span)
    case UInt8(ascii: "|"): return Token(kind: .punctuation(.or), span: span)
    case let byte where byte.isDigit || byte == UInt8(ascii: "."): return Token(kind: .literal(.null), span: span)
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): return nil
    case let byte where byte.isIdentifierStart: return nil
    default:
      isLost = true
      return Token(kind: .literal(.null), span: span)
    }
  }

  private func peek(_ offset: Int = 0) -> UInt8 {
    position + offset < source.count ? source[position + offset] : 0
  }

  private mutating func next() throws(SyntaxError) -> Token {
    skipBlanks()
    let start = position
    guard start < source.count else { return Token(kind: .end, span: start..<start) }
    let byte = peek()
    if let quoted = try quotedLiteral() { return Token(kind: .literal(quoted), span: start..<position) }
    if byte.isIdentifierStart { return word() }
    if byte.isDigit || byte == UInt8(ascii: ".") && peek(1).isDigit { return try number() }
    if byte == UInt8(ascii: "`") { return try escapedIdentifier() }
    for (operation, remedy) in Lexer.foreign where source[start...].starts(with: operation.utf8) {
      throw SyntaxError(
        at: start..<start + operation.utf8.count, "unexpected operator '\(operation)'", remedy: remedy)
    }
    for length in [2, 1] where start + length <= source.count {
      let text = String(decoding: source[start..<start + length], as: UTF8.self)
      if let punctuation = Token.Punctuation(rawValue: text) {
        position += length
        return Token(kind: .punctuation(punctuation), span: start..<position)
      }
    }
    throw unexpected(at: start)
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private func unexpected(at start: Int) -> SyntaxError {
    var end = start + 1
    while end < source.count, source[end] & 0xC0 == 0x80 { end += 1 }
    let text = String(decoding: source[start..<end], as: UTF8.self)
    let blank = text.unicodeScalars.first.flatMap { $0.properties.isWhitespace ? $0.value : nil }
    let name = blank.map { "U+" + Self.hexadecimal($0) } ?? "'\(text)'"
    let remedy: String? =
      switch text {
      case "=": "write '==' to compare"
      case "&": "write '&&'"
      case "|": "write '||'"
      case "“", "”", "„", "‘", "’", "‚": "write a straight quote"
      case "\u{A0}", "\u{202F}", "\u{2009}", "\u{3000}": "write an ordinary blank: this one only looks like it"
      case ";": "an expression is one value; write '&&' between conditions"
      default: nil
      }
    return SyntaxError(at: start..<end, "unexpected character \(name)", remedy: remedy)
  }

  private mutating func skipBlanks() {
    while position < source.count {
      switch source[position] {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        let start = position
        defer { comment = comment ?? start..<position }
        while position < source.count, source[position] != 0x0A, source[position] != 0x0D { position += 1 }
      default: return
      }
    }
  }

  private mutating func word() -> Token {
    let start = position
    while peek().isIdentifierPart { position += 1 }
    let text = String(decoding: source[start..<position], as: UTF8.self)
    let kind: Token.Kind =
      switch text {
      case "true": .literal(.bool(true))
      case "false": .literal(.bool(false))
      case "null": .literal(.null)
      default: Lexer.reserved.contains(text) || text == "in" ? .reserved : .identifier
      }
    return Token(kind: kind, span: start..<position)
  }

  private mutating func escapedIdentifier() throws(SyntaxError) -> Token {
    let start = position
    position += 1
    while peek() != UInt8(ascii: "`") {
      let byte = peek()
      guard byte.isIdentifierPart || [0x2E, 0x2D, 0x2F, 0x20].contains(byte) else {
        throw SyntaxError(at: start..<position, "a quoted field name may hold letters, digits and '_-./ ' only")
      }
      position += 1
    }
    position += 1
    guard position - start > 2 else { throw SyntaxError(at: start..<position, "an empty quoted field name") }
    return Token(kind: .escapedIdentifier, span: start..<position)
  }

  private mutating func number() throws(SyntaxError) -> Token {
    let start = position
    if peek() == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x"), peek(2).hexadecimal != nil {
      position += 2
      while peek().hexadecimal != nil { position += 1 }
      return try integer(source[start + 2..<position], radix: 16, from: start)
    }
    while peek().isDigit { position += 1 }
    var isDouble = false
    if peek() == UInt8(ascii: "."), peek(1).isDigit {
      isDouble = true
      position += 1
      while peek().isDigit { position += 1 }
    }
    if peek() | 0x20 == UInt8(ascii: "e") {
      let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
      if peek(1 + sign).isDigit {
        isDouble = true
        position += 1 + sign
        while peek().isDigit { position += 1 }
      }
    }
    guard isDouble else { return try integer(source[start..<position], radix: 10, from: start) }
    try refuseLetters(from: start)
    var text = String(decoding: source[start..<position], as: UTF8.self)
    if text.hasPrefix(".") { text = "0" + text }
    guard let value = Double(text) else { throw SyntaxError(at: start..<position, "'\(text)' is not a number") }
    return Token(kind: .literal(.double(value)), span: start..<position)
  }

  private mutating func integer(_ digits: ArraySlice<UInt8>, radix: Int, from start: Int) throws(SyntaxError) -> Token {
    let value = UInt64(String(decoding: digits, as: UTF8.self), radix: radix)
    let isUnsigned = peek() | 0x20 == UInt8(ascii: "u")
    if isUnsigned { position += 1 }
    try refuseLetters(from: start)
    guard let value else {
      throw SyntaxError(
        at: start..<position, "the number does not fit in 64 bits", remedy: "use a double or decimal(\"…\")")
    }
    return Token(
      kind: isUnsigned ? .literal(.uint(value)) : .integer(value, isHexadecimal: radix == 16), span: start..<position)
  }

  private mutating func refuseLetters(from start: Int) throws(SyntaxError) {
    guard peek().isIdentifierPart else { return }
    while peek().isIdentifierPart { position += 1 }
    let text = String(decoding: source[start..<position], as: UTF8.self)
    throw SyntaxError(at: start..<position, "'\(text)' is not a number")
  }
}

// MARK: Strings

extension Lexer {
  /// The source of some bytes of a string literal; nil when the span is not one literal.
  static func place(of range: Range<Int>, inLiteral span: Range<Int>, of source: [UInt8]) -> Range<Int>? {
    guard span.upperBound <= source.count else { return nil }
    var lexer = Lexer(Array(source[..<span.upperBound]))
    lexer.position = span.lowerBound
    lexer.origins = []
    guard (try? lexer.quotedLiteral()) != nil, lexer.issues.isEmpty, lexer.position == span.upperBound,
      let origins = lexer.origins,
      !origins.isEmpty, range.lowerBound < origins.count
    else { return nil }
    let end = range.upperBound < origins.count ? origins[range.upperBound] : nil
    let closing = source[span.upperBound - 1]
    let isTriple = span.count >= 6 && source[span.upperBound - 2] == closing && source[span.upperBound - 3] == closing
    return origins[range.lowerBound]..<(end ?? span.upperBound - (isTriple ? 3 : 1))
  }

  private mutating func quotedLiteral() throws(SyntaxError) -> Literal? {
    var prefix = 0
    var isRaw = false
    var isBytes = false
    while prefix < 2 {
      let letter = peek(prefix) | 0x20
      if letter == UInt8(ascii: "r"), !isRaw {
        isRaw = true
      } else if letter == UInt8(ascii: "b"), !isBytes {
        isBytes = true
      } else {
        break
      }
      prefix += 1
    }
    let quote = peek(prefix)
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    let start = position
    position += prefix
    let isTriple = peek(1) == quote && peek(2) == quote
    position += isTriple ? 3 : 1
    var bytes: [UInt8] = []
    while true {
      guard position < source.count else {
        throw SyntaxError(at: start..<source.count, "the string is not closed", remedy: "add the closing quote")
      }
      let (byte, unit) = (source[position], position)
      if byte == quote, !isTriple || peek(1) == quote && peek(2) == quote {
        position += isTriple ? 3 : 1
        break
      }
      if !isTriple, byte == 0x0A || byte == 0x0D {
        throw SyntaxError(at: start..<position, "the string is not closed on its line", remedy: "add the closing quote")
      }
      if byte == UInt8(ascii: "\\"), !isRaw {
        do {
          try escape(into: &bytes, isBytes: isBytes)
        } catch {
          issues.append(error.issue)
        }
      } else {
        bytes.append(byte)
        position += 1
      }
      if origins != nil { while origins?.count ?? 0 < bytes.count { origins?.append(unit) } }
    }
    return isBytes ? .bytes(bytes) : .string(String(decoding: bytes, as: UTF8.self))
  }

  private mutating func escape(into bytes: inout [UInt8], isBytes: Bool) throws(SyntaxError) {
    let start = position
    let letter = peek(1)
    position += 2
    switch letter {
    case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
      bytes.append(letter)
    case UInt8(ascii: "a"): bytes.append(7)
    case UInt8(ascii: "b"): bytes.append(8)
    case UInt8(ascii: "f"): bytes.append(12)
    case UInt8(ascii: "n"): bytes.append(10)
    case UInt8(ascii: "r"): bytes.append(13)
    case UInt8(ascii: "t"): bytes.append(9)
    case UInt8(ascii: "v"): bytes.append(11)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      append(try digits(2, radix: 16, from: start), to: &bytes, isBytes: isBytes)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      position -= 1
      append(try digits(3, radix: 8, from: start), to: &bytes, isBytes: isBytes)
    case UInt8(ascii: "u") where !isBytes: try scalar(digits(4, radix: 16, from: start), from: start, into: &bytes)
    case UInt8(ascii: "U") where !isBytes: try scalar(digits(8, radix: 16, from: start), from: start, into: &bytes)
    default:
      throw SyntaxError(
        at: start..<min(position, source.count), "unknown escape in a string",
        remedy: #"write '\\' for a backslash, or r"…""#)
    }
  }

  private mutating func digits(_ count: Int, radix: Int, from start: Int) throws(SyntaxError) -> UInt32 {
    let end = min(position + count, source.count)
    let digits = source[position..<end]
    position = end
    guard digits.count == count, digits.allSatisfy({ $0.hexadecimal != nil }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: radix)
    else {
      throw SyntaxError(at: start..<end, "the escape needs \(count) \(radix == 16 ? "hexadecimal" : "octal") digits")
    }
    return value
  }

  private func append(_ value: UInt32, to bytes: inout [UInt8], isBytes: Bool) {
    if isBytes {
      bytes.append(UInt8(truncatingIfNeeded: value))
    } else {
      bytes.append(contentsOf: Array(String(Unicode.Scalar(UInt8(truncatingIfNeeded: value))).utf8))
    }
  }

  private mutating func scalar(_ value: UInt32, from start: Int, into bytes: inout [UInt8]) throws(SyntaxError) {
    var value = value
    // A pair of surrogates is one code point.
    if 0xD800..<0xDC00 ~= value, peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
      position += 2
      let low = try digits(4, radix: 16, from: start)
      if 0xDC00..<0xE000 ~= low { value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00) }
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw SyntaxError(at: start..<position, "the escape is not a Unicode code point")
    }
    bytes.append(contentsOf: Array(String(scalar).utf8))
  }
}
