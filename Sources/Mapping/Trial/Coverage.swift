public import Pipeline

/// Which rules, reasons for dropping and branches of `case` the tests of a mapping reach.
public struct Coverage: Sendable {
  /// What of a mapping a test can reach.
  public enum Kind: String, Sendable { case rule, drop, branch }

  /// One of them, and how often it was reached.
  public struct Item: Sendable {
    public let kind: Kind
    /// A rule's name, a reason, or what the branch gives.
    public let name: String
    public let span: SourceSpan
    /// Events of the rule, records dropped, or values given, in all tests.
    public let hits: Int
  }

  /// Rules, then reasons, then branches, in the order of the file; branches only of a mapping loaded to be checked.
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
      + (plan.branches?.branches ?? []).enumerated().map { index, branch in
        Item(kind: .branch, name: branch.name, span: branch.span, hits: sum(index, { $0.branches }))
      }
  }
}
