import ArgumentParser
import Pipeline

/// A number of records or a percentage of them.
struct RejectLimit: OptionValue, Sendable {
  static let form = "a number of records or a share of them, such as 100 or 0.5%"

  let tolerance: RejectTolerance

  init(_ tolerance: RejectTolerance) { self.tolerance = tolerance }

  init?(argument: String) {
    guard argument.hasSuffix("%") else {
      guard let count = OptionText.number(argument[...]) else { return nil }
      tolerance = .count(count)
      return
    }
    let parts = argument.dropLast().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = OptionText.number(first), whole <= 100 else { return nil }
    var hundredths = whole * 100
    if parts.count == 2 {
      guard (1...2).contains(parts[1].count), let fraction = OptionText.number(parts[1]) else { return nil }
      hundredths += parts[1].count == 1 ? fraction * 10 : fraction
    }
    guard hundredths <= 10_000 else { return nil }
    tolerance = .share(hundredths: hundredths)
  }

  static func text(_ tolerance: RejectTolerance) -> String {
    switch tolerance {
    case .count(let count): return DisplayNumber.grouped(count)
    case .share(let hundredths):
      let rest = hundredths % 100
      let fraction = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
      return "\(hundredths / 100)\(fraction)%"
    }
  }
}
