internal import Pipeline

/// Recognises JSON lines: an object a line. Values become fields by their paths, arrays become lists.
struct JSONLinesSniffer: Sniffer {
  func sniff(_ head: SniffHead) -> SniffFinding? {
    guard let zone = Zone(named: head.zone ?? "UTC") else { return nil }
    let outline = JSONOutline(zone: zone)
    var lines = 0
    var objects = 0
    (head.bytes + [UInt8](repeating: 0, count: Block.padding)).withUnsafeBufferPointer { padded in
      guard var at = padded.baseAddress else { return }
      let stop = at + head.bytes.count
      at += ByteOrderMark.length(of: head.bytes)
      while at < stop {
        let end = Scan.byte(0x0A, at, stop)
        let line = UnsafeBufferPointer(start: at, count: end - at)
        if !line.allSatisfy({ $0 <= 0x20 }) {
          lines += 1
          if outline.take(line) { objects += 1 }
          // Something else altogether.
          if lines == 20, objects == 0 { return }
        }
        at = min(end + 1, stop)
      }
    }
    guard objects * 2 > lines, objects > 0 else { return nil }
    var pins = JSONPins(outline.root)
    guard !pins.fields.entries.isEmpty else { return nil }
    pins.remarks += pins.fields.timeRemarks(zone: head.zone, place: "field of a record")
    if outline.root.isContainersLog {
      pins.remarks.append(
        "this is Docker's json-file, whose `log` holds lines: `jq -rj .log FILE | trackfill sniff -` tells what these are, "
          + "and `convert -` reads them")
    }
    return SniffFinding(
      reader: "jsonl", format: "an object a line",
      settings: pins.fields.timeSettings(zone: head.zone) + [PinnedEntry("fields", .map(pins.fields.entries))],
      remarks: pins.fields.remarks + pins.remarks + pins.fields.splitTimeRemarks, head: head, make: JSONLinesReader.make
    )
  }
}

extension JSONOutline.Node {
  /// Docker's json-file driver: `{"log":"…\n","stream":"stdout","time":"…"}`.
  fileprivate var isContainersLog: Bool {
    ["log", "stream", "time"].allSatisfy { key in children.contains { $0.key == key && $0.scalars == objects } }
  }
}

/// Paths and declarations for what an outline has.
private struct JSONPins {
  private typealias Node = JSONOutline.Node

  private(set) var fields: SniffedFields
  var remarks: [String] = []

  init(_ root: JSONOutline.Node) {
    let habit = JSONPins.habit(root)
    fields = SniffedFields(habit: habit)
    var lists: [(keys: [String], node: Node)] = []
    JSONPins.collect(root, [], isOptional: false, into: &fields, &lists)
    // All names of the record come before those of rows, which must be other ones for `each`.
    var named: [(keys: [String], element: Node, name: String)] = []
    for list in lists {
      guard let element = list.node.element, element.count > 0 else { continue }
      named.append((list.keys, element, fields.name(JSONPins.words(list.keys))))
    }
    for (keys, element, name) in named {
      var rows = SniffedFields(taken: fields.names, habit: habit)
      var inner: [(keys: [String], node: Node)] = []
      if element.objects > 0, element.scalars == 0, element.arrays == 0 {
        JSONPins.collect(element, [], of: name, isOptional: false, into: &rows, &inner)
      } else if element.count > 0 {
        rows.add(
          SniffedField(
            words: [name, "value"], place: PinnedEntry("path", .text(".")),
            guess: element.scalars == element.count ? element.guess : ValueGuess(name: "", zone: .utc),
            isOptional: element.guess.count < element.count))
      }
      for deeper in inner {
        rows.add(
          SniffedField(
            words: [name] + JSONPins.words(deeper.keys), place: JSONPins.place("path", deeper.keys),
            guess: ValueGuess(name: "", zone: .utc),
            isOptional: true))
        remarks.append(
          "\(deeper.keys.joined(separator: ".")) in \(keys.joined(separator: ".")) is a list in a list, read as its text"
        )
      }
      guard !rows.entries.isEmpty else { continue }
      fields.add(list: name, at: JSONPins.place("list", keys), rows: rows)
    }
  }

  private static func habit(_ root: Node) -> ExportHabit {
    var habit = ExportHabit()
    func visit(_ node: Node) {
      habit.take(node.guess)
      for child in node.children { visit(child) }
      if let element = node.element { visit(element) }
    }
    visit(root)
    return habit
  }

  /// The types of MongoDB's Extended JSON, each the only key of the object that stands for a value of it.
  private static let mongoTypes: Set<String> = [
    "$oid", "$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "$uuid", "$symbol",
  ]

  /// What leads to a value, for its name.
  private static func words(_ keys: [String]) -> [String] {
    let words = keys.filter { !mongoTypes.contains($0) }
    return words.isEmpty ? keys : words
  }

  /// - Parameter list: the name of the list that the node is an element of.
  private static func collect(
    _ node: Node, _ keys: [String], of list: String? = nil, isOptional: Bool, into fields: inout SniffedFields,
    _ lists: inout [(keys: [String], node: Node)]
  ) {
    for child in node.children where child.count > 0 {
      let path = keys + [child.key]
      let isOptional = isOptional || child.count < node.objects
      if child.objects == child.count {
        collect(child, path, of: list, isOptional: isOptional, into: &fields, &lists)
      } else if child.arrays == child.count {
        lists.append((path, child))
      } else {
        // Values of several kinds are read as their texts.
        let isScalar = child.scalars == child.count
        fields.add(
          SniffedField(
            words: (list.map { [$0] } ?? []) + words(path), place: place("path", path),
            guess: isScalar ? child.guess : ValueGuess(name: "", zone: .utc),
            isOptional: isOptional || isScalar && child.guess.count < child.count),
          impliedPlace: path.count == 1 ? child.key : nil)
      }
    }
  }

  /// `a.b`, or a list of keys where one of them would be misread.
  private static func place(_ key: String, _ keys: [String]) -> PinnedEntry {
    let isPlain = keys.allSatisfy { key in
      !key.isEmpty
        && key.utf8.allSatisfy {
          $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 &- 48 < 10 || ($0 | 0x20) &- UInt8(ascii: "a") < 26
        }
    }
    return PinnedEntry(key, isPlain ? .text(keys.joined(separator: ".")) : .list(keys))
  }
}
