internal import Pipeline

/// The sections of the page that are drawn.
extension PreviewPage {
  mutating func fates() {
    let counts = report.counts
    let all = counts.sum.records
    section(.fates, "What becomes of the records") { page in
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

  mutating func time() {
    let (span, bars) = report.series.stretches(most: 120)
    let types = report.types
    let order = report.typesByFrequency
    section(.time, "Events by \(span.words)") { page in
      let drawn = bars.map { bar -> (title: String, parts: [(count: Int, colour: String)]) in
        let byType = page.report.byType(bar.counts)
        return (
          "\(span.label(bar.start)): \(DisplayNumber.grouped(bar.counts.reduce(0, +)))",
          order.map { (byType[$0], page.colour(types[$0].type)) }
        )
      }
      page.add(
        Charts.columns(
          drawn, style: "chart", label: "Events by \(span.words); the table below has the numbers"))
      page.add("<div class=\"axis\">")
      let most = bars.map { $0.counts.reduce(0, +) }.max() ?? 0
      page.add("<span>\(span.label(bars.first?.start ?? 0))</span>")
      page.add("<span>at most \(DisplayNumber.grouped(most)), UTC</span>")
      page.add("<span>\(bars.count > 1 ? span.label(bars[bars.count - 1].start) : "")</span></div>")
      page.legend()
      page.add("<details><summary>The numbers</summary><div class=\"inside scroll\" tabindex=\"0\"><table>")
      page.add("<thead><tr><th>from (UTC)</th><th class=\"num\">events</th></tr></thead><tbody>")
      for bar in bars where bar.counts.contains(where: { $0 > 0 }) {
        page.add(
          "<tr><td>\(span.label(bar.start))</td><td class=\"num\">\(DisplayNumber.grouped(bar.counts.reduce(0, +)))</td></tr>"
        )
      }
      page.add("</tbody></table></div></details>")
    }
  }

  private mutating func legend() {
    let types = report.typesByFrequency.map { report.types[$0].type }
    add("<ul class=\"legend\">")
    for type in types.prefix(Charts.colours) {
      add("<li>\(Charts.swatch(colour(type)))\(Markup.escaped(type, most: 60))</li>")
    }
    if types.count > Charts.colours { add("<li>\(Charts.swatch(Charts.colour(Charts.colours)))others</li>") }
    add("</ul>")
  }

  mutating func types() {
    let rules = report.rules
    let most = rules.map(\.events).max() ?? 0
    section(.types, "Events by rule") { page in
      let isNamed = rules.contains { $0.name != $0.type }
      page.add(
        "<table><thead><tr><th>rule</th>\(isNamed ? "<th>type</th>" : "")<th class=\"num\">events</th><th></th></tr></thead><tbody>"
      )
      for rule in rules {
        let name = Markup.escaped(rule.name, most: 100)
        let note = rule.events == 0 ? " <span class=\"never\">none, line \(rule.span.line)</span>" : ""
        page.add(
          "<tr><th scope=\"row\">\(name)\(note)</th>\(isNamed ? "<td>\(Markup.escaped(rule.type, most: 100))</td>" : "")"
            + "<td class=\"num\">\(DisplayNumber.grouped(rule.events))</td>"
            + "<td class=\"bar\">\(Charts.bar(rule.events, of: most, page.colour(rule.type)))</td></tr>")
      }
      page.add("</tbody></table>")
    }
  }

  mutating func sessions() {
    let lengths = report.lengths
    section(.sessions, "Sessions") { page in
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

  mutating func visitors() {
    let visitors = Array(report.visitors.prefix(8))
    section(.visitors, "Visits of some visitors") { page in
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
      page.legend()
    }
  }
}
