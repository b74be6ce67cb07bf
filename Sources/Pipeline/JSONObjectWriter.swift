/// Writes one JSON object (RFC 8259) with indentation, its keys in the order of the calls.
public struct JSONObjectWriter {
  private let buffer = ByteBuffer()
  private var depth = 1
  private var isFirst = true

  /// Begins an object without members.
  public init() { buffer.append("{") }

  /// A list of objects as a text of its own, ended by a line end.
  public static func array<Element>(_ elements: [Element], _ body: (inout JSONObjectWriter, Element) -> Void) -> String
  {
    var json = JSONObjectWriter()
    json.buffer.removeAll()
    json.depth = 0
    json.nested("[", "]") { json in
      for element in elements {
        json.newLine()
        json.nested("{", "}") { body(&$0, element) }
      }
    }
    json.buffer.append("\n")
    let buffer = json.buffer
    return withExtendedLifetime(buffer) { String(decoding: buffer.bytes, as: UTF8.self) }
  }

  /// A member that is a whole number.
  public mutating func put(_ key: String, _ value: Int) {
    begin(key)
    buffer.append(decimal: Int64(value))
  }

  /// A member that is a text, escaped here.
  public mutating func put(_ key: String, _ value: String) {
    begin(key)
    buffer.append(json: value)
  }

  /// A member that is true or false.
  public mutating func put(_ key: String, _ value: Bool) {
    begin(key)
    buffer.append(text: value ? "true" : "false")
  }

  /// A value that is JSON text already.
  public mutating func put(_ key: String, json: String) {
    begin(key)
    buffer.append(text: json)
  }

  /// A list of strings on one line.
  public mutating func put(_ key: String, _ values: [String]) {
    begin(key)
    buffer.append("[")
    for (index, value) in values.enumerated() {
      if index > 0 { buffer.append(", ") }
      buffer.append(json: value)
    }
    buffer.append("]")
  }

  /// A member that is an object, which `body` fills.
  public mutating func object(_ key: String, _ body: (inout JSONObjectWriter) -> Void) {
    begin(key)
    nested("{", "}") { body(&$0) }
  }

  /// A member that is a list of objects, each filled by `body`.
  public mutating func list<Element>(
    _ key: String, _ elements: [Element], _ body: (inout JSONObjectWriter, Element) -> Void
  ) {
    begin(key)
    nested("[", "]") { json in
      for element in elements {
        json.newLine()
        json.nested("{", "}") { body(&$0, element) }
      }
    }
  }

  /// The text, ended by a line end.
  public consuming func finish() -> String {
    depth = 0
    endLine()
    buffer.append("}\n")
    return withExtendedLifetime(buffer) { String(decoding: buffer.bytes, as: UTF8.self) }
  }

  private mutating func nested(_ open: StaticString, _ close: StaticString, _ body: (inout JSONObjectWriter) -> Void) {
    buffer.append(open)
    depth += 1
    isFirst = true
    body(&self)
    depth -= 1
    if !isFirst { endLine() }
    isFirst = false
    buffer.append(close)
  }

  private mutating func begin(_ key: String) {
    newLine()
    buffer.append(json: key)
    buffer.append(": ")
  }

  private mutating func newLine() {
    if !isFirst { buffer.append(",") }
    isFirst = false
    endLine()
  }

  private func endLine() {
    buffer.append("\n")
    for _ in 0..<depth { buffer.append("  ") }
  }
}
