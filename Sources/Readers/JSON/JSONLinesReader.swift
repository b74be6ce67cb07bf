internal import Pipeline

/// JSON lines: a text a line (RFC 8259), whatever its keys.
///
/// Settings: `fields` (typed values at paths), `missing` (texts for no value beside `null`, `[""]`), `zone`, `time`. A
/// field's `path` is `a.b[0].c`, `a["key.with.dots"]` or a list of keys and places; without one it is the field's name.
/// A list of objects or plain values becomes rows:
///
///     items: { list: order.lines, min: 1, fields: { sku: string, qty: int, tag: { path: tags[0], type: optional string } } }
///
/// The path `.` is the element itself. Of keys that stand twice in an object the last one counts. Numbers may be texts
/// and texts numbers, as the field's type says; an object or array for a plain field is a reject, but for a `string`, which
/// gets its text.
///
/// Rejects: R001 too long, R103 to R108 values, R109 a value of another kind, or a line that is no object though no path
/// begins with a place, R121 no JSON, R122 nested too deep, R123 a
/// list that is too short or too long.
struct JSONLinesReader: Reader {
  let schema: Schema
  private let settings: JSONSettings

  init(_ settings: JSONSettings) {
    self.settings = settings
    var fields = settings.declarations.map { declaration in
      declaration.schemaField(declaration.own["path"] == nil ? "key '\(declaration.name)'" : "value at its path")
    }
    for list in settings.lists {
      let columns = Dictionary(list.declarations.map { ($0.name, $0.rowType) }, uniquingKeysWith: { $1 })
      fields.append(Schema.Field(list.name, .list(columns), optional: false, "rows"))
    }
    // The only time is the record's, unless the mapping says another.
    let times = fields.filter { $0.type == .timestamp }
    schema = Schema(title: "jsonl", fields: fields, timeField: times.count == 1 ? times[0].name : nil)
  }

  var resumption: Resumption { settings.encoding.resumption(.seek) }
  var recordsStandAlone: Bool { settings.encoding == .unicode }

  func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource {
    LineSource(settings.encoding.text(of: bytes), limits: limits)
  }

  func makeParser(fields: [String]) -> any RecordParser { JSONLinesParser(settings, fields: fields) }
}
