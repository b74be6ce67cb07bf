import Pipeline
import Readers

/// Readers and formats, for programs.
enum FormatsJSON {
  static func render(_ entries: [ReaderCatalogue.Entry]) -> String {
    var json = JSONObjectWriter()
    json.list("readers", entries) { json, entry in
      json.put("name", entry.name)
      json.put("summary", entry.summary)
      json.list("formats", entry.formats) { json, format in put(&json, format) }
    }
    return json.finish()
  }

  /// - Parameter entry: the reader whose format it is.
  static func render(_ entry: ReaderCatalogue.Entry, _ format: ReaderFormat) -> String {
    var json = JSONObjectWriter()
    json.put("reader", entry.name)
    put(&json, format)
    return json.finish()
  }

  private static func put(_ json: inout JSONObjectWriter, _ format: ReaderFormat) {
    json.put("name", format.name)
    json.put("summary", format.summary)
    json.put("source", format.source)
    json.put("sample", format.sample)
    if let text = format.text { json.put("text", text) }
    json.list("fields", format.fields) { json, field in
      json.put("name", field.name)
      json.put("type", FieldTypeText.name(field.type))
      json.put("optional", field.isOptional)
      json.put("summary", field.summary)
    }
  }
}
