internal import Pipeline

/// Compares what surrounds the events with what the receiver makes of it: what it looks for and does not find in the form
/// that it needs is ignored there, or answered with an error.
struct ReceiverSession {
  let findings: Findings

  private enum Form: String {
    case text
    case flag = "true or false"
    case map = "a map"

    func fits(_ kind: JSONKind) -> Bool {
      switch (self, kind) {
      case (_, .unknown), (.text, .text), (.flag, .boolean), (.map, .object): true
      default: false
      }
    }

    var remedy: String {
      switch self {
      case .text: "emit text: put quotes around a literal, convert an expression: string(…)"
      case .flag: "write true or false, without quotes"
      case .map: "write keys below it, as a.b: value"
      }
    }
  }

  private static let options = Dictionary(
    uniqueKeysWithValues: ["saveSession", "saveEvents", "saveProfile", "debugger"].map { ($0, Form.flag) })
  private static let context = [
    "time.tz": Form.text, "utm": .map, "utm.source": .text, "utm.medium": .text, "utm.campaign": .text,
    "utm.term": .text, "utm.content": .text, "location": .map, "location.country": .map,
    "location.country.name": .text,
  ]
  private static let request = ["headers": Form.map]
  /// Which of them it fails on.
  private static let failing: Set<String> = ["time.tz"]

  func check(_ target: ConfigNode?, _ compiler: ExpressionCompiler) {
    for (key, forms) in [("options", Self.options), ("context", Self.context), ("request", Self.request)] {
      let values = EmittedValue.all(target?[key], compiler)
      for value in values where !value.isElement {
        guard let form = forms[value.path], !form.fits(value.kind) else { continue }
        let what = Self.failing.contains(value.path) ? "answers with an error to" : "ignores"
        findings.warn(
          "M209", "the receiver \(what) '\(value.path)' in '\(key)' that is not \(form.rawValue)",
          at: value.scalar.span, remedy: form.remedy)
      }
      if key == "context" { location(values) }
    }
  }

  /// A place counts only with the name of its country.
  private func location(_ values: [EmittedValue]) {
    let parts = values.filter { $0.path.hasPrefix("location.") }
    guard let first = parts.first, !parts.contains(where: { $0.path == "location.country.name" }),
      // What an expression gives as a whole may have it.
      !parts.contains(where: { $0.path == "location.country" && $0.program != nil })
    else { return }
    findings.warn(
      "M209", "the receiver ignores a location without 'country.name'", at: first.key,
      remedy: "add location.country.name, or leave the location out")
  }
}
