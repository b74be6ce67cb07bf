internal import Pipeline

/// Reads the settings of reader `weblog`.
extension WeblogReader {
  /// - Throws: M303 unknown key, M304 bad value, M305 unknown preset, M306 a format text that cannot be read,
  ///   M307 a time that needs `zone`, M308 a format that cannot be guessed; all of them at once.
  static func make(
    _ node: ConfigNode, _ file: String, preview: InputPreview? = nil
  ) throws(Diagnostics) -> any Reader {
    try WeblogConfiguration(node, file: file).reader(preview)
  }
}

private struct WeblogConfiguration {
  private static let keys = [
    "reader", "format", "escape", "missing", "encoding", "zone", "ambiguous", "time", "columns", "prefix", "trusted",
  ]

  private let node: ConfigNode
  private let settings: SettingsReader

  init(_ node: ConfigNode, file: String) {
    self.node = node
    settings = SettingsReader("weblog", file: file)
  }

  func reader(_ preview: InputPreview?) throws(Diagnostics) -> any Reader {
    let weblog = weblogSettings()
    let escape: LogFormat.Escape = settings.choice(node["escape"], "escape", .default)
    guard let format = node["format"], let text = format.text else {
      throw settings.refusal(
        "M304", "reader weblog needs `format` as a text", at: node["format"]?.span ?? node.span,
        remedy: "write `format: combined` or a LogFormat text")
    }
    if text == "auto" {
      try settings.finish()
      return try guessed(weblog, preview, format.span)
    }
    let preset = WeblogPreset.named(text)
    if let preset, case .columns(let layout) = preset.shape {
      check(layout, preset.name, weblog, format.span)
      try settings.finish()
      return WeblogReader(layout: layout, title: preset.name, settings: weblog)
    }
    if let preset, case .json(let layout) = preset.shape, node["columns"] == nil {
      checkTime()
      try settings.finish()
      return WeblogReader(json: layout, title: preset.name, settings: weblog)
    }
    if let columns = node["columns"] {
      settings.report(
        "M304", "`columns` beside a format that names its own", at: columns.span,
        remedy: "remove it, or write format: w3c or iis")
    }
    let plan = try plan(format, text, node["escape"] == nil ? nil : escape)
    check(plan, weblog, format.span)
    try settings.finish()
    return WeblogReader(plan: plan, settings: weblog)
  }

  // MARK: Settings of every format

  private func weblogSettings() -> WeblogSettings {
    settings.checkKeys(of: node, "reader weblog", among: WeblogConfiguration.keys)
    var weblog = WeblogSettings()
    if let list = node["missing"] {
      // Unlike elsewhere the list may be empty: then a dash is a value.
      let texts = list.list?.compactMap(\.text) ?? list.text.map { [$0] }
      if let texts, texts.count == list.list?.count ?? 1 {
        weblog.missing = MissingTexts(texts)
      } else {
        settings.report("M304", "`missing` is not a list of texts", at: list.span, remedy: #"write missing: ["-", ""]"#)
      }
    }
    weblog.encoding = TextEncoding(node["encoding"], settings)
    weblog.zone = settings.zone(node["zone"])
    weblog.ambiguous = settings.choice(node["ambiguous"], "ambiguous", .earlier)
    weblog.prefix = settings.choice(node["prefix"], "prefix", .auto)
    weblog.trusted = trusted()
    if let columns = node["columns"] {
      weblog.columns = columns.text
      if columns.text?.allSatisfy(\.isWhitespace) ?? true {
        settings.report(
          "M304", "`columns` is not a list of column names", at: columns.span,
          remedy: "write what a log has behind '#Fields:', as columns: date time c-ip cs-method cs-uri-stem")
      }
    }
    return weblog
  }

  private func trusted() -> [AddressRange] {
    guard let node = node["trusted"] else { return [] }
    var ranges: [AddressRange] = []
    for entry in node.list ?? [node] {
      if entry.text == "private" {
        ranges += AddressRange.private
      } else if let range = entry.text.flatMap({ AddressRange($0) }) {
        ranges.append(range)
      } else {
        settings.report(
          "M304", "`trusted` cannot be '\(entry.text ?? "")'", at: entry.span,
          remedy: "write addresses as trusted: [10.0.0.0/8, 2001:db8::1], or private")
      }
    }
    return ranges
  }

  // MARK: Formats

  /// - Parameter hasTime: whether the format has a time, as all presets do.
  private func checkTime(_ hasTime: Bool = true) {
    guard let time = node["time"], let name = time.text, name != "time" || !hasTime else { return }
    settings.report(
      "M304", "the format has no time field '\(name)'", at: time.span,
      remedy: hasTime ? "write `time: time`, or nothing" : "add %t or $time_local to the format")
  }

  private func check(_ layout: ColumnLayout, _ name: String, _ weblog: WeblogSettings, _ span: SourceSpan) {
    checkTime()
    let isLocal = layout.needsZone || layout.isLocal(named: (weblog.columns ?? "").utf8)
    if isLocal, weblog.zone == nil, node["zone"] == nil {
      settings.report(
        "M307", "the format's time has no offset from UTC", at: span,
        remedy: "add `zone:` with the server's zone, such as Europe/Warsaw or UTC")
    }
    if let prefix = node["prefix"], layout.hasDirectives, weblog.prefix == .syslog || weblog.prefix == .cri {
      settings.report(
        "M304", "a log with '#Fields:' cannot stand behind a prefix", at: prefix.span,
        remedy: "remove `prefix`, and the prefixes from the log")
    }
    if let columns = node["columns"], !layout.hasDirectives {
      settings.report(
        "M304", "the columns of \(name) are always the same", at: columns.span,
        remedy: "remove `columns`: it is for logs with '#Fields:'")
    }
  }

  private func check(_ plan: FormatPlan, _ weblog: WeblogSettings, _ span: SourceSpan) {
    checkTime(plan.hasTime)
    if let problem = plan.timeProblem {
      settings.report("M306", problem, at: span, remedy: "log %t, or day, month, year and time of day together")
    } else if plan.needsZone, weblog.zone == nil, node["zone"] == nil {
      settings.report(
        "M307", "the format's time has no offset from UTC", at: span,
        remedy: "add `zone:` with the server's zone, such as Europe/Warsaw or UTC, or log %z")
    }
  }

  private func plan(
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
      throw settings.refusal(
        error.isUnknownName ? "M305" : "M306", error.message, at: place, remedy: error.remedy)
    }
  }

  /// The reader of whichever preset reads the first input best.
  private func guessed(
    _ weblog: WeblogSettings, _ preview: InputPreview?, _ span: SourceSpan
  ) throws(Diagnostics) -> any Reader {
    func unknown(_ message: String, remedy: String) -> Diagnostics {
      settings.refusal("M308", message, at: span, remedy: remedy)
    }
    guard let preview else {
      throw unknown(
        "`format: auto` needs an input to look at, and here is none",
        remedy: "write the format that trackfill sniff INPUT prints; then the mapping can be checked and tested")
    }
    let head = try preview.head()
    guard let guess = FormatGuess.best(of: head.bytes, settings: weblog) else {
      throw unknown(
        "no known format reads \(head.name)",
        remedy: UnknownLog(head.bytes)?.remedy
          ?? "name a preset (trackfill formats lists them), or give the server's own LogFormat or log_format text")
    }
    guard !guess.assumesZone else {
      throw settings.refusal(
        "M307", "times of \(head.name), which is \(guess.preset.name), have no offset from UTC", at: span,
        remedy: "add `zone:` with the server's zone, such as Europe/Warsaw or UTC")
    }
    preview.note(
      "\(head.name): format \(guess.preset.name), \(guess.understood) of the first \(guess.records) records understood; "
        + "`trackfill sniff` pins it")
    return guess.reader
  }
}
