internal import Pipeline

/// Makes records of lines of JSON. One thread uses a parser at a time.
final class JSONLinesParser: RecordParser {
  private struct Column {
    var converter: ValueConverter
    var slot: Int
  }

  /// A list that somebody wants, and the rows of it that were read.
  private final class Rows {
    let list: JSONSettings.List
    let converters: [ValueConverter]
    let slot: Int
    /// Of its values in the scanner.
    let firstValue: Int
    var fields: [Field] = []
    var count = 0

    init(_ list: JSONSettings.List, _ converters: [ValueConverter], slot: Int, firstValue: Int) {
      self.list = list
      self.converters = converters
      self.slot = slot
      self.firstValue = firstValue
    }
  }

  private let columns: [Column]
  private let lists: [Rows]
  private let absent: [Int]
  private let scanner: JSONScanner
  /// Whether a line that is no object cannot be a record.
  private let readsObjects: Bool
  /// While a line is scanned.
  private var arena: Arena?
  private var failure: LineFailure?

  private static let newline = UInt8(ascii: "\n")

  init(_ settings: JSONSettings, fields: [String]) {
    var columns: [Column] = []
    var paths: [JSONPath] = []
    var wanted: [(list: JSONSettings.List, slot: Int)] = []
    var absent: [Int] = []
    for (slot, name) in fields.enumerated() {
      if let index = settings.declarations.firstIndex(where: { $0.name == name }) {
        columns.append(
          Column(converter: ValueConverter(settings.declarations[index], missing: settings.missing), slot: slot))
        paths.append(settings.paths[index])
      } else if let list = settings.lists.first(where: { $0.name == name }) {
        wanted.append((list, slot))
      } else {
        absent.append(slot)
      }
    }
    self.columns = columns
    self.absent = absent
    readsObjects = settings.readsObjects
    scanner = JSONScanner(paths: paths, lists: wanted.map { ($0.list.path, $0.list.paths) })
    var next = paths.count
    lists = wanted.map { list, slot in
      let rows = Rows(
        list, list.declarations.map { ValueConverter($0, missing: settings.missing) }, slot: slot, firstValue: next)
      next += list.paths.count
      return rows
    }
    scanner.onList = { [unowned self] number in
      lists[number].count = 0
      lists[number].fields.removeAll(keepingCapacity: true)
    }
    scanner.onRow = { [unowned self] number in row(lists[number]) }
  }

  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
    let base = UnsafePointer(block.start)
    let stop = base + block.count
    var at = base + cursor
    arena = batch.arena
    defer { arena = nil }
    while at < stop, batch.count < batch.capacity {
      var start = at
      let newline = Scan.byte(JSONLinesParser.newline, at, stop)
      at = newline < stop ? newline + 1 : stop
      let line = result.counts.lines
      result.counts.lines += 1
      var end = newline
      if end > start, end[-1] == UInt8(ascii: "\r") { end -= 1 }
      start = Scan.lineStart(start, end)
      if Scan.isBlank(start, end) {
        result.counts.blanks += 1
        continue
      }
      if parseLine(start, end, batch.fields + batch.count &* batch.stride, batch.arena) {
        (batch.records + batch.count).initialize(
          to: Record(
            start: start, count: end - start, offset: start - base, line: line, number: result.counts.records))
        batch.count &+= 1
      } else if let failure {
        result.rejects.append(
          failure.reject(start, end, offset: start - base, line: line, number: result.counts.records))
      }
      result.counts.records += 1
    }
    cursor = at - base
    return at < stop
  }

  private func parseLine(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ fields: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Bool {
    failure = nil
    for list in lists {
      list.count = 0
      list.fields.removeAll(keepingCapacity: true)
    }
    if let found = scanner.scan(start, end) {
      // A row of a list that is none was noted where it was read.
      if failure != nil { return false }
      return fail(JSONFinding.of(found, end: end, lists: lists.map(\.list.name)), found.at)
    }
    if readsObjects, let value = JSONLinesParser.firstOther(than: UInt8(ascii: "{"), start, end) {
      return fail(JSONFinding.noObject(value.pointee), value)
    }
    for (index, column) in columns.enumerated() {
      guard take(scanner.values[index], column.converter, fields + column.slot, arena) else { return false }
    }
    for list in lists {
      guard list.count >= list.list.minimum, list.count <= list.list.maximum else {
        return fail(JSONFinding.count(list.list, list.count), nil)
      }
      let width = list.converters.count
      let memory = arena.allocate(max(1, list.count * width) * MemoryLayout<Field>.stride)
      let rows = memory.bindMemory(to: Field.self, capacity: max(1, list.count * width))
      for (index, field) in list.fields.enumerated() { rows[index] = field }
      fields[list.slot] = .list(UnsafePointer(rows), count: list.count)
    }
    for slot in absent { fields[slot] = .missing }
    return true
  }

  /// The first byte that is no blank, unless it is the one; nil, too, where there is none.
  @inline(__always)
  private static func firstOther(
    than byte: UInt8, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8>? {
    var at = start
    while at < end, at.pointee <= 0x20 { at += 1 }
    return at < end && at.pointee != byte ? at : nil
  }

  private func row(_ list: Rows) -> Bool {
    guard let arena else { return false }
    for (index, converter) in list.converters.enumerated() {
      var field = Field.missing
      guard take(scanner.values[list.firstValue + index], converter, &field, arena) else { return false }
      list.fields.append(field)
    }
    list.count += 1
    return true
  }

  @inline(__always)
  private func take(
    _ value: JSONSpan, _ converter: ValueConverter, _ field: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Bool {
    var (start, stop) = (value.start, value.stop)
    var problem = ValueProblem.none
    switch value.kind {
    case .absent, .null: problem = converter.nothing(into: field)
    case .text, .number: problem = converter.convert(start, stop, into: field)
    case .escapedText:
      (start, stop) = JSONString.decode(start, stop, allowsHex: false, arena)
      problem = converter.convert(start, stop, into: field)
    case .yes, .no:
      if converter.kind == .bool {
        field.pointee = .bool(value.kind == .yes)
      } else {
        problem = converter.convert(start, stop, into: field)
      }
    case .container:
      guard converter.kind == .string else {
        return fail(JSONFinding.kind(converter.declaration, value), value.start)
      }
      field.pointee = .text(start, stop - start)
    }
    if problem == .none { return true }
    let text = UnsafeBufferPointer(start: start, count: stop - start)
    return fail(ValueFinding.of(problem, converter.declaration, text), value.kind == .absent ? nil : value.start)
  }

  /// Notes why there is no record: false.
  @inline(never)
  private func fail(_ finding: RecordFinding, _ place: UnsafePointer<UInt8>?) -> Bool {
    failure = LineFailure(place: place, finding: finding)
    return false
  }
}
