internal import Pipeline

/// Why an XML input cannot be read on.
enum XMLFailure: Error, Equatable {
  case noMemory
  /// What libxml2 says.
  case notWellFormed(String)
  case doctype
  case depth
  case attributes
  case name
  case names
  /// A tag, comment or declaration that is longer than a record may be.
  case markup(limit: Int)
  case header(String)

  var code: String {
    switch self {
    case .notWellFormed: "I311"
    case .doctype: "I312"
    case .noMemory, .depth, .attributes, .name, .names, .markup, .header: "I313"
    }
  }

  var message: String {
    switch self {
    case .noMemory: "the XML parser has no more memory for names"
    case .notWellFormed(let reason): "the XML is not well-formed: \(reason)"
    case .doctype: "the XML has a document type declaration"
    case .depth: "elements nest deeper than \(XMLLimits.depth)"
    case .attributes: "an element has more than \(XMLLimits.attributes) attributes"
    case .name: "a name is longer than \(XMLLimits.name) bytes"
    case .names: "the document has more than \(XMLLimits.names) different names"
    case .markup(let limit): "a tag, comment or declaration is longer than \(limit) bytes"
    case .header(let name): "header value '\(name)' is longer than \(XMLLimits.header) bytes"
    }
  }

  var hint: String {
    switch self {
    case .notWellFormed: "what came before is kept; mend the file, or ask whoever made it"
    case .doctype: "if the file can be trusted, write `doctype: ignore`; entities that it declares stay unknown"
    case .header: "take it as a field of the record"
    default: "no export that is meant to be read goes so far; what came before is kept"
    }
  }
}

/// Limits of what an XML document may have. Sizes are in bytes of UTF-8.
enum XMLLimits {
  static let depth = 64
  static let attributes = 256
  static let name = 1024
  /// Different names and namespaces: libxml2 keeps all of them, in a table in which it searches ever longer.
  static let names = 200_000
  static let field = 1 << 20
  /// All header values together.
  static let header = 2048
}
