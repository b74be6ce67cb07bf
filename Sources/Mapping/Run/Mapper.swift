internal import CEL
internal import Pipeline

/// Runs a mapping's program over batches of records. One worker, one mapper.
final class Mapper: EventMapper {
  let program: MappingProgram
  let activation = Activation()
  let frame: UnsafeMutablePointer<RecordFrame>
  private let memo: UnsafeMutablePointer<TextMemo>
  private let letValues: UnsafeMutablePointer<Value>
  let letMarks: UnsafeMutablePointer<UInt64>
  private let answers: UnsafeMutablePointer<UInt64>
  private let nothing: UnsafeMutablePointer<Field>
  /// The program's rules, without a reference being counted for each event.
  private let rules: [Unmanaged<CompiledRule>]
  /// Names of the events that were appended last and have no ids yet.
  private let names: NameHasher
  private let idText = ByteBuffer(capacity: 256)
  private let firstDrop: FirstMatch
  private let firstCheck: FirstMatch
  private let firstRule: FirstMatch
  private let firstVisitor: FirstPresent
  /// The text column that the program's `request` is made of alone, negative if it is not.
  private let requestColumn: Int
  @exclusivity(unchecked) private var requests = PartMemo()
  /// Under `emit: all`, the rules behind each one.
  private let laterRules: [FirstMatch]
  /// Records dropped by each entry in the batch at work.
  let dropped: UnsafeMutablePointer<Int>
  @exclusivity(unchecked) private var timestamps = TimestampWriter()
  /// Why the event at work was given up, if its length is the reason.
  @exclusivity(unchecked) private var isTooLong = false

  /// The longest event, in bytes of its JSON. `send` takes payloads of 16 MiB, of which its session and profile need a part.
  static let longestEvent = 15 << 20
  /// Bytes of an id in the receiver's index.
  private static let longestProfileID = 512

  init(_ program: MappingProgram) {
    self.program = program
    firstDrop = FirstMatch(program.drops.map(\.condition)[...])
    firstCheck = FirstMatch(program.checks.map(\.condition)[...])
    let conditions = program.rules.map { $0.condition ?? .always }
    firstRule = FirstMatch(conditions[...])
    firstVisitor = FirstPresent(program.visitor[...])
    laterRules = program.emitsAll ? conditions.indices.map { FirstMatch(conditions[($0 + 1)...]) } : []
    dropped = .allocate(capacity: max(1, program.drops.count))
    dropped.initialize(repeating: 0, count: max(1, program.drops.count))
    memo = .allocate(capacity: 1)
    memo.initialize(to: TextMemo())
    letValues = .allocate(capacity: max(1, program.lets))
    letValues.initialize(repeating: .null, count: max(1, program.lets))
    letMarks = .allocate(capacity: max(1, program.lets))
    letMarks.initialize(repeating: 0, count: max(1, program.lets))
    answers = .allocate(capacity: max(1, program.answers))
    answers.initialize(repeating: 0, count: max(1, program.answers))
    nothing = .allocate(capacity: 1)
    nothing.initialize(to: .missing)
    frame = .allocate(capacity: 1)
    frame.initialize(
      to: RecordFrame(
        fields: UnsafePointer(nothing), row: nil, generation: 0, letValues: letValues, letMarks: letMarks,
        answers: answers, memo: memo,
        failure: .null, failureSite: RecordFrame.nowhere, letFailure: .null, letFailureSite: RecordFrame.nowhere))
    rules = program.rules.map(Unmanaged.passUnretained)
    if case .text(let column) = program.request.form { requestColumn = column.index } else { requestColumn = -1 }
    names = NameHasher(namespace: program.namespace)
    activation.host = UnsafeMutableRawPointer(frame)
  }

  deinit {
    dropped.deallocate()
    memo.pointee.free()
    requests.free()
    memo.deallocate()
    letValues.deallocate()
    letMarks.deallocate()
    answers.deallocate()
    nothing.deallocate()
    frame.deallocate()
  }

  func map(_ batch: RecordBatch, into result: MappedBlock) {
    open(result)
    for index in 0..<batch.count {
      begin(batch, index)
      map(batch.records[index], into: result)
    }
    close(result)
  }

  /// Makes room for the program's counters.
  func open(_ result: MappedBlock) {
    requests.open(result.text)
    while result.counts.dropped.count < program.dropReasons { result.counts.dropped.append(0) }
    while result.counts.matched.count < program.rules.count { result.counts.matched.append(0) }
  }

  /// Adds what was counted since `open`, and the ids that are still to come.
  func close(_ result: MappedBlock) {
    placeIDs(in: result)
    result.counts.replaced = result.text.replacements
    for index in program.drops.indices {
      result.counts.dropped[program.drops[index].reason] += dropped[index]
      dropped[index] = 0
    }
  }

  @inline(__always)
  func begin(_ batch: RecordBatch, _ index: Int) {
    activation.reset()
    frame.pointee.fields = UnsafePointer(batch.fields + index &* batch.stride)
    frame.pointee.generation &+= 1
    frame.pointee.failure = .null
    frame.pointee.failureSite = RecordFrame.nowhere
    frame.pointee.letFailureSite = RecordFrame.nowhere
  }

  func map(_ record: Record, into result: MappedBlock) {
    switch firstDrop(activation) {
    case FirstMatch.none: break
    case ...FirstMatch.failed: return reject(record, rule: nil, into: result)
    case let index:
      dropped[index] &+= 1
      return
    }
    switch firstCheck(activation) {
    case FirstMatch.none: break
    case ...FirstMatch.failed: return reject(record, rule: nil, into: result)
    case let index: return reject(record, program.checks[index], into: result)
    }
    let events = result.count
    let text = result.text.count
    var visitor: (hash: UInt64, range: ByteRange)?
    var index = firstRule(activation)
    while index != FirstMatch.none {
      if index <= FirstMatch.failed {
        undo(to: events, text, result)
        return reject(record, rule: program.rules[FirstMatch.failed - index].rule.name, into: result)
      }
      if visitor == nil {
        switch self.visitor(into: result.text) {
        case .found(let hash, let range): visitor = (hash, range)
        case .none:
          if let counter = program.noVisitorDrop {
            result.counts.dropped[counter] &+= 1
            return
          }
          return rejectWithoutVisitor(record, into: result)
        case .failed: return reject(record, rule: nil, into: result)
        }
      }
      guard let visitor,
        rules[index]._withUnsafeGuaranteedRef({ emit($0, index, record, visitor, into: result) })
      else {
        undo(to: events, text, result)
        return reject(record, rule: program.rules[index].rule.name, into: result)
      }
      if !program.emitsAll { break }
      index = laterRules[index](activation)
    }
    if result.count > events {
      result.counts.mapped &+= 1
      for index in events..<result.count { result.counts.matched[Int(result.events[index].rule)] &+= 1 }
    } else if program.rejectsUnmatched {
      append(
        Reject(
          stage: .mapping, code: "R202", message: "no rule wants this record",
          hint: "add a rule, drop it with a reason, or write otherwise: drop", offset: record.offset,
          length: record.count, line: record.line, number: record.number), to: result)
    } else {
      result.counts.unmatched &+= 1
    }
  }

  // MARK: Visitor

  private enum Visitor {
    case found(UInt64, ByteRange)
    case none
    case failed
  }

  private func visitor(into text: ByteBuffer) -> Visitor {
    let value = firstVisitor(activation)
    guard value.kind == .string else { return value.isNone ? .none : .failed }
    let start = text.count
    text.append(value.utf8)
    return .found(ByteHash.hash(value.utf8), ByteRange(offset: start, length: value.length))
  }

  // MARK: Event

  /// Appends the event of a rule; false if an expression failed.
  private func emit(
    _ rule: CompiledRule, _ index: Int, _ record: Record, _ visitor: (hash: UInt64, range: ByteRange),
    into result: MappedBlock
  ) -> Bool {
    guard let time = time(of: rule) else { return false }
    let text = result.text
    guard name(rule, record) else { return false }

    let body = text.count
    text.reserve(128 + rule.head.count)
    text.append("{\"id\":\"")
    // `placeIDs` fills it.
    text.count &+= 36
    rule.head.append(to: text)
    text.reserve(96)
    timestamps.write(time, to: text.cursor)
    text.count &+= TimestampWriter.length
    text.append("\",\"create\":\"")
    // Not copied from where it has just been written in pieces of other sizes: a processor waits for those.
    timestamps.write(time, to: text.cursor)
    text.count &+= TimestampWriter.length
    text.append("\"}")
    guard member(",\"properties\":", rule.properties, text), member(",\"context\":", rule.context, text) else {
      return false
    }
    rule.tail.append(to: text)
    let bodyRange = ByteRange(offset: body, length: text.count - body)
    guard bodyRange.length <= Mapper.longestEvent else {
      isTooLong = true
      return false
    }

    guard let context = part(program.context, text), let request = request(text),
      let split = part(program.split, text), let profile = profile(text)
    else { return false }
    result.addSlot().initialize(
      to: Event(
        time: time, id: UUID(high: 0, low: 0), needsOrdinal: !rule.hasNaturalID,
        rule: UInt16(truncatingIfNeeded: index),
        visitorHash: visitor.hash, visitor: visitor.range, body: bodyRange, context: context, request: request,
        profile: profile, split: split, recordOffset: UInt32(truncatingIfNeeded: record.offset),
        recordLength: UInt32(truncatingIfNeeded: record.count), line: UInt32(truncatingIfNeeded: record.line),
        number: UInt32(truncatingIfNeeded: record.number)))
    names.end()
    if names.isFull { placeIDs(in: result) }
    return true
  }

  /// Makes the ids that are still to come.
  private func placeIDs(in result: MappedBlock) {
    let nameless = result.events + (result.count - names.waiting)
    names.takeIDs { index, id in
      nameless[index].id = id
      // Bounds: every body begins with room for an id.
      id.write(to: result.text.base + Int(nameless[index].body.offset) + Event.idOffset)
    }
  }

  private func time(of rule: CompiledRule) -> Int64? {
    let value: Value
    let site: Int
    if let time = rule.time {
      value = time.evaluate(activation)
      site = time.site
    } else if let column = program.timeColumn {
      let field = frame.pointee.fields[column]
      value =
        field.kind == .timestamp ? .timestamp(seconds: field.integer, nanoseconds: field.count) : .error(.absentValue)
      site = RecordFrame.nowhere - 1
    } else {
      return nil
    }
    guard value.isPlain(.timestamp) else {
      activation.fail(value.isError ? value : .error(.absentValue), site: site)
      return nil
    }
    let (milliseconds, overflow) = value.seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow, CalendarTime.range.contains(milliseconds) else {
      activation.fail(.error(.overflow), site: site)
      return nil
    }
    return milliseconds + Int64(value.nanoseconds / 1_000_000)
  }

  /// Begins the event's name; false if its natural id failed.
  private func name(_ rule: CompiledRule, _ record: Record) -> Bool {
    names.begin()
    names.update(rule.idPrefix.bytes)
    if rule.hasNaturalID {
      idText.removeAll()
      guard rule.id(activation, idText) == .written else { return false }
      names.update(idText.bytes)
    } else {
      names.update(UnsafeBufferPointer(start: record.start, count: record.count))
    }
    return true
  }

  @inline(__always)
  private func member(_ key: StaticString, _ emit: Emitter, _ text: ByteBuffer) -> Bool {
    let before = text.count
    text.append(key)
    switch emit(activation, text) {
    case .written: return true
    case .missing:
      text.count = before
      return true
    case .failed: return false
    }
  }

  /// A value on its own; nil if it failed.
  @inline(__always)
  private func part(_ emit: Emitter, _ text: ByteBuffer) -> ByteRange? {
    let start = text.count
    switch emit(activation, text) {
    case .written: return ByteRange(offset: start, length: text.count - start)
    case .missing: return ByteRange.none
    case .failed: return nil
    }
  }

  @inline(__always)
  private func request(_ text: ByteBuffer) -> ByteRange? {
    guard requestColumn >= 0 else { return part(program.request, text) }
    return requests.range(of: frame.pointee.fields[requestColumn], in: text) { part(program.request, text) }
  }

  private func profile(_ text: ByteBuffer) -> ByteRange? {
    guard let id = program.profileID else { return ByteRange.none }
    let start = text.count
    var value = id.evaluate(activation)
    // Never a pseudonym in its place: a mapping that names profiles has no salt.
    if value.isNone { value = .error(.absentValue) }
    if value.isOptional { value = value.unwrapped }
    if value.kind == .string {
      // The receiver trims, too: two visitors' sessions would meet in one profile that we took for two.
      value = value.trimmed
      if value.length == 0 {
        value = activation.error("the text is empty")
      } else if value.length > Mapper.longestProfileID {
        value = activation.error(.invalidArgument, "a profile's id must not be over 512 bytes")
      }
    }
    guard value.kind == .string else {
      activation.fail(value.isError ? value : .error(.absentValue), site: id.site)
      return nil
    }
    text.append("\"id\":")
    text.append(json: value.utf8)
    var separator: StaticString = ",\"ids\":["
    for alias in program.profileAliases {
      var value = alias.evaluate(activation)
      if value.isNone { continue }
      if value.isOptional { value = value.unwrapped }
      guard value.kind == .string else {
        activation.fail(value, site: alias.site)
        return nil
      }
      value = value.trimmed
      if value.length == 0 { continue }
      text.append(separator)
      text.append(json: value.utf8)
      separator = ","
    }
    if separator.utf8CodeUnitCount == 1 { text.append(UInt8(ascii: "]")) }
    return ByteRange(offset: start, length: text.count - start)
  }

  // MARK: Rejects

  private func undo(to events: Int, _ text: Int, _ result: MappedBlock) {
    names.forgetLast(min(names.waiting, result.count - events))
    result.removeEvents(from: events)
    result.text.count = text
    requests.forget()
  }

  private func append(_ reject: Reject, to result: MappedBlock) { result.rejects.append(reject) }

  private func rejectWithoutVisitor(_ record: Record, into result: MappedBlock) {
    append(
      Reject(
        stage: .mapping, code: "R203", message: "the record has no visitor",
        hint: "add a candidate that is always present to identity.visitor, or write identity.none: drop",
        offset: record.offset, length: record.count, line: record.line, number: record.number), to: result)
  }

  private func reject(_ record: Record, _ check: CompiledCheck, into result: MappedBlock) {
    append(
      Reject(
        stage: .mapping, code: check.code, message: check.message, hint: "the check is at \(check.place)",
        offset: record.offset, length: record.count, line: record.line, number: record.number,
        place: MappingPlace(file: program.file, line: check.span.line)), to: result)
  }

  private func reject(_ record: Record, rule: String?, into result: MappedBlock) {
    if isTooLong {
      isTooLong = false
      return append(
        Reject(
          stage: .mapping, code: "R204", message: "the event is longer than \(Mapper.longestEvent >> 20) MiB",
          hint: "emit less of the record: a payload may have 16 MiB", offset: record.offset, length: record.count,
          line: record.line, number: record.number, rule: rule), to: result)
    }
    let failure = frame.pointee.failure
    var message = failure.isError ? failure.errorMessage : "the value has the wrong kind"
    var hint = "make the expression hold for such a record, for example with .or(…) or `needs`"
    let site = frame.pointee.failureSite
    var at: MappingPlace?
    if program.sites.indices.contains(site) {
      let place = program.sites[site]
      message = "\(place.what) '\(place.scalar.text)': \(message)"
      at = MappingPlace(file: program.file, line: place.scalar.span.line)
      hint = "\(program.file):\(place.scalar.span.line):\(place.scalar.span.column): \(hint)"
    } else if failure.isError {
      message = "the record's time: \(message)"
      hint = "the time must be present and between the years 1 and 9999"
    }
    append(
      Reject(
        stage: .mapping, code: "R201", message: message, hint: hint, offset: record.offset, length: record.count,
        line: record.line, number: record.number, rule: rule, place: at), to: result)
  }
}

/// The first of several conditions that holds, as one closure: the conditions are bound into it, so that a call neither
/// looks into an array nor counts references.
struct FirstMatch: Sendable {
  /// No condition holds.
  static let none = -1
  /// Condition 0 failed, `failed - n` for condition n; the activation's frame says how.
  static let failed = -2

  private let find: @Sendable (Activation) -> Int

  init(_ conditions: ArraySlice<Predicate>) {
    guard let condition = conditions.first else {
      find = { _ in FirstMatch.none }
      return
    }
    let index = conditions.startIndex
    let rest = FirstMatch(conditions.dropFirst())
    find = { activation in
      switch condition(activation) {
      case .no: rest(activation)
      case .yes: index
      case .failed: FirstMatch.failed - index
      }
    }
  }

  @inline(__always)
  func callAsFunction(_ activation: Activation) -> Int { find(activation) }
}

/// The first of several texts that is present and not blank, bound for the same reason. The value is `none` if none is, and no text
/// if one failed; the activation's frame says how.
struct FirstPresent: Sendable {
  private let find: @Sendable (Activation) -> Value

  init(_ candidates: ArraySlice<Computed>) {
    guard let candidate = candidates.first else {
      find = { _ in .none }
      return
    }
    let evaluate = candidate.evaluate
    let site = candidate.site
    let rest = FirstPresent(candidates.dropFirst())
    find = { activation in
      var value = evaluate(activation)
      if value.isOptional {
        if value.isNone { return rest(activation) }
        value = value.unwrapped
      }
      if value.kind == .string {
        // A blank text names nobody: all it stands for would become one visitor. Its first byte nearly always tells.
        let isNamed = value.utf8.first.map { $0 > 0x20 && $0 < 0x80 } ?? false || value.trimmed.length > 0
        return isNamed ? value : rest(activation)
      }
      activation.fail(value, site: site)
      return value.isError ? value : .error(.invalidConversion)
    }
  }

  @inline(__always)
  func callAsFunction(_ activation: Activation) -> Value { find(activation) }
}
