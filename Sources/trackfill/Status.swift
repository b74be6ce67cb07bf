import ArgumentParser
import Delivery
import Pipeline
import Sessions
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
      status = StandardOutput.write(format == .json ? view.json : view.text, .done, console)
    } catch {
      status = Failure(error).report(on: console)
    }
    throw ExitCode(status.rawValue)
  }
}

/// What a state folder remembers.
struct StateView {
  private let path: String
  private let kind: String
  private let mapping: String
  private let isComplete: Bool
  private let isInUse: Bool
  private let ending: (isNoted: Bool, status: ExitStatus?)
  private let inputs: [KnownInput]
  private let openSessions: Int
  private let output: (name: String, position: OutputPosition)?
  private let delivery: DeliveryProgress?
  private let target: String?
  private let totals: [String: Int]

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
  private var pending: Int? {
    guard let output, output.name == "outbox", let delivery else { return nil }
    return max(0, output.position.count - delivery.acknowledged - delivery.dead)
  }

  private enum LastRun {
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
  private var lastRun: LastRun? {
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

  var text: String {
    var lines = [
      "\(DisplayText.escaped(path)): \(kind)\(mapping.isEmpty ? "" : " with \(DisplayText.escaped(mapping))")"
    ]
    if let lastRun { lines.append("  last run        \(lastRun.text)") }
    if kind != "send" {
      lines.append("  open sessions   \(OptionText.grouped(openSessions))")
    }
    if let output {
      let position = output.position
      let what = output.name == "outbox" ? "payloads" : "payloads in the last segment, number \(position.number)"
      let name = output.name + String(repeating: " ", count: max(1, 16 - output.name.count))
      lines.append(
        "  \(name)\(OptionText.grouped(position.count)) \(what), \(OptionText.grouped(position.length)) bytes")
    }
    if let target { lines.append("  to              \(DisplayText.escaped(target))") }
    if let delivery {
      lines.append("  acknowledged    \(OptionText.grouped(delivery.acknowledged))")
      lines.append("  dead            \(OptionText.grouped(delivery.dead))")
      if let pending { lines.append("  pending         \(OptionText.grouped(pending))") }
    }
    if !inputs.isEmpty { lines.append("  inputs") }
    for input in inputs {
      let state = input.isFinished ? "finished" : input.file.modified < 0 ? "in part" : "to its end"
      lines.append(
        "    \(DisplayText.escaped(input.name)): \(OptionText.grouped(input.records)) records, "
          + "\(OptionText.grouped(input.offset)) bytes, \(state), \(TimestampWriter.text(input.readAt))")
    }
    if !totals.isEmpty { lines.append("  in all") }
    for (name, value) in totals.sorted(by: { $0.key < $1.key }) {
      let label = name.replacing("_", with: " ")
      lines.append("    \(label)\(String(repeating: " ", count: max(1, 22 - label.count)))\(OptionText.grouped(value))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  var json: String {
    var json = JSONObjectWriter()
    json.put("v", 1)
    json.put("folder", path)
    json.put("kind", kind)
    if !mapping.isEmpty { json.put("mapping", mapping) }
    json.put("complete", isComplete)
    if let lastRun {
      json.object("last_run") { json in
        json.put("state", lastRun.word)
        if !isInUse, let status = ending.status { json.put("exit_status", Int(status.rawValue)) }
      }
    }
    json.put("open_sessions", openSessions)
    if let output {
      json.object("output") { json in
        json.put("name", output.name)
        json.put("number", output.position.number)
        json.put("payloads", output.position.count)
        json.put("bytes", output.position.length)
      }
    }
    if let target { json.put("to", target) }
    if let delivery {
      json.object("delivery") { json in
        json.put("acknowledged", delivery.acknowledged)
        json.put("acknowledged_events", delivery.acknowledgedEvents)
        json.put("dead", delivery.dead)
        json.put("dead_events", delivery.deadEvents)
        if let pending { json.put("pending", pending) }
      }
    }
    json.list("inputs", inputs) { json, input in
      json.put("name", input.name)
      json.put("records", input.records)
      json.put("position", input.offset)
      json.put("finished", input.isFinished)
      json.put("read_at", TimestampWriter.text(input.readAt))
    }
    json.object("totals") { json in
      for (name, value) in totals.sorted(by: { $0.key < $1.key }) { json.put(name, value) }
    }
    return json.finish()
  }
}
