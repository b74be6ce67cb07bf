internal import Pipeline

/// Runs a compiled format over the lines of blocks. One thread uses a parser at a time.
///
/// Every line is walked to its end, whichever fields are wanted, so that what is a record does not depend on the
/// mapping; values are only looked at where somebody asked for them.
final class WeblogParser: RecordParser {
  let plan: FormatPlan
  let missing: MissingTexts
  let zone: Zone?
  let ambiguous: Zone.Ambiguity
  private let linePrefix: LinePrefix
  /// See `FormatPlan`.
  private let beginsWithClient: Bool
  let steps: UnsafeMutablePointer<Step>
  let stepCount: Int
  private let literals: [UnsafeMutablePointer<UInt8>]
  private let prefix: UnsafeMutablePointer<UInt8>
  private let time: UnsafeMutablePointer<CommonTime>
  /// What the times of the line at work have told, where there are several. Here, since to put nothing into so large a
  /// value costs every line more than to read a field.
  let parts: UnsafeMutablePointer<TimeParts>
  let timeSlot: Int
  private let wanted: WantedFields
  let patterns: [TimePattern?]
  private let markLists = LineMarks.allocate()
  /// The step of the time behind which a `CombinedTail` follows, else -1.
  private let tailStep: Int

  private static let newline = UInt8(ascii: "\n")

  /// - Parameter takesTail: read ends of combined lines in one go; tests compare what comes of it with what the steps
  ///   give.
  init(plan: FormatPlan, settings: WeblogSettings, fields: [String], takesTail: Bool = true) {
    self.plan = plan
    missing = settings.missing
    zone = settings.zone
    ambiguous = settings.ambiguous
    linePrefix = settings.prefix
    beginsWithClient = plan.beginsWithClient
    wanted = WantedFields(fields, known: Set(plan.steps.flatMap(\.outputs)))
    prefix = WeblogParser.copy(plan.prefix)
    time = .allocate(capacity: 1)
    time.initialize(to: CommonTime())
    parts = .allocate(capacity: 1)
    parts.initialize(to: TimeParts())
    timeSlot = wanted.slots["time"] ?? -1
    stepCount = plan.steps.count
    steps = .allocate(capacity: plan.steps.count)
    var literals: [UnsafeMutablePointer<UInt8>] = []
    for (index, step) in plan.steps.enumerated() {
      let literal = WeblogParser.copy(step.terminator)
      literals.append(literal)
      (steps + index).initialize(to: Step(plan, at: index, literal: UnsafePointer(literal), slots: wanted.slots))
    }
    self.literals = literals
    patterns = plan.steps.map { if case .pattern(let pattern) = $0.field.kind { pattern } else { nil } }
    let tail = plan.steps.indices.first { CombinedTail.follows($0, in: plan.steps) }
    tailStep = takesTail ? tail ?? -1 : -1
  }

  deinit {
    steps.deallocate()
    prefix.deallocate()
    time.deallocate()
    parts.deallocate()
    markLists.deallocate()
    for literal in literals { literal.deallocate() }
  }

  private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<UInt8> {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + 8)
    copy.initialize(repeating: 0, count: bytes.count + 8)
    for (index, byte) in bytes.enumerated() { copy[index] = byte }
    return copy
  }

  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool {
    let base = UnsafePointer(block.start)
    let stop = base + block.count
    var at = base + cursor
    var lines = result.counts.lines
    var number = result.counts.records
    var count = batch.count
    let capacity = batch.capacity
    let stride = batch.stride
    let fields = batch.fields
    let arena = batch.arena
    var marks = LineMarks(base, count: block.count, lists: markLists)
    let isMarked = tailStep >= 0
    while at < stop, count < capacity {
      let newline: UnsafePointer<UInt8>
      var marked = LineMarks.Line(base: base, marks: markLists, count: 0)
      if isMarked {
        (newline, marked) = marks.next(at)
      } else {
        newline = Scan.byte(WeblogParser.newline, at, stop)
      }
      var line = at
      var end = newline
      at = newline < stop ? newline + 1 : stop
      lines &+= 1
      if end > line, end[-1] == UInt8(ascii: "\r") { end -= 1 }
      if line == end || Scan.isUnusualStart(line.pointee) {
        guard let begin = LogLine.recordStart(line, end, result) else { continue }
        line = begin
        if beginsWithClient, plan.prefix.isEmpty, let inner = LogLine.unquoted(line, end) { (line, end) = inner }
      }
      var start = line
      if linePrefix != .none, let message = linePrefix.end(start, end, orTime: beginsWithClient) { start = message }
      if let failure = parseLine(start, end, marked, fields + count &* stride, arena) {
        reject(failure, line, end, line - base, lines - 1, number, result)
      } else {
        (batch.records + count).initialize(
          to: Record(start: start, count: end - start, offset: start - base, line: lines &- 1, number: number))
        count &+= 1
      }
      number &+= 1
    }
    if !wanted.areAllRead {
      for row in batch.count..<count { wanted.complete(fields + row &* stride) }
    }
    batch.count = count
    result.counts.lines = lines
    result.counts.records = number
    cursor = at - base
    return at < stop
  }

  // MARK: - One line

  /// Fills the row's wanted columns.
  ///
  /// Bounds: `end` is the line's end; what stands there is a line end or the block's zero padding, none of which a
  /// literal contains, so that comparing a literal never succeeds across it. 64 bytes behind it are readable.
  @inline(__always)
  private func parseLine(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ marked: LineMarks.Line,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Failure? {
    let steps = UnsafePointer(steps)
    let stepCount = stepCount
    var at = start
    if !plan.prefix.isEmpty {
      guard matches(at, end, prefix, plan.prefix.count) else { return Failure(reason: .literal, at: at, step: -1) }
      at += plan.prefix.count
    }
    var hasParts = false
    var index = 0
    while index < stepCount {
      let step = steps + index
      let from = at
      switch step.pointee.kind {
      case .commonTime:
        if let failure = commonTime(step, &at, end, row, &hasParts) { return failure }
        if index == tailStep, takeTail(step + 1, &at, end, marked, row, arena) { index &+= CombinedTail.steps }
      case .isoTime, .epoch, .fraction, .pattern:
        if let failure = otherTime(step, &at, end, row, &hasParts) { return failure }
      default:
        let found = fieldEnd(step, at, end)
        let (stop, isEscaped) = (found.stop, found.isEscaped)
        guard let next = found.next else { return Failure(reason: .literal, at: stop, step: index) }
        at = next
        switch step.pointee.kind {
        case .text:
          var value = (start: from, stop: stop)
          if step.pointee.freedom != .none, stop - from > 1 {
            guard let own = FreeField.own(step.pointee.freedom, from, stop) else {
              return Failure(reason: .surplus, at: from, step: index)
            }
            value = own
          }
          if step.pointee.main >= 0 {
            let field = text(value.start, value.stop, isEscaped, arena)
            if step.pointee.isRequired, field.isMissing { return Failure(reason: .missing, at: from, step: index) }
            row[step.pointee.main] = field
          }
        case .int:
          if let failure = int(step, from, stop, row) { return failure }
        case .request: request(step, from, stop, isEscaped, row, arena)
        default:
          if let failure = otherField(step, from, stop, isEscaped, row, arena) { return failure }
        }
      }
      index &+= 1
    }
    if plan.isComposite { return composite(start, hasParts, row) }
    return nil
  }

  @inline(__always)
  private func commonTime(
    _ step: UnsafePointer<Step>, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    _ row: UnsafeMutablePointer<Field>, _ hasParts: inout Bool
  ) -> Failure? {
    let from = at
    var seconds: Int64 = 0
    if end - at >= CommonTime.length, let read = time.pointee.read(at) {
      seconds = read
      at += CommonTime.length
    } else {
      switch timeWithoutOffset(&at, end) {
      case .time(let read): seconds = read
      case .ambiguous: return Failure(reason: .ambiguous, at: from, step: step.pointee.index)
      case .invalid: return Failure(reason: .time, at: from, step: step.pointee.index)
      }
    }
    guard terminates(step, at, end) else { return Failure(reason: .literal, at: at, step: step.pointee.index) }
    if step.pointee.main >= 0 { row[step.pointee.main] = .timestamp(seconds: seconds) }
    if plan.isComposite { note(seconds, &hasParts) }
    at += step.pointee.length
    return nil
  }

  /// Fills the columns of a combined line's end and moves behind it; false, and nothing done, if it is unusual.
  /// - Parameter steps: request, status, bytes, referer, agent.
  @inline(__always)
  private func takeTail(
    _ steps: UnsafePointer<Step>, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    _ marked: LineMarks.Line, _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Bool {
    guard let tail = CombinedTail(at, end, marked), isTerminator(steps + 4, tail.agent.end, end) else { return false }
    if steps[2].main >= 0 {
      if let bytes = tail.bytes {
        row[steps[2].main] = .int(bytes)
      } else {
        guard missing.isStandard, !steps[2].isRequired else { return false }
        row[steps[2].main] = .missing
      }
    }
    if !takeText(steps + 3, tail.referer.start, tail.referer.end, row, arena) { return false }
    if !takeText(steps + 4, tail.agent.start, tail.agent.end, row, arena) { return false }
    if steps[1].main >= 0 { row[steps[1].main] = .int(tail.status) }
    request(steps, at, tail.request, false, row, arena)
    at = tail.agent.end + steps[4].length
    return true
  }

  /// False if there is no value though there must be one.
  @inline(__always)
  private func takeText(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Bool {
    guard step.pointee.main >= 0 else { return true }
    let field = text(start, stop, false, arena)
    row[step.pointee.main] = field
    return !field.isMissing || !step.pointee.isRequired
  }

  /// Where a field ends.
  struct FieldEnd {
    var stop: UnsafePointer<UInt8>
    /// Where the next field begins; nil if what must follow is not there.
    var next: UnsafePointer<UInt8>?
    var isEscaped = false
  }

  /// Where the field that begins at `start` ends, and whether it has a backslash.
  @inline(__always)
  private func fieldEnd(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> FieldEnd {
    if step.pointee.isSimple {
      // A lone dash or digits, then the terminator. Both are bytes of the line: the one behind it is neither.
      var at = start
      if at.pointee == UInt8(ascii: "-") {
        at += 1
      } else if step.pointee.kind == .int {
        while at.pointee &- 48 < 10 { at += 1 }
      }
      if at > start, at < end, isTerminator(step, at, end) {
        return FieldEnd(stop: at, next: at + step.pointee.advance)
      }
    }
    if step.pointee.isUnusual { return unusualEnd(step, start, start, end) }
    let at = Scan.first(of: step.pointee.first, or: UInt8(ascii: "\\"), start, end)
    if at < end, at.pointee != UInt8(ascii: "\\"), isTerminator(step, at, end) {
      return FieldEnd(stop: at, next: at + step.pointee.advance)
    }
    return unusualEnd(step, start, at, end)
  }

  /// Whether the terminator stands at `at`, which has its first byte.
  @inline(__always)
  func isTerminator(
    _ step: UnsafePointer<Step>, _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Bool {
    let length = step.pointee.length
    let word = UnsafeRawPointer(at).loadUnaligned(as: UInt64.self)
    guard (word ^ step.pointee.word) & step.pointee.mask == 0 else { return false }
    if length > 8 { return matches(at, end, step.pointee.literal, length) }
    // The last closing quote ends the line or stands before a blank; an inner one is part of the value.
    if step.pointee.isLast, step.pointee.isQuoted, length == 1 { return at + 1 == end || at[1] == UInt8(ascii: " ") }
    return true
  }

  func matches(
    _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ literal: UnsafePointer<UInt8>, _ length: Int
  ) -> Bool {
    guard end - at >= length else { return false }
    for index in 0..<length where at[index] != literal[index] { return false }
    return true
  }

  /// Whether the step's terminator stands at `at`.
  @inline(__always)
  func terminates(
    _ step: UnsafePointer<Step>, _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Bool {
    if step.pointee.length == 0 { return !step.pointee.isLast || at == end || at.pointee == UInt8(ascii: " ") }
    return at < end && isTerminator(step, at, end)
  }

  // MARK: - Values

  @inline(__always)
  private func int(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>,
    _ row: UnsafeMutablePointer<Field>
  ) -> Failure? {
    guard step.pointee.main >= 0 else { return nil }
    if let value = LogNumber.integer(start, stop) {
      row[step.pointee.main] = .int(value)
    } else if !missing.contains(start, stop) {
      return noNumber(step, start, stop, .number)
    } else if step.pointee.isRequired {
      return noNumber(step, start, stop, .missing)
    } else {
      row[step.pointee.main] = .missing
    }
    return nil
  }

  /// Why there is no number. Where a blank stands in its place, neither the number nor `missing` is to blame.
  @inline(never)
  private func noNumber(
    _ step: UnsafePointer<Step>, _ from: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ reason: Failure.Reason
  ) -> Failure {
    let isBlank = from.pointee == UInt8(ascii: " ") && (from < stop || step.pointee.first == UInt8(ascii: " "))
    return Failure(reason: isBlank ? .blank : reason, at: from, step: step.pointee.index)
  }

  @inline(__always)
  func text(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool, _ arena: Arena
  ) -> Field {
    if missing.contains(start, stop) { return .missing }
    return plain(start, stop, isEscaped, arena)
  }

  @inline(__always)
  func plain(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool, _ arena: Arena
  ) -> Field {
    isEscaped ? TextEscape.decode(start, stop - start, plan.escape, arena) : .text(start, stop - start)
  }

  @inline(__always)
  private func request(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) {
    let step = step.pointee
    if step.main >= 0 { row[step.main] = text(start, stop, isEscaped, arena) }
    guard step.parts.areWanted else { return }
    step.parts.fill(RequestLine(start, stop), row)
    if isEscaped { decode(step.parts, row, arena) }
  }

  @inline(never)
  func decode(_ parts: RequestSlots, _ row: UnsafeMutablePointer<Field>, _ arena: Arena) {
    parts.decode(in: row) { TextEscape.decode($0.start, $0.end - $0.start, plan.escape, arena) }
  }

  // MARK: - Rejects

  @inline(never)
  private func reject(
    _ failure: Failure, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ offset: Int, _ line: Int,
    _ number: Int, _ result: MappedBlock
  ) {
    let failure = LineFailure(place: failure.at, finding: WeblogFinding.of(failure, end, plan))
    result.rejects.append(failure.reject(start, end, offset: offset, line: line, number: number))
  }
}
