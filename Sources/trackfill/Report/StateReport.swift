import Pipeline

/// What a run that continues others has to say beside what every run says.
struct StateReport: Sendable {
  var folder: String
  /// Inputs read for the first time, gone on in, and left alone because nothing in them is new.
  var newInputs = 0
  var continuedInputs = 0
  var restingInputs = 0
  /// Which of the run's inputs it did not name: something of them may still wait.
  var absentInputs: Set<Int> = []
  /// Inputs as the last commit recorded them.
  var inputs: [KnownInput] = []
  var commits = 0
  /// Sessions that stay open for the next run, and events that wait for their order.
  var openSessions = 0
  var waitingEvents = 0
  /// Sums over all runs with this state, by name.
  var totals: [String: Int] = [:]
  /// The output: files written, or the outbox's length.
  var output = OutputPosition()
  var outputName = ""
}
