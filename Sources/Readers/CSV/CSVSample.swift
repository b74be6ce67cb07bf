internal import Pipeline

/// The first rows of an export, as a dialect reads them.
struct CSVSample {
  struct Row {
    var cells: [String]
    /// Line ends before it.
    var line: Int
    var isSound: Bool
  }

  let dialect: CSVDialect
  let delimiter: UInt8
  private(set) var rows: [Row]
  /// The commonest number of fields.
  let width: Int

  /// Rows looked at, and bytes.
  private static let most = 2000
  static let length = 1 << 20

  /// Rows that have the commonest number of fields and are sound.
  var even: Int { rows.count { $0.isSound && $0.cells.count == width } }
  /// Rows whose quotes are wrong.
  var broken: Int { rows.count { !$0.isSound } }

  /// As a mapping says it.
  var delimiterName: String { delimiter == 0x09 ? "tab" : String(UnicodeScalar(delimiter)) }

  /// Whether values stand behind their names in most columns, `client: 203.0.113.9`, as in no table.
  var isLabelled: Bool {
    guard rows.count > 1, let first = rows.first else { return false }
    let labels = first.cells.map { ValueLabel.of($0.utf8) }
    let repeated = labels.indices.count { column in
      guard let label = labels[column] else { return false }
      return rows.allSatisfy { column < $0.cells.count && ValueLabel.of($0.cells[column].utf8) == label }
    }
    return repeated * 2 > labels.count
  }

  /// Lines above the first row that are none of the table.
  private(set) var title = 0

  /// Without its first rows, which are a title.
  func dropping(_ count: Int) -> CSVSample {
    var rest = self
    rest.rows.removeFirst(count)
    rest.title = rest.rows.first?.line ?? 0
    return rest
  }

  // MARK: - Dialect

  /// What the most even rows come of; nil if nothing makes columns.
  static func best(_ text: [UInt8], isComplete: Bool) -> CSVSample? {
    guard var best = mostEven(text, quote(text), isComplete) else { return nil }
    if best.broken > 0, let plain = mostEven(text, nil, isComplete), plain.isBetterWithoutQuotes(than: best) {
      best = plain
    }
    // Who writes `\N` writes line ends, tabs and backslashes with backslashes, too, even if none has come yet.
    guard best.dialect.escape == .doubled, best.rows.contains(where: { $0.cells.contains(CSVNullTexts.database) })
    else {
      return best
    }
    var dialect = best.dialect
    dialect.escape = .backslash
    let escaped = CSVSample(text, dialect, best.delimiter, isComplete)
    return escaped.width == best.width && escaped.even >= best.even ? escaped : best
  }

  /// Whether quotes are mere characters: more rows are sound then, and the fields that quotes cannot enclose are no fewer
  /// than those that they may. One is somebody's mistake, but between tabs, where hardly anybody quotes.
  private func isBetterWithoutQuotes(than other: CSVSample) -> Bool {
    let isSounder = width == other.width && delimiter == other.delimiter && even > other.even
    guard rank > other.rank || isSounder else { return false }
    let begun = rows.flatMap(\.cells).filter { $0.first == "\"" }
    let whole = begun.count { $0.count > 1 && $0.last == "\"" }
    return whole * 2 <= begun.count && begun.count > whole + (delimiter == 0x09 ? 0 : 1)
  }

  private static func mostEven(_ text: [UInt8], _ quote: UInt8?, _ isComplete: Bool) -> CSVSample? {
    var best: CSVSample?
    let comment = comment(text)
    for delimiter in CSVDialect.delimiters {
      for escape in CSVDialect.Escape.allCases {
        var dialect = CSVDialect()
        dialect.delimiter = delimiter
        dialect.quote = quote
        dialect.escape = escape
        dialect.comment = comment
        let sample = CSVSample(text, dialect, delimiter, isComplete)
        guard sample.width > 1, !sample.rows.isEmpty else { continue }
        let isBetter = best.map { sample.rank > $0.rank } ?? true
        if isBetter { best = sample }
      }
    }
    return best
  }

  private var rank: (Int, Int, Int) {
    let share = even * 1000 / max(rows.count, 1)
    return (share >= 800 ? 1 : 0, share >= 990 ? 1000 : share, width * 2 + (dialect.escape == .doubled ? 1 : 0))
  }

  /// Single quotes only where they begin and end fields and no double quote does.
  private static func quote(_ text: [UInt8]) -> UInt8 {
    guard !text.contains(UInt8(ascii: "\"")) else { return UInt8(ascii: "\"") }
    let marks: Set<UInt8> = [0x2C, 0x3B, 0x09, 0x7C, 0x0A, 0x0D]
    var begins = 0
    for at in text.indices.dropLast() where text[at + 1] == UInt8(ascii: "'") && marks.contains(text[at]) {
      begins += 1
    }
    let lines = text.count { $0 == 0x0A }
    return begins > lines / 2 && begins > 1 ? UInt8(ascii: "'") : UInt8(ascii: "\"")
  }

  /// `#` if the file begins with lines of it that are no row: a report's title and period. A header may begin with one,
  /// too; then it has as many delimiters as the row below.
  private static func comment(_ text: [UInt8]) -> [UInt8] {
    let sign = UInt8(ascii: "#")
    guard text.first == sign else { return [] }
    let lines = text.prefix(64 << 10).split(separator: 0x0A, maxSplits: 64).filter { $0.contains { $0 > 0x20 } }
    let comments = lines.prefix { $0.first == sign }
    guard let row = lines.dropFirst(comments.count).first, let last = comments.last else { return [] }
    let isHeader = CSVDialect.delimiters.contains { delimiter in
      let count = last.count { $0 == delimiter }
      return count > 0 && count == row.count { $0 == delimiter }
    }
    return comments.count == 1 && isHeader ? [] : [sign]
  }

  private init(_ text: [UInt8], _ dialect: CSVDialect, _ delimiter: UInt8, _ isComplete: Bool) {
    let index = CSVIndex(CSVLayout(delimiter: delimiter, width: nil, positions: []))
    var scanner = CSVScanner(dialect, delimiter: delimiter)
    scanner.begin(lines: 0)
    var rows: [Row] = []
    var widths: [Int: Int] = [:]
    let padded = text + [UInt8](repeating: 0, count: Block.padding)
    padded.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      scanner.scan(base, end: text.count, isEnd: isComplete && text.count < CSVSample.length, into: index)
      let arena = Arena()
      let view = CSVRowView(base, index)
      for number in 0..<min(index.rowCount, CSVSample.most) {
        let row = index.rows[number]
        guard row.kind == .record else { continue }
        var cells: [String] = []
        for column in 0..<min(Int(row.fieldCount), 1000) {
          let field = view.field(view.row(number), column)
          let value = CSVText.value(field.start, field.stop, quote: dialect.quote, dialect.escape, arena)
          cells.append(
            String(decoding: UnsafeBufferPointer(start: value.start, count: value.stop - value.start), as: UTF8.self))
        }
        arena.reset()
        rows.append(Row(cells: cells, line: Int(row.line), isSound: row.problem == .none))
        if row.problem == .none { widths[cells.count, default: 0] += 1 }
      }
    }
    self.dialect = dialect
    self.delimiter = delimiter
    self.rows = rows
    width = widths.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
  }
}
