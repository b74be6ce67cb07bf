/// Why a line of columns is no record, in words, and where.
enum ColumnFinding {
  private static func label(_ program: ColumnProgram, _ index: Int) -> String {
    let column = program.columns[index]
    return column.name.isEmpty ? column.identifier : column.name
  }

  @inline(never)
  static func tooShort(_ program: ColumnProgram, _ index: Int, _ at: UnsafePointer<UInt8>) -> LineFailure {
    LineFailure(
      place: at,
      finding: RecordFinding(
        "R102", "the line ends where the \(label(program, index)) was expected",
        hint: "the line was cut off, or the log has another format: see `format`"))
  }

  @inline(never)
  static func missing(_ program: ColumnProgram, _ index: Int, _ at: UnsafePointer<UInt8>) -> LineFailure {
    LineFailure(
      place: at,
      finding: RecordFinding(
        "R105", "'\(label(program, index))' is missing, which every record needs",
        hint: "remove the line, or take the text out of `missing`"))
  }

  @inline(never)
  static func noNumber(_ program: ColumnProgram, _ index: Int, _ at: UnsafePointer<UInt8>) -> LineFailure {
    LineFailure(
      place: at,
      finding: RecordFinding(
        "R104", "'\(label(program, index))' is not a number",
        hint: "add the text to `missing` if it stands for no value"))
  }

  @inline(never)
  static func noTime(_ name: String, _ at: UnsafePointer<UInt8>) -> LineFailure {
    LineFailure(
      place: at,
      finding: RecordFinding(
        "R103", "'\(name)' is not a time as the format has it",
        hint: "compare the line with the format of the log: see `format`"))
  }

  @inline(never)
  static func undated(_ at: UnsafePointer<UInt8>) -> LineFailure {
    LineFailure(
      place: at,
      finding: RecordFinding(
        "R103", "the time has no date: no '#Date:' came before it", hint: "log the column date as well"))
  }

  @inline(never)
  static func ambiguous(_ at: UnsafePointer<UInt8>) -> LineFailure {
    LineFailure(
      place: at,
      finding: RecordFinding(
        "R106", "'time' exists twice or never in its zone", hint: "say `ambiguous: earlier` or `ambiguous: later`"))
  }

  /// What is said of a line that HAProxy wrote about a connection (`1.2.3.4:5 [time] fe/1: SSL handshake failure`) or about
  /// itself (`Server b/s is DOWN`); nil if it may be a request.
  @inline(never)
  static func message(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> LineFailure? {
    let blank = UInt8(ascii: " ")
    let address = Scan.byte(blank, start, end)
    guard address < end else { return nil }
    if end - address > 2, address[1] == UInt8(ascii: "["), address[2] &- 48 < 10 {
      let time = Scan.byte(blank, address + 1, end)
      let frontend = Scan.byte(blank, min(time + 1, end), end)
      guard frontend < end, frontend[-1] == UInt8(ascii: ":") else { return nil }
      return LineFailure(
        place: min(time + 1, end),
        finding: RecordFinding(
          "R101", "a message of HAProxy about a connection, no request", hint: "leave it: nothing was asked for"))
    }
    var at = address
    while at < end {
      at = Scan.byte(UInt8(ascii: "["), at, end)
      if end - at > 3, at[1] &- 48 < 10, at[2] &- 48 < 10, at[3] == UInt8(ascii: "/") { return nil }
      at += 1
    }
    return LineFailure(
      place: start,
      finding: RecordFinding(
        "R101", "a message of HAProxy, no request",
        hint: "leave it; if most lines are such, the log has another format: see `format`"))
  }

  /// Why no line of these columns is a record.
  @inline(never)
  static func unreadable(_ program: ColumnProgram, _ at: UnsafePointer<UInt8>) -> LineFailure {
    if let name = program.lacking, !program.columns.isEmpty {
      return LineFailure(
        place: at,
        finding: RecordFinding(
          "R105", "no column of '#Fields:' has '\(name)', which every record needs", hint: "let the server log it"))
    }
    if program.lacksZone {
      return LineFailure(
        place: at,
        finding: RecordFinding(
          "R103", "'time-local' is the server's own time, and nothing says its zone",
          hint: "add `zone:` with the server's zone, such as Europe/Warsaw"))
    }
    return LineFailure(
      place: at,
      finding: RecordFinding(
        "R101", "no '#Fields:' came before the line",
        hint: "set `columns` to what the log's other files have behind '#Fields:'"))
  }
}
