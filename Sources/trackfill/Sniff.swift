import ArgumentParser
import Pipeline
import Readers

/// Finds out how inputs are to be read.
struct Sniff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recognise the format of inputs and print the `input:` of a mapping that reads them.",
    discussion: """
      The block goes to standard output, what was seen to standard error. The first 4 MiB of each input are looked at.
      """)

  @Argument(help: "Files, folders, patterns, or - for standard input.")
  var inputs: [String]

  @Option(help: ArgumentHelp("The zone of times that name none, as Europe/Warsaw.", valueName: "zone"))
  var zone: String?

  @Option(help: "When to colour messages; auto heeds NO_COLOR.")
  var color = Console.ColorChoice.auto

  func validate() throws {
    if let zone, Zone(named: zone) == nil { throw ValidationError("--zone: unknown zone '\(zone)'.") }
  }

  func run() throws {
    let console = Console(color: color)
    let status: ExitStatus
    do {
      status = StandardOutput.write(try block(of: InputList.expand(inputs), console), .done, console)
    } catch {
      status = Failure(error).report(on: console)
    }
    throw ExitCode(status.rawValue)
  }

  /// The block that reads all of the inputs.
  /// - Throws: I301 if no reader knows one, I302 if they need several blocks.
  private func block(of inputs: [InputPath], _ console: Console) throws -> String {
    let blocks = try inputs.map { (name: $0.title, text: try recognise($0, console)) }
    guard let first = blocks.first else { return "" }
    if let other = blocks.first(where: { $0.text != first.text }) {
      throw Diagnostic(
        "I302", "\(first.name) and \(other.name) have different formats",
        remedy: "sniff and convert them apart, with a mapping for each")
    }
    return first.text
  }

  /// The block that reads an input; what was seen is said.
  private func recognise(_ input: InputPath, _ console: Console) throws -> String {
    let result = try InputSniffer.sniff(input, zone: zone)
    guard !result.isEmpty else {
      throw Diagnostic("I301", "\(input.title) is empty", remedy: "name an input with records in it")
    }
    guard let finding = result.finding, let sketch = result.sketch else {
      throw Diagnostic(
        "I301", "no reader knows the format of \(input.title)",
        remedy: result.remedy
          ?? "trackfill formats lists the known ones; a log's own LogFormat or log_format text can be given as `format`"
      )
    }
    console.write(SniffText.render(input.title, finding, sketch, result.isComplete))
    return finding.input
  }
}
