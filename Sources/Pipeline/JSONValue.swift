/// A piece of a payload, read back (at most as deep as `JSONCursor` goes): numbers keep their digits, members their order.
public indirect enum JSONValue: Equatable, Sendable {
  /// A key of an object and its value; a key may come twice.
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
    var cursor = JSONCursor(bytes)
    guard let value = JSONValue.read(&cursor, bytes), cursor.isAtEnd() else { return nil }
    self = value
  }

  private static func read(_ cursor: inout JSONCursor, _ bytes: UnsafeBufferPointer<UInt8>) -> JSONValue? {
    switch cursor.peek() {
    case UInt8(ascii: "{"):
      var members: [Member] = []
      let isWhole = cursor.members { cursor, key in
        guard let value = read(&cursor, bytes) else { return false }
        members.append(Member(key: String(decoding: cursor.decoded(key), as: UTF8.self), value: value))
        return true
      }
      return isWhole ? .object(members) : nil
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      let isWhole = cursor.elements { cursor in
        guard let value = read(&cursor, bytes) else { return false }
        elements.append(value)
        return true
      }
      return isWhole ? .list(elements) : nil
    case UInt8(ascii: "\""):
      return cursor.string().map { .string(String(decoding: cursor.decoded($0), as: UTF8.self)) }
    default:
      let start = cursor.at
      guard cursor.skip() else { return nil }
      switch String(decoding: bytes[start..<cursor.at], as: UTF8.self) {
      case "null": return .null
      case "true": return .bool(true)
      case "false": return .bool(false)
      case let digits: return .number(digits)
      }
    }
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

  /// Whether both are one value; numbers are compared by what they mean: `199.90` is `199.9`, `1e+2` is `100`.
  public func isSame(as other: JSONValue) -> Bool {
    switch (self, other) {
    case (.number(let one), .number(let two)):
      one == two || JSONNumber(one).map { $0 == JSONNumber(two) } ?? false
    case (.list(let one), .list(let two)):
      one.count == two.count && zip(one, two).allSatisfy { $0.isSame(as: $1) }
    case (.object(let one), .object(let two)):
      one.count == two.count && zip(one, two).allSatisfy { $0.key == $1.key && $0.value.isSame(as: $1.value) }
    default: self == other
    }
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
    return isPlain ? text : JSONValue.quotedForYAML(text)
  }

  /// The text as a JSON string that YAML reads as it is: some characters that JSON leaves alone end lines there, or are refused.
  private static func quotedForYAML(_ text: String) -> String {
    quoted(text).unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar.value {
      case 0x80...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
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

/// What a JSON number means: ± `digits` × 10^`exponent`, without zeros at either end of the digits.
private struct JSONNumber: Equatable {
  private let isNegative: Bool
  private let digits: Substring
  private let exponent: Int

  /// - Returns: nil if the exponent is beyond all measure.
  init?(_ text: String) {
    let parts = text.split(maxSplits: 1) { $0 == "e" || $0 == "E" }
    guard let mantissa = parts.first?.split(separator: "."), let written = parts.count > 1 ? Int(parts[1]) : 0,
      written.magnitude < 1 << 40
    else { return nil }
    let all = mantissa.joined().drop { $0 == "-" || $0 == "0" }
    let kept = all.reversed().drop { $0 == "0" }
    let fraction = mantissa.count > 1 ? mantissa[1].count : 0
    digits = Substring(kept.reversed())
    exponent = digits.isEmpty ? 0 : written - fraction + all.count - kept.count
    isNegative = !digits.isEmpty && text.hasPrefix("-")
  }
}
