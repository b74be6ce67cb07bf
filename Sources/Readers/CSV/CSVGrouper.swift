internal import Pipeline

/// Finds which neighbouring rows make one record. Rows whose key cannot be read belong to the group before them: that
/// group is rejected with them, rather than mapped without a row that may be its own.
final class CSVGrouper {
  private let group: CSVGroup
  private let quote: UInt8?
  private let escape: CSVDialect.Escape
  private let seen = SeenKeys()
  /// What a key with escapes becomes, while it is compared.
  private let arena = Arena()
  /// Columns of the key.
  private var columns: [Int] = []

  init(_ group: CSVGroup, _ dialect: CSVDialect) {
    self.group = group
    quote = dialect.quote
    escape = dialect.escape
  }

  func begin(_ layout: CSVLayout) { columns = group.by.map { layout.positions[$0] } }

  /// Enters the groups of the index; the last one stays out unless nothing can follow it. Returns the number of rows
  /// that lie in groups, blank ones before the open group included.
  func cut(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, isEnd: Bool) -> Int {
    index.removeGroups()
    arena.reset()
    var first = -1
    var keyRow = -1
    for number in 0..<index.rowCount where index.rows[number].kind == .record {
      if first < 0 {
        first = number
        keyRow = hasKey(index.rows[number]) ? number : -1
        continue
      }
      guard hasKey(index.rows[number]) else { continue }
      if keyRow < 0 {
        // Rows without a key came first.
        close(base, index, first, number, keyRow)
        first = number
      } else if !isSameKey(base, index, keyRow, number) {
        close(base, index, first, number, keyRow)
        first = number
      }
      keyRow = number
    }
    guard first >= 0 else { return isEnd ? index.rowCount : 0 }
    guard isEnd else { return first }
    close(base, index, first, index.rowCount, keyRow)
    return index.rowCount
  }

  private func close(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ first: Int, _ end: Int, _ keyRow: Int) {
    let isNew = keyRow < 0 || seen.insert(hash(base, index, index.rows[keyRow]))
    index.append(
      CSVRowGroup(
        firstRow: UInt32(truncatingIfNeeded: first), endRow: UInt32(truncatingIfNeeded: end), isReturned: !isNew))
  }

  @inline(__always)
  private func hasKey(_ row: CSVRow) -> Bool {
    guard row.problem == .none else { return false }
    for column in columns where column < 0 || column >= Int(row.fieldCount) { return false }
    return true
  }

  @inline(__always)
  private func isSameKey(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ one: Int, _ other: Int) -> Bool {
    let (one, other) = (index.rows[one], index.rows[other])
    for column in columns {
      let (a, b) = (index.field(base, one, column), index.field(base, other, column))
      if a.stop - a.start == b.stop - b.start, CSVGrouper.equals(a.start, b.start, a.stop - a.start) { continue }
      // The same text may be quoted here and bare there.
      let isQuoted = a.start.pointee == quote || b.start.pointee == quote || escape == .backslash
      guard isQuoted else { return false }
      let x = CSVText.value(a.start, a.stop, quote: quote, escape, arena)
      let y = CSVText.value(b.start, b.stop, quote: quote, escape, arena)
      guard x.stop - x.start == y.stop - y.start, CSVGrouper.equals(x.start, y.start, x.stop - x.start) else {
        return false
      }
    }
    return true
  }

  @inline(__always)
  static func equals(_ one: UnsafePointer<UInt8>, _ other: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    for index in 0..<count where one[index] != other[index] { return false }
    return true
  }

  private func hash(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ row: CSVRow) -> UInt64 {
    var hash: UInt64 = 0
    for column in columns {
      let field = index.field(base, row, column)
      let text = CSVText.value(field.start, field.stop, quote: quote, escape, arena)
      hash = ByteHash.hash(UnsafeBufferPointer(start: text.start, count: text.stop - text.start), seed: hash)
    }
    return hash
  }

  /// The key as one text; nil if the row has none.
  func keyText(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, _ row: CSVRow) -> [UInt8]? {
    guard hasKey(row) else { return nil }
    arena.reset()
    var text: [UInt8] = []
    for column in columns {
      let field = index.field(base, row, column)
      let value = CSVText.value(field.start, field.stop, quote: quote, escape, arena)
      let bytes = UnsafeBufferPointer(start: value.start, count: value.stop - value.start)
      // The length keeps `a|bc` apart from `ab|c`.
      for shift in 0..<4 { text.append(UInt8(truncatingIfNeeded: bytes.count >> (shift * 8))) }
      text += bytes
    }
    return text
  }

  // MARK: - Groups that are too long

  /// The key of the group that fills the index, as it can be kept; nil if no row has one.
  func key(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, from first: Int) -> UInt64? {
    for number in first..<index.rowCount where index.rows[number].kind == .record && hasKey(index.rows[number]) {
      let key = hash(base, index, index.rows[number])
      _ = seen.insert(key)
      return key
    }
    return nil
  }

  /// Rows at the beginning of the index that belong to a key.
  func rows(of key: UInt64?, _ base: UnsafePointer<UInt8>, _ index: CSVIndex) -> Int {
    arena.reset()
    for number in 0..<index.rowCount where index.rows[number].kind == .record && hasKey(index.rows[number]) {
      if hash(base, index, index.rows[number]) != key { return number }
    }
    return index.rowCount
  }
}
