internal import Pipeline

/// A preview as one page that needs nothing else: no network, no script, every word of foreign origin escaped.
public struct PreviewPage {
  let report: PreviewReport
  private var html = ""
  /// Colours of types, the most frequent first.
  private let colours: [String: String]

  /// In the order of the page.
  enum Section: String, CaseIterable {
    case remarks, fates, time, types, sessions, visitors, records, rejects, rest

    /// What the top calls it; nil for what comes first anyway.
    var link: String? {
      switch self {
      case .remarks: nil
      case .fates: "Records"
      case .time: "Time"
      case .types: "Events"
      case .sessions: "Sessions"
      case .visitors: "Visitors"
      case .records: "Samples"
      case .rejects: "Rejects"
      case .rest: "More"
      }
    }
  }

  /// The whole document.
  public static func render(_ report: PreviewReport) -> String {
    var page = PreviewPage(report)
    page.build()
    return page.html
  }

  private init(_ report: PreviewReport) {
    self.report = report
    var colours: [String: String] = [:]
    for (place, type) in report.typesByFrequency.enumerated() {
      colours[report.types[type].type] = Charts.colour(place)
    }
    self.colours = colours
  }

  mutating func add(_ text: String) {
    html += text
    html += "\n"
  }

  /// Nothing if the report has nothing for it.
  mutating func section(_ section: Section, _ title: String, _ body: (inout PreviewPage) -> Void) {
    guard isShown(section) else { return }
    let id = section.rawValue
    add("<section id=\"\(id)\" aria-labelledby=\"\(id)-h\"><h2 id=\"\(id)-h\">\(Markup.escaped(title))</h2>")
    body(&self)
    add("</section>")
  }

  func colour(_ type: String) -> String { colours[type] ?? Charts.colour(Charts.colours) }

  private mutating func build() {
    let name = Markup.escaped(report.subject.name, most: 120)
    add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")
    add("<meta http-equiv=\"Content-Security-Policy\" content=\"\(PageStyle.policy)\">")
    add("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
    add("<meta name=\"referrer\" content=\"no-referrer\">\n<title>Preview: \(name)</title>")
    html += "<style>" + PageStyle.sheet + "</style>\n</head>\n<body>\n"
    add("<a class=\"skip\" href=\"#main\">To the content</a>")
    header(name)
    add("<main id=\"main\">")
    remarks()
    fates()
    time()
    types()
    sessions()
    visitors()
    records()
    rejects()
    rest()
    add("</main>")
    footer()
    html += "</body>\n</html>\n"
  }

  // MARK: Top

  private mutating func header(_ name: String) {
    let counts = report.counts
    add("<header><h1>What <code>\(name)</code> makes of the data</h1>")
    let inputs = counts.inputs.prefix(4).map(\.name).joined(separator: ", ") + (counts.inputs.count > 4 ? ", …" : "")
    var scope = report.isCut ? "the first records of each input" : "all records"
    if report.isCut, let share = report.share {
      scope += ", \(DisplayNumber.percent(Int(share * 10_000), of: 10_000)) of the bytes"
    }
    add("<p class=\"soft\">\(Markup.escaped(inputs, most: 300)): \(scope)")
    if let first = report.sessions.firstEvent, let last = report.sessions.lastEvent {
      add("<br>events from \(PreviewPage.moment(first)) to \(PreviewPage.moment(last)) UTC")
    }
    add("</p><span class=\"safe\">a dry run: nothing was written or sent</span>")
    add("<dl class=\"tiles\">")
    tile("Records", counts.sum.records)
    tile("Events", counts.events)
    tile("Sessions", report.sessions.sessions)
    tile("Payloads", report.sessions.payloads, DisplayNumber.approximate(bytes: report.sessions.payloadBytes))
    tile(
      "Rejected", counts.rejected,
      counts.rejected == 0 ? "" : DisplayNumber.percent(counts.rejected, of: counts.sum.records))
    add(
      "<div><dt>Import</dt><dd>\(DisplayNumber.duration(milliseconds: report.estimate.milliseconds))<small>estimated"
        + "\(report.estimate.isExtrapolated ? ", for everything" : "")</small></dd></div>")
    add("</dl><nav aria-label=\"Sections\">")
    for section in Section.allCases where isShown(section) {
      if let link = section.link { add("<a href=\"#\(section.rawValue)\">\(link)</a>") }
    }
    add("</nav></header>")
  }

  private func isShown(_ section: Section) -> Bool {
    switch section {
    case .remarks: !report.remarks.isEmpty || !report.rulesWithoutEvents.isEmpty
    case .fates, .types: true
    case .time: report.counts.events > 0
    case .sessions: report.lengths.count > 0
    case .visitors: !report.visitors.isEmpty
    case .records: !report.shown.isEmpty
    case .rejects: !report.rejects.isEmpty
    case .rest: !report.unmatched.isEmpty || !report.emptyFields.isEmpty || report.series.months.count > 1
    }
  }

  private mutating func tile(_ name: String, _ count: Int, _ note: String = "") {
    let small = note.isEmpty ? "" : "<small>\(Markup.escaped(note))</small>"
    add("<div><dt>\(name)</dt><dd>\(DisplayNumber.grouped(count))\(small)</dd></div>")
  }

  private mutating func remarks() {
    let silent = report.rulesWithoutEvents
    section(.remarks, "What to look at") { page in
      for remark in page.report.remarks.sorted(by: { $0.isLoss && !$1.isLoss }) {
        let remedy = remark.remedy.isEmpty ? "" : "<p class=\"soft\">\(Markup.escaped(remark.remedy, most: 400))</p>"
        page.add(
          "<div class=\"remark\(remark.isLoss ? " loss" : "")\"><p>\(Markup.escaped(remark.text, most: 600))</p>\(remedy)</div>"
        )
      }
      if !silent.isEmpty {
        let names = silent.map { "\($0.name) (line \($0.span.line))" }.joined(separator: ", ")
        page.add(
          "<div class=\"remark\"><p>Rules without an event: \(Markup.escaped(names, most: 600))</p></div>")
      }
    }
  }

  // MARK: Records, rejects and the rest

  private mutating func records() {
    section(.records, "Records beside what becomes of them") { page in
      page.add(
        "<p class=\"soft\">\(DisplayNumber.plural(page.report.shown.count, "record")). Open one to see its fields, what the mapping computes, and the payload.</p>"
      )
      for (index, record) in page.report.shown.enumerated() {
        page.html += RecordMarkup.render(record, number: index + 1, payloads: page.report.payloads)
      }
    }
  }

  private mutating func rejects() {
    section(.rejects, "Rejects by code") { page in
      for group in page.report.rejects {
        guard let first = group.first.first else { continue }
        page.add(
          "<details><summary><span class=\"badge rejected\">\(Markup.escaped(group.code, most: 40))</span>"
            + "<strong>\(DisplayNumber.grouped(group.count))</strong><span class=\"line\">\(Markup.escaped(first.reject.message, most: 200))</span></summary>"
            + "<div class=\"inside\">")
        if !first.reject.hint.isEmpty {
          page.add("<p class=\"soft\">\(Markup.escaped(first.reject.hint, most: 400))</p>")
        }
        for located in group.first { page.reject(located) }
        if group.count > group.first.count {
          page.add("<p class=\"soft\">… and \(DisplayNumber.grouped(group.count - group.first.count)) more</p>")
        }
        page.add("</div></details>")
      }
    }
  }

  private mutating func reject(_ located: LocatedReject) {
    var record = ShownRecord(
      input: located.input, record: located.record, line: located.line, raw: located.raw,
      length: max(located.reject.length, located.raw.count))
    record.reject = located.reject
    let place =
      "\(located.input)\(located.line > 0 ? ":\(located.line)" : "")"
      + (located.reject.column > 0 ? ", column \(located.reject.column)" : "")
    add("<h3>\(Markup.escaped(place, most: 160))</h3><p>\(Markup.escaped(located.reject.message, most: 400))</p>")
    add("<pre class=\"raw\" tabindex=\"0\">\(RecordMarkup.marked(record))</pre>")
  }

  private mutating func rest() {
    section(.rest, "More") { page in
      page.months()
      if !page.report.unmatched.isEmpty {
        page.add("<h3>What no rule wanted, most frequent first</h3><table><tbody>")
        let most = page.report.unmatched.first?.count ?? 1
        for (text, count) in page.report.unmatched {
          page.add(
            "<tr><th scope=\"row\" class=\"mono\">\(Markup.escaped(text, most: 160))</th><td class=\"num\">\(DisplayNumber.grouped(count))</td>"
              + "<td class=\"bar\">\(Charts.bar(count, of: most, "f-unmatched"))</td></tr>")
        }
        page.add("</tbody></table>")
      }
      if !page.report.emptyFields.isEmpty {
        page.add(
          "<h3>Fields that the mapping names and no record has</h3><p>\(Markup.escaped(page.report.emptyFields.joined(separator: ", "), most: 800))</p>"
        )
      }
    }
  }

  private mutating func months() {
    let months = report.series.months
    guard months.count > 1 else { return }
    let types = report.types
    add("<h3>Events by month and type</h3><div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>month</th>")
    for type in types { add("<th class=\"num\">\(Markup.escaped(type.type, most: 40))</th>") }
    add("</tr></thead><tbody>")
    for (month, counts) in months.suffix(120) {
      let cells = report.byType(counts).map { "<td class=\"num\">\($0 == 0 ? "·" : DisplayNumber.grouped($0))</td>" }
      add("<tr><th scope=\"row\">\(month)</th>\(cells.joined())</tr>")
    }
    add("</tbody></table></div>")
  }

  private mutating func footer() {
    let estimate = report.estimate
    add(
      "<footer><p>\(DisplayNumber.plural(estimate.requests, "request"))\(estimate.isExtrapolated ? " for everything, if the rest is like what was read" : ""): "
        + "about \(DisplayNumber.duration(milliseconds: estimate.milliseconds)), assuming \(PreviewReport.Estimate.assumption).</p>"
    )
    add(
      "<p>Made by <code>trackfill preview</code> with \(Markup.escaped(report.subject.file, most: 200)). Profiles are pseudonyms unless the mapping names them; records are shown as they are.</p></footer>"
    )
  }

  /// `2026-09-10 07:52`
  static func moment(_ milliseconds: Int64) -> String {
    guard CalendarTime.range.contains(milliseconds) else { return "" }
    let text = TimestampWriter.text(milliseconds)
    return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
  }
}
