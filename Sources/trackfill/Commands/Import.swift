import ArgumentParser
import Delivery
import Glibc
import Pipeline
import State

/// What the user typed.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert logs and exports and deliver them to Tracardi, side by side; resumable at any moment.",
    discussion: """
      Payloads go through an outbox in the --state folder. Whatever ends a run, the same command goes on where it stood: \
      nothing is read twice into it, nothing in it is lost, and events keep their ids. An import is done once; with \
      --follow-up a run takes what is new since the last one, and visits stay whole across runs.
      """)

  @OptionGroup var options: ConversionOptions

  @Option(
    help: ArgumentHelp("The address of Tracardi's API; /track is added.", valueName: "url"), transform: Endpoint.read)
  var to: Endpoint

  @OptionGroup(title: "Continuing") var state: StateOptions

  @OptionGroup(title: "Delivery") var delivery: DeliveryOptions

  @Option(help: ArgumentHelp("Where counters go in Prometheus' text format; - is standard output.", valueName: "file"))
  var metrics: String?

  @Flag(name: [.short, .long], help: "Do not ask whether to begin, and do not say what sending history can set off.")
  var yes = false

  func validate() throws {
    guard state.state != nil else {
      throw ValidationError("import needs --state, a folder for what it has to remember.")
    }
  }

  func run() throws {
    let signals = SignalWatch()
    let console = Console(color: options.color)
    let status: ExitStatus
    do throws(Diagnostics) {
      let plan = try ConvertPlan(options, metrics: metrics)
      let continuation = try ContinuationPlan(state, folder: state.state ?? "", destination: .outbox, plan)
      let frame = RunFrame(plan: plan, console: console, signals: signals, command: "import")
      let delivery = OutboxDelivery(endpoint: to, options: delivery, isConfirmed: yes)
      status = ContinuedConversion(continuation, frame: frame, delivery: delivery).run()
    } catch {
      status = Failure(error).report(on: console)
    }
    throw ExitCode(status.rawValue)
  }
}
