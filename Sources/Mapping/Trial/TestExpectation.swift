internal import Pipeline

/// What a test expects: the keys of its `expect`, checked when the mapping is loaded. What is not named is not looked at.
struct TestExpectation: Sendable {
  /// What can be expected.
  enum Subject: String, CaseIterable, Sendable {
    /// Numbers.
    case sessions, unmatched
    /// A number, or what is in each, in order.
    case payloads, events
    /// A number, or numbers by reason or code.
    case dropped, rejected
    /// What every session has, or a list with what each has.
    case profile, context, request
  }

  struct Item: Sendable {
    let subject: Subject
    let keySpan: SourceSpan
    let value: ConfigNode
  }

  let items: [Item]

  /// - Parameters:
  ///   - reasons: the mapping's reasons for dropping.
  ///   - codes: those of its checks.
  init(_ node: ConfigNode, reasons: [String], codes: [String], _ findings: Findings) {
    let keys = Subject.allCases.map(\.rawValue)
    guard let section = Section(node, "expect", keys: keys, findings) else {
      items = []
      return
    }
    if section.node.entries?.isEmpty == true {
      findings.error(
        "M005", "'expect' expects nothing", at: node.span, remedy: "say what must come of it: sessions: 1")
    }
    var items: [Item] = []
    for entry in node.entries ?? [] {
      guard let subject = Subject(rawValue: entry.key) else { continue }
      let item = Item(subject: subject, keySpan: entry.keySpan, value: entry.value)
      if item.isWellFormed(reasons: reasons, codes: RejectCodes.all + codes, findings) { items.append(item) }
    }
    self.items = items
  }
}

extension TestExpectation.Item {
  fileprivate func isWellFormed(reasons: [String], codes: [String], _ findings: Findings) -> Bool {
    switch (subject, value) {
    case (.sessions, .scalar(let scalar)), (.unmatched, .scalar(let scalar)), (.payloads, .scalar(let scalar)),
      (.events, .scalar(let scalar)), (.dropped, .scalar(let scalar)), (.rejected, .scalar(let scalar)):
      return isNumber(scalar, findings)
    case (.payloads, .list(let nodes, _)), (.events, .list(let nodes, _)), (.profile, .list(let nodes, _)),
      (.context, .list(let nodes, _)), (.request, .list(let nodes, _)):
      return nodes.allSatisfy { node in
        refuseNull(in: node, findings)
        if let entries = node.entries {
          if subject == .events { refuseUnknownKeys(entries, findings) }
          if subject == .payloads {
            for event in node["events"]?.list ?? [] { refuseUnknownKeys(event.entries ?? [], findings) }
          }
          return true
        }
        findings.error(
          "M006", "'\(subject.rawValue)' must be a list of maps", at: node.span, remedy: "write - { key: value }")
        return false
      }
    case (.profile, .map), (.context, .map), (.request, .map):
      refuseNull(in: value, findings)
      return true
    case (.dropped, .map(let entries, _)):
      return entries.allSatisfy { entry in
        guard reasons.contains(entry.key) else {
          findings.error(
            "M007", "nothing is dropped for '\(entry.key)'", at: entry.keySpan,
            remedy: Suggestion.remedy(for: entry.key, among: reasons))
          return false
        }
        return isNumber(entry.value, findings)
      }
    case (.rejected, .map(let entries, _)):
      return entries.allSatisfy { entry in
        guard codes.contains(entry.key) else {
          findings.error(
            "M007", "nothing is rejected under the code '\(entry.key)'", at: entry.keySpan,
            remedy: "write a code of docs/diagnostics.md, such as R102, or that of a check")
          return false
        }
        return isNumber(entry.value, findings)
      }
    default:
      findings.error("M006", "'\(subject.rawValue)' has the wrong shape", at: value.span, remedy: "write \(form)")
      return false
    }
  }

  /// Keys of events, dotted or not.
  private static let eventKeys = ["id", "type", "time", "properties", "context", "options", "tags"]

  private func refuseUnknownKeys(_ event: [ConfigEntry], _ findings: Findings) {
    for entry in event.prefix(20) where !Self.eventKeys.contains(String(entry.key.prefix { $0 != "." })) {
      findings.error(
        "M004", "unknown key '\(entry.key)' in event", at: entry.keySpan,
        remedy: Suggestion.remedy(for: entry.key, among: Self.eventKeys))
    }
  }

  /// Nothing is ever null, so that whoever writes it means what is not there; and that is not looked at.
  private func refuseNull(in node: ConfigNode, _ findings: Findings) {
    switch node {
    case .scalar(let scalar) where Findings.isNull(scalar):
      findings.error(
        "M007", scalar.text.isEmpty ? "no value" : "'\(scalar.text)' is not a value: nothing is ever emitted as null",
        at: scalar.span, remedy: "name only what must be there, or put quotes around text")
    case .scalar: break
    case .list(let nodes, _): for node in nodes { refuseNull(in: node, findings) }
    case .map(let entries, _): for entry in entries { refuseNull(in: entry.value, findings) }
    }
  }

  private var form: String {
    switch subject {
    case .sessions, .unmatched: "a number"
    case .payloads, .events: "a number, or a list of maps"
    case .dropped: "a number, or { reason: number }"
    case .rejected: "a number, or { R102: number }"
    case .profile, .context, .request: "a map, or a list with a map for each session"
    }
  }

  private func isNumber(_ node: ConfigNode, _ findings: Findings) -> Bool {
    if let scalar = node.scalar { return isNumber(scalar, findings) }
    findings.error("M006", "a number is expected here", at: node.span, remedy: "write a whole number")
    return false
  }

  private func isNumber(_ scalar: ConfigScalar, _ findings: Findings) -> Bool {
    if let number = Int(scalar.text), number >= 0 { return true }
    findings.error("M007", "'\(scalar.text)' is not a whole number", at: scalar.span, remedy: "write \(form)")
    return false
  }
}
