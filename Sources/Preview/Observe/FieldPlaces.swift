internal import Pipeline

/// Reads a record's fields, those of a batch's columns, with their places in the record's bytes.
///
/// Text that the reader took as it stands says by its address where it is. For numbers and times, which were converted,
/// the record is searched for their usual form outside of such text; what is found nowhere, or too often, has no place.
struct FieldPlaces {
  private let fields: [Schema.Field]
  private let used: Set<String>
  /// Longer values are cut where they are shown.
  private static let longestText = 4096

  init(_ fields: [Schema.Field], used: [String]) {
    self.fields = fields
    self.used = Set(used)
  }

  func values(of batch: RecordBatch, _ index: Int) -> [RecordTrace.FieldValue] {
    let record = batch.records[index]
    let row = batch.fields + index * batch.stride
    let bytes = UnsafeBufferPointer(start: record.start, count: record.count)
    var values = fields.enumerated().map { column, field in
      RecordTrace.FieldValue(
        name: field.name, type: FieldPlaces.name(field.type), json: FieldPlaces.json(row[column], field.type),
        range: range(of: row[column], in: bytes), isUsed: used.contains(field.name))
    }
    var free = [Bool](repeating: true, count: bytes.count)
    for value in values {
      if let range = value.range { for at in range { free[at] = false } }
    }
    search(&values, row, bytes, &free)
    return values
  }

  private func range(of field: Field, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    guard field.kind == .text, field.count > 0, let start = field.pointer, let base = bytes.baseAddress else {
      return nil
    }
    let offset = UInt(bitPattern: start) &- UInt(bitPattern: base)
    guard offset < UInt(bytes.count), Int(offset) + Int(field.count) <= bytes.count else { return nil }
    return Int(offset)..<Int(offset) + Int(field.count)
  }

  /// Looks for what was converted, in the order of the fields.
  private func search(
    _ values: inout [RecordTrace.FieldValue], _ row: UnsafeMutablePointer<Field>, _ bytes: UnsafeBufferPointer<UInt8>,
    _ free: inout [Bool]
  ) {
    guard bytes.count <= 16 << 10 else { return }
    for column in values.indices where values[column].range == nil && values[column].json != nil {
      let field = row[column]
      var found: [Range<Int>] = []
      switch field.kind {
      case .int: found = FieldPlaces.words(String(field.integer), bytes, free)
      case .timestamp: found = FieldPlaces.times(bytes, free)
      case .decimal:
        found = FieldPlaces.words(values[column].json ?? "", bytes, free)
      default: break
      }
      // Equal numbers stand in the order of their fields.
      let twins = values.indices.filter { values[$0].json == values[column].json && row[$0].kind == field.kind }
      let open = twins.filter { values[$0].range == nil }
      guard found.count == open.count, let place = found.first else { continue }
      values[column].range = place
      for at in place { free[at] = false }
    }
  }

  /// Where a word stands by itself.
  private static func words(_ word: String, _ bytes: UnsafeBufferPointer<UInt8>, _ free: [Bool]) -> [Range<Int>] {
    let text = Array(word.utf8)
    guard !text.isEmpty, text.count <= bytes.count else { return [] }
    var found: [Range<Int>] = []
    for at in 0...(bytes.count - text.count) where bytes[at] == text[0] {
      let end = at + text.count
      guard (at..<end).allSatisfy({ free[$0] && bytes[$0] == text[$0 - at] }) else { continue }
      if at > 0, isWord(bytes[at - 1]) { continue }
      if end < bytes.count, isWord(bytes[end]) { continue }
      found.append(at..<end)
    }
    return found
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte &- 48 < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "/")
  }

  /// Runs that look like a date with a time: `10/Sep/2026:09:52:28 +0200`, `2026-09-10T07:52:28Z`.
  private static func times(_ bytes: UnsafeBufferPointer<UInt8>, _ free: [Bool]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var at = 0
    while at + 16 <= bytes.count {
      guard bytes[at] &- 48 < 10, at == 0 || !isWord(bytes[at - 1]), free[at] else {
        at += 1
        continue
      }
      var end = at
      var colons = 0
      var dashes = 0
      while end < bytes.count, free[end] {
        let byte = bytes[end]
        if byte == UInt8(ascii: ":") { colons += 1 }
        if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") { dashes += 1 }
        // One blank may part date, time and zone.
        let isBlank =
          byte == UInt8(ascii: " ") && end + 1 < bytes.count
          && (colons == 0 && bytes[end + 1] &- 48 < 10
            || colons >= 2 && (bytes[end + 1] == UInt8(ascii: "+") || bytes[end + 1] == UInt8(ascii: "-"))
              && end + 2 < bytes.count && bytes[end + 2] &- 48 < 10)
        guard isWord(byte) || byte == UInt8(ascii: "+") || isBlank else { break }
        end += 1
      }
      if colons >= 2, dashes >= 2, end - at >= 16, end - at <= 40 { found.append(at..<end) }
      at = max(end, at + 1)
    }
    return found
  }

  // MARK: Words

  static func name(_ type: FieldType) -> String {
    switch type {
    case .string: "text"
    case .int: "int"
    case .double: "double"
    case .bool: "bool"
    case .timestamp: "time"
    case .decimal: "decimal"
    case .list: "list"
    case .optional(let inner): name(inner)
    }
  }

  /// nil for a value that is not there.
  static func json(_ field: Field, _ type: FieldType) -> String? {
    let buffer = ByteBuffer(capacity: 64)
    switch field.kind {
    case .missing: return nil
    case .text: buffer.append(json: UnsafeBufferPointer(rebasing: field.bytes.prefix(longestText)))
    case .int: buffer.append(decimal: field.integer)
    case .double: return field.double.isFinite ? "\(field.double)" : "\"\(field.double)\""
    case .bool: return field.integer == 0 ? "false" : "true"
    case .timestamp:
      let (milliseconds, overflow) = field.integer.multipliedReportingOverflow(by: 1000)
      guard !overflow, CalendarTime.range.contains(milliseconds) else { return "\"\(field.integer) s since 1970\"" }
      return "\"" + TimestampWriter.text(milliseconds + Int64(field.nanoseconds / 1_000_000)) + "\""
    case .decimal: buffer.append(decimal: field.integer, scale: Int(field.scale))
    case .list: return list(field, type)
    }
    return withExtendedLifetime(buffer) { String(decoding: buffer.bytes, as: UTF8.self) }
  }

  private static func list(_ field: Field, _ type: FieldType) -> String {
    guard case .list(let columns) = type.present, let rows = field.rows else { return "[]" }
    let names = columns.keys.sorted()
    let shown = min(Int(field.count), 20)
    let texts = (0..<shown).map { row in
      let members = names.enumerated().compactMap { column, name -> String? in
        json(rows[row * names.count + column], columns[name] ?? .string).map { JSONValue.quoted(name) + ":" + $0 }
      }
      return "{" + members.joined(separator: ",") + "}"
    }
    return "[" + texts.joined(separator: ",") + "]"
  }
}
