import CFieldEnds
import TestSupport
import Testing

/// Ends of fields, 64 bytes at a time by everything that this processor can do, against one byte at a time.
@Suite struct FieldEndsTests {
  static let abilities = [FIELD_ENDS_PLAIN, FIELD_ENDS_AVX2, FIELD_ENDS_VBMI2].filter {
    $0.rawValue <= field_ends_ability_here().rawValue
  }

  struct Found: Equatable {
    var ends: [UInt32] = []
    var rows: [UInt32] = []
    var inner: [UInt32] = []
    /// Where quotes are no longer as they should be.
    var wrong: Int?
  }

  @Test(arguments: abilities) func randomTables(ability: field_ends_ability) {
    var random = Seeded(3)
    // From tables of nothing but marks to long texts, with sound quotes and with others.
    let alphabets = [
      ",\n", ",\n\"", "a,\"\n\r", "aaaa,\"\n", "abcdefghijklmnop,\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n\r,",
    ]
    for alphabet in alphabets {
      let letters = Array(alphabet.utf8)
      for _ in 0..<400 {
        let length = Int(random.next() % 400)
        var bytes: [UInt8] = []
        while bytes.count < length {
          let letter = letters[Int(random.next() % UInt64(letters.count))]
          // A quoted field whole, so that not every table is wrong at once.
          bytes += letter == UInt8(ascii: "\"") && random.next() % 4 > 0 ? Array("\n\"x,\n\"\"y\",".utf8) : [letter]
        }
        for hasQuotes in [true, false] {
          #expect(found(bytes, hasQuotes: hasQuotes, ability) == expected(bytes, hasQuotes: hasQuotes))
        }
      }
    }
  }

  @Test(arguments: abilities) func randomMarks(ability: field_ends_ability) {
    var random = Seeded(5)
    for alphabet in ["\"\\\n", "a\"\\\n", "abcdefghijklmnopqrstuvwxyz\"\\\n"] {
      let letters = Array(alphabet.utf8)
      for length in 0..<400 {
        let bytes = (0..<length).map { _ in letters[Int(random.next() % UInt64(letters.count))] }
        let padded = bytes + [UInt8](repeating: UInt8(ascii: "\""), count: 63)
        let room = length + Int(FIELD_ENDS_SLACK)
        var lists = [UInt32](repeating: 0, count: 2 * room)
        let from = length / 3
        let counts = lists.withUnsafeMutableBufferPointer { lists in
          var found = field_ends(
            ends: lists.baseAddress, rows: lists.baseAddress.map { $0 + room }, inner: nil, end_count: 0, row_count: 0,
            inner_count: 0)
          find_marks(padded, from, length, UInt8(ascii: "\""), UInt8(ascii: "\\"), &found, ability)
          return (found.end_count, found.row_count)
        }
        let marks = (from..<length).filter {
          [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n")].contains(bytes[$0])
        }
        #expect(lists.prefix(counts.0).map { Int($0) } == marks)
        let lines = marks.indices.filter { bytes[marks[$0]] == UInt8(ascii: "\n") }
        #expect(lists[room...].prefix(counts.1).map { Int($0) } == lines)
      }
    }
  }

  private func found(_ bytes: [UInt8], hasQuotes: Bool, _ ability: field_ends_ability) -> Found {
    let room = bytes.count + Int(FIELD_ENDS_SLACK)
    var lists = [UInt32](repeating: 0, count: 3 * room)
    var quotes = field_quotes(inside: 0, may_open: 1, has_closed: 0, has_returned: 0)
    var dialect = field_dialect(
      delimiter: UInt8(ascii: ","), quote: UInt8(ascii: "\""), quote_mask: hasQuotes ? .max : 0)
    // What stands behind means nothing.
    let padded = bytes + [UInt8](repeating: UInt8(ascii: ","), count: 63)
    var reached = 0
    let counts = lists.withUnsafeMutableBufferPointer { lists in
      var found = field_ends(
        ends: lists.baseAddress, rows: lists.baseAddress.map { $0 + room },
        inner: lists.baseAddress.map { $0 + 2 * room }, end_count: 0, row_count: 0, inner_count: 0)
      // In two stretches, the first one of whole words.
      let half = bytes.count / 128 * 64
      reached = find_field_ends(padded, 0, half, &dialect, &quotes, &found, ability)
      if reached == half { reached = find_field_ends(padded, half, bytes.count, &dialect, &quotes, &found, ability) }
      return [found.end_count, found.row_count, found.inner_count]
    }
    let kept = counts.enumerated().map { list, count in Array(lists[(list * room)...].prefix(count)) }
    return Found(ends: kept[0], rows: kept[1], inner: kept[2], wrong: reached < bytes.count ? reached : nil)
  }

  private func expected(_ bytes: [UInt8], hasQuotes: Bool) -> Found {
    var found = Found()
    var (isInside, mayOpen, hasClosed, hasReturned) = (false, true, false, false)
    for (offset, byte) in bytes.enumerated() {
      let isQuote = hasQuotes && byte == UInt8(ascii: "\"")
      let isNewline = byte == UInt8(ascii: "\n")
      let isStop = isQuote || isNewline || byte == UInt8(ascii: ",")
      let isReturn = hasClosed && byte == UInt8(ascii: "\r")
      if isInside {
        if isNewline { found.inner.append(UInt32(offset)) }
        hasClosed = isQuote
        isInside = !isQuote
      } else {
        if isQuote && !mayOpen || hasClosed && !isStop && !isReturn || hasReturned && !isNewline {
          found.wrong = offset / 64 * 64
          return found
        }
        if isNewline { found.rows.append(UInt32(found.ends.count)) }
        if isStop, !isQuote { found.ends.append(UInt32(offset)) }
        hasClosed = false
        isInside = isQuote
      }
      hasReturned = isReturn
      mayOpen = isStop
    }
    return found
  }
}
