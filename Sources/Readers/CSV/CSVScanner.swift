internal import CProcessor
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
  /// All ones inside quotes.
  private var inside: UInt64 = 0
  /// Whether the byte before was one behind which a quote may open.
  private var mayOpen = true
  /// Whether the byte before closed a quote, or was a carriage return behind one.
  private var hasClosed = false
  private var hasClosedAndReturned = false

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
    inside = 0
    mayOpen = true
    hasClosed = false
    hasClosedAndReturned = false
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

  @inline(__always)
  private static func prefixXor(_ bits: UInt64) -> UInt64 {
    var bits = bits
    bits ^= bits &<< 1
    bits ^= bits &<< 2
    bits ^= bits &<< 4
    bits ^= bits &<< 8
    bits ^= bits &<< 16
    bits ^= bits &<< 32
    return bits
  }

  /// Scans whole words. True if the row at work has quotes that must be looked at one by one; nothing of that row is in
  /// the index then.
  private mutating func scanWords(_ base: UnsafePointer<UInt8>, _ end: Int, isEnd: Bool, _ index: CSVIndex) -> Bool {
    // Copies, which stay in registers: what is written to the index might be this scanner, as far as the compiler knows.
    let (delimiter, quote, hasQuotes) = (delimiter, quote, hasQuotes)
    var at = position
    var inside = inside
    var mayOpen: UInt64 = mayOpen ? 1 : 0
    var hasClosed: UInt64 = hasClosed ? 1 : 0
    var hasClosedAndReturned: UInt64 = hasClosedAndReturned ? 1 : 0
    while at + 64 <= end || isEnd && at < end {
      // Up to 63 bytes behind the end are read; a block has padding for that.
      let valid = end - at >= 64 ? UInt64.max : (1 &<< UInt64(end - at)) &- 1
      var delimiters = byte_mask_64(base + at, delimiter) & valid
      var newlines = byte_mask_64(base + at, CSVScanner.newline) & valid
      let quotes = hasQuotes ? byte_mask_64(base + at, quote) & valid : 0
      var innerNewlines: UInt64 = 0
      if quotes | inside | hasClosed | hasClosedAndReturned != 0 {
        let covered = CSVScanner.prefixXor(quotes) ^ inside
        let opening = quotes & covered
        let closing = quotes & ~covered
        let stops = delimiters | newlines | quotes
        let behind = closing &<< 1 | hasClosed
        var returns: UInt64 = 0
        if behind & valid & ~stops != 0 {
          returns = byte_mask_64(base + at, CSVScanner.carriageReturn) & valid
        }
        let returned = behind & returns
        let wrong =
          (opening & ~(stops &<< 1 | mayOpen)) | (behind & valid & ~(stops | returns))
          | ((returned &<< 1 | hasClosedAndReturned) & valid & ~newlines)
        if wrong != 0 {
          // Rows that end before it are sound.
          let before = (wrong & (0 &- wrong)) &- 1
          let outside = ~covered & before
          emit(base, at, delimiters & outside, newlines & outside, newlines & covered & before, index)
          index.endCount = rowFirstEnd
          return true
        }
        innerNewlines = newlines & covered
        delimiters &= ~covered
        newlines &= ~covered
        inside = 0 &- (covered &>> 63)
        mayOpen = stops &>> 63
        hasClosed = closing &>> 63
        hasClosedAndReturned = returned &>> 63
      } else {
        mayOpen = (delimiters | newlines) &>> 63
      }
      emit(base, at, delimiters, newlines, innerNewlines, index)
      at += 64
    }
    position = min(at, end)
    self.inside = inside
    self.mayOpen = mayOpen != 0
    self.hasClosed = hasClosed != 0
    self.hasClosedAndReturned = hasClosedAndReturned != 0
    return false
  }

  /// Enters the field ends of one word, and the rows that end in it.
  @inline(__always)
  private mutating func emit(
    _ base: UnsafePointer<UInt8>, _ at: Int, _ delimiters: UInt64, _ newlines: UInt64, _ innerNewlines: UInt64,
    _ index: CSVIndex
  ) {
    let all = delimiters | newlines
    let before = index.endCount
    index.reserveEnds(72)
    // Eight at a time whether there are so many or not: how many a word has nobody could predict.
    var to = index.ends + before
    var rest = all
    while true {
      for place in 0..<8 {
        to[place] = UInt32(truncatingIfNeeded: at &+ rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
      if rest == 0 { break }
      to += 8
    }
    index.endCount = before &+ all.nonzeroBitCount
    guard newlines | innerNewlines != 0 else { return }
    index.reserveRows(64)
    var lines = newlines
    var inner = innerNewlines
    while lines != 0 {
      let bit = lines & (0 &- lines)
      if inner != 0 {
        innerLines &+= (inner & (bit &- 1)).nonzeroBitCount
        inner &= ~(bit &- 1)
      }
      let ends = (all & (bit &- 1)).nonzeroBitCount &+ 1
      finishRow(base, index, end: at &+ lines.trailingZeroBitCount, count: before &+ ends)
      lines &= lines &- 1
    }
    innerLines &+= inner.nonzeroBitCount
  }

  @inline(__always)
  private mutating func finishRow(_ base: UnsafePointer<UInt8>, _ index: CSVIndex, end: Int, count: Int) {
    let fields = count &- rowFirstEnd
    let length = end &- rowStart
    let isBlank = fields == 1 && (length == 0 || length == 1 && base[rowStart] == CSVScanner.carriageReturn)
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
    var problem = CSVRow.Problem.none
    var problemOffset = 0
    fields: while true {
      // Begins at the start of a field.
      if hasQuotes, at < end, base[at] == quote {
        let opening = at
        at += 1
        while true {
          guard at < end else {
            guard isEnd || isTooLong else { return false }
            problem = .unclosedQuote
            problemOffset = opening
            break fields
          }
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
        guard at < end || isEnd || isTooLong else { return false }
        if at < end, base[at] == CSVScanner.carriageReturn {
          guard at + 1 < end || isEnd || isTooLong else { return false }
          if at + 1 == end || base[at + 1] == CSVScanner.newline { at += 1 }
        }
        if at < end, base[at] != delimiter, base[at] != CSVScanner.newline {
          problem = .textBehindQuote
          problemOffset = at
          break
        }
      } else {
        while at < end, base[at] != delimiter, base[at] != CSVScanner.newline {
          // What is escaped is part of the value.
          if dialect.escape == .backslash, base[at] == UInt8(ascii: "\\"), at + 1 < end {
            at += 1
            if base[at] == CSVScanner.newline { inner += 1 }
          }
          at += 1
        }
        at = min(at, end)
      }
      if at >= end {
        if isTooLong {
          problem = .unclosedQuote
          problemOffset = rowStart
          break
        }
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
    // Wrong quotes: the row is its first line.
    let newline = Scan.byte(CSVScanner.newline, base + rowStart, base + end) - base
    guard newline < end || isEnd else { return false }
    while index.endCount > rowFirstEnd, Int(index.ends[index.endCount - 1]) >= newline { index.endCount -= 1 }
    close(base, index, at: newline, hasLineEnd: newline < end, inner: 0, problem, min(problemOffset, newline))
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
