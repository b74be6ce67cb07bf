internal import Pipeline

/// Types the values that an `XMLSource` found. One thread uses a parser at a time.
final class XMLRecordParser: RecordParser {
  /// Where a slot's value goes and what reads it.
  private struct Column {
    var converter: ValueConverter
    /// The slot in the layout.
    var slot: Int
  }

  private struct ListColumns {
    /// Of the batch.
    var column: Int
    /// In the order of the row's columns.
    var columns: [Column]
  }

  private let layout: XMLLayout
  /// By column of the batch; nil for lists and unknown names.
  private let scalars: [Column?]
  private let lists: [ListColumns?]
  /// By slot: the column of the batch or of the row, and its list; -1 where nobody asked.
  private let places: UnsafeMutablePointer<(column: Int32, list: Int32)>
  private let placeCount: Int
  /// By list: rows, the row at work, rows so far.
  private let rowCounts: UnsafeMutablePointer<Int>
  private let rows: UnsafeMutablePointer<UnsafeMutablePointer<Field>?>
  private let reached: UnsafeMutablePointer<Int>
  /// Marks the values that came, as texts, until they are read.
  private let texts: UnsafeMutablePointer<Field>
  private let textCount: Int

  init(_ layout: XMLLayout, fields: [String]) {
    self.layout = layout
    placeCount = max(1, layout.slots.count)
    places = .allocate(capacity: placeCount)
    places.initialize(repeating: (-1, -1), count: placeCount)
    var scalars: [Column?] = []
    var lists: [ListColumns?] = layout.lists.map { _ in nil }
    for (column, name) in fields.enumerated() {
      scalars.append(nil)
      if let list = layout.lists.firstIndex(where: { $0.name == name }) {
        var columns: [Column] = []
        for (position, slot) in layout.lists[list].slots.enumerated() {
          places[slot] = (Int32(position), Int32(list))
          columns.append(
            Column(converter: ValueConverter(layout.slots[slot].declaration, missing: layout.missing), slot: slot))
        }
        lists[list] = ListColumns(column: column, columns: columns)
      } else if let slot = layout.slots.indices.first(where: {
        if case .row = layout.slots[$0].scope { return false }
        return layout.slots[$0].declaration.name == name
      }) {
        places[slot] = (Int32(column), -1)
        scalars[column] = Column(
          converter: ValueConverter(layout.slots[slot].declaration, missing: layout.missing), slot: slot)
      }
    }
    self.scalars = scalars
    self.lists = lists
    rowCounts = .allocate(capacity: max(1, lists.count))
    rowCounts.initialize(repeating: 0, count: max(1, lists.count))
    reached = .allocate(capacity: max(1, lists.count))
    reached.initialize(repeating: 0, count: max(1, lists.count))
    rows = .allocate(capacity: max(1, lists.count))
    rows.initialize(repeating: nil, count: max(1, lists.count))
    textCount = max(1, fields.count)
    texts = .allocate(capacity: textCount)
    texts.initialize(repeating: .missing, count: textCount)
  }

  deinit {
    places.deallocate()
    rowCounts.deallocate()
    reached.deallocate()
    rows.deallocate()
    texts.deallocate()
  }

  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
    let base = UnsafePointer(block.start)
    let size = XMLBlock.Head.size
    guard block.count >= size else {
      cursor = block.count
      return false
    }
    let preamble = XMLBlock.Head.read(base)
    // A caller may begin anywhere: the records' sizes lead to the first one behind that place.
    var at = Int(preamble.total)
    var number = 0
    while at < cursor, at + size <= block.count {
      at += max(size, Int(XMLBlock.Head.read(base + at).total))
      number += 1
    }
    number = result.counts.records
    while batch.count < batch.capacity {
      guard at + size <= block.count else { return finish(block, preamble, at, &cursor, result) }
      let head = XMLBlock.Head.read(base + at)
      // The last record may have been cut off on purpose (`--limit`).
      guard Int(head.total) >= size, at + Int(head.total) <= block.count else {
        cursor = block.count
        return false
      }
      let text = base + at + size
      let line = max(0, Int(head.line) - Int(preamble.line))
      let record = Record(start: text, count: Int(head.text), offset: at + size, line: line, number: number)
      if head.kind == XMLBlock.Kind.reject {
        refuse(record, head, result)
      } else if let reject = fill(base, preamble, record, head, batch) {
        result.rejects.append(reject)
      } else {
        (batch.records + batch.count).initialize(to: record)
        batch.count &+= 1
      }
      number &+= 1
      result.counts.lines = line + 1
      result.counts.records = number
      at += Int(head.total)
    }
    if at + size <= block.count {
      cursor = at
      return true
    }
    return finish(block, preamble, at, &cursor, result)
  }

  private func finish(
    _ block: Block, _ preamble: XMLBlock.Head, _ at: Int, _ cursor: inout Int, _ result: MappedBlock
  ) -> Bool {
    cursor = block.count
    if at == block.count { result.counts.lines = Int(preamble.column) - Int(preamble.line) }
    return false
  }

  private func refuse(_ record: Record, _ head: XMLBlock.Head, _ result: MappedBlock) {
    let words = UnsafeBufferPointer(
      start: record.start + record.count, count: Int(head.total) - XMLBlock.Head.size - record.count
    ).split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    guard words.count == 3 else { return }
    result.rejects.append(
      Reject(
        stage: .record, code: words[0], message: words[1], hint: words[2], offset: record.offset, length: record.count,
        line: record.line, number: record.number, column: Int(head.column)))
  }

  /// The record's fields; the reject if one of them is no value.
  @inline(__always)
  private func fill(
    _ base: UnsafePointer<UInt8>, _ preamble: XMLBlock.Head, _ record: Record, _ head: XMLBlock.Head,
    _ batch: RecordBatch
  ) -> Reject? {
    let fields = batch.fields + batch.count &* batch.stride
    let entries = record.start + record.count
    let count = Int(head.entries)
    for column in 0..<scalars.count { fields[column] = .missing }
    collect(
      base + XMLBlock.Head.size, base + XMLBlock.Head.size + Int(preamble.text), Int(preamble.entries), fields)
    if !lists.isEmpty { makeRows(entries, count, fields, batch.arena) }
    collect(record.start, entries, count, fields)
    for column in scalars.indices {
      guard let scalar = scalars[column] else { continue }
      if let reject = read(scalar, fields + column, record, head) { return reject }
    }
    for list in lists.indices {
      guard let wanted = lists[list], let start = rows[list] else { continue }
      for row in 0..<rowCounts[list] {
        for position in wanted.columns.indices {
          let field = start + (row &* wanted.columns.count &+ position)
          if let reject = read(wanted.columns[position], field, record, head, row: row) { return reject }
        }
      }
    }
    return nil
  }

  /// Puts each entry's text where its value will be.
  @inline(__always)
  private func collect(
    _ text: UnsafePointer<UInt8>, _ entries: UnsafePointer<UInt8>, _ count: Int, _ fields: UnsafeMutablePointer<Field>
  ) {
    for index in 0..<count {
      let entry = XMLBlock.Entry.read(entries + index &* XMLBlock.Entry.size)
      if entry.slot >= XMLBlock.Entry.row {
        let list = Int(entry.slot & ~XMLBlock.Entry.row)
        if list < lists.count { reached[list] &+= 1 }
        continue
      }
      let slot = Int(entry.slot)
      guard slot < placeCount, places[slot].column >= 0 else { continue }
      let value = Field.text(text + Int(entry.start), Int(entry.count))
      let column = Int(places[slot].column)
      let list = Int(places[slot].list)
      if list < 0 {
        fields[column] = value
      } else if let start = rows[list], let wanted = lists[list], reached[list] > 0 {
        start[(reached[list] &- 1) &* wanted.columns.count &+ column] = value
      }
    }
  }

  private func makeRows(
    _ entries: UnsafePointer<UInt8>, _ count: Int, _ fields: UnsafeMutablePointer<Field>, _ arena: Arena
  ) {
    for list in lists.indices {
      rowCounts[list] = 0
      reached[list] = 0
    }
    for index in 0..<count {
      let slot = XMLBlock.Entry.read(entries + index &* XMLBlock.Entry.size).slot
      if slot >= XMLBlock.Entry.row, Int(slot & ~XMLBlock.Entry.row) < lists.count {
        rowCounts[Int(slot & ~XMLBlock.Entry.row)] &+= 1
      }
    }
    for list in lists.indices {
      guard let wanted = lists[list] else { continue }
      let size = max(1, rowCounts[list] * wanted.columns.count)
      let start = arena.allocate(size * MemoryLayout<Field>.stride).bindMemory(to: Field.self, capacity: size)
      start.initialize(repeating: .missing, count: size)
      rows[list] = start
      fields[wanted.column] = .list(start, count: rowCounts[list])
    }
  }

  @inline(__always)
  private func read(
    _ column: Column, _ field: UnsafeMutablePointer<Field>, _ record: Record, _ head: XMLBlock.Head, row: Int? = nil
  ) -> Reject? {
    let text = field.pointee
    let problem =
      if let start = text.pointer {
        column.converter.convert(start, start + Int(text.count), into: field)
      } else {
        column.converter.nothing(into: field)
      }
    return problem == .none ? nil : reject(problem, column, text, record, head, row)
  }

  private func reject(
    _ problem: ValueProblem, _ column: Column, _ text: Field, _ record: Record, _ head: XMLBlock.Head, _ row: Int?
  ) -> Reject {
    let slot = layout.slots[column.slot]
    var place = ""
    switch slot.scope {
    case .header: place = "of the header"
    case .record: break
    case .row(let list): place = "\(layout.lists[list].name), row \((row ?? 0) + 1)"
    }
    let finding = ValueFinding(problem, slot.declaration, text.bytes, place: place)
    return Reject(
      stage: .record, code: finding.code, message: finding.message, hint: finding.hint, offset: record.offset,
      length: record.count, line: record.line, number: record.number, column: Int(head.column))
  }
}
