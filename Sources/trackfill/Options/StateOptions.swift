import ArgumentParser
import State

/// The options of runs that continue each other.
struct StateOptions: ParsableArguments {
  /// What to do where another run has the state.
  enum IfLocked: String, ExpressibleByArgument, CaseIterable { case fail, skip }

  @Option(
    help: ArgumentHelp("The folder in which a run leaves what the next one needs to go on.", valueName: "folder"))
  var state: String?

  @Flag(help: "Read what is new since the last run, and leave open what may still grow: for cron.")
  var followUp = false

  @Flag(help: "Close all sessions at the end, also those that a follow-up had left open.")
  var finish = false

  @Option(
    help: ArgumentHelp("At the end close sessions to which nothing came for so long by the clock.", valueName: "time"),
    transform: TimeSpan.read)
  var closeIdle: TimeSpan?

  @Option(
    name: .customLong("wait"),
    help: ArgumentHelp("How long to wait for another run with the state.", valueName: "time"), transform: TimeSpan.read)
  var patience: TimeSpan?

  @Option(help: "What to do where another run has the state: fail (status 75) or skip (status 0).")
  var ifLocked: IfLocked?

  @Flag(help: "Import inputs again that were imported already.")
  var again = false

  @Flag(help: "Go on although the mapping has changed since the last run.")
  var acceptMappingChange = false

  @Option(help: ArgumentHelp("Bytes of input between commits.", visibility: .hidden), transform: ByteSize.read)
  var commitEvery: ByteSize?

  var lockPatience: LockPatience { patience.map { .wait($0.milliseconds) } ?? .none }

  func validate() throws {
    if finish, closeIdle != nil { throw ValidationError("--finish closes everything; leave --close-idle out.") }
    if state == nil {
      for (isGiven, name) in [
        (followUp, "--follow-up"), (finish, "--finish"), (closeIdle != nil, "--close-idle"), (again, "--again"),
        (patience != nil, "--wait"), (ifLocked != nil, "--if-locked"),
        (acceptMappingChange, "--accept-mapping-change"),
      ] where isGiven { throw ValidationError("\(name) needs --state.") }
    }
    if closeIdle != nil, !followUp { throw ValidationError("--close-idle needs --follow-up.") }
  }
}
