import ArgumentParser
import Pipeline
import Readers

/// Lists what can be read.
struct Formats: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the readers and their formats, or show one format with its fields.",
    discussion: "A format is what a mapping's `input` names: input: { reader: weblog, format: combined }.")

  @Argument(help: "A reader or a format, to show in detail.")
  var name: String?

  @Option(help: "How to print.")
  var format = ReportFormat.text

  func run() throws {
    let console = Console(color: .auto)
    let entries = ReaderCatalogue.entries
    if let text = answer(entries) { throw ExitCode(StandardOutput.write(text, .done, console).rawValue) }
    let name = name ?? ""
    let names = entries.flatMap { [$0.name] + $0.formats.map(\.name) }
    console.report([
      Diagnostic("U109", "no reader or format '\(name)'", remedy: Suggestion.remedy(for: name, among: names))
    ])
    throw ExitCode(ExitStatus.usage.rawValue)
  }

  /// What was asked for; nil if there is no such thing.
  private func answer(_ entries: [ReaderCatalogue.Entry]) -> String? {
    guard let name else { return format == .json ? Formats.json(entries) : Formats.overview(entries) }
    for entry in entries {
      if entry.name == name { return format == .json ? Formats.json([entry]) : Formats.overview([entry]) }
      if let found = entry.formats.first(where: { $0.name == name }) {
        return format == .json ? Formats.json(entry, found) : Formats.detail(entry, found)
      }
    }
    return nil
  }

  private static func overview(_ entries: [ReaderCatalogue.Entry]) -> String {
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

  private static func detail(_ entry: ReaderCatalogue.Entry, _ format: ReaderFormat) -> String {
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
      text += "  \(padded(name, width))  \(padded(type, 9))  \(field.summary)\n"
    }
    return text
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func json(_ entries: [ReaderCatalogue.Entry]) -> String {
    var json = JSONObjectWriter()
    json.list("readers", entries) { json, entry in
      json.put("name", entry.name)
      json.put("summary", entry.summary)
      json.list("formats", entry.formats) { json, format in put(&json, format) }
    }
    return json.finish()
  }

  private static func json(_ entry: ReaderCatalogue.Entry, _ format: ReaderFormat) -> String {
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
