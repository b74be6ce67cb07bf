import ArgumentParser
import Pipeline

/// What the user typed; `PreviewRun` does it.
struct Preview: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a mapping makes of real data. Nothing is written to a destination or sent.",
    discussion: """
      Records come first, each with its fields, what the mapping computes of it and what decided; then the report. The \
      first 10,000 records of each input are read; everything with --limit all, and with --only and --sample unless \
      --limit says otherwise. With --against two mappings are compared on the same data.
      """)

  @Argument(help: "Files, folders, patterns, or - for standard input.")
  var inputs: [String]

  @Option(name: [.short, .long], help: ArgumentHelp("The mapping file.", valueName: "file"))
  var mapping: String

  @Option(
    help: ArgumentHelp("Read only so many records of each input, or all.", valueName: "n|all"),
    transform: ReadLimit.read)
  var limit: ReadLimit?

  @Option(help: ArgumentHelp("Show so many records (default: 10).", valueName: "n"), transform: Int.read)
  var show: Int?

  @Option(
    help: ArgumentHelp("Show so many records, spread evenly over what is read.", valueName: "n"), transform: Int.read)
  var sample: Int?

  @Option(
    help: ArgumentHelp(
      "Show only mapped, rejected, dropped, unmatched or late records, or those of a rule, a type of events, a drop reason or a "
        + "code.", valueName: "what"))
  var only: String?

  @Flag(help: "Say why the drop entries, checks and rules before the one that decided did not apply.")
  var explain = false

  @Option(help: "text for people, json for programs (default: text, nothing beside --html).")
  var format: ReportFormat?

  @Option(help: ArgumentHelp("Write a page for the browser; - is standard output.", valueName: "file"))
  var html: String?

  @Option(help: ArgumentHelp("Compare with what this mapping makes of the same records.", valueName: "old mapping"))
  var against: String?

  @Flag(help: "With --against: exit 1 if anything changes.")
  var failOnChange = false

  @OptionGroup var reading: ReadingOptions

  @Option(help: "When to colour text; auto heeds NO_COLOR.")
  var color = Console.ColorChoice.auto

  func validate() throws {
    for (option, value) in [("--show", show), ("--sample", sample)] {
      if let value, !(0...10_000).contains(value) {
        throw ValidationError("\(option) takes a number up to 10000, not \(value).")
      }
    }
    if show != nil, sample != nil { throw ValidationError("--show and --sample both say how many: give one.") }
    if failOnChange, against == nil { throw ValidationError("--fail-on-change needs --against.") }
    if against != nil, html != nil { throw ValidationError("--html shows one mapping: leave --against out.") }
    let choosing = [
      ("--only", only != nil), ("--sample", sample != nil), ("--show", show != nil), ("--explain", explain),
    ]
    if against != nil, let option = choosing.first(where: \.1)?.0 {
      throw ValidationError("\(option) is about records that are shown, and --against shows none: leave one out.")
    }
  }

  /// How records are read and mapped: all of them, however many are rejected.
  var loopSettings: RunLoop.Settings {
    var settings = reading.loopSettings
    settings.tolerance = .count(.max)
    settings.trial = .standard
    return settings
  }

  func run() throws {
    let signals = SignalWatch()
    let console = Console(color: color)
    throw ExitCode(PreviewRun(self, console: console, signals: signals).run().rawValue)
  }
}
