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
    console.write(Sniff.words(input.title, finding, sketch, result.isComplete))
    return finding.input
  }

  private static func words(
    _ name: String, _ finding: SniffFinding, _ sketch: InputSketch, _ isComplete: Bool
  ) -> String {
    var text = "\(DisplayText.escaped(name)): \(finding.reader), \(DisplayText.escaped(finding.format))\n"
    let share = sketch.records == 0 ? 0 : sketch.understood * 1000 / sketch.records
    text += "  \(OptionText.grouped(sketch.understood)) of \(isComplete ? "" : "the first ")"
    text += "\(OptionText.grouped(sketch.records)) records understood (\(share / 10).\(share % 10) %)\n"
    if let reject = sketch.firstReject {
      text += "  first not: line \(reject.line): \(DisplayText.escaped(reject.text))\n"
    }
    if let first = sketch.first, let last = sketch.last {
      text += "  from \(TimestampWriter.text(first)) to \(TimestampWriter.text(last)), "
      // What an export holds is sorted unless the mapping says otherwise, so nothing in it comes late.
      let late =
        finding.made.isChronological
        ? "up to \(seconds(sketch.disorder)) late" : "in another order than that of time"
      text += sketch.disorder == 0 ? "in order\n" : late + "\n"
      if finding.made.isChronological, sketch.disorder > 5 * 60_000 {
        text += "  later than the standard allows: write session: { disorder: \(sketch.disorder / 60_000 + 1)m }, "
        text += "and a gap at least as long\n"
      }
    }
    for line in finding.outline { text += "    \(DisplayText.escaped(line))\n" }
    for remark in finding.remarks { text += "  \(DisplayText.escaped(remark))\n" }
    let seen = sketch.fields.filter { $0.present > 0 }
    let width = seen.map(\.field.name.count).max() ?? 0
    for sketched in seen {
      let percent = sketched.present * 100 / max(sketch.understood, 1)
      let type = FieldTypeText.name(sketched.field.type)
      text += "    " + sketched.field.name + spaces(width - sketched.field.name.count + 2)
      text += type + spaces(11 - type.count) + spaces(percent < 10 ? 2 : percent < 100 ? 1 : 0) + "\(percent) %  "
      text += DisplayText.escaped(String(sketched.example.prefix(60))) + "\n"
    }
    return text
  }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  private static func seconds(_ milliseconds: Int64) -> String {
    milliseconds < 120_000
      ? "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" : "\(milliseconds / 60_000) min"
  }
}
