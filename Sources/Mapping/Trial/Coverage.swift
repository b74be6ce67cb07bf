public import Pipeline

/// Which rules and which reasons for dropping the tests of a mapping reach.
public struct Coverage: Sendable {
  public enum Kind: String, Sendable { case rule, drop }

  public struct Item: Sendable {
    public let kind: Kind
    /// A rule's name or a reason.
    public let name: String
    public let span: SourceSpan
    /// Events of the rule, or records dropped, in all tests.
    public let hits: Int
  }

  /// Rules, then reasons, in the order of the file.
  public let items: [Item]

  public init(_ plan: MappingPlan, _ results: [TestResult]) {
    func sum(_ index: Int, _ counts: (TestResult) -> [Int]) -> Int {
      results.reduce(0) { $0 + (index < counts($1).count ? counts($1)[index] : 0) }
    }
    let rules = plan.document["events"]?.list ?? []
    let drops = plan.document["drop"]?.list ?? []
    let rest = plan.document.span
    items =
      plan.rules.enumerated().map { index, rule in
        let node = index < rules.count ? rules[index] : plan.document
        return Item(
          kind: .rule, name: rule.name, span: (node["name"] ?? node["type"])?.span ?? rest,
          hits: sum(index, { $0.matched }))
      }
      + plan.drops.enumerated().map { index, reason in
        let entry = drops.first { $0["reason"]?.text == reason }?["reason"]
        return Item(
          kind: .drop, name: reason, span: (entry ?? plan.document["identity"]?["none"])?.span ?? rest,
          hits: sum(index, { $0.dropped }))
      }
  }
}
