internal import Pipeline

/// The mode `stream`: events in the order of time as far as the disorder allows, each visitor's session open until its gap
/// has passed.
final class StreamSessions: SessionMode {
  let settings: SessionSettings
  let merge: Merge
  let blocks: BlockTable
  let sessionizer: Sessionizer
  private let disorder: Int64
  private let inputNames: [String]
  /// Told of each late record: its input, and how many of the input's records came before it.
  var onLate: ((_ input: Int, _ record: Int) -> Void)?
  /// Told of each event that is rejected: its input, how many of the input's records came before its own, and the event.
  var onRefused: ((_ input: Int, _ record: Int, _ event: Event) -> Void)?

  init(
    settings: SessionSettings, inputs: [InputDescription], writer: any PayloadWriter,
    recycle: @escaping (MappedBlock) -> Void
  ) {
    self.settings = settings
    disorder = min(max(settings.disorder, 0), 1 << 53)
    let disorder = disorder
    merge = Merge(
      inputs.enumerated().map { InputClock(index: $0.offset, input: $0.element, disorder: disorder) },
      growingWithin: settings.isContinued ? disorder : nil)
    blocks = BlockTable(recycle: recycle)
    sessionizer = Sessionizer(
      settings, SessionLifecycle(settings), lateness: disorder, memory: settings.memoryLimit, writer: writer)
    inputNames = inputs.map(\.name)
  }

  var counts: SessionCounts { sessionizer.counts }

  func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws {
    precondition(merge.inputs.indices.contains(block.input), "a block of no input")
    let input = merge.inputs[block.input]
    // It may have seemed to be at its end.
    input.isFinished = false
    // What the feed rejected stands before the block's records, damage (I…) behind them.
    let damage = block.rejects.count { $0.isDamage }
    input.lines += block.skippedLines
    input.records += block.rejects.count - damage
    if mapped.count > 0 { input.hasGrown = true }
    let slot = blocks.enter(mapped)
    let events = mapped.events
    for index in 0..<mapped.count {
      let time = events[index].time
      if time >= input.clock &- disorder, time <= input.believed, input.held.isEmpty {
        if time < input.clock { noteLateness(input.clock &- time) }
        input.add(time, block: slot, index: UInt32(truncatingIfNeeded: index))
      } else {
        weigh(events + index, at: index, slot, input, block, &rejects)
      }
    }
    blocks.leave(slot)
    if block.isLast {
      if settings.isContinued {
        input.hasEnded = true
        // What brought nothing is not waited for.
        if !input.hasGrown { input.isFinished = true }
      } else {
        believe(input.held.count, of: input, block, &rejects)
        input.isFinished = true
      }
    }
    input.lines += mapped.counts.lines + damage
    input.records += mapped.counts.records + damage
    merge.note(input)
    try release()
  }

  func finish(rejects: inout [LocatedReject]) throws {
    for input in merge.inputs {
      for held in input.held where !admit(held.time, held.block, held.index, held.number, input) {
        let reject = tooLate(
          input.clock &- held.time, offset: nil, length: held.raw.count, line: 0, number: 0, raw: held.raw)
        rejects.append(
          LocatedReject(
            reject: reject, input: inputNames[input.index], record: held.number + 1, line: held.line + 1,
            offset: held.offset, raw: held.raw))
      }
      input.held = []
      input.isFinished = true
      merge.note(input)
    }
    try release(before: Int64.max)
    try sessionizer.finish()
  }

  func pause(rejects: inout [LocatedReject]) throws {
    try release()
    sessionizer.counts.eventsWaiting = merge.inputs.reduce(0) { $0 + $1.waiting.size + $1.held.count }
  }

  /// True when `to` is set, all inputs have passed it, and no session that was opened before it is still open.
  var isSatisfied: Bool {
    guard let to = settings.to else { return false }
    return merge.watermark() > to && sessionizer.openBeforeEnd == 0
  }

  private func release() throws {
    let watermark = merge.watermark()
    admitReached(before: watermark)
    try release(before: watermark)
  }

  /// Believes what is held in inputs that have ended for now, as soon as the merge comes to its time: it does not wait
  /// for them any more, and what it has passed would be too late. A time that an input's clock has reached is not far
  /// ahead, and nothing later leaves before there is such a clock; what is ahead of all stays held, until its input goes
  /// on or is at its end.
  private func admitReached(before watermark: Int64) {
    let reached = merge.latest
    for input in merge.holding(before: watermark) {
      let held = input.held
      input.held = []
      for event in held {
        // What is to be rejected waits as well, until its reject can say where it stood.
        if event.time >= watermark || event.time > reached || settings.late == .reject && isTooLate(event.time, input) {
          input.held.append(event)
        } else {
          _ = admit(event.time, event.block, event.index, event.number, input)
        }
      }
      merge.note(input)
    }
  }

  private func release(before watermark: Int64) throws {
    let blocks = blocks
    let sessionizer = sessionizer
    try merge.release(before: watermark) { entry, soon in
      if let soon { sessionizer.expect(blocks.slots[Int(soon.block)].events + soon.index) }
      let slot = blocks.slots[Int(entry.block)]
      sessionizer.counts.events &+= 1
      try sessionizer.handle(
        slot.events + entry.index, slot.text, effective: entry.effective, isLate: entry.isLate)
      blocks.leave(entry.block)
    }
  }

  @inline(__always)
  private func noteLateness(_ lateness: Int64) {
    if lateness > sessionizer.counts.largestLateness { sessionizer.counts.largestLateness = lateness }
  }

  // MARK: Times that are not plain

  /// An event that is late, far ahead, or follows one that is not yet believed.
  @inline(never)
  private func weigh(
    _ event: UnsafePointer<Event>, at index: Int, _ slot: UInt32, _ input: InputClock, _ block: Block,
    _ rejects: inout [Reject]
  ) {
    let time = event.pointee.time
    guard CalendarTime.range.contains(time) else {
      rejects.append(.unwritableTime(of: event))
      blocks.leave(slot)
      return
    }
    let isPlainlyLate = input.clock != Int64.min && input.held.isEmpty && time < input.clock
    if isPlainlyLate {
      let number = input.records + Int(event.pointee.number)
      if !admit(time, slot, UInt32(truncatingIfNeeded: index), number, input) {
        rejects.append(
          tooLate(
            input.clock &- time, offset: Int(event.pointee.recordOffset), length: Int(event.pointee.recordLength),
            line: Int(event.pointee.line), number: Int(event.pointee.number)))
      }
    } else {
      arrive(held(event, at: index, slot, input, block), input, block, &rejects)
    }
  }

  private func held(
    _ event: UnsafePointer<Event>, at index: Int, _ slot: UInt32, _ input: InputClock, _ block: Block
  ) -> InputClock.Held {
    let offset = min(Int(event.pointee.recordOffset), block.count)
    let length = min(Int(event.pointee.recordLength), block.count - offset)
    return InputClock.Held(
      time: event.pointee.time, block: slot, index: UInt32(truncatingIfNeeded: index),
      line: input.lines + Int(event.pointee.line), number: input.records + Int(event.pointee.number),
      offset: block.offset + offset, raw: Array(UnsafeBufferPointer(start: block.start + offset, count: length)))
  }

  /// Weighs an event against those that are held. While the clock is unknown, all are held, and only a day's distance
  /// makes an outlier; and so it is for an event that is itself far ahead: the input has not gone on without the others.
  private func arrive(
    _ event: InputClock.Held, _ input: InputClock, _ block: Block, _ rejects: inout [Reject]
  ) {
    let isPlain = input.clock != Int64.min && event.time <= input.believed
    let distance = isPlain ? disorder : input.horizon
    input.held.removeAll { held in
      guard event.time < held.time &- distance else { return false }
      rejects.append(outlier(held, input, block))
      tellRefused(held.block, held.index, held.number, input)
      sessionizer.counts.outliers += 1
      blocks.leave(held.block)
      return true
    }
    for index in input.held.indices where event.time >= input.held[index].time {
      input.held[index].confirmations += 1
    }
    input.held.append(event)
    if isPlain {
      // What is still held is at most the disorder ahead of this one, so it is plausible.
      believe(input.held.count, of: input, block, &rejects)
    } else if let confirmed = input.held.lastIndex(where: { $0.confirmations >= InputClock.confirmations }) {
      believe(confirmed + 1, of: input, block, &rejects)
    } else if input.holdsTooMuch {
      believe(1, of: input, block, &rejects)
    }
  }

  /// Takes the first `count` held events; the others are weighed anew against the clock that this sets.
  private func believe(_ count: Int, of input: InputClock, _ block: Block, _ rejects: inout [Reject]) {
    let all = input.held
    input.held = []
    for held in all[..<count] where !admit(held.time, held.block, held.index, held.number, input) {
      rejects.append(
        tooLate(
          input.clock &- held.time, offset: held.offset - block.offset, length: held.raw.count,
          line: held.line - input.lines, number: held.number - input.records, raw: held.raw))
    }
    for var held in all[count...] {
      held.confirmations = 0
      arrive(held, input, block, &rejects)
    }
  }

  /// Takes a believed event; false if it is late and late ones are rejected.
  private func admit(
    _ time: Int64, _ block: UInt32, _ index: UInt32, _ number: Int, _ input: InputClock
  ) -> Bool {
    if input.clock != Int64.min, time < input.clock { noteLateness(input.clock &- time) }
    if !isTooLate(time, input) {
      input.add(time, block: block, index: index)
      return true
    }
    onLate?(input.index, number)
    if settings.late == .reject {
      sessionizer.counts.lateRejected += 1
      tellRefused(block, index, number, input)
      blocks.leave(block)
      return false
    } else {
      input.addLate(block: block, index: index)
    }
    return true
  }

  private func tellRefused(_ block: UInt32, _ index: UInt32, _ number: Int, _ input: InputClock) {
    onRefused?(input.index, number, blocks.slots[Int(block)].events[Int(index)])
  }

  private func isTooLate(_ time: Int64, _ input: InputClock) -> Bool {
    input.clock != Int64.min && time < input.clock &- disorder
  }

  // MARK: Rejects

  /// Position relative to the current block's first byte and line, negative if the record came in an earlier one.
  private func outlier(_ held: InputClock.Held, _ input: InputClock, _ block: Block) -> Reject {
    Reject(
      stage: .session, code: "S101",
      message: "the time \(TimestampWriter.text(held.time)) is far ahead of the records around it",
      hint: "correct the record's time", offset: held.offset - block.offset, length: held.raw.count,
      line: held.line - input.lines, number: held.number - input.records, raw: held.raw)
  }

  private func tooLate(
    _ lateness: Int64, offset: Int?, length: Int, line: Int, number: Int, raw: [UInt8]? = nil
  ) -> Reject {
    Reject(
      stage: .session, code: "S102",
      message: "\(StreamSessions.seconds(lateness)) behind the latest record, more than the disorder of "
        + StreamSessions.seconds(disorder),
      hint: "raise session.disorder, or let session.late be attach or new", offset: offset, length: length, line: line,
      number: number, raw: raw)
  }

  private static func seconds(_ milliseconds: Int64) -> String { "\((milliseconds + 999) / 1000) s" }
}
