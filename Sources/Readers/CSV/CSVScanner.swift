internal import CFieldEnds
internal import Pipeline

/// Finds the fields and rows of a stretch of bytes, which may grow between two calls.
///
/// Sixty-four bytes at a time: a bit for each delimiter, line end and quote; a prefix-xor of the quotes' bits tells what
/// lies inside them. A row in which quotes stand where they should not is walked byte by byte instead: a quote inside
/// an unquoted field is a character like any other, and what is wrong beyond that is noted in the row.
///
/// A row whose quotes are wrong ends with its first line, and reading goes on behind that: what follows is mostly sound,
/// and a quote that nobody closes must not swallow the rest of a file.
struct CSVScanner {
  private let dialect: CSVDialect
  private let delimiter: UInt8
  private let quote: UInt8
  private let hasQuotes: Bool
  /// Comments and backslashes need every byte looked at.
  private let isBytewise: Bool

  /// Up to where it was looked.
  private var position = 0
  /// Where the row at work begins, and the first of its fields' ends.
  private(set) var rowStart = 0
  private var rowFirstEnd = 0
  /// Line ends before the row at work, and those inside its quotes.
  private(set) var rowLine = 0
  private var innerLines = 0
  private var quotes = CSVScanner.quotesAtStart

  private static let quotesAtStart = field_quotes(inside: 0, may_open: 1, has_closed: 0, has_returned: 0)
  /// The most bytes that are scanned between two looks at the index.
  private static let stretch = 4096
  /// Numbers that a list of what is found in a stretch has room for.
  static let room = stretch + Int(FIELD_ENDS_SLACK)
  private static let ability = field_ends_ability_here()
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ dialect: CSVDialect, delimiter: UInt8) {
    self.dialect = dialect
    self.delimiter = delimiter
    quote = dialect.quote ?? 0
    hasQuotes = dialect.quote != nil
    isBytewise = !dialect.comment.isEmpty || dialect.escape == .backslash
  }

  /// Begins a new stretch. `lines` line ends lie before it.
  mutating func begin(lines: Int) {
    position = 0
    startRow(at: 0, firstEnd: 0, line: lines)
  }

  /// Begins a row that stands at `offset` of the stretch and on `line` of the input, behind the rows of the index.
  mutating func begin(at offset: Int, line: Int, _ index: CSVIndex) {
    startRow(at: offset, firstEnd: index.endCount, line: line)
  }

  private mutating func startRow(at offset: Int, firstEnd: Int, line: Int) {
    position = offset
    rowStart = offset
    rowFirstEnd = firstEnd
    rowLine = line
    innerLines = 0
    quotes = CSVScanner.quotesAtStart
  }

  /// Goes on to `end` bytes behind `base`. Unless this is the end of the input, up to 63 bytes may be left for the next
  /// call. 64 bytes behind `end` must be readable.
  mutating func scan(_ base: UnsafePointer<UInt8>, end: Int, isEnd: Bool, into index: CSVIndex) {
    if isBytewise {
      while rowStart < end, scanRow(base, end, isEnd: isEnd, index) {}
    } else {
      while scanWords(base, end, isEnd: isEnd, index) {
        guard scanRow(base, end, isEnd: isEnd, index) else {
          startRow(at: rowStart, firstEnd: rowFirstEnd, line: rowLine)
          break
        }
      }
      if isEnd {
        // Without a line end the last row is still open.
        while rowStart < end, scanRow(base, end, isEnd: true, index) {}
      }
    }
    index.lineCount = rowLine
  }

  /// Takes back a row and all behind it.
  mutating func reopen(_ index: CSVIndex, row: Int) {
    let first = index.rows[row]
    index.rowCount = row
    index.endCount = Int(first.firstEnd)
    startRow(at: Int(first.start), firstEnd: Int(first.firstEnd), line: Int(first.line))
  }

  /// Ends the row at work, which has grown too long, with its first line, if quotes made it so long; false if that line
  /// itself is too long.
  mutating func breakRow(_ base: UnsafePointer<UInt8>, end: Int, _ index: CSVIndex) -> Bool {
    let newline = Scan.byte(CSVScanner.newline, base + rowStart, base + end)
    guard newline < base + end else { return false }
    return scanRow(base, end, isEnd: false, isTooLong: true, index)
  }

  // MARK: - Words

  /// Scans whole words. True if the row at work has quotes that must be looked at one by one; nothing of that row is in
  /// the index then.
  private mutating func scanWords(_ base: UnsafePointer<UInt8>, _ end: Int, isEnd: Bool, _ index: CSVIndex) -> Bool {
    while true {
      // Up to 63 bytes behind the end are read; a block has padding for that.
      let left = min(end - position, CSVScanner.stretch)
      let to = isEnd ? position + left : position + left & ~63
      guard position < to else { return false }
      let reached = scan(base, to: to, index)
      guard reached == to else {
        index.endCount = rowFirstEnd
        return true
      }
      position = to
    }
  }

  /// Enters the field ends up to an offset, and the rows that end before it. Returns how far quotes are as they should be.
  private mutating func scan(_ base: UnsafePointer<UInt8>, to: Int, _ index: CSVIndex) -> Int {
    index.reserveEnds(CSVScanner.room)
    index.reserveRows(CSVScanner.room)
    let before = index.endCount
    // Bounds: each list has room for a stretch.
    var found = field_ends(
      ends: index.ends + before, rows: index.rowEnds, inner: index.innerLineEnds, end_count: 0, row_count: 0,
      inner_count: 0)
    var marks = field_dialect(delimiter: delimiter, quote: quote, quote_mask: hasQuotes ? .max : 0)
    let reached = find_field_ends(base, position, to, &marks, &quotes, &found, CSVScanner.ability)
    index.endCount = before + found.end_count
    var inner = 0
    for row in 0..<found.row_count {
      let number = Int(found.rows[row])
      let end = found.ends[number]
      while inner < found.inner_count, found.inner[inner] < end {
        innerLines &+= 1
        inner &+= 1
      }
      finishRow(base, index, end: Int(end), count: before &+ number &+ 1)
    }
    innerLines &+= found.inner_count - inner
    return reached
  }

  @inline(__always)
  private mutating func finishRow(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, end: Int, count: Int) {
    let fields = count &- rowFirstEnd
    let length = end &- rowStart
    // Nothing but delimiters: a spreadsheet writes every row that was ever touched.
    let isBlank = length < fields || length == fields && base[end &- 1] == CSVScanner.carriageReturn
    index.rows[index.rowCount] = CSVRow(
      start: UInt32(truncatingIfNeeded: rowStart), firstEnd: UInt32(truncatingIfNeeded: rowFirstEnd),
      fieldCount: UInt32(truncatingIfNeeded: fields), line: UInt32(truncatingIfNeeded: rowLine), problemOffset: 0,
      kind: isBlank ? .blank : .record, problem: .none)
    index.rowCount &+= 1
    rowLine &+= innerLines &+ 1
    innerLines = 0
    rowStart = end &+ 1
    rowFirstEnd = count
  }

  // MARK: - Bytes

  /// What comes of a field that is walked byte by byte.
  private enum FieldEnd {
    case found
    /// The bytes at hand end before it.
    case missing
    case wrong(CSVRow.Problem, at: Int)
  }

  /// Scans the row at work from its start, byte by byte; false if its end is not there yet.
  ///
  /// Linear over a file, although a broken row is looked at again from its second line: a quote that stays open makes
  /// the bytes up to the next wrong quote be read twice, and from there on the next row begins anew.
  private mutating func scanRow(
    _ base: UnsafePointer<UInt8>, _ end: Int, isEnd: Bool, isTooLong: Bool = false, _ index: CSVIndex
  ) -> Bool {
    index.endCount = rowFirstEnd
    if isComment(base, end) {
      let newline = Scan.byte(CSVScanner.newline, base + rowStart, base + end) - base
      guard newline < end || isEnd else { return false }
      close(base, index, at: newline, hasLineEnd: newline < end, inner: 0, .none, 0)
      index.rows[index.rowCount - 1].kind = .comment
      return true
    }
    var at = rowStart
    var inner = 0
    while true {
      // Begins at the start of a field.
      let field =
        hasQuotes && at < end && base[at] == quote
        ? quotedField(base, &at, end, isFinal: isEnd || isTooLong, &inner) : plainField(base, &at, end, &inner)
      switch field {
      case .missing: return false
      case .wrong(let problem, let offset): return breakOff(base, end, isEnd: isEnd, index, problem, at: offset)
      case .found: break
      }
      if at >= end {
        if isTooLong { return breakOff(base, end, isEnd: isEnd, index, .unclosedQuote, at: rowStart) }
        guard isEnd else { return false }
        close(base, index, at: end, hasLineEnd: false, inner: inner, .none, 0)
        return true
      }
      if base[at] == CSVScanner.newline {
        close(base, index, at: at, hasLineEnd: true, inner: inner, .none, 0)
        return true
      }
      index.reserveEnds(1)
      index.ends[index.endCount] = UInt32(truncatingIfNeeded: at)
      index.endCount += 1
      at += 1
    }
  }

  /// Passes over a field in quotes, from its opening quote to its delimiter or line end.
  /// - Parameter isFinal: nothing comes behind `end`, or nothing is waited for.
  private func quotedField(
    _ base: UnsafePointer<UInt8>, _ at: inout Int, _ end: Int, isFinal: Bool, _ inner: inout Int
  ) -> FieldEnd {
    let opening = at
    at += 1
    while true {
      guard at < end else { return isFinal ? .wrong(.unclosedQuote, at: opening) : .missing }
      let byte = base[at]
      if byte == CSVScanner.newline { inner += 1 }
      if dialect.escape == .backslash, byte == UInt8(ascii: "\\") {
        if at + 1 < end, base[at + 1] == CSVScanner.newline { inner += 1 }
        at += 2
        continue
      }
      at += 1
      guard byte == quote else { continue }
      guard dialect.escape == .doubled, at < end, base[at] == quote else { break }
      at += 1
    }
    // Blanks behind a closing quote do no harm.
    while at < end, base[at] == UInt8(ascii: " ") || base[at] == 0x09 && delimiter != 0x09 { at += 1 }
    guard at < end || isFinal else { return .missing }
    if at < end, base[at] == CSVScanner.carriageReturn {
      guard at + 1 < end || isFinal else { return .missing }
      if at + 1 == end || base[at + 1] == CSVScanner.newline { at += 1 }
    }
    let isEnded = at >= end || base[at] == delimiter || base[at] == CSVScanner.newline
    return isEnded ? .found : .wrong(.textBehindQuote, at: at)
  }

  /// The same of a field without quotes.
  private func plainField(
    _ base: UnsafePointer<UInt8>, _ at: inout Int, _ end: Int, _ inner: inout Int
  ) -> FieldEnd {
    while at < end, base[at] != delimiter, base[at] != CSVScanner.newline {
      // What is escaped is part of the value.
      if dialect.escape == .backslash, base[at] == UInt8(ascii: "\\"), at + 1 < end {
        at += 1
        if base[at] == CSVScanner.newline { inner += 1 }
      }
      at += 1
    }
    at = min(at, end)
    return .found
  }

  /// Ends a row whose quotes are wrong with its first line; false if the end of that is not there yet.
  private mutating func breakOff(
    _ base: UnsafePointer<UInt8>, _ end: Int, isEnd: Bool, _ index: CSVIndex, _ problem: CSVRow.Problem, at offset: Int
  ) -> Bool {
    let newline = Scan.byte(CSVScanner.newline, base + rowStart, base + end) - base
    guard newline < end || isEnd else { return false }
    while index.endCount > rowFirstEnd, Int(index.ends[index.endCount - 1]) >= newline { index.endCount -= 1 }
    var (problem, offset) = (problem, offset)
    if offset > newline {
      // A later line shows it, but what is wrong is most likely the quote that is still open at the end of this one.
      problem = .unclosedQuote
      offset = index.endCount > rowFirstEnd ? Int(index.ends[index.endCount - 1]) + 1 : rowStart
    }
    close(base, index, at: newline, hasLineEnd: newline < end, inner: 0, problem, offset)
    return true
  }

  private func isComment(_ base: UnsafePointer<UInt8>, _ end: Int) -> Bool {
    guard !dialect.comment.isEmpty, end - rowStart >= dialect.comment.count else { return false }
    for (index, byte) in dialect.comment.enumerated() where base[rowStart + index] != byte { return false }
    return true
  }

  private mutating func close(
    _ base: UnsafePointer<UInt8>, _ index: CSVIndex, at end: Int, hasLineEnd: Bool, inner: Int,
    _ problem: CSVRow.Problem, _ offset: Int
  ) {
    index.reserveEnds(1)
    index.ends[index.endCount] = UInt32(truncatingIfNeeded: end)
    index.endCount += 1
    index.reserveRows(1)
    innerLines = inner
    finishRow(base, index, end: end, count: index.endCount)
    let last = index.rowCount - 1
    index.rows[last].problem = problem
    index.rows[last].problemOffset = UInt32(truncatingIfNeeded: offset)
    if problem != .none { index.rows[last].kind = .record }
    startRow(at: hasLineEnd ? end + 1 : end, firstEnd: index.endCount, line: rowLine)
  }
}
