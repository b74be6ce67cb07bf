internal import Pipeline

/// Recognises exports in columns: delimiter, quote, escape, header and encoding by what makes the rows even, types by
/// the values. Groups are not guessed: which rows belong together is for who knows the export.
struct CSVSniffer: Sniffer {
  /// Rows that the first one is compared with.
  private static let headerRows = 100

  func sniff(_ head: SniffHead) -> SniffFinding? {
    guard let zone = Zone(named: head.zone ?? "UTC"), let first = head.bytes.first(where: { $0 > 0x20 }),
      first != UInt8(ascii: "{"), first != UInt8(ascii: "<"), first != UInt8(ascii: "[")
    else { return nil }
    let encoding = head.isConverted ? nil : CSVSniffer.encoding(head.bytes)
    guard let text = CSVSniffer.text(head.bytes, encoding),
      let table = CSVSample.best(text, isComplete: head.isComplete).map(CSVSniffer.withoutTitle),
      table.even * 10 >= table.rows.count * 8, !table.isLabelled
    else { return nil }
    let nulls = CSVNullTexts.of(table)
    let missing = Set([""] + nulls)
    let header = CSVSniffer.header(table, missing)
    // A log's first line is no header, though it may look like one above lines that are all texts as well.
    guard UnknownLog(head.bytes) == nil || header != nil && !UnknownLog.isOne(head.bytes.prefix { $0 != 0x0A }),
      let fields = CSVSniffer.fields(table, header, missing, zone, hasQuotes: text.contains(UInt8(ascii: "\"")))
    else { return nil }
    let settings =
      CSVSniffer.settings(table, hasHeader: header != nil, nulls, encoding) + fields.timeSettings(zone: head.zone)
      + [PinnedEntry("fields", .map(fields.entries))]
    let remarks = CSVSniffer.remarks(
      table, fields, hasHeader: header != nil, nulls, encoding, zone: head.zone)
    let delimiter = table.delimiterName == "tab" ? "tab" : "'\(table.delimiterName)'"
    let finding = SniffFinding(
      reader: "csv", format: "\(table.width) columns, \(delimiter), \(header == nil ? "no header" : "header")",
      settings: settings, remarks: remarks, head: head, make: CSVReader.make)
    // Half is what `delimiter: auto` and `format: auto` ask for, too.
    guard let finding, finding.understood * 2 >= finding.records else { return nil }
    return finding
  }

  // MARK: - What is said of it

  private static func settings(
    _ table: CSVSample, hasHeader: Bool, _ nulls: [String], _ encoding: String?
  ) -> [PinnedEntry] {
    var settings = [PinnedEntry("delimiter", .text(table.delimiterName))]
    if table.dialect.quote != UInt8(ascii: "\"") {
      settings.append(PinnedEntry("quote", .text(table.dialect.quote.map { String(UnicodeScalar($0)) } ?? "none")))
    }
    if table.dialect.escape == .backslash { settings.append(PinnedEntry("escape", .text("backslash"))) }
    if !table.dialect.comment.isEmpty {
      settings.append(PinnedEntry("comment", .text(String(decoding: table.dialect.comment, as: UTF8.self))))
    }
    if table.title > 0 { settings.append(PinnedEntry("skip", .plain(String(table.title)))) }
    if !hasHeader { settings.append(PinnedEntry("header", .plain("false"))) }
    if !nulls.isEmpty { settings.append(PinnedEntry("missing", .list([""] + nulls))) }
    if let encoding { settings.append(PinnedEntry("encoding", .text(encoding))) }
    return settings
  }

  private static func remarks(
    _ table: CSVSample, _ fields: SniffedFields, hasHeader: Bool, _ nulls: [String], _ encoding: String?,
    zone: String?
  ) -> [String] {
    var remarks = fields.remarks + fields.splitTimeRemarks
    if let encoding {
      let others = ["windows-1252", "windows-1250", "ISO-8859-2", "windows-1251", "windows-1254"].filter {
        $0 != encoding
      }
      remarks.append(
        "the file is not UTF-8: \(encoding) is assumed, look at its letters below; others are "
          + others.joined(separator: ", "))
    }
    if !nulls.isEmpty {
      remarks.append("\(nulls.map { "'\($0)'" }.joined(separator: ", ")) is taken for no value, in all columns")
    }
    if table.dialect.quote == nil { remarks.append("quotes enclose no fields here, and are read as characters") }
    let repeats = hasHeader ? table.rows.count { $0.cells == table.rows[0].cells } - 1 : 0
    if repeats > 0 {
      remarks.append(
        "the header comes again \(repeats == 1 ? "once" : "\(repeats) times"): a reject where some field is no text, else a record"
      )
    }
    if table.title > 0 {
      remarks.append("the header is line \(table.title + 1) of the table: what stands above it is passed over")
    }
    if !table.dialect.comment.isEmpty { remarks.append("lines that begin with # are passed over") }
    remarks += fields.timeRemarks(zone: zone, place: "column")
    if !hasHeader { remarks.append("the first row looks like the others: columns are numbered") }
    let uneven = table.rows.count - table.even - table.broken
    if uneven > 0 {
      remarks.append(
        "\(uneven == 1 ? "1 row has" : "\(uneven) rows have") other than \(table.width) fields: "
          + "`ragged: fill` or `ignore` takes \(uneven == 1 ? "it" : "them")")
    }
    if table.broken > 0 {
      remarks.append(
        "\(table.broken == 1 ? "1 row has" : "\(table.broken) rows have") wrong quotes and will be rejected (R112)")
    }
    return remarks
  }

  // MARK: - Columns

  /// A report's title, period and account stand above its header, in a cell or two.
  private static func withoutTitle(_ table: CSVSample) -> CSVSample {
    let first = table.rows.prefix(headerRows).firstIndex { row in row.cells.count { !$0.isEmpty } * 2 > table.width }
    guard let first, first > 0 else { return table }
    let rest = table.dropping(first)
    return header(rest, [""]) == nil ? table : rest
  }

  /// The names, if the first row has them: it is none of the values below, or, where those are all texts, has neither
  /// numbers nor times.
  private static func header(_ table: CSVSample, _ missing: Set<String>) -> [String]? {
    // As the reader takes them.
    guard var names = table.rows.first?.cells.map(CSVHead.trimmed), table.rows.count > 1 else { return nil }
    if names.count > 1, names.last == "" { names.removeLast() }
    var (likely, unlikely) = (0, 0)
    var areWords = true
    for (column, name) in names.enumerated() where !name.isEmpty {
      var alone = ValueGuess(name: "", zone: .utc)
      alone.take(name)
      if alone.word != "string" { areWords = false }
      var below = ValueGuess(name: "", zone: .utc)
      for row in table.rows.dropFirst().prefix(headerRows)
      where column < row.cells.count && row.cells != table.rows[0].cells {
        if !missing.contains(row.cells[column]) { below.take(row.cells[column]) }
      }
      guard below.word != "string" else { continue }
      if alone.word == "string" {
        likely += 1
      } else if alone.word == below.word || alone.isNumber && below.isNumber {
        unlikely += 1
      }
    }
    guard likely > unlikely || likely == unlikely && areWords else { return nil }
    return names.count { !$0.isEmpty } * 2 > names.count ? names : nil
  }

  /// Nil if this may as well be prose with commas in it.
  private static func fields(
    _ table: CSVSample, _ header: [String]?, _ missing: Set<String>, _ zone: Zone, hasQuotes: Bool
  ) -> SniffedFields? {
    // The header may come again where exports were put together.
    let rows = table.rows.map(\.cells).filter { cells in
      cells.count == table.width && (header == nil || cells != table.rows[0].cells)
    }
    let width = header?.count ?? table.width
    let guesses = (0..<width).map { column in
      var guess = ValueGuess(name: header?[column] ?? "", zone: zone)
      for row in rows where column < row.count && !missing.contains(row[column]) { guess.take(row[column]) }
      return guess
    }
    var habit = ExportHabit()
    for guess in guesses { habit.take(guess) }
    var fields = SniffedFields(habit: habit)
    var typed = 0
    for (column, guess) in guesses.enumerated() {
      let name = header?[column] ?? ""
      if guess.word != "string" { typed += 1 }
      let isUnique = !name.isEmpty && header?.count { $0 == name } == 1
      var place: PinnedEntry?
      if header != nil { place = PinnedEntry("column", isUnique ? .text(name) : .plain(String(column + 1))) }
      fields.add(
        SniffedField(
          words: [name.isEmpty ? "column_\(column + 1)" : name], place: place, guess: guess,
          isOptional: guess.count < rows.count),
        impliedPlace: isUnique ? name : nil)
    }
    // Prose has blanks, and hardly ever as many commas in each line.
    let isNamed =
      header?.allSatisfy { !$0.contains(" ") } == true && table.even == table.rows.count && rows.count > 1
    let isTable = typed > 0 || width >= 4 || hasQuotes || table.delimiter == 0x09 || isNamed
    return isTable && !rows.isEmpty ? fields : nil
  }

  // MARK: - Encoding

  /// Nil for UTF-8. The code pages of Central and of Western Europe are told apart by letters that only one of them has
  /// within words.
  private static func encoding(_ bytes: [UInt8]) -> String? {
    let part = Array(bytes.prefix(CSVSample.length))
    // A character may be cut in two at the end of the sample.
    if String(validating: part, as: UTF8.self) != nil { return nil }
    if part.count == CSVSample.length,
      (1...3).contains(where: { String(validating: part.dropLast($0), as: UTF8.self) != nil })
    {
      return nil
    }
    var windows = 0
    var latin = 0
    var central = 0
    var high = 0
    for byte in part where byte >= 0x80 {
      high += 1
      switch byte {
      // ą ś ź and ş ť ž in windows-1250, signs in windows-1252.
      case 0xB9, 0x9C, 0x9D, 0x9E, 0x9F, 0x8C, 0x8D, 0x8F, 0xBE, 0xA5: windows += 1
      // The same letters in ISO-8859-2.
      case 0xB1, 0xB6, 0xBC, 0xA6, 0xAC: latin += 1
      // ł ż Ł Ż in both.
      case 0xB3, 0xBF, 0xA3, 0xAF: central += 1
      default: break
      }
    }
    if latin > windows { return "ISO-8859-2" }
    return (windows + central) * 10 > high ? "windows-1250" : "windows-1252"
  }

  private static func text(_ bytes: [UInt8], _ encoding: String?) -> [UInt8]? {
    var part = Array(bytes.prefix(CSVSample.length))
    if let encoding {
      guard let table = CharacterTable(named: encoding) else { return nil }
      var text = [UInt8](repeating: 0, count: part.count * 3)
      guard
        let count = try? StoredInput.fill(&text, from: CharacterSource(MemorySource(part), table), atLeast: text.count)
      else { return nil }
      part = Array(text[..<count])
    }
    part.removeFirst(ByteOrderMark.length(of: part))
    // `sep=;` says no more than what the rows do.
    if part.count > 6, part.starts(with: "sep=".utf8), let end = part.prefix(8).firstIndex(of: 0x0A) {
      part.removeSubrange(...end)
    }
    return part
  }
}
