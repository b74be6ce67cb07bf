import ArgumentParser
import Glibc
import Pipeline

/// What the user typed; `ConvertPlan` is what the run needs.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert logs and exports to tracker payloads, one JSON object a line.",
    discussion: """
      Inputs are files, folders, patterns, or - for standard input; compression is recognized by content. With -o the \
      file appears whole or not at all. A closed pipe on standard output ends the run quietly with status 0.

      With --state and --follow-up a run converts what is new since the last one and leaves visits open that may go on; \
      -o names a folder then, which gets a file for each commit.
      """)

  @OptionGroup var options: ConversionOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where payloads go; - is standard output. A folder with --follow-up.", valueName: "file"))
  var output = "-"

  @Option(help: ArgumentHelp("Where rejected records go, as JSON lines; - is standard output.", valueName: "file"))
  var rejects: String?

  @Option(help: ArgumentHelp("Read only so many records of each input.", valueName: "n"), transform: Int.read)
  var limit: Int?

  @Option(
    help: ArgumentHelp("Only sessions that begin at or after this date or time (UTC).", valueName: "time"),
    transform: TimeBound.read)
  var from: TimeBound?

  @Option(
    help: ArgumentHelp("Only sessions that begin before this date or time (UTC).", valueName: "time"),
    transform: TimeBound.read)
  var to: TimeBound?

  @OptionGroup(title: "Continuing") var state: StateOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1, not \(limit).") }
    if let from, let to, to.milliseconds <= from.milliseconds {
      throw ValidationError("--to must be later than --from.")
    }
    guard state.state != nil else { return }
    if from != nil || to != nil {
      throw ValidationError("--from and --to cannot be continued; leave them out with --state.")
    }
    if !state.followUp, !state.finish {
      throw ValidationError(
        "convert --state needs --follow-up, or --finish. For one import that can be resumed use import.")
    }
    if limit != nil { throw ValidationError("--limit cannot be continued; leave it out with --state.") }
    if rejects != nil { throw ValidationError("with --state rejects go to rejects.ndjson there; leave --rejects out.") }
    if output == "-" {
      throw ValidationError("standard output cannot promise what --state promises; name a folder with -o.")
    }
  }

  func run() throws {
    let signals = SignalWatch()
    let console = Console(color: options.color)
    let status: ExitStatus
    do throws(Diagnostics) {
      if let folder = state.state {
        let plan = try ConvertPlan(options)
        let continuation = try ContinuationPlan(state, folder: folder, destination: .segments(output), plan)
        status = ContinuedConversion(
          continuation, frame: RunFrame(plan: plan, console: console, signals: signals, command: "convert")
        ).run()
      } else {
        let plan = try ConvertPlan(options, output: output, rejects: rejects, limit: limit, from: from, to: to)
        status = Conversion(plan: plan, console: console, signals: signals).run()
      }
    } catch {
      status = Failure(error).report(on: console)
    }
    throw ExitCode(status.rawValue)
  }
}
