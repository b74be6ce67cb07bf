import ArgumentParser
import Collector
import Glibc

/// The collector as a command.
struct TrackfillCollector: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trackfill-collector",
    abstract: "A receiver on this machine that answers as Tracardi's tracker does, and counts instead of storing.",
    discussion: "It runs until it is interrupted, and prints its account then; GET /counts shows it meanwhile.")

  @Option(help: "The port; 0 takes a free one, which is printed.")
  var port: UInt16 = 8686

  @Option(help: ArgumentHelp("A file that the port is written to.", valueName: "file"))
  var portFile: String?

  @Option(help: ArgumentHelp("Milliseconds before each answer, such as 5 or 5ms.", valueName: "ms"))
  var delay = "0"

  @Option(help: ArgumentHelp("Answer every n-th request with --every-status.", valueName: "n"))
  var statusEvery = 0

  @Option(help: ArgumentHelp("The status of --status-every and --down-for.", valueName: "status"))
  var everyStatus = 503

  @Option(help: ArgumentHelp("Answer all requests with this status.", valueName: "status"))
  var status: Int?

  @Option(help: ArgumentHelp("The text of answers that are no success.", valueName: "text"))
  var detail = "scripted"

  @Option(help: ArgumentHelp("Be down for so many seconds at first.", valueName: "seconds"))
  var downFor = 0.0

  @Option(help: ArgumentHelp("Reset the connection of every n-th request.", valueName: "n"))
  var resetEvery = 0

  @Option(help: ArgumentHelp("Take every n-th payload and close without an answer.", valueName: "n"))
  var loseEvery = 0

  @Option(help: ArgumentHelp("Answer every n-th request with 429 and Retry-After.", valueName: "n"))
  var throttleEvery = 0

  @Option(help: ArgumentHelp("What Retry-After says: seconds or a date.", valueName: "text"))
  var retryAfter = "1"

  @Option(help: ArgumentHelp("Refuse payloads with an event of this type.", valueName: "type"))
  var poisonType: String?

  @Option(help: ArgumentHelp("How they are refused.", valueName: "status"))
  var poisonStatus = 422

  @Option(help: ArgumentHelp("Answer larger bodies with 413.", valueName: "bytes"))
  var maximumBody: Int?

  @Option(help: ArgumentHelp("The only source that exists; all do without it.", valueName: "id"))
  var source: String?

  @Flag(help: "That source exists in production, not in staging.")
  var production = false

  @Flag(help: "All sources are disabled.")
  var disabled = false

  @Option(help: ArgumentHelp("Append what is taken to this file.", valueName: "file"))
  var accepted: String?

  func run() throws {
    var options = CollectorOptions()
    options.port = port
    guard let milliseconds = Int(delay.hasSuffix("ms") ? delay.dropLast(2) : delay[...]),
      (0...86_400_000).contains(milliseconds)
    else {
      throw ValidationError("--delay takes milliseconds, a day at most, not \(delay).")
    }
    options.delay = milliseconds
    options.statusEvery = statusEvery
    options.everyStatus = everyStatus
    options.status = status
    options.detail = detail
    options.downFor = downFor
    options.resetEvery = resetEvery
    options.loseEvery = loseEvery
    options.throttleEvery = throttleEvery
    options.retryAfter = retryAfter
    options.poisonType = poisonType
    options.poisonStatus = poisonStatus
    options.maximumBody = maximumBody ?? Int.max
    options.source = source
    options.isProduction = production
    options.isDisabled = disabled
    options.accepted = accepted

    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let collector: Collector
    do {
      collector = try Collector(options)
    } catch let failure as Collector.Failure {
      throw ValidationError(failure.description)
    }
    collector.start()
    if let portFile {
      let part = portFile + ".part"
      guard let file = fopen(part, "w") else { throw ValidationError("\(portFile) cannot be written.") }
      fputs("\(collector.port)\n", file)
      fclose(file)
      rename(part, portFile)
    }
    print("listening on \(collector.url)")
    fflush(nil)
    var number: Int32 = 0
    sigwait(&signals, &number)
    collector.stop()
    print(collector.counts.json)
  }
}

TrackfillCollector.main()
