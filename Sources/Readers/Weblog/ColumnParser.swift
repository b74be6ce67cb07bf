internal import Pipeline

/// Parses lines of columns. One thread uses a parser at a time.
///
/// A line is a record if it has the columns that every line has, a time, and what the format requires; what stands
/// behind the last column is passed over, since servers add columns at the end.
final class ColumnParser: RecordParser {
  /// A column with all that its kernel needs, slots negative where nobody asked.
  private struct Step {
    enum Kind: UInt8 {
      case skip, text, int, micros, seconds, request, target, hostPath, stem, query, addressPort, pair, timers
      case captures, date, timeOfDay, isoTime, commonTime, epoch
    }
    var kind: Kind
    var encoding: LogColumn.Encoding
    var isRequired: Bool
    var isNumber: Bool
    var isAddend: Bool
    /// Also where nobody asked for its parts: where it ends must not depend on that.
    var isRequest: Bool
    var scale: Int64
    var main: Int
    var second: Int
    var host: Int
    var parts: RequestSlots
  }

  /// The columns in force.
  private final class Compiled {
    let columns: [LogColumn]
    let steps: UnsafeMutablePointer<Step>
    /// Columns that are looked at.
    let count: Int
    /// Columns that a line must have.
    let minimum: Int
    let target: Int
    let duration: Int
    /// A required field that no column has.
    let lacking: String?
    /// Whether the time is the server's own and no zone says which.
    let lacksZone: Bool
    /// Whether lines can be records at all.
    let isReadable: Bool
    /// How many tabs there are between the names of columns that tabs alone separate; 0 if others do.
    let tabs: Int

    init(
      _ columns: [LogColumn], minimum: Int, slots: [String: Int], required: [String], hasZone: Bool = true,
      tabs: Int = 0
    ) {
      self.columns = columns
      self.tabs = tabs
      let plan = ColumnPlan(columns)
      steps = .allocate(capacity: max(columns.count, 1))
      var last = 0
      for (index, planned) in plan.steps.enumerated() {
        let column = planned.column
        var step = Step(
          kind: Compiled.kind(column.kind), encoding: column.encoding, isRequired: column.isRequired,
          isNumber: column.secondIsNumber, isAddend: column.isPartOfDuration && plan.sumsDuration,
          isRequest: column.kind == .request, scale: Compiled.scale(column.kind),
          main: slots[planned.name] ?? -1, second: slots[planned.second] ?? -1, host: slots[planned.host] ?? -1,
          parts: RequestSlots(planned.parts, slots))
        let isAsked = planned.outputs.contains { slots[$0] != nil }
        let isJoined = plan.joinsTarget && slots["target"] != nil && (column.kind == .stem || column.kind == .query)
        let isAdded = step.isAddend && slots["duration"] != nil
        if isAsked || isJoined || isAdded || column.isRequired || column.kind.isTime || column.kind == .captures {
          last = index + 1
        } else {
          step.kind = .skip
        }
        (steps + index).initialize(to: step)
      }
      target = plan.joinsTarget ? slots["target"] ?? -1 : -1
      duration = plan.sumsDuration ? slots["duration"] ?? -1 : -1
      self.minimum = min(minimum, columns.count)
      count = max(last, self.minimum)
      let names = Set(plan.steps.flatMap(\.outputs))
      lacking = required.first { $0 == "time" ? !plan.hasTime : !names.contains($0) }
      lacksZone = !hasZone && columns.contains { $0.isLocal && $0.kind == .timeOfDay }
      isReadable = !columns.isEmpty && lacking == nil && !lacksZone
    }

    deinit { steps.deallocate() }

    private static func kind(_ kind: LogColumn.Kind) -> Step.Kind {
      switch kind {
      case .text: .text
      case .int: .int
      case .micros: .micros
      case .seconds: .seconds
      case .request: .request
      case .target: .target
      case .hostPath: .hostPath
      case .stem: .stem
      case .query: .query
      case .addressPort: .addressPort
      case .pair: .pair
      case .timers: .timers
      case .captures: .captures
      case .date: .date
      case .timeOfDay: .timeOfDay
      case .isoTime: .isoTime
      case .commonTime: .commonTime
      case .epoch: .epoch
      }
    }

    private static func scale(_ kind: LogColumn.Kind) -> Int64 {
      switch kind {
      case .micros(let unit): unit
      case .epoch(let digits): digits == 6 ? 1_000_000 : digits == 3 ? 1000 : 1
      default: 0
      }
    }
  }

  /// What stands between columns: one byte or the other, perhaps several of them.
  private struct Separators {
    var one: UInt8
    var other: UInt8
    var isRun: Bool

    static let tabs = Separators(one: 0x09, other: 0x09, isRun: false)
  }

  private struct Failure {
    var code: String
    var message: String
    var hint: String
    var at: UnsafePointer<UInt8>
  }

  private let layout: ColumnLayout
  private let settings: WeblogSettings
  private let slots: [String: Int]
  private let required: [String]
  private let initial: [UInt8]?
  private var repeated: [(from: Int, to: Int)] = []
  private let separators: Separators
  private let timeSlot: Int
  /// Whether a line cannot begin with a time of its own.
  private let beginsWithClient: Bool
  private var compiled: Compiled
  /// What identifiers mean.
  private let names: [String: LogColumn]
  /// By the text behind `#Fields:`.
  private var known: [[UInt8]: Compiled] = [:]
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
    self.required = required
    var slots: [String: Int] = [:]
    for (column, name) in fields.enumerated() {
      if let before = slots[name] { repeated.append((before, column)) } else { slots[name] = column }
    }
    self.slots = slots
    timeSlot = slots["time"] ?? -1
    beginsWithClient = layout.columns.first?.name == "ip"
    separators = Separators(one: layout.separator.0, other: layout.separator.1, isRun: layout.isRun)
    directives = Directives(fields: initial)
    names = layout.hasDirectives ? layout.known : [:]
    compiled =
      layout.hasDirectives
      ? ColumnParser.compile(layout, names, initial ?? [], slots, required, settings)
      : Compiled(layout.columns, minimum: layout.minimum, slots: slots, required: required)
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
        if layout.hasMessages, let message = ColumnParser.message(start, end) { failure = message }
        result.rejects.append(
          Reject(
            stage: .record, code: failure.code, message: failure.message, hint: failure.hint, offset: line - base,
            length: end - line, line: result.counts.lines - 1, number: result.counts.records,
            column: failure.at - line + 1))
      } else {
        for pair in repeated { row[pair.to] = row[pair.from] }
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
    use(directives.fields)
  }

  /// The columns that a log names; where it is not known how many there are at least, a line must have them all.
  private static func compile(
    _ layout: ColumnLayout, _ names: [String: LogColumn], _ fields: [UInt8], _ slots: [String: Int],
    _ required: [String], _ settings: WeblogSettings
  ) -> Compiled {
    let columns = names.columns(named: fields)
    let minimum = layout.minimum > 0 ? layout.minimum : columns.count
    return Compiled(
      columns, minimum: minimum, slots: slots, required: required, hasZone: settings.zone != nil,
      tabs: Directives.tabs(of: fields))
  }

  private func use(_ fields: [UInt8]?) {
    guard let fields else {
      compiled = Compiled([], minimum: 0, slots: slots, required: required)
      return
    }
    if let before = known[fields] {
      compiled = before
      return
    }
    // A log that names other columns for each line must not fill the memory.
    if known.count >= 64 { known.removeAll() }
    compiled = ColumnParser.compile(layout, names, fields, slots, required, settings)
    known[fields] = compiled
  }

  /// As `LogLine.recordStart`; directives and the header are no records either.
  private func recordStart(
    _ line: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ result: MappedBlock
  ) -> UnsafePointer<UInt8>? {
    let start = Scan.lineStart(line, end)
    if layout.hasDirectives, start < end, start.pointee == UInt8(ascii: "#"), directives.take(start, end) {
      use(directives.fields)
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

  /// A column's value in its line.
  private struct Value {
    var from: UnsafePointer<UInt8>
    var to: UnsafePointer<UInt8>
    /// Whether it has doubled quotes, or escapes.
    var isDoubled = false
    /// Whether it has lost its closing quote with the rest of the line.
    var isCut = false
  }

  /// Bounds: nothing at or behind `end` is taken for a value; up to 64 bytes behind it are readable.
  private func parseLine(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ datedBy: Int64?, _ row: UnsafeMutablePointer<Field>,
    _ arena: Arena
  ) -> Failure? {
    let compiled = compiled
    guard compiled.isReadable else { return unreadable(compiled, start) }
    let separators =
      compiled.tabs > 0 && Directives.hasTabs(compiled.tabs, start, end) ? Separators.tabs : self.separators
    let steps = UnsafePointer(compiled.steps)
    var at = start
    var isOver = false
    var parts = Parts()
    parts.day = datedBy
    if compiled.duration >= 0 { parts.sum = 0 }
    if separators.isRun { at = behindRun(at, end, separators) }
    var index = 0
    while index < compiled.count {
      let step = steps + index
      if step.pointee.kind == .captures, isOver || at.pointee != UInt8(ascii: "{") {
        index &+= 1
        continue
      }
      if isOver {
        if index < compiled.minimum || step.pointee.isRequired { return tooShort(compiled, index, end) }
        if step.pointee.isAddend { parts.sum = nil }
        index &+= 1
        continue
      }
      var value = value(&at, end, separators)
      if step.pointee.isRequest { complete(&value, &at, end, separators) }
      if at < end {
        at += 1
        if separators.isRun {
          at = behindRun(at, end, separators)
          isOver = at >= end
        }
      } else {
        isOver = true
      }
      if let failure = take(value, step, index, &parts, row, arena) { return failure }
      if step.pointee.isRequired, step.pointee.main >= 0, row[step.pointee.main].isMissing {
        return missing(compiled, index, value.from)
      }
      index &+= 1
    }
    if let failure = date(start, &parts, row) { return failure }
    if compiled.target >= 0 { row[compiled.target] = ColumnText.joined(parts.path, parts.query, arena) }
    if let sum = parts.sum { row[compiled.duration] = .int(sum) }
    return nil
  }

  /// The value that begins at `at`, which is moved to its separator.
  @inline(__always)
  private func value(
    _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ separators: Separators
  ) -> Value {
    let start = at
    if let closing = closing(at, end, separators) {
      at = closing.at + 1
      return Value(from: start + 1, to: closing.at, isDoubled: closing.isDoubled, isCut: closing.at >= end)
    }
    at = Scan.first(of: separators.one, or: separators.other, at, end)
    return Value(from: start, to: at)
  }

  /// A quote in a request that is not escaped does not end it where the next one stands behind its protocol:
  /// `"GET /" HTTP/1.1"`.
  @inline(__always)
  private func complete(
    _ value: inout Value, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ separators: Separators
  ) {
    // Nearly all end in a protocol of eight bytes.
    let http: UInt32 = 0x5054_5448
    if value.to - value.from > 8, UnsafeRawPointer(value.to - 8).loadUnaligned(as: UInt32.self) == http { return }
    completeAnyway(&value, &at, end, separators)
  }

  @inline(never)
  private func completeAnyway(
    _ value: inout Value, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ separators: Separators
  ) {
    let quote = UInt8(ascii: "\"")
    guard at < end, at[-1] == quote, RequestLine(value.from, value.to).proto == nil else { return }
    let next = Scan.byte(quote, at, end)
    guard next < end, RequestLine(value.from, next).proto != nil,
      next + 1 == end || next[1] == separators.one || next[1] == separators.other
    else { return }
    value.to = next
    at = next + 1
  }

  /// Makes fields of a value, or keeps it for what several columns say together.
  @inline(__always)
  private func take(
    _ value: Value, _ step: UnsafePointer<Step>, _ index: Int, _ parts: inout Parts, _ row: UnsafeMutablePointer<Field>,
    _ arena: Arena
  ) -> Failure? {
    let (from, to, isDoubled) = (value.from, value.to, value.isDoubled)
    switch step.pointee.kind {
    case .skip: break
    case .text, .stem, .query:
      let isQuery = step.pointee.kind == .query
      let field = text(
        step, isQuery && from < to && from.pointee == UInt8(ascii: "?") ? from + 1 : from, to, isDoubled, arena)
      if step.pointee.isRequired, field.isMissing { return missing(compiled, index, from) }
      if step.pointee.main >= 0 { row[step.pointee.main] = field }
      if step.pointee.kind == .stem { parts.path = field }
      if isQuery { parts.query = field }
    case .int:
      guard step.pointee.main >= 0 || step.pointee.isRequired else { break }
      if let number = ColumnParser.integer(from, to) {
        // -1 stands for what never happened.
        if step.pointee.main >= 0, number >= 0 { row[step.pointee.main] = .int(number) }
      } else if !settings.missing.contains(from, to) {
        return noNumber(index, from)
      } else if step.pointee.isRequired {
        return missing(compiled, index, from)
      }
    case .micros, .seconds:
      var micros: Int64?
      if !settings.missing.contains(from, to) {
        guard let read = ColumnParser.duration(step.pointee.scale, from, to) else { return noNumber(index, from) }
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
  private func takeTime(_ value: Value, _ step: UnsafePointer<Step>, _ parts: inout Parts) -> Failure? {
    let (from, to) = (value.from, value.to)
    switch step.pointee.kind {
    case .date:
      parts.day = time.pointee.day(from, to)
      if parts.day == nil { return noTime("date", from) }
    case .timeOfDay:
      guard let read = ColumnTime.timeOfDay(from, to, &parts.nanoseconds) else { return noTime("time", from) }
      parts.clock = read
    case .epoch:
      guard let read = ColumnParser.epoch(step.pointee.scale, from, to, &parts.nanoseconds) else {
        return noTime("time", from)
      }
      parts.instant = read
    default:
      let read =
        step.pointee.kind == .isoTime
        ? time.pointee.iso(from, to, &parts.nanoseconds) : time.pointee.common(from, to, &parts.nanoseconds)
      guard let read else { return noTime("time", from) }
      guard let instant = read.offset.map({ read.local - $0 }) ?? utc(read.local) else { return ambiguous(from) }
      parts.instant = instant
    }
    return nil
  }

  /// Fills in the time that the columns make together.
  @inline(__always)
  private func date(
    _ start: UnsafePointer<UInt8>, _ parts: inout Parts, _ row: UnsafeMutablePointer<Field>
  ) -> Failure? {
    if parts.instant == nil {
      guard let clock = parts.clock else { return noTime("time", start) }
      guard let day = parts.day else { return undated(start) }
      guard let seconds = utc(day * 86_400 + clock) else { return ambiguous(start) }
      parts.instant = seconds
    }
    guard let instant = parts.instant, TimeParts.range.contains(instant) else { return noTime("time", start) }
    if timeSlot >= 0 { row[timeSlot] = .timestamp(seconds: instant, nanoseconds: parts.nanoseconds) }
    return nil
  }

  @inline(__always)
  private func behindRun(
    _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ separators: Separators
  ) -> UnsafePointer<UInt8> {
    var at = at
    while at < end, at.pointee == separators.one || at.pointee == separators.other { at += 1 }
    return at
  }

  /// Where a value in quotes, brackets or braces ends; nil if it is none, or is never closed before the next separator.
  @inline(__always)
  private func closing(
    _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ separators: Separators
  ) -> (at: UnsafePointer<UInt8>, isDoubled: Bool)? {
    let first = at.pointee
    guard at < end, first == UInt8(ascii: "\"") || layout.hasBrackets && (first == 0x5B || first == 0x7B) else {
      return nil
    }
    return closingAnyway(at, end, first, separators)
  }

  private func closingAnyway(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ first: UInt8, _ separators: Separators
  ) -> (at: UnsafePointer<UInt8>, isDoubled: Bool)? {
    let last = first == UInt8(ascii: "\"") ? first : first + 2
    let escape = layout.hasEscapes ? UInt8(ascii: "\\") : last
    var isDoubled = false
    var at = start + 1
    while true {
      at = Scan.first(of: last, or: escape, at, end)
      // The last value of a line may have lost its quote.
      if at >= end { return layout.hasDirectives || first != UInt8(ascii: "\"") ? nil : (end, isDoubled) }
      if at.pointee != last {
        // What follows a backslash is no end, whatever it is.
        isDoubled = true
        at = min(at + 2, end)
        continue
      }
      let next = at + 1
      if layout.hasDoubledQuotes, first == last, next < end, next.pointee == last {
        isDoubled = true
        at += 2
        continue
      }
      if next == end || next.pointee == separators.one || next.pointee == separators.other {
        return (at, isDoubled)
      }
      at = next
    }
  }

  // MARK: - Values

  @inline(__always)
  private func text(
    _ step: UnsafePointer<Step>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, _ isDoubled: Bool,
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
    _ step: UnsafePointer<Step>, _ value: Value, _ row: UnsafeMutablePointer<Field>, _ arena: Arena
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
    _ step: UnsafePointer<Step>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, _ isDoubled: Bool,
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
    _ step: Step, of target: RequestLine.Part, _ isDoubled: Bool, _ row: UnsafeMutablePointer<Field>, _ arena: Arena
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
    _ step: UnsafePointer<Step>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) {
    let step = step.pointee
    if settings.missing.contains(from, to) { return }
    var stop = to
    // The last colon is the port's: an address of version 6 may stand without brackets.
    if let colon = Scan.lastByte(UInt8(ascii: ":"), from, to), let port = ColumnParser.integer(colon + 1, to) {
      stop = colon
      if step.second >= 0 { row[step.second] = .int(port) }
    }
    let host = AddressRange.Address.withoutBrackets(from, stop)
    if step.main >= 0, !settings.missing.contains(host.start, host.stop) {
      row[step.main] = plain(.plain, host.start, host.stop, false, arena)
    }
  }

  private func pair(
    _ step: UnsafePointer<Step>, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>,
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
      if let value = ColumnParser.duration(1000, behind, to), value >= 0 { row[step.second] = .int(value) }
    } else if step.isNumber {
      if let value = ColumnParser.integer(behind, to) { row[step.second] = .int(value) }
    } else if !settings.missing.contains(behind, to) {
      row[step.second] = plain(.plain, behind, to, false, arena)
    }
  }

  /// A whole number, with a sign or not.
  @inline(__always)
  private static func integer(_ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) -> Int64? {
    var at = from
    let sign = at < to ? at.pointee : 0
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { at += 1 }
    guard to > at, to - at <= 18 else { return nil }
    var value: Int64 = 0
    while at < to {
      let digit = at.pointee &- 48
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
      at += 1
    }
    return sign == UInt8(ascii: "-") ? -value : value
  }

  /// Microseconds: whole units if there is a unit, else seconds with a fraction, where the unit is not also fractional.
  private static func duration(
    _ unit: Int64, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>
  ) -> Int64? {
    if let value = integer(from, to) {
      let (product, isTooBig) = value.multipliedReportingOverflow(by: unit == 0 ? 1_000_000 : unit)
      return isTooBig ? nil : product
    }
    var text = TimeText(at: from, end: to)
    let isNegative = text.skip(UInt8(ascii: "-"))
    var whole: Int64 = 0
    var fraction: UInt32 = 0
    guard text.number(1...12, 0...999_999_999_999, &whole), text.skip(UInt8(ascii: ".")), text.fraction(&fraction),
      text.at == to
    else { return nil }
    // 12 digits of units, each of at most a second.
    let scale = unit == 0 ? 1_000_000 : unit
    let value = whole * scale + Int64(fraction) * scale / 1_000_000_000
    return isNegative ? -value - 1 : value
  }

  private static func epoch(
    _ unit: Int64, _ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>, _ nanoseconds: inout UInt32
  ) -> Int64? {
    var text = TimeText(at: from, end: to)
    var value: Int64 = 0
    guard text.number(1...18, 0...Int64.max, &value) else { return nil }
    nanoseconds = UInt32(truncatingIfNeeded: value % unit * (1_000_000_000 / unit))
    if unit == 1, text.skip(UInt8(ascii: ".")) { guard text.fraction(&nanoseconds) else { return nil } }
    return text.at == to ? value / unit : nil
  }

  /// A local time in UTC: what the settings say, and UTC where they say nothing, as these formats are documented.
  @inline(__always)
  private func utc(_ local: Int64) -> Int64? {
    guard let zone = settings.zone else { return local }
    return zone.utc(local: local, ambiguous: settings.ambiguous)
  }

  // MARK: - Failures

  private func label(_ compiled: Compiled, _ index: Int) -> String {
    let column = compiled.columns[index]
    return column.name.isEmpty ? column.identifier : column.name
  }

  @inline(never)
  private func tooShort(_ compiled: Compiled, _ index: Int, _ at: UnsafePointer<UInt8>) -> Failure {
    Failure(
      code: "R102", message: "the line ends where the \(label(compiled, index)) was expected",
      hint: "the line was cut off, or the log has another format: see `format`", at: at)
  }

  @inline(never)
  private func missing(_ compiled: Compiled, _ index: Int, _ at: UnsafePointer<UInt8>) -> Failure {
    Failure(
      code: "R105", message: "'\(label(compiled, index))' is missing, which every record needs",
      hint: "remove the line, or take the text out of `missing`", at: at)
  }

  @inline(never)
  private func noNumber(_ index: Int, _ at: UnsafePointer<UInt8>) -> Failure {
    Failure(
      code: "R104", message: "'\(label(compiled, index))' is no number",
      hint: "add the text to `missing` if it stands for no value", at: at)
  }

  @inline(never)
  private func noTime(_ name: String, _ at: UnsafePointer<UInt8>) -> Failure {
    Failure(
      code: "R103", message: "'\(name)' is no time as the format has it",
      hint: "compare the line with the format of the log: see `format`", at: at)
  }

  @inline(never)
  private func undated(_ at: UnsafePointer<UInt8>) -> Failure {
    Failure(
      code: "R103", message: "the time has no date: no '#Date:' came before it",
      hint: "log the column date as well", at: at)
  }

  @inline(never)
  private func ambiguous(_ at: UnsafePointer<UInt8>) -> Failure {
    Failure(
      code: "R106", message: "'time' exists twice or never in its zone",
      hint: "say `ambiguous: earlier` or `ambiguous: later`", at: at)
  }

  /// What is said of a line that HAProxy wrote about a connection (`1.2.3.4:5 [time] fe/1: SSL handshake failure`) or about
  /// itself (`Server b/s is DOWN`); nil if it may be a request.
  @inline(never)
  private static func message(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Failure? {
    let blank = UInt8(ascii: " ")
    let address = Scan.byte(blank, start, end)
    guard address < end else { return nil }
    if end - address > 2, address[1] == UInt8(ascii: "["), address[2] &- 48 < 10 {
      let time = Scan.byte(blank, address + 1, end)
      let frontend = Scan.byte(blank, min(time + 1, end), end)
      guard frontend < end, frontend[-1] == UInt8(ascii: ":") else { return nil }
      return Failure(
        code: "R101", message: "a message of HAProxy about a connection, no request",
        hint: "leave it: nothing was asked for", at: min(time + 1, end))
    }
    var at = address
    while at < end {
      at = Scan.byte(UInt8(ascii: "["), at, end)
      if end - at > 3, at[1] &- 48 < 10, at[2] &- 48 < 10, at[3] == UInt8(ascii: "/") { return nil }
      at += 1
    }
    return Failure(
      code: "R101", message: "a message of HAProxy, no request",
      hint: "leave it; if most lines are such, the log has another format: see `format`", at: start)
  }

  @inline(never)
  private func unreadable(_ compiled: Compiled, _ at: UnsafePointer<UInt8>) -> Failure {
    if let name = compiled.lacking, !compiled.columns.isEmpty {
      return Failure(
        code: "R105", message: "no column of '#Fields:' has '\(name)', which every record needs",
        hint: "let the server log it", at: at)
    }
    if compiled.lacksZone {
      return Failure(
        code: "R103", message: "'time-local' is the server's own time, and nothing says its zone",
        hint: "add `zone:` with the server's zone, such as Europe/Warsaw", at: at)
    }
    return Failure(
      code: "R101", message: "no '#Fields:' came before the line",
      hint: "set `columns` to what the log's other files have behind '#Fields:'", at: at)
  }
}
