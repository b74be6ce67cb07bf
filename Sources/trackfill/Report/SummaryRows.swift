import Pipeline

/// The lines of a summary, most of them a name and a number. Indented numbers add up to the one above them.
struct SummaryRows {
  private var lines: [String] = []

  var text: String { lines.joined(separator: "\n") + "\n" }

  mutating func add(line: String) { lines.append(line) }

  /// - Parameters:
  ///   - depth: how far it is indented.
  ///   - hidden: whether it is left out if there is nothing to count.
  mutating func add(_ name: String, _ count: Int, _ depth: Int, _ note: String = "", hidden: Bool = false) {
    if hidden && count == 0 { return }
    let label = String(repeating: "  ", count: depth + 1) + name
    let number = DisplayNumber.grouped(count)
    let row = label.padded(to: max(label.count + 1, 44 - number.count)) + number
    lines.append(row + (note.isEmpty ? "" : "  " + note))
  }
}
