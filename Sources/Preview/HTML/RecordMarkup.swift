internal import Pipeline

/// One record as HTML: its bytes with the fields marked, what the mapping computed of it, what decided, the event and its payload.
struct RecordMarkup {
  private let record: ShownRecord
  private let payloads: [ShownPayload]
  private var html = ""

  /// - Parameter payloads: of all records that are shown.
  static func render(_ record: ShownRecord, number: Int, payloads: [ShownPayload]) -> String {
    var markup = RecordMarkup(record: record, payloads: payloads)
    markup.build(number)
    return markup.html
  }

  private init(record: ShownRecord, payloads: [ShownPayload]) {
    self.record = record
    self.payloads = payloads
  }

  private mutating func add(_ text: String) {
    html += text
    html += "\n"
  }

  private mutating func build(_ number: Int) {
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
    add("<h3>The record</h3><pre class=\"raw\" tabindex=\"0\">\(RecordMarkup.marked(record))</pre>")
    values()
    add("</div><div>")
    outcome()
    add("</div></div></div></details>")
  }

  /// The bytes with the fields underlined, the fault of a reject inverted.
  static func marked(_ record: ShownRecord) -> String {
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

  private mutating func values() {
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

  private mutating func outcome() {
    if let reject = record.reject {
      add("<h3>Rejected</h3><p class=\"bad\">\(Markup.escaped("\(reject.code) \(reject.message)", most: 500))</p>")
      if !reject.hint.isEmpty { add("<p class=\"soft\">\(Markup.escaped(reject.hint, most: 500))</p>") }
    }
    if let trace = record.trace, !trace.steps.isEmpty {
      add("<h3>What decided</h3><table class=\"steps\"><tbody>")
      for step in trace.steps {
        let reason =
          step.verdict == .fails
          ? step.terms.last.map(RecordMarkup.words) ?? "" : step.terms.map(RecordMarkup.words).joined(separator: "; ")
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
    for payload in payloads where payload.list.contains(where: { ids.contains($0.id) }) {
      let size = DisplayNumber.approximate(bytes: payload.bytes)
      add(
        "<details><summary>Its payload: \(DisplayNumber.plural(payload.events, "event")), \(size)</summary><div class=\"inside\">"
      )
      if let value = payload.value {
        add("<pre tabindex=\"0\">\(Markup.json(RecordMarkup.reduced(value, to: ids), marked: ids))</pre>")
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
}
