internal import Pipeline

/// The head of an input: byte order mark, a `sep=;` line as spreadsheets write it, a title, the header. Found in the first
/// 64 KiB, whatever the size of blocks.
struct CSVHead {
  static let length = 64 * 1024

  let layout: CSVLayout
  /// Bytes before the first row, and the lines in them.
  let size: Int
  let lines: Int
  let blanks: Int

  /// The most lines that a mapping may pass over.
  static let mostSkipped = 1000

  /// - Parameters:
  ///   - bytes: the first bytes of the input.
  ///   - isComplete: whether it has no more.
  /// - Throws: I203 where the header is not as the mapping has it.
  init(_ bytes: [UInt8], isComplete: Bool, _ settings: CSVSettings) throws(Diagnostic) {
    var at = ByteOrderMark.length(of: bytes)
    var lines = 0
    var delimiter = settings.dialect.delimiter
    if let declared = CSVHead.separatorLine(bytes[at...]) {
      delimiter = declared.delimiter
      at += declared.length
      lines = 1
    }
    let skipped = lines + settings.skip
    while lines < skipped, at < bytes.count {
      at = bytes[at...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
      lines += 1
    }
    if settings.skip > 0, at == bytes.count, !isComplete {
      throw Diagnostic(
        "I203", "the lines of `skip` do not end within the first 64 KiB", remedy: "write a smaller `skip`")
    }
    let rest = Array(bytes[at...])
    let chosen = delimiter ?? CSVHead.detect(rest, isComplete: isComplete, settings)
    guard settings.header == .present else {
      var width: Int?
      if case .names(let names) = settings.header { width = names.count }
      layout = CSVLayout(
        delimiter: chosen, width: width, positions: try CSVHead.positions(settings, settings.header, header: nil))
      size = at
      self.lines = lines
      blanks = 0
      return
    }
    let top = CSVHead.top(rest, delimiter: chosen, isComplete: isComplete, settings)
    self.lines = lines + top.lines
    blanks = top.blanks
    guard var columns = top.names else {
      guard isComplete else {
        throw Diagnostic(
          "I203", "the header does not end within the first 64 KiB",
          remedy: "check `quote` and `delimiter`, or write `header:` with the names of the columns")
      }
      // No row at all: nothing to read, and nothing wrong.
      layout = CSVLayout(delimiter: chosen, width: nil, positions: settings.declarations.map { _ in -1 })
      size = bytes.count
      return
    }
    // A delimiter behind the last name makes no column.
    if columns.count > 1, columns.last == "" { columns.removeLast() }
    size = at + top.end
    layout = CSVLayout(
      delimiter: chosen, width: columns.count, positions: try CSVHead.positions(settings, .present, header: columns))
  }

  /// `sep=;` on the first line.
  private static func separatorLine(_ bytes: ArraySlice<UInt8>) -> (delimiter: UInt8, length: Int)? {
    let line = Array(bytes.prefix(8))
    guard line.count >= 6, Array(line[..<3]).map({ $0 | 0x20 }) == Array("sep".utf8), line[3] == UInt8(ascii: "=")
    else {
      return nil
    }
    if line[5] == UInt8(ascii: "\n") { return (line[4], 6) }
    return line.count >= 7 && line[5] == UInt8(ascii: "\r") && line[6] == UInt8(ascii: "\n") ? (line[4], 7) : nil
  }

  /// The rows up to the first that is neither blank nor a comment, whose fields are the names, and what follows it.
  private struct Top {
    /// nil if there is no such row.
    var names: [String]?
    /// Lines up to the end of that row, or all, and those of them that are blank.
    var lines = 0
    var blanks = 0
    /// Where the row behind it begins.
    var end = 0
    /// Fields of the first rows from that one on, and whether their quotes are in order.
    var widths: [(count: Int, isSound: Bool)] = []
  }

  /// Rows compared to find the delimiter.
  private static let sample = 200

  private static func top(_ bytes: [UInt8], delimiter: UInt8, isComplete: Bool, _ settings: CSVSettings) -> Top {
    let index = CSVIndex(CSVLayout(delimiter: delimiter, width: nil, positions: []))
    var scanner = CSVScanner(settings.dialect, delimiter: delimiter)
    scanner.begin(lines: 0)
    var top = Top()
    let padded = bytes + [UInt8](repeating: 0, count: Block.padding)
    padded.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      scanner.scan(base, end: bytes.count, isEnd: isComplete, into: index)
      if !isComplete, index.rowCount == 0 { _ = scanner.breakRow(base, end: bytes.count, index) }
      top.lines = index.lineCount
      for number in 0..<index.rowCount {
        let row = index.rows[number]
        guard row.kind == .record else {
          if row.kind == .blank, top.names == nil { top.blanks += 1 }
          continue
        }
        if top.names == nil {
          top.names = names(CSVRowView(base, index), number, settings.dialect)
          top.lines = number + 1 < index.rowCount ? Int(index.rows[number + 1].line) : index.lineCount
          top.end = min(Int(index.ends[Int(row.firstEnd + row.fieldCount) - 1]) + 1, bytes.count)
        }
        top.widths.append((Int(row.fieldCount), row.problem == .none))
        if top.widths.count == sample { return }
      }
    }
    return top
  }

  private static func names(_ view: CSVRowView, _ number: Int, _ dialect: CSVDialect) -> [String] {
    let arena = Arena()
    let row = view.row(number)
    return (0..<Int(row.pointee.fieldCount)).map { column in
      let field = view.field(row, column)
      let text = CSVText.value(field.start, field.stop, quote: dialect.quote, dialect.escape, arena)
      let bytes = UnsafeBufferPointer(start: text.start, count: text.stop - text.start)
      return trimmed(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// A name without the blanks around it.
  static func trimmed(_ text: String) -> String {
    var text = text[...]
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    return String(text)
  }

  /// The delimiter that makes the most of the names of the mapping, then the one with which most rows are as wide as
  /// the first, then the one that makes the most columns.
  private static func detect(_ bytes: [UInt8], isComplete: Bool, _ settings: CSVSettings) -> UInt8 {
    let wanted = settings.declarations.map(\.columnName)
    var best: (rank: (Int, Int, Int, Int), delimiter: UInt8) = ((-1, 0, 0, 0), CSVDialect.delimiters[0])
    for delimiter in CSVDialect.delimiters {
      let top = top(bytes, delimiter: delimiter, isComplete: isComplete, settings)
      guard let names = top.names, let first = top.widths.first else { continue }
      let named = wanted.filter { names.contains($0) }.count
      let even = top.widths.filter { $0.isSound && $0.count == first.count }.count
      let share = even * 1000 / top.widths.count
      let rank = (named, first.count > 1 && share >= 800 ? 1 : 0, share, first.count)
      if rank > best.rank { best = (rank, delimiter) }
    }
    return best.delimiter
  }

  // MARK: - Columns

  /// The column of each declaration. Fields that need no value may lack theirs, unless a column that no field has is called
  /// nearly the same: whoever misspelled a name would lose all its values, and see nothing of it.
  static func positions(
    _ settings: CSVSettings, _ kind: CSVHeader, header: [String]?
  ) throws(Diagnostic) -> [Int] {
    var names = header
    if case .names(let given) = kind { names = given }
    var positions: [Int] = []
    let wantedNames = Set(settings.declarations.map(\.columnName))
    let unclaimed = (names ?? []).filter { !wantedNames.contains($0) }
    for (index, declaration) in settings.declarations.enumerated() {
      if let number = declaration.columnNumber {
        positions.append(number - 1)
        continue
      }
      guard let names else {
        positions.append(index)
        continue
      }
      let wanted = declaration.columnName
      let found = names.indices.filter { names[$0] == wanted }
      if found.count > 1 {
        throw Diagnostic(
          "I203", "column '\(ValueFinding.excerpt(wanted))' stands \(found.count) times in the header",
          remedy: "name its place: column: \(found[0] + 1)")
      }
      if found.isEmpty {
        let message = "the header has no column '\(ValueFinding.excerpt(wanted))' for field '\(declaration.name)'"
        if !declaration.isOptional, declaration.fallback == nil {
          throw Diagnostic(
            "I203", message,
            remedy: Suggestion.remedy(for: wanted, among: names.map { ValueFinding.excerpt($0) })
              + (names.count == 1 ? "; is `delimiter` right?" : ""))
        }
        if let other = Suggestion.misspelling(of: wanted, among: unclaimed) {
          let likely = "did you mean '\(ValueFinding.excerpt(other))'?"
          throw Diagnostic("I203", message, remedy: likely + " if not, declare that column, too, or remove the field")
        }
      }
      positions.append(found.first ?? -1)
    }
    return positions
  }
}

extension FieldDeclaration {
  /// Its column in the header.
  var columnName: String { own["column"]?.text ?? name }

  /// The 1-based place of its column, where `column` is a plain number.
  var columnNumber: Int? {
    guard let scalar = own["column"]?.scalar, scalar.style == .plain, let number = Int(scalar.text),
      (1...1 << 20).contains(number)
    else { return nil }
    return number
  }

  /// How messages name its column.
  var columnPlace: String {
    if let number = columnNumber { return "column \(number)" }
    guard let name = own["column"]?.text, name != self.name else { return "" }
    return "column '\(name)'"
  }
}
