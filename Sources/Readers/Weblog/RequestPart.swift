/// What a request line falls into: fields of their own, where the format has no other field of their name.
enum RequestPart: String, CaseIterable, Sendable {
  case method, target, path, query
  case proto = "protocol"

  /// What a target alone falls into.
  static let ofTarget: [RequestPart] = [.path, .query]

  /// The field.
  var name: String { rawValue }

  var summary: String {
    switch self {
    case .method: "method of the request"
    case .target: "target of the request"
    case .path: "path without query"
    case .query: "query"
    case .proto: "protocol of the request"
    }
  }
}
