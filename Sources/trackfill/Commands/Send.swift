import ArgumentParser
import Delivery
import Glibc
import Pipeline

/// What the user typed.
struct Send: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Send payloads to Tracardi, one request a payload, those of a profile one after the other.",
    discussion: """
      Payloads are what convert writes: files of JSON lines, compressed or not, or - for standard input. What fails is \
      tried again; what is refused is taken apart until the event at fault stands alone in the dead letters. With --state \
      an interrupted run goes on where it stood.
      """)

  @Argument(help: "Files of payloads, or - for standard input.")
  var payloads: [String]

  @Option(
    help: ArgumentHelp("The address of Tracardi's API; /track is added.", valueName: "url"), transform: Endpoint.read)
  var to: Endpoint

  @OptionGroup(title: "Delivery")
  var delivery: DeliveryOptions

  @OptionGroup(title: "Results")
  var results: DeliveryResultOptions

  @Flag(name: [.short, .long], help: "Do not say what sending history can set off.")
  var yes = false

  func validate() throws { try results.validate(inputs: payloads) }

  func run() throws {
    let signals = SignalWatch()
    let console = Console(color: results.color)
    let inputs = payloads
    let status: ExitStatus
    do {
      status = try Sending(
        command: "send", inputs: inputs, endpoint: to, options: delivery, results: results, isWarning: !yes,
        console: console, signals: signals
      ) { state in try PayloadInputs.open(inputs, isRemembered: state) }.run()
    } catch {
      status = Failure(error).report(on: console)
    }
    throw ExitCode(status.rawValue)
  }
}
