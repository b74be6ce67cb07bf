internal import CEL
internal import Pipeline

/// Finds rules, drop entries and branches that no record reaches: an earlier one takes them all, or their own conditions
/// exclude each other.
struct RuleCoverage {
  private let compiler: ExpressionCompiler
  /// Steps of comparing after which nothing more is looked for; a thousand rules with short lists need a tenth.
  private static let effort = 20_000_000

  init(_ compiler: ExpressionCompiler) { self.compiler = compiler }

  func check(drops: [ConfigNode].SubSequence, rules: [ConfigNode], emitsAll: Bool) {
    var budget = Self.effort
    // One without a condition is an error of its own.
    let drops = drops.filter { !ConditionCompiler.isMissing(in: $0) }.map {
      Demand($0, span: place($0, "reason"), compiler)
    }
    var before: [Demand] = []
    for drop in drops {
      let isDead = unreachable(drop, behind: before, "drop entry", &budget)
      if !isDead { before.append(drop) }
    }
    let demands = rules.map { Demand($0, span: place($0, "type"), compiler) }
    var earlier: [Demand] = []
    for (rule, demand) in zip(rules, demands) {
      if let drop = before.first(where: { $0.covers(demand, &budget) }) {
        compiler.findings.error(
          "M122", "this rule can never match: the drop entry at line \(drop.span.line) takes its records",
          at: demand.span, remedy: "remove the rule, or narrow the drop entry")
      } else if !unreachable(demand, behind: emitsAll ? [] : earlier, "rule", &budget) {
        earlier.append(demand)
      }
      for key in ["properties", "context"] { if let node = rule[key] { cases(in: node, &budget) } }
    }
  }

  /// Reports; true if no record gets there.
  private func unreachable(
    _ demand: Demand, behind earlier: [Demand], _ title: String, _ budget: inout Int
  ) -> Bool {
    if let contradiction = demand.contradiction(&budget) {
      compiler.findings.error(
        "M122", "this \(title) can never match: \(contradiction.reason)", at: demand.span, remedy: contradiction.remedy)
      return true
    }
    guard let first = earlier.first(where: { $0.covers(demand, &budget) }) else { return false }
    compiler.findings.error(
      "M121", "this \(title) is never reached: the one at line \(first.span.line) takes all its records",
      at: demand.span, remedy: "put the narrower one first, or remove it")
    return true
  }

  private func cases(in node: ConfigNode, _ budget: inout Int) {
    for child in node.list ?? node.entries?.map(\.value) ?? [] { cases(in: child, &budget) }
    guard let branches = node["case"]?.list else { return }
    var earlier: [Demand] = []
    var otherwise: SourceSpan?
    for branch in branches {
      if let otherwise {
        compiler.findings.error(
          "M121", "this branch is never reached: `else` at line \(otherwise.line) takes everything", at: branch.span,
          remedy: "put { else: … } last")
        continue
      }
      if let entry = branch.entries?.first(where: { $0.key == "else" }) {
        otherwise = entry.keySpan
        continue
      }
      let demand = Demand(branch, span: branch.span, compiler)
      if !unreachable(demand, behind: earlier, "branch", &budget) { earlier.append(demand) }
    }
  }

  private func place(_ node: ConfigNode, _ key: String) -> SourceSpan { node[key]?.span ?? node.span }
}
