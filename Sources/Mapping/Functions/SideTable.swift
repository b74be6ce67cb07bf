internal import CEL
internal import Pipeline

/// The wanted columns of a CSV file (RFC 4180, with a header line), in memory, found by the key column.
///
/// Cells are slices of one buffer that lives as long as the table, so a look-up copies and allocates nothing.
final class SideTable: @unchecked Sendable {
  /// Rows; more is an error.
  static let mostRows = 1_000_000
  /// Cells that are kept, eight bytes each beside their text.
  static let mostCells = 8_000_000

  private struct Cell {
    var start: UInt32
    var count: UInt32
  }

  /// Names of the value columns, as keys of maps.
  private let names: [Cell]
  private let text: UnsafeMutableBufferPointer<UInt8>
  /// Row by row: the key, then the values.
  private let cells: [Cell]
  private let stride: Int
  private let index: ByteIndex

  var count: Int { cells.count / stride }

  deinit { text.deallocate() }

  // MARK: Reading

  /// What is wanted of a file.
  struct Layout {
    let file: String
    let key: ConfigScalar
    let values: [ConfigScalar]
    let delimiter: UInt8
  }

  /// - Throws: what is wrong with the file, with its lines and columns, or with the columns that the mapping asks for.
  init(_ bytes: [UInt8], _ layout: Layout, _ findings: Findings) throws(Diagnostics) {
    var parser = CSVRows(bytes, layout.file, layout.delimiter)
    let header = parser.header()
    var wanted: [Int] = []
    var problems = parser.findings
    if problems.isEmpty {
      for column in [layout.key] + layout.values {
        let positions = header.indices.filter { header[$0] == column.text }
        if positions.count > 1 {
          problems.append(
            Diagnostic(
              "M120", "\(layout.file) has the column '\(column.text)' twice",
              remedy: "rename one of the two in its header",
              file: findings.source.file, span: column.span))
        } else if let position = positions.first {
          wanted.append(position)
        } else {
          problems.append(
            Diagnostic(
              "M120", "'\(column.text)' is not a column of \(layout.file)",
              remedy: Self.otherDelimiter(in: header) ?? Suggestion.remedy(for: column.text, among: header),
              file: findings.source.file, span: column.span)
          )
        }
      }
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }

    let stride = wanted.count
    var cells: [Cell] = []
    var lines: [UInt32] = []
    var row = [Cell](repeating: Cell(start: 0, count: 0), count: header.count)
    while let line = parser.next(width: header.count, { row[$0] = Cell(start: UInt32($1), count: UInt32($2)) }) {
      guard lines.count < Self.mostRows, cells.count < Self.mostCells else {
        let most = lines.count < Self.mostRows ? "\(Self.mostCells) cells" : "\(Self.mostRows) rows"
        throw Diagnostics([
          Diagnostic(
            "M009", "\(layout.file) has more than \(most)", remedy: "keep only the rows and columns that are used",
            file: layout.file, span: SourceSpan(line: line, column: 1))
        ])
      }
      lines.append(UInt32(line))
      for column in wanted { cells.append(row[column]) }
    }
    var text = parser.text
    let names = layout.values.map { name in
      let start = text.count
      text.append(contentsOf: name.text.utf8)
      return Cell(start: UInt32(start), count: UInt32(name.text.utf8.count))
    }
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, text.count))
    _ = memory.initialize(from: text)
    var index = ByteIndex(capacity: lines.count)
    var findings = parser.findings
    let key = { (row: Int) in Self.slice(memory, cells[row * stride]) }
    for row in lines.indices {
      guard let first = index.insert(row, key: key), findings.count < CSVRows.most else { continue }
      findings.append(
        Diagnostic(
          "M120", "key '\(String(decoding: key(row), as: UTF8.self))' stands twice, first at line \(lines[first])",
          remedy: "remove one of the two rows", file: layout.file, span: SourceSpan(line: Int(lines[row]), column: 1)))
    }
    guard findings.isEmpty else {
      memory.deallocate()
      throw Diagnostics(findings)
    }
    self.names = names
    self.text = memory
    self.cells = cells
    self.stride = stride
    self.index = index
  }

  /// What to do about a header of one column that has what other tables are parted by.
  private static func otherDelimiter(in header: [String]) -> String? {
    guard header.count == 1, let sign = header[0].first(where: { ";\t|,".contains($0) }) else { return nil }
    return "its only column is '\(header[0].replacing("\t", with: "→"))': write delimiter: "
      + (sign == "\t" ? "tab" : "\"\(sign)\"")
  }

  @inline(__always)
  private static func slice(_ memory: UnsafeMutableBufferPointer<UInt8>, _ cell: Cell) -> UnsafeBufferPointer<UInt8> {
    // The cells were cut from this buffer, which has an address even when it is empty.
    UnsafeBufferPointer(start: memory.baseAddress.map { UnsafePointer($0) + Int(cell.start) }, count: Int(cell.count))
  }

  // MARK: Looking up

  /// Something that stays where it is, to tell one table from another.
  var address: UnsafeRawPointer? { UnsafeRawPointer(text.baseAddress) }

  private func row(_ key: Value) -> Int? {
    index.find(key.utf8) { Self.slice(text, cells[$0 * stride]) }
  }

  /// The first value of the key's row; absent without a row, and for an empty cell.
  func value(_ key: Value) -> Value {
    guard let row = row(key) else { return .none }
    let cell = cells[row * stride + 1]
    return cell.count == 0 ? .none : Value.string(Self.slice(text, cell)).wrapped
  }

  /// All values of the key's row by column name, empty cells left out; absent without a row.
  func values(_ key: Value, _ activation: Activation) -> Value {
    guard let row = row(key) else { return .none }
    guard var map = MapBuilder(capacity: names.count, in: activation) else { return .error(.outOfMemory) }
    for (column, name) in names.enumerated() {
      let cell = cells[row * stride + 1 + column]
      if cell.count > 0 { _ = map.insert(.string(Self.slice(text, name)), .string(Self.slice(text, cell))) }
    }
    return map.map.wrapped
  }
}

/// Takes a CSV text apart (RFC 4180 §2), one row at a time.
struct CSVRows {
  /// Findings after which reading stops.
  static let most = 20
  /// Columns of a header.
  static let mostColumns = 10_000

  private let bytes: [UInt8]
  private let file: String
  private let delimiter: UInt8
  private var at = 0
  private var line = 1
  private var lineStart = 0
  /// The cells' content without quotes.
  private(set) var text: [UInt8] = []
  private(set) var findings: [Diagnostic] = []

  init(_ bytes: [UInt8], _ file: String, _ delimiter: UInt8) {
    self.bytes = bytes
    self.file = file
    self.delimiter = delimiter
    at = ByteOrderMark.length(of: bytes)
    lineStart = at
    if let place = Self.invalid(bytes) {
      report("not UTF-8", at: place.column, line: place.line, remedy: "save the file as UTF-8")
    }
    text.reserveCapacity(bytes.count)
  }

  /// The names of the columns.
  mutating func header() -> [String] {
    guard findings.isEmpty else { return [] }
    var cells: [Range<Int>] = []
    guard next(width: nil, { _, start, count in cells.append(start..<start + count) }) != nil else {
      guard findings.isEmpty else { return [] }
      report("the table is empty", at: 1, line: 1, remedy: "begin with a line of column names")
      return []
    }
    return cells.map { String(decoding: text[$0], as: UTF8.self) }
  }

  /// Reads a row; `cell` gets the column and the cell's place in `text`.
  ///
  /// - Returns: the line that the row begins at, or nil at the end.
  mutating func next(width: Int?, _ cell: (Int, Int, Int) -> Void) -> Int? {
    skipEmptyLines()
    guard at < bytes.count, findings.count < Self.most else { return nil }
    let first = line
    var column = 0
    while true {
      let start = text.count
      if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
        guard quoted() else { return nil }
      } else {
        while at < bytes.count, bytes[at] != delimiter, bytes[at] != 0x0A, !isLineEnd(at) {
          text.append(bytes[at])
          at += 1
        }
      }
      if width == nil || column < width ?? 0 { cell(column, start, text.count - start) }
      column += 1
      guard column <= Self.mostColumns else {
        report("more than \(Self.mostColumns) columns", at: 1, line: first, remedy: "check the delimiter")
        return nil
      }
      guard at < bytes.count, bytes[at] == delimiter else { break }
      at += 1
    }
    if let width, column != width {
      report(
        "\(column) cells where the header has \(width)", at: 1, line: first,
        remedy: column < width
          ? "write a cell, perhaps an empty one, for each column" : "put quotes around cells that contain the delimiter"
      )
      if column < width { for missing in column..<width { cell(missing, 0, 0) } }
    }
    endLine()
    return first
  }

  private mutating func skipEmptyLines() {
    while at < bytes.count, bytes[at] == 0x0A || isLineEnd(at) { endLine() }
  }

  /// Whether CR LF begins here.
  private func isLineEnd(_ at: Int) -> Bool { bytes[at] == 0x0D && (at + 1 == bytes.count || bytes[at + 1] == 0x0A) }

  private mutating func endLine() {
    if at < bytes.count, bytes[at] == 0x0D { at += 1 }
    if at < bytes.count, bytes[at] == 0x0A { at += 1 }
    line += 1
    lineStart = at
  }

  private mutating func quoted() -> Bool {
    let (openLine, openColumn) = (line, at - lineStart + 1)
    at += 1
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "\"") {
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
          at += 1
        } else {
          guard at == bytes.count || bytes[at] == delimiter || bytes[at] == 0x0A || isLineEnd(at) else {
            report(
              "text behind a closing quote", at: at - lineStart + 1, line: line, remedy: "double quotes inside a cell")
            while at < bytes.count, bytes[at] != delimiter, bytes[at] != 0x0A { at += 1 }
            return true
          }
          return true
        }
      } else if byte == 0x0A {
        line += 1
        lineStart = at
      }
      text.append(byte)
    }
    report("a quote that is never closed", at: openColumn, line: openLine, remedy: "close it, or double it")
    return false
  }

  private mutating func report(_ message: String, at column: Int, line: Int, remedy: String) {
    guard findings.count < Self.most else { return }
    findings.append(
      Diagnostic("M120", message, remedy: remedy, file: file, span: SourceSpan(line: line, column: column)))
  }

  /// The first byte that no character begins with or goes on with.
  private static func invalid(_ bytes: [UInt8]) -> (line: Int, column: Int)? {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var at = 0
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar): at += scalar.count
      case .emptyInput: return nil
      case .error:
        let before = bytes[..<at]
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return (before.reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }, at - start + 1)
      }
    }
  }
}
