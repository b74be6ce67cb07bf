import ArgumentParser
import Delivery
import Pipeline
import State

/// Looks at a state folder, whoever has it.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a state folder remembers: where each input stands, open sessions, what was delivered.")

  @Option(help: ArgumentHelp("The folder.", valueName: "folder"))
  var state: String

  @Option(help: "Text, or JSON for programs.")
  var format = ReportFormat.text

  @Option(help: "When to colour messages; auto heeds NO_COLOR.")
  var color = Console.ColorChoice.auto

  func run() throws {
    let console = Console(color: color)
    let status: ExitStatus
    do {
      let view = try StateView(StateFolder(reading: state))
      status = StandardOutput.write(format == .json ? StateJSON.render(view) : StateText.render(view), .done, console)
    } catch {
      status = Failure(error).report(on: console)
    }
    throw ExitCode(status.rawValue)
  }
}
