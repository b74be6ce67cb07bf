internal import Pipeline

/// Changes to a mapping's text that make its tests expect what happens now. A change is as small as it can be: a number,
/// one event of a list, a list whose length is another.
struct ExpectationEdits {
  private let bytes: [UInt8]
  private let mark: Int
  private let lineEnd: String
  private var replacements: [(path: [YAMLRanges.Step], value: JSONValue)] = []
  /// Expectations of tests that have none.
  private var additions: [(test: Int, indent: Int, value: JSONValue)] = []

  init(_ bytes: [UInt8]) {
    mark = ByteOrderMark.length(of: bytes)
    self.bytes = Array(bytes[mark...])
    let first = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0
    lineEnd = first > 0 && bytes[first - 1] == UInt8(ascii: "\r") ? "\r\n" : "\n"
    markBytes = Array(bytes[..<mark])
  }

  private let markBytes: [UInt8]

  /// Notes what has to change for one test.
  mutating func update(_ test: MappingTest, _ index: Int, _ run: TrialRun, drops: [String]) {
    guard let expectation = test.expectation else {
      additions.append((index, max(0, test.keyColumn - 1), Self.whole(run, drops)))
      return
    }
    for item in expectation.items {
      let path: [YAMLRanges.Step] = [.key("tests"), .index(index), .key("expect"), .key(item.subject.rawValue)]
      let actual = TestComparison.actual(item, run, drops: drops)
      var comparison = TestComparison()
      comparison.compare(item, actual)
      guard !comparison.differences.isEmpty else { continue }
      guard case .list(let elements) = actual, let nodes = item.value.list, nodes.count == elements.count else {
        replacements.append((path, Self.projected(actual, on: item)))
        continue
      }
      for (position, pair) in zip(nodes, elements).enumerated() {
        var comparison = TestComparison()
        comparison.compareElement(pair.0, pair.1)
        if comparison.differences.isEmpty { continue }
        let isOther = pair.0["type"].map { JSONValue($0) } != pair.1["type"] && pair.0["type"] != nil
        let value = isOther ? Self.telling(pair.1) : Self.projected(pair.1, on: pair.0)
        replacements.append((path + [.index(position)], value))
      }
    }
  }

  /// The new text, nil if nothing changes.
  func applied() -> [UInt8]? {
    guard !replacements.isEmpty || !additions.isEmpty else { return nil }
    var paths = Set(replacements.map(\.path))
    for addition in additions {
      paths.insert([.key("tests"), .index(addition.test)])
      paths.insert([.key("tests"), .index(addition.test), .key("given")])
    }
    let ranges = YAMLRanges.find(paths, in: bytes)
    var edits: [(range: Range<Int>, text: String)] = []
    for replacement in replacements {
      guard let range = ranges[replacement.path] else { continue }
      edits.append((range, text(replacement.value, over: range)))
    }
    for addition in additions {
      let path: [YAMLRanges.Step] = [.key("tests"), .index(addition.test)]
      guard let test = ranges[path], let given = ranges[path + [.key("given")]] else { continue }
      let end = given.upperBound
      if bytes[test.lowerBound] == UInt8(ascii: "{") {
        edits.append((end..<end, ", expect: " + addition.value.flow))
      } else {
        edits.append((end..<end, block(addition.value, indent: addition.indent)))
      }
    }
    var result = bytes
    for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      result.replaceSubrange(edit.range, with: edit.text.utf8)
    }
    return result == bytes ? nil : markBytes + result
  }

  /// A list that was written in lines stays in lines.
  private func text(_ value: JSONValue, over range: Range<Int>) -> String {
    guard case .list(let elements) = value, !elements.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "-") else {
      return value.flow
    }
    let lineStart = bytes[..<range.lowerBound].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let indent = String(repeating: " ", count: range.lowerBound - lineStart)
    return elements.map { "- " + $0.flow }.joined(separator: lineEnd + indent)
  }

  private func block(_ value: JSONValue, indent: Int) -> String {
    let outer = lineEnd + String(repeating: " ", count: indent)
    guard case .object(let members) = value else { return outer + "expect: " + value.flow }
    var text = outer + "expect:"
    for member in members {
      text += outer + "  " + member.key + ":"
      if case .list(let elements) = member.value, !elements.isEmpty {
        for element in elements { text += outer + "    - " + element.flow }
      } else {
        text += " " + member.value.flow
      }
    }
    return text
  }

  // MARK: What is worth expecting

  private static func whole(_ run: TrialRun, _ drops: [String]) -> JSONValue {
    var members = [JSONValue.Member(key: "sessions", value: .number("\(run.sessions.count)"))]
    if !run.events.isEmpty { members.append(.init(key: "events", value: .list(run.events.map { telling($0) }))) }
    let dropped = drops.enumerated().filter {
      $0.offset < run.counts.sum.dropped.count && run.counts.sum.dropped[$0.offset] > 0
    }
    if !dropped.isEmpty {
      let counts = dropped.map {
        JSONValue.Member(key: $0.element, value: .number("\(run.counts.sum.dropped[$0.offset])"))
      }
      members.append(.init(key: "dropped", value: .object(counts)))
    }
    if !run.rejects.isEmpty {
      let codes = Set(run.rejects.map(\.reject.code)).sorted()
      let counts = codes.map { code in
        JSONValue.Member(key: code, value: .number("\(run.rejects.count { $0.reject.code == code })"))
      }
      members.append(.init(key: "rejected", value: .object(counts)))
    }
    return .object(members)
  }

  /// An event without its id and time.
  private static func telling(_ event: JSONValue) -> JSONValue {
    guard case .object(let members) = event else { return event }
    return .object(members.filter { ["type", "properties", "context"].contains($0.key) })
  }

  private static func projected(_ actual: JSONValue, on item: TestExpectation.Item) -> JSONValue {
    if item.subject == .events, case .list(let elements) = actual, let nodes = item.value.list {
      var unused = nodes
      return .list(
        elements.map { element in
          guard let at = unused.firstIndex(where: { $0["type"].map { JSONValue($0) } == element["type"] }) else {
            return telling(element)
          }
          return projected(element, on: unused.remove(at: at))
        })
    }
    // One map for all sessions becomes one for each as soon as they differ.
    if [.profile, .context, .request].contains(item.subject), item.value.entries != nil {
      let each = actual.elements.map { projected($0, on: item.value) }
      guard let first = each.first else { return .list([]) }
      return each.allSatisfy { $0 == first } ? first : .list(each)
    }
    return projected(actual, on: item.value)
  }

  /// What came, cut down to what the expectation names.
  private static func projected(_ actual: JSONValue, on node: ConfigNode) -> JSONValue {
    switch (actual, node) {
    case (.object(let members), .map(let entries, _)):
      let named = entries.compactMap { entry in
        actual[path: entry.key].map { JSONValue.Member(key: entry.key, value: projected($0, on: entry.value)) }
      }
      return .object(named.isEmpty ? members : named)
    case (.list(let elements), .list(let nodes, _)):
      return .list(
        elements.enumerated().map { index, element in
          index < nodes.count ? projected(element, on: nodes[index]) : element
        })
    default: return actual
    }
  }
}
