internal import Pipeline

/// Parses lines of columns. One thread uses a parser at a time.
///
/// A line is a record if it has the columns that every line has, a time, and what the format requires; what stands
/// behind the last column is passed over, since servers add columns at the end.
final class ColumnParser: RecordParser {
  private let layout: ColumnLayout
  private let settings: WeblogSettings
  private let initial: [UInt8]?
  private let wanted: WantedFields
  private let cutter: ColumnCutter
  /// For lines in which only tabs separate columns.
  private let tabbed: ColumnCutter
  private let timeSlot: Int
  /// See `ColumnLayout`.
  private let beginsWithClient: Bool
  private var programs: ColumnPrograms
  /// Of the columns in force.
  private var program: ColumnProgram
  private var directives: Directives
  private let time: UnsafeMutablePointer<ColumnTime>
  /// Where the last call ended: only there the directives are still the right ones.
  private var place = (input: -1, offset: -1, cursor: -1)

  private static let newline = UInt8(ascii: "\n")

  /// - Parameters:
  ///   - initial: the text of `#Fields:` until the log has one.
  ///   - required: fields without which a line is no record.
  init(
    layout: ColumnLayout, settings: WeblogSettings, initial: [UInt8]?, required: [String], fields: [String]
  ) {
    self.layout = layout
    self.settings = settings
    self.initial = initial
    wanted = WantedFields(fields, known: nil)
    timeSlot = wanted.slots["time"] ?? -1
    beginsWithClient = layout.beginsWithClient
    cutter = ColumnCutter(layout)
    tabbed = cutter.tabbed
    directives = Directives(fields: initial)
    programs = ColumnPrograms(layout, slots: wanted.slots, required: required, hasZone: settings.zone != nil)
    program = programs.program(initial)
    time = .allocate(capacity: 1)
    time.initialize(to: ColumnTime())
  }

  deinit { time.deallocate() }

  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
    if layout.hasDirectives { resume(block, cursor) }
    let base = UnsafePointer(block.start)
    let stop = base + block.count
    var at = base + cursor
    var count = batch.count
    let stride = batch.stride
    while at < stop, count < batch.capacity {
      let newline = Scan.byte(ColumnParser.newline, at, stop)
      var line = at
      var end = newline
      at = newline < stop ? newline + 1 : stop
      result.counts.lines &+= 1
      if end > line, end[-1] == UInt8(ascii: "\r") { end -= 1 }
      if line == end || Scan.isUnusualStart(line.pointee) {
        guard let begin = recordStart(line, end, result) else { continue }
        line = begin
      }
      var start = line
      if settings.prefix != .none, let message = settings.prefix.end(line, end, orTime: beginsWithClient) {
        start = message
      }
      let day = directives.datesRecords ? directives.pass(line, end) : nil
      let row = batch.fields + count &* stride
      for column in 0..<stride { row[column] = .missing }
      if var failure = parseLine(start, end, day, row, batch.arena) {
        if layout.hasMessages, let message = ColumnFinding.message(start, end) { failure = message }
        result.rejects.append(
          failure.reject(
            line, end, offset: line - base, line: result.counts.lines - 1, number: result.counts.records))
      } else {
        wanted.complete(row)
        (batch.records + count).initialize(
          to: Record(
            start: start, count: end - start, offset: start - base, line: result.counts.lines &- 1,
            number: result.counts.records))
        count &+= 1
      }
      result.counts.records &+= 1
    }
    batch.count = count
    cursor = at - base
    place = (block.input, block.offset, cursor)
    return at < stop
  }

  private func resume(_ block: Block, _ cursor: Int) {
    if cursor > 0, place == (block.input, block.offset, cursor) { return }
    directives = Directives(text: Preamble.text(of: block), fields: initial)
    let start = UnsafePointer(block.start)
    if cursor > 0 { directives.run(start, start + cursor) }
    program = programs.program(directives.fields)
  }

  /// As `LogLine.recordStart`; directives and the header are no records either.
  private func recordStart(
    _ line: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ result: MappedBlock
  ) -> UnsafePointer<UInt8>? {
    let start = Scan.lineStart(line, end)
    if layout.hasDirectives, start < end, start.pointee == UInt8(ascii: "#"), directives.take(start, end) {
      program = programs.program(directives.fields)
    }
    if !layout.header.isEmpty, end - start >= layout.header.count {
      var isHeader = true
      for (index, byte) in layout.header.enumerated() where start[index] != byte { isHeader = false }
      if isHeader {
        result.counts.comments += 1
        return nil
      }
    }
    return LogLine.recordStart(start, end, result)
  }

  // MARK: - One line

  /// What a line's columns say together.
  private struct Parts {
    var day: Int64?
    var clock: Int64?
    var nanoseconds: UInt32 = 0
    var instant: Int64?
    /// Of the columns that make up the duration, while all of them have a value.
    var sum: Int64?
    var path = Field.missing
    var query = Field.missing
  }

  /// Bounds: nothing at or behind `end` is taken for a value; up to 64 bytes behind it are readable.
  private func parseLine(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ datedBy: Int64?, _ row: UnsafeMutablePointer<Field>,
    _ arena: Arena
  ) -> LineFailure? {
    let program = program
    guard program.isReadable else { return ColumnFinding.unreadable(program, start) }
    let cutter = program.tabs > 0 && Directives.hasTabs(program.tabs, start, end) ? tabbed : cutter
    let steps = UnsafePointer(program.steps)
    var at = start
    var isOver = false
    var parts = Parts()
    parts.day = datedBy
    if program.duration >= 0 { parts.sum = 0 }
    if cutter.isRun { at = cutter.behindRun(at, end) }
    var index = 0
    while index < program.count {
      let step = steps + index
      if step.pointee.kind == .captures, isOver || at.pointee != UInt8(ascii: "{") {
        index &+= 1
        continue
      }
      if isOver {
        if index < program.minimum || step.pointee.isRequired { return ColumnFinding.tooShort(program, index, end) }
        if step.pointee.isAddend { parts.sum = nil }
        index &+= 1
        continue
      }
      var value = cutter.value(&at, end)
      switch step.pointee.repair {
      case .none: break
      case .request: cutter.complete(&value, &at, end)
      case .lastInQuotes: cutter.completeToLastQuote(&value, &at, end)
      }
      if at < end {
        at += 1
        if cutter.isRun {
          at = cutter.behindRun(at, end)
          isOver = at >= end
        }
      } else {
        isOver = true
      }
      if let failure = take(value, step, index, &parts, row, arena) { return failure }
      if step.pointee.isRequired, step.pointee.main >= 0, row[step.pointee.main].isMissing {
        return ColumnFinding.missing(program, index, value.from)
      }
      index &+= 1
    }
    if let failure = date(start, &parts, row) { return failure }
    if program.target >= 0 { row[program.target] = ColumnText.joined(parts.path, parts.query, arena) }
    if let sum = parts.sum { row[program.duration] = .int(sum) }
    return nil
  }

  /// Makes fields of a value, or keeps it for what several columns say together.
  @inline(__always)
  private func take(
    _ value: ColumnCutter.Value, _ step: UnsafePointer<ColumnStep>, _ index: Int, _ parts: inout Parts,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> LineFailure? {
    let (from, to, isDoubled) = (value.from, value.to, value.isDoubled)
    switch step.pointee.kind {
    case .skip: break
    case .text, .stem, .query:
      let isQuery = step.pointee.kind == .query
      let field = text(
        step, isQuery && from < to && from.pointee == UInt8(ascii: "?") ? from + 1 : from, to, isDoubled, arena)
      if step.pointee.isRequired, field.isMissing { return ColumnFinding.missing(program, index, from) }
      if step.pointee.main >= 0 { row[step.pointee.main] = field }
      if step.pointee.kind == .stem { parts.path = field }
      if isQuery { parts.query = field }
    case .int:
      guard step.pointee.main >= 0 || step.pointee.isRequired else { break }
      if let number = LogNumber.integer(from, to, allowsPlus: true) {
        // -1 stands for what never happened.
        if step.pointee.main >= 0, number >= 0 { row[step.pointee.main] = .int(number) }
      } else if !settings.missing.contains(from, to) {
        return ColumnFinding.noNumber(program, index, from)
      } else if step.pointee.isRequired {
        return ColumnFinding.missing(program, index, from)
      }
    case .micros, .seconds:
      var micros: Int64?
      if !settings.missing.contains(from, to) {
        guard let read = LogNumber.duration(step.pointee.scale, from, to) else {
          return ColumnFinding.noNumber(program, index, from)
        }
        micros = read < 0 ? nil : read
      }
      if let micros, step.pointee.main >= 0 { row[step.pointee.main] = .int(micros) }
      if step.pointee.isAddend, let sum = parts.sum {
        let total = micros.map { sum.addingReportingOverflow($0) }
        parts.sum = total?.overflow == false ? total?.partialValue : nil
      }
    case .date, .timeOfDay, .isoTime, .commonTime, .epoch: return takeTime(value, step, &parts)
    case .request: request(step, value, row, arena)
    case .target, .hostPath: location(step, from, to, isDoubled, row, arena)
    case .addressPort: addressPort(step, from, to, row, arena)
    case .pair, .timers: pair(step, from, to, row, arena)
    case .captures: if step.pointee.main >= 0 { row[step.pointee.main] = text(step, from, to, false, arena) }
    }
    return nil
  }

  @inline(__always)
  private func takeTime(
    _ value: ColumnCutter.Value, _ step: UnsafePointer<ColumnStep>, _ parts: inout Parts
  ) -> LineFailure? {
    let (from, to) = (value.from, value.to)
    switch step.pointee.kind {
    case .date:
      parts.day = time.pointee.day(from, to)
      if parts.day == nil { return ColumnFinding.noTime("date", from) }
    case .timeOfDay:
      guard let read = ColumnTime.timeOfDay(from, to, &parts.nanoseconds) else {
        return ColumnFinding.noTime("time", from)
      }
      parts.clock = read
    case .epoch:
      guard let read = ColumnTime.epoch(step.pointee.scale, from, to, &parts.nanoseconds) else {
        return ColumnFinding.noTime("time", from)
      }
      parts.instant = read
    default:
      let read =
        step.pointee.kind == .isoTime
        ? time.pointee.iso(from, to, &parts.nanoseconds) : time.pointee.common(from, to, &parts.nanoseconds)
      guard let read else { return ColumnFinding.noTime("time", from) }
      guard let instant = read.offset.map({ read.local - $0 }) ?? utc(read.local) else {
        return ColumnFinding.ambiguous(from)
      }
      parts.instant = instant
    }
    return nil
  }

  /// Fills in the time that the columns make together.
  @inline(__always)
  private func date(
    _ start: UnsafePointer<UInt8>, _ parts: inout Parts, _ row: UnsafeMutablePointer<Field>
  ) -> LineFailure? {
    if parts.instant == nil {
      guard let clock = parts.clock else { return ColumnFinding.noTime("time", start) }
      guard let day = parts.day else { return ColumnFinding.undated(start) }
      guard let seconds = utc(day * 86_400 + clock) else { return ColumnFinding.ambiguous(start) }
      parts.instant = seconds
    }
    guard let instant = parts.instant, TimeParts.range.contains(instant) else {
      return ColumnFinding.noTime("time", start)
    }
    if timeSlot >= 0 { row[timeSlot] = .timestamp(seconds: instant, nanoseconds: parts.nanoseconds) }
    return nil
  }

  // MARK: - Values

  @inline(__always)
  private func text(
    _ step: UnsafePointer<ColumnStep>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, _ isDoubled: Bool,
    _ arena: Arena
  ) -> Field {
    if settings.missing.contains(from, to) { return .missing }
    return plain(step.pointee.encoding, from, to, isDoubled, arena)
  }

  @inline(__always)
  private func plain(
    _ encoding: LogColumn.Encoding, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, _ isDoubled: Bool,
    _ arena: Arena
  ) -> Field {
    var field = Field.text(from, to - from)
    if isDoubled {
      field =
        layout.hasEscapes
        ? TextEscape.decode(from, to - from, .default, arena) : ColumnText.quotes(from, to, arena)
    }
    if layout.hasDirectives, ColumnText.hasHighByte(from, to), let start = field.pointer {
      field = ColumnText.latin(start, start + Int(field.count), arena)
    }
    switch encoding {
    case .plain: return field
    case .plus: return ColumnText.blanks(field, arena)
    case .percent: return ColumnText.percent(field, arena)
    case .hash: return ColumnText.hashes(field, arena)
    }
  }

  private func request(
    _ step: UnsafePointer<ColumnStep>, _ value: ColumnCutter.Value, _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) {
    let step = step.pointee
    var (from, to) = (value.from, value.to)
    let isDoubled = value.isDoubled
    // `- - -` is how balancers write that there was none.
    var first = from
    while first < to, first.pointee == UInt8(ascii: "-") || first.pointee == UInt8(ascii: " ") { first += 1 }
    if first == to { return }
    if step.encoding == .hash {
      // Before it is taken apart: a `#` would end its query.
      let decoded = ColumnText.hashes(.text(from, to - from), arena)
      if let start = decoded.pointer { (from, to) = (start, start + Int(decoded.count)) }
    }
    if step.main >= 0 { row[step.main] = plain(.plain, from, to, isDoubled, arena) }
    guard step.parts.areWanted || step.host >= 0 else { return }
    let line = RequestLine(from, to, isCut: value.isCut)
    step.parts.fill(line, row)
    decode(step.parts, (from, to), isDoubled, row, arena)
    if let target = line.target { host(step, of: target, isDoubled, row, arena) }
  }

  /// Decodes the parts of a value as `plain` does.
  private func decode(
    _ parts: RequestSlots, _ value: RequestLine.Part, _ isDoubled: Bool, _ row: UnsafeMutablePointer<Field>,
    _ arena: Arena
  ) {
    guard isDoubled || layout.hasDirectives && ColumnText.hasHighByte(value.start, value.end) else { return }
    parts.decode(in: row) { plain(.plain, $0.start, $0.end, isDoubled, arena) }
  }

  private func location(
    _ step: UnsafePointer<ColumnStep>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, _ isDoubled: Bool,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) {
    let step = step.pointee
    if settings.missing.contains(from, to) { return }
    if step.main >= 0 { row[step.main] = plain(step.encoding, from, to, isDoubled, arena) }
    if step.kind == .hostPath {
      let slash = Scan.byte(UInt8(ascii: "/"), from, to)
      if step.host >= 0 { row[step.host] = plain(.plain, from, slash, isDoubled, arena) }
      if slash < to { step.parts.fill(target: (slash, to), row) }
    } else {
      step.parts.fill(target: (from, to), row)
      host(step, of: (from, to), isDoubled, row, arena)
    }
    decode(step.parts, (from, to), isDoubled, row, arena)
  }

  /// The host of a target that is a whole URL.
  private func host(
    _ step: ColumnStep, of target: RequestLine.Part, _ isDoubled: Bool, _ row: UnsafeMutablePointer<Field>,
    _ arena: Arena
  ) {
    guard step.host >= 0, target.end - target.start > 3, target.start.pointee != 0x2F else { return }
    var at = Scan.byte(UInt8(ascii: ":"), target.start, target.end)
    guard target.end - at > 3, at[1] == UInt8(ascii: "/"), at[2] == UInt8(ascii: "/") else { return }
    at += 3
    let start = at
    if at.pointee == UInt8(ascii: "[") {
      at = Scan.byte(UInt8(ascii: "]"), at, target.end)
      if at < target.end { at += 1 }
    }
    while at < target.end, at.pointee != 0x2F, at.pointee != 0x3A, at.pointee != 0x3F, at.pointee != 0x23 { at += 1 }
    if at > start { row[step.host] = plain(.plain, start, at, isDoubled, arena) }
  }

  private func addressPort(
    _ step: UnsafePointer<ColumnStep>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) {
    let step = step.pointee
    if settings.missing.contains(from, to) { return }
    var stop = to
    // The last colon is the port's: an address of version 6 may stand without brackets.
    if let colon = Scan.lastByte(UInt8(ascii: ":"), from, to),
      let port = LogNumber.integer(colon + 1, to, allowsPlus: true)
    {
      stop = colon
      if step.second >= 0 { row[step.second] = .int(port) }
    }
    let host = AddressRange.Address.withoutBrackets(from, stop)
    if step.main >= 0, !settings.missing.contains(host.start, host.stop) {
      row[step.main] = plain(.plain, host.start, host.stop, false, arena)
    }
  }

  private func pair(
    _ step: UnsafePointer<ColumnStep>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) {
    let step = step.pointee
    if settings.missing.contains(from, to) { return }
    let slash =
      step.kind == .timers
      ? Scan.lastByte(UInt8(ascii: "/"), from, to) ?? to : Scan.byte(UInt8(ascii: "/"), from, to)
    let start = from
    let stop = step.kind == .timers ? to : slash
    if step.main >= 0, !settings.missing.contains(start, stop) {
      row[step.main] = plain(.plain, start, stop, false, arena)
    }
    guard step.second >= 0, slash < to else { return }
    var behind = slash + 1
    if step.kind == .timers {
      if behind < to, behind.pointee == UInt8(ascii: "+") { behind += 1 }
      if let value = LogNumber.duration(1000, behind, to), value >= 0 { row[step.second] = .int(value) }
    } else if step.isNumber {
      if let value = LogNumber.integer(behind, to, allowsPlus: true) { row[step.second] = .int(value) }
    } else if !settings.missing.contains(behind, to) {
      row[step.second] = plain(.plain, behind, to, false, arena)
    }
  }

  /// A local time in UTC: what the settings say, and UTC where they say nothing, as these formats are documented.
  @inline(__always)
  private func utc(_ local: Int64) -> Int64? {
    guard let zone = settings.zone else { return local }
    return zone.utc(local: local, ambiguous: settings.ambiguous)
  }
}
