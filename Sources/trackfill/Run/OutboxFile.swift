import Glibc
import Pipeline
import State
import Writers

/// The files of an outbox. There is one at a time; when it has grown large and all of it is delivered, the next run begins
/// another.
enum OutboxFile {
  /// Bytes from which a delivered outbox is not gone on with.
  static let largest = 64 << 20

  static func path(in folder: String, _ number: Int) -> String { folder + "/" + name(number) + ".ndjson" }

  /// What the journal calls it.
  static func name(_ number: Int) -> String { NumberedName.text("outbox", number) }

  /// Whether nothing of the outbox is pending; true where there is none.
  static func isDelivered(_ folder: StateFolder) throws -> Bool {
    guard let recorded = try folder.output("outbox") else { return true }
    return try folder.progress(of: name(recorded.number))?.prefix ?? 0 >= recorded.length
  }

  /// The outbox to go on with, recorded in the state.
  static func open(_ folder: StateFolder) throws -> OutputPosition {
    guard let recorded = try folder.output("outbox") else {
      let first = OutputPosition(number: 1)
      try folder.commit { try folder.setOutput("outbox", first) }
      return first
    }
    // A removal that the end of a process prevented.
    if recorded.number > 1 { unlink(path(in: folder.path, recorded.number - 1)) }
    guard recorded.length >= largest, let progress = try folder.progress(of: name(recorded.number)),
      progress.prefix >= recorded.length
    else { return recorded }
    let next = OutputPosition(number: recorded.number + 1)
    let totals = try folder.totals()
    try folder.commit {
      try folder.setOutput("outbox", next)
      try folder.forget(queue: name(recorded.number))
      try folder.setProgress(DeliveryProgress(deadLetterLength: progress.deadLetterLength), of: name(next.number))
      for (key, value) in DeliveryTotals.values(progress) {
        try folder.setTotal(key, totals[key, default: 0] + value)
      }
    }
    unlink(path(in: folder.path, recorded.number))
    return next
  }
}

/// What was delivered of outboxes that are gone, among the state's sums.
enum DeliveryTotals {
  static func values(_ progress: DeliveryProgress) -> [(String, Int)] {
    [
      ("acknowledged", progress.acknowledged), ("acknowledged_events", progress.acknowledgedEvents),
      ("dead", progress.dead), ("dead_events", progress.deadEvents),
    ]
  }
}
