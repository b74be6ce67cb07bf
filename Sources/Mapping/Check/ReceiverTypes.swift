internal import Pipeline

/// Compares what rules emit with what the receiver's built-in event types know. Whoever wants to send more puts it under
/// `custom`, as the receiver's own `sign-up` does: then it is no slip.
struct ReceiverTypes {
  let findings: Findings

  func check(_ type: ConfigScalar, _ values: [EmittedValue], tags: SourceSpan?) {
    guard let known = EventTypes.named(type.text) else { return }
    if known.isOpen {
      findings.warn(
        "M209", "the receiver fails on '\(known.name)': releases up to 1.0 answer with an error", at: type.span,
        remedy: "use profile-update, or a type of your own")
    }
    if let tags {
      findings.warn(
        "M209", "tags of '\(known.name)' are lost: it is a built-in type with its own", at: tags,
        remedy: "leave them out, or use a type of your own")
    }
    guard !known.isOpen else { return }
    for value in values where !value.isElement && !value.path.isEmpty { check(value, known) }
  }

  private func check(_ value: EmittedValue, _ type: EventType) {
    guard value.path != "custom", !value.path.hasPrefix("custom.") else { return }
    if let kind = type.properties[value.path] { return check(value, kind, type) }
    // Below a known property: lists and free ones hold anything, a field of words no map.
    var parts = value.path.split(separator: ".")
    while parts.count > 1 {
      parts.removeLast()
      if type.properties[parts.joined(separator: ".")] != nil { return }
    }
    let inner = type.properties.keys.filter { $0.hasPrefix(value.path + ".") }
    if value.kind == .object || value.kind == .unknown, !inner.isEmpty { return }
    guard value.kind != .object else { return }
    let names = type.properties.keys.sorted()
    let suggestion = Suggestion.best(for: value.path, among: names).map { "did you mean '\($0)'? " } ?? ""
    let known = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    findings.warn(
      "M208", "'\(value.path)' is not a property of the built-in type '\(type.name)'", at: value.key,
      remedy: suggestion
        + (names.isEmpty
          ? "it has none: use a type of your own"
          : "it is stored, but copied nowhere; put your own under `custom`; known: \(known)"))
  }

  private func check(_ value: EmittedValue, _ kind: EventType.Kind, _ type: EventType) {
    let wrong: (what: String, remedy: String)? =
      switch (kind, value.kind) {
      case (.number, .text): ("a number", "convert it: decimal(…), double(…) or int(…)")
      case (.number, .boolean), (.number, .list), (.number, .object): ("a number", "emit a number")
      case (.date, .boolean), (.date, .list), (.date, .object): ("a date", "emit a timestamp")
      case (.date, .text) where value.program == nil && !Self.isDate(value.scalar.text):
        ("a date", "write it as 2026-09-10T14:00:00Z")
      case (.text, .object): ("text", "emit one of its values")
      default: nil
      }
    guard let wrong else { return }
    findings.warn(
      "M209", "the receiver loses a '\(type.name)' whose '\(value.path)' is not \(wrong.what), and does not say so",
      at: value.scalar.span, remedy: wrong.remedy)
  }

  /// `2026-09-10`, with or without more behind it.
  private static func isDate(_ text: String) -> Bool {
    let shape = text.utf8.prefix(10).map { $0 >= 48 && $0 <= 57 ? UInt8(ascii: "0") : $0 }
    return shape == Array("0000-00-00".utf8)
  }
}
