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
  /// - Throws: I301 if no reader knows one, or if nothing is in them; I302 if they need several blocks.
  private func block(of inputs: [InputPath], _ console: Console) throws -> String {
    var found: [(name: String, finding: SniffFinding)] = []
    for input in inputs {
      if let finding = try recognise(input, console) {
        found.append((input.title, finding))
      } else if inputs.count > 1 {
        console.write("\(DisplayText.escaped(input.title)): empty, passed over\n")
      }
    }
    guard let first = found.first else {
      throw Diagnostic(
        "I301", inputs.count == 1 ? "\(inputs[0].title) is empty" : "all \(inputs.count) inputs are empty",
        remedy: "name an input with records in it")
    }
    var whole = first.finding
    for other in found.dropFirst() {
      guard let joined = whole.joined(other.finding) else {
        throw Diagnostic(
          "I302", "\(first.name) and \(other.name) have different formats",
          remedy: "sniff and convert them apart, with a mapping for each")
      }
      if joined.settings != whole.settings {
        console.write(
          "\(DisplayText.escaped(other.name)) has other columns than those before it: all are named below\n")
      }
      whole = joined
    }
    return whole.input
  }

  /// How an input is read; what was seen is said. nil if nothing is in it, as in a log that was just begun.
  private func recognise(_ input: InputPath, _ console: Console) throws -> SniffFinding? {
    let result = try InputSniffer.sniff(input, zone: zone)
    if result.isEmpty { return nil }
    guard let finding = result.finding, let sketch = result.sketch else {
      throw Diagnostic(
        "I301", "no reader knows the format of \(input.title)",
        remedy: result.remedy
          ?? "trackfill formats lists the known ones; a log's own LogFormat or log_format text can be given as `format`"
      )
    }
    console.write(SniffText.render(input.title, finding, sketch, result.isComplete))
    return finding
  }
}
