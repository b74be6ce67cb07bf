import Delivery
import Pipeline

/// What a delivery was and did, for its summaries.
struct DeliveryReport {
  struct Input {
    var name: String
    /// As an earlier run left it.
    var before: DeliveryProgress?
    var outcome: DeliveryOutcome
  }

  var command: String
  var host: String
  var mode: String
  var deadLetters: String
  var startedAt: Int64
  var elapsedNanoseconds: UInt64 = 0
  var status = ExitStatus.done
  var message: String?
  var counts = DeliveryCounts()
  var inputs: [Input] = []
  /// Read and not settled, when a run stopped early.
  var pending = 0
  /// Payloads that were not read; nil where nobody knows how many.
  var unread: Int? = 0
  /// Lines of dead letters that a replay passed over, by what they are.
  var passedOver: [String: Int] = [:]

  /// Those of them that the user did not leave out.
  var unfit: [String: Int] { passedOver.filter { $0.key != DeadLetterQueue.unwanted } }

  init(command: String, host: String, mode: String, deadLetters: String, startedAt: Int64) {
    self.command = command
    self.host = host
    self.mode = mode
    self.deadLetters = deadLetters
    self.startedAt = startedAt
  }

  /// Payloads that earlier runs settled.
  var settledBefore: Int { inputs.compactMap(\.before).reduce(0) { $0 + $1.acknowledged + $1.dead } }

  var payloadsPerSecond: Int {
    Int(Double(counts.acknowledged + counts.dead) / max(Double(elapsedNanoseconds) / 1e9, 0.001))
  }
}
