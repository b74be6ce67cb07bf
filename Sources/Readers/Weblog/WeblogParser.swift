internal import Pipeline

/// Runs a compiled format over the lines of blocks. One thread uses a parser at a time.
///
/// Every line is walked to its end, whichever fields are wanted, so that what is a record does not depend on the
/// mapping; values are only looked at where somebody asked for them.
final class WeblogParser: RecordParser {
  /// A step of the plan with everything its kernel needs in one place.
  struct Step {
    /// Which fields are looked at twice, since what ends them lets blanks pass.
    enum Freedom: UInt8 { case none, address, user, counter }
    enum Kind: UInt8 {
      case text, int, micros, seconds, request, target, query, hostPort
      case commonTime, isoTime, epoch, fraction, pattern
    }
    var kind: Kind
    var isRequired: Bool
    /// Ends at an unescaped quote rather than at any byte.
    var isQuoted: Bool
    /// Some blanks belong to the value: those of lists, and those of requests without quotes.
    var hasBlanks: Bool
    var isLast: Bool
    /// Takes the rest of the line.
    var isOpen: Bool
    /// Is searched for in a way of its own: see `unusualEnd`.
    var isUnusual: Bool
    /// Ends where a target begins, whose slash is its first byte: `$host$request_uri`.
    var isHost: Bool
    /// Stands between quotes, for which some servers write a lone dash without any.
    var isBetweenQuotes: Bool
    /// Stands before such a field, and cannot be mistaken for what is in it.
    var isBeforeQuotes: Bool
    /// Stands free, so that what stands before the line or between its fields may be taken for a part of it.
    var freedom: Freedom
    /// Ends at the first terminator, and no digit or dash begins one: the two commonest fields, a number and a lone
    /// dash, need no search.
    var isSimple: Bool
    /// The terminator: its first byte, its first eight bytes under a mask, its length.
    var first: UInt8
    var length: Int
    /// Bytes of it that are not of the next field.
    var advance: Int
    var word: UInt64
    var mask: UInt64
    var literal: UnsafePointer<UInt8>
    /// Microseconds of a unit, or digits of a fraction.
    var scale: Int64
    // Columns, negative where nobody asked.
    var main: Int
    var port: Int
    var parts: RequestSlots
    /// In the plan.
    var index: Int
  }

  /// Where and why a line is no record.
  struct Failure {
    enum Reason { case literal, surplus, blank, time, number, missing, ambiguous, date }
    var reason: Reason
    var at: UnsafePointer<UInt8>
    var step: Int
  }

  private let plan: FormatPlan
  private let missing: MissingTexts
  private let zone: Zone?
  private let ambiguous: Zone.Ambiguity
  private let linePrefix: LinePrefix
  /// See `FormatPlan`.
  private let beginsWithClient: Bool
  private let steps: UnsafeMutablePointer<Step>
  private let stepCount: Int
  private let literals: [UnsafeMutablePointer<UInt8>]
  private let prefix: UnsafeMutablePointer<UInt8>
  private let time: UnsafeMutablePointer<CommonTime>
  /// What the times of the line at work have told, where there are several. Here, since to put nothing into so large a
  /// value costs every line more than to read a field.
  private let parts: UnsafeMutablePointer<TimeParts>
  private let timeSlot: Int
  /// Columns that repeat another.
  private var repeated: [(from: Int, to: Int)] = []
  /// Columns of names that the format does not have.
  private var absent: [Int] = []
  private let patterns: [TimePattern?]
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
    var columns: [String: Int] = [:]
    for (column, name) in fields.enumerated() {
      if let before = columns[name] { repeated.append((before, column)) } else { columns[name] = column }
    }
    prefix = WeblogParser.copy(plan.prefix)
    time = .allocate(capacity: 1)
    time.initialize(to: CommonTime())
    parts = .allocate(capacity: 1)
    parts.initialize(to: TimeParts())
    timeSlot = columns["time"] ?? -1
    stepCount = plan.steps.count
    steps = .allocate(capacity: plan.steps.count)
    var literals: [UnsafeMutablePointer<UInt8>] = []
    var named: Set<String> = []
    for (index, step) in plan.steps.enumerated() {
      let literal = WeblogParser.copy(step.terminator)
      literals.append(literal)
      named.formUnion(step.outputs)
      var word: UInt64 = 0
      var mask: UInt64 = 0
      for (shift, byte) in step.terminator.prefix(8).enumerated() {
        word |= UInt64(byte) << UInt64(shift * 8)
        mask |= UInt64(0xFF) << UInt64(shift * 8)
      }
      let (kind, scale) = WeblogParser.kind(step.field.kind)
      let hasBlanks = step.field.kind == .list || step.field.kind == .request && step.terminator == [0x20]
      let isOpen =
        step.isLast && step.terminator.isEmpty && [.free, .list, .request].contains(step.field.kind)
      (steps + index).initialize(
        to: Step(
          kind: kind, isRequired: step.field.isRequired, isQuoted: step.terminator.first == UInt8(ascii: "\""),
          hasBlanks: hasBlanks, isLast: step.isLast, isOpen: isOpen, isUnusual: isOpen || hasBlanks || step.isHost,
          isHost: step.isHost, isBetweenQuotes: plan.isBetweenQuotes(index),
          isBeforeQuotes: plan.isBetweenQuotes(index + 1)
            && (plan.isBetweenQuotes(index) || [.int, .micros, .seconds].contains(kind)
              || WeblogParser.freedom(step) == .counter),
          freedom: WeblogParser.freedom(step),
          isSimple: WeblogParser.isSimple(step),
          first: step.terminator.first ?? UInt8(ascii: " "), length: step.terminator.count,
          advance: step.isHost ? 0 : step.terminator.count, word: word, mask: mask,
          literal: UnsafePointer(literal), scale: scale, main: columns[step.name] ?? -1,
          port: columns[step.port] ?? -1, parts: RequestSlots(step.parts, columns), index: index))
    }
    self.literals = literals
    patterns = plan.steps.map { if case .pattern(let pattern) = $0.field.kind { pattern } else { nil } }
    let tail = plan.steps.indices.first { CombinedTail.follows($0, in: plan.steps) }
    tailStep = takesTail ? tail ?? -1 : -1
    absent = columns.filter { !named.contains($0.key) }.map(\.value)
  }

  deinit {
    steps.deallocate()
    prefix.deallocate()
    time.deallocate()
    parts.deallocate()
    markLists.deallocate()
    for literal in literals { literal.deallocate() }
  }

  private static func freedom(_ step: FormatPlan.Step) -> Step.Freedom {
    guard step.field.kind == .text, step.terminator.count > 1, step.terminator.first != UInt8(ascii: "\"") else {
      return .none
    }
    switch step.field.names.first {
    case "ip": return .address
    case "user": return .user
    // Traefik does not escape the quotes of the agent before it.
    case "note_request_count": return .counter
    default: return .none
    }
  }

  private static func isSimple(_ step: FormatPlan.Step) -> Bool {
    guard let first = step.terminator.first, step.terminator.count <= 8 else { return false }
    let isOfValues = first == UInt8(ascii: "-") || first == UInt8(ascii: "\\") || 48...57 ~= first
    return !isOfValues && step.field.kind != .list && step.field.kind != .request
  }

  private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<UInt8> {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + 8)
    copy.initialize(repeating: 0, count: bytes.count + 8)
    for (index, byte) in bytes.enumerated() { copy[index] = byte }
    return copy
  }

  private static func kind(_ kind: LogField.Kind) -> (Step.Kind, Int64) {
    switch kind {
    case .text, .list, .free: (.text, 0)
    case .int: (.int, 0)
    case .micros(let unit): (.micros, unit)
    case .seconds: (.seconds, 0)
    case .request: (.request, 0)
    case .target: (.target, 0)
    case .query: (.query, 0)
    case .hostPort: (.hostPort, 0)
    case .bracketedTime, .commonTime: (.commonTime, 0)
    case .isoTime: (.isoTime, 0)
    case .epoch(let digits): (.epoch, Int64(digits))
    case .fraction(let digits): (.fraction, Int64(digits))
    case .pattern: (.pattern, 0)
    }
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
        if beginsWithClient, plan.prefix.isEmpty, let inner = WeblogParser.unquoted(line, end) { (line, end) = inner }
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
    if !repeated.isEmpty || !absent.isEmpty { complete(fields, batch.count, count, stride) }
    batch.count = count
    result.counts.lines = lines
    result.counts.records = number
    cursor = at - base
    return at < stop
  }

  private func complete(_ fields: UnsafeMutablePointer<Field>, _ from: Int, _ to: Int, _ stride: Int) {
    for row in from..<to {
      for column in absent { fields[row * stride + column] = .missing }
      for pair in repeated { fields[row * stride + pair.to] = fields[row * stride + pair.from] }
    }
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
        var seconds: Int64 = 0
        if end - at >= CommonTime.length, let read = time.pointee.read(at) {
          seconds = read
          at += CommonTime.length
        } else {
          switch timeWithoutOffset(&at, end) {
          case .time(let read): seconds = read
          case .ambiguous: return Failure(reason: .ambiguous, at: from, step: index)
          case .invalid: return Failure(reason: .time, at: from, step: index)
          }
        }
        guard terminates(step, at, end) else { return Failure(reason: .literal, at: at, step: index) }
        if step.pointee.main >= 0 { row[step.pointee.main] = .timestamp(seconds: seconds) }
        if plan.isComposite { note(seconds, &hasParts) }
        at += step.pointee.length
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
            guard let own = WeblogParser.own(step.pointee.freedom, from, stop) else {
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
          if step.pointee.main >= 0 {
            if let value = integer(from, stop) {
              row[step.pointee.main] = .int(value)
            } else if !missing.contains(from, stop) {
              return noNumber(step, from, stop, .number)
            } else if step.pointee.isRequired {
              return noNumber(step, from, stop, .missing)
            } else {
              row[step.pointee.main] = .missing
            }
          }
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
  private struct FieldEnd {
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

  /// The same for fields of several words, with backslashes or with what looks like their end, or without the quotes that
  /// the format has around them.
  /// - Parameter searched: there is neither terminator nor backslash before.
  @inline(never)
  private func unusualEnd(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ searched: UnsafePointer<UInt8>,
    _ end: UnsafePointer<UInt8>
  ) -> FieldEnd {
    let first = step.pointee.first
    let backslash = UInt8(ascii: "\\")
    if step.pointee.isOpen {
      let isEscaped = Scan.first(of: backslash, or: backslash, start, end) < end
      return FieldEnd(stop: end, next: end, isEscaped: isEscaped)
    }
    if step.pointee.isHost { return hostEnd(start, end) }
    if step.pointee.isBetweenQuotes, start < end, let found = endWithoutText(step, start, end) { return found }
    let escapes = plan.escape != .none
    var isEscaped = false
    var at = searched
    while true {
      at = Scan.first(of: first, or: backslash, at, end)
      if at >= end {
        // A line may end where its last field does, and may have lost its very last quote.
        let isWhole =
          step.pointee.isLast && (step.pointee.length == 0 || step.pointee.isQuoted && step.pointee.length == 1)
        return FieldEnd(stop: end, next: isWhole ? end : nil, isEscaped: isEscaped)
      }
      if at.pointee == UInt8(ascii: "\\") {
        isEscaped = isEscaped || escapes
        // In a quoted field the next byte is no end, whatever it is.
        at += step.pointee.isQuoted && escapes ? 2 : 1
        if at > end { at = end }
        continue
      }
      if isTerminator(step, at, end) {
        if !(step.pointee.hasBlanks && isInside(step, at, start, end)) {
          return FieldEnd(stop: at, next: at + step.pointee.length, isEscaped: isEscaped)
        }
      } else if step.pointee.isBeforeQuotes, let dash = bareDash(step, 0, at, end) {
        return FieldEnd(stop: at, next: dash, isEscaped: isEscaped)
      }
      at += 1
    }
  }

  /// The end of a host and port before a target. A target without a slash is a dash or a star.
  private func hostEnd(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> FieldEnd {
    var at = start
    while at < end, at.pointee > UInt8(ascii: " "), at.pointee != UInt8(ascii: "/"), at.pointee != UInt8(ascii: "\"") {
      at += 1
    }
    if at < end, at.pointee == UInt8(ascii: "/") { return FieldEnd(stop: at, next: at) }
    guard at > start, at[-1] == UInt8(ascii: "-") || at[-1] == UInt8(ascii: "*") else { return FieldEnd(stop: at) }
    return FieldEnd(stop: at - 1, next: at - 1)
  }

  /// The end of a field between quotes that has only the quotes, `""`, where something else than its terminator follows, or
  /// only a dash and no quotes; nil if it is another.
  private func endWithoutText(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> FieldEnd? {
    let quote = UInt8(ascii: "\"")
    if start[-1] == quote {
      guard start.pointee == quote, start + 1 == end || start[1] == UInt8(ascii: " "),
        !isTerminator(step, start, end)
      else { return nil }
      return FieldEnd(stop: start, next: step.pointee.isBeforeQuotes ? bareDash(step, 0, start, end) : nil)
    }
    guard start.pointee == UInt8(ascii: "-"), let next = behindDash(step, start + 1, end) else { return nil }
    return FieldEnd(stop: start + 1, next: next)
  }

  /// Where the dash stands that is the whole of the next field, which should be between quotes; nil if it is not so.
  /// - Parameters:
  ///   - from: bytes of the step's terminator that stand before `at`.
  ///   - at: where the others are, but for the quote.
  private func bareDash(
    _ step: UnsafePointer<Step>, _ from: Int, _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8>? {
    let count = step.pointee.length - 1 - from
    guard count >= 0, matches(at, end, step.pointee.literal + from, count) else { return nil }
    let dash = at + count
    guard dash < end, dash.pointee == UInt8(ascii: "-"), let next = behindDash(step + 1, dash + 1, end) else {
      return nil
    }
    // An inner quote and a dash of the text before are no field: what follows must look like the next one.
    let following = step.pointee.index + 2
    guard following < stepCount, steps[following].kind == .int || steps[following].kind == .micros else { return dash }
    return next < end && (next.pointee &- 48 < 10 || next.pointee == UInt8(ascii: "-")) ? dash : nil
  }

  /// Where the field behind one of a dash without quotes begins; nil if something else follows.
  private func behindDash(
    _ step: UnsafePointer<Step>, _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8>? {
    let count = step.pointee.length - 1
    if count == 0 { return step.pointee.isLast && at == end ? at : nil }
    if matches(at, end, step.pointee.literal + 1, count) { return at + count }
    return step.pointee.isBeforeQuotes ? bareDash(step, 1, at, end) : nil
  }

  /// Whether the terminator stands at `at`, which has its first byte.
  @inline(__always)
  private func isTerminator(
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

  /// Whether a blank at which the value could end is one of its own.
  @inline(never)
  private func isInside(
    _ step: UnsafePointer<Step>, _ at: UnsafePointer<UInt8>, _ start: UnsafePointer<UInt8>,
    _ end: UnsafePointer<UInt8>
  ) -> Bool {
    guard at.pointee == UInt8(ascii: " "), at > start else { return false }
    if step.pointee.kind == .request {
      // Without quotes only the protocol tells where a request ends.
      let word = Scan.lastByte(UInt8(ascii: " "), start, at).map { $0 + 1 } ?? start
      if word == start { return !missing.contains(start, at) }
      return !(at - word > 5 && word[0] == 0x48 && word[1] == 0x54 && word[2] == 0x54 && word[3] == 0x50)
    }
    if at[-1] == UInt8(ascii: ",") { return true }
    if end - at > 2, at[1] == UInt8(ascii: ":"), at[2] == UInt8(ascii: " ") { return true }
    return at - start >= 2 && at[-1] == UInt8(ascii: ":") && at[-2] == UInt8(ascii: " ")
  }

  private func matches(
    _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ literal: UnsafePointer<UInt8>, _ length: Int
  ) -> Bool {
    guard end - at >= length else { return false }
    for index in 0..<length where at[index] != literal[index] { return false }
    return true
  }

  /// Whether the step's terminator stands at `at`.
  @inline(__always)
  private func terminates(
    _ step: UnsafePointer<Step>, _ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Bool {
    if step.pointee.length == 0 { return !step.pointee.isLast || at == end || at.pointee == UInt8(ascii: " ") }
    return at < end && isTerminator(step, at, end)
  }

  // MARK: - Values

  /// What of a value of several bytes is the user's name or the address; nil if words stand before it that are no part of it,
  /// as with a collector's prefix, or one more field than the format has.
  @inline(never)
  private static func own(
    _ freedom: Step.Freedom, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>)? {
    let (blank, dash) = (UInt8(ascii: " "), UInt8(ascii: "-"))
    if freedom == .counter {
      for byte in UnsafeBufferPointer(start: start, count: stop - start) where byte &- 48 >= 10 { return nil }
    }
    guard freedom == .user else { return Scan.byte(blank, start, stop) == stop ? (start, stop) : nil }
    var (from, to) = (start, stop)
    // Older Jettys write a blank on either side.
    while from < to, from.pointee == blank { from += 1 }
    while to > from, to[-1] == blank { to -= 1 }
    // Apache writes an empty name so.
    if to - from == 2, from[0] == UInt8(ascii: "\""), from[1] == UInt8(ascii: "\"") { return (from, from) }
    // Behind an address, or at the very beginning, a dash that is a word stands for the client's identity (RFC 1413): the
    // line has words before its address. Anywhere else it is part of a name.
    var (at, before) = (from, UnsafeBufferPointer(start: from, count: 0))
    while to - from > 1, at < to {
      let end = Scan.byte(blank, at, to)
      let word = UnsafeBufferPointer(start: at, count: end - at)
      if word.count == 1, at.pointee == dash, before.isEmpty || isAddress(before) { return nil }
      before = word
      at = end + 1
    }
    return (from, to)
  }

  private static let marks: [UInt8] = Array("[](),".utf8)

  /// Whether the word is an address, perhaps in brackets and of a list.
  private static func isAddress(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let last = word.lastIndex(where: { !marks.contains($0) }) else { return false }
    return AddressRange.Address(UnsafeBufferPointer(rebasing: word[...last].drop { marks.contains($0) })) != nil
  }

  /// A line that stands in quotes as a whole, without them: `"1.2.3.4 - - […] … "agent""`. A quote that ends the first
  /// word is that word's.
  private static func unquoted(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> (UnsafePointer<UInt8>, UnsafePointer<UInt8>)? {
    let quote = UInt8(ascii: "\"")
    guard start.pointee == quote, end - start > 2 else { return nil }
    let stop = Scan.first(of: quote, or: UInt8(ascii: " "), start + 1, end)
    guard stop < end, stop.pointee != quote else { return nil }
    return (start + 1, end[-1] == quote ? end - 1 : end)
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
  private func text(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool, _ arena: Arena
  ) -> Field {
    if missing.contains(start, stop) { return .missing }
    return plain(start, stop, isEscaped, arena)
  }

  @inline(__always)
  private func plain(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool, _ arena: Arena
  ) -> Field {
    isEscaped ? TextEscape.decode(start, stop - start, plan.escape, arena) : .text(start, stop - start)
  }

  @inline(__always)
  private func integer(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Int64? {
    var at = start
    let isNegative = at < stop && at.pointee == UInt8(ascii: "-")
    if isNegative { at += 1 }
    let digits = stop - at
    guard digits > 0, digits <= 18 else { return nil }
    var value: Int64 = 0
    while at < stop {
      let digit = at.pointee &- 48
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
      at += 1
    }
    return isNegative ? -value : value
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
  private func decode(_ parts: RequestSlots, _ row: UnsafeMutablePointer<Field>, _ arena: Arena) {
    parts.decode(in: row) { TextEscape.decode($0.start, $0.end - $0.start, plan.escape, arena) }
  }

  /// The kinds that are rare in the formats of the world.
  @inline(never)
  private func otherField(
    _ step: UnsafePointer<Step>, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Failure? {
    let step = step.pointee
    switch step.kind {
    case .micros, .seconds:
      guard step.main >= 0 else { return nil }
      if missing.contains(start, stop) {
        row[step.main] = .missing
      } else if let value = step.kind == .micros ? integer(start, stop) : microseconds(start, stop) {
        let (product, isTooBig) = value.multipliedReportingOverflow(by: step.kind == .micros ? step.scale : 1)
        if isTooBig { return Failure(reason: .number, at: start, step: step.index) }
        row[step.main] = .int(product)
      } else {
        return Failure(reason: .number, at: start, step: step.index)
      }
    case .target:
      let isMissing = missing.contains(start, stop)
      if step.main >= 0 { row[step.main] = isMissing ? .missing : plain(start, stop, isEscaped, arena) }
      step.parts.fill(target: isMissing ? nil : (start, stop), row)
      if isEscaped { decode(step.parts, row, arena) }
    case .query:
      guard step.main >= 0 else { return nil }
      if start < stop, start.pointee == UInt8(ascii: "?") {
        row[step.main] = plain(start + 1, stop, isEscaped, arena)
      } else {
        row[step.main] = text(start, stop, isEscaped, arena)
      }
    case .hostPort: return hostPort(step, start, stop, isEscaped, row, arena)
    default: break
    }
    return nil
  }

  /// `host`, `host:port`, `[v6]`, `[v6]:port`. An address with more colons than one and no brackets has no port.
  private func hostPort(
    _ step: Step, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ isEscaped: Bool,
    _ row: UnsafeMutablePointer<Field>, _ arena: Arena
  ) -> Failure? {
    var hostEnd = stop
    var port: Int64?
    if let colon = Scan.lastByte(UInt8(ascii: ":"), start, stop), colon > start,
      colon[-1] == UInt8(ascii: "]") || Scan.byte(UInt8(ascii: ":"), start, stop) == colon
    {
      hostEnd = colon
      if !missing.contains(colon + 1, stop) {
        port = integer(colon + 1, stop)
        if port == nil, step.port >= 0 { return Failure(reason: .number, at: colon + 1, step: step.index) }
      }
    }
    if step.main >= 0 { row[step.main] = text(start, hostEnd, isEscaped, arena) }
    if step.port >= 0 { row[step.port] = port.map { .int($0) } ?? .missing }
    return nil
  }

  /// `12.345` seconds as microseconds; digits past the sixth are dropped.
  private func microseconds(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Int64? {
    var text = TimeText(at: start, end: stop)
    var whole: Int64 = 0
    var fraction: UInt32 = 0
    guard text.number(1...12, 0...999_999_999_999, &whole) else { return nil }
    if text.skip(UInt8(ascii: ".")) { guard text.fraction(&fraction) else { return nil } }
    guard text.at == stop else { return nil }
    return whole * 1_000_000 + Int64(fraction / 1000)
  }

  // MARK: - Times

  /// The common time without an offset, read in the zone of the settings.
  @inline(never)
  private func timeWithoutOffset(
    _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> TimeParts.Outcome {
    guard let zone else { return .invalid }
    var parts = TimeParts()
    guard let next = WeblogParser.withoutOffset.read(at, end, &parts), next == end || next.pointee != 0x20 else {
      return .invalid
    }
    at = next
    return parts.seconds(zone, ambiguous)
  }

  private static let withoutOffset = TimePattern("%d/%b/%Y:%H:%M:%S")

  @inline(never)
  private func otherTime(
    _ pointer: UnsafePointer<Step>, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    _ row: UnsafeMutablePointer<Field>, _ hasParts: inout Bool
  ) -> Failure? {
    let step = pointer.pointee
    let start = at
    let failure = Failure(reason: .time, at: start, step: step.index)
    var known = hasParts ? parts.pointee : TimeParts()
    var seconds = Int64.min
    var nanoseconds: UInt32 = 0
    switch step.kind {
    case .isoTime:
      guard let read = ISOTime.read(&at, end) else { return failure }
      switch read.seconds(zone, ambiguous) {
      case .time(let value): seconds = value
      case .ambiguous: return Failure(reason: .ambiguous, at: start, step: step.index)
      case .invalid: return failure
      }
      nanoseconds = read.nanoseconds
    case .epoch:
      var text = TimeText(at: at, end: end)
      var value: Int64 = 0
      guard text.number(1...18, 0...Int64.max, &value) else { return failure }
      let unit: Int64 = step.scale == 0 ? 1 : step.scale == 3 ? 1000 : 1_000_000
      seconds = value / unit
      nanoseconds = UInt32(truncatingIfNeeded: value % unit * (1_000_000_000 / unit))
      if step.scale == 0, step.first != UInt8(ascii: "."), text.skip(UInt8(ascii: ".")) {
        guard text.fraction(&nanoseconds) else { return failure }
      }
      guard TimeParts.range.contains(seconds) else { return failure }
      at = text.at
    case .fraction:
      var text = TimeText(at: at, end: end)
      guard text.fraction(&nanoseconds) else { return failure }
      at = text.at
      known.nanoseconds = nanoseconds
    default:
      guard let pattern = patterns[step.index], let next = pattern.read(at, end, &known) else { return failure }
      at = next
    }
    guard terminates(pointer, at, end) else { return Failure(reason: .literal, at: at, step: step.index) }
    at += step.length
    if seconds != .min {
      if step.main >= 0 { row[step.main] = .timestamp(seconds: seconds, nanoseconds: nanoseconds) }
      if known.epoch == .min {
        known.epoch = seconds
        known.nanoseconds = nanoseconds
      }
    }
    // A time of the request's end is read and passed over where there is another.
    if plan.steps[step.index].field.names[0] == plan.timeName {
      parts.pointee = known
      hasParts = true
    }
    return nil
  }

  /// Keeps the common time as one of a line's several.
  @inline(never)
  private func note(_ seconds: Int64, _ hasParts: inout Bool) {
    if !hasParts { parts.pointee = TimeParts() }
    hasParts = true
    if parts.pointee.epoch == .min { parts.pointee.epoch = seconds }
  }

  @inline(never)
  private func composite(
    _ start: UnsafePointer<UInt8>, _ hasParts: Bool, _ row: UnsafeMutablePointer<Field>
  ) -> Failure? {
    let step = plan.steps.firstIndex { $0.field.kind.isTime } ?? 0
    guard hasParts else { return Failure(reason: .date, at: start, step: step) }
    switch parts.pointee.seconds(zone, ambiguous) {
    case .time(let seconds):
      if timeSlot >= 0 { row[timeSlot] = .timestamp(seconds: seconds, nanoseconds: parts.pointee.nanoseconds) }
      return nil
    case .ambiguous: return Failure(reason: .ambiguous, at: start, step: step)
    case .invalid: return Failure(reason: .date, at: start, step: step)
    }
  }

  // MARK: - Rejects

  @inline(never)
  private func reject(
    _ failure: Failure, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ offset: Int, _ line: Int,
    _ number: Int, _ result: MappedBlock
  ) {
    let finding = WeblogFinding(failure, end, plan)
    result.rejects.append(
      Reject(
        stage: .record, code: finding.code, message: finding.message, hint: finding.hint, offset: offset,
        length: end - start, line: line, number: number, column: failure.at - start + 1))
  }
}
