internal import Pipeline

/// XML exports: a record is an element at a path, its fields are paths from there.
///
/// Settings: `record` (a path), `fields` (typed; each a `path`, by default the element of the field's name, or a `list`
/// with `fields` of its own, `min` and `max`), `header` (values that stand before the first record and hold for all),
/// `namespaces` (prefixes to URIs), `doctype` (`reject`, `ignore`), `missing` (texts for no value, `[""]`), `zone`, `time`.
///
/// Paths are the part of XPath 1.0 that a stream can follow: `/a/b`, `//b`, `*`, `@x`, `.`, `text()`, `[@type="gift"]`.
/// Text and CDATA are joined; the encoding is the declaration's. An element's value is all text in it.
///
/// A record's bytes are its values, a line each; so a mapping must give each event a natural `id`: what no
/// field names is not in them.
///
/// Rejects: R001 and R135 too long, R103 to R108 values (`ValueFinding`), R131 a value twice, R123 too few or too many
/// rows, R132 a record inside a record, R133 an unknown entity, R134 a header value too late. Damage, behind which
/// nothing is read: I311 not well-formed, I312 a document type, I313 past a limit of size or depth.
struct XMLReader: Reader {
  let schema: Schema
  let layout: XMLLayout

  init(_ layout: XMLLayout) {
    self.layout = layout
    var fields: [Schema.Field] = []
    for slot in layout.slots {
      if case .row = slot.scope { continue }
      fields.append(slot.declaration.schemaField(slot.scope == .header ? "value of the header" : "value of the record"))
    }
    for list in layout.lists {
      var rows: [String: FieldType] = [:]
      for slot in list.slots { rows[layout.slots[slot].declaration.name] = layout.slots[slot].declaration.rowType }
      fields.append(Schema.Field(list.name, .list(rows), optional: false, "rows of the record"))
    }
    let times = fields.filter { $0.type == .timestamp }
    schema = Schema(
      title: "xml", fields: fields, timeField: times.count == 1 ? times[0].name : nil,
      needsNaturalID: true)
  }

  func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource {
    XMLSource(bytes, layout, limits: limits)
  }

  func makeParser(fields: [String]) -> any RecordParser { XMLRecordParser(layout, fields: fields) }
}
