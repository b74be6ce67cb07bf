/// The macros of the conformance suite that only tests have, in terms of the language: `cel.block([a, b], body)` binds
/// `index0` and `index1` around the body, `cel.index(1)` is `index1`, `cel.iterVar(0, 1)` is `iterVar0_1`.
enum Block {
  static func expanded(_ source: String) -> String {
    var text = source.replacing(#/cel\.index\((\d+)\)/#) { "index\($0.1)" }
    text = text.replacing(#/cel\.(iterVar|accuVar)\((\d+), (\d+)\)/#) { "\($0.1)\($0.2)_\($0.3)" }
    let opening = "cel.block(["
    guard text.hasPrefix(opening), text.hasSuffix(")") else { return text }
    let (bindings, rest) = elements(text.dropFirst(opening.count))
    var result = "(" + rest.dropFirst().dropLast() + ")"
    for (index, binding) in bindings.enumerated().reversed() {
      result = "cel.bind(index\(index), \(binding), \(result))"
    }
    return result
  }

  /// The elements of a list up to its bracket, and what follows.
  private static func elements(_ text: Substring) -> ([String], Substring) {
    var elements: [String] = [""]
    var depth = 0
    var quote: Character?
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if "([{".contains(character) {
        depth += 1
      } else if depth == 0, character == "]" {
        return (elements, text[text.index(after: index)...])
      } else if ")]}".contains(character) {
        depth -= 1
      } else if depth == 0, character == "," {
        elements.append("")
        continue
      }
      elements[elements.count - 1].append(character)
    }
    return (elements, "")
  }
}
