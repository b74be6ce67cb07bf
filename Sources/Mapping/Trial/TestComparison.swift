internal import Pipeline

/// Compares what a test expects with what came: everything that is named must be there, in order; what is not named may be.
struct TestComparison {
  private(set) var differences: [TestDifference] = []
  /// More than these help nobody.
  private static let most = 20

  /// What came, in the shape in which the subject is expected.
  static func actual(_ item: TestExpectation.Item, _ run: TrialRun, drops: [String]) -> JSONValue {
    let isNumber = item.value.scalar != nil
    let sum = run.counts.sum
    switch item.subject {
    case .sessions: return .number("\(run.sessions.count)")
    case .unmatched: return .number("\(sum.unmatched)")
    case .payloads: return isNumber ? .number("\(run.payloads.count)") : .list(run.payloads)
    case .events: return isNumber ? .number("\(run.events.count)") : .list(run.events)
    case .dropped:
      if isNumber { return .number("\(run.counts.dropped)") }
      return .object(
        drops.enumerated().map { index, reason in
          JSONValue.Member(
            key: reason, value: .number("\(index < sum.dropped.count ? sum.dropped[index] : 0)"))
        })
    case .rejected:
      if isNumber { return .number("\(run.rejects.count)") }
      var codes = item.value.entries?.map(\.key) ?? []
      for code in run.rejects.map(\.reject.code) where !codes.contains(code) { codes.append(code) }
      return .object(
        codes.map { code in
          JSONValue.Member(key: code, value: .number("\(run.rejects.count { $0.reject.code == code })"))
        })
    case .profile, .context, .request:
      return .list(run.sessions.map { $0[item.subject.rawValue] ?? .object([]) })
    }
  }

  mutating func compare(_ item: TestExpectation.Item, _ actual: JSONValue) {
    let path = "$." + item.subject.rawValue
    switch item.subject {
    case .profile, .context, .request:
      guard item.value.entries != nil else { break }
      // One map stands for every session.
      for (index, element) in actual.elements.enumerated() { compare(item.value, element, "\(path)[\(index)]") }
      if actual.elements.isEmpty { note(path, item.value, nil, as: "no session") }
      return
    default: break
    }
    compare(item.value, actual, path)
  }

  /// One element of a list alone.
  mutating func compareElement(_ want: ConfigNode, _ have: JSONValue) { compare(want, have, "$") }

  private mutating func compare(_ want: ConfigNode, _ have: JSONValue?, _ path: String) {
    switch want {
    case .scalar(let scalar):
      if let have, have.isSame(as: JSONValue(scalar)) || have == JSONValue.asProperty(scalar) { return }
      note(path, want, have)
    case .list(let nodes, _):
      guard case .list(let elements)? = have else { return note(path, want, have) }
      if nodes.count != elements.count {
        note(path, want, have, expected: summary(nodes), as: summary(elements))
      }
      for (index, pair) in zip(nodes, elements).enumerated() { compare(pair.0, pair.1, "\(path)[\(index)]") }
    case .map(let entries, _):
      guard case .object? = have else { return note(path, want, have) }
      for entry in entries {
        compare(entry.value, have?[path: entry.key], path + "." + entry.key)
      }
    }
  }

  /// How many there are, and of which types if they are events.
  private func summary(_ nodes: [ConfigNode]) -> String {
    summary(nodes.count, nodes.map { $0["type"]?.text })
  }

  private func summary(_ values: [JSONValue]) -> String { summary(values.count, values.map { $0["type"]?.text }) }

  private func summary(_ count: Int, _ types: [String?]) -> String {
    let named = types.contains { $0 != nil } ? ": " + types.map { $0 ?? "…" }.joined(separator: ", ") : ""
    return "\(count) in the list" + named
  }

  private mutating func note(
    _ path: String, _ want: ConfigNode, _ have: JSONValue?, expected: String? = nil, as actual: String? = nil
  ) {
    guard differences.count < Self.most else { return }
    differences.append(
      TestDifference(
        path: path, span: want.span, expected: expected ?? JSONValue(want).flow,
        actual: actual ?? have?.flow ?? "nothing"))
  }
}

extension JSONValue {
  /// What a literal of an expectation stands for: numbers may have any length and form that payloads have.
  init(_ scalar: ConfigScalar) {
    if scalar.style == .plain, case .number(let digits)? = JSONValue(scalar.text) {
      self = .number(digits)
    } else {
      self = .asProperty(scalar)
    }
  }

  /// What it stands for in `properties`, where long numbers are text.
  static func asProperty(_ scalar: ConfigScalar) -> JSONValue {
    JSONValue(JSONLiteral.scalar(scalar)) ?? .string(scalar.text)
  }

  init(_ node: ConfigNode) {
    switch node {
    case .scalar(let scalar): self.init(scalar)
    case .list(let nodes, _): self = .list(nodes.map { JSONValue($0) })
    case .map(let entries, _): self = .object(entries.map { Member(key: $0.key, value: JSONValue($0.value)) })
    }
  }

  /// A member by its key, or by a dotted path to it.
  subscript(path key: String) -> JSONValue? {
    if let value = self[key] { return value }
    guard key.contains(".") else { return nil }
    var value: JSONValue? = self
    for part in key.split(separator: ".") { value = value?[String(part)] }
    return value
  }
}
