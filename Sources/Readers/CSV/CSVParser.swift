internal import Pipeline

/// Makes records of the rows that a `CSVSource` has indexed. One thread uses a parser at a time.
///
/// What is a record does not depend on the mapping: the number of fields, quotes, `same` and sizes are always looked
/// at; values only where somebody asked for them.
final class CSVParser: RecordParser {
  /// A wanted field of a record or of its rows.
  private struct Column: BitwiseCopyable {
    /// Kept alive by `converters`: counting references for each value would cost a third of the parsing.
    unowned(unsafe) let converter: ValueConverter
    /// Its declaration.
    var index: Int
    /// Where it goes, in the record or in the row of the list.
    var slot: Int
  }

  private let settings: CSVSettings
  private let quote: UInt8?
  private let escape: CSVDialect.Escape
  private let ragged: CSVDialect.Ragged
  /// Fields of the record.
  private let columns: [Column]
  /// Fields of the rows in a group, in the order of their names; empty if nobody asked for them.
  private let rowColumns: [Column]
  private let rowWidth: Int
  /// Where the rows go; -1 if nobody asked for them.
  private let rowsSlot: Int
  /// Slots of unknown names.
  private let absent: [Int]
  private let converters: [ValueConverter]
  private let scratch = Arena()

  /// Why there is no record, and where.
  private struct Failure {
    var reject: Reject
    var row: Int
    /// In the block; nil where the whole row is meant.
    var place: UnsafePointer<UInt8>?
  }

  init(_ settings: CSVSettings, fields: [String]) {
    self.settings = settings
    quote = settings.dialect.quote
    escape = settings.dialect.escape
    ragged = settings.dialect.ragged
    let inRows = settings.rowFields
    var columns: [Column] = []
    var converters: [ValueConverter] = []
    var absent: [Int] = []
    var rowsSlot = -1
    for (slot, name) in fields.enumerated() {
      if settings.group != nil, name == CSVSettings.rowsName {
        rowsSlot = slot
      } else if let index = settings.declarations.firstIndex(where: { $0.name == name }), !inRows.contains(index) {
        let converter = ValueConverter(settings.declarations[index], missing: settings.missing)
        converters.append(converter)
        columns.append(Column(converter: converter, index: index, slot: slot))
      } else {
        absent.append(slot)
      }
    }
    self.columns = columns
    self.absent = absent
    self.rowsSlot = rowsSlot
    let sorted = inRows.sorted { settings.declarations[$0].name < settings.declarations[$1].name }
    var rowColumns: [Column] = []
    for (slot, index) in sorted.enumerated() where rowsSlot >= 0 {
      let converter = ValueConverter(settings.declarations[index], missing: settings.missing)
      converters.append(converter)
      rowColumns.append(Column(converter: converter, index: index, slot: slot))
    }
    self.rowColumns = rowColumns
    self.converters = converters
    rowWidth = sorted.count
  }

  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
    guard let index = block.annotation as? CSVIndex else {
      cursor = block.count
      return false
    }
    if cursor == 0, index.headLines > 0, result.counts.lines == 0 {
      result.counts.lines = index.headLines
      result.counts.blanks += index.headBlanks
      result.counts.comments += index.headLines - index.headBlanks
    }
    if cursor == 0, index.isRegrouped, result.counts.lines == 0 {
      result.counts.lines = index.totals.lines
      result.counts.blanks += index.totals.blanks
      result.counts.comments += index.totals.comments
    }
    scratch.reset()
    return settings.group == nil
      ? parseRows(block, index, &cursor, batch, result) : parseGroups(block, index, &cursor, batch, result)
  }

  // MARK: - Rows

  private func parseRows(
    _ block: Block, _ index: CSVIndex, _ cursor: inout Int, _ batch: RecordBatch, _ result: MappedBlock
  ) -> Bool {
    let base = UnsafePointer(block.start)
    var row = index.row(at: cursor)
    while row < index.rowCount, batch.count < batch.capacity, Int(index.rows[row].start) < block.count {
      defer { row += 1 }
      guard isRecord(index.rows[row], result) else { continue }
      let fields = batch.fields + batch.count &* batch.stride
      if let failure = parseRow(base, index, row, fields, batch.arena) {
        reject(failure, base, index, row, row + 1, result)
      } else {
        let place = index.rows[row]
        let start = base + Int(place.start)
        (batch.records + batch.count).initialize(
          to: Record(
            start: start, count: index.stop(base, place) - start, offset: Int(place.start), line: Int(place.line),
            number: result.counts.records))
        batch.count &+= 1
      }
      result.counts.records &+= 1
    }
    return finish(block, index, row, &cursor, result)
  }

  /// False for blank lines and comments, which are counted.
  @inline(__always)
  private func isRecord(_ row: CSVRow, _ result: MappedBlock) -> Bool {
    switch row.kind {
    case .record: return true
    case .blank: result.counts.blanks += 1
    case .comment: result.counts.comments += 1
    }
    return false
  }

  private func finish(
    _ block: Block, _ index: CSVIndex, _ row: Int, _ cursor: inout Int, _ result: MappedBlock
  ) -> Bool {
    if row < index.rowCount, Int(index.rows[row].start) < block.count {
      cursor = Int(index.rows[row].start)
      if !index.isRegrouped { result.counts.lines = Int(index.rows[row].line) }
      return true
    }
    cursor = block.count
    if !index.isRegrouped { result.counts.lines = row < index.rowCount ? Int(index.rows[row].line) : index.lineCount }
    return false
  }

  @inline(__always)
  private func parseRow(
    _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ number: Int, _ fields: UnsafeMutablePointer<Field>,
    _ arena: Arena
  ) -> Failure? {
    if let failure = check(base, index, number) { return failure }
    return fill(columns, base, index, number, fields, arena)
  }

  /// Whether the row is sound as a whole.
  @inline(__always)
  private func check(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ number: Int) -> Failure? {
    let row = index.rows[number]
    if row.problem == .none, let width = index.layout.width, Int(row.fieldCount) == width { return nil }
    return checkUnusual(base, index, number)
  }

  @inline(never)
  private func checkUnusual(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ number: Int) -> Failure? {
    let row = index.rows[number]
    if row.problem != .none {
      return Failure(reject: CSVFinding.quotes(row.problem), row: number, place: base + Int(row.problemOffset))
    }
    guard let width = index.layout.width else {
      // Without names the fields that are read must be there, unless a short row is filled.
      guard ragged == .error, let needed = index.layout.positions.max(), needed >= Int(row.fieldCount) else {
        return nil
      }
      return Failure(
        reject: CSVFinding.ragged(count: Int(row.fieldCount), width: needed + 1), row: number,
        place: index.stop(base, row))
    }
    let count = Int(row.fieldCount)
    if count < width {
      return ragged == .error
        ? Failure(
          reject: CSVFinding.ragged(count: count, width: width), row: number, place: index.stop(base, row)) : nil
    }
    if count == width || ragged == .ignore { return nil }
    let extra = index.field(base, row, width)
    // A delimiter at the end of each row makes no field.
    if count == width + 1, extra.start == extra.stop { return nil }
    return Failure(reject: CSVFinding.ragged(count: count, width: width), row: number, place: extra.start)
  }

  @inline(__always)
  private func fill(
    _ columns: [Column], _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ number: Int,
    _ fields: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Failure? {
    let row = index.rows[number]
    let layout = index.layout
    for column in columns {
      let position = layout.positions[column.index]
      let target = fields + column.slot
      guard position >= 0, position < Int(row.fieldCount) else {
        let problem = column.converter.nothing(into: target)
        if problem != .none { return failure(problem, column, nil, number) }
        continue
      }
      let raw = index.field(base, row, position)
      let text = CSVText.value(raw.start, raw.stop, quote: quote, escape, arena)
      let problem = column.converter.convert(text.start, text.stop, into: target)
      if problem != .none { return failure(problem, column, (text.start, text.stop, raw.start), number) }
    }
    for slot in absent { fields[slot] = .missing }
    return nil
  }

  @inline(never)
  private func failure(
    _ problem: ValueProblem, _ column: Column,
    _ text: (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>, place: UnsafePointer<UInt8>)?, _ row: Int
  ) -> Failure {
    let bytes = UnsafeBufferPointer(start: text?.start, count: text.map { $0.stop - $0.start } ?? 0)
    return Failure(
      reject: CSVFinding.value(problem, column.converter.declaration, bytes), row: row, place: text?.place)
  }

  // MARK: - Groups

  private func parseGroups(
    _ block: Block, _ index: CSVIndex, _ cursor: inout Int, _ batch: RecordBatch, _ result: MappedBlock
  ) -> Bool {
    let base = UnsafePointer(block.start)
    var row = index.row(at: cursor)
    var number = index.group(at: cursor)
    while number < index.groupCount, batch.count < batch.capacity {
      let group = index.groups[number]
      let first = Int(group.firstRow)
      guard Int(index.rows[first].start) < block.count else { break }
      while row < Int(group.endRow) {
        _ = isRecord(index.rows[row], result)
        row += 1
      }
      let fields = batch.fields + batch.count &* batch.stride
      let last = lastRow(index, group)
      if let failure = parseGroup(base, index, group, last, fields, batch.arena) {
        reject(failure, base, index, first, last + 1, result)
      } else {
        (batch.records + batch.count).initialize(
          to: record(base, index, first, last, number: result.counts.records, batch.arena))
        batch.count &+= 1
      }
      result.counts.records &+= 1
      number += 1
    }
    // Blank lines behind the last group.
    if number == index.groupCount {
      while row < index.rowCount, Int(index.rows[row].start) < block.count {
        _ = isRecord(index.rows[row], result)
        row += 1
      }
    }
    return finish(block, index, row, &cursor, result)
  }

  private func lastRow(_ index: CSVIndex, _ group: CSVRowGroup) -> Int {
    var last = Int(group.endRow) - 1
    while last > Int(group.firstRow), index.rows[last].kind != .record { last -= 1 }
    return last
  }

  /// The rows joined by line feeds: as they stand, if nothing else is between them.
  private func record(
    _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ first: Int, _ last: Int, number: Int, _ arena: Arena
  ) -> Record {
    let rows = index.rows
    let start = base + Int(rows[first].start)
    let stop = index.stop(base, rows[last])
    var isPlain = true
    for row in first..<last {
      let end = index.stop(base, rows[row])
      if rows[row].kind != .record || end + 1 != base + Int(rows[row + 1].start) { isPlain = false }
    }
    if isPlain {
      return Record(
        start: start, count: stop - start, offset: Int(rows[first].start), line: Int(rows[first].line), number: number)
    }
    let copy = arena.allocateBytes(stop - start)
    var count = 0
    for row in first...last where rows[row].kind == .record {
      if count > 0 {
        copy[count] = UInt8(ascii: "\n")
        count += 1
      }
      let from = base + Int(rows[row].start)
      let length = index.stop(base, rows[row]) - from
      (copy + count).update(from: from, count: length)
      count += length
    }
    return Record(
      start: UnsafePointer(copy), count: count, offset: Int(rows[first].start), line: Int(rows[first].line),
      number: number)
  }

  private func parseGroup(
    _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ group: CSVRowGroup, _ last: Int,
    _ fields: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Failure? {
    let first = Int(group.firstRow)
    guard let settings = settings.group else { return nil }
    if group.isReturned || last - first >= settings.maximumRows || last > first,
      let failure = checkGroup(base, index, group, last, settings)
    {
      return failure
    }
    if let failure = check(base, index, first) { return failure }
    if let failure = fill(columns, base, index, first, fields, arena) { return failure }
    guard rowsSlot >= 0 else { return nil }
    let memory = arena.allocate((last - first + 1) * rowWidth * MemoryLayout<Field>.stride)
    let rows = memory.bindMemory(to: Field.self, capacity: (last - first + 1) * rowWidth)
    var count = 0
    for number in first...last where index.rows[number].kind == .record {
      if let failure = fill(rowColumns, base, index, number, rows + count &* rowWidth, arena) { return failure }
      count &+= 1
    }
    fields[rowsSlot] = .list(UnsafePointer(rows), count: count)
    return nil
  }

  /// What concerns all rows: each must be sound, and they must agree where they have to.
  private func checkGroup(
    _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ group: CSVRowGroup, _ last: Int, _ settings: CSVGroup
  ) -> Failure? {
    let first = Int(group.firstRow)
    if group.isReturned {
      let key = settings.by.map { text(base, index, first, $0) }.joined(separator: " ")
      return Failure(reject: CSVFinding.returned(key: key), row: first, place: nil)
    }
    let length = index.stop(base, index.rows[last]) - base - Int(index.rows[first].start)
    if length > index.groupLimit {
      var reject = CSVFinding.groupTooLong(limit: index.groupLimit)
      reject.raw = Array(UnsafeBufferPointer(start: base + Int(index.rows[first].start), count: min(256, length)))
      return Failure(reject: reject, row: first, place: nil)
    }
    var count = 1
    for number in (first + 1)..<(last + 1) where index.rows[number].kind == .record {
      count += 1
      if let failure = check(base, index, number) { return failure }
      for declaration in settings.same {
        if let failure = compare(base, index, first, number, declaration) { return failure }
      }
    }
    return count > settings.maximumRows
      ? Failure(
        reject: CSVFinding.groupTooLarge(rows: count, most: settings.maximumRows), row: first, place: nil) : nil
  }

  @inline(__always)
  private func compare(
    _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ one: Int, _ other: Int, _ declaration: Int
  ) -> Failure? {
    let position = index.layout.positions[declaration]
    let (a, b) = (index.rows[one], index.rows[other])
    guard position >= 0, position < Int(a.fieldCount), position < Int(b.fieldCount) else {
      // A short row may lack both.
      return position < 0 || position >= max(Int(a.fieldCount), Int(b.fieldCount))
        ? nil : disagreement(base, index, one, other, declaration)
    }
    let (x, y) = (index.field(base, a, position), index.field(base, b, position))
    if x.stop - x.start == y.stop - y.start, CSVGrouper.equals(x.start, y.start, x.stop - x.start) { return nil }
    return text(base, index, one, declaration, cut: false) == text(base, index, other, declaration, cut: false)
      ? nil : disagreement(base, index, one, other, declaration)
  }

  @inline(never)
  private func disagreement(
    _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ one: Int, _ other: Int, _ declaration: Int
  ) -> Failure {
    let row = index.rows[other]
    let position = index.layout.positions[declaration]
    return Failure(
      reject: CSVFinding.disagreement(
        settings.declarations[declaration].name, text(base, index, one, declaration),
        text(base, index, other, declaration)),
      row: other, place: position < Int(row.fieldCount) ? index.field(base, row, position).start : nil)
  }

  /// A field as text, for comparing and for messages.
  private func text(
    _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ number: Int, _ declaration: Int, cut: Bool = true
  ) -> String {
    let position = index.layout.positions[declaration]
    let row = index.rows[number]
    guard position >= 0, position < Int(row.fieldCount) else { return "" }
    let raw = index.field(base, row, position)
    let value = CSVText.value(raw.start, raw.stop, quote: quote, escape, scratch)
    let bytes = UnsafeBufferPointer(start: value.start, count: value.stop - value.start)
    return cut ? ValueFinding.excerpt(bytes) : String(decoding: bytes, as: UTF8.self)
  }

  // MARK: - Rejects

  /// The reject of the record in rows `first..<end`, with the place at fault: the line in which it is, and the byte there.
  @inline(never)
  private func reject(
    _ failure: Failure, _ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ first: Int, _ end: Int,
    _ result: MappedBlock
  ) {
    var reject = failure.reject
    let row = index.rows[failure.row]
    let start = base + Int(row.start)
    reject.offset = Int(index.rows[first].start)
    reject.length = index.stop(base, index.rows[end - 1]) - base - Int(index.rows[first].start)
    reject.line = Int(row.line)
    reject.number = result.counts.records
    if let place = failure.place {
      var line = start
      var at = start
      while at < place {
        if at.pointee == UInt8(ascii: "\n") {
          reject.line += 1
          line = at + 1
        }
        at += 1
      }
      reject.column = place - line + 1
      if !reject.hint.isEmpty { reject.hint += "; " }
      reject.hint += "at byte \(place - start) of its row"
    }
    result.rejects.append(reject)
  }
}
