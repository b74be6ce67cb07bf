import Delivery
import Pipeline
import State

/// What a state folder remembers, for people.
enum StateText {
  static func render(_ view: StateView) -> String {
    let mapping = view.mapping.isEmpty ? "" : " with \(DisplayText.escaped(view.mapping))"
    var lines = ["\(DisplayText.escaped(view.path)): \(view.kind)\(mapping)"]
    if let lastRun = view.lastRun { lines.append("  last run        \(lastRun.text)") }
    if view.kind != "send" { lines.append("  open sessions   \(OptionText.grouped(view.openSessions))") }
    if let output = view.output {
      let position = output.position
      let what = output.name == "outbox" ? "payloads" : "payloads in the last segment, number \(position.number)"
      lines.append(
        "  \(output.name.padded(to: 16))\(OptionText.grouped(position.count)) \(what), \(OptionText.grouped(position.length)) bytes"
      )
    }
    if let target = view.target { lines.append("  to              \(DisplayText.escaped(target))") }
    if let delivery = view.delivery {
      lines.append("  acknowledged    \(OptionText.grouped(delivery.acknowledged))")
      lines.append("  dead            \(OptionText.grouped(delivery.dead))")
      if let pending = view.pending { lines.append("  pending         \(OptionText.grouped(pending))") }
    }
    if !view.inputs.isEmpty { lines.append("  inputs") }
    for input in view.inputs {
      let state = input.isFinished ? "finished" : input.file.modified < 0 ? "in part" : "to its end"
      lines.append(
        "    \(DisplayText.escaped(input.name)): \(OptionText.grouped(input.records)) records, "
          + "\(OptionText.grouped(input.offset)) bytes, \(state), \(TimestampWriter.text(input.readAt))")
    }
    if !view.totals.isEmpty { lines.append("  in all") }
    for (name, value) in view.totals.sorted(by: { $0.key < $1.key }) {
      let label = name.replacing("_", with: " ")
      lines.append("    \(label.padded(to: 21)) \(OptionText.grouped(value))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
