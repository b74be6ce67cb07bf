internal import Pipeline

/// One record as text: its bytes with the fields marked, what the mapping computed of it, what decided, and the event.
struct RecordText {
  private let record: ShownRecord
  private let style: TextStyle
  private let file: String
  private let isExplained: Bool
  private var lines: [String] = []
  /// Columns of the names on the left.
  private static let margin = 10
  private static let tints: [TextStyle.Tint] = [.cyan, .yellow, .magenta, .green]

  static func render(
    _ record: ShownRecord, number: Int, file: String, style: TextStyle, isExplained: Bool
  ) -> String {
    var text = RecordText(record: record, style: style, file: file, isExplained: isExplained)
    text.build(number)
    return text.lines.map { $0 + "\n" }.joined()
  }

  private init(record: ShownRecord, style: TextStyle, file: String, isExplained: Bool) {
    self.record = record
    self.style = style
    self.file = file
    self.isExplained = isExplained
  }

  private mutating func build(_ number: Int) {
    let place = DisplayText.escaped(record.input) + (record.line > 0 ? ":\(record.line)" : "")
    var heading = style.heading([("\(number)", .bold), (place, .bold), (fate.text, fate.tint)])
    heading.removeLast()
    lines.append(heading)
    raw()
    fields()
    lets()
    steps()
    if let reject = record.reject { self.reject(reject) }
    events()
    lines.append("")
  }

  private var fate: (text: String, tint: TextStyle.Tint) {
    let late = record.isLate ? ", late" : ""
    if let reject = record.reject { return ("rejected: \(DisplayText.escaped(reject.code))\(late)", .boldRed) }
    switch record.trace?.fate {
    case .mapped:
      let rules = record.trace?.events.map(\.rule) ?? []
      return (rules.map { DisplayText.escaped($0) }.joined(separator: ", ") + late, .boldGreen)
    case .dropped(let reason): return ("dropped: \(DisplayText.escaped(reason))", .yellow)
    case .unmatched: return ("unmatched", .yellow)
    case .rejected, nil: return ("read", .dim)
    }
  }

  // MARK: Raw

  private mutating func raw() {
    let cells = RawText.cells(record.raw[...])
    let owners = owners(cells.last?.bytes.upperBound ?? 0)
    let width = style.width - 2
    let most = 6
    var line = ""
    var used = 0
    var count = 1
    var run = ""
    var runOwner = -1
    func flush() {
      if runOwner >= 0 {
        line += style.paint(run, RecordText.tints[runOwner % RecordText.tints.count])
      } else {
        line += run
      }
      run = ""
    }
    var isCut = record.length > record.raw.count
    for cell in cells {
      let columns = TextStyle.columns(cell.text)
      // Records of several lines are shown as such.
      let isBreak = record.raw[cell.bytes.lowerBound] == 0x0A
      if used + columns > width || isBreak {
        flush()
        if count == most {
          isCut = true
          break
        }
        lines.append("  " + line)
        (line, used) = ("", 0)
        count += 1
        if isBreak { continue }
      }
      let owner = owners[cell.bytes.lowerBound]
      if owner != runOwner {
        flush()
        runOwner = owner
      }
      run += cell.text
      used += columns
    }
    flush()
    lines.append("  " + line)
    if isCut { lines.append(style.paint("  … \(DisplayNumber.grouped(record.length)) bytes in all", .dim)) }
  }

  /// For each byte which field it is of, -1 for none.
  private func owners(_ count: Int) -> [Int] {
    var owners = [Int](repeating: -1, count: count)
    let ranges = record.fields.compactMap(\.range).sorted { ($0.lowerBound, -$0.count) < ($1.lowerBound, -$1.count) }
    var number = 0
    for range in ranges where range.upperBound <= count {
      for at in range { owners[at] = number }
      number += 1
    }
    return owners
  }

  // MARK: Values

  private mutating func put(_ title: String, _ text: String, tint: TextStyle.Tint? = nil) {
    let shown = style.fit(text, style.width - 2 - RecordText.margin)
    let name = style.paint(title, .dim) + String(repeating: " ", count: max(1, RecordText.margin - title.count))
    lines.append("  " + name + (tint.map { style.paint(shown, $0) } ?? shown))
  }

  /// Text of any length under a title.
  private mutating func list(_ title: String, _ text: String) {
    for (index, line) in style.wrapped(text, style.width - 2 - RecordText.margin).enumerated() {
      put(index == 0 ? title : "", line)
    }
  }

  private mutating func fields() {
    let used = record.fields.filter { $0.isUsed && $0.json != nil }
    let width = min(20, used.map { $0.name.count }.max() ?? 0)
    for (index, field) in used.enumerated() {
      let place = field.range.map { "\($0.lowerBound + 1)–\($0.upperBound)" } ?? "·"
      put(
        index == 0 ? "fields" : "",
        DisplayText.escaped(field.name).padded(width) + "  " + place.padded(8) + "  "
          + DisplayText.escaped(field.json ?? ""))
    }
    let others = record.fields.filter { !$0.isUsed && $0.json != nil }
    if !others.isEmpty {
      list(
        "unused",
        others.map { style.fit(DisplayText.escaped("\($0.name) \($0.json ?? "")"), 40) }.joined(separator: ", "))
    }
    let absent = record.fields.filter { $0.json == nil }
    if !absent.isEmpty { list("absent", absent.map { DisplayText.escaped($0.name) }.joined(separator: ", ")) }
  }

  private mutating func lets() {
    let lets = record.trace?.lets ?? []
    let width = min(20, lets.map(\.name.count).max() ?? 0)
    for (index, one) in lets.enumerated() {
      let name = DisplayText.escaped(one.name).padded(width) + "  "
      let note = one.isAsked ? "" : "  (not asked for)"
      switch one.outcome {
      case .value(let json):
        let shown = style.fit(DisplayText.escaped(json), style.width - 2 - RecordText.margin - width - 2 - note.count)
        put(index == 0 ? "let" : "", name + shown + note, tint: one.isAsked ? nil : .dim)
      case .missing: put(index == 0 ? "let" : "", name + "absent" + note, tint: .dim)
      case .failed(let message):
        put(index == 0 ? "let" : "", name + "fails: " + DisplayText.escaped(message) + note, tint: .red)
      }
    }
  }

  // MARK: Steps

  private mutating func steps() {
    guard let trace = record.trace else { return }
    let decisive = trace.steps.filter { $0.verdict != .fails }
    if isExplained {
      for step in trace.steps where step.verdict == .fails { explain(step) }
    }
    for step in decisive {
      let place = style.paint("  \(DisplayText.escaped(file)):\(step.span.line)", .dim)
      let name = DisplayText.escaped(step.name)
      let room = style.width - 2 - RecordText.margin - 2 - file.count - 8
      lines.append(
        "  " + style.paint(step.kind.rawValue.padded(RecordText.margin), .dim)
          + style.paint(style.fit(name, max(8, room)), .bold) + place)
      if isExplained || step.kind != .rule {
        for term in step.terms { put("", "  " + self.term(term)) }
      }
      if case .failed(let message) = step.verdict { list("", "fails: " + DisplayText.escaped(message)) }
    }
    if case .unmatched = trace.fate {
      let rules = trace.steps.filter { $0.kind == .rule }.count
      put("rule", "none of \(rules)" + (isExplained ? "" : "; --explain says why"))
    }
    if case .dropped("no-visitor") = trace.fate, decisive.allSatisfy({ $0.kind == .rule }) {
      put("drop", "no-visitor: no candidate of identity.visitor is present")
    }
  }

  private mutating func explain(_ step: RecordTrace.Step) {
    let name = DisplayText.escaped("\(step.kind.rawValue) \(step.name)")
    let reason = step.terms.last.map { self.term($0) } ?? ""
    for (index, line) in style.wrapped("\(name): \(reason)", style.width - 2 - RecordText.margin).prefix(3).enumerated()
    {
      put(index == 0 ? "not" : "", line, tint: .dim)
    }
  }

  /// `path is "/a.css", when path: [*.css, *.js]`
  private func term(_ term: RecordTrace.Term) -> String {
    let text = style.fit(DisplayText.escaped(term.text), 90)
    let remark = term.remark
    return remark.isEmpty ? text : "\(text) (\(style.fit(DisplayText.escaped(remark), 70)))"
  }

  // MARK: Rejects and events

  private mutating func reject(_ reject: Reject) {
    if reject.column > 0 { caret(reject.column) }
    list("reject", "\(DisplayText.escaped(reject.code)) \(DisplayText.escaped(reject.message))")
    if !reject.hint.isEmpty { list("", "= " + DisplayText.escaped(reject.hint)) }
  }

  /// The bytes around a column of the record's first line, with a caret under it.
  private mutating func caret(_ column: Int) {
    let cells = RawText.cells(record.raw[...])
    let at = cells.firstIndex { $0.bytes.contains(column - 1) } ?? cells.count
    let room = style.width - 2 - RecordText.margin
    var from = at
    var used = 0
    while from > 0, used + TextStyle.columns(cells[from - 1].text) < room / 2 {
      from -= 1
      used += TextStyle.columns(cells[from].text)
    }
    put("", style.fit(cells[from...].prefix(room + 1).map(\.text).joined(), room))
    put("", String(repeating: " ", count: used) + "^ column \(column)", tint: .red)
  }

  private mutating func events() {
    for event in record.trace?.events ?? [] {
      guard let value = JSONValue(event.json) else { continue }
      for (index, line) in JSONLines(value, width: style.width - 2 - RecordText.margin).lines.enumerated() {
        put(index == 0 ? "event" : "", line)
      }
      list("of", "visitor " + style.fit(DisplayText.escaped(event.visitor), 200))
    }
  }
}

extension RecordTrace.Term {
  /// What was seen there, or why it did not let the record through.
  var remark: String {
    if case .failed(let message) = verdict { return "fails: \(message)" }
    switch looked {
    case .value(let json): return "it is \(json)"
    case .missing: return "it is absent"
    case .failed(let message): return message
    case nil:
      guard verdict == .fails else { return "" }
      if text.hasPrefix("unless_present") { return "all are there" }
      return text.hasPrefix("unless") ? "that holds" : "that does not hold"
    }
  }
}

/// A JSON value in lines of at most a width, where that is possible: short objects on one line, long ones member by member.
struct JSONLines {
  private(set) var lines: [String] = []
  private let width: Int
  private static let longestText = 400

  init(_ value: JSONValue, width: Int) {
    self.width = width
    put("", value, depth: 0, comma: "")
  }

  private mutating func put(_ key: String, _ value: JSONValue, depth: Int, comma: String) {
    let margin = String(repeating: "  ", count: depth)
    let short = JSONLines.text(value)
    if depth > 0 || width > 200, TextStyle.columns(margin + key + short + comma) <= width {
      lines.append(margin + key + short + comma)
      return
    }
    switch value {
    case .object(let members):
      lines.append(margin + key + "{")
      for (index, member) in members.enumerated() {
        put(
          DisplayText.escaped(JSONValue.quoted(member.key)) + ": ", member.value, depth: depth + 1,
          comma: index + 1 < members.count ? "," : "")
      }
      lines.append(margin + "}" + comma)
    case .list(let elements):
      lines.append(margin + key + "[")
      for (index, element) in elements.enumerated() {
        put("", element, depth: depth + 1, comma: index + 1 < elements.count ? "," : "")
      }
      lines.append(margin + "]" + comma)
    default: lines.append(margin + key + short + comma)
    }
  }

  /// On one line, with blanks.
  static func text(_ value: JSONValue) -> String {
    switch value {
    case .object(let members):
      if members.isEmpty { return "{}" }
      return "{ "
        + members.map { DisplayText.escaped(JSONValue.quoted($0.key)) + ": " + text($0.value) }.joined(separator: ", ")
        + " }"
    case .list(let elements): return "[" + elements.map { text($0) }.joined(separator: ", ") + "]"
    case .string(let string) where string.utf8.count > longestText:
      return DisplayText.escaped(JSONValue.quoted(String(string.prefix(longestText))) + "…")
    default: return DisplayText.escaped(value.json)
    }
  }
}
