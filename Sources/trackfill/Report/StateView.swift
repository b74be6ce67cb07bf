import Delivery
import Pipeline
import Sessions
import State

/// What a state folder remembers.
struct StateView {
  let path: String
  let kind: String
  let mapping: String
  let isComplete: Bool
  let isInUse: Bool
  let ending: (isNoted: Bool, status: ExitStatus?)
  let inputs: [KnownInput]
  let openSessions: Int
  let output: (name: String, position: OutputPosition)?
  let delivery: DeliveryProgress?
  let target: String?
  let totals: [String: Int]

  init(_ folder: StateFolder) throws {
    path = folder.path
    kind = try folder.meta("kind") ?? "send"
    mapping = try folder.meta("mapping") ?? ""
    isInUse = folder.isInUse
    isComplete = try StateOwner.isComplete(folder)
    ending = try StateOwner.ending(folder)
    inputs = try folder.inputs()
    openSessions = try SessionStage.openSessionParts.reduce(0) { try $0 + folder.count($1) }
    let outbox = try folder.output("outbox").map { ("outbox", $0) }
    output = try outbox ?? folder.output("segments").map { ("segments", $0) }
    target = try folder.meta("target").map(Address.withoutUser)
    var sum: DeliveryProgress?
    for queue in try folder.queues() {
      guard let progress = try folder.progress(of: queue) else { continue }
      sum = StateView.sum(sum, progress)
    }
    delivery = sum
    var totals = try folder.totals()
    for (key, value) in sum.map(DeliveryTotals.values) ?? [] { totals[key, default: 0] += value }
    self.totals = totals
  }

  private static func sum(_ one: DeliveryProgress?, _ other: DeliveryProgress) -> DeliveryProgress {
    guard var sum = one else { return other }
    sum.acknowledged += other.acknowledged
    sum.acknowledgedEvents += other.acknowledgedEvents
    sum.dead += other.dead
    sum.deadEvents += other.deadEvents
    return sum
  }

  /// Payloads of the outbox that are neither acknowledged nor given up.
  var pending: Int? {
    guard let output, output.name == "outbox", let delivery else { return nil }
    return max(0, output.position.count - delivery.acknowledged - delivery.dead)
  }

  enum LastRun {
    case running, finished, undelivered, interrupted
    case stopped(ExitStatus)

    /// For programs.
    var word: String {
      switch self {
      case .running: "running"
      case .finished: "finished"
      case .undelivered: "undelivered"
      case .interrupted: "interrupted"
      case .stopped: "stopped"
      }
    }

    /// For people.
    var text: String {
      switch self {
      case .running: "goes on now"
      case .finished: "came to its end"
      case .undelivered: "ended before all was delivered; the same command goes on"
      case .interrupted: "was interrupted; the same command goes on"
      case .stopped(let status):
        "stopped with status \(status.rawValue), \(status.word); once that is mended, the same command goes on"
      }
    }
  }

  /// nil where nobody knows: an older build's `send`.
  var lastRun: LastRun? {
    if isInUse { return .running }
    guard ending.isNoted else {
      if kind == "send" { return nil }
      return !isComplete ? .interrupted : (pending ?? 0) > 0 ? .undelivered : .finished
    }
    switch ending.status {
    case nil, .interrupted, .terminated: return .interrupted
    case .done, .someRejected: return .finished
    case .some(let status): return .stopped(status)
    }
  }
}
