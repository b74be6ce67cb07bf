internal import Pipeline

/// What a mapping says about a log, resolved.
struct WeblogSettings: Sendable {
  var missing = MissingTexts.standard
  var zone: Zone?
  var ambiguous = Zone.Ambiguity.earlier
  var prefix = LinePrefix.auto
  /// Proxies; empty if the connection's address is the client's.
  var trusted: [AddressRange] = []
  /// What stands behind `#Fields:` in logs that have lost it.
  var columns: String?
}

extension WeblogReader {
  private static let keys = [
    "reader", "format", "escape", "missing", "zone", "ambiguous", "time", "columns", "prefix", "trusted",
  ]

  /// - Throws: M303 unknown key, M304 bad value, M305 unknown preset, M306 a format text that cannot be read,
  ///   M307 a time that needs `zone`,
  ///   M308 a format that cannot be guessed.
  static func make(
    _ node: ConfigNode, _ file: String, preview: InputPreview? = nil
  ) throws(Diagnostics) -> any Reader {
    var findings: [Diagnostic] = []
    func report(_ code: String, _ message: String, _ span: SourceSpan, remedy: String) {
      findings.append(Diagnostic(code, message, remedy: remedy, file: file, span: span))
    }
    for entry in node.entries ?? [] where !keys.contains(entry.key) {
      report(
        "M303", "reader weblog knows no key '\(entry.key)'", entry.keySpan,
        remedy: Suggestion.remedy(for: entry.key, among: keys))
    }
    var settings = WeblogSettings()
    if let list = node["missing"] {
      let texts = list.list?.compactMap(\.text) ?? list.text.map { [$0] }
      if let texts, texts.count == list.list?.count ?? 1 {
        settings.missing = MissingTexts(texts)
      } else {
        report("M304", "`missing` is no list of texts", list.span, remedy: #"write missing: ["-", ""]"#)
      }
    }
    if let zone = node["zone"] {
      settings.zone = zone.text.flatMap { Zone(named: $0) }
      if settings.zone == nil {
        report(
          "M304", "unknown zone '\(zone.text ?? "")'", zone.span, remedy: "write a name such as Europe/Warsaw or UTC")
      }
    }
    settings.ambiguous = choice(node["ambiguous"], "ambiguous", .earlier, report)
    settings.prefix = choice(node["prefix"], "prefix", .auto, report)
    settings.trusted = trusted(node["trusted"], report)
    if let columns = node["columns"] {
      settings.columns = columns.text
      if columns.text?.allSatisfy(\.isWhitespace) ?? true {
        report(
          "M304", "`columns` is no list of column names", columns.span,
          remedy: "write what a log has behind '#Fields:', as columns: date time c-ip cs-method cs-uri-stem")
      }
    }
    let escape: LogFormat.Escape = choice(node["escape"], "escape", .default, report)
    let format = node["format"]
    let span = format?.span ?? node.span
    guard let format, let text = format.text else {
      report(
        "M304", "reader weblog needs `format` as a text", span, remedy: "write `format: combined` or a LogFormat text")
      throw Diagnostics(findings)
    }
    if text == "auto" {
      if findings.contains(where: { $0.severity == .error }) { throw Diagnostics(findings) }
      return try guessed(settings, preview, file, span)
    }
    if let preset = WeblogPreset.named(text), case .columns(let layout) = preset.shape {
      if let time = node["time"], time.text != "time" {
        report(
          "M304", "the format has no time field '\(time.text ?? "")'", time.span,
          remedy: "write `time: time`, or nothing")
      }
      if layout.needsZone, settings.zone == nil, node["zone"] == nil {
        report(
          "M307", "the format's time has no offset from UTC", span,
          remedy: "add `zone:` with the server's zone, such as Europe/Warsaw or UTC")
      }
      if let prefix = node["prefix"], layout.hasDirectives, settings.prefix == .syslog || settings.prefix == .cri {
        report(
          "M304", "a log with '#Fields:' cannot stand behind a prefix", prefix.span,
          remedy: "remove `prefix`, and the prefixes from the log")
      }
      if let columns = node["columns"], !layout.hasDirectives {
        report(
          "M304", "the columns of \(preset.name) are always the same", columns.span,
          remedy: "remove `columns`: it is for logs with '#Fields:'")
      }
      if findings.contains(where: { $0.severity == .error }) { throw Diagnostics(findings) }
      return WeblogReader(layout: layout, title: preset.name, settings: settings)
    }
    if let preset = WeblogPreset.named(text), case .json(let layout) = preset.shape, node["columns"] == nil {
      if let time = node["time"], time.text != "time" {
        report(
          "M304", "the format has no time field '\(time.text ?? "")'", time.span,
          remedy: "write `time: time`, or nothing")
      }
      if findings.contains(where: { $0.severity == .error }) { throw Diagnostics(findings) }
      return WeblogReader(json: layout, title: preset.name, settings: settings)
    }
    if let columns = node["columns"] {
      report(
        "M304", "`columns` beside a format that names its own", columns.span,
        remedy: "remove it, or write format: w3c or iis")
    }
    do {
      let read = try LogFormatText.read(text, escape: node["escape"] == nil ? nil : escape)
      let plan = try FormatPlan(read)
      if let time = node["time"], let name = time.text, name != "time" || !plan.hasTime {
        report(
          "M304", "the format has no time field '\(name)'", time.span,
          remedy: plan.hasTime ? "write `time: time`, or nothing" : "add %t or $time_local to the format")
      }
      if let problem = plan.timeProblem {
        report("M306", problem, span, remedy: "log %t, or day, month, year and time of day together")
      } else if plan.needsZone, settings.zone == nil, node["zone"] == nil {
        report(
          "M307", "the format's time has no offset from UTC", span,
          remedy: "add `zone:` with the server's zone, such as Europe/Warsaw or UTC, or log %z")
      }
      if findings.contains(where: { $0.severity == .error }) { throw Diagnostics(findings) }
      return WeblogReader(plan: plan, settings: settings)
    } catch let error as FormatError {
      let code = error.isUnknownName ? "M305" : "M306"
      // A text on one line is underlined where it is wrong; of any other the whole.
      var place = span
      if case .scalar(let scalar) = format, !error.isUnknownName, error.offset < text.utf8.count,
        scalar.style == .plain || scalar.style == .singleQuoted && !text.contains("'")
      {
        place.column += error.offset + (scalar.style == .plain ? 0 : 1)
        place.length = error.length
      }
      report(code, error.message, place, remedy: error.remedy)
      throw Diagnostics(findings)
    } catch let error as Diagnostics {
      throw error
    } catch {
      throw Diagnostics(findings)
    }
  }

  private static func trusted(
    _ node: ConfigNode?, _ report: (String, String, SourceSpan, _ remedy: String) -> Void
  ) -> [AddressRange] {
    guard let node else { return [] }
    var ranges: [AddressRange] = []
    for entry in node.list ?? [node] {
      if entry.text == "private" {
        ranges += AddressRange.private
      } else if let range = entry.text.flatMap({ AddressRange($0) }) {
        ranges.append(range)
      } else {
        report(
          "M304", "`trusted` cannot be '\(entry.text ?? "")'", entry.span,
          "write addresses as trusted: [10.0.0.0/8, 2001:db8::1], or private")
      }
    }
    return ranges
  }

  /// The reader of whichever preset reads the first input best.
  private static func guessed(
    _ settings: WeblogSettings, _ preview: InputPreview?, _ file: String, _ span: SourceSpan
  ) throws(Diagnostics) -> any Reader {
    func unknown(_ message: String) -> Diagnostics {
      Diagnostics([
        Diagnostic(
          "M308", message,
          remedy: "name a preset (trackfill formats lists them), or give the server's own LogFormat or log_format text",
          file: file, span: span)
      ])
    }
    guard let preview else { throw unknown("`format: auto` needs an input to look at") }
    let head = try preview.head()
    guard let guess = FormatGuess.best(of: head.bytes, settings: settings) else {
      throw unknown("no known format reads \(head.name)")
    }
    preview.note(
      "\(head.name): format \(guess.preset.name), \(guess.understood) of the first \(guess.records) records understood; "
        + "`trackfill sniff` pins it")
    return guess.reader
  }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: ConfigNode?, _ key: String, _ standard: Choice,
    _ report: (String, String, SourceSpan, _ remedy: String) -> Void
  ) -> Choice where Choice.RawValue == String {
    guard let node else { return standard }
    if let value = node.text.flatMap({ Choice(rawValue: $0) }) { return value }
    let known = Choice.allCases.map(\.rawValue)
    report(
      "M304", "`\(key)` cannot be '\(node.text ?? "")'", node.span,
      Suggestion.remedy(for: node.text ?? "", among: known))
    return standard
  }
}
