import Pipeline
import Preview

extension RecordChoice.Filter {
  /// What `--only` names: a fate, a rule, a type, a drop reason, a code.
  /// - Throws: U121 for what is none of them.
  init(_ word: String?, _ subject: PreviewSubject, codes: [String]) throws(Diagnostics) {
    guard let word else {
      self = .all
      return
    }
    let rules = subject.rules.indices.filter { subject.rules[$0].name == word }
    let typed = subject.rules.indices.filter { subject.rules[$0].type == word }
    let entries = subject.dropEntries.indices.filter { subject.dropEntries[$0] == word }.map { UInt32($0) }
    switch word {
    case "mapped": self = .mapped
    case "rejected": self = .rejected
    case "dropped": self = .dropped
    case "unmatched": self = .unmatched
    case "late": self = .late
    case "no-visitor" where subject.drops.contains(word): self = .entries([RecordFates.noVisitor])
    case _ where !rules.isEmpty: self = .rules(Set(rules))
    case _ where !typed.isEmpty: self = .rules(Set(typed))
    case _ where !entries.isEmpty: self = .entries(Set(entries))
    case _ where codes.contains(word) || CodePages.all.contains(where: { $0.code == word }): self = .code(word)
    default:
      let known =
        ["mapped", "rejected", "dropped", "unmatched", "late"] + subject.rules.flatMap { [$0.name, $0.type] }
        + subject.drops
      throw Diagnostics([
        Diagnostic(
          "U121", "--only \(word): the mapping has no such rule, type or reason",
          remedy: Suggestion.remedy(for: word, among: Array(Set(known + codes))))
      ])
    }
  }
}
