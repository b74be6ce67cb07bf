internal import Pipeline

/// Makes records of access logs in JSON. nginx without `escape=json` writes `\xHH`, which JSON does not have; it is
/// read as the byte that it was. One thread uses a parser at a time.
final class JSONLogParser: RecordParser {
  /// Plain, so that no reference is counted for a column of a line.
  private struct Column {
    var kind: JSONLogLayout.Column.Kind
    var isList: Bool
    /// In `names`.
    var number: Int
    var isRequired: Bool
    var isSecondary: Bool
    /// Whether its value shows that the line is of a request, and whether it is only looked at for that.
    var isTelling: Bool
    var isProbe: Bool
    /// Whether the request line, which stands before it, has it as well.
    var hasFallback: Bool
    /// Values of its paths in the scanner.
    var values: Range<Int>
    // Slots, negative where nobody asked.
    var main: Int
    var parts: RequestSlots
    /// Of a query: the target that may lack it.
    var completed: Int
  }

  /// Why the line is no record. Kept aside, because it is large and rare.
  private var failure: LineFailure?

  private let settings: WeblogSettings
  private let hasToTell: Bool
  private let scanner: JSONScanner
  private let columns: UnsafeMutableBufferPointer<Column>
  private var names: [String] = []
  private let wanted: WantedFields
  private let times: LogTimeText

  private static let newline = UInt8(ascii: "\n")

  init(_ layout: JSONLogLayout, _ settings: WeblogSettings, fields: [String]) {
    self.settings = settings
    times = LogTimeText(settings.zone, settings.ambiguous)
    wanted = WantedFields(fields, known: Set(layout.schemaFields.map(\.name)))
    let slots = wanted.slots
    hasToTell = layout.hasToTell
    let hasRequest = layout.columns.contains { $0.name == "request" }
    var paths: [JSONPath] = []
    var columns: [Column] = []
    for column in layout.columns {
      let below = layout.parts(of: column.name)
      let completes = column.kind == .query ? slots["target"] : nil
      let isWanted = slots[column.name] != nil || below.contains { slots[$0.name] != nil } || completes != nil
      // What every record needs is looked at even if nobody asks, so that a record is the same for every mapping.
      let isTelling = hasToTell && JSONLogLayout.telling.contains(column.name)
      guard isWanted || column.isRequired || isTelling else { continue }
      let first = paths.count
      for text in column.paths {
        guard let path = JSONPath(text) else { continue }
        paths.append(path)
        // Collectors flatten nested keys: `client.ip` may be one key.
        if path.steps.count > 1, text.utf8.allSatisfy({ $0 != UInt8(ascii: "[") }) { paths.append(JSONPath(key: text)) }
      }
      names.append(column.name)
      columns.append(
        Column(
          kind: column.kind, isList: column.kind == .list, number: columns.count, isRequired: column.isRequired,
          isSecondary: column.isSecondary, isTelling: isTelling, isProbe: !isWanted,
          hasFallback: hasRequest && RequestPart(rawValue: column.name) != nil, values: first..<paths.count,
          main: slots[column.name] ?? -1, parts: RequestSlots(below, slots), completed: completes ?? -1))
    }
    self.columns = .allocate(capacity: columns.count)
    _ = self.columns.initialize(from: columns)
    scanner = JSONScanner(paths: paths, allowsNginx: true)
  }

  deinit { columns.deallocate() }

  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
    let base = UnsafePointer(block.start)
    let stop = base + block.count
    var at = base + cursor
    while at < stop, batch.count < batch.capacity {
      var line = at
      let newline = Scan.byte(JSONLogParser.newline, at, stop)
      at = newline < stop ? newline + 1 : stop
      let number = result.counts.lines
      result.counts.lines += 1
      var end = newline
      if end > line, end[-1] == UInt8(ascii: "\r") { end -= 1 }
      guard let begin = LogLine.recordStart(line, end, result) else { continue }
      line = begin
      var start = line
      if settings.prefix != .none, line.pointee != UInt8(ascii: "{"),
        let message = settings.prefix.end(line, end, orTime: true)
      {
        start = message
      }
      if !parseLine(start, end, batch.fields + batch.count &* batch.stride, batch.arena) {
        if let failure {
          result.rejects.append(
            failure.reject(line, end, offset: line - base, line: number, number: result.counts.records))
        }
        failure = nil
      } else {
        (batch.records + batch.count).initialize(
          to: Record(
            start: start, count: end - start, offset: start - base, line: number, number: result.counts.records))
        batch.count &+= 1
      }
      result.counts.records += 1
    }
    cursor = at - base
    return at < stop
  }

  /// False, with a `failure`, if the line is no record.
  private func parseLine(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Bool {
    if let failure = scanner.scan(start, end) {
      return fail(JSONFinding.of(failure, end: end), failure.at)
    }
    var isTold = !hasToTell
    // Whether the line says what was asked for.
    var isKnown = false
    for column in columns {
      if column.isSecondary && isKnown || column.isProbe && isTold && !column.isRequired { continue }
      guard let value = column.isList ? list(column.values, arena) : value(column.values, arena) else {
        if column.isRequired { return fail(JSONLogFinding.missing(names[column.number]), nil) }
        if !column.hasFallback { clear(column, row) }
        continue
      }
      if column.isTelling { isTold = true }
      guard take(value, column, row, arena, &isKnown) else { return false }
    }
    if !isTold { return fail(JSONLogFinding.untold(isWrapped: isWrapped(start, end)), nil) }
    wanted.complete(row)
    return true
  }

  /// Notes why there is no record: false.
  @inline(never)
  private func fail(_ finding: RecordFinding, _ place: UnsafePointer<UInt8>?) -> Bool {
    failure = LineFailure(place: place, finding: finding)
    return false
  }

  private typealias Text = (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>, place: UnsafePointer<UInt8>)

  /// The first of a field's values that is one.
  @inline(__always)
  private func value(_ values: Range<Int>, _ arena: Arena) -> Text? {
    for index in values {
      let value = scanner.values[index]
      switch value.kind {
      case .absent, .null, .container: continue
      case .text, .number, .yes, .no:
        if settings.missing.contains(value.start, value.stop) { continue }
        return (value.start, value.stop, value.start)
      case .escapedText:
        let text = JSONString.decode(value.start, value.stop, allowsHex: true, arena)
        if settings.missing.contains(text.start, text.stop) { continue }
        return (text.start, text.stop, value.start)
      }
    }
    return nil
  }

  /// The same of a field that may be an array of texts.
  private func list(_ values: Range<Int>, _ arena: Arena) -> Text? {
    for index in values {
      let value = scanner.values[index]
      if value.kind != .container {
        if let text = self.value(index..<(index + 1), arena) { return text }
      } else if value.start.pointee == UInt8(ascii: "[") {
        let text = JSONLogParser.joined(value.start, value.stop, arena)
        if !settings.missing.contains(text.start, text.stop) { return (text.start, text.stop, value.start) }
      }
    }
    return nil
  }

  /// The texts in an array, joined by commas.
  private static func joined(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ arena: Arena
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    let quote = UInt8(ascii: "\"")
    // Without their quotes texts and commas are shorter than the array.
    let copy = arena.allocateBytes(stop - start + Block.padding)
    var to = copy
    var at = start
    while true {
      let from = Scan.byte(quote, at, stop) + 1
      guard from < stop else { break }
      at = from
      while at < stop, at.pointee != quote { at += at.pointee == UInt8(ascii: "\\") ? 2 : 1 }
      guard at < stop else { break }
      if to > copy {
        to.pointee = UInt8(ascii: ",")
        to += 1
      }
      let text = JSONString.decode(from, at, allowsHex: true, arena)
      to.update(from: text.start, count: text.stop - text.start)
      to += text.stop - text.start
      at += 1
    }
    to.update(repeating: 0, count: Block.padding)
    return (UnsafePointer(copy), UnsafePointer(to))
  }

  private func clear(_ column: Column, _ row: UnsafeMutablePointer<Field>) {
    if column.main >= 0 { row[column.main] = .missing }
    column.parts.clear(row)
  }

  @inline(__always)
  private func take(
    _ text: Text, _ column: Column, _ row: UnsafeMutablePointer<Field>, _ arena: Arena, _ isKnown: inout Bool
  ) -> Bool {
    switch column.kind {
    case .text, .list:
      if column.main >= 0 { row[column.main] = .text(text.start, text.stop - text.start) }
    case .address:
      let address = JSONLogParser.address(text.start, text.stop)
      if column.main >= 0 { row[column.main] = .text(address.start, address.stop - address.start) }
    case .int:
      guard column.main >= 0 else { return true }
      guard JSONLogParser.numbers.int(text.start, text.stop, &row[column.main]) == .none else {
        return fail("R104", "not a number", column, text)
      }
    case .duration(let unit):
      guard column.main >= 0 else { return true }
      guard let micros = DurationText.microseconds(text.start, text.stop, unit: unit) else {
        return fail("R104", "not a duration", column, text)
      }
      row[column.main] = .int(micros)
    case .time:
      var field = Field.missing
      switch times.read(text.start, text.stop, &field) {
      case .none: if column.main >= 0 { row[column.main] = field }
      case .ambiguous: return fail("R106", "a time that exists twice or never in its zone", column, text)
      default: return fail("R103", "not a time", column, text)
      }
    case .request: if request(text, column, row) { isKnown = true }
    case .target:
      if column.main >= 0 { row[column.main] = .text(text.start, text.stop - text.start) }
      column.parts.fill(target: (text.start, text.stop), row)
      if !column.isSecondary { isKnown = true }
    case .query:
      let query = JSONLogParser.query(text)
      // What the target says itself counts.
      if column.main >= 0, row[column.main].isMissing { row[column.main] = .text(query.start, query.end - query.start) }
      if column.completed >= 0 { complete(&row[column.completed], query, arena) }
    }
    return true
  }

  /// Without its question mark, and without the blanks that formats leave around it.
  private static func query(_ text: Text) -> RequestLine.Part {
    var (start, stop) = (text.start, text.stop)
    while stop > start, stop[-1] == UInt8(ascii: " ") { stop -= 1 }
    while start < stop, start.pointee == UInt8(ascii: " ") { start += 1 }
    if start < stop, start.pointee == UInt8(ascii: "?") { start += 1 }
    return (start, stop)
  }

  /// Adds a query that stands apart to a target without one. Text with blanks is a query of something else.
  private func complete(_ target: inout Field, _ query: RequestLine.Part, _ arena: Arena) {
    guard target.kind == .text, query.start < query.end,
      UnsafeBufferPointer(start: query.start, count: query.end - query.start).allSatisfy({ $0 > UInt8(ascii: " ") }),
      !target.bytes.contains(UInt8(ascii: "?"))
    else { return }
    target = ColumnText.joined(target, .text(query.start, query.end - query.start), arena)
  }

  /// True if it is a whole request line.
  private func request(_ text: Text, _ column: Column, _ row: UnsafeMutablePointer<Field>) -> Bool {
    if column.main >= 0 { row[column.main] = .text(text.start, text.stop - text.start) }
    guard column.parts.areWanted else { return false }
    var line = RequestLine(text.start, text.stop)
    // Some log the target alone under this name.
    if line.target == nil, text.start.pointee == UInt8(ascii: "/"),
      Scan.byte(UInt8(ascii: " "), text.start, text.stop) == text.stop
    {
      line.target = (text.start, text.stop)
    }
    column.parts.fill(line, row)
    return line.method != nil && line.target != nil
  }

  private static let numbers = NumberText(NumberStyle())

  /// `192.0.2.1:443` and `[2001:db8::1]:443` without port and brackets; an address with more colons and no brackets is
  /// whole.
  private static func address(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    var stop = stop
    if let colon = HostPort.colon(start, stop), colon + 1 < stop, colon[1] &- 48 < 10 { stop = colon }
    return AddressRange.Address.withoutBrackets(start, stop)
  }

  // MARK: - Rejects

  @inline(never)
  private func fail(_ code: String, _ what: String, _ column: Column, _ text: Text) -> Bool {
    let bytes = UnsafeBufferPointer(start: text.start, count: text.stop - text.start)
    return fail(JSONLogFinding.value(code, names[column.number], what, bytes), text.place)
  }

  /// Whether the object is a container's, with the line within it.
  @inline(never)
  private func isWrapped(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Bool {
    let scanner = JSONScanner(paths: [JSONPath(key: "log")], allowsNginx: true)
    guard scanner.scan(start, end) == nil else { return false }
    return scanner.values[0].kind == .text || scanner.values[0].kind == .escapedText
  }
}
