internal import Pipeline

/// One property of one event type should always be of one kind: the receiver stores both, but whoever reads the events
/// finds text in one and a number in the next.
struct PropertyKinds {
  private struct Seen {
    let kind: JSONKind
    let line: Int
  }

  private let findings: Findings
  /// By event type and path.
  private var seen: [String: [String: Seen]] = [:]

  init(_ findings: Findings) { self.findings = findings }

  mutating func check(_ values: [EmittedValue], of type: String) {
    let type = EventTypes.stored(type)
    for value in values where !value.isElement && value.kind != .unknown {
      note(value.path, value.kind, value.scalar.span, type)
      // `a.b: 1` says that `a` is an object.
      var parts = value.path.split(separator: ".")
      while parts.count > 1 {
        parts.removeLast()
        note(parts.joined(separator: "."), .object, value.scalar.span, type)
      }
    }
  }

  private mutating func note(_ path: String, _ kind: JSONKind, _ span: SourceSpan, _ type: String) {
    guard let first = seen[type]?[path] else {
      seen[type, default: [:]][path] = Seen(kind: kind, line: span.line)
      return
    }
    guard first.kind != kind else { return }
    findings.warn(
      "M123", "'\(path)' of '\(type)' is \(named(kind)) here and \(named(first.kind)) at line \(first.line)", at: span,
      remedy: kind == .text || first.kind == .text
        ? "convert one of the two: string(…), int(…), decimal(…)" : "emit one kind, or use two names")
  }

  private func named(_ kind: JSONKind) -> String {
    switch kind {
    case .text: "text"
    case .number: "a number"
    case .boolean: "true or false"
    case .list: "a list"
    case .object: "a map"
    case .unknown: "unknown"
    }
  }
}
