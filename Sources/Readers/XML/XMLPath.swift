/// A path of a mapping, as XPath writes it: `/e:export/e:order`, `items//item/@sku`, `meta[@type="gift"]/value`, `.`,
/// `text()`. What XPath has beyond that is refused.
struct XMLPath: Sendable, Equatable {
  struct Name: Sendable, Equatable {
    /// Nil for no namespace.
    var uri: String?
    /// Nil for `*`.
    var local: String?
  }

  struct Predicate: Sendable, Equatable {
    var attribute: Name
    var value: String
  }

  struct Step: Sendable, Equatable {
    var name: Name
    /// Behind `//`: at any depth.
    var isDescendant: Bool
    var predicate: Predicate?
  }

  /// What is taken at the end.
  enum Target: Sendable, Equatable {
    /// The element with all text in it.
    case element
    /// `text()`: the element's own text, without that of elements in it.
    case ownText
    case attribute(Name)
  }

  /// Begins with `/`.
  var isAbsolute = false
  var steps: [Step] = []
  var target = Target.element

  /// Why a text is not a path: where in it, and what to write.
  struct Problem: Error {
    var message: String
    var offset: Int
    var length: Int
    var remedy: String
  }

  /// - Parameter namespaces: the mapping's prefixes.
  init(_ text: String, namespaces: [String: String]) throws(Problem) {
    var parser = XMLPathParser(bytes: Array(text.utf8), namespaces: namespaces)
    self = try parser.path()
  }

  fileprivate init() {}

  /// The element that `tail` leads to from the element that `head` leads to.
  init(joining head: XMLPath, _ tail: XMLPath) {
    self = head
    steps += tail.steps
  }

  /// The steps behind `prefix`, if this path begins with all of it.
  func relative(to prefix: XMLPath) -> XMLPath? {
    guard isAbsolute, steps.count >= prefix.steps.count, Array(steps.prefix(prefix.steps.count)) == prefix.steps else {
      return nil
    }
    var rest = self
    rest.isAbsolute = false
    rest.steps.removeFirst(prefix.steps.count)
    return rest
  }
}

private struct XMLPathParser {
  let bytes: [UInt8]
  let namespaces: [String: String]
  var at = 0

  init(bytes: [UInt8], namespaces: [String: String]) {
    self.bytes = bytes
    self.namespaces = namespaces
  }

  mutating func path() throws(XMLPath.Problem) -> XMLPath {
    var path = XMLPath()
    var isDescendant = false
    if skip("//") {
      path.isAbsolute = true
      isDescendant = true
    } else if skip("/") {
      path.isAbsolute = true
    } else if skip(".//") {
      isDescendant = true
    } else if skip("./") {
    } else if bytes[at...] == [UInt8(ascii: ".")] {
      return path
    }
    while true {
      if bytes[at...].starts(with: "..".utf8) {
        throw problem("'..' leaves the record", 2, "write paths from the record's element down")
      }
      if skip("@") {
        if isDescendant { throw problem("an attribute behind '//'", 1, "name its element: //*/@id") }
        path.target = .attribute(try name())
        break
      }
      if skip("text()") {
        path.target = .ownText
        break
      }
      var step = XMLPath.Step(name: try name(), isDescendant: isDescendant, predicate: nil)
      if skip("[") { step.predicate = try predicate() }
      path.steps.append(step)
      if skip("//") {
        isDescendant = true
      } else if skip("/") {
        isDescendant = false
      } else {
        break
      }
    }
    if at < bytes.count {
      throw problem(
        "'\(String(decoding: bytes[at...].prefix(20), as: UTF8.self))' is not part of a path", bytes.count - at,
        "paths have steps, *, //, @name, text() and [@name=\"value\"]")
    }
    if path.steps.count > 64 { throw problem("the path is longer than elements may nest", 1, "shorten it") }
    return path
  }

  private mutating func predicate() throws(XMLPath.Problem) -> XMLPath.Predicate {
    let remedy = "write [@type=\"gift\"]; other predicates belong into the mapping's rules"
    guard skip("@") else { throw problem("only attributes can be compared in a predicate", 1, remedy) }
    let attribute = try name()
    guard skip("="), at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'"),
      let end = bytes[(at + 1)...].firstIndex(of: bytes[at])
    else { throw problem("a predicate without a quoted value", 1, remedy) }
    let value = String(decoding: bytes[(at + 1)..<end], as: UTF8.self)
    at = end + 1
    guard skip("]") else { throw problem("a predicate that does not end with ]", 1, remedy) }
    return XMLPath.Predicate(attribute: attribute, value: value)
  }

  /// `local`, `prefix:local`, `*`.
  private mutating func name() throws(XMLPath.Problem) -> XMLPath.Name {
    if skip("*") { return XMLPath.Name(uri: nil, local: nil) }
    let start = at
    let first = word()
    guard !first.isEmpty else {
      throw problem("a name is missing", 1, "write a name, *, @name or text() behind each '/'")
    }
    guard skip(":") else { return XMLPath.Name(uri: nil, local: first) }
    guard let uri = first == "xml" ? "http://www.w3.org/XML/1998/namespace" : namespaces[first] else {
      let declared = namespaces.keys.sorted().joined(separator: ", ")
      throw XMLPath.Problem(
        message: "undeclared prefix '\(first)'", offset: start, length: first.utf8.count,
        remedy: declared.isEmpty
          ? "declare it: namespaces: { \(first): \"the namespace's URI\" }" : "declared under `namespaces`: \(declared)"
      )
    }
    let local = word()
    guard !local.isEmpty else { throw problem("a name is missing behind the prefix", 1, "write \(first):name") }
    return XMLPath.Name(uri: uri, local: local)
  }

  private mutating func word() -> String {
    let start = at
    while at < bytes.count, isNameByte(bytes[at], isFirst: at == start) { at += 1 }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
    default: false
    }
  }

  private mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - at >= count else { return false }
    for index in 0..<count where bytes[at + index] != text.utf8Start[index] { return false }
    at += count
    return true
  }

  private func problem(_ message: String, _ length: Int, _ remedy: String) -> XMLPath.Problem {
    XMLPath.Problem(message: message, offset: min(at, max(0, bytes.count - 1)), length: length, remedy: remedy)
  }
}
