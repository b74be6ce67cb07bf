import ArgumentParser
import Pipeline

/// The options of every command that converts.
struct ConversionOptions: ParsableArguments {
  @Argument(help: "Files, folders, patterns, or - for standard input.")
  var inputs: [String]

  @Option(name: [.short, .long], help: ArgumentHelp("The mapping file.", valueName: "file"))
  var mapping: String

  @Option(
    help: ArgumentHelp(
      "Where the summary goes, as JSON; written on failure, too. - is standard output.", valueName: "file"))
  var summary: String?

  @Option(help: .maxRejects, transform: RejectLimit.read)
  var maxRejects = RejectLimit(.standard)

  @OptionGroup var reading: ReadingOptions

  @Flag(name: [.short, .long], help: "No summary and no progress.")
  var quiet = false

  @Option(help: "When to colour messages; auto heeds NO_COLOR.")
  var color = Console.ColorChoice.auto

  /// How records are read and mapped.
  var loopSettings: RunLoop.Settings {
    var settings = reading.loopSettings
    settings.tolerance = maxRejects.tolerance
    return settings
  }
}
