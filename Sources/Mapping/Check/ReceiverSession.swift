internal import Pipeline

/// Compares what surrounds the events, and the contexts of events, with what the receiver makes of it: what it looks for
/// and does not find in the form that it needs is ignored there, or answered with an error.
struct ReceiverSession {
  let findings: Findings

  private enum Form: String {
    case text
    case number = "a number"
    case flag = "true or false"
    case map = "a map"

    func fits(_ value: EmittedValue) -> Bool {
      switch (self, value.kind) {
      case (_, .unknown), (.text, .text), (.number, .number), (.flag, .boolean), (.map, .object): true
      // The receiver converts it.
      case (.number, .boolean): true
      case (.number, .text): value.program == nil && Int(value.scalar.text) != nil
      default: false
      }
    }

    var remedy: String {
      switch self {
      case .text: "emit text: put quotes around a literal, convert an expression: string(…)"
      case .number: "emit a number: int(…)"
      case .flag: "write true or false, without quotes"
      case .map: "write keys below it, as a.b: value"
      }
    }
  }

  private static let options = Dictionary(
    uniqueKeysWithValues: ["saveSession", "saveEvents", "saveProfile", "debugger"].map { ($0, Form.flag) })
  private static let context = [
    "time": Form.map, "time.tz": .text, "utm": .map, "utm.source": .text, "utm.medium": .text,
    "utm.campaign": .text, "utm.term": .text, "utm.content": .text, "location": .map, "location.country": .map,
    "location.country.name": .text, "screen": .map, "screen.local": .map, "screen.local.colorDepth": .number,
  ]
  private static let request = ["headers": Form.map]
  private static let eventContext = ["page": Form.map, "page.referer": .map]
  /// Which of them it fails on, in some releases.
  private static let failing: Set<String> = [
    "time", "time.tz", "utm", "location", "screen", "screen.local", "screen.local.colorDepth", "page", "page.referer",
  ]

  func check(_ target: ConfigNode?, _ compiler: ExpressionCompiler) {
    let options = EmittedValue.all(target?["options"], compiler)
    forms(options, Self.options, in: "options")
    losses(options)
    let context = EmittedValue.all(target?["context"], compiler)
    forms(context, Self.context, in: "context")
    names(context)
    location(context)
    forms(EmittedValue.all(target?["request"], compiler), Self.request, in: "request")
  }

  /// The context of an event.
  func check(event context: [EmittedValue]) { forms(context, Self.eventContext, in: "context") }

  private func forms(_ values: [EmittedValue], _ forms: [String: Form], in key: String) {
    for value in values where !value.isElement {
      guard let form = forms[value.path], !form.fits(value) else { continue }
      let what = Self.failing.contains(value.path) ? "answers with an error to" : "ignores"
      findings.warn(
        "M209", "the receiver \(what) '\(value.path)' in '\(key)' that is not \(form.rawValue)",
        at: value.scalar.span, remedy: form.remedy)
    }
  }

  /// Options that are in order, and lose what is sent.
  private func losses(_ options: [EmittedValue]) {
    func value(_ path: String) -> EmittedValue? { options.first { $0.path == path && !$0.isElement } }
    for (path, what) in [("saveEvents", "stores no event"), ("saveProfile", "stores events without their profiles")] {
      guard let value = value(path), value.kind == .boolean, value.scalar.text == "false" else { continue }
      findings.warn(
        "M209", "with '\(path): false' the receiver \(what), and says that all is well", at: value.scalar.span,
        remedy: "remove it")
    }
    guard let flow = value("scheduledFlowId"), value("scheduledNodeId") != nil else { return }
    findings.warn(
      "M209", "the receiver answers with an error to 'scheduledFlowId' and 'scheduledNodeId' from outside",
      at: flow.key, remedy: "remove them")
  }

  /// Names that the receiver does not look for, though what they stand for is something that it would.
  private func names(_ context: [EmittedValue]) {
    for value in context where !value.isElement && value.kind != .object && Self.context[value.path] == nil {
      guard let remedy = Self.remedy(value.path) else { continue }
      findings.warn("M209", "the receiver ignores '\(value.path)' in 'context'", at: value.key, remedy: remedy)
    }
  }

  /// What a path was meant as: another way to write one (`Utm.source`, `utm_source`), or a slip below `utm`, where
  /// nothing else has a meaning.
  private static func remedy(_ path: String) -> String? {
    let plain = path.lowercased().replacing("_", with: ".")
    let others = context.keys.sorted()
    if let same = others.first(where: { $0.lowercased() == plain }) { return "did you mean '\(same)'?" }
    guard plain.hasPrefix("utm.") else { return nil }
    let names = others.filter { $0.hasPrefix("utm.") }
    return Suggestion.best(for: plain, among: names).map { "did you mean '\($0)'?" }
      ?? "it knows " + names.joined(separator: ", ")
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
