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

  @Option(help: ArgumentHelp("Threads (default: the processors, at most 4).", valueName: "n"), transform: Int.read)
  var threads: Int?

  @Option(help: .memory, transform: ByteSize.read)
  var memory: ByteSize?

  @Option(help: .maxRejects, transform: RejectLimit.read)
  var maxRejects = RejectLimit(.standard)

  @Option(help: .maxRecord, transform: ByteSize.read)
  var maxRecord = ByteSize(ReadLimits().record)

  static let blockSize = ByteSize(256 << 10)

  @Option(help: ArgumentHelp("Bytes read at a time.", visibility: .hidden), transform: ByteSize.read)
  var blockSize = ConversionOptions.blockSize

  @Flag(name: [.short, .long], help: "No summary and no progress.")
  var quiet = false

  @Option(help: "When to colour messages; auto heeds NO_COLOR.")
  var color = Console.ColorChoice.auto

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 256, not \(threads).")
    }
    if maxRecord.bytes < 64 { throw ValidationError("--max-record takes at least 64 bytes, not \(maxRecord.bytes).") }
    if maxRecord.bytes > 256 << 20 { throw ValidationError("--max-record takes at most 256M.") }
    if blockSize.bytes > 64 << 20 { throw ValidationError("--block-size takes at most 64M.") }
  }
}
