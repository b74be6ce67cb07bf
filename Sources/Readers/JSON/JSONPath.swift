internal import Pipeline

/// Where a value stands in a JSON text: keys and places in arrays.
struct JSONPath: Sendable, Equatable {
  enum Step: Sendable, Equatable {
    case key([UInt8])
    case index(Int)
  }

  var steps: [Step]

  /// `a.b[0].c`, `a["key.with.dots"]`, or `.` for the value itself; nil if the text is none of these.
  init?(_ text: String) {
    steps = []
    if text == "." { return }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      if bytes.first == UInt8(ascii: "[") {
        bytes.removeFirst()
        guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        if let quote = bytes.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
          guard let end = bytes.dropFirst().firstIndex(of: quote), end + 1 < bytes.endIndex,
            bytes[end + 1] == UInt8(ascii: "]")
          else { return nil }
          steps.append(.key(Array(bytes[(bytes.startIndex + 1)..<end])))
          bytes = bytes[(end + 2)...]
        } else {
          guard let index = Int(String(decoding: bytes[..<close], as: UTF8.self)), index >= 0 else { return nil }
          steps.append(.index(index))
          bytes = bytes[(close + 1)...]
        }
      } else {
        let end = bytes.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? bytes.endIndex
        guard end > bytes.startIndex else { return nil }
        steps.append(.key(Array(bytes[..<end])))
        bytes = bytes[end...]
      }
      if bytes.first == UInt8(ascii: ".") {
        bytes.removeFirst()
        if bytes.isEmpty { return nil }
      } else if let next = bytes.first, next != UInt8(ascii: "[") {
        return nil
      }
    }
    guard !steps.isEmpty else { return nil }
  }

  /// The path that a text of another language was meant to be: JSONPath's `$.a[0]`, a JSON pointer's `/a/0`, a blank before
  /// a bracket. Nil for texts that are not taken for any, since a key may have such a name: it can still be written as a
  /// list.
  static func meant(by text: String) -> String? {
    var path = text
    if path.hasPrefix("$") {
      path.removeFirst()
      guard path.hasPrefix(".") || path.hasPrefix("[") || path.isEmpty else { return nil }
      while path.hasPrefix(".") { path.removeFirst() }
      return path.isEmpty ? "." : path
    }
    let steps = path.split(separator: "/")
    func isPlace(_ step: Substring) -> Bool { step.utf8.allSatisfy { $0 &- 48 < 10 } }
    if path.hasPrefix("/") || steps.dropFirst().contains(where: isPlace) {
      path = steps.reduce("") { isPlace($1) ? "\($0)[\($1)]" : $0.isEmpty ? String($1) : "\($0).\($1)" }
      return path.isEmpty ? "." : path
    }
    // What is in quotes is a key whatever it looks like.
    let quoted = path.firstIndex { $0 == "\"" || $0 == "'" } ?? path.endIndex
    let plain = String(path[..<quoted])
    let tidy = plain.replacing(" [", with: "[").replacing(" .", with: ".").replacing(". ", with: ".")
    return tidy == plain ? nil : tidy + path[quoted...]
  }

  /// A list of keys and places, in which nothing has a meaning of its own: `[a, "b.c", 0]`.
  init?(_ node: ConfigNode) {
    if let text = node.text {
      guard let path = JSONPath(text) else { return nil }
      self = path
      return
    }
    guard let items = node.list, !items.isEmpty else { return nil }
    self.init(steps: [])
    for item in items {
      guard let scalar = item.scalar else { return nil }
      if scalar.style == .plain, let index = Int(scalar.text), index >= 0 {
        steps.append(.index(index))
      } else {
        steps.append(.key(Array(scalar.text.utf8)))
      }
    }
  }

  init(steps: [Step]) { self.steps = steps }
  init(key: String) { steps = [.key(Array(key.utf8))] }
}
