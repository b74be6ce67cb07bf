import Pipeline
import Readers

/// Readers and formats, for people.
enum FormatsText {
  static func render(_ entries: [ReaderCatalogue.Entry]) -> String {
    var text = ""
    for entry in entries {
      text += "\(entry.name): \(entry.summary)\n"
      for format in entry.formats {
        text += "\n  \(format.name): \(format.summary)\n    \(format.source)\n"
        for line in format.sample.split(separator: "\n") { text += "    \(DisplayText.escaped(String(line)))\n" }
      }
      text += entry.name == entries.last?.name ? "" : "\n"
    }
    return text
  }

  /// - Parameter entry: the reader whose format it is.
  static func render(_ entry: ReaderCatalogue.Entry, _ format: ReaderFormat) -> String {
    var text = "\(format.name): \(format.summary)\n\(format.source)\n\n"
    text += "input:\n  reader: \(entry.name)\n  format: \(format.name)\n"
    for need in format.needs { text += "  \(need): …  # needed\n" }
    if let spelled = format.text { text += "\nthe same as\n  \(spelled)\n" }
    text += "\nsample\n"
    for line in format.sample.split(separator: "\n") { text += "  \(DisplayText.escaped(String(line)))\n" }
    text += "\nfields (? may be missing)\n"
    let width = format.fields.map { $0.name.count + ($0.isOptional ? 1 : 0) }.max() ?? 0
    for field in format.fields {
      let name = field.name + (field.isOptional ? "?" : "")
      let type = FieldTypeText.name(field.type)
      text += "  \(name.padded(to: width))  \(type.padded(to: 9))  \(field.summary)\n"
    }
    return text
  }
}
