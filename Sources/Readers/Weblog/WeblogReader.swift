internal import Pipeline

/// Access logs of web servers: a line a request, in a format that the settings name or spell out.
///
/// Settings: `format` (a preset, an Apache `LogFormat` or an nginx `log_format` text), `missing` (texts that stand for
/// no value, `["-", ""]`), `encoding` (a code page, where the log is not UTF-8), `zone` and `ambiguous` (`earlier`, `later`, `reject`) for times without an offset, `escape`
/// (`default`, `json`, `none`), `columns` (what a log in W3C format lacks: the text of its `#Fields:`), `prefix` (`auto`,
/// `none`, `syslog`, `cri`), `trusted` (addresses of proxies whose `forwarded` is believed).
///
/// Fields are named by what they mean (`time ip user method target path query protocol status bytes referer agent host
/// port forwarded duration request`), others after the directive: `%{X-Foo}i` and `$http_x_foo` are `x_foo`,
/// `%{sid}C` and `$cookie_sid` are `cookie_sid`, `%{X}o` and `$sent_http_x` are `response_x`, `%{X}e` is `env_x`,
/// `%{X}n` is `note_x`, any other nginx variable keeps its name. Where a name is taken, the next of its kind takes a
/// longer one (`bytes_sent`) or a number (`x_2`). `duration` is in microseconds, whatever the server logs.
///
/// Rejects: R101 something else than the format expects, R102 the line ends too early, R103 no time, R104 no number,
/// R105 a required value is missing, R106 a local time that exists twice or never.
struct WeblogReader: Reader {
  let schema: Schema
  var isChronological: Bool { true }
  var resumption: Resumption {
    // What a `#Fields:` line said holds for everything behind it.
    if case .columns(let layout, _, _) = shape, layout.hasDirectives {
      settings.encoding.resumption(.reread)
    } else {
      settings.encoding.resumption(.seek)
    }
  }
  var recordsStandAlone: Bool {
    if case .columns(let layout, let initial, _) = shape, layout.hasDirectives, initial == nil { return false }
    return settings.encoding == .unicode
  }
  private let shape: Shape
  private let settings: WeblogSettings

  private enum Shape {
    case text(FormatPlan)
    /// With the names of the columns until the log has its own, and the fields that every record needs.
    case columns(ColumnLayout, initial: [UInt8]?, required: [String])
    case json(JSONLogLayout)
  }

  init(plan: FormatPlan, settings: WeblogSettings) {
    var settings = settings
    // A line that begins with a time cannot be told from one with a container's prefix.
    if plan.prefix.isEmpty, plan.steps.first?.field.kind.isTime == true, settings.prefix == .auto {
      settings.prefix = .none
    }
    shape = .text(plan)
    self.settings = settings
    schema = Forwarding.extended(WeblogReader.schema(plan), settings.trusted)
  }

  init(layout: ColumnLayout, title: String, settings: WeblogSettings) {
    var settings = settings
    if layout.hasDirectives, settings.prefix == .auto { settings.prefix = .none }
    self.settings = settings
    var initial: [UInt8]?
    var columns = layout.columns
    if layout.hasDirectives {
      if let named = settings.columns {
        initial = Array(named.utf8)
        columns = layout.known.columns(named: named.utf8) + columns
      } else if !columns.isEmpty {
        initial = Array(columns.map(\.identifier).joined(separator: " ").utf8)
      }
      columns += layout.vocabulary
    }
    let plan = ColumnPlan(columns)
    let required = ["time"] + layout.columns.filter { $0.isRequired && !$0.kind.isTime }.map(\.name)
    shape = .columns(layout, initial: initial, required: required)
    let fields = Schema(title: "weblog (\(title))", fields: plan.fields, timeField: "time", shapes: WeblogReader.shapes)
    schema = Forwarding.extended(fields, settings.trusted)
  }

  init(json layout: JSONLogLayout, title: String, settings: WeblogSettings) {
    shape = .json(layout)
    self.settings = settings
    let plain = Schema(
      title: "weblog (\(title))", fields: layout.schemaFields, timeField: "time", shapes: WeblogReader.shapes)
    schema = Forwarding.extended(plain, settings.trusted)
  }

  /// What the texts of the standard fields look like in every log.
  static let shapes: [String: TextShape] = ["path": .path, "method": .method, "ip": .address]

  func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource {
    let lines = LineSource(settings.encoding.text(of: bytes), limits: limits)
    guard case .columns(let layout, let initial, _) = shape, layout.hasDirectives else { return lines }
    return DirectiveSource(lines, fields: initial)
  }

  func makeParser(fields: [String]) -> any RecordParser {
    guard let forwarding = Forwarding(fields, settings.trusted) else { return makePlainParser(fields) }
    return ForwardedParser(makePlainParser(forwarding.fields), forwarding)
  }

  private func makePlainParser(_ fields: [String]) -> any RecordParser {
    switch shape {
    case .json(let layout): JSONLogParser(layout, settings, fields: fields)
    case .text(let plan): WeblogParser(plan: plan, settings: settings, fields: fields)
    case .columns(let layout, let initial, let required):
      ColumnParser(layout: layout, settings: settings, initial: initial, required: required, fields: fields)
    }
  }

  private static func schema(_ plan: FormatPlan) -> Schema {
    var fields: [Schema.Field] = []
    for step in plan.steps {
      if !step.name.isEmpty { fields.append(field(step)) }
      if !step.port.isEmpty { fields.append(Schema.Field(step.port, .int, optional: true, "server's port")) }
      fields += step.parts.map { Schema.Field($0.name, .string, optional: true, $0.summary) }
    }
    return Schema(
      title: "weblog (\(plan.title))", fields: fields, timeField: plan.hasTime ? "time" : nil,
      shapes: WeblogReader.shapes)
  }

  private static func field(_ step: FormatPlan.Step) -> Schema.Field {
    let type: FieldType =
      switch step.field.kind {
      case .int, .micros, .seconds: .int
      case let kind where kind.isTime: .timestamp
      default: .string
      }
    return Schema.Field(step.name, type, optional: !step.field.isRequired, step.field.summary)
  }
}
