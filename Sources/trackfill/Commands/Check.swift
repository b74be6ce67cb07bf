import ArgumentParser
import Glibc
import Pipeline

/// All that can be said about mappings without a record.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check mapping files: every finding with its place and its remedy.",
    discussion: """
      Findings go to standard output, a summary to standard error. A folder means the .yaml files in it. Environment \
      variables that are not set are warnings here. Exit status: 0 no error, 66 no such file, 78 an error.
      """)

  @Argument(help: "Mapping files, folders, patterns, or - for standard input.")
  var mappings: [String]

  @Option(help: "text for people, json for programs: one array of findings.")
  var format = ReportFormat.text

  @Option(help: "When to colour findings; auto heeds NO_COLOR.")
  var color = Console.ColorChoice.auto

  func run() throws {
    let console = Console(color: color)
    let files = MappingFiles(mappings)
    var findings = files.missing
    var sources: [String: [UInt8]] = [:]
    var checked = 0
    for path in files.paths {
      do throws(Diagnostics) {
        let mapping = try CheckedMapping(MappingSource(path))
        checked += 1
        findings += mapping.findings
        sources.merge(mapping.file.sources) { old, _ in old }
      } catch {
        findings += error.all
      }
    }
    let text: String
    switch format {
    case .json: text = FindingsJSON.render(findings, sources: sources)
    case .text:
      let renderer = DiagnosticRenderer(
        sources: sources, isColoured: Console(color: color, descriptor: STDOUT_FILENO).isColoured)
      text = findings.map { renderer.render($0) }.joined()
    }
    let errors = findings.filter { $0.severity == .error }
    let status: ExitStatus =
      if errors.contains(where: { $0.code.hasPrefix("I") }) {
        .missingInput
      } else {
        errors.isEmpty ? .done : .badMapping
      }
    let end = StandardOutput.write(text, status, console)
    console.write(
      DisplayNumber.plural(checked, "mapping") + " checked: " + DisplayNumber.plural(errors.count, "error") + ", "
        + DisplayNumber.plural(findings.count - errors.count, "warning") + "\n")
    throw ExitCode(end.rawValue)
  }
}
