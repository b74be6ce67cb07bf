internal import Pipeline

/// Exports with a row a record, or many (RFC 4180, and what people really export).
///
/// Settings: `fields` (typed columns), `delimiter` (one byte, `auto`), `quote` (one byte, `none`), `escape` (`doubled`,
/// `backslash`), `comment` (a prefix of lines to pass over), `skip` (lines before the header), `header` (`true`, `false`, a
/// list of names), `ragged` (`error`, `fill`, `ignore`), `missing` (texts for no value, `[""]`), `encoding` (windows-125x,
/// ISO-8859-x; UTF-8 and UTF-16 with a byte order mark need none), `zone`, `group` (`by`, `order`, `max_rows`, `same`),
/// `time`.
///
/// A grouped record has the fields of `by` and `same`, and `rows` with all others. Its bytes are its rows joined by line
/// feeds.
///
/// Rejects: R001 and R114 too long, R103 to R108 values (`ValueFinding`), R111 too few or too many fields, R112 quotes,
/// R113 a group that comes back, R115 rows that disagree, R116 a group beside a row without a key.
struct CSVReader: Reader {
  let schema: Schema
  private let settings: CSVSettings

  init(_ settings: CSVSettings) {
    self.settings = settings
    let group = settings.group
    let rowFields = settings.rowFields
    var fields: [Schema.Field] = []
    var rows: [String: FieldType] = [:]
    for (index, declaration) in settings.declarations.enumerated() {
      if rowFields.contains(index) {
        rows[declaration.name] = declaration.rowType
      } else {
        let place = declaration.columnPlace
        fields.append(declaration.schemaField(place.isEmpty ? "column '\(declaration.name)'" : place))
      }
    }
    if group != nil {
      fields.append(Schema.Field(CSVSettings.rowsName, .list(rows), optional: false, "the rows of the group"))
    }
    // The only time is the record's, unless the mapping says another.
    let times = fields.filter { $0.type == .timestamp }
    schema = Schema(
      title: group == nil ? "csv" : "csv (grouped)", fields: fields, timeField: times.count == 1 ? times[0].name : nil)
  }

  var resumption: Resumption { settings.encoding.resumption(settings.group?.order == .any ? .whole : .reread) }

  func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource {
    let text = settings.encoding.text(of: bytes)
    if let group = settings.group, group.order == .any {
      return CSVRegroupSource(text, settings, group, limits: limits)
    }
    return CSVSource(text, settings, limits: limits)
  }

  func makeParser(fields: [String]) -> any RecordParser { CSVParser(settings, fields: fields) }
}

extension CSVSettings {
  /// The name under which a grouped record shows its rows.
  static let rowsName = "rows"

  /// Declarations that belong to the rows of a group.
  var rowFields: [Int] {
    guard let group else { return [] }
    return declarations.indices.filter { !group.by.contains($0) && !group.same.contains($0) }
  }
}
