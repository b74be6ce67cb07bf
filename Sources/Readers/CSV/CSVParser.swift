internal import Pipeline

/// Makes records of the rows that a `CSVSource` has indexed. One thread uses a parser at a time.
///
/// What is a record does not depend on the mapping: the number of fields, quotes, `same` and sizes are always looked
/// at; values only where somebody asked for them.
final class CSVParser: RecordParser {
  private let settings: CSVSettings
  private let quote: UInt8?
  private let escape: CSVDialect.Escape
  private let ragged: CSVDialect.Ragged
  /// Fields of the record.
  private let columns: CSVColumnPlan
  /// Fields of the rows in a group, in the order of their names; empty if nobody asked for them.
  private let rowColumns: CSVColumnPlan
  private let rowWidth: Int
  /// Fields of the key, to say what is wrong with one.
  private let key: CSVColumnPlan
  private let keyFields: UnsafeMutablePointer<Field>
  /// What rows of a group must agree in.
  private let agreement: CSVAgreement
  private let maximumRows: Int
  /// Of the group at work, by declaration of `same`: the row that has the value, where the first row has none.
  private var fillers: [Int: Int] = [:]
  /// What the plans are made for.
  private var layout: CSVLayout?
  private var width = -1
  /// Where the rows go; -1 if nobody asked for them.
  private let rowsSlot: Int
  private let scratch = Arena()

  /// Why there is no record, and where. Kept aside, because it is large and rare.
  private struct Failure {
    var finding: RecordFinding
    var row: Int
    /// In the block; nil where the whole row is meant.
    var place: UnsafePointer<UInt8>?
    /// What to show of rows that are too many to be shown.
    var raw: [UInt8]?
  }
  private var failure: Failure?

  init(_ settings: CSVSettings, fields: [String]) {
    self.settings = settings
    quote = settings.dialect.quote
    escape = settings.dialect.escape
    ragged = settings.dialect.ragged
    let inRows = settings.rowFields
    var wanted: [(declaration: Int, slot: Int)] = []
    var absent: [Int] = []
    var rowsSlot = -1
    for (slot, name) in fields.enumerated() {
      if settings.group != nil, name == CSVSettings.rowsName {
        rowsSlot = slot
      } else if let index = settings.declarations.firstIndex(where: { $0.name == name }), !inRows.contains(index) {
        wanted.append((index, slot))
      } else {
        absent.append(slot)
      }
    }
    columns = CSVColumnPlan(wanted, absent: absent, settings)
    self.rowsSlot = rowsSlot
    let sorted = inRows.sorted { settings.declarations[$0].name < settings.declarations[$1].name }
    rowColumns = CSVColumnPlan(
      rowsSlot < 0 ? [] : sorted.enumerated().map { ($0.element, $0.offset) }, absent: [], settings)
    rowWidth = sorted.count
    let by = settings.group?.by ?? []
    key = CSVColumnPlan(by.enumerated().map { ($0.element, $0.offset) }, absent: [], settings)
    keyFields = .allocate(capacity: by.count)
    keyFields.initialize(repeating: .missing, count: by.count)
    agreement = CSVAgreement(settings.group)
    maximumRows = settings.group?.maximumRows ?? 1
  }

  deinit { keyFields.deallocate() }

  /// Places of columns change with the input.
  private func resolve(_ layout: CSVLayout) {
    if layout === self.layout { return }
    self.layout = layout
    width = layout.width ?? -1
    columns.resolve(layout)
    rowColumns.resolve(layout)
    key.resolve(layout)
    agreement.resolve(layout)
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
    resolve(index.layout)
    return settings.group == nil
      ? parseRows(block, index, &cursor, batch, result) : parseGroups(block, index, &cursor, batch, result)
  }

  // MARK: - Rows

  private func parseRows(
    _ block: Block, _ index: CSVIndex, _ cursor: inout Int, _ batch: RecordBatch, _ result: MappedBlock
  ) -> Bool {
    let view = CSVRowView(UnsafePointer(block.start), index)
    let columns = columns.list
    var number = index.row(at: cursor)
    while number < index.rowCount, batch.count < batch.capacity {
      let row = view.row(number)
      guard Int(row.pointee.start) < block.count else { break }
      defer { number += 1 }
      guard isRecord(row, result) else { continue }
      let fields = batch.fields + batch.count &* batch.stride
      if check(view, number), fill(columns, view, number, fields, batch.arena) {
        let start = view.start(row)
        (batch.records + batch.count).initialize(
          to: Record(
            start: start, count: view.stop(row) - start, offset: Int(row.pointee.start), line: Int(row.pointee.line),
            number: result.counts.records))
        batch.count &+= 1
      } else {
        reject(view, number, number, result)
      }
      result.counts.records &+= 1
    }
    return finish(block, index, number, &cursor, result)
  }

  /// False for blank lines and comments, which are counted.
  @inline(__always)
  private func isRecord(_ row: UnsafePointer<CSVRow>, _ result: MappedBlock) -> Bool {
    switch row.pointee.kind {
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

  /// Whether the row is sound as a whole.
  @inline(__always)
  private func check(_ view: CSVRowView, _ number: Int) -> Bool {
    let row = view.row(number)
    return row.pointee.problem == .none && Int(row.pointee.fieldCount) == width || checkUnusual(view, number)
  }

  @inline(never)
  private func checkUnusual(_ view: CSVRowView, _ number: Int) -> Bool {
    let row = view.row(number)
    let count = Int(row.pointee.fieldCount)
    if row.pointee.problem != .none {
      return fail(CSVFinding.quotes(row.pointee.problem), number, view.base + Int(row.pointee.problemOffset))
    }
    guard width >= 0 else {
      // Without names the fields that are read must be there, unless a short row is filled.
      guard ragged == .error, let needed = layout?.positions.max(), needed >= count else { return true }
      return fail(CSVFinding.ragged(count: count, width: needed + 1), number, view.stop(row))
    }
    if count < width {
      return ragged != .error || fail(CSVFinding.ragged(count: count, width: width), number, view.stop(row))
    }
    if count == width || ragged == .ignore { return true }
    let extra = view.field(row, width)
    // A delimiter at the end of each row makes no field.
    if count == width + 1, extra.start == extra.stop { return true }
    return fail(CSVFinding.ragged(count: count, width: width), number, extra.start)
  }

  /// Notes why there is no record: false.
  private func fail(
    _ finding: RecordFinding, _ row: Int, _ place: UnsafePointer<UInt8>?, raw: [UInt8]? = nil
  ) -> Bool {
    failure = Failure(finding: finding, row: row, place: place, raw: raw)
    return false
  }

  @inline(__always)
  private func fill(
    _ columns: UnsafeBufferPointer<CSVColumnPlan.Column>, _ view: CSVRowView, _ number: Int,
    _ fields: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Bool {
    let row = view.row(number)
    let count = row.pointee.fieldCount
    // What a field begins with whose text is not simply what stands there. Without quotes a line end, which only an
    // empty one seems to begin with; with backslashes every field must be looked at.
    let mark = quote ?? UInt8(ascii: "\n")
    let isEscaped = escape == .backslash
    for index in columns.indices {
      let column = columns[index]
      let target = fields + Int(column.slot)
      // -1, which stands for nowhere, is the largest of all here.
      guard UInt32(bitPattern: column.position) < count else {
        let problem = column.value.nothing(into: target)
        if problem != .none { return fail(problem, column.value.declaration, nil, number) }
        continue
      }
      let raw = view.field(row, Int(column.position))
      var text = raw
      if raw.start.pointee == mark || isEscaped {
        text = CSVText.value(raw.start, raw.stop, quote: quote, escape, arena)
      }
      let problem = column.value.convert(text.start, text.stop, into: target)
      if problem != .none {
        return fail(problem, column.value.declaration, (text.start, text.stop, raw.start), number)
      }
    }
    return true
  }

  @inline(never)
  private func fail(
    _ problem: ValueProblem, _ declaration: FieldDeclaration,
    _ text: (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>, place: UnsafePointer<UInt8>)?, _ row: Int
  ) -> Bool {
    let bytes = UnsafeBufferPointer(start: text?.start, count: text.map { $0.stop - $0.start } ?? 0)
    return fail(ValueFinding.of(problem, declaration, bytes, place: declaration.columnPlace), row, text?.place)
  }

  // MARK: - Groups

  private func parseGroups(
    _ block: Block, _ index: CSVIndex, _ cursor: inout Int, _ batch: RecordBatch, _ result: MappedBlock
  ) -> Bool {
    let view = CSVRowView(UnsafePointer(block.start), index)
    let (columns, rowColumns) = (columns.list, rowColumns.list)
    var row = index.row(at: cursor)
    var number = index.group(at: cursor)
    while number < index.groupCount, batch.count < batch.capacity {
      let group = index.groups[number]
      let first = Int(group.firstRow)
      guard Int(view.row(first).pointee.start) < block.count else { break }
      while row < Int(group.endRow) {
        _ = isRecord(view.row(row), result)
        row += 1
      }
      var last = row - 1
      while last > first, view.row(last).pointee.kind != .record { last -= 1 }
      let fields = batch.fields + batch.count &* batch.stride
      if isWhole(view, group, last, limit: index.groupLimit),
        fillers.isEmpty
          ? fill(columns, view, first, fields, batch.arena) : fillFromRows(columns, view, first, fields, batch.arena),
        rowsSlot < 0 || fillRows(rowColumns, view, first, last, fields, batch.arena)
      {
        (batch.records + batch.count).initialize(
          to: record(view, first, last, number: result.counts.records, batch.arena))
        batch.count &+= 1
      } else {
        reject(view, first, last, result)
      }
      result.counts.records &+= 1
      number += 1
    }
    // Blank lines behind the last group.
    if number == index.groupCount {
      while row < index.rowCount, Int(view.row(row).pointee.start) < block.count {
        _ = isRecord(view.row(row), result)
        row += 1
      }
    }
    return finish(block, index, row, &cursor, result)
  }

  /// The rows joined by line feeds: as they stand, if nothing else is between them.
  @inline(__always)
  private func record(_ view: CSVRowView, _ first: Int, _ last: Int, number: Int, _ arena: Arena) -> Record {
    let start = view.start(view.row(first))
    var isPlain = true
    for number in first..<last {
      let row = view.row(number)
      if row.pointee.kind != .record || view.stop(row) + 1 != view.start(row + 1) { isPlain = false }
    }
    let place = view.row(first).pointee
    if isPlain {
      return Record(
        start: start, count: view.stop(view.row(last)) - start, offset: Int(place.start), line: Int(place.line),
        number: number)
    }
    let joined = join(view, first, last, arena)
    return Record(
      start: joined.start, count: joined.count, offset: Int(place.start), line: Int(place.line), number: number)
  }

  @inline(never)
  private func join(
    _ view: CSVRowView, _ first: Int, _ last: Int, _ arena: Arena
  ) -> (start: UnsafePointer<UInt8>, count: Int) {
    let copy = arena.allocateBytes(view.stop(view.row(last)) - view.start(view.row(first)))
    var count = 0
    for number in first...last where view.row(number).pointee.kind == .record {
      if count > 0 {
        copy[count] = UInt8(ascii: "\n")
        count += 1
      }
      let from = view.start(view.row(number))
      let length = view.stop(view.row(number)) - from
      (copy + count).update(from: from, count: length)
      count += length
    }
    return (UnsafePointer(copy), count)
  }

  @inline(__always)
  private func fillRows(
    _ columns: UnsafeBufferPointer<CSVColumnPlan.Column>, _ view: CSVRowView, _ first: Int, _ last: Int,
    _ fields: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Bool {
    let capacity = (last &- first &+ 1) &* rowWidth
    let rows = arena.allocate(capacity &* MemoryLayout<Field>.stride).bindMemory(to: Field.self, capacity: capacity)
    var count = 0
    for number in first...last where view.row(number).pointee.kind == .record {
      guard fill(columns, view, number, rows + count &* rowWidth, arena) else { return false }
      count &+= 1
    }
    fields[rowsSlot] = .list(UnsafePointer(rows), count: count)
    return true
  }

  /// Whether the group may be one record: each row must be sound, and all must agree where they have to.
  @inline(__always)
  private func isWhole(_ view: CSVRowView, _ group: CSVRowGroup, _ last: Int, limit: Int) -> Bool {
    let first = Int(group.firstRow)
    if group.isReturned || group.hasRowWithoutKey || last &- first >= maximumRows {
      guard checkGroup(view, group, last, limit: limit) else { return false }
    }
    if first == last { return check(view, first) && mayStand(group, first) }
    if view.stop(view.row(last)) - view.start(view.row(first)) > limit {
      return checkGroup(view, group, last, limit: limit)
    }
    for number in (first &+ 1)..<(last &+ 1) where view.row(number).pointee.kind == .record {
      guard check(view, number) else { return false }
      if agreement.isPlain(view, view.row(first), view.row(number)) { continue }
      guard checkAgreement(view, first, number) else { return false }
    }
    return check(view, first) && mayStand(group, first)
  }

  /// Whether all of the group's rows are in it. Asked last: what is wrong with its own rows says more.
  @inline(__always)
  private func mayStand(_ group: CSVRowGroup, _ first: Int) -> Bool {
    !group.mayLackRow || fail(CSVFinding.mayLackRow(), first, nil)
  }

  /// What is looked at of unusual groups only.
  @inline(never)
  private func checkGroup(_ view: CSVRowView, _ group: CSVRowGroup, _ last: Int, limit: Int) -> Bool {
    let first = Int(group.firstRow)
    if group.isReturned {
      let key = (settings.group?.by ?? []).map { text(view, first, $0) }.joined(separator: " ")
      return fail(CSVFinding.returned(key: key), first, nil)
    }
    if group.hasRowWithoutKey {
      for number in first...last where view.row(number).pointee.kind == .record {
        guard check(view, number), fill(key.list, view, number, keyFields, scratch) else { return false }
      }
    }
    let length = view.stop(view.row(last)) - view.start(view.row(first))
    if length > limit {
      let raw = Array(UnsafeBufferPointer(start: view.start(view.row(first)), count: min(256, length)))
      return fail(CSVFinding.groupTooLong(limit: limit), first, nil, raw: raw)
    }
    let count = (first...last).count { view.row($0).pointee.kind == .record }
    return count <= maximumRows || fail(CSVFinding.groupTooLarge(rows: count, most: maximumRows), first, nil)
  }

  /// Field by field, as text: what is quoted in one row may be bare in another, and a row without a value agrees with all.
  @inline(never)
  private func checkAgreement(_ view: CSVRowView, _ first: Int, _ other: Int) -> Bool {
    for declaration in settings.group?.same ?? [] {
      let position = layout?.positions[declaration] ?? -1
      let one = fillers[declaration] ?? first
      guard position >= 0, !isMissing(view, other, declaration) else { continue }
      if isMissing(view, one, declaration) {
        fillers[declaration] = other
        continue
      }
      let place = view.field(view.row(other), position)
      if CSVRowView.equals(view.field(view.row(one), position), place)
        || text(view, one, declaration, cut: false) == text(view, other, declaration, cut: false)
      {
        continue
      }
      return fail(
        CSVFinding.disagreement(
          settings.declarations[declaration].name, text(view, one, declaration), text(view, other, declaration)), other,
        place.start)
    }
    return true
  }

  /// Whether a row has no value for a field: it is too short, or has a text that stands for none.
  private func isMissing(_ view: CSVRowView, _ number: Int, _ declaration: Int) -> Bool {
    let position = layout?.positions[declaration] ?? -1
    guard position < Int(view.row(number).pointee.fieldCount) else { return true }
    let text = text(view, number, declaration, cut: false)
    return settings.missing.contains(text) || settings.declarations[declaration].missing.contains(text)
  }

  /// The record's fields, where later rows of its group have what the first one lacks.
  @inline(never)
  private func fillFromRows(
    _ columns: UnsafeBufferPointer<CSVColumnPlan.Column>, _ view: CSVRowView, _ first: Int,
    _ fields: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Bool {
    defer { fillers.removeAll() }
    for index in columns.indices {
      let declaration = index < self.columns.declarations.count ? self.columns.declarations[index] : -1
      let one = UnsafeBufferPointer(rebasing: columns[index...index])
      guard fill(one, view, fillers[declaration] ?? first, fields, arena) else { return false }
    }
    return true
  }

  /// A field as text, for comparing and for messages.
  private func text(_ view: CSVRowView, _ number: Int, _ declaration: Int, cut: Bool = true) -> String {
    let row = view.row(number)
    let position = layout?.positions[declaration] ?? -1
    guard position >= 0, position < Int(row.pointee.fieldCount) else { return "" }
    let raw = view.field(row, position)
    let value = CSVText.value(raw.start, raw.stop, quote: quote, escape, scratch)
    let bytes = UnsafeBufferPointer(start: value.start, count: value.stop - value.start)
    return cut ? ValueFinding.excerpt(bytes) : String(decoding: bytes, as: UTF8.self)
  }

  // MARK: - Rejects

  /// The reject of the record in rows `first...last`, with the place at fault: the line in which it is, and the byte
  /// there.
  @inline(never)
  private func reject(_ view: CSVRowView, _ first: Int, _ last: Int, _ result: MappedBlock) {
    fillers.removeAll()
    guard let failure else { return }
    self.failure = nil
    let row = view.row(failure.row)
    let start = view.start(row)
    var reject = failure.finding.reject(
      offset: Int(view.row(first).pointee.start),
      length: view.stop(view.row(last)) - view.start(view.row(first)), line: Int(row.pointee.line),
      number: result.counts.records)
    reject.raw = failure.raw
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
