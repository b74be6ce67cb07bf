internal import Pipeline

/// Charts as SVG, drawn here: lengths are attributes, colours are classes of the page's style, so that the page's policy
/// need allow nothing. Words stand beside them in HTML, where they keep their size on a phone.
enum Charts {
  /// Colours for types; what comes after them shares the last.
  static let colours = 6

  static func colour(_ index: Int) -> String { "c\(min(index, colours))" }

  /// A bar of a table's row.
  static func bar(_ count: Int, of most: Int, _ colour: String = "c0") -> String {
    let share = most > 0 ? Double(count) / Double(most) * 100 : 0
    let width = count > 0 ? max(0.8, share) : 0
    return "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      + "<rect class=\"track\" width=\"100\" height=\"10\"/>"
      + "<rect class=\"\(colour)\" width=\"\(Markup.number(width))\" height=\"10\"/></svg>"
  }

  /// One bar of several parts that make the whole.
  static func stack(_ parts: [(count: Int, colour: String, title: String)], label: String) -> String {
    let sum = max(1, parts.reduce(0) { $0 + $1.count })
    var text = open("stack", width: 1000, height: 10, label: label)
    var at = 0.0
    for part in parts where part.count > 0 {
      let width = Double(part.count) / Double(sum) * 1000
      text += rect(part.colour, at, 0, width, 10, title: part.title)
      at += width
    }
    return text + "</svg>"
  }

  /// Bars of parts, one above the other, over time or classes.
  static func columns(
    _ bars: [(title: String, parts: [(count: Int, colour: String)])], style: String, label: String
  ) -> String {
    let most = max(1, bars.map { $0.parts.reduce(0) { $0 + $1.count } }.max() ?? 1)
    let slot = 1000 / Double(max(1, bars.count))
    let gap = min(slot * 0.18, 8)
    var text = open(style, width: 1000, height: 100, label: label)
    for (index, bar) in bars.enumerated() {
      var bottom = 100.0
      let x = Double(index) * slot + gap / 2
      var parts = ""
      for part in bar.parts where part.count > 0 {
        let height = max(0.8, Double(part.count) / Double(most) * 98)
        bottom -= height
        parts += rect(part.colour, x, max(0, bottom), slot - gap, height)
      }
      // The whole slot answers to the pointer, also where there is little to point at.
      text +=
        "<g><title>\(Markup.escaped(bar.title))</title>"
        + "<rect x=\"\(Markup.number(Double(index) * slot))\" width=\"\(Markup.number(slot))\" height=\"100\" fill=\"transparent\"/>"
        + parts + "</g>"
    }
    return text + "</svg>"
  }

  /// The events of a visit as dots on a line, from its first to its last.
  static func visit(_ events: [(time: Int64, type: String, colour: String)]) -> String {
    let first = events.map(\.time).min() ?? 0
    let length = max(1, (events.map(\.time).max() ?? 0) - first)
    var text =
      "<svg class=\"visit\" role=\"img\" aria-label=\"\(DisplayNumber.plural(events.count, "event"))\">"
      + "<line class=\"rail\" x1=\"2%\" x2=\"98%\" y1=\"15\" y2=\"15\"/>"
    for event in events {
      let share = events.count == 1 ? 0 : Double(event.time - first) / Double(length)
      let offset = DisplayNumber.duration(milliseconds: event.time - first)
      text +=
        "<circle class=\"\(event.colour)\" cx=\"\(Markup.number(2 + share * 96))%\" cy=\"15\" r=\"6\">"
        + "<title>\(Markup.escaped(event.type)) after \(offset)</title></circle>"
    }
    return text + "</svg>"
  }

  static func swatch(_ colour: String) -> String {
    "<svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"\(colour)\" width=\"10\" height=\"10\" rx=\"2\"/></svg>"
  }

  private static func open(_ style: String, width: Int, height: Int, label: String) -> String {
    "<svg class=\"\(style)\" viewBox=\"0 0 \(width) \(height)\" preserveAspectRatio=\"none\" role=\"img\" "
      + "aria-label=\"\(Markup.escaped(label))\">"
  }

  private static func rect(
    _ colour: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double, title: String = ""
  ) -> String {
    let shape =
      "<rect class=\"\(colour)\" x=\"\(Markup.number(x))\" y=\"\(Markup.number(y))\" width=\"\(Markup.number(width))\" "
      + "height=\"\(Markup.number(height))\""
    return title.isEmpty ? shape + "/>" : shape + "><title>\(Markup.escaped(title))</title></rect>"
  }
}
