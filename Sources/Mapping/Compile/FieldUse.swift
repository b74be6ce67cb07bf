internal import Pipeline

/// Which fields a mapping can ask for: a reader parses only these.
enum FieldUse {
  /// The schema's fields whose names stand as a word anywhere in the mapping's rules, and the one that dates records.
  /// A word too many costs a little time; none is missed, since every use of a field spells its name.
  static func columns(of schema: Schema, in root: ConfigNode) -> [String] {
    var words: Set<String> = []
    for entry in root.entries ?? [] where !["tests", "description", "mapping"].contains(entry.key) {
      if entry.key == "input" {
        if let time = entry.value["time"]?.text { words.insert(time) }
      } else {
        collect(entry.value, &words)
      }
    }
    return schema.fields.map(\.name).filter { words.contains($0) || $0 == schema.timeField }
  }

  private static func collect(_ node: ConfigNode, _ words: inout Set<String>) {
    switch node {
    case .scalar(let scalar): collect(scalar.text, &words)
    case .list(let nodes, _): for node in nodes { collect(node, &words) }
    case .map(let entries, _):
      for entry in entries {
        collect(entry.key, &words)
        collect(entry.value, &words)
      }
    }
  }

  /// Names that are not behind a dot.
  private static func collect(_ text: String, _ words: inout Set<String>) {
    var word: [UInt8] = []
    var isSelected = false
    for byte in Array(text.utf8) + [0] {
      let isLetter = byte | 32 >= UInt8(ascii: "a") && byte | 32 <= UInt8(ascii: "z")
      if isLetter || byte == UInt8(ascii: "_") || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) {
        word.append(byte)
        continue
      }
      if !word.isEmpty {
        if !isSelected { words.insert(String(decoding: word, as: UTF8.self)) }
        word.removeAll(keepingCapacity: true)
      }
      isSelected = byte == UInt8(ascii: ".")
    }
  }
}
