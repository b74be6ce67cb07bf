internal import Pipeline

/// A comparison as text.
public struct ComparisonText {
  private let report: ComparisonReport
  private let style: TextStyle
  private var lines: [String] = []
  /// Differences of one kind that are listed.
  private static let most = 30

  /// The whole text, each line with its end.
  public static func render(_ report: ComparisonReport, style: TextStyle) -> String {
    var text = ComparisonText(report: report, style: style)
    text.build()
    return text.lines.map { $0 + "\n" }.joined()
  }

  private init(report: ComparisonReport, style: TextStyle) {
    self.report = report
    self.style = style
  }

  private mutating func build() {
    title([("old \(report.old.subject.file)", .bold), ("new \(report.new.subject.file)", .bold)])
    if !report.isOneReading { lines.append("  the two read differently; records are matched by their place") }
    lines.append(style.paint("  " + "".padded(28) + numbers(["old", "new", "change"]), .dim))
    counts()
    types()
    guard report.isChanged else {
      lines.append("")
      lines.append(
        style.paint("nothing changes: all \(DisplayNumber.plural(report.events.same, "event")) are the same", .green))
      return
    }
    lines.append("")
    single("events with another id: an import of both would double them", report.events.renamed)
    single("events of another visitor", report.events.visitors)
    single("another context of the session", report.events.contexts)
    single("another request of the session", report.events.requests)
    for one in report.retyped.prefix(ComparisonText.most) {
      change("\(one.old) → \(one.new)", one.change)
    }
    for (type, one) in report.events.removed.sorted(by: { $0.key < $1.key }) { change("removed \(type)", one) }
    for (type, one) in report.events.added.sorted(by: { $0.key < $1.key }) { change("added \(type)", one) }
    let properties = report.properties
    for (key, one) in properties.prefix(ComparisonText.most) {
      change("\(key.type): \(key.kind.rawValue) \(key.path)", one)
    }
    if properties.count > ComparisonText.most {
      lines.append("… and \(properties.count - ComparisonText.most) more properties")
      lines.append("")
    }
    sessions()
  }

  private mutating func title(_ parts: [(String, TextStyle.Tint)]) {
    var heading = style.heading(parts.map { (DisplayText.escaped($0.0), $0.1) })
    heading.removeLast()
    lines.append(heading)
  }

  private func numbers(_ texts: [String]) -> String { texts.map { $0.indented(to: 12) }.joined() }

  private mutating func row(_ name: String, _ old: Int, _ new: Int, _ depth: Int, hidden: Bool = false) {
    if hidden, old == new { return }
    let label = style.fit(String(repeating: "  ", count: depth + 1) + DisplayText.escaped(name), 29)
    let change = old == new ? "" : (new > old ? "+" : "") + DisplayNumber.grouped(new - old)
    let line = label.padded(30) + numbers([DisplayNumber.grouped(old), DisplayNumber.grouped(new)])
    lines.append(change.isEmpty ? line : line + style.paint(change.indented(to: 12), new > old ? .green : .red))
  }

  private mutating func counts() {
    let (old, new) = (report.old, report.new)
    row("records", old.counts.records, new.counts.records, 0)
    for (code, before, after) in report.codes { row("rejected: \(code)", before, after, 1) }
    row("dropped", old.dropped, new.dropped, 1)
    for (reason, before, after) in report.reasons { row(reason, before, after, 2, hidden: true) }
    row("unmatched", old.counts.unmatched, new.counts.unmatched, 1)
    row("mapped", old.counts.mapped, new.counts.mapped, 1)
    row("sessions", old.sessions, new.sessions, 0)
    row("payloads", old.payloads, new.payloads, 0)
    row("events", old.events, new.events, 0)
  }

  private mutating func types() {
    for type in report.types {
      row(type.type, type.old, type.new, 1)
      var parts: [String] = []
      for (word, count) in [("added", type.added), ("removed", type.removed), ("changed", type.changed)] where count > 0
      {
        parts.append("\(DisplayNumber.grouped(count)) \(word)")
      }
      if !parts.isEmpty { lines.append(style.paint("      " + parts.joined(separator: ", "), .yellow)) }
    }
  }

  private mutating func single(_ title: String, _ change: EventComparison.Change) {
    if change.count > 0 { self.change(title, change) }
  }

  private mutating func change(_ title: String, _ change: EventComparison.Change) {
    let count = DisplayNumber.grouped(change.count)
    lines.append(
      style.paint(style.fit(DisplayText.escaped(title), style.width - count.count - 3), .bold) + ": " + count)
    for sample in change.samples {
      let place = DisplayText.escaped(sample.input) + (sample.line > 0 ? ":\(sample.line)" : "")
      lines.append(style.paint(style.fit("  \(place)  \(RawText.escaped(sample.raw[...]))", style.width), .dim))
      if let old = sample.old {
        lines.append(style.paint(style.fit("    - " + DisplayText.escaped(old), style.width), .red))
      }
      if let new = sample.new {
        lines.append(style.paint(style.fit("    + " + DisplayText.escaped(new), style.width), .green))
      }
    }
    lines.append("")
  }

  private mutating func sessions() {
    for (word, count, samples) in [
      ("sessions that split", report.split, report.splitSamples),
      ("sessions that hold events of several old ones", report.merged, report.mergedSamples),
    ] where count > 0 {
      lines.append(style.paint(word, .bold) + ": " + DisplayNumber.grouped(count))
      for sample in samples {
        lines.append(
          style.fit(
            "  \(sample.id)  \(TimestampWriter.text(sample.start)), \(DisplayNumber.plural(sample.events, "event"))",
            style.width))
      }
      lines.append("")
    }
  }
}
