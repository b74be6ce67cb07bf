internal import Pipeline

/// Text of foreign origin as HTML: nothing in it can become markup, leave an attribute, or turn the direction of what
/// follows.
enum Markup {
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in DisplayText.escaped(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Cut with an ellipsis, then escaped.
  static func escaped(_ text: String, most: Int) -> String {
    text.count > most ? escaped(String(text.prefix(most))) + "…" : escaped(text)
  }

  /// An element with text in it.
  static func element(_ name: String, _ text: String, class style: String = "") -> String {
    "<\(name)\(style.isEmpty ? "" : " class=\"\(style)\"")>\(escaped(text))</\(name)>"
  }

  /// A number of SVG.
  static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    if hundredths % 100 == 0 { return String(hundredths / 100) }
    let rest = abs(hundredths) % 100
    return (hundredths < 0 && hundredths > -100 ? "-" : "") + "\(hundredths / 100)." + (rest < 10 ? "0" : "")
      + "\(rest)"
  }

  /// A JSON value with its parts marked, two blanks a level.
  static func json(_ value: JSONValue, depth: Int = 0, marked: Set<String> = []) -> String {
    let margin = String(repeating: "  ", count: depth)
    switch value {
    case .null, .bool: return "<span class=\"n\">\(value.json)</span>"
    case .number(let digits): return "<span class=\"n\">\(escaped(digits))</span>"
    case .string(let text):
      let style = marked.contains(text) ? "s here" : "s"
      return "<span class=\"\(style)\">\(escaped(JSONValue.quoted(text), most: 400))</span>"
    case .list(let elements):
      if elements.isEmpty { return "[]" }
      let parts = elements.map { margin + "  " + json($0, depth: depth + 1, marked: marked) }
      return "[\n" + parts.joined(separator: ",\n") + "\n\(margin)]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      let parts = members.map {
        margin + "  <span class=\"k\">\(escaped(JSONValue.quoted($0.key), most: 200))</span>: "
          + json($0.value, depth: depth + 1, marked: marked)
      }
      return "{\n" + parts.joined(separator: ",\n") + "\n\(margin)}"
    }
  }
}
