import ArgumentParser
import Pipeline

/// How records are read, in every command that maps them.
struct ReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Threads (default: the processors, at most 4).", valueName: "n"), transform: ThreadCount.read)
  var threads = ThreadCount.standard

  @Option(help: .memory, transform: ByteSize.read)
  var memory: ByteSize?

  @Option(help: .maxRecord, transform: RecordLimit.read)
  var maxRecord = RecordLimit.standard

  @Option(help: ArgumentHelp("Bytes read at a time.", visibility: .hidden), transform: ByteSize.read)
  var blockSize = ByteSize(RunLoop.Settings().blockSize)

  func validate() throws {
    if blockSize.bytes > 64 << 20 { throw ValidationError("--block-size takes at most 64M.") }
  }

  var loopSettings: RunLoop.Settings {
    var settings = RunLoop.Settings()
    settings.threads = threads.count
    settings.blockSize = blockSize.bytes
    settings.headroom = maxRecord.bytes
    return settings
  }
}
