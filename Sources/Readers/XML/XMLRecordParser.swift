internal import Pipeline

/// Types the values that an `XMLSource` found. One thread uses a parser at a time.
final class XMLRecordParser: RecordParser {
  /// What reads a value; `converters` owns what is behind it.
  private struct Column {
    var value: ValueShortcut
    /// Of the batch, or of the row.
    var position: Int
    /// The slot in the layout.
    var slot: Int
  }

  private struct ListColumns {
    /// Of the batch; -1 where nobody asked for the list.
    var column: Int
    var columns: UnsafeMutablePointer<Column>
    var width: Int
    /// Rows of the record at work, the row at work, and the rows' fields.
    var rowCount = 0
    var reached = 0
    var rows: UnsafeMutablePointer<Field>?
  }

  private let layout: XMLLayout
  private var converters: [ValueConverter] = []
  private let width: Int
  private let scalars: UnsafeMutablePointer<Column>
  private var scalarCount = 0
  private let lists: UnsafeMutablePointer<ListColumns>
  private let listCount: Int
  /// By slot: the column of the batch or of the row, and its list; -1 where nobody asked.
  private let places: UnsafeMutablePointer<(column: Int32, list: Int32)>
  private let placeCount: Int
  /// Why the record at work is none. Kept aside, because it is large and rare.
  private var refusal: Reject?

  init(_ layout: XMLLayout, fields: [String]) {
    self.layout = layout
    width = fields.count
    placeCount = max(1, layout.slots.count)
    places = .allocate(capacity: placeCount)
    places.initialize(repeating: (-1, -1), count: placeCount)
    scalars = .allocate(capacity: max(1, fields.count))
    listCount = layout.lists.count
    lists = .allocate(capacity: max(1, listCount))
    for (index, list) in layout.lists.enumerated() {
      let columns = UnsafeMutablePointer<Column>.allocate(capacity: max(1, list.slots.count))
      (lists + index).initialize(to: ListColumns(column: -1, columns: columns, width: 0))
    }
    for (column, name) in fields.enumerated() {
      if let list = layout.lists.firstIndex(where: { $0.name == name }) {
        guard lists[list].column < 0 else { continue }
        lists[list].column = column
        for (position, slot) in layout.lists[list].slots.enumerated() {
          places[slot] = (Int32(position), Int32(list))
          (lists[list].columns + position).initialize(to: makeColumn(position, slot))
          lists[list].width += 1
        }
      } else if let slot = layout.slots.indices.first(where: {
        if case .row = layout.slots[$0].scope { return false }
        return layout.slots[$0].declaration.name == name
      }) {
        places[slot] = (Int32(column), -1)
        (scalars + scalarCount).initialize(to: makeColumn(column, slot))
        scalarCount += 1
      }
    }
  }

  deinit {
    for list in 0..<listCount { lists[list].columns.deallocate() }
    lists.deallocate()
    scalars.deallocate()
    places.deallocate()
  }

  private func makeColumn(_ position: Int, _ slot: Int) -> Column {
    let converter = ValueConverter(layout.slots[slot].declaration, missing: layout.missing)
    converters.append(converter)
    return Column(value: ValueShortcut(converter), position: position, slot: slot)
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
      } else if !fill(base, preamble, record, head, batch) {
        if let refusal { result.rejects.append(refusal) }
        refusal = nil
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
      RecordFinding(words[0], words[1], hint: words[2]).reject(
        offset: record.offset, length: record.count, line: record.line, number: record.number,
        column: Int(head.column)))
  }

  /// The record's fields; false, with a `refusal`, if one of them is not a value.
  @inline(__always)
  private func fill(
    _ base: UnsafePointer<UInt8>, _ preamble: XMLBlock.Head, _ record: Record, _ head: XMLBlock.Head,
    _ batch: RecordBatch
  ) -> Bool {
    let fields = batch.fields + batch.count &* batch.stride
    let entries = record.start + record.count
    let count = Int(head.entries)
    for column in 0..<width { fields[column] = .missing }
    if preamble.entries > 0 {
      collect(
        base + XMLBlock.Head.size, base + XMLBlock.Head.size + Int(preamble.text), Int(preamble.entries), fields)
    }
    if listCount > 0 { makeRows(entries, count, fields, batch.arena) }
    collect(record.start, entries, count, fields)
    for index in 0..<scalarCount {
      guard read(scalars + index, fields + scalars[index].position, record, head, row: -1) else { return false }
    }
    for list in 0..<listCount {
      guard lists[list].column >= 0, let start = lists[list].rows else { continue }
      let (columns, width) = (lists[list].columns, lists[list].width)
      for row in 0..<lists[list].rowCount {
        for position in 0..<width {
          let field = start + (row &* width &+ position)
          guard read(columns + position, field, record, head, row: row) else { return false }
        }
      }
    }
    return true
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
        if list < listCount { lists[list].reached &+= 1 }
        continue
      }
      let slot = Int(entry.slot)
      guard slot < placeCount else { continue }
      let place = places[slot]
      guard place.column >= 0 else { continue }
      let value = Field.text(text + Int(entry.start), Int(entry.count))
      if place.list < 0 {
        fields[Int(place.column)] = value
        continue
      }
      let list = lists + Int(place.list)
      // The bound holds whatever the block says: rows were counted from the same entries.
      let reached = list.pointee.reached
      if let start = list.pointee.rows, reached > 0, reached <= list.pointee.rowCount {
        start[(reached &- 1) &* list.pointee.width &+ Int(place.column)] = value
      }
    }
  }

  private func makeRows(
    _ entries: UnsafePointer<UInt8>, _ count: Int, _ fields: UnsafeMutablePointer<Field>, _ arena: Arena
  ) {
    for list in 0..<listCount {
      lists[list].rowCount = 0
      lists[list].reached = 0
    }
    for index in 0..<count {
      let slot = XMLBlock.Entry.read(entries + index &* XMLBlock.Entry.size).slot
      if slot >= XMLBlock.Entry.row, Int(slot & ~XMLBlock.Entry.row) < listCount {
        lists[Int(slot & ~XMLBlock.Entry.row)].rowCount &+= 1
      }
    }
    for list in 0..<listCount where lists[list].column >= 0 {
      let size = max(1, lists[list].rowCount * lists[list].width)
      let start = arena.allocate(size * MemoryLayout<Field>.stride).bindMemory(to: Field.self, capacity: size)
      start.initialize(repeating: .missing, count: size)
      lists[list].rows = start
      fields[lists[list].column] = .list(start, count: lists[list].rowCount)
    }
  }

  @inline(__always)
  private func read(
    _ column: UnsafePointer<Column>, _ field: UnsafeMutablePointer<Field>, _ record: Record, _ head: XMLBlock.Head,
    row: Int
  ) -> Bool {
    let text = field.pointee
    let problem: ValueProblem
    if let start = text.pointer {
      problem = column.pointee.value.convert(start, start + Int(text.count), into: field)
    } else {
      problem = column.pointee.value.nothing(into: field)
    }
    return problem == .none || refuse(problem, column.pointee, text, record, head, row)
  }

  /// Notes why there is no record: false.
  @inline(never)
  private func refuse(
    _ problem: ValueProblem, _ column: Column, _ text: Field, _ record: Record, _ head: XMLBlock.Head, _ row: Int
  ) -> Bool {
    let slot = layout.slots[column.slot]
    var place = ""
    switch slot.scope {
    case .header: place = "of the header"
    case .record: break
    case .row(let list): place = "\(layout.lists[list].name), row \(row + 1)"
    }
    refusal = ValueFinding.of(problem, slot.declaration, text.bytes, place: place).reject(
      offset: record.offset, length: record.count, line: record.line, number: record.number, column: Int(head.column))
    return false
  }
}
