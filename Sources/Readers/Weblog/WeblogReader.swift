public import Pipeline

/// Access logs of web servers: a line a request, in a format that the settings name or spell out.
///
/// Settings: `format` (a preset, an Apache `LogFormat` or an nginx `log_format` text), `missing` (texts that stand for
/// no value, `["-", ""]`), `zone` and `ambiguous` (`earlier`, `later`, `reject`) for times without an offset, `escape`
/// (`default`, `json`, `none`).
///
/// Fields are named by what they mean (`time ip user method target path query protocol status bytes referer agent host
/// port forwarded duration request`), others after the directive: `%{X-Foo}i` and `$http_x_foo` are `x_foo`,
/// `%{sid}C` and `$cookie_sid` are `cookie_sid`, `%{X}o` and `$sent_http_x` are `response_x`, `%{X}e` is `env_x`,
/// `%{X}n` is `note_x`, any other nginx variable keeps its name. Where a name is taken, the next of its kind takes a
/// longer one (`bytes_sent`) or a number (`x_2`). `duration` is in microseconds, whatever the server logs.
///
/// Rejects: R101 something else than the format expects, R102 the line ends too early, R103 no time, R104 no number,
/// R105 a required value is missing, R106 a local time that exists twice or never.
public struct WeblogReader: Reader {
  public let schema: Schema
  private let plan: FormatPlan
  private let settings: WeblogSettings

  init(plan: FormatPlan, settings: WeblogSettings) {
    self.plan = plan
    self.settings = settings
    schema = WeblogReader.schema(plan)
  }

  public func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource {
    LineSource(TextSource(bytes), limits: limits)
  }

  public func makeParser(fields: [String]) -> any RecordParser {
    WeblogParser(
      plan: plan, missing: settings.missing, zone: settings.zone, ambiguous: settings.ambiguous, fields: fields)
  }

  private static func schema(_ plan: FormatPlan) -> Schema {
    var fields: [Schema.Field] = []
    for step in plan.steps {
      for (role, name) in step.outputs.enumerated() where !name.isEmpty {
        fields.append(field(step, role, name))
      }
    }
    return Schema(title: "weblog (\(plan.title))", fields: fields, timeField: plan.hasTime ? "time" : nil)
  }

  private static func field(_ step: FormatPlan.Step, _ role: Int, _ name: String) -> Schema.Field {
    guard role == FormatPlan.Role.main else {
      if step.field.kind == .hostPort { return Schema.Field(name, .int, optional: true, "server's port") }
      let summaries = ["", "method of the request", "target of the request", "path without query", "query", "protocol"]
      return Schema.Field(name, .string, optional: true, summaries[role])
    }
    let type: FieldType =
      switch step.field.kind {
      case .int, .micros, .seconds: .int
      case let kind where kind.isTime: .timestamp
      default: .string
      }
    return Schema.Field(name, type, optional: !step.field.isRequired, step.field.summary)
  }
}
