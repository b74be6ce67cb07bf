internal import Pipeline

/// A preview as one page that needs nothing else: no network, no script, every word of foreign origin escaped.
public struct PreviewPage {
  private let report: PreviewReport
  private var html = ""
  /// Colours of types, the most frequent first.
  private let colours: [String: String]

  public static func render(_ report: PreviewReport) -> String {
    var page = PreviewPage(report)
    page.build()
    return page.html
  }

  private init(_ report: PreviewReport) {
    self.report = report
    let order = report.types.enumerated().sorted {
      $0.element.count != $1.element.count ? $0.element.count > $1.element.count : $0.offset < $1.offset
    }
    var colours: [String: String] = [:]
    for (place, type) in order.enumerated() { colours[type.element.type] = Charts.colour(place) }
    self.colours = colours
  }

  private mutating func add(_ text: String) {
    html += text
    html += "\n"
  }

  private mutating func section(_ id: String, _ title: String, _ body: (inout PreviewPage) -> Void) {
    add("<section id=\"\(id)\" aria-labelledby=\"\(id)-h\"><h2 id=\"\(id)-h\">\(Markup.escaped(title))</h2>")
    body(&self)
    add("</section>")
  }

  private func colour(_ type: String) -> String { colours[type] ?? Charts.colour(Charts.colours) }

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
    for (id, title) in [
      ("fates", "Records"), ("time", "Time"), ("types", "Events"), ("sessions", "Sessions"), ("visitors", "Visitors"),
      ("records", "Samples"), ("rejects", "Rejects"), ("rest", "More"),
    ] where isShown(id) { add("<a href=\"#\(id)\">\(title)</a>") }
    add("</nav></header>")
  }

  private func isShown(_ id: String) -> Bool {
    switch id {
    case "time": report.counts.events > 0
    case "sessions": report.lengths.count > 0
    case "visitors": !report.visitors.isEmpty
    case "records": !report.shown.isEmpty
    case "rejects": !report.rejects.isEmpty
    case "rest": !report.unmatched.isEmpty || !report.emptyFields.isEmpty || report.series.months.count > 1
    default: true
    }
  }

  private mutating func tile(_ name: String, _ count: Int, _ note: String = "") {
    let small = note.isEmpty ? "" : "<small>\(Markup.escaped(note))</small>"
    add("<div><dt>\(name)</dt><dd>\(DisplayNumber.grouped(count))\(small)</dd></div>")
  }

  private mutating func remarks() {
    let never = report.neverMatched
    guard !report.remarks.isEmpty || !never.isEmpty else { return }
    section("remarks", "What to look at") { page in
      for remark in page.report.remarks.sorted(by: { $0.isLoss && !$1.isLoss }) {
        let remedy = remark.remedy.isEmpty ? "" : "<p class=\"soft\">\(Markup.escaped(remark.remedy, most: 400))</p>"
        page.add(
          "<div class=\"remark\(remark.isLoss ? " loss" : "")\"><p>\(Markup.escaped(remark.text, most: 600))</p>\(remedy)</div>"
        )
      }
      if !never.isEmpty {
        let names = never.map { "\($0.name) (line \($0.span.line))" }.joined(separator: ", ")
        page.add(
          "<div class=\"remark\"><p>Rules that matched nothing: \(Markup.escaped(names, most: 600))</p></div>")
      }
    }
  }

  // MARK: Charts

  private mutating func fates() {
    let counts = report.counts
    let all = counts.sum.records
    section("fates", "What becomes of the records") { page in
      let parts = [
        ("mapped", counts.sum.mapped), ("dropped", counts.dropped), ("unmatched", counts.sum.unmatched),
        ("rejected", counts.rejected),
      ]
      page.add(
        Charts.stack(
          parts.map { ($0.1, "f-\($0.0)", "\($0.0): \(DisplayNumber.grouped($0.1))") },
          label: parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")))
      page.add("<ul class=\"legend\">")
      for (name, count) in parts {
        page.add(
          "<li>\(Charts.swatch("f-\(name)"))\(name) \(DisplayNumber.grouped(count)), \(DisplayNumber.percent(count, of: all))</li>"
        )
      }
      page.add("</ul><table><tbody>")
      page.row("read", all, of: all, "c0")
      page.row(
        "well-formed", all - counts.rejects.reduce(0) { $0 + ($1.stage == .record ? $1.count : 0) }, of: all, "c0")
      let kept = all - counts.rejected - counts.dropped
      page.row("not dropped or rejected", kept, of: all, "c0")
      for (reason, count) in page.report.dropped.sorted(by: { $0.count > $1.count }) where count > 0 {
        page.row("dropped: \(reason)", count, of: all, "f-dropped", isSub: true)
      }
      for tally in counts.rejects where tally.stage != .session {
        page.row("rejected: \(tally.code)", tally.count, of: all, "f-rejected", isSub: true)
      }
      page.row("wanted by a rule", counts.sum.mapped, of: all, "f-mapped")
      page.add("</tbody></table>")
    }
  }

  private mutating func row(_ name: String, _ count: Int, of whole: Int, _ colour: String, isSub: Bool = false) {
    add(
      "<tr\(isSub ? " class=\"sub\"" : "")><th scope=\"row\">\(Markup.escaped(name, most: 120))</th>"
        + "<td class=\"num\">\(DisplayNumber.grouped(count))</td><td class=\"num soft\">\(DisplayNumber.percent(count, of: whole))</td>"
        + "<td class=\"bar\">\(Charts.bar(count, of: whole, colour))</td></tr>")
  }

  private mutating func time() {
    guard isShown("time") else { return }
    let (span, bars) = report.series.stretches(most: 120)
    let types = report.types
    let order = types.indices.sorted {
      types[$0].count != types[$1].count ? types[$0].count > types[$1].count : $0 < $1
    }
    section("time", "Events by \(ReportText.words(span))") { page in
      let drawn = bars.map { bar -> (title: String, parts: [(count: Int, colour: String)]) in
        let byType = page.report.byType(bar.counts)
        return (
          "\(ReportText.label(bar.start, span)): \(DisplayNumber.grouped(bar.counts.reduce(0, +)))",
          order.map { (byType[$0], page.colour(types[$0].type)) }
        )
      }
      page.add(
        Charts.columns(
          drawn, style: "chart", label: "Events by \(ReportText.words(span)); the table below has the numbers"))
      page.add("<div class=\"axis\">")
      let most = bars.map { $0.counts.reduce(0, +) }.max() ?? 0
      page.add("<span>\(ReportText.label(bars.first?.start ?? 0, span))</span>")
      page.add("<span>at most \(DisplayNumber.grouped(most)), UTC</span>")
      page.add("<span>\(bars.count > 1 ? ReportText.label(bars[bars.count - 1].start, span) : "")</span></div>")
      page.legend(order.map { types[$0].type })
      page.add("<details><summary>The numbers</summary><div class=\"inside scroll\" tabindex=\"0\"><table>")
      page.add("<thead><tr><th>from (UTC)</th><th class=\"num\">events</th></tr></thead><tbody>")
      for bar in bars where bar.counts.contains(where: { $0 > 0 }) {
        page.add(
          "<tr><td>\(ReportText.label(bar.start, span))</td><td class=\"num\">\(DisplayNumber.grouped(bar.counts.reduce(0, +)))</td></tr>"
        )
      }
      page.add("</tbody></table></div></details>")
    }
  }

  private mutating func legend(_ types: [String]) {
    add("<ul class=\"legend\">")
    for type in types.prefix(Charts.colours) {
      add("<li>\(Charts.swatch(colour(type)))\(Markup.escaped(type, most: 60))</li>")
    }
    if types.count > Charts.colours { add("<li>\(Charts.swatch(Charts.colour(Charts.colours)))others</li>") }
    add("</ul>")
  }

  private mutating func types() {
    let rules = report.rules
    let most = rules.map(\.events).max() ?? 0
    section("types", "Events by rule") { page in
      let isNamed = rules.contains { $0.name != $0.type }
      page.add(
        "<table><thead><tr><th>rule</th>\(isNamed ? "<th>type</th>" : "")<th class=\"num\">events</th><th></th></tr></thead><tbody>"
      )
      for rule in rules {
        let name = Markup.escaped(rule.name, most: 100)
        let note = rule.events == 0 ? " <span class=\"never\">never, line \(rule.span.line)</span>" : ""
        page.add(
          "<tr><th scope=\"row\">\(name)\(note)</th>\(isNamed ? "<td>\(Markup.escaped(rule.type, most: 100))</td>" : "")"
            + "<td class=\"num\">\(DisplayNumber.grouped(rule.events))</td>"
            + "<td class=\"bar\">\(Charts.bar(rule.events, of: most, page.colour(rule.type)))</td></tr>")
      }
      page.add("</tbody></table>")
    }
  }

  private mutating func sessions() {
    guard isShown("sessions") else { return }
    let lengths = report.lengths
    section("sessions", "Sessions") { page in
      let mean = DisplayNumber.tenths(Double(lengths.events) / Double(max(1, lengths.count)))
      page.add(
        "<p class=\"soft\">\(mean) events each on average, at most \(DisplayNumber.grouped(lengths.largest)); the longest lasts "
          + "\(DisplayNumber.duration(milliseconds: page.report.sessions.longest))</p><div class=\"two\">")
      page.histogram("By number of events", ["1", "2", "3–5", "6–10", "11–20", "21–50", "more"], lengths.bySize)
      page.histogram(
        "By length", ["a moment", "1 min", "5 min", "15 min", "30 min", "1 h", "more"], lengths.byLength)
      page.add("</div>")
    }
  }

  private mutating func histogram(_ title: String, _ names: [String], _ counts: [Int]) {
    add("<div><h3>\(title)</h3>")
    let bars = zip(names, counts).map {
      (title: "\($0): \(DisplayNumber.grouped($1))", parts: [(count: $1, colour: "c0")])
    }
    add(
      Charts.columns(
        bars, style: "small", label: zip(names, counts).map { "\($0): \($1)" }.joined(separator: ", ")))
    add("<div class=\"axis cells\">\(names.map { "<span>\($0)</span>" }.joined())</div>")
    add("</div>")
  }

  private mutating func visitors() {
    guard isShown("visitors") else { return }
    let visitors = Array(report.visitors.prefix(8))
    section("visitors", "Visits of some visitors") { page in
      page.add(
        "<p class=\"soft\">Of visitors taken evenly from all, those with most events. Each line is a visit, from its first event to its last.</p>"
      )
      for visitor in visitors {
        page.add(
          "<div class=\"who\">\(Markup.escaped(visitor.profile, most: 80)) <span class=\"soft\">"
            + "\(DisplayNumber.plural(visitor.visits.count, "visit")), \(DisplayNumber.plural(visitor.events, "event"))</span></div>"
        )
        page.add("<ul class=\"visits\">")
        for visit in visitor.visits.prefix(6) {
          let first = visit.events.first?.time ?? 0
          let length = (visit.events.last?.time ?? first) - first
          page.add(
            "<li><span class=\"when\">\(PreviewPage.moment(first)), "
              + "\(length == 0 ? DisplayNumber.plural(visit.events.count, "event") : DisplayNumber.duration(milliseconds: length))</span>"
              + Charts.visit(visit.events.prefix(150).map { ($0.time, $0.type, page.colour($0.type)) }) + "</li>")
        }
        page.add("</ul>")
        if visitor.visits.count > 6 { page.add("<p class=\"soft\">… and \(visitor.visits.count - 6) more</p>") }
      }
      page.legend(page.report.types.sorted { $0.count > $1.count }.map(\.type))
    }
  }

  // MARK: Records

  private mutating func records() {
    guard isShown("records") else { return }
    section("records", "Records beside what becomes of them") { page in
      page.add(
        "<p class=\"soft\">\(DisplayNumber.plural(page.report.shown.count, "record")). Open one to see its fields, what the mapping computes, and the payload.</p>"
      )
      for (index, record) in page.report.shown.enumerated() { page.record(record, number: index + 1) }
    }
  }

  private mutating func record(_ record: ShownRecord, number: Int) {
    var fate = record.fate
    if let reject = record.reject {
      fate = "rejected: \(reject.code)"
    } else if case .dropped(let reason) = record.trace?.fate {
      fate = "dropped: \(reason)"
    } else if let events = record.trace?.events, !events.isEmpty {
      fate = events.map(\.rule).joined(separator: ", ")
    }
    if record.isLate { fate += ", late" }
    let place = "\(record.input)\(record.line > 0 ? ":\(record.line)" : "")"
    let start = RawText.escaped(record.raw.prefix(300))
    add(
      "<details id=\"r\(number)\"><summary><span class=\"badge \(record.fate)\">\(Markup.escaped(fate, most: 80))</span>"
        + "<span class=\"place\">\(Markup.escaped(place, most: 120))</span>"
        + "<span class=\"line\">\(Markup.escaped(start, most: 200))</span></summary><div class=\"inside\"><div class=\"two\"><div>"
    )
    add("<h3>The record</h3><pre class=\"raw\" tabindex=\"0\">\(PreviewPage.marked(record))</pre>")
    values(record)
    add("</div><div>")
    outcome(record)
    add("</div></div></div></details>")
  }

  /// The bytes with the fields underlined, the fault of a reject inverted.
  private static func marked(_ record: ShownRecord) -> String {
    let bytes = record.raw.prefix(4096)
    var owners = [Int](repeating: -1, count: bytes.count)
    var names: [String] = []
    let ranges = record.fields.filter { $0.range != nil }
      .sorted {
        ($0.range?.lowerBound ?? 0, -($0.range?.count ?? 0)) < ($1.range?.lowerBound ?? 0, -($1.range?.count ?? 0))
      }
    for field in ranges {
      guard let range = field.range, range.upperBound <= bytes.count else { continue }
      for at in range { owners[at] = names.count }
      names.append(field.name)
    }
    let fault = record.reject.map { $0.column - 1 } ?? -1
    var text = ""
    var open = -1
    for cell in RawText.cells(bytes) {
      let owner = owners[cell.bytes.lowerBound]
      if owner != open {
        if open >= 0 { text += "</mark>" }
        if owner >= 0 { text += "<mark class=\"m\(owner % 5)\" title=\"\(Markup.escaped(names[owner]))\">" }
        open = owner
      }
      let isFault = cell.bytes.contains(fault)
      text += isFault ? "<span class=\"at\">\(Markup.escaped(cell.text))</span>" : Markup.escaped(cell.text)
    }
    if open >= 0 { text += "</mark>" }
    if fault >= bytes.count, fault >= 0, record.length <= bytes.count { text += "<span class=\"at\">␄</span>" }
    if record.length > bytes.count { text += "<br>… \(DisplayNumber.grouped(record.length)) bytes in all" }
    return text
  }

  private mutating func values(_ record: ShownRecord) {
    let present = record.fields.filter { $0.json != nil }
    if !present.isEmpty {
      add("<h3>Fields</h3><table class=\"kv\"><tbody>")
      for field in present {
        add(
          "<tr\(field.isUsed ? "" : " class=\"soft\"")><th scope=\"row\">\(Markup.escaped(field.name))</th>"
            + "<td class=\"mono\">\(Markup.escaped(field.json ?? "", most: 300))</td></tr>")
      }
      add("</tbody></table>")
      let absent = record.fields.filter { $0.json == nil }.map(\.name)
      if !absent.isEmpty {
        add("<p class=\"soft\">absent: \(Markup.escaped(absent.joined(separator: ", "), most: 600))</p>")
      }
    }
    guard let lets = record.trace?.lets, !lets.isEmpty else { return }
    add("<h3>Computed by <code>let</code></h3><table class=\"kv\"><tbody>")
    for one in lets {
      let value: String
      switch one.outcome {
      case .value(let text): value = Markup.escaped(text, most: 300)
      case .missing: value = "<span class=\"soft\">absent</span>"
      case .failed(let message): value = "<span class=\"bad\">fails: \(Markup.escaped(message))</span>"
      }
      add(
        "<tr\(one.isAsked ? "" : " class=\"soft\"")><th scope=\"row\">\(Markup.escaped(one.name))</th><td class=\"mono\">\(value)</td></tr>"
      )
    }
    add("</tbody></table>")
  }

  private mutating func outcome(_ record: ShownRecord) {
    if let reject = record.reject {
      add("<h3>Rejected</h3><p class=\"bad\">\(Markup.escaped("\(reject.code) \(reject.message)", most: 500))</p>")
      if !reject.hint.isEmpty { add("<p class=\"soft\">\(Markup.escaped(reject.hint, most: 500))</p>") }
    }
    if let trace = record.trace, !trace.steps.isEmpty {
      add("<h3>What decided</h3><table class=\"steps\"><tbody>")
      for step in trace.steps {
        let reason =
          step.verdict == .fails
          ? step.terms.last.map(PreviewPage.words) ?? "" : step.terms.map(PreviewPage.words).joined(separator: "; ")
        let mark = step.verdict == .holds ? "✓" : step.verdict == .fails ? "✗" : "!"
        add(
          "<tr\(step.verdict == .fails ? " class=\"soft\"" : "")><td>\(mark)</td><th scope=\"row\">"
            + "\(step.kind.rawValue) \(Markup.escaped(step.name, most: 80))</th><td>\(Markup.escaped(reason, most: 240))</td></tr>"
        )
      }
      add("</tbody></table>")
    }
    let made = record.trace?.events ?? []
    for event in made {
      guard let value = JSONValue(event.json) else { continue }
      add("<h3>The event\(made.count > 1 ? " of \(Markup.escaped(event.rule, most: 80))" : "")</h3>")
      add("<pre tabindex=\"0\">\(Markup.json(value))</pre>")
    }
    let ids = Set(made.map(\.id))
    for payload in report.payloads where payload.list.contains(where: { ids.contains($0.id) }) {
      let size = DisplayNumber.approximate(bytes: payload.bytes)
      add(
        "<details><summary>Its payload: \(DisplayNumber.plural(payload.events, "event")), \(size)</summary><div class=\"inside\">"
      )
      if let value = payload.value {
        add("<pre tabindex=\"0\">\(Markup.json(PreviewPage.reduced(value, to: ids), marked: ids))</pre>")
      } else {
        add("<p class=\"soft\">too long to show</p>")
      }
      add("</div></details>")
    }
  }

  /// The payload with this record's events, and of the others what they are.
  private static func reduced(_ value: JSONValue, to ids: Set<String>) -> JSONValue {
    guard case .object(let members) = value else { return value }
    return .object(
      members.map { member in
        guard member.key == "events", case .list(let events) = member.value else { return member }
        var kept: [JSONValue] = []
        var others = 0
        for event in events {
          if ids.contains(event["id"]?.text ?? "") { kept.append(event) } else { others += 1 }
        }
        if others > 0 { kept.append(.string("… and \(DisplayNumber.plural(others, "other event"))")) }
        return JSONValue.Member(key: "events", value: .list(kept))
      })
  }

  private static func words(_ term: RecordTrace.Term) -> String {
    let remark = term.remark
    return remark.isEmpty ? term.text : "\(term.text.prefix(120)) (\(remark.prefix(80)))"
  }

  // MARK: Rejects and the rest

  private mutating func rejects() {
    guard isShown("rejects") else { return }
    section("rejects", "Rejects by code") { page in
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
    add("<pre class=\"raw\" tabindex=\"0\">\(PreviewPage.marked(record))</pre>")
  }

  private mutating func rest() {
    guard isShown("rest") else { return }
    section("rest", "More") { page in
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
  private static func moment(_ milliseconds: Int64) -> String {
    guard CalendarTime.range.contains(milliseconds) else { return "" }
    let text = TimestampWriter.text(milliseconds)
    return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
  }
}
