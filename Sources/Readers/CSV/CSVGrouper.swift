internal import Pipeline

/// Finds which neighbouring rows make one record. Rows whose key cannot be read belong to the group before them: that
/// group is rejected with them, rather than mapped without a row that may be its own; and so is the group behind them, whose
/// first row they may be.
final class CSVGrouper {
  private let group: CSVGroup
  private let quote: UInt8?
  private let escape: CSVDialect.Escape
  private let seen: SeenKeys
  /// What a key with escapes becomes, while it is compared.
  private let arena = Arena()
  /// Columns of the key; a plain table, for the loops over rows.
  private let columns: UnsafeMutableBufferPointer<Int>
  /// The values of the key.
  private let plan: CSVColumnPlan
  /// Fields that a row needs to have a key.
  private var neededFields = 0
  /// Whether rows of the group that is open may be among those before it that have no key.
  private var mayLackRow = false
  /// Whether there are rows in it that have none.
  private var hasRowWithoutKey = false

  init(_ group: CSVGroup, _ settings: CSVSettings, seen: SeenKeys = SeenKeys()) {
    self.group = group
    self.seen = seen
    quote = settings.dialect.quote
    escape = settings.dialect.escape
    plan = CSVColumnPlan(group.by.map { ($0, 0) }, absent: [], settings)
    columns = .allocate(capacity: group.by.count)
    columns.initialize(repeating: -1)
  }

  deinit { columns.deallocate() }

  func begin(_ layout: CSVLayout) {
    for (index, declaration) in group.by.enumerated() { columns[index] = layout.positions[declaration] }
    plan.resolve(layout)
    neededFields = columns.contains { $0 < 0 } ? .max : (columns.max() ?? 0) + 1
    mayLackRow = false
  }

  /// Enters the groups of the index; the last one stays out unless nothing can follow it. Returns the number of rows
  /// that lie in groups, blank ones before the open group included.
  /// - Parameter losesRow: the row behind those of the index is left out, as too long.
  func cut(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, isEnd: Bool, losesRow: Bool) -> Int {
    index.removeGroups()
    arena.reset()
    let view = CSVRowView(base, index)
    let count = index.rowCount
    var first = -1
    var keyRow: UnsafePointer<CSVRow>?
    var isKeyUnread = false
    hasRowWithoutKey = false
    for number in 0..<count {
      let row = view.row(number)
      guard row.pointee.kind == .record else { continue }
      if hasKey(row) {
        if let known = keyRow, isSameKey(view, known, row) {
          keyRow = row
          isKeyUnread = false
          continue
        }
        if isKeyRead(view, row) {
          if first >= 0 {
            close(view, index, first, number, keyRow)
            // Rows without a key came before it, or first of all.
            mayLackRow = isKeyUnread || keyRow == nil
          }
          first = number
          keyRow = row
          isKeyUnread = false
          continue
        }
      }
      if first < 0 { first = number }
      isKeyUnread = true
      hasRowWithoutKey = true
    }
    if losesRow { mayLackRow = true }
    if first >= 0, isEnd || losesRow { close(view, index, first, count, keyRow) }
    remember(index)
    return isEnd || losesRow ? count : max(first, 0)
  }

  private func close(
    _ view: CSVRowView, _ index: CSVIndex, _ first: Int, _ end: Int, _ keyRow: UnsafePointer<CSVRow>?
  ) {
    var key = SeenKey(bits: 0)
    if let keyRow {
      key = self.key(view, keyRow)
      seen.expect(key)
    }
    index.append(
      CSVRowGroup(
        firstRow: UInt32(truncatingIfNeeded: first), endRow: UInt32(truncatingIfNeeded: end), key: key,
        hasKey: keyRow != nil, isReturned: false, mayLackRow: mayLackRow, hasRowWithoutKey: hasRowWithoutKey))
    hasRowWithoutKey = false
  }

  /// Enters the keys of the groups, once all of them have been asked for: most are not in the processor's cache.
  private func remember(_ index: CSVIndex) {
    for number in 0..<index.groupCount where index.groups[number].hasKey {
      index.groups[number].isReturned = !seen.insert(index.groups[number].key)
    }
  }

  @inline(__always)
  private func hasKey(_ row: UnsafePointer<CSVRow>) -> Bool {
    // Of a row with wrong quotes what stands before them is sound; they are in its last field.
    let sound = row.pointee.problem == .none ? Int(row.pointee.fieldCount) : Int(row.pointee.fieldCount) - 1
    return sound >= neededFields
  }

  /// Whether what stands in the place of the key is one: not empty, and of the declared types. Asked once a group: rows of
  /// the same bytes have the same key.
  private func isKeyRead(_ view: CSVRowView, _ row: UnsafePointer<CSVRow>) -> Bool {
    var value = Field.missing
    for column in plan.list {
      var text = view.field(row, Int(column.position))
      if text.start.pointee == quote || escape == .backslash {
        text = CSVText.value(text.start, text.stop, quote: quote, escape, arena)
      }
      if column.value.convert(text.start, text.stop, into: &value) != .none { return false }
    }
    return true
  }

  private func lacksKey(_ view: CSVRowView, _ row: UnsafePointer<CSVRow>) -> Bool {
    !hasKey(row) || !isKeyRead(view, row)
  }

  @inline(__always)
  private func isSameKey(
    _ view: CSVRowView, _ one: UnsafePointer<CSVRow>, _ other: UnsafePointer<CSVRow>
  ) -> Bool {
    for column in columns {
      let (a, b) = (view.field(one, column), view.field(other, column))
      if CSVRowView.equals(a, b) { continue }
      // The same text may be quoted here and bare there.
      let isQuoted = a.start.pointee == quote || b.start.pointee == quote || escape == .backslash
      guard isQuoted else { return false }
      let x = CSVText.value(a.start, a.stop, quote: quote, escape, arena)
      let y = CSVText.value(b.start, b.stop, quote: quote, escape, arena)
      guard CSVRowView.equals(x, y) else { return false }
    }
    return true
  }

  private func key(_ view: CSVRowView, _ row: UnsafePointer<CSVRow>) -> SeenKey {
    var hash: UInt64 = 0
    for column in columns {
      var text = view.field(row, column)
      if text.start.pointee == quote || escape == .backslash {
        text = CSVText.value(text.start, text.stop, quote: quote, escape, arena)
      }
      if columns.count == 1, let number = SeenNumbers.number(text.start, text.stop) {
        return SeenKey(bits: number, isNumber: true)
      }
      hash = ByteHash.hash(UnsafeBufferPointer(start: text.start, count: text.stop - text.start), seed: hash)
    }
    return SeenKey(bits: hash)
  }

  /// The key as one text; nil if the row has none.
  func keyText(_ view: CSVRowView, _ row: UnsafePointer<CSVRow>) -> [UInt8]? {
    guard hasKey(row) else { return nil }
    arena.reset()
    var text: [UInt8] = []
    for column in columns {
      let field = view.field(row, column)
      let value = CSVText.value(field.start, field.stop, quote: quote, escape, arena)
      let bytes = UnsafeBufferPointer(start: value.start, count: value.stop - value.start)
      // The length keeps `a|bc` apart from `ab|c`.
      for shift in 0..<4 { text.append(UInt8(truncatingIfNeeded: bytes.count >> (shift * 8))) }
      text += bytes
    }
    return text
  }

  // MARK: - Groups that are too long

  /// The key of the group that fills the index, of which all rows are passed over; nil if no row has one.
  func key(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, from first: Int) -> SeenKey? {
    let view = CSVRowView(base, index)
    var key: SeenKey?
    for number in first..<index.rowCount where index.rows[number].kind == .record {
      mayLackRow = lacksKey(view, view.row(number))
      if key == nil, !mayLackRow { key = self.key(view, view.row(number)) }
    }
    if let key { _ = seen.insert(key) }
    return key
  }

  /// Rows at the beginning of the index that belong to a key, or may do so.
  func rows(of key: SeenKey?, _ base: UnsafePointer<UInt8>, _ index: CSVIndex) -> Int {
    arena.reset()
    let view = CSVRowView(base, index)
    for number in 0..<index.rowCount where index.rows[number].kind == .record {
      let isKeyUnread = lacksKey(view, view.row(number))
      if !isKeyUnread, self.key(view, view.row(number)) != key { return number }
      mayLackRow = isKeyUnread
    }
    return index.rowCount
  }
}
