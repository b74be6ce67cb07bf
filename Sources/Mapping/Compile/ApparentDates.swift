internal import CEL

/// Finds dates without quotes: `2026-09-10` is 2007 to the expression language, and to nobody else.
enum ApparentDates {
  static func issues(in expression: Expression) -> [Issue] {
    var issues: [Issue] = []
    var open = [expression]
    while let next = open.popLast() {
      open += next.children
      // Four, two and two digits with nothing but the signs between them.
      guard case .binary(.subtract, let first, let day) = next.node,
        case .binary(.subtract, let year, let month) = first.node,
        [year, month, day].allSatisfy(isNumber), year.span.count == 4, (1...2).contains(month.span.count),
        (1...2).contains(day.span.count), month.span.lowerBound == year.span.upperBound + 1,
        day.span.lowerBound == month.span.upperBound + 1
      else { continue }
      issues.append(
        Issue(
          .typeMismatch, at: next.span, "a date without quotes is a subtraction",
          remedy: "write timestamp(\"2026-09-10T00:00:00Z\"), or put quotes around it if it is text"))
    }
    return issues
  }

  private static func isNumber(_ expression: Expression) -> Bool {
    if case .literal(.int(let number)) = expression.node { number >= 0 } else { false }
  }
}
