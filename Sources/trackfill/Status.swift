import ArgumentParser
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
    do {
      let view = try StateView(StateFolder(reading: state))
      try StandardOutput.write(format == .json ? view.json : view.text)
    } catch let finding as Diagnostic {
      console.report([finding])
      throw ExitCode(ExitStatus(finding).rawValue)
    }
  }
}

/// What a state folder remembers.
struct StateView {
  private let path: String
  private let kind: String
  private let mapping: String
  private let isComplete: Bool
  private let isInUse: Bool
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
    inputs = try folder.inputs()
    openSessions = try folder.count("session") + folder.count("closing")
    let outbox = try folder.output("outbox").map { ("outbox", $0) }
    output = try outbox ?? folder.output("segments").map { ("segments", $0) }
    target = try folder.meta("target")
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

  private var lastRun: String {
    if isInUse { return "goes on" }
    if !isComplete { return "was interrupted; the same command goes on" }
    return (pending ?? 0) > 0 ? "ended before all was delivered; the same command goes on" : "came to its end"
  }

  var text: String {
    var lines = [
      "\(DisplayText.escaped(path)): \(kind)\(mapping.isEmpty ? "" : " with \(DisplayText.escaped(mapping))")"
    ]
    if kind != "send" {
      lines.append("  last run        \(lastRun)")
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
