import Pipeline
import Readers

/// What was seen of an input, for people.
enum SniffText {
  /// Of a mapping that says nothing of its sessions; whose ids they would have does not matter here.
  private static let standard = SessionSettings(namespace: .urlNamespace)

  static func render(
    _ name: String, _ finding: SniffFinding, _ sketch: InputSketch, _ isComplete: Bool
  ) -> String {
    var text = "\(DisplayText.escaped(name)): \(finding.reader), \(DisplayText.escaped(finding.format))\n"
    let share = sketch.records == 0 ? 0 : sketch.understood * 1000 / sketch.records
    text += "  \(DisplayNumber.grouped(sketch.understood)) of \(isComplete ? "" : "the first ")"
    text += "\(DisplayNumber.grouped(sketch.records)) records understood (\(share / 10).\(share % 10) %)\n"
    if let reject = sketch.firstReject {
      text += "  first not: line \(reject.line): \(DisplayText.escaped(reject.text))\n"
    }
    if let first = sketch.first, let last = sketch.last {
      text += "  from \(TimestampWriter.text(first)) to \(TimestampWriter.text(last)), "
      // What an export holds is sorted unless the mapping says otherwise, so nothing in it comes late.
      let late =
        finding.made.isChronological
        ? "up to \(seconds(sketch.disorder)) late" : "in another order than that of time"
      text += sketch.disorder == 0 ? "in order\n" : late + "\n"
      if finding.made.isChronological, sketch.disorder > standard.disorder,
        let proposal = standard.proposal(forLateness: sketch.disorder)
      {
        text += "  later than is waited for: session: { \(proposal.key): \(proposal.value) } \(proposal.effect)\n"
      }
    }
    for line in finding.outline { text += "    \(DisplayText.escaped(line))\n" }
    for remark in finding.remarks { text += "  \(DisplayText.escaped(remark))\n" }
    let seen = sketch.fields.filter { $0.present > 0 }
    let width = seen.map(\.field.name.count).max() ?? 0
    for sketched in seen {
      let percent = sketched.present * 100 / max(sketch.understood, 1)
      let type = FieldTypeText.name(sketched.field.type)
      text += "    " + sketched.field.name.padded(to: width + 2)
      text += type.padded(to: 11) + (percent < 10 ? "  " : percent < 100 ? " " : "") + "\(percent) %  "
      text += DisplayText.escaped(String(sketched.example.prefix(60))) + "\n"
    }
    return text
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    milliseconds < 120_000
      ? "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" : "\(milliseconds / 60_000) min"
  }
}
