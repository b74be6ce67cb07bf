import Delivery
import Pipeline
import State

/// What a state folder remembers, for people.
enum StateText {
  static func render(_ view: StateView) -> String {
    let mapping = view.mapping.isEmpty ? "" : " with \(DisplayText.escaped(view.mapping))"
    var lines = ["\(DisplayText.escaped(view.path)): \(view.kind)\(mapping)"]
    if let lastRun = view.lastRun { lines.append("  last run        \(lastRun.text)") }
    if view.kind != "send" { lines.append("  open sessions   \(DisplayNumber.grouped(view.openSessions))") }
    if let output = view.output {
      let position = output.position
      let what = output.name == "outbox" ? "payloads" : "payloads in the last segment, number \(position.number)"
      lines.append(
        "  \(output.name.padded(to: 16))\(DisplayNumber.grouped(position.count)) \(what), \(DisplayNumber.grouped(position.length)) bytes"
      )
    }
    if let target = view.target { lines.append("  to              \(DisplayText.escaped(target))") }
    if let delivery = view.delivery {
      lines.append("  acknowledged    \(DisplayNumber.grouped(delivery.acknowledged))")
      lines.append("  dead            \(DisplayNumber.grouped(delivery.dead))")
      if let pending = view.pending { lines.append("  pending         \(DisplayNumber.grouped(pending))") }
    }
    if !view.inputs.isEmpty { lines.append("  inputs") }
    for input in view.inputs {
      let state = input.isFinished ? "finished" : input.file.modified < 0 ? "in part" : "to its end"
      lines.append(
        "    \(DisplayText.escaped(input.name)): \(DisplayNumber.grouped(input.records)) records, "
          + "\(DisplayNumber.grouped(input.offset)) bytes, \(state), \(TimestampWriter.text(input.readAt))")
    }
    if !view.totals.isEmpty { lines.append("  in all") }
    for (name, value) in view.totals.sorted(by: { $0.key < $1.key }) {
      let label = name.replacing("_", with: " ")
      lines.append("    \(label.padded(to: 21)) \(DisplayNumber.grouped(value))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
