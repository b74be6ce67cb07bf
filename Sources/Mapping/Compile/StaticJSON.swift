internal import Pipeline

/// Settings that are the same for every record, as JSON. Where there are findings what it gives goes nowhere.
enum StaticJSON {
  static func object(_ node: ConfigNode, _ findings: Findings) -> String? {
    guard let entries = node.entries, !entries.isEmpty else {
      findings.error("M006", "options must be a map of names and values", at: node.span, remedy: "write name: value")
      return nil
    }
    return object(DottedKeys(entries, findings), findings)
  }

  private static func object(_ keys: DottedKeys, _ findings: Findings) -> String {
    let members = keys.members.map { member in
      switch member.value {
      case .leaf(let node): JSONValue.quoted(member.key) + ":" + value(node, findings)
      case .branch(let inner): JSONValue.quoted(member.key) + ":" + object(inner, findings)
      }
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func value(_ node: ConfigNode, _ findings: Findings) -> String {
    switch node {
    case .scalar(let scalar):
      findings.refuseExpression(scalar)
      return findings.isValue(scalar) ? JSONLiteral.scalar(scalar) : ""
    case .list(let nodes, _): return "[" + nodes.map { value($0, findings) }.joined(separator: ",") + "]"
    case .map(let entries, let span):
      if entries.isEmpty { findings.error("M007", "an empty map", at: span, remedy: "leave the key out") }
      return object(DottedKeys(entries, findings), findings)
    }
  }
}
