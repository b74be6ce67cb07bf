internal import Pipeline

/// Reads the settings of reader `weblog`.
extension WeblogReader {
  /// - Throws: M303 unknown key, M304 bad value, M305 unknown preset, M306 a format text that cannot be read,
  ///   M307 a time that needs `zone`, M308 a format that cannot be guessed; all of them at once.
  static func make(
    _ node: ConfigNode, _ file: String, preview: InputPreview? = nil
  ) throws(Diagnostics) -> any Reader {
    var configuration = WeblogConfiguration(node: node, file: file)
    return try configuration.reader(preview)
  }
}

private struct WeblogConfiguration {
  private static let keys = [
    "reader", "format", "escape", "missing", "encoding", "zone", "ambiguous", "time", "columns", "prefix", "trusted",
  ]

  let node: ConfigNode
  let file: String
  private var findings: [Diagnostic] = []

  init(node: ConfigNode, file: String) {
    self.node = node
    self.file = file
  }

  private mutating func report(_ code: String, _ message: String, _ span: SourceSpan, remedy: String) {
    findings.append(Diagnostic(code, message, remedy: remedy, file: file, span: span))
  }

  private func finish() throws(Diagnostics) {
    if findings.contains(where: { $0.severity == .error }) { throw Diagnostics(findings) }
  }

  mutating func reader(_ preview: InputPreview?) throws(Diagnostics) -> any Reader {
    let settings = settings()
    let escape: LogFormat.Escape = choice("escape", .default)
    guard let format = node["format"], let text = format.text else {
      report(
        "M304", "reader weblog needs `format` as a text", node["format"]?.span ?? node.span,
        remedy: "write `format: combined` or a LogFormat text")
      throw Diagnostics(findings)
    }
    if text == "auto" {
      try finish()
      return try guessed(settings, preview, format.span)
    }
    let preset = WeblogPreset.named(text)
    if let preset, case .columns(let layout) = preset.shape {
      check(layout, preset.name, settings, format.span)
      try finish()
      return WeblogReader(layout: layout, title: preset.name, settings: settings)
    }
    if let preset, case .json(let layout) = preset.shape, node["columns"] == nil {
      checkTime()
      try finish()
      return WeblogReader(json: layout, title: preset.name, settings: settings)
    }
    if let columns = node["columns"] {
      report(
        "M304", "`columns` beside a format that names its own", columns.span,
        remedy: "remove it, or write format: w3c or iis")
    }
    let plan = try plan(format, text, node["escape"] == nil ? nil : escape)
    check(plan, settings, format.span)
    try finish()
    return WeblogReader(plan: plan, settings: settings)
  }

  // MARK: Settings of every format

  private mutating func settings() -> WeblogSettings {
    for entry in node.entries ?? [] where !WeblogConfiguration.keys.contains(entry.key) {
      report(
        "M303", "reader weblog knows no key '\(entry.key)'", entry.keySpan,
        remedy: Suggestion.remedy(for: entry.key, among: WeblogConfiguration.keys))
    }
    var settings = WeblogSettings()
    if let list = node["missing"] {
      let texts = list.list?.compactMap(\.text) ?? list.text.map { [$0] }
      if let texts, texts.count == list.list?.count ?? 1 {
        settings.missing = MissingTexts(texts)
      } else {
        report("M304", "`missing` is not a list of texts", list.span, remedy: #"write missing: ["-", ""]"#)
      }
    }
    settings.encoding = TextEncoding(node["encoding"]) { report($0, $1, $2, remedy: $3) }
    if let zone = node["zone"] {
      settings.zone = zone.text.flatMap { Zone(named: $0) }
      if settings.zone == nil {
        report(
          "M304", "unknown zone '\(zone.text ?? "")'", zone.span, remedy: "write a name such as Europe/Warsaw or UTC")
      }
    }
    settings.ambiguous = choice("ambiguous", .earlier)
    settings.prefix = choice("prefix", .auto)
    settings.trusted = trusted()
    if let columns = node["columns"] {
      settings.columns = columns.text
      if columns.text?.allSatisfy(\.isWhitespace) ?? true {
        report(
          "M304", "`columns` is not a list of column names", columns.span,
          remedy: "write what a log has behind '#Fields:', as columns: date time c-ip cs-method cs-uri-stem")
      }
    }
    return settings
  }

  private mutating func trusted() -> [AddressRange] {
    guard let node = node["trusted"] else { return [] }
    var ranges: [AddressRange] = []
    for entry in node.list ?? [node] {
      if entry.text == "private" {
        ranges += AddressRange.private
      } else if let range = entry.text.flatMap({ AddressRange($0) }) {
        ranges.append(range)
      } else {
        report(
          "M304", "`trusted` cannot be '\(entry.text ?? "")'", entry.span,
          remedy: "write addresses as trusted: [10.0.0.0/8, 2001:db8::1], or private")
      }
    }
    return ranges
  }

  private mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ standard: Choice
  ) -> Choice where Choice.RawValue == String {
    guard let node = node[key] else { return standard }
    if let value = node.text.flatMap({ Choice(rawValue: $0) }) { return value }
    report(
      "M304", "`\(key)` cannot be '\(node.text ?? "")'", node.span,
      remedy: Suggestion.remedy(for: node.text ?? "", among: Choice.allCases.map(\.rawValue)))
    return standard
  }

  // MARK: Formats

  /// - Parameter hasTime: whether the format has a time, as all presets do.
  private mutating func checkTime(_ hasTime: Bool = true) {
    guard let time = node["time"], let name = time.text, name != "time" || !hasTime else { return }
    report(
      "M304", "the format has no time field '\(name)'", time.span,
      remedy: hasTime ? "write `time: time`, or nothing" : "add %t or $time_local to the format")
  }

  private mutating func check(_ layout: ColumnLayout, _ name: String, _ settings: WeblogSettings, _ span: SourceSpan) {
    checkTime()
    let isLocal = layout.needsZone || layout.isLocal(named: (settings.columns ?? "").utf8)
    if isLocal, settings.zone == nil, node["zone"] == nil {
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
        "M304", "the columns of \(name) are always the same", columns.span,
        remedy: "remove `columns`: it is for logs with '#Fields:'")
    }
  }

  private mutating func check(_ plan: FormatPlan, _ settings: WeblogSettings, _ span: SourceSpan) {
    checkTime(plan.hasTime)
    if let problem = plan.timeProblem {
      report("M306", problem, span, remedy: "log %t, or day, month, year and time of day together")
    } else if plan.needsZone, settings.zone == nil, node["zone"] == nil {
      report(
        "M307", "the format's time has no offset from UTC", span,
        remedy: "add `zone:` with the server's zone, such as Europe/Warsaw or UTC, or log %z")
    }
  }

  private mutating func plan(
    _ format: ConfigNode, _ text: String, _ escape: LogFormat.Escape?
  ) throws(Diagnostics) -> FormatPlan {
    do throws(FormatError) {
      return try FormatPlan(LogFormatText.read(text, escape: escape))
    } catch {
      // A text on one line is underlined where it is wrong; of any other the whole.
      var place = format.span
      if case .scalar(let scalar) = format, !error.isUnknownName, error.offset < text.utf8.count,
        scalar.style == .plain || scalar.style == .singleQuoted && !text.contains("'")
      {
        place.column += error.offset + (scalar.style == .plain ? 0 : 1)
        place.length = error.length
      }
      report(error.isUnknownName ? "M305" : "M306", error.message, place, remedy: error.remedy)
      throw Diagnostics(findings)
    }
  }

  /// The reader of whichever preset reads the first input best.
  private func guessed(
    _ settings: WeblogSettings, _ preview: InputPreview?, _ span: SourceSpan
  ) throws(Diagnostics) -> any Reader {
    func unknown(_ message: String, remedy: String) -> Diagnostics {
      Diagnostics([Diagnostic("M308", message, remedy: remedy, file: file, span: span)])
    }
    guard let preview else {
      throw unknown(
        "`format: auto` needs an input to look at, and here is none",
        remedy: "write the format that trackfill sniff INPUT prints; then the mapping can be checked and tested")
    }
    let head = try preview.head()
    guard let guess = FormatGuess.best(of: head.bytes, settings: settings) else {
      throw unknown(
        "no known format reads \(head.name)",
        remedy: UnknownLog(head.bytes)?.remedy
          ?? "name a preset (trackfill formats lists them), or give the server's own LogFormat or log_format text")
    }
    guard !guess.assumesZone else {
      throw Diagnostics([
        Diagnostic(
          "M307", "times of \(head.name), which is \(guess.preset.name), have no offset from UTC",
          remedy: "add `zone:` with the server's zone, such as Europe/Warsaw or UTC", file: file, span: span)
      ])
    }
    preview.note(
      "\(head.name): format \(guess.preset.name), \(guess.understood) of the first \(guess.records) records understood; "
        + "`trackfill sniff` pins it")
    return guess.reader
  }
}
