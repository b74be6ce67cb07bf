import ArgumentParser
import Delivery
import Glibc
import Mapping
import Pipeline
import Readers

/// What the user typed.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Try again what was given up: send dead letters, or map rejected records with a mended mapping.",
    discussion: """
      With --to, payloads of dead letters (classes http and partial) are sent again. With -m, rejected records (classes \
      record, mapping and session) go through the mapping, and payloads are written as convert does; records of log lines \
      and JSON lines can, rows of CSV and pieces of XML cannot stand alone. The files themselves stay as they are.
      """)

  @Argument(help: "Files of dead letters or rejects.")
  var letters: [String]

  @Option(name: [.short, .long], help: ArgumentHelp("The mended mapping.", valueName: "file"))
  var mapping: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("With -m: where payloads go (default: -, standard output).", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("With -m: where records go that are rejected again.", valueName: "file"))
  var rejects: String?

  @Option(help: ArgumentHelp("Only these: code=R201, class=partial; may be repeated.", valueName: "what"))
  var only: [Selection] = []

  @Option(
    help: ArgumentHelp("Send payloads again to this address of Tracardi's API.", valueName: "url"),
    transform: Endpoint.read)
  var to: Endpoint?

  @OptionGroup(title: "Delivery")
  var delivery: DeliveryOptions

  @OptionGroup(title: "Results")
  var results: DeliveryResultOptions

  /// `code=R201` or `class=partial`.
  struct Selection: ExpressibleByArgument, Sendable {
    var isCode: Bool
    var value: String

    init?(argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == "code" || parts[0] == "class", !parts[1].isEmpty else { return nil }
      isCode = parts[0] == "code"
      value = isCode ? parts[1].uppercased() : parts[1].lowercased()
    }

    func takes(_ entry: DeadLetterEntry) -> Bool {
      isCode ? entry.code.uppercased() == value : entry.kind == value
    }
  }

  /// The two things that it does.
  private enum Way {
    case map(with: String)
    case send(to: Endpoint)
  }

  private func way() throws -> Way {
    switch (mapping, to) {
    case (nil, nil): throw ValidationError("replay needs --to to send payloads again, or -m to map records again.")
    case (_?, _?): throw ValidationError("--to sends payloads, -m maps records: one at a time.")
    case (let mapping?, nil): return .map(with: mapping)
    case (nil, let to?): return .send(to: to)
    }
  }

  func validate() throws {
    try results.validate(inputs: letters)
    switch try way() {
    case .map: try refuse([("--state", results.state), ("--dead", results.dead)], since: "with -m nothing is sent")
    case .send: try refuse([("--output", output), ("--rejects", rejects)], since: "with --to nothing is mapped")
    }
  }

  private func refuse(_ options: [(name: String, value: String?)], since reason: String) throws {
    for option in options where option.value != nil {
      throw ValidationError("\(option.name) has no meaning: \(reason). Leave it out.")
    }
  }

  /// What is given up again must not be appended to the file that is read.
  static let deadLetters = "dead-again.ndjson"

  private func isWanted(_ entry: DeadLetterEntry) -> Bool { only.isEmpty || only.contains { $0.takes(entry) } }

  func run() throws {
    let signals = SignalWatch()
    let console = Console(color: results.color)
    let letters = letters
    let isWanted = isWanted
    let status: ExitStatus
    do {
      switch try way() {
      case .map(let mapping):
        status = try RecordReplay(self, mapping: mapping, console: console, signals: signals).run(isWanted)
      case .send(let endpoint):
        status = try Sending(
          command: "replay", inputs: letters, endpoint: endpoint, options: delivery, results: results,
          isWarning: false, deadLetters: Replay.deadLetters, console: console, signals: signals
        ) { try PayloadInputs.open(letters, isRemembered: $0).map { DeadLetterQueue($0, isWanted: isWanted) } }.run()
      }
    } catch {
      status = Failure(error).report(on: console)
    }
    throw ExitCode(status.rawValue)
  }
}
