internal import Pipeline

/// The keys of a map as a tree, in the order of writing: `a.b: 1` is what `a: { b: 1 }` is.
struct DottedKeys {
  private(set) var members: [Member] = []

  struct Member {
    let key: String
    fileprivate(set) var value: Value
  }

  indirect enum Value {
    case leaf(ConfigNode)
    case branch(DottedKeys)
  }

  init(_ entries: [ConfigEntry], _ findings: Findings) {
    for entry in entries { add(entry.key.split(separator: ".", omittingEmptySubsequences: false), entry, findings) }
  }

  private init() {}

  private mutating func add(_ path: [Substring], _ entry: ConfigEntry, _ findings: Findings) {
    guard let first = path.first, !first.isEmpty, !path.contains(where: \.isEmpty) else {
      findings.error("M007", "an empty part in key '\(entry.key)'", at: entry.keySpan, remedy: "write a.b.c")
      return
    }
    let rest = Array(path.dropFirst())
    let index = members.firstIndex { $0.key == first }
    switch (index.map { members[$0].value }, rest.isEmpty) {
    case (nil, true): members.append(Member(key: String(first), value: .leaf(entry.value)))
    case (nil, false):
      var inner = DottedKeys()
      inner.add(rest, entry, findings)
      members.append(Member(key: String(first), value: .branch(inner)))
    case (.branch(var inner)?, false):
      inner.add(rest, entry, findings)
      if let index { members[index].value = .branch(inner) }
    default:
      findings.error(
        "M003", "key '\(entry.key)' is given twice", at: entry.keySpan,
        remedy: "write it either whole or in parts, not both")
    }
  }
}
