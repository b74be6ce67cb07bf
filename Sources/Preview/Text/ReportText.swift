internal import Pipeline

/// The closing report of a preview as text.
struct ReportText {
  private let report: PreviewReport
  private let style: TextStyle
  private var lines: [String] = []
  private static let number = 42

  static func render(_ report: PreviewReport, style: TextStyle) -> String {
    var text = ReportText(report: report, style: style)
    text.build()
    return text.lines.map { $0 + "\n" }.joined()
  }

  private init(report: PreviewReport, style: TextStyle) {
    self.report = report
    self.style = style
  }

  private mutating func build() {
    gathered()
    title("report: \(DisplayText.escaped(report.subject.name))")
    scope()
    records()
    rules()
    sessions()
    chart()
    months()
    unmatched()
    findings()
    estimate()
  }

  private mutating func title(_ text: String) {
    var heading = style.heading([(text, .bold)])
    heading.removeLast()
    lines.append(heading)
  }

  private mutating func row(_ name: String, _ count: Int, _ depth: Int, of whole: Int = 0, note: String = "") {
    let label = style.fit(String(repeating: "  ", count: depth) + name, 30)
    let number = DisplayNumber.grouped(count)
    var line = label.padded(max(0, ReportText.number - TextStyle.columns(number))) + number
    var used = max(TextStyle.columns(line), ReportText.number)
    if whole > 0 {
      let percent = DisplayNumber.percent(count, of: whole).indented(to: 8)
      line += percent
      used += TextStyle.columns(percent)
      let bar = ReportText.bar(count, whole, columns: min(20, style.width - used - 2))
      if note.isEmpty, !bar.isEmpty { line += "  " + style.paint(bar, .cyan) }
    }
    if !note.isEmpty { line += "  " + style.fit(note, max(4, style.width - used - 2)) }
    lines.append(line)
  }

  /// In eighths of a column.
  static func bar(_ count: Int, _ whole: Int, columns: Int) -> String {
    guard whole > 0, count > 0, columns > 0 else { return "" }
    let eighths = max(1, Int((Double(count) / Double(whole) * Double(columns * 8)).rounded()))
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }

  private mutating func wrapped(_ text: String, _ indent: Int, tint: TextStyle.Tint? = nil) {
    for (index, line) in style.wrapped(text, style.width - indent - 2).enumerated() {
      let margin = String(repeating: " ", count: index == 0 ? indent : indent + 2)
      lines.append(margin + (tint.map { style.paint(line, $0) } ?? line))
    }
  }

  // MARK: Parts

  /// How the shown records come together.
  private mutating func gathered() {
    guard !report.payloads.isEmpty else { return }
    title("the payloads of these records")
    for payload in report.payloads.prefix(20) {
      let ids = Set(report.shown.flatMap { $0.trace?.events.map(\.id) ?? [] })
      let here = payload.list.filter { ids.contains($0.id) }.count
      let name = payload.session.map { "session \($0)" } ?? "no session"
      lines.append("  " + style.fit(name, style.width - 2))
      lines.append(style.fit("    profile \(DisplayText.escaped(payload.profile))", style.width))
      var span = ""
      if let start = payload.start, let end = payload.end {
        let length = end > start ? ", " + DisplayNumber.duration(milliseconds: end - start) : ""
        span = "\(TimestampWriter.text(start))\(length): "
      }
      let types = payload.list.prefix(12).map { (ids.contains($0.id) ? "*" : "") + DisplayText.escaped($0.type) }
      wrapped(
        "\(span)\(DisplayNumber.plural(payload.events, "event")), \(here) of them shown (*): "
          + types.joined(separator: " → ") + (payload.list.count > 12 ? " …" : ""), 4)
    }
    if report.payloads.count > 20 { lines.append("  … and \(report.payloads.count - 20) more") }
    lines.append("")
  }

  private mutating func scope() {
    let counts = report.counts
    var text = counts.inputs.count == 1 ? DisplayText.escaped(counts.inputs[0].name) : "\(counts.inputs.count) inputs"
    text += ": \(DisplayNumber.plural(counts.sum.records, "record"))"
    if report.isCut {
      text += ", the first of each input"
      if let share = report.share {
        text += " (\(DisplayNumber.percent(Int(share * 10_000), of: 10_000)) of the bytes)"
      }
      text += "; --limit all reads everything"
    } else {
      text += ", all there is"
    }
    wrapped(text, 2)
    if let first = report.sessions.firstEvent, let last = report.sessions.lastEvent {
      wrapped("from \(TimestampWriter.text(first)) to \(TimestampWriter.text(last))", 2)
    }
    lines.append("")
  }

  private mutating func records() {
    let counts = report.counts
    let all = counts.sum.records
    row("records", all, 0)
    row("rejected", counts.rejected, 1, of: all)
    for tally in counts.rejects where tally.stage != .session { reject(tally) }
    row("dropped", counts.dropped, 1, of: all)
    for (reason, count) in report.dropped {
      row(DisplayText.escaped(reason), count, 2, of: all, note: count == 0 ? "nothing" : "")
    }
    row("unmatched", counts.sum.unmatched, 1, of: all)
    row("mapped", counts.sum.mapped, 1, of: all)
  }

  private mutating func reject(_ tally: RunCounts.Tally) {
    row(
      DisplayText.escaped(tally.code), tally.count, 2,
      note: "first \(DisplayText.escaped(tally.input))" + (tally.line > 0 ? ":\(tally.line)" : ""))
    wrapped(DisplayText.escaped(tally.message), 6, tint: .dim)
  }

  private mutating func rules() {
    row("events", report.counts.events, 0)
    for rule in report.rules {
      let other = rule.name == rule.type ? "" : "type \(DisplayText.escaped(rule.type))"
      let note =
        rule.events == 0 ? "none; \(DisplayText.escaped(report.subject.file)):\(rule.span.line)" : other
      row(DisplayText.escaped(rule.name), rule.events, 1, of: report.counts.events, note: note)
    }
    for tally in report.counts.rejects where tally.stage == .session { reject(tally) }
  }

  private mutating func sessions() {
    let sessions = report.sessions
    row("sessions", sessions.sessions, 0)
    let lengths = report.lengths
    if lengths.count > 0 {
      let names = ["1 event", "2 events", "3 to 5", "6 to 10", "11 to 20", "21 to 50", "more"]
      for (name, count) in zip(names, lengths.bySize) where count > 0 { row(name, count, 1, of: lengths.count) }
      let mean = DisplayNumber.tenths(Double(lengths.events) / Double(lengths.count))
      let longest = "; the longest lasts " + DisplayNumber.duration(milliseconds: sessions.longest)
      wrapped(
        "\(mean) events each, at most \(DisplayNumber.grouped(lengths.largest))"
          + (sessions.longest > 0 ? longest : ""), 2)
    }
    if sessions.late > 0 { row("late records", sessions.late, 0) }
    if sessions.outliers > 0 { row("far ahead of the others", sessions.outliers, 0) }
    if sessions.duplicates > 0 { row("repeated records", sessions.duplicates, 0) }
    lines.append("")
  }

  private mutating func chart() {
    let columns = min(72, style.width - 6)
    let (span, bars) = report.series.stretches(most: columns)
    guard bars.count > 1 else { return }
    let sums = bars.map { $0.counts.reduce(0, +) }
    let most = sums.max() ?? 0
    let height = 4
    let wide = max(1, min(4, columns / bars.count))
    lines.append("events by \(span.words), UTC; at most \(DisplayNumber.grouped(most))")
    let parts = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    for level in stride(from: height - 1, through: 0, by: -1) {
      let line = sums.map { sum -> String in
        guard most > 0, sum > 0 else { return " " }
        let eighths = max(1, Int((Double(sum) / Double(most) * Double(height * 8)).rounded()))
        return parts[min(8, max(0, eighths - level * 8))]
      }
      let columns = line.map { wide == 1 ? $0 : String(repeating: $0, count: wide - 1) + " " }.joined()
      let isBlank = columns.allSatisfy { $0 == " " }
      lines.append(isBlank ? "" : "  " + style.paint(ReportText.trimmed(columns), .cyan))
    }
    let first = span.label(bars[0].start)
    let last = span.label(bars[bars.count - 1].start)
    let gap = bars.count * wide - (wide > 1 ? 1 : 0) - first.count - last.count
    lines.append(
      "  " + style.paint(gap > 0 ? first + String(repeating: " ", count: gap) + last : "\(first) – \(last)", .dim))
    lines.append("")
  }

  /// Without blanks at its end.
  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }

  private mutating func months() {
    let months = report.series.months
    guard months.count > 1 else { return }
    let types = report.types
    let width = 10
    let shown = max(1, min(types.count, (style.width - 21) / (width + 1)))
    let order = report.typesByFrequency.prefix(shown)
    lines.append("events by month and type")
    let head = order.map { style.fit(DisplayText.escaped(types[$0].type), width).indented(to: width) }
    lines.append(style.paint("  month  " + "all".indented(to: width) + " " + head.joined(separator: " "), .dim))
    for (month, counts) in months.suffix(36) {
      let byType = report.byType(counts)
      let cells = order.map { DisplayNumber.grouped(byType[$0]).indented(to: width) }
      let sum = DisplayNumber.grouped(counts.reduce(0, +)).indented(to: width)
      lines.append("  \(month)\(sum) \(cells.joined(separator: " "))")
    }
    if months.count > 36 { lines.append("  … and \(months.count - 36) months before") }
    lines.append("")
  }

  private mutating func unmatched() {
    guard !report.unmatched.isEmpty else { return }
    lines.append("what no rule wanted, most frequent first" + (report.isUnmatchedApproximate ? " (about)" : ""))
    for (text, count) in report.unmatched {
      let number = DisplayNumber.grouped(count).indented(to: 10)
      lines.append("  \(number)  " + style.fit(DisplayText.escaped(text), style.width - 14))
    }
    lines.append("")
  }

  private mutating func findings() {
    let silent = report.rulesWithoutEvents
    if !silent.isEmpty {
      wrapped(
        "rules without an event: "
          + silent.map { "\(DisplayText.escaped($0.name)) (line \($0.span.line))" }.joined(separator: ", "), 0)
    }
    if !report.emptyFields.isEmpty {
      wrapped(
        "fields without a value in any record: "
          + report.emptyFields.map { DisplayText.escaped($0) }.joined(separator: ", "), 0)
    }
    for remark in report.remarks {
      wrapped((remark.isLoss ? "! " : "- ") + DisplayText.escaped(remark.text), 0, tint: remark.isLoss ? .red : .yellow)
      if !remark.remedy.isEmpty { wrapped("= " + DisplayText.escaped(remark.remedy), 2) }
    }
    if !silent.isEmpty || !report.emptyFields.isEmpty || !report.remarks.isEmpty { lines.append("") }
  }

  private mutating func estimate() {
    let sessions = report.sessions
    lines.append(
      "an import of \(report.estimate.isExtrapolated ? "all of it" : "this")")
    row(
      "payloads, a request each", sessions.payloads, 1,
      note: "\(DisplayNumber.approximate(bytes: sessions.payloadBytes))")
    if report.estimate.isExtrapolated {
      row("of everything, if the rest is alike", report.estimate.requests, 1)
    }
    wrapped(
      "about \(DisplayNumber.duration(milliseconds: report.estimate.milliseconds)), assuming "
        + PreviewReport.Estimate.assumption, 2)
    wrapped("nothing was written or sent", 2, tint: .dim)
  }
}
