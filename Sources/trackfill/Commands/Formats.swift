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
    guard let name else { return format == .json ? FormatsJSON.render(entries) : FormatsText.render(entries) }
    for entry in entries {
      if entry.name == name { return format == .json ? FormatsJSON.render([entry]) : FormatsText.render([entry]) }
      if let found = entry.formats.first(where: { $0.name == name }) {
        return format == .json ? FormatsJSON.render(entry, found) : FormatsText.render(entry, found)
      }
    }
    return nil
  }
}
