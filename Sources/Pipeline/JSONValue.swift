/// A piece of a payload, read back: numbers keep their digits, members their order.
public indirect enum JSONValue: Equatable, Sendable {
  public struct Member: Equatable, Sendable {
    public var key: String
    public var value: JSONValue

    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case list([JSONValue])
  case object([Member])

  /// - Returns: nil if the bytes are no JSON text (RFC 8259).
  public init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var parser = JSONTextParser(bytes)
    guard let value = parser.document() else { return nil }
    self = value
  }

  /// - Returns: nil if the text is no JSON.
  public init?(_ text: String) {
    var text = text
    guard let value = text.withUTF8({ JSONValue($0) }) else { return nil }
    self = value
  }

  /// The value of a key; nil where this is no object or has no such key.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The elements of a list; none of anything else.
  public var elements: [JSONValue] { if case .list(let elements) = self { elements } else { [] } }
  /// The text of a string.
  public var text: String? { if case .string(let text) = self { text } else { nil } }

  /// Whether both are one value; numbers are compared by what they mean, `199.90` is `199.9`.
  public func isSame(as other: JSONValue) -> Bool {
    if case (.number(let one), .number(let two)) = (self, other) {
      return one == two || JSONValue.plain(one) == JSONValue.plain(two)
    }
    return self == other
  }

  private static func plain(_ number: String) -> String {
    if number.contains(where: { $0 == "e" || $0 == "E" }) { return Double(number).map { "\($0)" } ?? number }
    guard number.contains(".") else { return number == "-0" ? "0" : number }
    var digits = Substring(number)
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return digits == "-0" ? "0" : String(digits)
  }

  /// One line, as a person writes it in a mapping's braces: `{ type: search, properties: { query: "red shoes" } }`.
  public var flow: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .number(let digits): return digits
    case .string(let text): return JSONValue.scalar(text)
    case .list(let elements): return "[" + elements.map(\.flow).joined(separator: ", ") + "]"
    case .object(let members):
      guard !members.isEmpty else { return "{}" }
      return "{ " + members.map { JSONValue.scalar($0.key) + ": " + $0.value.flow }.joined(separator: ", ") + " }"
    }
  }

  /// Unquoted where YAML and we take it for this very text.
  private static func scalar(_ text: String) -> String {
    let inside: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || " _-./".contains($0)) }
    let isPlain =
      text.first.map { $0.isASCII && ($0.isLetter || $0 == "/") } == true && text.allSatisfy(inside)
      && !text.hasSuffix(" ") && !["true", "false", "null"].contains(text.lowercased())
    return isPlain ? text : JSONValue.quoted(text)
  }

  /// JSON text without blanks.
  public var json: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let digits): digits
    case .string(let text): JSONValue.quoted(text)
    case .list(let elements): "[" + elements.map(\.json).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { JSONValue.quoted($0.key) + ":" + $0.value.json }.joined(separator: ",") + "}"
    }
  }

  /// The text as a JSON string.
  public static func quoted(_ text: String) -> String {
    let buffer = ByteBuffer(capacity: text.utf8.count + 16)
    buffer.append(json: text)
    return withExtendedLifetime(buffer) { String(decoding: buffer.bytes, as: UTF8.self) }
  }
}

/// Reads JSON text. What it is given we wrote ourselves, so that anything unexpected simply ends it.
private struct JSONTextParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  /// Deeper than any mapping can make it.
  private static let deepest = 256

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func document() -> JSONValue? {
    guard let value = value(0) else { return nil }
    blanks()
    return at == bytes.count ? value : nil
  }

  private mutating func value(_ depth: Int) -> JSONValue? {
    blanks()
    guard depth < Self.deepest, at < bytes.count else { return nil }
    switch bytes[at] {
    case UInt8(ascii: "{"):
      at += 1
      var members: [JSONValue.Member] = []
      if take("}") { return .object([]) }
      repeat {
        blanks()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\""), let key = string(), take(":"),
          let value = value(depth + 1)
        else { return nil }
        members.append(JSONValue.Member(key: key, value: value))
      } while take(",")
      return take("}") ? .object(members) : nil
    case UInt8(ascii: "["):
      at += 1
      var elements: [JSONValue] = []
      if take("]") { return .list([]) }
      repeat {
        guard let value = value(depth + 1) else { return nil }
        elements.append(value)
      } while take(",")
      return take("]") ? .list(elements) : nil
    case UInt8(ascii: "\""): return string().map { .string($0) }
    default:
      let start = at
      while at < bytes.count, !Self.delimiters.contains(bytes[at]) { at += 1 }
      let word = String(decoding: bytes[start..<at], as: UTF8.self)
      switch word {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null": return .null
      default: return Double(word) == nil ? nil : .number(word)
      }
    }
  }

  private static let delimiters = Array(" \t\r\n,:]}".utf8)

  private mutating func blanks() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    blanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func string() -> String? {
    at += 1
    var text: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard at < bytes.count else { return nil }
      let escape = bytes[at]
      at += 1
      switch escape {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "u"):
        // Only control characters are written so.
        guard at + 4 <= bytes.count,
          let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { return nil }
        text += Array(String(Character(scalar)).utf8)
        at += 4
      default: text.append(escape)
      }
    }
    return nil
  }
}
